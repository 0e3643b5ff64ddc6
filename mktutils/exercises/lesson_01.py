"""Exercises of lesson 01: preprocessing."""

import math

import numpy as np
import pandas as pd

from mktutils.lesson import Exercise, Wrong, call, choice, need_function, predict


def _to_minutes(answer) -> None:
    need_function(answer)
    for text, right in [("12", 12.0), ("12 min", 12.0), (" 8.25 min ", 8.25), ("7,5", 7.5)]:
        got = call(answer, text)
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
    for text in ("", None):
        got = call(answer, text)
        if got == 0:
            raise Wrong(
                f"`to_minutes({text!r})` gave 0. An empty cell means *not measured*; zero would say that the customer "
                "spent no time at all. Return `float('nan')`."
            )
        if not (isinstance(got, float | np.floating) and math.isnan(got)):
            raise Wrong(f"`to_minutes({text!r})` gave {got!r}; an empty cell must become `float('nan')`.")


def _standardise(answer) -> None:
    need_function(answer)
    train = np.array([[1.0, 10.0], [3.0, 20.0], [5.0, 30.0]])
    test = np.array([[9.0, 50.0], [11.0, 70.0]])
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

    both = np.vstack([train, test])
    right = zip(z(train, train), z(test, train), strict=True)
    if not any(np.allclose(got_train, a) and np.allclose(got_test, b) for a, b in right):
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
    constant = np.array([[4.0], [4.0]])
    got_constant = np.asarray(call(answer, constant, constant)[0], dtype=float)
    if not np.allclose(got_constant, 0):
        raise Wrong(
            "A column that never varies has the standard deviation 0, and 0/0 is not a number: the network would learn "
            "nothing at all from then on. Replace a deviation of 0 by 1: `np.where(std == 0, 1, std)`."
        )


def _noise(n: int = 3_000, levels: int = 600) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"postcode": rng.integers(0, levels, n), "purchased": (rng.random(n) < 0.3).astype(int)}
    )
    frame["postcode"] = "Z" + frame["postcode"].astype(str)
    train, test = frame.iloc[: n // 2].copy(), frame.iloc[n // 2 :].copy()
    return train, test


def _target_encoding(answer) -> None:
    need_function(answer)
    train, test = _noise()
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
    relation = np.corrcoef(encoded, train["purchased"])[0, 1] if encoded.std() > 0 else 0.0
    if relation > 0.15:
        raise Wrong(
            "The labels here are coin flips that have nothing to do with the postcode, and still the encoded column "
            f"predicts them in the training rows (correlation {relation:.2f}). Each row's own label is in its own mean. "
            "Compute the mean for a row from *other* rows: in five folds, or with `TargetEncoder().fit_transform`."
        )
    means = train.groupby("postcode")["purchased"].mean()
    known = test["postcode"].isin(means.index).to_numpy()
    if (
        encoded_test[known].std() == 0
        or np.corrcoef(encoded_test[known], test["postcode"][known].map(means))[0, 1] < 0.5
    ):
        raise Wrong("The test rows must be encoded with what all *training* rows say about their postcode.")


def _encodings(answer) -> None:
    columns = {"device", "membership", "postcode", "customer_id"}
    if not isinstance(answer, dict) or set(answer) != columns:
        raise Wrong(f"Give a dictionary with exactly these keys: {sorted(columns)}.")
    kinds = ("one-hot", "ordinal", "target", "drop")
    for column, kind in answer.items():
        if kind not in kinds:
            raise Wrong(f"{column!r}: {kind!r} is not one of {kinds}.")
    if answer["membership"] != "ordinal":
        raise Wrong(
            "`membership` has an order: none < bronze < silver < gold. "
            + (
                "One-hot works, but it throws the order away; with one column the network can use it."
                if answer["membership"] == "one-hot"
                else "Numbers 0 to 3 keep it."
            )
        )
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
            "`customer_id` names the customer: a network can learn it by heart and knows nothing about a new customer. "
            "It belongs into the split, not into the features."
        )


