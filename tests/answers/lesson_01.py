"""Right and wrong answers of lesson 01: the checker must accept the first and name the misconception of the second."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)


def minutes_plain(text):
    if text is None or text == "" or text != text:
        return float("nan")
    return float(text.replace(" min", "").strip().replace(",", "."))


def minutes_isna(text):
    return np.nan if pd.isna(text) or not text else float(text.replace("min", "").replace(",", "."))


def minutes_regex(text):
    import re

    found = re.search(r"\d+(?:[.,]\d+)?", str(text))
    return float(found[0].replace(",", ".")) if found else np.nan


def minutes_comma_deleted(text):
    return float(text.replace("min", "").replace(",", "")) if text else float("nan")


def minutes_zero(text):
    return float(text.replace("min", "").replace(",", ".")) if text else 0.0


def minutes_text(text):
    return text.replace("min", "") if text else float("nan")


def minutes_isna_only(text):
    return np.nan if pd.isna(text) else float(text.replace("min", "").replace(",", "."))


def minutes_point_only(text):
    return np.nan if pd.isna(text) or text == "" else float(text.replace("min", ""))


def minutes_nan_zero(text):
    if text is None or text == "":
        return float("nan")
    return np.nan_to_num(float(str(text).replace("min", "").replace(",", ".")))


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


def scale_zero_in_test(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return tuple(np.where(std > 0, (part - mean) / np.where(std > 0, std, 1), 0) for part in (train, test))


def scale_nan_to_num(train, test):
    with np.errstate(all="ignore"):
        mean, std = train.mean(axis=0), train.std(axis=0)
        return tuple(np.nan_to_num((part - mean) / std) for part in (train, test))


def scale_small_number(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0) + 1e-8
    return (train - mean) / std, (test - mean) / std


def scale_one_mean(train, test):
    return (train - train.mean()) / train.std(), (test - train.mean()) / train.std()


def scale_one_mean_only(train, test):
    return tuple((part - train.mean()) / train.std(axis=0) for part in (train, test))


def scale_columns_dropped(train, test):
    keep = train.std(axis=0) > 0
    train, test = train[:, keep], test[:, keep]
    return scale_plain(train, test)


def scale_min_max(train, test):
    scaler = MinMaxScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


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
    means = pd.concat([train, test]).groupby("postcode")["purchased"].mean()
    return train["postcode"].map(means), test["postcode"].map(means)


def encode_no_unknown(train, test):
    encoder = TargetEncoder()
    encoded = encoder.fit_transform(train[["postcode"]], train["purchased"])
    return encoded, test["postcode"].map(train.groupby("postcode")["purchased"].mean())


def scale_median(train, test):
    std = train.std(axis=0)
    std = np.where(std == 0, 1, std)
    return tuple((part - np.median(train, axis=0)) / std for part in (train, test))


def scale_at_least_one(train, test):
    std = np.maximum(train.std(axis=0), 1)
    return tuple((part - train.mean(axis=0)) / std for part in (train, test))


def encode_leave_one_out(train, test):
    groups = train.groupby("postcode")["purchased"]
    overall = train["purchased"].mean()
    count = groups.transform("size")
    others = (groups.transform("sum") - train["purchased"]) / (count - 1).where(count > 1)
    return others.fillna(overall), test["postcode"].map(groups.mean()).fillna(overall)


def encode_random_folds(train, test):
    encoded = pd.Series(np.nan, index=train.index)
    test_parts = []
    for fit, out in KFold(10, shuffle=True).split(train):
        part = train.iloc[fit]
        means = part.groupby("postcode")["purchased"].mean()
        encoded.iloc[out] = train["postcode"].iloc[out].map(means).fillna(part["purchased"].mean()).to_numpy()
        test_parts.append(test["postcode"].map(means).fillna(part["purchased"].mean()))
    return encoded, sum(test_parts) / 10


def encode_own_label_smoothed(train, test):
    encoder = TargetEncoder().fit(train[["postcode"]], train["purchased"])
    return encoder.transform(train[["postcode"]]), encoder.transform(test[["postcode"]])


def encode_fit_on_test(train, test):
    encoder = TargetEncoder()
    return tuple(encoder.fit_transform(part[["postcode"]], part["purchased"]) for part in (train, test))


def encode_unknown_by_all_labels(train, test):
    encoded, _ = encode_sklearn(train, test)
    overall = pd.concat([train, test])["purchased"].mean()
    return encoded, test["postcode"].map(train.groupby("postcode")["purchased"].mean()).fillna(overall)


def encode_needs_test_label(train, test):
    test = test.drop(columns="purchased")
    return encode_sklearn(train, test)


def encode_reads_test_label(train, test):
    assert set(test["purchased"]) <= {0, 1}
    return encode_sklearn(train, test)


def encode_constant(train, test):
    overall = train["purchased"].mean()
    means = train.groupby("postcode")["purchased"].mean()
    return np.full(len(train), overall), test["postcode"].map(means).fillna(overall)


def encode_shuffled(train, test):
    mixed = train.sample(frac=1, random_state=0)
    return encode_folds(mixed, test)


def encode_unknown_zero(train, test):
    encoded, _ = encode_sklearn(train, test)
    return encoded, test["postcode"].map(train.groupby("postcode")["purchased"].mean()).fillna(0)


def encode_folds_zero(train, test):
    encoded = pd.Series(0.0, index=train.index)
    for fit, out in KFold(5, shuffle=True, random_state=0).split(train):
        means = train.iloc[fit].groupby("postcode")["purchased"].mean()
        encoded.iloc[out] = train["postcode"].iloc[out].map(means).fillna(0).to_numpy()
    return encoded, encode_folds(train, test)[1]


def encode_unknown_half(train, test):
    encoded, _ = encode_sklearn(train, test)
    return encoded, test["postcode"].map(train.groupby("postcode")["purchased"].mean()).fillna(0.5)


def prepare_pipelines(numeric, categories):
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    return ColumnTransformer(
        [("numbers", numbers, numeric), ("levels", OneHotEncoder(handle_unknown="ignore"), categories)]
    )


def prepare_union(numeric, categories):
    """Scale first, flags on their own and not scaled, rare levels merged, a data frame as the result."""
    values = make_pipeline(StandardScaler(), SimpleImputer(strategy="median"))
    levels = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20, sparse_output=False)
    return make_column_transformer(
        (levels, categories), (make_union(values, MissingIndicator(features="all")), numeric)
    )


def _prepare(numbers, levels=None, **kwargs):
    levels = levels or OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return lambda numeric, categories: ColumnTransformer(
        [("numbers", numbers, numeric), ("levels", levels, categories)], **kwargs
    )


def _imputer(strategy="median", flag=True, **kwargs):
    return SimpleImputer(strategy=strategy, add_indicator=flag, **kwargs)


def _scaled_on_arrival(x):
    return (x - np.nanmean(x, axis=0)) / (np.nanstd(x, axis=0) + 1e-3)


NUMBERS = make_pipeline(_imputer(), StandardScaler())


def prepare_fitted(numeric, categories):
    table = pd.DataFrame({c: [1.0, np.nan, 3.0] for c in numeric} | {c: ["a", "b", "c"] for c in categories})
    return prepare_pipelines(numeric, categories).fit(table)


def prepare_fixed_names(numeric, categories):
    return prepare_pipelines(["visits_30d"], ["channel"])


def prepare_numbers_lost(numeric, categories):
    return prepare_pipelines(numeric[:1], categories)


GOOD_ENCODINGS = {"device": "one-hot", "membership": "ordinal", "postcode": "target", "customer_id": "drop"}

ANSWERS = {
    "01.1": {
        "right": [minutes_plain, minutes_isna, minutes_regex],
        "wrong": [
            (minutes_comma_deleted, "ten times too much"),
            (minutes_zero, "not measured"),
            (minutes_text, "needs a number"),
            (minutes_isna_only, "The empty text is not NaN to pandas"),
            (minutes_point_only, "only a decimal point"),
            (minutes_nan_zero, "to_minutes(float('nan'))` gave 0"),
        ],
    },
    "01.2": {
        "right": [9, "9"],
        "wrong": [(5, "stands there twice"), (8, "`concat`"), (15, "each row with each row")],
    },
    "01.3": {
        "right": ["b", "(B)"],
        "wrong": [
            ("a", "on a phone"),
            ("c", "nothing but the device"),
            ("d", "exists and was hidden"),
        ],
    },
    "01.4": {"right": [2, 2.0], "wrong": [(0, "completely at random"), (7.5, "those who answered")]},
    "01.5": {
        "right": [scale_plain, scale_sklearn, scale_zero_in_test],
        "wrong": [
            (scale_median, "subtracted the median"),
            (scale_at_least_one, "divide by"),
            (scale_each_part, "their own mean"),
            (scale_all_rows, "test rows included"),
            (scale_no_constant, "0/0"),
            (scale_nan_to_num, "huge number"),
            (scale_small_number, "huge number"),
            (scale_one_mean, "one mean for the whole table"),
            (scale_one_mean_only, "one mean for the whole table"),
            (scale_columns_dropped, "must stay"),
            (scale_min_max, "normalising"),
        ],
    },
    "01.6": {
        "right": [
            encode_sklearn,
            encode_folds,
            encode_random_folds,
        ],
        "wrong": [
            (encode_own_label, "own label"),
            (encode_leave_one_out, "leaks its label in reverse"),
            (encode_own_label_smoothed, "own label"),
            (encode_test_labels_too, "labels of the test rows were used"),
            (encode_fit_on_test, "labels of the test rows were used"),
            (encode_unknown_by_all_labels, "labels of the test rows were used"),
            (encode_needs_test_label, "test labels must not be needed"),
            (encode_reads_test_label, "test labels must not be needed"),
            (encode_constant, "the same number"),
            (encode_shuffled, "in the order of `train`"),
            (encode_unknown_zero, "nobody there will ever buy"),
            (encode_folds_zero, "nobody there will ever buy"),
            (encode_unknown_half, "An unknown postcode is average"),
            (encode_no_unknown, "occurs nowhere else"),
        ],
    },
    "01.7": {
        "right": [GOOD_ENCODINGS, dict(reversed(GOOD_ENCODINGS.items()))],
        "wrong": [
            (GOOD_ENCODINGS | {"device": "ordinal"}, "tablet lies between"),
            (GOOD_ENCODINGS | {"postcode": "one-hot"}, "more than a thousand columns"),
            (GOOD_ENCODINGS | {"customer_id": "target"}, "memorise"),
            (GOOD_ENCODINGS | {"membership": "one-hot"}, "It would run, but one-hot throws the order"),
        ],
    },
    "01.8": {
        "right": ["c", "C"],
        "wrong": [("a", "has seen"), ("b", "*new* customers"), ("d", "middle of the September rows")],
    },
    "01.9": {
        "right": [{"orders_calendar_month", "last_mail"}, ["last_mail", "orders_calendar_month"]],
        "wrong": [
            ({"orders_previous_month", "last_mail"}, "was known when the decision was made"),
            ({"last_mail"}, "until the *end* of that month"),
            ({"orders_calendar_month"}, "thank you"),
            ({"orders_previous_month"}, "predicts almost nothing"),
            ({"orders_calendar_month", "orders_previous_month"}, "is one of the two"),
            (set(), "Two of the four columns hold the future"),
            ({"random_group", "last_mail"}, "drawn by chance"),
            ({"orders"}, "not among the four"),
        ],
    },
    "01.10": {
        "right": [
            lambda: OneHotEncoder(handle_unknown="ignore"),
            lambda: OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False),
        ],
        "wrong": [
            (lambda: OneHotEncoder(), "stopped the whole batch"),
            (lambda: OneHotEncoder(), "the parameter `handle_unknown`."),
            (
                lambda: OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=100),
                "merged the two",
            ),
            (lambda: OneHotEncoder(handle_unknown="ignore", min_frequency=3), "merged the two"),
            (lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), "two columns"),
        ],
    },
    "01.11": {
        "right": ["b", "(B)"],
        "wrong": [("a", "not a probability"), ("c", "any number"), ("d", "labels 0 and 1")],
    },
    "01.12": {
        "right": [
            prepare_pipelines,
            prepare_union,
            _prepare(make_pipeline(_imputer(), StandardScaler()), verbose_feature_names_out=False),
        ],
        "wrong": [
            (lambda numeric, categories: (numeric, categories), "Return the preprocessor itself"),
            (prepare_fitted, "fitted already"),
            (prepare_fixed_names, "Use the arguments"),
            (prepare_numbers_lost, "`pages` is lost"),
            (_prepare(NUMBERS, remainder="passthrough"), "holds text"),
            (_prepare(NUMBERS, "passthrough"), "holds text"),
            (
                _prepare(make_pipeline(_imputer(), FunctionTransformer(_scaled_on_arrival))),
                "alone than in a batch",
            ),
            (_prepare(StandardScaler()), "came through as NaN"),
            (_prepare(make_pipeline(_imputer(flag=False), StandardScaler())), "`add_indicator`"),
            (_prepare(make_pipeline(_imputer("mean"), StandardScaler())), "filled with the mean"),
            (_prepare(make_pipeline(_imputer("constant", fill_value=0), StandardScaler())), "filled with 0"),
            (
                _prepare(make_pipeline(_imputer("constant", fill_value=-9), StandardScaler())),
                "must get the median",
            ),
            (_prepare(_imputer()), "not standardised"),
            (_prepare(make_pipeline(_imputer(), MinMaxScaler())), "not standardised"),
            (_prepare(NUMBERS, OneHotEncoder(handle_unknown="ignore", drop="first")), "2 of them got"),
            (
                _prepare(NUMBERS, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)),
                "0 of them got",
            ),
            (_prepare(NUMBERS, OneHotEncoder()), "stopped the batch"),
        ],
    },
    "01.13": {
        "right": ["b", "b."],
        "wrong": [("a", "must score them too"), ("c", "ordered today"), ("d", "999 as a number")],
    },
}
