"""Right and wrong answers of lesson 01: the checker must accept the first and name the misconception of the second."""

import numpy as np
from sklearn.model_selection import KFold
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder


def minutes_plain(text):
    if text is None or text == "":
        return float("nan")
    return float(text.replace(" min", "").strip().replace(",", "."))


def minutes_regex(text):
    import re

    found = re.search(r"\d+(?:[.,]\d+)?", text or "")
    return float(found[0].replace(",", ".")) if found else np.nan


def minutes_comma_deleted(text):
    return float(text.replace("min", "").replace(",", "")) if text else float("nan")


def minutes_zero(text):
    return float(text.replace("min", "").replace(",", ".")) if text else 0.0


def minutes_text(text):
    return text.replace("min", "") if text else float("nan")


def scale_plain(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    std = np.where(std == 0, 1, std)
    return (train - mean) / std, (test - mean) / std


def scale_sklearn(train, test):
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


def scale_each_part(train, test):
    return tuple((part - part.mean(axis=0)) / part.std(axis=0) for part in (train, test))


def scale_all_rows(train, test):
    both = np.vstack([train, test])
    return tuple((part - both.mean(axis=0)) / both.std(axis=0) for part in (train, test))


def scale_no_constant(train, test):
    with np.errstate(invalid="ignore"):
        return tuple((part - train.mean(axis=0)) / train.std(axis=0) for part in (train, test))


def encode_sklearn(train, test):
    encoder = TargetEncoder()
    encoded = encoder.fit_transform(train[["postcode"]], train["purchased"])
    return encoded, encoder.transform(test[["postcode"]])


def encode_folds(train, test):
    overall = train["purchased"].mean()
    encoded = np.zeros(len(train))
    for fit, out in KFold(5, shuffle=True, random_state=0).split(train):
        means = train.iloc[fit].groupby("postcode")["purchased"].mean()
        encoded[out] = train["postcode"].iloc[out].map(means).fillna(overall)
    means = train.groupby("postcode")["purchased"].mean()
    return encoded, test["postcode"].map(means).fillna(overall)


def encode_own_label(train, test):
    means = train.groupby("postcode")["purchased"].mean()
    overall = train["purchased"].mean()
    return train["postcode"].map(means), test["postcode"].map(means).fillna(overall)


def encode_test_labels_too(train, test):
    import pandas as pd

    means = pd.concat([train, test]).groupby("postcode")["purchased"].mean()
    return train["postcode"].map(means), test["postcode"].map(means)


def encode_no_unknown(train, test):
    encoder = TargetEncoder()
    encoded = encoder.fit_transform(train[["postcode"]], train["purchased"])
    return encoded, test["postcode"].map(train.groupby("postcode")["purchased"].mean())


GOOD_ENCODINGS = {"device": "one-hot", "membership": "ordinal", "postcode": "target", "customer_id": "drop"}

ANSWERS = {
    "01.1": {
        "right": [minutes_plain, minutes_regex],
        "wrong": [
            (minutes_comma_deleted, "ten times too much"),
            (minutes_zero, "not measured"),
            (minutes_text, "needs a number"),
        ],
    },
    "01.2": {
        "right": [9, "9"],
        "wrong": [(5, "stands there twice"), (8, "`concat`"), (15, "each row with each row")],
    },
    "01.3": {
        "right": ["b", "(B)"],
        "wrong": [
            ("a", "one kind of device"),
            ("c", "depends on the device"),
            ("d", "exists and was hidden"),
        ],
    },
    "01.4": {"right": [2, 2.0], "wrong": [(0, "completely at random"), (7.5, "those who answered")]},
    "01.5": {
        "right": [scale_plain, scale_sklearn],
        "wrong": [
            (scale_each_part, "their own mean"),
            (scale_all_rows, "test rows included"),
            (scale_no_constant, "0/0"),
        ],
    },
    "01.6": {
        "right": [encode_sklearn, encode_folds],
        "wrong": [
            (encode_own_label, "own label"),
            (encode_test_labels_too, "own label"),
            (encode_no_unknown, "occurs nowhere else"),
        ],
    },
    "01.7": {
        "right": [GOOD_ENCODINGS, dict(reversed(GOOD_ENCODINGS.items()))],
        "wrong": [
            (GOOD_ENCODINGS | {"device": "ordinal"}, "tablet lies between"),
            (GOOD_ENCODINGS | {"postcode": "one-hot"}, "more than a thousand columns"),
            (GOOD_ENCODINGS | {"customer_id": "target"}, "by heart"),
            (GOOD_ENCODINGS | {"membership": "one-hot"}, "throws the order away"),
        ],
    },
    "01.8": {
        "right": ["c", "C"],
        "wrong": [("a", "has seen"), ("b", "*new* customers"), ("d", "sorted by date")],
    },
    "01.9": {
        "right": [{"orders_calendar_month", "last_mail"}, ["last_mail", "orders_calendar_month"]],
        "wrong": [
            ({"orders_previous_month", "last_mail"}, "was known when the decision was made"),
            ({"last_mail"}, "until the *end* of that month"),
            ({"orders_calendar_month"}, "thank you"),
        ],
    },
    "01.10": {
        "right": [
            lambda: OneHotEncoder(handle_unknown="ignore"),
            lambda: OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False),
        ],
        "wrong": [
            (lambda: OneHotEncoder(), "stopped the whole batch"),
            (lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), "two columns"),
        ],
    },
}
