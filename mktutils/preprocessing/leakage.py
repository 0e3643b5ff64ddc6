"""One call before training that lists every leak it can find between training and test rows."""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from mktutils.preprocessing.clean import shown
from mktutils.preprocessing.fitted import fitted_elsewhere

MIN_CLASS = 5  # with fewer rows of a class, one feature separates the classes by chance too often
FEW_VALUES = 50  # numbers with at most so many values are also tried as categories


class LeakageError(ValueError):
    """Raised with all findings at once; `findings` holds them as (name, evidence, remedy)."""

    def __init__(self, findings: list[tuple[str, str, str]]):
        """Write the findings as one message."""
        self.findings = findings
        lines = [
            f"{i}. {name}: {evidence} → {remedy}" for i, (name, evidence, remedy) in enumerate(findings, 1)
        ]
        count = "1 leak" if len(findings) == 1 else f"{len(findings)} leaks"
        super().__init__(f"{count} found\n" + "\n".join(lines))

    def __reduce__(self):
        """Rebuild from the findings, so that the error survives a pickle (parallel jobs)."""
        return type(self), (self.findings,)


def check_no_leakage(
    train: pd.DataFrame,
    test: pd.DataFrame,
    *,
    label: str,
    key: str | list[str] | None = None,
    group: str | None = None,
    time: str | None = None,
    preprocessor=None,
    features: list[str] | None = None,
    max_auc: float = 0.99,
) -> None:
    """Raise LeakageError with all findings, each with evidence and remedy; return None when there is none.

    Looked for: rows that are identical in both parts; a `key` in both; a `group` (customer) in both; test
    rows not later than the last training row in column `time`; a feature that alone predicts the label
    (ROC-AUC above `max_auc` in either direction, for a label that is not 0/1 rank correlation above
    `max_auc` in size), also as category means learnt on one part and judged on the other, and by its
    missing values alone; a fitted `preprocessor` whose statistics differ from those of a copy fitted on
    `train`.

    `features` are the columns a model would see, by default all but label, key, group and time. A
    suspicious feature needs at least 5 rows of each class, unless it is an exact copy of the label.
    Identical rows are compared over all columns: in a table of few coarse columns without a key they occur
    by chance, so give the key a column.

    Raises ValueError for columns that do not exist, empty parts, missing labels, or a preprocessor that is
    not fitted.

    >>> train, test = pd.DataFrame({"x": [1, 2], "y": [0, 1]}), pd.DataFrame({"x": [3, 2], "y": [0, 1]})
    >>> check_no_leakage(train, test, label="y")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    mktutils.preprocessing.leakage.LeakageError: 1 leak found
    1. identical rows: 1 of 2 test rows also stand in train, e.g. test row 1 → drop duplicates first
    """
    keys = [] if key is None else [key] if isinstance(key, str) else list(key)
    named = [label, *keys, *[c for c in (group, time) if c is not None]]
    if features is None:
        features = [column for column in train.columns if column not in named]
    _check_input(train, test, [*named, *features], label, max_auc)

    findings = _shared_rows(train, test, list(train.columns.intersection(test.columns)), "identical rows")
    if keys:
        findings += _shared_rows(train, test, keys, "same key")
    if group is not None:
        findings += _shared_rows(train, test, [group], "same group")
    if time is not None:
        findings += _not_later(train, test, time)
    if label in features:
        findings.append(("label among the features", f"{label!r} is listed in features", "take it out"))
    for column in features:
        if column != label:
            findings += _predicts_alone(train, test, column, label, max_auc)
    if preprocessor is not None:
        findings += fitted_elsewhere(preprocessor, train, test, features, label)
    if findings:
        raise LeakageError(findings)


def _check_input(train, test, columns: list, label: str, max_auc: float) -> None:
    if not 0.5 < max_auc <= 1:
        raise ValueError(f"max_auc must lie in (0.5, 1]; got {max_auc!r}")
    for name, part in (("train", train), ("test", test)):
        absent = [column for column in columns if column not in part.columns]
        if absent:
            raise ValueError(f"{name} has no column {absent}; it has {list(part.columns)}")
        if part.empty:
            raise ValueError(f"{name} has no rows")
        if not pd.api.types.is_numeric_dtype(part[label]):
            raise ValueError(
                f"label {label!r} of {name} holds {part[label].dtype}; it must be numeric. "
                f"Map its values first, e.g. {{'no': 0, 'yes': 1}}."
            )
        if part[label].isna().any():
            raise ValueError(
                f"label {label!r} is missing in {int(part[label].isna().sum())} rows of {name}. Drop them."
            )


