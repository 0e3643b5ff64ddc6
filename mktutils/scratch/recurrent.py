"""Recurrent layers: one step after the other, with a state that carries what was seen before.

X has shape (n, steps, features): n rows (customers), each a sequence of steps (visits) described by features.
A mask of shape (n, steps) says which steps exist. At a masked step the state stays as it was.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mktutils.scratch._checks import count
from mktutils.scratch.activations import ActivationFunction, get_activation
from mktutils.scratch.initializers import Initializer, get_initializer
from mktutils.scratch.layers import Layer, Shape

State = tuple[np.ndarray, ...]


class Recurrent(Layer):
    """What every recurrent layer shares: the loop over the steps, forward, and backward through time.

    A cell defines `step` and `step_backward`, for one step of all rows. The state is a tuple of arrays of
    shape (n, units); its first array is the output of the step. It starts at 0. The kernel has shape
    (features, gates·units), the recurrent kernel (units, gates·units).

    Raises ValueError for X of another shape or dtype than at `build`, and for a mask that does not fit.

    >>> layer = SimpleRNN(2, return_sequences=True)
    >>> layer.build((3, 1), np.random.default_rng(0), np.dtype("float64"))
    (3, 2)
    >>> layer.forward(np.ones((5, 3, 1))).shape
    (5, 3, 2)
    """

    gates = 1
    n_states = 1

    def __init__(
        self,
        units: int,
        activation: str | ActivationFunction | None = "tanh",
        *,
        kernel_initializer: str | Initializer = "glorot_uniform",
        recurrent_initializer: str | Initializer = "orthogonal",
        bias_initializer: str | Initializer = "zeros",
        return_sequences: bool = False,
        name: str | None = None,
    ) -> None:
        """Keep the settings; with `return_sequences` the output of every step is returned, else the last."""
        super().__init__(name=name)
        count("units", units)
        self.units = units
        self.activation = get_activation(activation)
        self.kernel_initializer = get_initializer(kernel_initializer)
        self.recurrent_initializer = get_initializer(recurrent_initializer)
        self.bias_initializer = get_initializer(bias_initializer)
        self.return_sequences = return_sequences
        self.hidden_gradients: np.ndarray | None = None

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Draw the weights for (steps, features); return units, or (steps, units) for `return_sequences`."""
        if np.ndim(n_inputs) != 1 or len(n_inputs) != 2:
            raise ValueError(
                f"{self.label} expects sequences, (steps, features); got {n_inputs}: put an Embedding before "
                "it, or give X the shape (rows, steps, features)"
            )
        steps, features = n_inputs
        columns = self.gates * self.units
        draws = {
            "kernel": (self.kernel_initializer, (features, columns)),
            "recurrent_kernel": (self.recurrent_initializer, (self.units, columns)),
            "bias": (self.bias_initializer, self.bias_shape),
        }
        for key, (draw, shape) in draws.items():
            self.params[key] = self.drawn(key, draw, shape, rng, dtype)
        return (steps, self.units) if self.return_sequences else self.units

    def forward(self, X: np.ndarray, training: bool = False, mask: ArrayLike | None = None) -> np.ndarray:
        """Return the last output, (n, units), or all outputs, (n, steps, units), for `return_sequences`.

        A masked step repeats the output before it; the output before the first step is 0.
        """
        exists = self.check_sequences(X, mask)
        n, steps, _ = X.shape
        # The share of the inputs is computed for all steps at once: it needs no earlier step.
        from_inputs = X @ self.params["kernel"] + self.input_bias(self.params["bias"])
        state = tuple(np.zeros((n, self.units), X.dtype) for _ in range(self.n_states))
        outputs, memory = np.empty((n, steps, self.units), X.dtype), []
        for t in range(steps):
            new_state, kept = self.step(from_inputs[:, t], state)
            state = tuple(np.where(exists[:, t], new, old) for new, old in zip(new_state, state, strict=True))
            outputs[:, t] = state[0]
            memory.append(kept)
        self.cache = X, exists, memory
        return outputs if self.return_sequences else outputs[:, -1]

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Fill the gradients by backpropagation through time, from the last step to the first; return dL/dX.

        `upstream` has the shape of the output. The gradient of the state arrives from two sides: from the
        output of this step, and from the step after it. All steps share the weights, so their gradients add.
        """
        X, exists, memory = self.recall()
        n, steps, _ = X.shape
        shape = (n, steps, self.units) if self.return_sequences else (n, self.units)
        if upstream.shape != shape:
            raise ValueError(
                f"{self.label}: upstream must have the output's shape {shape}; got {upstream.shape}"
            )
        from_outputs = np.zeros((n, steps, self.units), X.dtype)
        from_outputs[:, slice(None) if self.return_sequences else -1] = upstream
        self.grads = {key: np.zeros_like(weights) for key, weights in self.params.items()}
        self.hidden_gradients = np.empty_like(from_outputs)
        d_inputs = np.empty((n, steps, self.gates * self.units), X.dtype)
        d_state = tuple(np.zeros((n, self.units), X.dtype) for _ in range(self.n_states))
        for t in reversed(range(steps)):
            d_state = (d_state[0] + from_outputs[:, t], *d_state[1:])
            self.hidden_gradients[:, t] = d_state[0]
            d_new = tuple(d * exists[:, t] for d in d_state)  # an existing step: through the cell
            d_carried = tuple(d * ~exists[:, t] for d in d_state)  # a masked step: past it, unchanged
            d_inputs[:, t], d_before = self.step_backward(memory[t], d_new)
            d_state = tuple(before + carried for before, carried in zip(d_before, d_carried, strict=True))
        self.grads["kernel"] += np.tensordot(
            X, d_inputs, axes=((0, 1), (0, 1))
        )  # the sum over rows and steps
        self.input_bias(self.grads["bias"])[...] += d_inputs.sum(axis=(0, 1))
        return d_inputs @ self.params["kernel"].T

    def step(self, from_input: np.ndarray, state: State) -> tuple[State, Any]:
        """Return the state after one step, and what `step_backward` needs.

        from_input, shape (n, gates·units), is x_t @ kernel + bias.
        """
        raise NotImplementedError

    def step_backward(self, kept: Any, d_state: State) -> tuple[np.ndarray, State]:
        """Return dL/d(from_input) and dL/d(state before); add to `grads` what comes from the state before."""
        raise NotImplementedError

    @property
    def bias_shape(self) -> tuple[int, ...]:
        """One number per column of the kernel."""
        return (self.gates * self.units,)

    def input_bias(self, bias: np.ndarray) -> np.ndarray:
        """Return the part of `bias` that is added to x_t @ kernel: all of it."""
        return bias

    def compute_mask(self, X: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray | None:
        """Return the mask of the output: `mask` while there are steps, None after them."""
        return mask if self.return_sequences else None

    def check_sequences(self, X: np.ndarray, mask: ArrayLike | None) -> np.ndarray:
        """Return the mask, shape (n, steps, 1); raise ValueError for X or a mask that does not fit."""
        kernel = self.parameter("kernel")
        if X.ndim != 3 or X.shape[2] != len(kernel) or not X.shape[1]:
            raise ValueError(
                f"{self.label} expects X of shape (rows, steps >= 1, {len(kernel)}); got {X.shape}"
            )
        if X.dtype != kernel.dtype:
            raise ValueError(
                f"{self.label} computes in {kernel.dtype}; got {X.dtype}: X.astype('{kernel.dtype}')"
            )
        exists = np.ones(X.shape[:2], bool) if mask is None else np.asarray(mask)
        if exists.shape != X.shape[:2]:
            raise ValueError(
                f"{self.label}: the mask must have shape {X.shape[:2]} (rows, steps); got {exists.shape}"
            )
        if exists.dtype != bool:
            raise ValueError(
                f"{self.label}: the mask must hold True and False; got {exists.dtype}: mask.astype(bool)"
            )
        return exists[:, :, None]


class SimpleRNN(Recurrent):
    """h_t = tanh(x_t @ kernel + bias + h_{t−1} @ recurrent_kernel), with h_0 = 0.

    X: (n, steps, features); output: (n, units), or (n, steps, units). Raises ValueError as `Recurrent`, and
    for fewer than one unit. Source: Elman (1990), Finding structure in time; Keras' SimpleRNN.

    >>> layer = SimpleRNN(1, "linear", kernel_initializer="ones", recurrent_initializer="ones")
    >>> layer.build((3, 1), np.random.default_rng(0), np.dtype("float64"))
    1
    >>> X = np.array([[[1.0], [2.0], [4.0]]])
    >>> layer.forward(X), layer.forward(X, mask=np.array([[True, False, True]]))
    (array([[7.]]), array([[5.]]))
    """

    default_name = "simple_rnn"

    def step(self, from_input: np.ndarray, state: State) -> tuple[State, Any]:
        """Return the new h."""
        (h,) = state
        z = from_input + h @ self.params["recurrent_kernel"]
        return (self.activation(z),), (h, z)

    def step_backward(self, kept: Any, d_state: State) -> tuple[np.ndarray, State]:
        """Return dL/dz and dL/dh = dz @ recurrent_kernelᵀ."""
        h, z = kept
        dz = self.activation.backward(z, d_state[0])
        self.grads["recurrent_kernel"] += h.T @ dz
        return dz, (dz @ self.params["recurrent_kernel"].T,)


def gradient_by_step(
    layer: Recurrent, X: np.ndarray, upstream: np.ndarray, mask: ArrayLike | None = None
) -> np.ndarray:
    """Return, for each step t, the Euclidean norm of dL/dh_t, the mean over the rows; shape (steps,).

    h_t is the output of step t; dL/dh_t is how much a change of it would move the loss, later steps included.
    Norms that shrink towards the first step are the vanishing gradient. `upstream` is dL/d(output), with the
    output's shape. Runs `forward` and `backward`, so `grads` change. Raises ValueError as the layer does.
    Source: Bengio, Simard and Frasconi (1994), Learning long-term dependencies with gradient
    descent is difficult.

    >>> layer = SimpleRNN(1, "linear", recurrent_initializer=lambda shape, rng: np.full(shape, 0.5))
    >>> layer.build((3, 1), np.random.default_rng(0), np.dtype("float64"))
    1
    >>> gradient_by_step(layer, np.ones((4, 3, 1)), np.ones((4, 1)))
    array([0.25, 0.5 , 1.  ])
    """
    layer.forward(X, training=True, mask=mask)
    layer.backward(upstream)
    return np.linalg.norm(layer.hidden_gradients, axis=2).mean(axis=0)
