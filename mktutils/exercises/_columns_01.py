"""Checkers of lesson 01 for single columns: text to numbers, scaling, target encoding, choice of encodings."""

import math

import numpy as np
import pandas as pd

from mktutils.lesson import Wrong, call, need_function


def _minutes(answer, text):
    """Call the learner's function; two errors that `float` raises have a message of their own."""
    try:
        return call(answer, text)
    except ValueError as e:
        if text == "7,5" and "could not convert string to float" in str(e):
            raise Wrong(
                "Python's `float` reads only a decimal point: replace the comma by a point first."
            ) from None
        if text == "" and "could not convert string to float" in str(e):
            raise Wrong("The empty text is not NaN to pandas: test for it first.") from None
        raise


def check_to_minutes(answer) -> None:
    need_function(answer)
    for text, right in [("12", 12.0), ("12 min", 12.0), (" 8.25 min ", 8.25), ("7,5", 7.5)]:
        got = _minutes(answer, text)
        if not isinstance(got, int | float | np.number):
            raise Wrong(
                f"`to_minutes({text!r})` gave {got!r}. A network needs a number: end with `float(...)`."
            )
        if text == "7,5" and math.isclose(got, 75):
            raise Wrong(
                "`7,5` became 75, ten times too much: the comma was deleted. In this column a comma is the decimal "
                'sign, so replace it by a point: `.replace(",", ".")`.'
            )
        if not math.isclose(got, right):
            raise Wrong(f"`to_minutes({text!r})` gave {got!r}; it must give {right}.")
    for text in ("", None, float("nan")):
        shown = "float('nan')" if isinstance(text, float) else repr(text)
        got = _minutes(answer, text)
        if isinstance(got, int | float | np.number) and got == 0:
            raise Wrong(
                f"`to_minutes({shown})` gave 0. An empty cell means *not measured*; zero would say that the customer "
                "spent no time at all. Return `float('nan')`."
            )
        if not (isinstance(got, float | np.floating) and math.isnan(got)):
            raise Wrong(f"`to_minutes({shown})` gave {got!r}; an empty cell must become `float('nan')`.")


def check_standardise(answer) -> None:
    need_function(answer)
    train = np.array([[1.0, 0.10], [3.0, 0.20], [8.0, 0.60]])
    test = np.array([[9.0, 0.50], [11.0, 0.70]])
    got = call(answer, train, test)
    if not (isinstance(got, tuple | list) and len(got) == 2):
        raise Wrong("Return two arrays: `return train_scaled, test_scaled`.")
    got_train, got_test = (np.asarray(part, dtype=float) for part in got)
    if got_train.shape != train.shape or got_test.shape != test.shape:
        raise Wrong(
            f"The shapes changed: {train.shape} became {got_train.shape} and {test.shape} became {got_test.shape}. "
            "Take mean and standard deviation for each column: `axis=0`."
        )

    def z(rows, by):
        return [(rows - by.mean(axis=0)) / by.std(axis=0, ddof=d) for d in (0, 1)]

    whole = [train.std(ddof=d) for d in (0, 1)] + [train.std(axis=0, ddof=d) for d in (0, 1)]
    if any(np.allclose(got_train, (train - train.mean()) / std) for std in whole):
        raise Wrong("You used one mean for the whole table; each column needs its own (`axis=0`).")
    both = np.vstack([train, test])
    right = zip(z(train, train), z(test, train), strict=True)
    if not any(np.allclose(got_train, a) and np.allclose(got_test, b) for a, b in right):
        if np.allclose(got_train, (train - np.median(train, axis=0)) / train.std(axis=0)):
            raise Wrong("You subtracted the median; standardising subtracts the mean.")
        if any(np.allclose(got_test, b) for b in z(test, test)):
            raise Wrong(
                "The test rows were scaled with their own mean. Then the same customer gets another value in another "
                "batch, and one single row would always become 0. Use the mean and the standard deviation of `train` for both."
            )
        if any(np.allclose(got_test, b) for b in z(test, both)):
            raise Wrong(
                "Mean and standard deviation were taken from all rows, test rows included: the test set is no longer "
                "unseen. Use the statistics of `train` alone."
            )
        if np.isclose(got_train.min(), 0) and np.isclose(got_train.max(), 1):
            raise Wrong(
                "This is normalising to the range 0 to 1. Standardising subtracts the mean and divides by the standard deviation."
            )
        raise Wrong("Subtract `train.mean(axis=0)` and divide by `train.std(axis=0)`, in both parts.")
    # The first column is constant in the training rows, and has another value in the test rows.
    train, test = np.array([[4.0, 1.0], [4.0, 3.0]]), np.array([[9.0, 2.0], [4.0, 5.0]])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        got_train, got_test = (np.asarray(part, dtype=float) for part in call(answer, train, test))
    if got_train.shape != train.shape or got_test.shape != test.shape:
        raise Wrong("A column that never varies in `train` must stay: later rows still have it.")
    if not np.isfinite(got_train).all() or np.isnan(got_test).any():
        raise Wrong(
            "A column that never varies has the standard deviation 0, and 0/0 is not a number: the network would learn "
            "nothing at all from then on. Replace a deviation of 0 by 1: `np.where(std == 0, 1, std)`."
        )
    if np.abs(got_test).max() >= 1e6:
        raise Wrong(
            "A column that is always 4 in `train` and 9 in one test row became "
            f"{got_test[0, 0]:.1e} there. Divided by a tiny deviation, or by 0, a small difference turns into a huge number. "
            "Where the deviation of `train` is 0, divide by 1."
        )
    if not np.allclose(got_train[:, 0], 0):
        raise Wrong("A column that never varies in `train` must become 0 there: each value minus the mean.")