def _shared_rows(train, test, columns: list, name: str) -> list:
    both = pd.concat([train[columns], test[columns]], ignore_index=True)
    codes = both.groupby(columns, dropna=False, sort=False).ngroup().to_numpy()
    shared = np.isin(codes[len(train) :], codes[: len(train)])
    if name != "identical rows":
        shared &= test[columns].notna().all(axis=1).to_numpy()  # two missing keys are not the same key
    if not shared.any():
        return []
    row = test.index[int(shared.argmax())]
    if name == "identical rows":
        where, remedy = f"e.g. test row {shown(row)}", "drop duplicates first"
    else:
        values = " / ".join(map(str, test[columns].iloc[int(shared.argmax())]))
        where = f"e.g. {values} (column {', '.join(columns)})"
        remedy = (
            "put all rows of a group into one part: split_by_group"
            if name == "same group"
            else "keep one row per key"
        )
    return [(name, f"{int(shared.sum()):,} of {len(test):,} test rows also stand in train, {where}", remedy)]


def _not_later(train, test, time: str) -> list:
    for name, part in (("train", train), ("test", test)):
        if not (
            pd.api.types.is_datetime64_any_dtype(part[time]) or pd.api.types.is_numeric_dtype(part[time])
        ):
            raise ValueError(
                f"column {time!r} of {name} holds {part[time].dtype}, not dates. Use parse_date first."
            )
        if part[time].isna().any():
            raise ValueError(f"column {time!r} of {name} has {int(part[time].isna().sum())} missing values")
    last = train[time].max()
    early = int((test[time] <= last).sum())
    if not early:
        return []
    evidence = f"{early:,} of {len(test):,} test rows are not later than the last training row ({last})"
    return [("test not later than train", evidence, "split_by_time")]


def _predicts_alone(train, test, column: str, label: str, max_auc: float) -> list:
    both = pd.concat([train[[column, label]], test[[column, label]]], ignore_index=True)
    values, y = both[column], both[label]
    binary = set(y.unique()) <= {0, 1}
    is_number = pd.api.types.is_numeric_dtype(values)
    remedy = "ask when this column is known; drop it if only after the event"
    found = []

    def add(name: str, how: str, strength: float) -> None:
        measure = "AUC" if binary else "rank correlation"
        found.append(
            (
                name,
                f"{how} of {column!r} reach{'' if how.endswith('s') else 'es'} {measure} {strength:.3f}",
                remedy,
            )
        )

    if (
        is_number
        and not values.isna().any()
        and (values.astype("float64") == y.astype("float64")).all()
        and y.nunique() > 1
    ):
        return [("label among the features", f"{column!r} equals {label!r} in all {len(y):,} rows", remedy)]
    strength = (
        _strength(values, y, binary) if is_number or pd.api.types.is_datetime64_any_dtype(values) else 0.0
    )
    if strength > max_auc:
        add("feature gives the label away", "values", strength)
    elif (not is_number or values.nunique() <= FEW_VALUES) and not pd.api.types.is_datetime64_any_dtype(
        values
    ):
        strength = min(
            _by_category(train, test, column, label, binary), _by_category(test, train, column, label, binary)
        )
        if strength > max_auc:
            add("feature gives the label away", "category means", strength)
    if values.isna().any():
        strength = _strength(values.isna().astype("int64"), y, binary)
        if strength > max_auc:
            add("missing values give the label away", "missing values", strength)
    return found


def _by_category(fit_on, judge_on, column: str, label: str, binary: bool) -> float:
    """Return how well label means per category, learnt on one part, predict the label of the other part."""
    overall = float(fit_on[label].mean())
    means = fit_on[label].astype("float64").groupby(fit_on[column].astype("str").fillna("missing")).mean()
    score = judge_on[column].astype("str").fillna("missing").map(means).fillna(overall)
    return _strength(score, judge_on[label], binary)


def _strength(score: pd.Series, y: pd.Series, binary: bool) -> float:
    """Return max(AUC, 1 - AUC), or the size of the rank correlation where the label is not 0/1."""
    known = score.notna().to_numpy()
    score, y = score.to_numpy()[known], y.to_numpy("float64")[known]
    if score.dtype.kind == "M":
        score = score.astype("int64")
    if binary:
        if min((y == 1).sum(), (y == 0).sum()) < MIN_CLASS:
            return 0.0
        auc = float(roc_auc_score(y, score.astype("float64")))
        return max(auc, 1 - auc)
    if len(y) < 2 * MIN_CLASS or len(np.unique(score)) < 2 or len(np.unique(y)) < 2:
        return 0.0
    ranks = pd.Series(score).rank(), pd.Series(y).rank()
    return abs(float(np.corrcoef(*ranks)[0, 1]))
