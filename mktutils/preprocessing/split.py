"""Splits a marketer could have made: by time, and by customer."""

import numpy as np
import pandas as pd

from mktutils.preprocessing.clean import shown


def split_by_time(
    df: pd.DataFrame, column: str, *, train_end: object, valid_end: object
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Cut at two dates; returns (train, valid, test) with train < train_end ≤ valid < valid_end ≤ test.

    Rows keep their order and index. `train_end` and `valid_end` are anything `pandas.Timestamp` reads.

    Raises ValueError when dates are missing or still text, when the cuts are not in order, or when a part
    is empty.

    >>> days = pd.DataFrame({"day": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])})
    >>> [len(part) for part in split_by_time(days, "day", train_end="2024-02-01", valid_end="2024-03-01")]
    [1, 1, 1]
    """
    dates = _column(df, column)
    if not pd.api.types.is_datetime64_any_dtype(dates):
        raise ValueError(
            f"column {column!r} holds {dates.dtype}, not dates. Parse it first: df[{column!r}] = "
            f"parse_date(df[{column!r}])"
        )
    _refuse_missing(dates, "dates")
    try:
        first, second = pd.Timestamp(train_end), pd.Timestamp(valid_end)
        ordered = bool(first < second)
        before_first, before_second = dates < first, dates < second
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"train_end={train_end!r} and valid_end={valid_end!r} must be dates that can be compared "
            f"with column "
            f"{column!r} ({dates.dtype}): {error}"
        ) from error
    if not ordered:
        raise ValueError(f"train_end must lie before valid_end; got {train_end!r} and {valid_end!r}")
    parts = df[before_first], df[~before_first & before_second], df[~before_second]
    for name, part in zip(("train", "valid", "test"), parts, strict=True):
        if part.empty:
            raise ValueError(
                f"the {name} part is empty: {column!r} runs from {dates.min()} to {dates.max()}, the "
                f"cuts are {first} "
                f"and {second}. Move the cuts inside that range."
            )
    return parts


def split_by_group(
    df: pd.DataFrame, column: str, *, valid: float = 0.2, test: float = 0.2, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Split so that no group (customer) is in two parts; returns (train, valid, test).

    `valid` and `test` are shares of the *groups*, rounded to whole groups. Which part a group goes to
    depends on the set of groups and the seed, not on the order of the rows. Rows keep their order and
    index. A share of 0 gives an empty part.

    Raises ValueError for missing groups, shares outside [0, 1), or too few groups for the shares.

    >>> visits = pd.DataFrame({"customer": ["a", "b", "a", "c", "d", "e"]})
    >>> train, valid, test = split_by_group(visits, "customer", seed=1)
    >>> set(train["customer"]) & (set(valid["customer"]) | set(test["customer"]))
    set()
    """
    groups = _column(df, column)
    _refuse_missing(groups, "groups")
    for name, share in (("valid", valid), ("test", test)):
        if not 0 <= share < 1:
            raise ValueError(f"{name} must lie in [0, 1); got {share!r}")
    if valid + test >= 1:
        raise ValueError(f"valid + test must be below 1; got {valid} + {test}")
    # Sorted by type and text: the same order whatever order the rows came in.
    unique = sorted(groups.unique(), key=lambda group: (type(group).__name__, str(group)))
    shuffled = [unique[i] for i in np.random.default_rng(seed).permutation(len(unique))]
    n_valid, n_test = round(valid * len(unique)), round(test * len(unique))
    n_train = len(unique) - n_valid - n_test
    if n_train < 1 or (valid and not n_valid) or (test and not n_test):
        raise ValueError(
            f"{len(unique)} groups in column {column!r} are too few: they give {n_train} train, "
            f"{n_valid} valid and "
            f"{n_test} test groups. Use more groups or other shares."
        )
    in_valid = groups.isin(shuffled[:n_valid])
    in_test = groups.isin(shuffled[n_valid : n_valid + n_test])
    return df[~in_valid & ~in_test], df[in_valid], df[in_test]


def _column(df: pd.DataFrame, column: str) -> pd.Series:
    if column not in df.columns:
        raise ValueError(f"no column {column!r}; the table has {list(df.columns)}")
    return df[column]


def _refuse_missing(values: pd.Series, what: str) -> None:
    absent = values.isna()
    if absent.any():
        raise ValueError(
            f"column {values.name!r} has {int(absent.sum())} missing {what}, the first at row "
            f"{shown(values.index[absent.argmax()])}. "
            "Drop or complete these rows first."
        )
