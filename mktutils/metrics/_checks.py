"""What the metrics share: checks at the boundary that name value and row, ranks, normal quantiles."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike


def midranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def z_value(level: float) -> float:
    """Return how many standard errors an interval of this level spans to each side."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie in (0, 1), e.g. 0.95; got {level!r}")
    return NormalDist().inv_cdf((1 + level) / 2)


def as_vector(values: ArrayLike, name: str) -> np.ndarray:
    """Return finite float64 values of shape (n_rows,), n_rows >= 1."""
    try:
        array = np.asarray(values, dtype="float64")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold numbers: {error}") from error
    if array.ndim != 1:
        remedy = ". Use its column: [:, 0]" if array.ndim == 2 and array.shape[1] == 1 else ""
        raise ValueError(f"{name} must have shape (n_rows,); got {array.shape}{remedy}")
    if not len(array):
        raise ValueError(f"{name} is empty")
    wrong = ~np.isfinite(array)
    if wrong.any():
        raise ValueError(f"{name} must be finite; got {array[wrong.argmax()]} at row {wrong.argmax()}")
    return array


def as_labels(y_true: ArrayLike, *, both_classes: bool = True) -> np.ndarray:
    """Return 0/1 labels of shape (n_rows,)."""
    y = as_vector(y_true, "y_true")
    wrong = (y != 0) & (y != 1)
    if wrong.any():
        raise ValueError(f"y_true must be 0 or 1; got {y[wrong.argmax()]:g} at row {wrong.argmax()}")
    if both_classes and y.min() == y.max():
        raise ValueError(f"y_true holds only class {y[0]:.0f}; both classes are needed")
    return y


def as_scores(values: ArrayLike, y: np.ndarray, name: str) -> np.ndarray:
    """Return finite values, one for each label."""
    array = as_vector(values, name)
    if len(array) != len(y):
        raise ValueError(f"{name} has {len(array)} rows, y_true has {len(y)}")
    return array


def as_probabilities(values: ArrayLike, y: np.ndarray) -> np.ndarray:
    """Return values in [0, 1], one for each label."""
    p = as_scores(values, y, "y_prob")
    wrong = (p < 0) | (p > 1)
    if wrong.any():
        raise ValueError(f"y_prob must lie in [0, 1]; got {p[wrong.argmax()]:g} at row {wrong.argmax()}")
    return p


def count(name: str, value: int) -> None:
    """Raise ValueError unless `value` is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a whole number >= 1; got {value!r}")
