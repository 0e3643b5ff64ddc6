"""Measure what lesson 06 shows about memory: `python tests/benchmarks/memory_06.py`.

The code is the lesson's own: the cells of the notebook that carry the tag "memory". Each of six recurrent
layers is trained with five seeds to say which kind the first of 50 events had, and its accuracy on new
sequences is kept after each of eight epochs. The results go to `data/measured/06_memory.csv`, which the
lesson reads. On one quiet core this takes about ten minutes. This is a benchmark, not a test.
"""

import sys
from pathlib import Path

import mktutils  # noqa: F401  # isort: skip  # first: quiet TensorFlow

import keras
import nbformat
import numpy as np
import pandas as pd

from mktutils.datasets import load_sessions

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "06_rnn.ipynb"
SEEDS = range(5)
KINDS = ["view", "search", "cart", "remove", "buy"]


def lesson(notebook: Path = NOTEBOOK) -> dict:
    """Return the names that the cells with the tag "memory" define."""
    names = {"keras": keras, "np": np, "KINDS": KINDS}
    cells = nbformat.read(notebook, as_version=4).cells
    wanted = [c.source for c in cells if "memory" in c.metadata.get("tags", [])]
    exec(compile("\n\n".join(wanted), "memory", "exec"), names)
    return names


def memory(names: dict) -> pd.DataFrame:
    """Train every layer with five seeds; one row for each epoch."""
    often = load_sessions()["event"].value_counts(normalize=True)[KINDS].to_numpy()
    table = []
    for name in names["MEMORY"]:
        for seed in SEEDS:
            accuracy = names["memory_by_epoch"](name, seed, often)
            table += [(name, seed, epoch, round(a, 3)) for epoch, a in enumerate(accuracy, start=1)]
            print(name, seed, [round(a, 2) for a in accuracy], flush=True)
    return pd.DataFrame(table, columns=["layer", "seed", "epoch", "accuracy"])


if __name__ == "__main__":
    notebook = Path(sys.argv[1]) if len(sys.argv) > 1 else NOTEBOOK
    memory(lesson(notebook)).to_csv(ROOT / "data" / "measured" / "06_memory.csv", index=False)
