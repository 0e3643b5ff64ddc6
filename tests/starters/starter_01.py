"""A CSV that lesson 01 never saw: other columns, another label, values missing in numbers and in text."""

import re
from pathlib import Path

import numpy as np
import pandas as pd


def make_csv(folder: Path) -> dict[str, str]:
    """Write the CSV; return the constants of the starter that point to it."""
    rng = np.random.default_rng(7)
    rows = 800
    age, channel = rng.integers(18, 80, rows).astype(float), rng.choice(["shop", "web", "phone"], rows)
    spend = rng.lognormal(3, 1, rows).round(2)
    chance = 1 / (1 + np.exp(-(0.05 * (age - 45) + (channel == "web") - 1)))
    table = pd.DataFrame(
        {"age": age, "spend": spend, "channel": channel, "converted": rng.random(rows) < chance}
    )
    table["converted"] = table["converted"].astype(int)
    table.loc[rng.random(rows) < 0.1, "age"] = np.nan
    table.loc[rng.random(rows) < 0.1, "channel"] = None
    path = folder / "mine.csv"
    table.to_csv(path, index=False)
    return {"CSV_PATH": str(path), "LABEL": "converted"}


def check(stdout: str) -> None:
    """The starter ends with a score between 0 and 1."""
    scores = [float(number) for number in re.findall(r"\b[01]\.\d+", stdout)]
    assert scores and all(0 <= score <= 1 for score in scores), stdout
