"""Exercises of lesson 01: preprocessing."""

import math

import numpy as np
import pandas as pd

from mktutils.lesson import Exercise, Wrong, call, choice, need_function, predict


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


def _to_minutes(answer) -> None:
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

    whole = [train.std(ddof=d) for d in (0, 1)] + [train.std(axis=0, ddof=d) for d in (0, 1)]
    if any(np.allclose(got_train, (train - train.mean()) / std) for std in whole):
        raise Wrong("You used one mean for the whole table; each column needs its own (`axis=0`).")
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


def _target_encoding(answer) -> None:
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


def _encodings(answer) -> None:
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
    if not (isinstance(answer, set | list | tuple) and all(isinstance(name, str) for name in answer)):
        raise Wrong('Give the names as a set: `leaks = {"column_a", "column_b"}`.')
    answer = set(answer)
    new = {"orders_calendar_month", "orders_previous_month", "last_mail", "random_group"}
    unknown = answer - new
    if unknown:
        raise Wrong(f"{sorted(unknown)} is not among the four new columns {sorted(new)}.")
    if not answer:
        raise Wrong("Two of the four columns hold the future; name them.")
    previous = (
        "`orders_previous_month` ends the day before the snapshot. It was known when the decision was made; it also "
        "predicts almost nothing."
    )
    if answer == {"orders_calendar_month", "orders_previous_month"}:
        raise Wrong(
            f"`orders_calendar_month` is one of the two. {previous} The other leak does not count orders."
        )
    if "orders_previous_month" in answer:
        raise Wrong(previous)
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
            "seen: the parameter `handle_unknown`."
        ) from None
    row = np.asarray(row.toarray() if hasattr(row, "toarray") else row)
    if row.shape == (1, 1) and getattr(encoder, "min_frequency", None) is not None:
        raise Wrong(
            "`min_frequency` merged the two known cities into one rare column; here each needs its own."
        )
    if row.shape != (1, 2):
        raise Wrong(f"Two known cities must give two columns; the encoder gives the shape {row.shape}.")
    if row.any():
        raise Wrong("The unknown city was encoded as if it were a known one. It must be 0 in both columns.")


