"""The table that lesson 01 ends with, ready for a network: the later lessons start from it."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from mktutils.datasets import load_customers, load_truth, load_user_behavior
from mktutils.preprocessing.clean import normalise_text, parse_number
from mktutils.preprocessing.encode import make_preprocessor
from mktutils.preprocessing.split import split_by_time

KEY = ["customer_id", "snapshot_date"]
NUMERIC = [
    "days_since_last_visit",
    "pages_per_visit",
    "days_since_last_order",
    "email_open_rate",
    "satisfaction",
]
SKEWED = ["visits_30d", "minutes_on_site_30d", "cart_adds_30d", "orders_365d", "spend_365d"]
MEMBERSHIP = ["none", "bronze", "silver", "gold"]
CHANNELS = {
    "e-mail": "email",
    "social media": "social",
    "search engine": "search",
    "refer-a-friend": "referral",
    "affiliates": "affiliate",
    "direct traffic": "direct",
}


class Behavior(NamedTuple):
    """Rows, arrays and true probabilities of the three parts of `user_behavior.csv`.

    `train`, `valid`, `test`: typed rows (DataFrame), a customer on a snapshot date each. `X_*`: float32
    arrays of shape (n_rows, n_columns), their columns named in `columns`. `y_*`: 0/1 labels of shape
    (n_rows,). `p_*`: the true probabilities, for the ceiling; never a feature.
    """

    train: pd.DataFrame
    valid: pd.DataFrame
    test: pd.DataFrame
    X_train: np.ndarray
    X_valid: np.ndarray
    X_test: np.ndarray
    y_train: np.ndarray
    y_valid: np.ndarray
    y_test: np.ndarray
    p_train: np.ndarray
    p_valid: np.ndarray
    p_test: np.ndarray
    columns: list[str]


def behavior_rows() -> pd.DataFrame:
    """Return one clean row for each customer and snapshot date, with the label and the true `p_purchase`.

    The cleaning of lesson 01: text becomes numbers, codes (-1, 999) become gaps, customers are joined by
    many to one. Nothing is learnt from other rows.
    """
    raw, customers, truth = load_user_behavior(), load_customers(), load_truth("user_behavior")
    customers = customers.drop_duplicates("customer_id").assign(
        channel=lambda t: normalise_text(t["channel"], synonyms=CHANNELS),
        city=lambda t: normalise_text(t["city"]),
    )
    truth = truth[[*KEY, "p_purchase"]].assign(snapshot_date=pd.to_datetime(truth["snapshot_date"]))
    rows = raw.assign(
        snapshot_date=pd.to_datetime(raw["snapshot_date"]),
        spend_365d=parse_number(raw["spend_365d"]),
        minutes_on_site_30d=parse_number(raw["minutes_on_site_30d"]),
        days_since_last_order=raw["days_since_last_order"].mask(raw["days_since_last_order"].isin([-1, 999])),
    ).drop_duplicates()
    rows = rows.merge(customers, on="customer_id", how="left", validate="many_to_one")
    return rows.merge(truth, on=KEY, validate="one_to_one")


def behavior_preprocessor() -> Pipeline:
    """Return the unfitted preprocessor of the behaviour table: `make_preprocessor`, then a cut at ±5."""
    columns = make_preprocessor(
        numeric=NUMERIC,
        skewed=SKEWED,
        onehot=["channel", "device", "city"],
        ordinal={"membership": MEMBERSHIP},
        target=["postcode"],
    )
    cut = FunctionTransformer(
        np.clip, kw_args={"a_min": -5, "a_max": 5, "dtype": "float32"}, feature_names_out="one-to-one"
    )
    return make_pipeline(columns, cut)


def prepare_behavior() -> Behavior:
    """Clean, split and encode `user_behavior.csv` as lesson 01 does; returns a `Behavior`.

    Training: January to July 2025; validation: August; test: September and October. The preprocessor is
    fitted on the training rows only.

    >>> behavior = prepare_behavior()
    >>> behavior.X_train.dtype, len(behavior.columns) == behavior.X_test.shape[1]
    (dtype('float32'), True)
    """
    parts = split_by_time(behavior_rows(), "snapshot_date", train_end="2025-08-01", valid_end="2025-09-01")
    y = [part["purchased"].to_numpy() for part in parts]
    p = [part["p_purchase"].to_numpy() for part in parts]
    preprocessor = behavior_preprocessor()
    X = [preprocessor.fit_transform(parts[0], y[0])] + [preprocessor.transform(part) for part in parts[1:]]
    return Behavior(*parts, *X, *y, *p, preprocessor.get_feature_names_out().tolist())
