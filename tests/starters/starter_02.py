"""Two CSVs that lesson 02 never saw, and what its starter must print for them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

# The laws that drew the labels: log odds per unit of each column, or of a level against the reference.
LAWS = {
    "opens": {"opens": 0.5, "age": -0.04, "plan: gold": 1.2, "plan: silver": 0.6, "noise": 0.0},
    "calls": {"calls": -0.35, "debt": 0.002, "student": 0.9, "tariff: prepaid": -0.8, "noise": 0.0}
    | {"log(1 + pages)": 0.5},
}


def make_csvs(folder: Path) -> dict[str, dict[str, object]]:
    """Write both CSVs; return, for each, the constants of the starter that point to it."""
    rng = np.random.default_rng(2)
    rows = 6_000
    opens, age = rng.gamma(2, 1.5, rows), rng.normal(45, 12, rows)
    plan = rng.choice(["basic", "silver", "gold"], rows, p=[0.5, 0.3, 0.2]).astype(object)
    z = -2.2 + 0.5 * opens - 0.04 * (age - 45) + 1.2 * (plan == "gold") + 0.6 * (plan == "silver")
    plain = pd.DataFrame({"opens": opens, "age": age, "plan": plan, "noise": rng.normal(size=rows)})
    plain = plain.assign(country=1, empty=np.nan, name=[f"N{i}" for i in range(rows)])
    plain["age_in_months"] = 12 * plain["age"]
    plain["bought"] = (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(int)
    plain.loc[rng.random(rows) < 0.08, "age"] = np.nan
    plain["age_in_months"] = 12 * plain["age"]
    plain.loc[rng.random(rows) < 0.002, "opens"] = 5_000.0  # bots
    plain.loc[rng.random(rows) < 0.05, "plan"] = None
    plain.loc[:4, "plan"] = "trial"

    calls, debt, student = rng.poisson(3, rows), rng.exponential(300, rows), rng.random(rows) < 0.05
    tariff = rng.choice(["contract", "prepaid"], rows, p=[0.7, 0.3]).astype(object)
    pages = np.random.default_rng(3).lognormal(3, 1.2, rows).round()
    z = -1.5 - 0.35 * (calls - 3) + 0.002 * (debt - 300) + 0.9 * student - 0.8 * (tariff == "prepaid")
    z = z + 0.5 * (np.log1p(pages) - 3)
    dated = pd.DataFrame({"calls": calls, "debt": debt, "student": student, "tariff": tariff, "pages": pages})
    dated = dated.assign(noise=rng.normal(size=rows), client=rng.integers(10**6, 10**6 + 900, rows))
    dated["day"] = (pd.Timestamp("2024-05-01") + pd.to_timedelta(rng.integers(0, 300, rows), "D")).astype(str)
    dated["left"] = (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(int)
    dated["farewell"] = dated["left"] * rng.uniform(1, 2, rows)
    dated.loc[rng.random(rows) < 0.1, "debt"] = -1.0  # a code that stands for "no value"
    dated.loc[(rng.random(rows) < 0.05) & (dated["left"] == 0), "tariff"] = "staff"
    plain.to_csv(folder / "plain.csv", index=False)
    dated.to_csv(folder / "dated.csv", index=False)
    return {
        "plain": {
            "CSV_PATH": str(folder / "plain.csv"),
            "LABEL": "bought",
            "DATE": None,
            "ID": None,
            "GAPS": {},
            "LOG": [],
            "COST, VALUE": (1.5, 6.0),
        },
        "dated": {
            "CSV_PATH": str(folder / "dated.csv"),
            "LABEL": "left",
            "DATE": "day",
            "LABEL_DAYS": 10,
            "ID": "client",
            "KNOWN_LATER": ["farewell"],
            "GAPS": {"debt": [-1]},
            "LOG": ["pages"],
            "COST, VALUE": (1.0, 5.0),
        },
    }


def check(stdout: str) -> None:
    """The odds ratios are those of the law, the probabilities can be trusted, and the threshold pays."""
    number = r" +(-?[\d.]+)"
    odds = re.findall(rf"(?m)^([a-z_]+(?:: \w+| is missing)?|log\(1 \+ \w+\)){4 * number}$", stdout)
    odds = {name: tuple(map(float, values)) for name, *values in odds}
    assert all(0.01 < low <= ratio <= high < 30 for _, ratio, low, high in odds.values()), stdout
    (law,) = (law for first, law in LAWS.items() if first in odds)
    for name, weight in law.items():
        step, ratio, low, high = odds[name]
        truth = np.exp(weight * step)
        assert 0.8 < ratio / truth < 1.25 and low / 1.05 < truth < high * 1.05, (name, truth, stdout)
    assert {"debt is missing", "age is missing"} & set(odds), stdout
    silent = {"calls": "tariff: staff", "opens": "age_in_months"}[next(iter(law))]
    assert silent not in odds and f"'{silent}': " in stdout, stdout
    unwanted = {"name", "country", "empty", "client", "farewell", "day", "plan: trial", "pages"}
    assert not unwanted & set(odds), stdout

    constant, neuron = map(float, re.search(r"constant ([\d.]+), neuron ([\d.]+)", stdout).groups())
    assert constant - 0.16 < neuron < constant - 0.04, stdout
    bins = re.findall(rf"(?m)^ +([01]\.\d+){2 * number}$", stdout)
    assert len(bins) == 10, stdout
    predicted, observed, rows = np.array(bins, dtype=float).T
    assert (np.abs(predicted - observed) < 0.01 + 4 * np.sqrt(predicted * (1 - predicted) / rows)).all(), (
        stdout
    )
    assert abs(predicted @ rows - observed @ rows) < 0.03 * rows.sum(), stdout
    assert np.ptp(predicted) > 0.4, stdout

    # `noise` is independent of the rest, so its error is 1 / sqrt(sum of p (1 - p)) over the training rows.
    trained = int(re.search(r"train: ([\d,]+) rows", stdout)[1].replace(",", ""))
    error = 1 / np.sqrt(trained * np.mean(predicted * (1 - predicted)))
    assert 0.85 < np.log(odds["noise"][3] / odds["noise"][2]) / (2 * 1.96 * error) < 1.18, stdout

    letters = re.findall(r"(?m)^(.+): ([\d,]+) letters, profit (-?[\d,]+)$", stdout)
    count, profit = np.array([[int(v.replace(",", "")) for v in values] for _, *values in letters]).T
    assert [name[:3] for name, *_ in letters] == ["nob", "all", "p ≥"] and count[0] == profit[0] == 0, stdout
    assert count[1] == rows.sum() and 0.2 < count[2] / count[1] < 0.8, stdout
    assert profit[2] > max(0, profit[1]) + 0.08 * count[1], stdout