def suspect_table(behavior: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Return `behavior` with four columns "from another team", some of which hold the future (the break-it lab).

    Parameters
    ----------
    behavior : rows with `customer_id`, `snapshot_date` (datetime) and `purchased`.
    orders : order lines with `order_id`, `customer_id`, `order_date` (datetime), `quantity`, `unit_price`.
    """
    rng = np.random.default_rng(7)
    out = behavior.copy()
    first = orders.groupby("order_id").agg(customer_id=("customer_id", "first"), day=("order_date", "first"))
    by_customer = {k: np.sort(v.to_numpy()) for k, v in first.groupby("customer_id")["day"]}
    none = np.array([], dtype="datetime64[ns]")

    def orders_between(row_start, row_end):
        return np.array(
            [
                np.searchsorted(by_customer.get(c, none), e, side="left")
                - np.searchsorted(by_customer.get(c, none), s, side="left")
                for c, s, e in zip(out["customer_id"], row_start, row_end, strict=True)
            ]
        )

    snapshot = out["snapshot_date"]
    month = snapshot.dt.to_period("M")
    out["orders_calendar_month"] = orders_between(month.dt.start_time, (month + 1).dt.start_time)
    out["orders_previous_month"] = orders_between((month - 1).dt.start_time, month.dt.start_time)
    thanked = (out["purchased"] == 1) & (rng.random(len(out)) < 0.9)
    out["last_mail"] = np.where(thanked, "thank you", rng.choice(["newsletter", "coupon", "none"], len(out)))
    out["random_group"] = rng.integers(0, 2, len(out))
    return out


def _find_leaks(answer) -> None:
    if isinstance(answer, str):
        answer = {answer}
    if not isinstance(answer, set | list | tuple):
        raise Wrong('Give the names as a set: `leaks = {"column_a", "column_b"}`.')
    answer = set(answer)
    new = {"orders_calendar_month", "orders_previous_month", "last_mail", "random_group"}
    unknown = answer - new
    if unknown:
        raise Wrong(f"{sorted(unknown)} is not among the four new columns {sorted(new)}.")
    if "orders_previous_month" in answer:
        raise Wrong(
            "`orders_previous_month` ends the day before the snapshot: it was known when the decision was made. A feature that "
            "predicts well is not a leak for that reason."
        )
    if "random_group" in answer:
        raise Wrong(
            "`random_group` was drawn by chance and predicts nothing. Look at the AUC that each column reaches alone."
        )
    if "orders_calendar_month" not in answer:
        raise Wrong(
            "One leak is left. Ask of each column: on which day was this value known? The snapshot is taken on the first of the "
            "month, and one column counts until the *end* of that month."
        )
    if "last_mail" not in answer:
        raise Wrong("One leak is left. Who receives a mail that says thank you, and when?")


def _encoder(answer) -> None:
    need_function(answer)
    encoder = call(answer)
    if not (hasattr(encoder, "fit") and hasattr(encoder, "transform")):
        raise Wrong("Return the encoder itself, not yet fitted: `return OneHotEncoder(...)`.")
    train = pd.DataFrame({"city": ["Oslo", "Rome", "Oslo", "Rome"]})
    encoder.fit(train)
    try:
        row = encoder.transform(pd.DataFrame({"city": ["Lima"]}))
    except ValueError as e:
        raise Wrong(
            f"At serving the new city stopped the whole batch: {str(e)[:80]} … Tell the encoder what to do with a level it has not "
            'seen: `handle_unknown="ignore"` (or `"infrequent_if_exist"`).'
        ) from None
    row = np.asarray(row.toarray() if hasattr(row, "toarray") else row)
    if row.shape != (1, 2):
        raise Wrong(f"Two known cities must give two columns; the encoder gives the shape {row.shape}.")
    if row.any():
        raise Wrong("The unknown city was encoded as if it were a known one. It must be 0 in both columns.")


EXERCISES = [
    Exercise(
        "01.1",
        "Text to numbers",
        "1",
        check=_to_minutes,
        hints=[
            "Treat the empty cell first: `if not text: return float('nan')` covers both the empty text and None.",
            'Then remove what is not a number: `text.replace("min", "")`. `float(" 8.25 ")` accepts blanks around the number.',
            'The decimal comma: `.replace(",", ".")` before `float(...)`.',
        ],
        solution="""
def to_minutes(text):
    if not text:
        return float("nan")
    return float(text.replace("min", "").replace(",", "."))
""",
        analysis="Three decisions are hidden in one column: which sign is the decimal sign, which unit is meant, and that an "
        "empty cell is *unknown*, not zero. Write them down; the next export will have a fourth spelling.",
    ),
    predict(
        "01.2",
        "Rows after a merge",
        "2",
        value=9,
        tolerance=0.01,
        misconceptions=[
            (
                5,
                "5 would be right if each customer stood once in `customers`. C1 stands there twice: each of its rows finds two partners.",
            ),
            (
                8,
                "8 is 5 + 3, the rows of both tables below each other: that is `concat`. A merge pairs rows that have the same key.",
            ),
            (15, "15 is 5 × 3: each row with each row. A merge pairs only rows with the same key."),
        ],
        otherwise="Count for each customer: rows in `behavior` times rows in `customers`; then add up.",
        hints=[
            "How many partners does each of the four rows of C1 find in `customers`?",
            "C1 gives 4 × 2 rows and C2 gives 1 × 1.",
        ],
        analysis='4 × 2 + 1 × 1 = 9. The four extra rows are customers counted twice: in training they weigh double. `validate="many_to_one"` '
        "turns this silent fault into an error.",
    ),
    choice(
        "01.3",
        "Why is the value missing?",
        "3",
        options={
            "a": "Completely at random would mean that each row has the same chance to be empty. Here customers with one kind of device "
            "are empty far more often.",
            "b": None,
            "c": "Not at random would mean that the chance depends on the missing value itself: whether the mail was opened. Here it depends "
            "on the device, and the device is a column of the table.",
            "d": "A structurally missing value does not exist. Here the mail was opened or not; the value exists and was hidden.",
        },
        hints=[
            "Ask first: does the chance to be empty depend on something that stands in the table?",
            "It depends on `device`, which is observed. The mechanism whose cause is observed has the name *missing at random*.",
        ],
        analysis="Missing at random (MAR): among customers with the same device, who is empty is chance. A model that sees the device (or a "
        "flag for *missing*) can correct for it; `dropna()` cannot: it removes mostly the customers with that device.",
    ),
    predict(
        "01.4",
        "What `dropna()` does to a survey",
        "3",
        value=2.0,
        tolerance=0.01,
        misconceptions=[
            (
                0,
                "The mean stays the same only if the answers are missing completely at random. Here the low scores are missing.",
            ),
            (
                7.5,
                "7.5 is the mean of those who answered. The question is by how much it is too high: subtract the mean of all ten.",
            ),
            (5.5, "5.5 is the true mean of all ten. How far is the mean of those who answered above it?"),
        ],
        otherwise="Compute both means: of the scores 1 to 10, and of the scores 5 to 10. Then take the difference.",
        hints=["The mean of 1, 2, …, 10 is 5.5.", "The mean of 5, 6, 7, 8, 9, 10 is 7.5."],
        analysis="7.5 − 5.5 = 2 points. The survey looks excellent because the unhappy customers did not answer: missing *not* at random. No "
        "formula repairs this from the table alone; a flag for *did not answer* at least lets the model see it.",
    ),
    Exercise(
        "01.5",
        "Standardise, with the training rows only",
        "4",
        check=_standardise,
        hints=[
            "Compute the two statistics once, from `train`: `mean = train.mean(axis=0)`.",
            "Use the same two statistics for both parts: `(train - mean) / std, (test - mean) / std`.",
            "A column that never varies has `std` 0: `std = np.where(std == 0, 1, std)`.",
        ],
        solution="""
def standardise(train, test):
    mean = train.mean(axis=0)
    std = train.std(axis=0)
    std = np.where(std == 0, 1, std)
    return (train - mean) / std, (test - mean) / std
""",
        analysis="`fit` on the training rows, `transform` on every row: the two verbs of scikit-learn are these two lines. The same two "
        "numbers must be stored with the model, because at serving there is often one row, and one row has no mean.",
    ),
    Exercise(
        "01.6",
        "A target encoding that leaks",
        "5",
        check=_target_encoding,
        hints=[
            "Which rows does the mean of a training row come from? Its own label is among them.",
            "Split `train` into folds; encode each fold with the means of the other folds. Levels that are new get the mean of all.",
            "scikit-learn does it: `TargetEncoder().fit_transform(train[['postcode']], train['purchased'])` for `train`, then `.transform` for `test`.",
        ],
        solution="""
from sklearn.preprocessing import TargetEncoder


def encode(train, test):
    encoder = TargetEncoder()
    encoded_train = encoder.fit_transform(train[["postcode"]], train["purchased"])
    encoded_test = encoder.transform(test[["postcode"]])
    return encoded_train, encoded_test
""",
        analysis="For the test rows the means of all training rows are right. For the training rows they are not: each mean contains the "
        "answer. `fit_transform` cross-fits, `fit(...).transform(...)` on the same rows does not; the difference is the leak.",
    ),
    Exercise(
        "01.7",
        "Which encoding for which column?",
        "5",
        check=_encodings,
        hints=[
            "Ask two questions of each column: does it have an order, and how many levels does it have?",
            "Few levels and no order: one-hot. An order: ordinal. Very many levels: target. A name of the row: drop.",
        ],
        solution="""
encodings = {
    "device": "one-hot",
    "membership": "ordinal",
    "postcode": "target",
    "customer_id": "drop",
}
""",
        analysis="Order decides between ordinal and one-hot, the number of levels between one-hot and target encoding or hashing, and a column "
        "that names the row never becomes a feature.",
    ),
    choice(
        "01.8",
        "Which split answers the question?",
        "6",
        options={
            "a": "Random rows put the March row of a customer into training and the February row of the same customer into the test: the model is asked "
            "about people and months that it has seen.",
            "b": "Random customers answer another question: how well are *new* customers scored in months that the model has seen? The model "
            "will score known customers in a month that nobody has seen.",
            "c": None,
            "d": "The last rows of a file are the latest only if the file is sorted by date. Split by the date itself.",
        },
        hints=[
            "On the day when the model is used: does it know the customers? Does it know the month?",
            "Known customers, unknown month. Which option makes exactly the month unknown?",
        ],
        analysis="The test imitates the use: train on months up to July, choose with August, test on September and October. If new customers matter as "
        "well, report them as a second number.",
    ),
    Exercise(
        "01.9",
        "Find the leaks",
        "7",
        check=_find_leaks,
        hints=[
            "For each new column compute the AUC that it reaches alone. Which ones are too good?",
            "Ask on which day each value was known. `orders_calendar_month` covers days after the snapshot, `orders_previous_month` does not.",
            "A mail that says *thank you* is sent after a purchase.",
        ],
        solution='leaks = {"orders_calendar_month", "last_mail"}',
        analysis="The AUC of one column alone points to the suspects; the calendar convicts them. A strong feature that was known on the day of the "
        "decision is a gift, and a weak feature from the day after is a leak.",
    ),
    Exercise(
        "01.10",
        "A city that nobody has seen",
        "7",
        check=_encoder,
        hints=[
            "The default of `OneHotEncoder` raises an error for a level that was not in the training rows.",
            "Look for the parameter `handle_unknown` in `help(OneHotEncoder)`: which value gives zeros?",
        ],
        solution="""
from sklearn.preprocessing import OneHotEncoder


def make_encoder():
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)
""",
        analysis="One unknown city among 10,000 rows must not stop the mailing, and it must not be silent either: count the unknown levels of each "
        "batch, because a rising count is the first sign of drift.",
        answer="make_encoder",
    ),
]
