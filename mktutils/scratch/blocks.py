"""Layers that make deep networks trainable: dropout, batch normalisation, residual blocks."""

import numpy as np

from mktutils.scratch.layers import Layer, Shape, name_layers


class Dropout(Layer):
    """In training, sets a share `rate` of the entries to 0 and divides the others by 1 − rate; else identity.

    Through the division ("inverted dropout") the expected output is the same in training and in prediction.
    The mask is drawn with `seed`, or with the network's random numbers when it is None.

    Raises ValueError unless 0 ≤ rate < 1. Source: Srivastava and others (2014), Dropout.

    >>> layer = Dropout(0.5, seed=1)
    >>> layer.build(4, np.random.default_rng(0), np.dtype("float64"))
    4
    >>> layer.forward(np.ones((1, 4)), training=True)
    array([[2., 2., 0., 2.]])
    """

    default_name = "dropout"

    def __init__(self, rate: float, *, seed: int | None = None, name: str | None = None) -> None:
        """Keep the share of entries that are dropped."""
        super().__init__(name=name)
        if not 0 <= rate < 1:
            raise ValueError(f"rate must lie in [0, 1); got {rate!r}")
        self.rate = float(rate)
        self.seed = seed
        self.rng = np.random.default_rng(seed)

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Take the network's random numbers when there is no seed."""
        if self.seed is None:
            self.rng = rng
        return n_inputs

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return X · mask, where mask is 0 or 1 / (1 − rate); X itself outside of training."""
        if not training or self.rate == 0:
            self.cache = 1
            return X
        keep = self.rng.random(X.shape) >= self.rate
        self.cache = keep.astype(X.dtype) / (1 - self.rate)
        return X * self.cache

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return upstream · mask, with the mask of the last forward pass."""
        return upstream * self.recall()


class BatchNormalization(Layer):
    """output = gamma·x̂ + beta with x̂ = (x − mean) / √(variance + epsilon), per column; shapes stay.

    In training, mean and variance (divided by n) are those of the batch, and the moving ones are updated:
    moving = momentum·moving + (1 − momentum)·batch. Otherwise the moving ones are used.

    Raises ValueError for another number of columns, momentum outside [0, 1], epsilon ≤ 0. Source: Ioffe and
    Szegedy (2015), arXiv:1502.03167.

    >>> layer = BatchNormalization()
    >>> layer.build(1, np.random.default_rng(0), np.dtype("float64"))
    1
    >>> layer.forward(np.array([[1.0], [3.0]]), training=True).round(2)
    array([[-1.],
           [ 1.]])
    >>> layer.state["moving_mean"]
    array([0.02])
    """

    default_name = "batch_normalization"

    def __init__(self, *, momentum: float = 0.99, epsilon: float = 1e-3, name: str | None = None) -> None:
        """Keep the settings; the parameters are created by `build`."""
        super().__init__(name=name)
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must lie in [0, 1]; got {momentum!r}")
        if not epsilon > 0:
            raise ValueError(f"epsilon must be > 0; got {epsilon!r}")
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)

    def build(self, n_inputs: int, rng: np.random.Generator, dtype: np.dtype) -> int:
        """Start with gamma 1, beta 0, moving mean 0 and moving variance 1."""
        self.check_columns(n_inputs)
        self.params = {"gamma": np.ones(n_inputs, dtype), "beta": np.zeros(n_inputs, dtype)}
        self.state = {"moving_mean": np.zeros(n_inputs, dtype), "moving_variance": np.ones(n_inputs, dtype)}
        return n_inputs

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return gamma·x̂ + beta; in training, update the moving mean and variance as well."""
        self.check_input(X, self.parameter("gamma"))
        mean, variance = self.state["moving_mean"], self.state["moving_variance"]
        if training:
            mean, variance = X.mean(axis=0), X.var(axis=0)
            for key, batch in (("moving_mean", mean), ("moving_variance", variance)):
                moving = self.state[key]
                moving[...] = moving * self.momentum + batch * (1 - self.momentum)
        deviation = np.sqrt(variance + self.epsilon)
        standardised = (X - mean) / deviation
        self.cache = standardised, deviation, training
        return self.params["gamma"] * standardised + self.params["beta"]

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return dL/dX = gamma / √(variance + epsilon) · (u − mean(u) − x̂·mean(u·x̂)) in training.

        Both means are there because each row moves the mean and the variance of its batch. Outside of
        training no row does, and dL/dX = gamma / √(variance + epsilon) · u.
        """
        standardised, deviation, training = self.recall()
        self.grads = {"gamma": (upstream * standardised).sum(axis=0), "beta": upstream.sum(axis=0)}
        if training:
            share = standardised * (upstream * standardised).mean(axis=0)
            upstream = upstream - upstream.mean(axis=0) - share
        return self.params["gamma"] / deviation * upstream


class Residual(Layer):
    """output = x + f(x), where f is a stack of layers; the gradient reaches x past f as well.

    Parameters are named after the layers inside: "dense.kernel", "dense_1.bias". Raises ValueError when f(x)
    has not as many columns as x, and for an empty stack. Source: He and others (2016), arXiv:1512.03385.

    >>> from mktutils.scratch import Dense
    >>> block = Residual([Dense(2, kernel_initializer="zeros")])
    >>> block.build(2, np.random.default_rng(0), np.dtype("float64"))
    2
    >>> block.forward(np.array([[1.0, 2.0]])), list(block.params)
    (array([[1., 2.]]), ['dense.kernel', 'dense.bias'])
    """

    default_name = "residual"

    def __init__(self, layers: list[Layer], *, name: str | None = None) -> None:
        """Keep the layers of f, and name them."""
        super().__init__(name=name)
        self.layers = list(layers)
        if not self.layers:
            raise ValueError("Residual needs at least one layer")
        name_layers(self.layers)

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Build the layers of f."""
        n_outputs = n_inputs
        for layer in self.layers:
            n_outputs = layer.build(n_outputs, rng, dtype)
        if n_outputs != n_inputs and isinstance(n_inputs, tuple):
            raise ValueError(
                f"{self.label}: a row of x has shape {n_inputs}, of f(x) {n_outputs}; they cannot be added. "
                "Use padding='same', strides=1 and as many filters as x has channels"
            )
        if n_outputs != n_inputs:
            raise ValueError(
                f"{self.label}: x has {n_inputs} columns and f(x) has {n_outputs}; they cannot be added. "
                f"End with Dense({n_inputs})"
            )
        self.params, self.state = self._inside("params"), self._inside("state")
        return n_inputs

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return X + f(X)."""
        output = X
        for layer in self.layers:
            output = layer.forward(output, training)
        return X + output

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return upstream + the gradient through f."""
        through = upstream
        for layer in reversed(self.layers):
            through = layer.backward(through)
        self.grads = self._inside("grads")
        return upstream + through

    def penalty(self) -> float:
        """Return the sum of the penalties inside."""
        return sum(layer.penalty() for layer in self.layers)

    @property
    def weights(self) -> list[np.ndarray]:
        """All arrays, layer by layer, in Keras' order."""
        return [array for layer in self.layers for array in layer.weights]

    def _inside(self, kind: str) -> dict[str, np.ndarray]:
        pairs = (
            (layer.name, key, array) for layer in self.layers for key, array in getattr(layer, kind).items()
        )
        return {f"{name}.{key}": array for name, key, array in pairs}
