"""Layers: each maps a batch forward, and the gradient of the loss backward.

X has shape (n, columns), the output (n, units); rows may have more axes, such as images. `backward(upstream)`
receives dL/d(output), leaves the gradient of each parameter in `grads`, and returns dL/dX, the `upstream` of
the layer before.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mktutils.scratch._checks import count
from mktutils.scratch.activations import ActivationFunction, get_activation
from mktutils.scratch.initializers import Initializer, get_initializer
from mktutils.scratch.regularizers import L1, L2

Shape = int | tuple[int, ...]  # of one row: a number of columns, or for example (height, width, channels)


class Layer:
    """What every layer offers; a new one defines `forward` and `backward`, and `build` if it has parameters.

    `params` and `grads` are dictionaries with the same keys; `state` holds arrays that change in training
    without a gradient. `cache` is what `forward` keeps for `backward`.

    >>> class Double(Layer):
    ...     default_name = "double"
    ...
    ...     def forward(self, X, training=False):
    ...         return 2 * X
    ...
    ...     def backward(self, upstream):
    ...         return 2 * upstream
    >>> Double().forward(np.array([[1.0]]))
    array([[2.]])
    """

    default_name = "layer"

    def __init__(self, *, name: str | None = None) -> None:
        """Start without parameters; a network gives a name where `name` is None."""
        self.name = name
        self.params: dict[str, np.ndarray] = {}
        self.grads: dict[str, np.ndarray] = {}
        self.state: dict[str, np.ndarray] = {}
        self.cache: Any = None
        self.in_use = False

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Create the parameters for rows of this shape; return the shape of a row of the output."""
        return n_inputs

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the output for a batch."""
        raise NotImplementedError

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Fill `grads` and return dL/dX."""
        raise NotImplementedError

    def penalty(self) -> float:
        """Return what the regulariser adds to the loss; its gradient is part of `grads`."""
        return 0.0

    def drawn(
        self, key: str, draw: Initializer, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype
    ) -> np.ndarray:
        """Return the starting values of a parameter; raise ValueError if they have another shape."""
        values = np.asarray(draw(shape, rng))
        if values.shape != shape:
            raise ValueError(
                f"the initialiser of {self.label}.{key} returned {values.shape}; expected {shape}"
            )
        return np.array(values, dtype=dtype)

    def parameter(self, key: str) -> np.ndarray:
        """Return a parameter; raise RuntimeError before `build`."""
        if key not in self.params:
            raise RuntimeError(f"{self.label} has no {key} yet: call build, or put it into a Network")
        return self.params[key]

    @property
    def weights(self) -> list[np.ndarray]:
        """All arrays in Keras' order: the parameters, then the state."""
        return [*self.params.values(), *self.state.values()]

    def recall(self) -> Any:
        """Return what `forward` kept; raise RuntimeError before the first forward."""
        if self.cache is None:
            raise RuntimeError(f"{self.label}: backward before forward; call forward on a batch first")
        return self.cache

    @property
    def label(self) -> str:
        """The name, for messages; a layer outside of a network has its default name."""
        return self.name or self.default_name

    def check_columns(self, n_inputs: Shape) -> None:
        """Raise ValueError unless a row is a row of columns, given by their number."""
        if isinstance(n_inputs, tuple):
            raise ValueError(
                f"{self.label} expects rows of columns; got shape {n_inputs} per row: put Flatten() before it"
            )

    def check_input(self, X: np.ndarray, expected: np.ndarray) -> None:
        """Raise ValueError unless X has as many columns as `expected` has rows, and the same dtype."""
        if X.ndim != 2 or X.shape[1] != len(expected):
            got = X.shape[1] if X.ndim == 2 else f"shape {X.shape}"
            raise ValueError(f"{self.label} expects {len(expected)} columns; got {got}")
        if X.dtype != expected.dtype:
            raise ValueError(
                f"{self.label} computes in {expected.dtype}; got {X.dtype}: X.astype('{expected.dtype}')"
            )


