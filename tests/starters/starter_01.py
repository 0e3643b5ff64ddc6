"""Two CSVs that lesson 01 never saw, and what its starter must print for them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd


def make_csvs(folder: Path) -> dict[str, dict[str, object]]:
    """Write both CSVs; return, for each, the constants of the starter that point to it."""
    rng = np.random.default_rng(7)
    rows = 1_500
    age, channel = rng.integers(18, 80, rows).astype(float), rng.choice(["shop", "web", "phone"], rows)
    chance = 1 / (1 + np.exp(-(0.06 * (age - 45) + 1.5 * (channel == "web") - 1)))
    plain = pd.DataFrame(
        {"age": age, "channel": channel, "converted": (rng.random(rows) < chance).astype(int)}
    )
    plain.loc[rng.random(rows) < 0.1, "age"] = np.nan
    plain.loc[rng.random(rows) < 0.1, "channel"] = None

    euros = [f"€{v:,.2f}".translate(str.maketrans(",.", ".,")) for v in rng.lognormal(7, 1, rows)]
    dated = plain.assign(
        spend=euros,
        zip=[f"Z{z}" for z in rng.integers(0, 300, rows)],
        client=[f"K{c}" for c in rng.integers(0, 500, rows)],
        day=(pd.Timestamp("2025-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 200, rows)), "D")).astype(
            str
        ),
        refund=plain["converted"] * rng.random(rows),
    )
    dated.loc[rows - 50 :, "channel"] = "app"  # a level that no training row has
    plain.to_csv(folder / "plain.csv", index=False)
    dated.to_csv(folder / "dated.csv", index=False)
    label = {"LABEL": "converted"}
    return {
        "plain": {"CSV_PATH": str(folder / "plain.csv"), "DATE": None, "ID": None} | label,
        "dated": {
            "CSV_PATH": str(folder / "dated.csv"),
            "DATE": "day",
            "ID": "client",
            "KNOWN_LATER": ["refund"],
        }
        | label,
    }


def check(stdout: str) -> None:
    """Both models find the signal, and neither sees the column that is filled in afterwards."""
    auc = {name: float(value) for name, value in re.findall(r"(?m)^(\w[\w ]*?) +([01]\.\d+)", stdout)}
    assert set(auc) == {"constant", "logistic regression", "network"}, stdout
    assert (
        auc["constant"] == 0.5 and 0.65 < auc["logistic regression"] < 0.95 and 0.65 < auc["network"] < 0.95
    ), stdout
