"""Two CSVs that lesson 03 never saw, and what its starter must print for them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

# Of each CSV: the columns that the starter must name, then where log-loss and AUC of a healthy network lie.
# It finds a window (of hour, of age) and a product of two columns; a straight line reaches an AUC of LINES.
EXPECTED = {
    "gaps": (["shop"], (0.38, 0.44), (0.875, 0.905)),
    "bots": ([], (0.37, 0.43), (0.82, 0.87)),
}


def make_csvs(folder: Path) -> dict[str, dict[str, object]]:
    """Write both CSVs; return, for each, the constants of the starter that point to it."""
    rng = np.random.default_rng(3)
    rows = 6_000
    hour, price, stock = rng.uniform(0, 24, rows), rng.normal(80, 15, rows), rng.normal(0, 1, rows)
    z = np.where(np.abs(hour - 13) < 5, 2.5, -2.0) + 1.2 * (price - 80) / 15 * stock
    gaps = pd.DataFrame({"hour": hour, "price": price, "stock": stock, "currency": 1.0, "empty": np.nan})
    gaps = gaps.assign(
        shop=rng.choice(["north", "south"], rows), outcome=rng.random(rows) < 1 / (1 + np.exp(-z))
    )
    gaps.loc[rng.random(rows) < 0.1, "price"] = np.nan
    gaps.loc[rng.random(rows) < 0.02, "stock"] = np.inf
    gaps.loc[rng.random(rows) < 0.03, "shop"] = None

    person = rng.integers(50_000, 51_500, rows)
    paid, age, visits = (
        rng.lognormal(3, 1, rows),
        rng.normal(40, 10, rows),
        rng.poisson(4, rows).astype(float),
    )
    z = -4 + 3 * (np.abs(age - 40) > 9) + 0.5 * visits * (paid > 20)
    bots = pd.DataFrame({"paid": paid, "age": age, "visits": visits, "person": person, "version": 2})
    bots = bots.assign(member=age > 35, y=(rng.random(rows) < 1 / (1 + np.exp(-z))).astype(int))
    bots["refund"] = np.where(bots["y"] == 1, rng.random(rows), 0.0)  # filled in afterwards
    bots.loc[rng.random(rows) < 0.003, "visits"] = 5_000.0
    bots.loc[rng.random(rows) < 0.001, "paid"] = 1e9
    gaps.to_csv(folder / "gaps.csv", index=False)
    bots.to_csv(folder / "bots.csv", index=False)
    return {
        "gaps": {"CSV_PATH": str(folder / "gaps.csv"), "LABEL": "outcome", "ID": None},
        "bots": {
            "CSV_PATH": str(folder / "bots.csv"),
            "LABEL": "y",
            "ID": "person",
            "KNOWN_LATER": ["refund"],
        },
    }


def check(stdout: str) -> None:
    """The loss falls from the first line on, and the network finds what a straight line cannot."""
    named = re.findall(r"'(\w+)'", stdout)
    (case,) = (case for case, (text, *_) in EXPECTED.items() if text == named)
    train, valid = np.array(
        re.findall(r"log-loss ([\d.]+) on training rows, ([\d.]+) on val", stdout), float
    ).T
    assert len(train) == 5 and (np.diff(train) < 0).all() and np.abs(train - valid).max() < 0.08, stdout
    last = re.findall(r"epoch (\d+): test log-loss ([\d.]+) \(constant ([\d.]+)\), AUC ([\d.]+)", stdout)
    epoch, loss, constant, auc = map(float, *last)
    _, losses, aucs = EXPECTED[case]
    assert losses[0] < loss < losses[1] and aucs[0] < auc < aucs[1], stdout
    assert 0.5 < constant < 0.7 and loss < train[-1] - 0.02 and 10 < epoch <= 200, stdout
