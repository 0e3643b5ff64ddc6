"""Three CSVs that lesson 03 never saw, and what its starter must print for them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

# For each CSV: the text columns that the starter must name; log-loss of training and validation rows after
# one epoch, which a wrong sign in any gradient moves; test log-loss and AUC. A straight line has an AUC of
# 0.53, 0.70 and 0.54. The network is trained in float64: changes of 1e-8 in its first weights move no
# printed digit. If the starter's constants change on purpose, run it and write the new numbers here.
EXPECTED = {
    "gaps": (["shop"], (0.638, 0.645), (0.440, 0.877)),
    "bots": ([], (0.654, 0.667), (0.365, 0.852)),
    "wide": (["note"], (0.725, 0.735), (0.497, 0.815)),
}


def make_csvs(folder: Path) -> dict[str, dict[str, object]]:
    """Write the CSVs; return, for each, the constants of the starter that point to it."""
    rng = np.random.default_rng(31)
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

    wide = pd.DataFrame(rng.normal(size=(4_000, 30)), columns=[f"c{i}" for i in range(30)])
    z = 3 * np.abs(wide[["c1", "c5", "c8", "c13", "c21"]].sum(axis=1)) / np.sqrt(5) - 3
    wide = wide.assign(note="a", answer=(rng.random(4_000) < 1 / (1 + np.exp(-z))).astype(float))

    gaps.to_csv(folder / "gaps.csv", index=False)
    bots.to_csv(folder / "bots.csv", index=False)
    wide.to_csv(folder / "wide.csv", index=False)
    return {
        "gaps": {"CSV_PATH": str(folder / "gaps.csv"), "LABEL": "outcome", "ID": None},
        "bots": {
            "CSV_PATH": str(folder / "bots.csv"),
            "LABEL": "y",
            "ID": "person",
            "KNOWN_LATER": ["refund"],
        },
        "wide": {"CSV_PATH": str(folder / "wide.csv"), "LABEL": "answer", "ID": None},
    }


def check(stdout: str) -> None:
    """The loss falls, and the network finds what a straight line cannot, without learning noise by heart."""
    named = re.findall(r"'(\w+)'", stdout)
    ((_, begin, end),) = (expected for expected in EXPECTED.values() if expected[0] == named)
    lines = re.findall(r"epoch (\d+): log-loss ([\d.]+) on training rows, ([\d.]+) on", stdout)
    epochs, fell = [int(epoch) for epoch, _, _ in lines], np.array([row[1:] for row in lines], float)
    assert len(lines) in (9, 10) and epochs[0] == 1 and epochs == sorted(set(epochs)), stdout
    assert fell[0, 0] > fell[1, 0] > fell[-1, 0], stdout
    assert np.abs(fell[0] - begin).max() < 0.0025, stdout
    tests = re.findall(r"test, ([a-z ]+)(\d*): log-loss ([\d.]+), AUC ([\d.]+)", stdout)
    assert [name.strip() for name, *_ in tests] == ["constant", "logistic regression", "network of epoch"], (
        stdout
    )
    (_, _, constant, half), (_, _, _, line), (_, epoch, loss, auc) = tests
    assert abs(float(loss) - end[0]) < 0.004 and abs(float(auc) - end[1]) < 0.004, stdout
    assert (
        0.5 < float(constant) < 0.7
        and half == "0.500"
        and 10 < int(epoch) < epochs[-1] <= 200
        and int(epoch) in epochs
    ), stdout
    assert float(line) < float(auc) - 0.1, stdout
