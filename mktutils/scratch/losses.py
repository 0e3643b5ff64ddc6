"""Losses: one number that says how wrong the predictions are, and its gradient by each prediction.

`y_pred` has shape (n, k): n rows, k outputs. `y_true` has the same shape, or (n,) when k = 1. Every row has a
loss l_i. With reduction="mean" the value is Σ w_i·l_i / n, where n is the number of rows, not the sum of the
weights; with "sum" it is Σ w_i·l_i. Definitions, clipping included, are those of `keras.losses`. The dtype is
that of `y_pred`.
"""

import numpy as np
from numpy.typing import ArrayLike

from mktutils.scratch import _checks
from mktutils.scratch.activations import sigmoid, softmax

EPSILON = 1e-7  # Keras keeps probabilities this far away from 0 and 1


class Loss:
    """What every loss offers; a new one defines `_rows` (the l_i) and `_row_gradients` (dl_i/dp).

    Raises ValueError for another reduction than "mean" and "sum", different numbers of rows, NaN, an empty
    batch, and weights that are negative or not one per row.

    >>> class Bias(Loss):
    ...     def _rows(self, y, p):
    ...         return (p - y).mean(axis=1)
    ...
    ...     def _row_gradients(self, y, p):
    ...         return np.full_like(p, 1 / p.shape[1])
    >>> Bias()([1.0, 2.0], [[2.0], [5.0]])
    2.0
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        """Keep how the rows are put together: "mean" or "sum"."""
        if reduction not in ("mean", "sum"):
            raise ValueError(f'reduction must be "mean" or "sum"; got {reduction!r}')
        self.reduction = reduction

    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the reduced loss."""
        return self.unchecked_value(*self._check(y_true, y_pred, sample_weight))

    def gradient(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> np.ndarray:
        """Return the derivative of the reduced loss by each entry of `y_pred`, shape (n, k)."""
        return self.unchecked_gradient(*self._check(y_true, y_pred, sample_weight))

    def per_row(self, y_true: ArrayLike, y_pred: ArrayLike) -> np.ndarray:
        """Return the loss of each row, shape (n,), without weights."""
        y, p, _ = self._check(y_true, y_pred, None)
        with np.errstate(under="ignore"):  # exp(−1e4) is 0, as it should be
            return self._rows(y, p)

    def _rows(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _row_gradients(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def unchecked_value(self, y: np.ndarray, p: np.ndarray, weight: np.ndarray | None) -> float:
        """Return the reduced loss of arrays that were checked before; a network calls it for each batch."""
        with np.errstate(under="ignore"):
            rows = self._rows(y, p)
        if weight is not None:
            rows = weight * rows
        return float(rows.mean() if self.reduction == "mean" else rows.sum())

    def unchecked_gradient(self, y: np.ndarray, p: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
        """Return the gradient of the reduced loss for arrays that were checked before."""
        gradient = self._row_gradients(y, p)
        if weight is not None:
            gradient = weight[:, None] * gradient
        return gradient / len(p) if self.reduction == "mean" else gradient

    def check_targets(
        self, y_true: ArrayLike, shape: tuple[int, int], dtype: np.dtype, other: str = "y_pred"
    ) -> np.ndarray:
        """Return `y_true` with this shape and dtype; `other` is what has that many rows, for the message."""
        y = _checks.targets(y_true, shape, dtype, other)
        self._check_labels(y)
        return y

    def _check(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        p = _checks.predictions(y_pred)
        y = self.check_targets(y_true, p.shape, p.dtype)
        self._check_predictions(p)
        return y, p, _checks.weights(sample_weight, len(p), p.dtype)

    def _check_labels(self, y: np.ndarray) -> None:
        """Refuse labels that have no meaning for this loss."""

    def _check_predictions(self, p: np.ndarray) -> None:
        """Refuse predictions that have no meaning for this loss."""


class MeanSquaredError(Loss):
    """l = mean over the outputs of (p − y)²; gradient 2·(p − y) / k. In squared units of y.

    >>> MeanSquaredError()([1.0, 2.0], [[1.0], [4.0]])
    2.0
    """

    def _rows(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        return ((p - y) ** 2).mean(axis=1)

    def _row_gradients(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        return 2 * (p - y) / p.shape[1]


class MeanAbsoluteError(Loss):
    """l = mean over the outputs of |p − y|; gradient sign(p − y) / k, 0 at p = y. In units of y.

    >>> MeanAbsoluteError()([1.0, 2.0], [[1.0], [4.0]])
    1.0
    """

    def _rows(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        return np.abs(p - y).mean(axis=1)

    def _row_gradients(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        return np.sign(p - y) / p.shape[1]


class Huber(Loss):
    """With e = p − y: e²/2 where |e| ≤ delta, delta·|e| − delta²/2 elsewhere; mean over the outputs.

    Quadratic for small errors, linear for large ones: a few extreme orders do not decide. `delta` is in units
    of y. Raises ValueError unless delta > 0. Source: Huber (1964), Robust estimation of a location
    parameter.

    >>> Huber()([0.0, 0.0], [[0.5], [3.0]])
    1.3125
    """

    def __init__(self, delta: float = 1.0, *, reduction: str = "mean") -> None:
        """Keep the error at which the loss becomes linear."""
        super().__init__(reduction=reduction)
        if not delta > 0:
            raise ValueError(f"delta must be > 0; got {delta!r}")
        self.delta = float(delta)

    def _rows(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        size = np.abs(p - y)
        linear = self.delta * size - 0.5 * self.delta**2
        return np.where(size <= self.delta, 0.5 * size**2, linear).mean(axis=1)

    def _row_gradients(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        return np.clip(p - y, -self.delta, self.delta) / p.shape[1]


class _Crossentropy(Loss):
    """What both cross-entropies share: labels are probabilities, predictions are probabilities or logits."""

    def __init__(self, from_logits: bool = False, *, reduction: str = "mean") -> None:
        """Keep whether `y_pred` holds logits (any number) or probabilities."""
        super().__init__(reduction=reduction)
        self.from_logits = bool(from_logits)

    def _check_labels(self, y: np.ndarray) -> None:
        wrong = (y < 0) | (y > 1)
        _checks.refuse(
            wrong, y, "y_true must lie in [0, 1]", "was the label standardised, or coded as -1 and 1?"
        )

    def _check_predictions(self, p: np.ndarray) -> None:
        if not self.from_logits:
            remedy = "pass from_logits=True if these are logits"
            _checks.refuse((p < 0) | (p > 1), p, "y_pred must lie in [0, 1]", remedy)


class BinaryCrossentropy(_Crossentropy):
    """l = −y·log p − (1 − y)·log(1 − p), mean over the outputs; in nats.

    From logits z, with p = sigmoid(z), the stable form max(z, 0) − z·y + log(1 + exp(−|z|)) has the gradient
    (sigmoid(z) − y) / k. From probabilities, p is clipped to [1e-7, 1 − 1e-7], where the gradient is
    (−y/p + (1 − y)/(1 − p)) / k; outside of the clip it is 0, so that such a row no longer teaches anything.

    Raises ValueError for labels outside [0, 1], and for probabilities outside [0, 1].

    >>> round(BinaryCrossentropy()([1, 0], [[0.9], [0.2]]), 4)
    0.1643
    >>> BinaryCrossentropy(from_logits=True).gradient([1, 0], [[0.0], [0.0]])
    array([[-0.25],
           [ 0.25]])
    """

    def _rows(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        if self.from_logits:
            entries = np.maximum(p, 0) - p * y + np.log1p(np.exp(-np.abs(p)))
        else:
            p = np.clip(p, EPSILON, 1 - EPSILON)
            entries = -(y * np.log(p) + (1 - y) * np.log(1 - p))
        return entries.mean(axis=1)

    def _row_gradients(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        if self.from_logits:
            return (sigmoid(p) - y) / p.shape[1]
        clipped = np.clip(p, EPSILON, 1 - EPSILON)
        return (clipped == p) * ((1 - y) / (1 - clipped) - y / clipped) / p.shape[1]


class CategoricalCrossentropy(_Crossentropy):
    """l = −Σ_k y_k·log p_k over k ≥ 2 classes; in nats. `y_true` is one-hot, or probabilities with sum 1.

    From logits z, with p = softmax(z): l = log Σ exp(z_k) − Σ y_k·z_k, gradient p − y. From probabilities, a
    row is divided by its sum s, then clipped to [1e-7, 1 − 1e-7]; with q = p/s and g = −y/q (0 outside of the
    clip) the gradient is (g − Σ g·q) / s.

    Raises ValueError for labels outside [0, 1], rows that do not sum to 1, probabilities outside [0, 1], or
    fewer than 2 classes.

    >>> round(CategoricalCrossentropy()([[0, 1, 0]], [[0.2, 0.7, 0.1]]), 4)
    0.3567
    """

    def _rows(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        if self.from_logits:
            z = p - p.max(axis=1, keepdims=True)
            return np.log(np.exp(z).sum(axis=1)) - (y * z).sum(axis=1)
        share = p / p.sum(axis=1, keepdims=True)
        return -(y * np.log(np.clip(share, EPSILON, 1 - EPSILON))).sum(axis=1)

    def _row_gradients(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        if self.from_logits:
            return softmax(p) - y
        total = p.sum(axis=1, keepdims=True)
        share = p / total
        clipped = np.clip(share, EPSILON, 1 - EPSILON)
        by_share = (clipped == share) * -y / clipped
        return (by_share - (by_share * share).sum(axis=1, keepdims=True)) / total

    def _check_labels(self, y: np.ndarray) -> None:
        super()._check_labels(y)
        if y.shape[1] < 2:
            raise ValueError(
                "CategoricalCrossentropy needs at least 2 classes; got 1: use BinaryCrossentropy"
            )
        total = y.sum(axis=1)
        wrong = np.abs(total - 1) > 1e-4
        _checks.refuse(wrong, total, "each row of y_true must sum to 1", "pass np.eye(n_classes)[classes]")

    def _check_predictions(self, p: np.ndarray) -> None:
        super()._check_predictions(p)
        if not self.from_logits:
            total = p.sum(axis=1)
            _checks.refuse(total == 0, total, "a row of y_pred must have a positive sum", "check the softmax")
