"""Checkers of lesson 01 for pipelines and leaks, and the table of the break-it lab."""

import numpy as np
import pandas as pd

from mktutils.lesson import Wrong, call, need_function


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


def check_find_leaks(answer) -> None:
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


def check_encoder(answer) -> None:
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


def check_prepare_for(answer) -> None:
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
    names = {"visits": "amount", "pages": "orders", "device": "channel"}
    try:
        prepare.fit(train, np.arange(len(train)) % 2)
        renamed = call(answer, ["amount", "orders"], ["channel"])
        renamed.fit(train.rename(columns=names), np.arange(len(train)) % 2)
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
    if not np.allclose(transform(row())[0], transform(row() | {"customer_id": "C00003"})[0]):
        raise Wrong("A column in neither list, `customer_id`, changes the result: it must be dropped.")
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