class Dense(Layer):
    """output = activation(X @ kernel + bias); kernel of shape (n_inputs, units), bias of shape (units,).

    Raises ValueError for fewer than one unit, unknown names, an initialiser that returns another shape, or X
    with other columns than at `build`. Source: keras.io/api/layers/core_layers/dense.

    >>> layer = Dense(2, "relu", kernel_initializer="ones")
    >>> layer.build(3, np.random.default_rng(0), np.dtype("float64"))
    2
    >>> layer.forward(np.array([[1.0, 2.0, 3.0]]))
    array([[6., 6.]])
    >>> layer.backward(np.array([[1.0, 0.5]])), layer.grads["bias"]
    (array([[1.5, 1.5, 1.5]]), array([1. , 0.5]))
    """

    default_name = "dense"

    def __init__(
        self,
        units: int,
        activation: str | ActivationFunction | None = None,
        *,
        kernel_initializer: str | Initializer = "glorot_uniform",
        bias_initializer: str | Initializer = "zeros",
        kernel_regularizer: L1 | L2 | None = None,
        name: str | None = None,
    ) -> None:
        """Keep the settings; the parameters are created by `build`."""
        super().__init__(name=name)
        count("units", units)
        self.units = units
        self.activation = get_activation(activation)
        self.kernel_initializer = get_initializer(kernel_initializer)
        self.bias_initializer = get_initializer(bias_initializer)
        self.kernel_regularizer = kernel_regularizer

    def build(self, n_inputs: int, rng: np.random.Generator, dtype: np.dtype) -> int:
        """Draw kernel and bias."""
        self.check_columns(n_inputs)
        shapes = {"kernel": (n_inputs, self.units), "bias": (self.units,)}
        for key, draw in (("kernel", self.kernel_initializer), ("bias", self.bias_initializer)):
            self.params[key] = self.drawn(key, draw, shapes[key], rng, dtype)
        return self.units

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return activation(z) with z = X @ kernel + bias, shape (n, units)."""
        self.check_input(X, self.parameter("kernel"))
        z = X @ self.params["kernel"]
        z += self.params["bias"]
        self.cache = X, z
        return self.activation(z)

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Fill the gradients of kernel and bias, and return dL/dX = dz @ kernelᵀ."""
        X, z = self.recall()
        dz = self.activation.backward(z, upstream)
        self.grads = {"kernel": X.T @ dz, "bias": dz.sum(axis=0)}
        if self.kernel_regularizer is not None:
            self.grads["kernel"] += self.kernel_regularizer.gradient(self.params["kernel"])
        return dz @ self.params["kernel"].T

    def penalty(self) -> float:
        """Return the penalty of the kernel; the bias has none."""
        return self.kernel_regularizer.penalty(self.params["kernel"]) if self.kernel_regularizer else 0.0


class Activation(Layer):
    """An activation function as a layer of its own; shapes stay.

    Raises ValueError for an unknown name. Source: keras.io/api/layers/core_layers/activation.

    >>> Activation("relu").forward(np.array([[-1.0, 2.0]]))
    array([[0., 2.]])
    """

    default_name = "activation"

    def __init__(self, activation: str | ActivationFunction | None, *, name: str | None = None) -> None:
        """Look the function up."""
        super().__init__(name=name)
        self.activation = get_activation(activation)

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return f(X)."""
        self.cache = X
        return self.activation(X)

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return upstream · f'(X)."""
        return self.activation.backward(self.recall(), upstream)


def name_layers(layers: list[Layer]) -> None:
    """Give each layer without a name the next free one: dense, dense_1, dense_2.

    Raises ValueError for a layer that is used twice, for equal names, and for what is no layer.

    >>> layers = [Dense(3), Activation("relu"), Dense(1)]
    >>> name_layers(layers)
    >>> [layer.name for layer in layers]
    ['dense', 'activation', 'dense_1']
    """
    counts: dict[str, int] = {}
    for layer in layers:
        if not isinstance(layer, Layer):
            raise ValueError(f"{layer!r} is not a layer: pass instances, for example Dense(64, 'relu')")
        if layer.in_use:
            raise ValueError(f"layer {layer.label!r} is already part of a network: create a new one")
        if layer.name is None:
            number = counts.get(layer.default_name, 0)
            counts[layer.default_name] = number + 1
            layer.name = f"{layer.default_name}_{number}" if number else layer.default_name
        layer.in_use = True
    names = [layer.name for layer in layers]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{names.count(name)} layers are called {name!r}: names must differ")


def all_layers(layers: list[Layer]) -> Iterator[Layer]:
    """Yield each layer, and the layers inside of it.

    >>> [layer.default_name for layer in all_layers([Dense(3), Activation("relu")])]
    ['dense', 'activation']
    """
    for layer in layers:
        yield layer
        yield from all_layers(getattr(layer, "layers", []))
