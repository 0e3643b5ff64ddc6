"""Measure what the clickstream notebook of lesson 06 shows: `python tests/benchmarks/clickstream_06.py`.

The code is the notebook's own: its cells with the tag "clicks". `choice` trains each recipe on the training
sessions with two seeds and scores both, and the mean of their probabilities, on the validation sessions.
`final` trains two recipes on all sessions up to 15 July 2008 and scores them on the later ones: the network
without GRU with five seeds, the lesson's network with six, of which each four neighbours are averaged. With
an argument (`choice` or `final`) only that part is measured anew and the rest of
`data/measured/06_clickstream.csv` is kept. `seconds` are processor seconds. On one quiet core the whole takes
about eight minutes. This is a benchmark, not a test.
"""

import sys
import time
from pathlib import Path

import mktutils  # noqa: F401  # isort: skip  # first: quiet TensorFlow

import keras
import nbformat
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers, ops

from mktutils.datasets import fetch_eshop_clickstream

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "real_data" / "06_clickstream.ipynb"
TABLE = ROOT / "data" / "measured" / "06_clickstream.csv"
SEEDS = range(2)
FINAL = {"attributes and shelf, no GRU": (5, 1), "GRU, attributes and shelf": (6, 4)}  # seeds, averaged


def notebook_names(notebook: Path = NOTEBOOK) -> dict:
    """Return the names that the cells with the tag "clicks" define."""
    cells = nbformat.read(notebook, as_version=4).cells
    wanted = [c.source for c in cells if "clicks" in c.metadata.get("tags", [])]
    names = {
        "keras": keras, "layers": layers, "np": np, "ops": ops, "pd": pd, "tf": tf,
        "fetch_eshop_clickstream": fetch_eshop_clickstream,
    }  # fmt: skip
    exec(compile("\n\n".join(wanted), "clicks", "exec"), names)
    return names


def scores(names: dict, p: np.ndarray, part: str) -> tuple:
    """Recall@20, MRR@20 and log-loss of the next clicks of a part, rounded as they are stored."""
    true = names["product"][names["events"](names["PARTS"][part]) + 1]
    found = names["recall_mrr"](names["ranks"](p, true))
    log_loss = -np.log(p[np.arange(len(true)), true]).mean()
    return *(round(float(v), 5) for v in found.values()), round(float(log_loss), 5)


def recall_of_new(names: dict, p: np.ndarray) -> float:
    """Recall@20 of the test clicks on products not seen before, when those seen are off the list."""
    rank = names["ranks_of_new"](p, names["events"](names["PARTS"]["test"]))
    return round(float((rank <= 20).mean()), 5)


def choice(names: dict) -> list[tuple]:
    """Train each recipe on the training sessions, score it on the validation sessions."""
    table, parts = [], names["PARTS"]
    for recipe, sizes in names["RECIPES"].items():
        kept = []
        for seed in SEEDS:
            start = time.process_time()
            network = names["train"](parts["training"], seed=seed, **sizes)
            seconds = round(time.process_time() - start, 1)
            kept.append(names["predict"](network, parts["validation"]))
            found = scores(names, kept[-1], "validation")
            table.append(("choice", recipe, seed, *found, None, network.count_params(), seconds))
            print(*table[-1], flush=True)
        found = scores(names, np.mean(kept, axis=0), "validation")
        table.append(("choice", recipe, "averaged", *found, None, len(SEEDS) * network.count_params(), None))
        print(*table[-1], flush=True)
    return table


def final(names: dict) -> list[tuple]:
    """Train the two recipes of the test with several seeds; average neighbours, the last with the first."""
    table, parts = [], names["PARTS"]
    fit = parts["training"] | parts["validation"]
    for recipe, (number, together) in FINAL.items():
        kept = []
        for seed in range(number):
            start = time.process_time()
            kept.append(names["averaged"](fit, parts["test"], seeds=[seed], **names["RECIPES"][recipe]))
            seconds = round(time.process_time() - start, 1)
            found = *scores(names, kept[-1], "test"), recall_of_new(names, kept[-1])
            table.append(("final", recipe, seed, *found, None, seconds))
            print(*table[-1], flush=True)
        for seed in range(number) if together > 1 else ():
            p = np.mean([kept[(seed + k) % number] for k in range(together)], axis=0)
            found = *scores(names, p, "test"), recall_of_new(names, p)
            table.append(("final", recipe, f"{together} from {seed}", *found, None, None))
            print(*table[-1], flush=True)
    return table


COLUMNS = ["kind", "model", "seed", "recall", "mrr", "log_loss", "recall_new", "weights", "seconds"]

if __name__ == "__main__":
    studies = {"choice": choice, "final": final}
    kinds = sys.argv[1:2] or list(studies)
    names = notebook_names(Path(sys.argv[2]) if len(sys.argv) > 2 else NOTEBOOK)
    measured = pd.DataFrame([row for kind in kinds for row in studies[kind](names)], columns=COLUMNS)
    if TABLE.is_file():
        before = pd.read_csv(TABLE)
        measured = pd.concat([before[~before["kind"].isin(kinds)], measured])
    measured.sort_values("kind", kind="stable").to_csv(TABLE, index=False)
