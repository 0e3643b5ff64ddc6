"""Measure what the notebook on Fashion-MNIST shows: `python tests/benchmarks/fashion_05.py choice`.

The code is the notebook's own: its cells with the tag "fashion". `choice` trains each candidate on the
first 50,000 training photos, `final` the kept models on all 60,000 with five seeds. The rows go to
`data/measured/05_fashion.csv`, which the notebook reads; rows measured before with the same key are
replaced. Accuracy on the last 10,000 training photos ("validation") stands in the rows of `choice`, after
each epoch. Accuracy on the published test photos stands in the row of the last epoch only; nothing is chosen
by it. `seconds` are processor seconds since the training started. Further arguments: `only=MODEL`,
`seeds=0,1`, `table=FILE`, `notebook=FILE`, `keep=FOLDER` (saves the networks). All of it takes about 20
processor minutes. This is a benchmark, not a test.
"""

import sys
import time
from pathlib import Path

import mktutils  # noqa: F401  # isort: skip  # first: quiet TensorFlow

import keras
import nbformat
import numpy as np
import pandas as pd
from keras import layers

from mktutils.datasets import fetch_fashion_mnist

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "real_data" / "05_fashion_mnist.ipynb"
TABLE = ROOT / "data" / "measured" / "05_fashion.csv"
COLUMNS = ["kind", "model", "weights", "seed", "photos", "epoch", "seconds", "validation", "test"]
VALIDATION = 50_000  # the training photos from here on


def lesson(notebook: Path = NOTEBOOK) -> dict:
    """Return the data and the names that the cells with the tag "fashion" define."""
    fashion = fetch_fashion_mnist()
    names = {"keras": keras, "layers": layers, "np": np, "pd": pd, "fashion": fashion}
    cells = nbformat.read(notebook, as_version=4).cells
    wanted = [c.source for c in cells if "fashion" in c.metadata.get("tags", [])]
    exec(compile("\n\n".join(wanted), "fashion", "exec"), names)
    return names | {"x": names["scaled"](fashion.x_train), "x_test": names["scaled"](fashion.x_test)}


def measure(
    names: dict, kind: str, model: str, setting: dict, seed: int, table: Path, keep: Path | None
) -> None:
    """Train one model and add its rows to the table."""
    photos = len(names["x"]) if kind == "final" else VALIDATION
    epochs, start, spent = setting["epochs"], time.process_time(), 0.0

    def accuracy(network, x, labels) -> float:
        predicted = names["probabilities"](network, x, setting.get("mirror", False))
        return round(float((predicted.argmax(axis=1) == labels).mean()), 4)

    def after_epoch(network, epoch: int) -> None:
        nonlocal spent
        seconds = time.process_time() - start - spent
        begin, row = time.process_time(), [kind, model, network.count_params(), seed, photos, epoch]
        row += [round(seconds, 1), "", ""]
        if kind != "final":
            row[-2] = accuracy(network, names["x"][VALIDATION:], names["fashion"].y_train[VALIDATION:])
        if epoch == epochs:
            row[-1] = accuracy(network, names["x_test"], names["fashion"].y_test)
        if row[-2:] != ["", ""]:
            pd.DataFrame([row]).to_csv(table, mode="a", header=False, index=False)
        if keep and epoch == epochs:
            network.save(keep / f"{kind}_{model}_{seed}.keras".replace(" ", "_"))
        print(*row, flush=True)
        spent += time.process_time() - begin

    x, labels = names["x"][:photos], names["fashion"].y_train[:photos]
    names["train"](**setting, images=x, labels=labels, seed=seed, after_epoch=after_epoch)


def main(
    kind: str,
    *,
    only: str = "",
    seeds: str = "",
    table: Path = TABLE,
    notebook: Path = NOTEBOOK,
    keep: Path | None = None,
) -> None:
    """Measure every model of one kind, or `only` one; rows measured before with the same key are replaced.

    With `keep`, the trained networks are saved in this folder.
    """
    names = lesson(notebook)
    settings = names["SETTINGS"][kind]
    known = pd.read_csv(table) if table.is_file() else pd.DataFrame(columns=COLUMNS)
    chosen = [only] if only else list(settings)
    wanted = [int(s) for s in seeds.split(",")] if seeds else list(names["SEEDS"][kind])
    old = (known["kind"] == kind) & known["model"].isin(chosen) & known["seed"].isin(wanted)
    known[~old].to_csv(table, index=False)
    for model in chosen:
        for seed in wanted:
            measure(names, kind, model, settings[model], seed, table, keep)


if __name__ == "__main__":
    kind, *rest = sys.argv[1:]
    options = dict(argument.split("=", 1) for argument in rest)
    paths = {name: Path(options.pop(name)) for name in ("table", "notebook", "keep") if name in options}
    main(kind, **options, **paths)
