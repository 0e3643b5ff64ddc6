"""Activation functions and their derivatives.

An activation maps z, the weighted sum of a layer, to the layer's output, entry by entry. Each one knows three
things: its value `f(z)`, its slope `f.derivative(z)`, and `f.backward(z, upstream)`, which turns the gradient
of the loss by the output (`upstream`) into the gradient by z. Arrays keep their shape and their dtype.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from mktutils.scratch._checks import as_float


class ActivationFunction:
    """What every activation offers; a new one defines `_value` and `_slope`, and a `name`.

    >>> class Square(ActivationFunction):
    ...     name = "square"
    ...
    ...     def _value(self, z):
    ...         return z * z
    ...
    ...     def _slope(self, z):
    ...         return 2 * z
    >>> square = Square()
    >>> square(np.array([3.0])), square.derivative(np.array([3.0]))
    (array([9.]), array([6.]))
    """

    name = ""

    def __call__(self, z: ArrayLike) -> np.ndarray:
        """Return f(z), shape of z."""
        with np.errstate(under="ignore"):  # exp(−1e4) is 0, as it should be
            return self._value(as_float(z))

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return f'(z), shape of z; TypeError for softmax."""
        with np.errstate(under="ignore"):
            return self._slope(as_float(z))

    def backward(self, z: ArrayLike, upstream: np.ndarray) -> np.ndarray:
        """Return dL/dz = dL/df(z) · f'(z), the chain rule; `upstream` is dL/df(z), shape of z."""
        with np.errstate(under="ignore"):
            return upstream * self.derivative(z)

    def _value(self, z: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _slope(self, z: np.ndarray) -> np.ndarray:
        raise NotImplementedError


class Linear(ActivationFunction):
    """f(z) = z, slope 1: the output layer of a regression, or of a network that returns logits.

    >>> linear(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """

    name = "linear"

    def _value(self, z: np.ndarray) -> np.ndarray:
        return z

    def _slope(self, z: np.ndarray) -> np.ndarray:
        return np.ones_like(z)


class Sigmoid(ActivationFunction):
    """f(z) = 1 / (1 + exp(−z)), slope f(z)·(1 − f(z)), at most 1/4: a probability from a logit.

    Only exp(−|z|) is computed, which cannot overflow: for z < 0 the same value is exp(z) / (1 + exp(z)).

    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """

    name = "sigmoid"

    def _value(self, z: np.ndarray) -> np.ndarray:
        small = np.exp(-np.abs(z))
        return np.where(z >= 0, 1, small) / (1 + small)

    def _slope(self, z: np.ndarray) -> np.ndarray:
        probability = self._value(z)
        return probability * (1 - probability)


class Tanh(ActivationFunction):
    """f(z) = (exp(z) − exp(−z)) / (exp(z) + exp(−z)), between −1 and 1; slope 1 − f(z)².

    >>> tanh.derivative(np.array([0.0]))
    array([1.])
    """

    name = "tanh"

    def _value(self, z: np.ndarray) -> np.ndarray:
        return np.tanh(z)

    def _slope(self, z: np.ndarray) -> np.ndarray:
        return 1 - np.tanh(z) ** 2


class ReLU(ActivationFunction):
    """f(z) = max(z, 0), slope 1 for z > 0 and 0 otherwise (0 at z = 0, as in TensorFlow).

    Source: Nair and Hinton (2010), Rectified linear units improve restricted Boltzmann machines.

    >>> relu(np.array([-1.0, 0.0, 2.0])), relu.derivative(np.array([-1.0, 0.0, 2.0]))
    (array([0., 0., 2.]), array([0., 0., 1.]))
    """

    name = "relu"

    def _value(self, z: np.ndarray) -> np.ndarray:
        return np.maximum(z, 0)

    def _slope(self, z: np.ndarray) -> np.ndarray:
        return (z > 0).astype(z.dtype)


class LeakyReLU(ActivationFunction):
    """f(z) = z for z > 0, negative_slope·z otherwise; the slope at 0 is `negative_slope`.

    Raises ValueError for a slope below 0. Source: Maas, Hannun and Ng (2013), Rectifier nonlinearities
    improve neural network acoustic models.

    >>> leaky_relu(np.array([-1.0, 2.0]))
    array([-0.2,  2. ])
    """

    name = "leaky_relu"

    def __init__(self, negative_slope: float = 0.2) -> None:
        """Keep the slope for z ≤ 0."""
        if not negative_slope >= 0:
            raise ValueError(f"negative_slope must be >= 0; got {negative_slope!r}")
        self.negative_slope = float(negative_slope)

    def _value(self, z: np.ndarray) -> np.ndarray:
        return np.where(z > 0, z, self.negative_slope * z)

    def _slope(self, z: np.ndarray) -> np.ndarray:
        return np.where(z > 0, np.ones_like(z), self.negative_slope)


class GELU(ActivationFunction):
    """f(z) = z·Φ(z), slope Φ(z) + z·φ(z), with the normal distribution Φ(z) = (1 + erf(z/√2)) / 2.

    φ(z) = exp(−z²/2) / √(2π) is its density. The exact form, Keras' default. Source: Hendrycks and Gimpel
    (2016), arXiv:1606.08415.

    >>> gelu(np.array([-1.0, 0.0, 1.0])).round(3)
    array([-0.159,  0.   ,  0.841])
    """

    name = "gelu"

    def _value(self, z: np.ndarray) -> np.ndarray:
        return z * self._distribution(z)

    def _slope(self, z: np.ndarray) -> np.ndarray:
        density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
        return self._distribution(z) + z * density

    def _distribution(self, z: np.ndarray) -> np.ndarray:
        from scipy.special import erf  # imported here: it takes longer than this package

        return 0.5 * (1 + erf(z / math.sqrt(2)))


class Softmax(ActivationFunction):
    """p_k = exp(z_k) / Σ_j exp(z_j) over the last axis: the probabilities of k classes, sum 1 per row.

    The row's maximum is subtracted first: the value is the same, and exp cannot overflow.

    >>> softmax(np.array([[0.0, 0.0], [1e4, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """

    name = "softmax"

    def _value(self, z: np.ndarray) -> np.ndarray:
        exponential = np.exp(z - z.max(axis=-1, keepdims=True))
        return exponential / exponential.sum(axis=-1, keepdims=True)

    def _slope(self, z: np.ndarray) -> np.ndarray:
        raise TypeError(
            "the derivative of softmax is a matrix for each row, diag(p) − p pᵀ, not one number per entry: "
            "use softmax.backward(z, upstream)"
        )

    def backward(self, z: ArrayLike, upstream: np.ndarray) -> np.ndarray:
        """Return dL/dz = p·(u − Σ u·p), the matrix diag(p) − p pᵀ times u, without building the matrix."""
        p = self(z)
        with np.errstate(under="ignore"):
            return p * (upstream - (upstream * p).sum(axis=-1, keepdims=True))


linear, sigmoid, tanh, relu = Linear(), Sigmoid(), Tanh(), ReLU()
leaky_relu, gelu, softmax = LeakyReLU(), GELU(), Softmax()
_BY_NAME = {f.name: f for f in (linear, sigmoid, tanh, relu, leaky_relu, gelu, softmax)}


def get_activation(activation: str | ActivationFunction | None) -> ActivationFunction:
    """Return the activation of this name; None is `linear`, and an instance is returned as it is.

    Raises ValueError for an unknown name, or for a class where an instance is needed.

    >>> get_activation("relu") is relu, get_activation(None) is linear
    (True, True)
    """
    if activation is None:
        return linear
    if isinstance(activation, str) and activation in _BY_NAME:
        return _BY_NAME[activation]
    if callable(getattr(activation, "backward", None)) and not isinstance(activation, type):
        return activation
    raise ValueError(
        f"unknown activation {activation!r}; choose one of {', '.join(_BY_NAME)}, or an instance"
    )
