"""What a ranking is worth: lift, profit, reliability, and a bootstrap that keeps customers whole."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from mktutils.metrics._checks import as_labels, as_probabilities, as_scores, count, midranks, z_value


def lift_table(y_true: ArrayLike, y_score: ArrayLike, *, bins: int = 10) -> pd.DataFrame:
    """Return how much richer in positives each part of the ranking is than the whole; part 1 scores highest.

    The rows, sorted by falling score, are cut into `bins` parts of equal size (the first ones get one row
    more where the number does not divide). Columns, for each part: `rows`, `positives`, `rate` (positives /
    rows), `lift` (rate / rate of all rows), `gain` (share of all positives in this part and those above).
    Rows with equal scores have no order: where a cut falls among them, each side gets their positives in
    proportion, which is the mean over all orders; `positives` may then be fractional.

    `y_true` 0/1 and `y_score` have shape (n_rows,). Raises ValueError for NaN, shapes, other labels, no
    positive row, and more parts than rows.

    >>> table = lift_table([1, 1, 0, 1, 0, 0, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2], bins=4)
    >>> table.round(2)  # doctest: +NORMALIZE_WHITESPACE
         rows  positives  rate  lift  gain
    bin
    1       2        2.0   1.0  2.67  0.67
    2       2        1.0   0.5  1.33  1.00
    3       2        0.0   0.0  0.00  1.00
    4       2        0.0   0.0  0.00  1.00
    """
    count("bins", bins)
    y = as_labels(y_true, both_classes=False)
    captured = _captured(y, as_scores(y_score, y, "y_score"))
    if not y.any():
        raise ValueError("y_true holds no positive row: there is nothing to find, and lift is undefined")
    if bins > len(y):
        raise ValueError(f"bins must be at most the number of rows, {len(y)}; got {bins}")
    rows = np.full(bins, len(y) // bins)
    rows[: len(y) % bins] += 1
    found = captured[np.cumsum(rows)]
    positives = np.diff(found, prepend=0.0)
    rate = positives / rows
    columns = {"rows": rows, "positives": positives, "rate": rate, "lift": rate / y.mean()}
    return pd.DataFrame(columns | {"gain": found / y.sum()}, index=pd.RangeIndex(1, bins + 1, name="bin"))


def profit_curve(y_true: ArrayLike, y_score: ArrayLike, *, value: float, cost: float) -> np.ndarray:
    """Return the profit after contacting the k best rows, for k = 0, 1, ..., n_rows.

    Profit k = `value` · positives among the k rows with the highest scores - `cost` · k, both in the same
    currency, so that `argmax()` is the number of contacts that pays best. Inside a run of equal scores the
    curve is a straight line: the mean over all orders.

    `y_true` 0/1 and `y_score` have shape (n_rows,); returns float64 of shape (n_rows + 1,). Raises ValueError
    for NaN, shapes, other labels, and a value or cost that is not finite.

    >>> profit_curve([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1], value=10, cost=4).tolist()
    [0.0, 6.0, 7.0, 8.0, 4.0]
    """
    for name, number in (("value", value), ("cost", cost)):
        if not math.isfinite(number):
            raise ValueError(f"{name} must be a finite number; got {number!r}")
    y = as_labels(y_true, both_classes=False)
    captured = _captured(y, as_scores(y_score, y, "y_score"))
    return value * captured - cost * np.arange(len(y) + 1)


def bootstrap_interval(
    statistic: Callable[[np.ndarray], float | np.ndarray],
    n_rows: int,
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float] | tuple[np.ndarray, np.ndarray]:
    """Return the bootstrap percentile interval (low, high) of a statistic of `n_rows` rows.

    `statistic` gets the row numbers of a resample, an array of whole numbers with repetitions, and returns a
    number, or an array of shape (m,), for which low and high have shape (m,) too, each position on its own.
    With `groups` of shape (n_rows,), such as customer numbers, whole groups are drawn with replacement:
    their rows depend on each other, and drawing single rows would make the interval too narrow. A resample
    then has n_rows rows only on average. Equal seeds give equal intervals.

    Raises ValueError for fewer than 2 rows or groups, groups of another length or with missing values,
    `n_resamples` < 1, a level outside (0, 1), and a statistic that is not finite on some resample.
    Source: Efron and Tibshirani (1993), An introduction to the bootstrap, chapter 13.

    >>> sales = np.array([3.0, 5.0, 4.0, 8.0, 6.0, 4.0])
    >>> bootstrap_interval(lambda rows: sales[rows].mean(), len(sales))
    (3.8333333333333335, 6.333333333333333)
    """
    count("n_rows", n_rows)
    count("n_resamples", n_resamples)
    z_value(level)  # checks it
    order, first, size = _groups(groups, n_rows)
    rng = np.random.default_rng(seed)
    results: list[np.ndarray] = []
    for k in range(n_resamples):
        drawn = rng.integers(0, len(size), len(size))
        sizes = size[drawn]
        step = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # 0, 1, ... in each group
        result = np.asarray(statistic(order[np.repeat(first[drawn], sizes) + step]), "float64")
        if result.ndim > 1 or (results and result.shape != results[0].shape):
            raise ValueError(
                "statistic must return a number or an array of shape (m,), the same m each time; got shape "
                f"{result.shape} in resample {k}"
            )
        if not np.isfinite(result).all():
            raise ValueError(
                f"statistic returned {result} in resample {k}. It must be defined for each resample, such as "
                "one without a positive row: return a limit there, or use more rows"
            )
        results.append(result)
    low, high = np.quantile(results, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return (low, high) if np.ndim(low) else (float(low), float(high))


def reliability_table(y_true: ArrayLike, y_prob: ArrayLike, *, bins: int = 10) -> pd.DataFrame:
    """Compare predicted with observed rates over up to `bins` parts of equal size; part 1 predicts least.

    Columns, for each part: `rows`, `predicted` (mean of the probabilities), `observed` (rate of positives),
    `low` and `high` (Wilson's 95 % interval of the observed rate, for independent rows). Rows with equal
    probabilities stay together, in the part where their middle falls: parts then differ in size, and there
    may be fewer of them.

    `y_true` 0/1 and `y_prob` have shape (n_rows,). Raises ValueError for NaN, shapes, other labels,
    probabilities outside [0, 1], and `bins` < 1. Source of the interval: Wilson (1927), Probable inference,
    the law of succession, and statistical inference.

    >>> table = reliability_table([0, 0, 1, 1, 0, 1], [0.1, 0.2, 0.3, 0.6, 0.8, 0.9], bins=2)
    >>> table.round(2)  # doctest: +NORMALIZE_WHITESPACE
         rows  predicted  observed   low  high
    bin
    1       3       0.20      0.33  0.06  0.79
    2       3       0.77      0.67  0.21  0.94
    """
    count("bins", bins)
    y = as_labels(y_true, both_classes=False)
    p = as_probabilities(y_prob, y)
    part = ((midranks(p) - 0.5) * bins / len(y)).astype(int)
    rows = np.bincount(part, minlength=bins)
    used = rows > 0
    n = rows[used]
    predicted = np.bincount(part, weights=p, minlength=bins)[used] / n
    observed = np.bincount(part, weights=y, minlength=bins)[used] / n
    z = z_value(0.95)
    middle = (observed + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(observed * (1 - observed) / n + (z / (2 * n)) ** 2) / (1 + z**2 / n)
    low, high = np.clip(middle - half, 0, observed), np.clip(middle + half, observed, 1)
    columns = {"rows": n, "predicted": predicted, "observed": observed, "low": low, "high": high}
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(n) + 1, name="bin"))


def _captured(y: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Return the positives among the k highest scores, k = 0 to n; a straight line inside equal scores."""
    _, inverse, sizes = np.unique(-score, return_inverse=True, return_counts=True)
    positives = np.bincount(inverse, weights=y)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    return np.interp(np.arange(len(y) + 1), ends, np.concatenate([[0], np.cumsum(positives)]))


def _groups(groups: ArrayLike | None, n_rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row numbers sorted by group, and the first position and the size of each group therein."""
    if groups is None:
        code = np.arange(n_rows)
    else:
        code, _ = pd.factorize(pd.Series(groups))  # -1: missing
        if len(code) != n_rows:
            raise ValueError(f"groups has {len(code)} rows, n_rows is {n_rows}")
        if (code < 0).any():
            raise ValueError(f"groups has a missing value at row {code.argmin()}; each row needs a group")
    size = np.bincount(code)
    if len(size) < 2:
        what = "row" if groups is None else "group"
        raise ValueError(f"a bootstrap needs at least 2 {what}s; got {len(size)}: nothing would vary")
    return np.argsort(code, kind="stable"), np.cumsum(size) - size, size