def _numbers(table) -> np.ndarray:
    table = table.toarray() if hasattr(table, "toarray") else table
    try:
        return np.asarray(table, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(
            "The result holds text. Each column of `categories` needs an encoder, and a column in neither list must be "
            'dropped: leave `remainder` at its default, "drop".'
        ) from None


def _two_valued(column: np.ndarray, mask: np.ndarray) -> bool:
    """Whether a column has one value where `mask` is true and another one where it is false."""
    return bool(np.ptp(column[mask]) < 1e-9 and np.ptp(column[~mask]) < 1e-9) and not np.isclose(
        column[mask][0], column[~mask][0]
    )


def _prepare_for(answer) -> None:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    need_function(answer)
    prepare = call(answer, ["visits", "pages"], ["device"])
    if not (hasattr(prepare, "fit") and hasattr(prepare, "transform")):
        raise Wrong(
            f"The function returned a value of type `{type(prepare).__name__}`. Return the preprocessor itself: "
            "`return ColumnTransformer([...])`."
        )
    try:
        check_is_fitted(prepare)
    except (NotFittedError, TypeError):
        pass
    else:
        raise Wrong(
            "The preprocessor is fitted already. Return it unfitted: whoever uses it fits it on the training rows of that day."
        )
    # Twelve rows, sixty times; the median of `visits` is 5, its mean is not.
    train = pd.DataFrame(
        {
            "visits": [1, np.nan, 2, 3, 4, 5, np.nan, 6, 7, 8, 90, np.nan],
            "pages": [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8],
            "device": ["mobile", "mobile", "desktop", "tablet"] * 3,
            "customer_id": [f"C{i:05d}" for i in range(12)],
        }
    )
    train = pd.concat([train] * 60, ignore_index=True)
    gap, mean, median = train["visits"].isna().to_numpy(), train["visits"].mean(), train["visits"].median()
    try:
        prepare.fit(train, np.arange(len(train)) % 2)
    except (KeyError, ValueError) as e:
        if "of the dataframe" not in str(e) and not isinstance(e, KeyError):
            raise
        raise Wrong(
            "The preprocessor looks for columns that this table does not have. Use the arguments `numeric` and `categories`, "
            "not the names of a table in the notebook."
        ) from None

    def row(visits=2.0, pages=4.0, device="desktop"):
        return {"visits": visits, "pages": pages, "device": device, "customer_id": "C99999"}

    def transform(*rows):
        return _numbers(prepare.transform(pd.DataFrame(list(rows))))

    if not np.allclose(transform(row())[0], transform(row(), row(9.0, 7.0))[0]):
        raise Wrong(
            "The same customer gets other numbers alone than in a batch: a statistic is computed when the rows arrive. "
            "Compute it in `fit`, as `StandardScaler` and `SimpleImputer` do, so that it comes from the training rows."
        )
    out = _numbers(prepare.transform(train))
    if np.isnan(out).any():
        raise Wrong(
            'An empty cell came through as NaN. Fill it inside the preprocessor: `SimpleImputer(strategy="median", ...)`.'
        )
    flags = [_two_valued(out[:, k], gap) for k in range(out.shape[1])]
    if not any(flags):
        raise Wrong(
            "`visits` has gaps in the training rows, and no column says where. `SimpleImputer` has a parameter that adds the "
            "flag: `add_indicator`."
        )
    empty = transform(row(np.nan))[0]

    def filled_with(value):
        return np.allclose((transform(row(value))[0] - empty)[~np.array(flags)], 0)

    if not filled_with(median):
        if filled_with(mean):
            raise Wrong(
                "The gaps were filled with the mean, which one customer with 90 visits has moved. Use the median."
            )
        if filled_with(0):
            raise Wrong(
                "The gaps were filled with 0: *unknown* became *no visit at all*. Use the median of the training rows."
            )
        raise Wrong("An empty cell must get the median of its column in the training rows.")
    for name, other in [("visits", row(visits=3.0)), ("pages", row(pages=5.0))]:
        moved = np.flatnonzero(~np.isclose(transform(other)[0], transform(row())[0]))
        if len(moved) == 0:
            raise Wrong(f"The column `{name}` is lost: another value of it changes nothing in the result.")
        filled = train[name].notna().to_numpy()
        for column in (out[:, k] for k in moved):
            parts = (column, column[filled])
            if not any(abs(p.mean()) < 0.01 and abs(p.std() - 1) < 0.01 for p in parts):
                raise Wrong(
                    f"`{name}` is not standardised: in the training rows its mean is {column.mean():.2f} and its standard "
                    f"deviation {column.std():.2f}; they must be 0 and 1. Put a `StandardScaler` behind the imputer."
                )
    levels = ["desktop", "mobile", "tablet"]
    masks = [(train["device"] == level).to_numpy() for level in levels]
    own = sum(any(_two_valued(out[:, k], mask) for k in range(out.shape[1])) for mask in masks)
    if own < len(levels):
        raise Wrong(
            f"`device` has 3 levels, and {own} of them got a column of their own. One column for each level: `OneHotEncoder` "
            "without `drop`; numbers 0, 1, 2 would say that the levels have an order."
        )
    try:
        unknown = transform(row(device="television"))[0]
    except ValueError as e:
        raise Wrong(
            f"A level that was not in the training rows stopped the batch: {str(e)[:80]} … The encoder has a parameter for it "
            "(exercise 01.10)."
        ) from None
    if np.isnan(unknown).any():
        raise Wrong("A level that was not in the training rows became NaN. It must become 0 in all columns.")


EXERCISES = [
    Exercise(
        "01.1",
        "Text to numbers",
        "1",
        check=_to_minutes,
        hints=[
            "Treat the empty cell first. It comes in three forms: `None`, `float('nan')` and the empty text. `pd.isna` knows two of them.",
            'Then remove what is not a number: `text.replace("min", "")`. `float(" 8.25 ")` accepts blanks around the number.',
            'The decimal comma: `.replace(",", ".")` before `float(...)`.',
        ],
        solution="""
import pandas as pd


def to_minutes(text):
    if pd.isna(text) or text == "":
        return float("nan")
    return float(text.replace("min", "").replace(",", "."))
""",
        analysis="Three decisions are hidden in one column: which sign is the decimal sign, which unit is meant, and that an "
        "empty cell is *unknown*, not zero. Write them down; the next export will have one more spelling.",
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
            "a": "Completely at random would mean that each row has the same chance to be empty. Here customers on a phone are empty "
            "far more often.",
            "b": None,
            "c": "Not at random would mean that the chance depends on the missing value itself: how many mails were opened. Here nothing "
            "but the device decides, and the device is a column of the table.",
            "d": "A structurally missing value does not exist. Here the mails were opened or not; the value exists and was hidden.",
        },
        hints=[
            "Ask first: does the chance to be empty depend on something that stands in the table?",
            "It depends on `device` alone, which is observed. The mechanism whose cause is observed has the name *missing at random*.",
        ],
        analysis="Missing at random (MAR): among customers with the same device, who is empty is chance. A model that sees the device "
        "can correct for it; `dropna()` cannot: it removes mostly the customers on a phone.",
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
            "d": "This file happens to be in order of date, but its last fifth begins in the middle of the September rows: the same month "
            "would stand in training and in test. Split by the date itself.",
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
            "Ask of each of the four columns: on which day was this value known?",
            "The snapshot is taken on the first of the month. Which column counts beyond that day?",
            "The second one does not count orders: who receives a mail that says *thank you*, and when?",
        ],
        solution='leaks = {"orders_calendar_month", "last_mail"}',
        analysis="The AUC of one column alone points to the suspects; the calendar decides. A strong feature that was known on the day of the "
        "decision is allowed, and a weak feature from the day after is a leak.",
    ),
    Exercise(
        "01.10",
        "A city that nobody has seen",
        "7",
        check=_encoder,
        hints=[
            "The default of `OneHotEncoder` raises an error for a level that was not in the training rows.",
            'The parameter is `handle_unknown`; with the value `"ignore"` an unknown level becomes 0 in all columns.',
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
    choice(
        "01.11",
        "A label that was standardised",
        "4",
        options={
            "a": "The loss changes: a label of 2.66 is not a probability, and its gradient does not vanish at any prediction.",
            "b": None,
            "c": "Keras accepts any number as a label; no error is raised.",
            "d": "Accuracy compares predictions with labels 0 and 1, and the labels no longer hold them.",
        },
        hints=[
            "Put y = 2.66 into the formula of the loss. Which sign has the factor 1 − y?",
            "With y = 2.66 the second term is +1.66 · log(1 − p). Where does it go when the prediction p comes near 1?",
        ],
        analysis="For y = 2.66 the loss falls without end as p goes to 1, and for y = −0.38 as p goes to 0. The network is paid for being more and "
        "more certain, and its outputs are no longer probabilities. A binary cross-entropy below 0 always means: look at the labels.",
    ),
    Exercise(
        "01.12",
        "A preprocessor for any table",
        "7",
        check=_prepare_for,
        hints=[
            "Two kinds of columns, two small pipelines: one for the columns in `numeric`, one for those in `categories`.",
            'Numbers: `SimpleImputer(strategy="median", add_indicator=True)`, then `StandardScaler()`, joined by `make_pipeline`. '
            "Categories: `OneHotEncoder` with the parameter of exercise 01.10.",
            "`ColumnTransformer` takes a list of triples: `(a name, the transformer, the list of columns)`. Do not call `fit`.",
        ],
        solution="""
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def make_prepare_for(numeric, categories):
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    levels = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("numbers", numbers, numeric), ("levels", levels, categories)])
""",
        analysis="One object holds every number that was learnt from the training rows: medians, means, deviations, levels. Fit it once, "
        "store it with the model, and the row that arrives alone at serving is treated as it was in training.",
    ),
    choice(
        "01.13",
        "Customers who never ordered",
        "3",
        options={
            "a": "These customers are about two fifths of the rows, and the model must score them too on the first of the month. Deleted "
            "rows also change the purchase rate that the model learns.",
            "b": None,
            "c": "0 says that the customer ordered today, and makes those who never ordered look like the most active customers.",
            "d": "A network reads 999 as a number, far from all others, unless a flag says what it means: *almost three years ago*. It "
            "also moves the mean and the deviation of the whole column.",
        },
        hints=[
            "The value does not exist. Which option says so, and still gives the network a number?",
            "The number must lie among the others, and a second column must say that it is not real.",
        ],
        analysis="The median is a harmless place for a number that does not exist, and the flag carries the information: never ordered. The "
        "network can then give these customers a level of their own.",
    ),
]
