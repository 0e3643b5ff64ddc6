"""Penalties on a kernel, added to the loss so that weights stay small."""

import math

import numpy as np


class _Regularizer:
    def _factor(self, name: str, value: float) -> float:
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be finite and >= 0; got {value!r}")
        return float(value)


class L1(_Regularizer):
    """Penalty l1·Σ|W| with gradient l1·sign(W), 0 at W = 0: pulls each weight towards 0 by the same
    amount (the lasso). Steps of an optimiser then oscillate around 0; they rarely give exactly 0.

    W has any shape. Raises ValueError for a negative or infinite factor.

    >>> L1(0.1).penalty(np.array([[1.0, -2.0]])), L1(0.1).gradient(np.array([[1.0, -2.0]]))
    (0.30000000000000004, array([[ 0.1, -0.1]]))
    """

    def __init__(self, l1: float = 0.01) -> None:
        """Keep the factor."""
        self.l1 = self._factor("l1", l1)

    def penalty(self, W: np.ndarray) -> float:
        """Return l1·Σ|W|."""
        return self.l1 * float(np.abs(W).sum())

    def gradient(self, W: np.ndarray) -> np.ndarray:
        """Return l1·sign(W), shape of W."""
        return self.l1 * np.sign(W)


class L2(_Regularizer):
    """Penalty l2·ΣW² with gradient 2·l2·W: shrinks large weights most (ridge regression).

    Keras' definition, without the factor 1/2 of some textbooks. W has any shape. Raises ValueError for a
    negative or infinite factor.

    >>> L2(0.1).penalty(np.array([[1.0, -2.0]])), L2(0.1).gradient(np.array([[1.0, -2.0]]))
    (0.5, array([[ 0.2, -0.4]]))
    """

    def __init__(self, l2: float = 0.01) -> None:
        """Keep the factor."""
        self.l2 = self._factor("l2", l2)

    def penalty(self, W: np.ndarray) -> float:
        """Return l2·ΣW²."""
        return self.l2 * float((W * W).sum())

    def gradient(self, W: np.ndarray) -> np.ndarray:
        """Return 2·l2·W, shape of W."""
        return 2 * self.l2 * W
