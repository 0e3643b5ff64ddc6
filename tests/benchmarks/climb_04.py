"""Measure what lesson 04 shows: `python tests/benchmarks/climb_04.py climb` (or `tuning`, or `search`).

The code is the lesson's own: the cells of the notebook that carry the tag "climb" or "search". Each recipe is
trained on the months before a validation month and scored on it: `climb` on June, July and August with five
seeds, `tuning` on July and August with two. `search` is one search with Optuna. The results go to
`data/measured/04_*.csv`, which the lesson reads. On two quiet cores `climb` takes about 15 minutes, `tuning`
about 10, `search` one. This is a benchmark, not a test.
"""

import sys
from pathlib import Path

from mktutils.models import Category, Number, Periodic, TableEncoder, tabular_mlp  # isort: skip  # first: quiet TensorFlow

import keras
import nbformat
import numpy as np
import optuna
import pandas as pd
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.preprocessing import QuantileTransformer

from mktutils.preprocessing import behavior_rows

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "04_mlp.ipynb"
MONTHS, SEEDS = (6, 7, 8), range(5)  # `tuning`: the last two months, the first two seeds
KNOBS = {
    "learning rate": ("lr", [0.0002, 0.0007, 0.002, 0.006, 0.02]),
    "batch size": ("batch_size", [64, 256, 1024]),
    "activation": ("activation", ["relu", "gelu", "tanh"]),
    "units": ("units", [8, 32, 64, 128, 256]),
    "depth": ("depth", [1, 2, 4]),
    "residual, depth 4": ("residual", [True]),
}


def lesson(notebook: Path = NOTEBOOK) -> dict:
    """Return the names that the cells with the tag "climb" define."""
    cells = nbformat.read(notebook, as_version=4).cells
    wanted = [c.source for c in cells if {"climb", "search"} & set(c.metadata.get("tags", []))]
    names = {
        "SEED": 42, "log_loss": log_loss, "optuna": optuna, "tabular_mlp": tabular_mlp, "pd": pd,
        "behavior_rows": behavior_rows, "keras": keras, "layers": keras.layers, "np": np, "Number": Number,
        "Category": Category, "Periodic": Periodic, "TableEncoder": TableEncoder,
        "QuantileTransformer": QuantileTransformer,
    }  # fmt: skip
    exec(compile("\n\n".join(wanted), "climb", "exec"), names)
    return names


def scores(names: dict, p: np.ndarray, month: int) -> tuple[float, float]:
    """Log-loss and AUC of the month's rows, rounded as they are stored."""
    rows = names["month"] == month
    y = names["y"][rows]
    return round(log_loss(y, p[rows]), 6), round(roc_auc_score(y, p[rows]), 6)


def climb(names: dict) -> pd.DataFrame:
    """Train every recipe with five seeds; "mean of five" is the mean of their probabilities."""
    table = []
    for step, recipe in names["RECIPES"].items():
        for month in MONTHS:
            train = names["month"] < month
            inputs = names["make_inputs"](recipe, train)
            p = [names["train_recipe"](recipe, train, inputs, seed) for seed in SEEDS]
            table += [(step, month, seed, *scores(names, p[seed], month)) for seed in SEEDS]
            table.append((step, month, "mean of five", *scores(names, np.mean(p, axis=0), month)))
        print(step, flush=True)
    return pd.DataFrame(table, columns=["step", "month", "seed", "log_loss", "auc"])


def tuning(names: dict) -> pd.DataFrame:
    """Change one setting of the kept recipe at a time, with two seeds."""
    table, known = [], {}
    kept = names["RECIPES"]["own column"]
    for month in MONTHS[1:]:
        train = names["month"] < month
        inputs = names["make_inputs"](kept, train)
        for setting, (key, values) in KNOBS.items():
            for value in values:
                recipe = kept | {key: value} | ({"depth": 4} if key == "residual" else {})
                for seed in SEEDS[:2]:
                    at = month, seed, str(recipe)
                    if at not in known:
                        p = names["train_recipe"](recipe, train, inputs, seed)
                        known[at] = scores(names, p, month)
                    table.append((setting, value, month, seed, *known[at]))
        print(f"month {month}", flush=True)
    return pd.DataFrame(table, columns=["setting", "value", "month", "seed", "log_loss", "auc"])


def search(names: dict) -> pd.DataFrame:
    """Sixteen trials, then the first and the best setting again with five other seeds."""
    study = names["new_search"]()
    study.optimize(names["objective"], n_trials=16)
    table = [
        {
            "kind": "trial",
            "number": t.number + 1,
            "seed": 0,
            **t.params,
            "log_loss": t.value,
            "state": t.state.name,
        }
        for t in study.trials
    ]
    for row in table:  # of a pruned trial Optuna keeps what it reported last
        last = study.trials[row["number"] - 1].intermediate_values
        row["log_loss"] = round(last[max(last)], 6)
    for kind, setting in (("first trial again", study.trials[0].params), ("winner again", study.best_params)):
        for seed in range(1, 6):
            loss = names["july_loss"](names["train_setting"](**setting, seed=seed))
            table.append({"kind": kind, "number": 0, "seed": seed, **setting, "log_loss": round(loss, 6)})
    return pd.DataFrame(table)


if __name__ == "__main__":
    study = {"climb": climb, "tuning": tuning, "search": search}[sys.argv[1]]
    study(lesson()).to_csv(ROOT / "data" / "measured" / f"04_{study.__name__}.csv", index=False)
