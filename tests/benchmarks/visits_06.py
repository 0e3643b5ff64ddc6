"""Measure what lesson 06 shows on visits: `python tests/benchmarks/visits_06.py climb`.

Or `rates`, `next`, `speed`. The code is the lesson's own: the cells of the notebook that carry the tag
"visits". `climb` trains each recipe with five seeds, `rates` the five bodies with three learning rates and
two other seeds, `next` the networks for the next view with five seeds; all are judged on August, the
test visits stay closed. `speed` times one training step with 600, 6,000 and 60,000 products. Results go to
`data/measured/06_*.csv`, which the lesson reads. `seconds` are processor seconds. On one quiet core `climb`
takes about five minutes, `rates` and `next` two, `speed` one. This is a benchmark, not a test.
"""

import sys
import time
from pathlib import Path

import mktutils  # noqa: F401  # isort: skip  # first: quiet TensorFlow

import keras
import nbformat
import numpy as np
import pandas as pd
from keras import layers, ops
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mktutils.datasets import load_products, load_sessions

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "06_rnn.ipynb"
SEEDS, OTHER_SEEDS, LENGTHS = range(5), (10, 11), (2, 5, 10)
RATES = (0.003, 0.01, 0.03)


def lesson(notebook: Path = NOTEBOOK) -> dict:
    """Return the events, the split by time, and the names that the cells with the tag "visits" define."""
    events = load_sessions()
    month = events.groupby("session_id")["session_date"].first().dt.month
    part = np.select([month <= 7, month == 8], ["train", "validation"], "test")
    names = {
        "SEED": 42, "keras": keras, "layers": layers, "ops": ops, "np": np, "pd": pd, "events": events,
        "part": pd.Series(part, index=month.index), "load_products": load_products, "time": time,
        "HistGradientBoostingClassifier": HistGradientBoostingClassifier, "make_pipeline": make_pipeline,
        "StandardScaler": StandardScaler, "LogisticRegression": LogisticRegression,
    }  # fmt: skip
    cells = nbformat.read(notebook, as_version=4).cells
    wanted = [c.source for c in cells if "visits" in c.metadata.get("tags", [])]
    exec(compile("\n\n".join(wanted), "visits", "exec"), names)
    return names


def measure(names: dict, recipe: dict, seed: int) -> tuple:
    """Train; return AUC of August after 2, 5, 10 events, log-loss of steps 2 to 20, seconds, parameters."""
    start = time.process_time()
    network = names["train_recipe"](recipe, seed)
    seconds = round(time.process_time() - start, 1)
    valid = (names["part"] == "validation").to_numpy()
    p, y, exists = (
        names["predict"](network, names["inputs"](recipe))[valid],
        names["buys"][valid],
        names["exists"][valid],
    )
    auc = [round(roc_auc_score(y[exists[:, k - 1]], p[exists[:, k - 1], k - 1]), 6) for k in LENGTHS]
    loss = np.nan
    if recipe["loss"] == "each step":
        there = exists & (np.arange(p.shape[1]) >= 1)
        loss = round(log_loss(np.repeat(y[:, None], p.shape[1], axis=1)[there], p[there]), 6)
    else:
        auc[:2] = np.nan, np.nan
    return (*auc, loss, seconds, network.count_params())


COLUMNS = ["auc_2", "auc_5", "auc_10", "log_loss", "seconds", "parameters"]


def climb(names: dict) -> pd.DataFrame:
    """Train every recipe with five seeds."""
    table = []
    for step, recipe in names["RECIPES"].items():
        table += [(step, seed, *measure(names, recipe, seed)) for seed in SEEDS]
        print(step, *(row[2:6] for row in table[-5:]), flush=True)
    return pd.DataFrame(table, columns=["step", "seed", *COLUMNS])


def rates(names: dict) -> pd.DataFrame:
    """Train the five bodies with three learning rates."""
    table = []
    for step in list(names["RECIPES"])[:5]:
        for lr in RATES:
            recipe = {**names["RECIPES"][step], "lr": lr}
            table += [(step, lr, seed, *measure(names, recipe, seed)) for seed in OTHER_SEEDS]
            print(step, lr, *(row[3:7] for row in table[-2:]), flush=True)
    return pd.DataFrame(table, columns=["step", "lr", "seed", *COLUMNS])


def next_view(names: dict) -> pd.DataFrame:
    """Train the networks for the next view with five seeds."""
    table = []
    for step, recipe in names["NEXT_RECIPES"].items():
        for seed in SEEDS:
            start = time.process_time()
            network = names["train_next"](recipe, seed)
            seconds = round(time.process_time() - start, 1)
            r = names["ranks"](names["next_scores"](network, names["august"]), names["august_target"])
            recall, mrr = (r <= 20).mean(), np.where(r <= 20, 1 / r, 0).mean()
            table.append((step, seed, round(recall, 6), round(mrr, 6), seconds))
        print(step, *(row[2:] for row in table[-5:]), flush=True)
    return pd.DataFrame(table, columns=["step", "seed", "recall", "mrr", "seconds"])


def speed(names: dict) -> pd.DataFrame:
    """Milliseconds of one training step, full and sampled, with more and more products."""
    table = []
    for products in (600, 6_000, 60_000):
        for step in ("full softmax", "sampled softmax"):
            milliseconds = names["step_milliseconds"](products, names["NEXT_RECIPES"][step])
            table.append((step, products, round(milliseconds, 1)))
            print(*table[-1], flush=True)
    return pd.DataFrame(table, columns=["step", "products", "milliseconds"])


if __name__ == "__main__":
    notebook = Path(sys.argv[2]) if len(sys.argv) > 2 else NOTEBOOK
    study = {"climb": climb, "rates": rates, "next": next_view, "speed": speed}[sys.argv[1]]
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else ROOT / "data" / "measured"
    study(lesson(notebook)).to_csv(folder / f"06_{sys.argv[1]}.csv", index=False)
