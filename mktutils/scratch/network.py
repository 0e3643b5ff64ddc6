"""A network: layers in a row, a loss, an optimiser, and the loop that trains them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mktutils.scratch import _checks
from mktutils.scratch.callbacks import Callback, History
from mktutils.scratch.layers import Layer, Shape, name_layers
from mktutils.scratch.losses import Loss
from mktutils.scratch.optimizers import Optimizer


class Network:
    """A stack of layers that is trained to make `loss` small; the NumPy counterpart of `keras.Sequential`.

    X has shape (rows, columns), or (rows, height, width, channels) for images; y has shape (rows, outputs),
    or (rows,) for one output. All random numbers (weights, shuffling, dropout) come from `seed`, so that the
    same calls give the same numbers. Everything is computed in `dtype`, "float32" or "float64". `loss` and
    its gradients are that of a batch, penalties included.

    Raises ValueError for unusable layers or dtype, and for a loss that does not fit the last activation; the
    methods raise ValueError that names what is wrong with the data.

    >>> from mktutils.scratch import Adam, BinaryCrossentropy, Dense
    >>> network = Network([Dense(4, "relu"), Dense(1)], loss=BinaryCrossentropy(from_logits=True),
    ...                   optimizer=Adam(0.05), seed=1)
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1]
    >>> history = network.fit(X, y, epochs=100)
    >>> history.epochs, history.history["loss"][-1] < history.history["loss"][0]
    (100, True)
    >>> (network.predict(X)[:, 0] > 0).tolist()  # the output is a logit: above 0 means above 50%
    [False, True, True, True]
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        *,
        loss: Loss,
        optimizer: Optimizer | None = None,
        seed: int = 0,
        dtype: str = "float32",
    ) -> None:
        """Name the layers and check that they fit the loss; the weights are drawn by `build`."""
        self.layers, self.loss, self.optimizer = list(layers), loss, optimizer
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype must be 'float32' or 'float64'; got {dtype!r}")
        if not self.layers:
            raise ValueError("a network needs at least one layer")
        if not isinstance(loss, Loss):
            raise ValueError(f"loss must be an instance such as MeanSquaredError(); got {loss!r}")
        _checks.last_activation(self.layers[-1], loss)
        name_layers(self.layers)
        self.rng = np.random.default_rng(seed)
        self.n_inputs: Shape = 0
        self.n_outputs: Shape = 0
        self.input_gradient: np.ndarray | None = None
        self.stop_training = False

    def build(self, n_inputs: Shape) -> "Network":
        """Draw the weights for `n_inputs` columns, or rows of this shape, once; return the network."""
        if not self.n_inputs:
            n_outputs = n_inputs
            for layer in self.layers:
                n_outputs = layer.build(n_outputs, self.rng, self.dtype)
            self.n_inputs, self.n_outputs = n_inputs, n_outputs
        elif n_inputs != self.n_inputs:
            unit = "per row" if isinstance(self.n_inputs, tuple) else "columns"
            raise ValueError(f"{self.layers[0].label} expects {self.n_inputs} {unit}; got {n_inputs}")
        return self

    def forward(self, X: ArrayLike, training: bool = False) -> np.ndarray:
        """Return the output of the last layer, shape (rows, outputs); X must have the network's columns."""
        output = _checks.as_numbers(X, "X", self.dtype)
        if not self.n_inputs:
            self.build(_checks.row_shape(output))
        with np.errstate(all="ignore"):  # training that diverges shows NaN, not warnings
            for layer in self.layers:
                output = layer.forward(output, training)
        return output

    def predict(self, X: ArrayLike, batch_size: int = 4096) -> np.ndarray:
        """Return the output for every row: logits, if the loss is from logits; dropout is off."""
        _checks.count("batch_size", batch_size)
        return self._outputs(_checks.features(X, self.dtype), batch_size)

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The trained arrays themselves, by name: "dense.kernel", "dense.bias"."""
        self._require_build()
        return {f"{layer.name}.{key}": w for layer in self.layers for key, w in layer.params.items()}

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """The gradients of the last backward pass, with the keys of `parameters`."""
        self._require_build()
        return {f"{layer.name}.{key}": g for layer in self.layers for key, g in layer.grads.items()}

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of all arrays, in the order of `keras.Model.get_weights`."""
        return [array.copy() for array in self._weights()]

    def set_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Copy `weights` into the network; raise ValueError for another number or other shapes."""
        own = self._weights()
        if len(weights) != len(own):
            raise ValueError(f"the network has {len(own)} arrays of weights; got {len(weights)}")
        for i, (mine, new) in enumerate(zip(own, weights, strict=True)):
            if mine.shape != np.shape(new):
                raise ValueError(f"array {i} has shape {mine.shape}; got {np.shape(new)}")
        for mine, new in zip(own, weights, strict=True):
            mine[...] = new

    def loss_and_gradients(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, training: bool = True
    ) -> tuple[float, dict[str, np.ndarray]]:
        """Return the loss of these rows, and its gradient by each parameter; nothing is changed by a step."""
        loss = self._backpropagate(*self.prepare(X, y, sample_weight), training)
        return loss, self.gradients

    def train_on_batch(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Take one step with these rows; return the loss before the step."""
        self._require_optimizer()
        return self._step(*self.prepare(X, y, sample_weight))

    def evaluate(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the loss of these rows, with dropout off and moving averages in use."""
        X, y, weight = self.prepare(X, y, sample_weight)
        return self._loss(self._outputs(X), y, weight)

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        epochs: int = 1,
        batch_size: int = 32,
        validation_data: tuple | None = None,
        shuffle: bool = True,
        sample_weight: ArrayLike | None = None,
        class_weight: dict[int, float] | None = None,
        callbacks: Sequence[Callback] = (),
    ) -> History:
        """Train for `epochs` passes over the rows, `batch_size` rows per step; the last batch may be smaller.

        Records loss (the mean over the epoch's rows of the losses seen before each step), val_loss for
        `validation_data` (X, y) or (X, y, sample_weight), and the learning rate of the next step.
        `class_weight`, for example {0: 1.0, 1: 5.0}, weights each row by its class; not for validation.
        """
        self._require_optimizer()
        _checks.count("epochs", epochs)
        _checks.count("batch_size", batch_size)
        X, y, weight = self.prepare(X, y, sample_weight)
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError("pass class_weight or sample_weight, not both: multiply them first")
            weight = _checks.class_weights(y, class_weight)
        validation = None if validation_data is None else self.prepare(*validation_data)
        history = History()
        self.stop_training = False
        for callback in callbacks:
            callback.model = self
            callback.on_train_begin()
        for epoch in range(epochs):
            order = self.rng.permutation(len(X)) if shuffle else np.arange(len(X))
            total = 0.0
            for start in range(0, len(X), batch_size):
                rows = order[start : start + batch_size]
                total += len(rows) * self._step(X[rows], y[rows], None if weight is None else weight[rows])
            logs = {"loss": total / len(X)}
            if validation is not None:
                logs["val_loss"] = self._loss(self._outputs(validation[0]), *validation[1:])
            logs["learning_rate"] = self.optimizer.current_learning_rate
            for key, value in logs.items():
                history.history.setdefault(key, []).append(value)
            for callback in callbacks:
                callback.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        for callback in callbacks:
            callback.on_train_end()
        return history

    def prepare(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Check the data once; return it in the network's dtype, y with shape (rows, outputs)."""
        X = _checks.features(X, self.dtype)
        self.build(_checks.row_shape(X))
        if isinstance(self.n_outputs, tuple):
            raise ValueError(
                f"{self.layers[-1].label} returns shape {self.n_outputs} per row, the loss needs a row of "
                "numbers: end with Flatten() and Dense()"
            )
        y = self.loss.check_targets(y, (len(X), self.n_outputs), self.dtype, other="X")
        return X, y, _checks.weights(sample_weight, len(X), self.dtype)

    def loss_in_training(self, X: np.ndarray, y: np.ndarray, weight: np.ndarray | None) -> float:
        """Return the loss of a batch that went through `prepare`, as a training step sees it."""
        return self._loss(self.forward(X, training=True), y, weight)

    def _outputs(self, X: np.ndarray, batch_size: int = 4096) -> np.ndarray:
        """Forward in batches, so that large tables fit into memory."""
        starts = range(0, len(X), batch_size)
        return np.concatenate([self.forward(X[start : start + batch_size]) for start in starts])

    def _loss(self, output: np.ndarray, y: np.ndarray, weight: np.ndarray | None) -> float:
        with np.errstate(all="ignore"):
            penalties = sum(layer.penalty() for layer in self.layers)
            return self.loss.unchecked_value(y, output, weight) + penalties

    def _backpropagate(
        self, X: np.ndarray, y: np.ndarray, weight: np.ndarray | None, training: bool
    ) -> float:
        """Forward, then the chain rule from the loss back to the input; fills the layers' gradients."""
        output = self.forward(X, training)
        with np.errstate(all="ignore"):
            upstream = self.loss.unchecked_gradient(y, output, weight)
            for layer in reversed(self.layers):
                upstream = layer.backward(upstream)
        self.input_gradient = upstream
        return self._loss(output, y, weight)

    def _step(self, X: np.ndarray, y: np.ndarray, weight: np.ndarray | None) -> float:
        loss = self._backpropagate(X, y, weight, training=True)
        pairs = [(w, layer.grads[key]) for layer in self.layers for key, w in layer.params.items()]
        self.optimizer.apply([w for w, _ in pairs], [g for _, g in pairs])
        return loss

    def _weights(self) -> list[np.ndarray]:
        self._require_build()
        return [array for layer in self.layers for array in layer.weights]

    def _require_build(self) -> None:
        if not self.n_inputs:
            raise RuntimeError("the network has no weights yet: call build(n_inputs), or fit")

    def _require_optimizer(self) -> None:
        if self.optimizer is None:
            raise ValueError("training needs an optimiser: Network(..., optimizer=Adam())")