def _noise(n: int = 3_000, levels: int = 600) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"postcode": rng.integers(0, levels, n), "purchased": (rng.random(n) < 0.3).astype(int)}
    )
    frame["postcode"] = "Z" + frame["postcode"].astype(str)
    train, test = frame.iloc[: n // 2].copy(), frame.iloc[n // 2 :].copy()
    return train, test


def _signal(levels: int = 20, size: int = 60) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Postcodes that matter: train, test, and the true rate of each training row's postcode."""
    rng = np.random.default_rng(2)
    level = rng.permutation(np.repeat(np.arange(levels), size))
    rate = np.linspace(0.05, 0.95, levels)[level]
    frame = pd.DataFrame({"postcode": level, "purchased": (rng.random(len(level)) < rate).astype(int)})
    frame["postcode"] = "Z" + frame["postcode"].astype(str)
    half = len(frame) * 3 // 4
    return frame.iloc[:half].copy(), frame.iloc[half:].copy(), rate[:half]


def _encoded(answer, train: pd.DataFrame, test: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    got = call(answer, train, test)
    if not (isinstance(got, tuple | list) and len(got) == 2):
        raise Wrong("Return two columns: `return encoded_train, encoded_test`.")
    encoded, encoded_test = (np.asarray(part, dtype=float).ravel() for part in got)
    if len(encoded) != len(train) or len(encoded_test) != len(test):
        raise Wrong(
            "Return one number for each row of `train` and one for each row of `test`, in this order."
        )
    if np.isnan(encoded).any() or np.isnan(encoded_test).any():
        raise Wrong(
            "Some rows are empty: a postcode that occurs nowhere else has no mean. Give it the mean of all training rows: "
            "`.fillna(train['purchased'].mean())`."
        )
    return encoded, encoded_test


def _corr(a, b) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if np.std(a) > 1e-12 and np.std(b) > 1e-12 else 0.0


def _uses_test_labels(answer, train, test, before: tuple[np.ndarray, np.ndarray]) -> None:
    """The encoding may not move when the labels of the test rows are turned round, nor need them."""
    after = _encoded(answer, train, test.assign(purchased=1 - test["purchased"]))
    unknown = ~test["postcode"].isin(train["postcode"]).to_numpy()
    moved = [new - old for new, old in zip(after, before, strict=True)]
    if any(abs(part.mean()) > 0.03 for part in (*moved, moved[1][unknown])):
        raise Wrong(
            "The labels of the test rows were used; on the day of use there are none. Compute every mean from `train` alone."
        )
    try:
        call(answer, train, test[["postcode"]])
    except (KeyError, AttributeError) as e:
        if "purchased" not in str(e):
            raise
        raise Wrong(
            "Without the column `purchased` in `test` the function stops: test labels must not be needed. "
            "On the day of use there are none."
        ) from None


def check_target_encoding(answer) -> None:
    need_function(answer)
    train, test = _noise()
    encoded, encoded_test = _encoded(answer, train, test)
    _uses_test_labels(answer, train, test, (encoded, encoded_test))
    relation = _corr(encoded, train["purchased"])
    if relation > 0.15:
        raise Wrong(
            "The labels here are coin flips that have nothing to do with the postcode, and still the encoded column "
            f"predicts them in the training rows (correlation {relation:.2f}). Each row's own label is in its own mean. "
            "Compute the mean for a row from *other* rows: in five folds, or with `TargetEncoder().fit_transform`."
        )
    means, overall = train.groupby("postcode")["purchased"].mean(), train["purchased"].mean()
    known = test["postcode"].isin(means.index).to_numpy()
    if _corr(encoded_test[known], test["postcode"][known].map(means)) < 0.5:
        raise Wrong("The test rows must be encoded with what all *training* rows say about their postcode.")
    alone = ~train["postcode"].duplicated(keep=False).to_numpy()
    for part, rows in (("test", encoded_test[~known]), ("train", encoded[alone])):
        value = rows.mean()
        if abs(value - overall) > 0.05:
            where = (
                "A postcode of `test` that does not occur in `train`"
                if part == "test"
                else "A postcode that stands in one row of `train` alone"
            )
            why = (
                "0 says that nobody there will ever buy; an unknown postcode is average"
                if abs(value) < 1e-9
                else "An unknown postcode is average"
            )
            raise Wrong(f"{where} got {value:.2f}. {why}: give it the mean of `train`, {overall:.2f} here.")
    train, test, rate = _signal()
    encoded, _ = _encoded(answer, train, test)
    within = encoded - pd.Series(encoded).groupby(train["postcode"].to_numpy()).transform("mean").to_numpy()
    if (
        within.std() > 0
        and within[train["purchased"] == 1].max() < within[train["purchased"] == 0].min() + 1e-12
    ):
        raise Wrong(
            "Inside one postcode the encoded value tells each row's label: where all rows but one are counted, buyers get "
            "the lower value. Leaving out one row leaks its label in reverse. Leave out a whole fold: five folds."
        )
    if _corr(encoded, rate) < 0.5:
        raise Wrong(
            "In a second table the postcode decides how often people buy, and "
            + (
                "every training row got the same number: the column says nothing about the postcode. "
                if encoded.std() < 1e-9
                else "the encoded training column does not follow it. Are the rows still in the order of `train`? "
            )
            + "Encode each fold with the means of the other folds."
        )


def check_encodings(answer) -> None:
    columns = {"device", "membership", "postcode", "customer_id"}
    if not isinstance(answer, dict) or set(answer) != columns:
        raise Wrong(f"Give a dictionary with exactly these keys: {sorted(columns)}.")
    kinds = ("one-hot", "ordinal", "target", "drop")
    for column, kind in answer.items():
        if kind not in kinds:
            raise Wrong(f"{column!r}: {kind!r} is not one of {kinds}.")
    if answer["membership"] == "one-hot":
        raise Wrong(
            "It would run, but one-hot throws the order of `membership` away: none < bronze < silver < gold. "
            "The task asks for the encoding that keeps the order."
        )
    if answer["membership"] != "ordinal":
        raise Wrong("`membership` has an order: none < bronze < silver < gold. Numbers 0 to 3 keep it.")
    if answer["device"] == "ordinal":
        raise Wrong(
            "Numbers 0, 1, 2 for `device` would say that a tablet lies between two others. It has no order: use one column for each level."
        )
    if answer["device"] != "one-hot":
        raise Wrong(
            "`device` has three levels without an order. Three columns of 0 and 1 hold all that it says."
        )
    if answer["postcode"] == "one-hot":
        raise Wrong(
            "`postcode` has more than a thousand levels: one-hot gives more than a thousand columns, most of them 1 for a handful of rows."
        )
    if answer["postcode"] == "ordinal":
        raise Wrong(
            "Postcodes sorted by alphabet have no order of *more* or *less*: the number would mean nothing."
        )
    if answer["postcode"] == "drop":
        raise Wrong(
            "Dropping `postcode` is safe, but it may hold information. One column with its cross-fitted purchase rate keeps it."
        )
    if answer["customer_id"] != "drop":
        raise Wrong(
            "`customer_id` names the customer: a network can memorise it and knows nothing about a new customer. "
            "It belongs in the split, not in the features."
        )
