"""Measure what lesson 06 shows of the reviews: `python tests/benchmarks/reviews_06.py`.

The code is the lesson's own: the cells of the notebook that carry the tag "reviews". `models` trains each
network with five seeds on all English training reviews; `curve` trains two of them, and the TF-IDF with runs
of words, on parts of these reviews, with three seeds: a seed draws the part and starts the network;
`characters` trains the small Chinese network with five seeds. All are judged on the validation months; the
test months stay closed. The results go to `data/measured/06_reviews.csv`, which the lesson reads. `seconds`
are processor seconds of one training with its start. On one quiet core it takes about five minutes. This is
a benchmark, not a test.
"""

import sys
import time
from itertools import permutations
from pathlib import Path

import mktutils  # noqa: F401  # isort: skip  # first: quiet TensorFlow

import keras
import nbformat
import numpy as np
import pandas as pd
from keras import layers
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from mktutils.datasets import load_reviews, load_truth

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "06_rnn.ipynb"
KINDS = ("mean pooling", "attention pooling", "convolution", "GRU")
SEEDS, CURVE_SEEDS, SIZES = range(5), range(3), (200, 400, 800, 1600)
COLUMNS = ["study", "model", "reviews", "seed", "auc", "parameters", "seconds"]


def lesson(notebook: Path = NOTEBOOK) -> dict:
    """Return the names that the cells with the tag "reviews" define."""
    names = {
        "SEED": 42, "keras": keras, "layers": layers, "np": np, "pd": pd, "load_reviews": load_reviews,
        "load_truth": load_truth, "TfidfVectorizer": TfidfVectorizer,
        "LogisticRegression": LogisticRegression, "permutations": permutations,
    }  # fmt: skip
    cells = nbformat.read(notebook, as_version=4).cells
    wanted = [c.source for c in cells if "reviews" in c.metadata.get("tags", [])]
    exec(compile("\n\n".join(wanted), "reviews", "exec"), names)
    return names


def valid_auc(table: pd.DataFrame, score) -> float:
    """AUC on the validation rows of a table, rounded as it is stored; `score` gives one number per row."""
    rows = (table["part"] == "validation").to_numpy()
    return round(float(roc_auc_score(table["content"][rows], score(rows))), 6)


def trained(names: dict, kind: str, table: pd.DataFrame, rows: np.ndarray, seed: int, **more) -> tuple:
    """Train a network on some rows; return its validation AUC, parameters and processor seconds."""
    options = more.pop("encode", {})
    codes, vocabulary = names["encode"](table["text"], table["text"][rows], **options)
    start = time.process_time()
    network = names["train_reviews"](
        kind, codes[rows], table["content"][rows], len(vocabulary), seed=seed, **more
    )
    seconds = round(time.process_time() - start, 1)
    auc = valid_auc(table, lambda part: names["chance_of"](network, codes[part]))
    return auc, network.count_params(), seconds


def models(names: dict) -> list[tuple]:
    """Each network on all English training reviews."""
    table = names["english"]
    rows = (table["part"] == "train").to_numpy()
    return [
        ("models", kind, rows.sum(), seed, *trained(names, kind, table, rows, seed))
        for kind in KINDS
        for seed in SEEDS
    ]


def some_rows(table: pd.DataFrame, size: int, seed: int) -> np.ndarray:
    """A random part of the training rows; a smaller part of the same seed lies inside a larger one."""
    order = np.random.default_rng(seed).permutation(np.flatnonzero(table["part"] == "train"))
    return np.isin(np.arange(len(table)), order[:size])


def curve(names: dict) -> list[tuple]:
    """TF-IDF and two networks on parts; each network reads about as many texts as with all reviews."""
    table, found = names["english"], []
    everything = int((table["part"] == "train").sum())
    for size in (*SIZES, everything):
        for seed in CURVE_SEEDS:
            rows = some_rows(table, size, seed)
            score = names["tfidf_model"](table["text"][rows], table["content"][rows])
            auc = valid_auc(table, lambda part, score=score: score(table["text"][part]))
            found.append(("curve", "runs of 1 to 3", size, seed, auc, 0, 0.0))
            for kind in ("convolution", "GRU"):
                more = {"epochs": round(6 * everything / size), "batch_size": 32}
                found.append(("curve", kind, size, seed, *trained(names, kind, table, rows, seed, **more)))
        print(size, flush=True)
    return found


def characters(names: dict) -> list[tuple]:
    """The small network that reads Chinese characters."""
    table = names["chinese"]
    rows = (table["part"] == "train").to_numpy()
    more = {**names["CHARACTERS"], "encode": {"split": "character"}}
    return [
        (
            "characters",
            "convolution",
            rows.sum(),
            seed,
            *trained(names, "convolution", table, rows, seed, **more),
        )
        for seed in SEEDS
    ]


if __name__ == "__main__":
    names = lesson(Path(sys.argv[1]) if len(sys.argv) > 1 else NOTEBOOK)
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "data" / "measured" / "06_reviews.csv"
    found = [row for study in (models, characters, curve) for row in study(names)]
    pd.DataFrame(found, columns=COLUMNS).to_csv(target, index=False)
