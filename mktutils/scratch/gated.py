"""Recurrent layers with gates: numbers between 0 and 1 that say what the state keeps and what it takes in."""

from typing import Any

import numpy as np

from mktutils.scratch.activations import ActivationFunction, get_activation
from mktutils.scratch.layers import Shape
from mktutils.scratch.recurrent import Recurrent, State


class Gated(Recurrent):
    """A recurrent layer whose gates have an activation of their own.

    Raises ValueError as `Recurrent`, and for an unknown activation.

    >>> Gated(2).recurrent_activation.name
    'sigmoid'
    """

    def __init__(
        self,
        units: int,
        activation: str | ActivationFunction | None = "tanh",
        recurrent_activation: str | ActivationFunction | None = "sigmoid",
        **settings: Any,
    ) -> None:
        """Keep the settings; those by name are the ones of `Recurrent`."""
        super().__init__(units, activation, **settings)
        self.recurrent_activation = get_activation(recurrent_activation)


class GRU(Gated):
    """h_t = z·h_{t−1} + (1 − z)·candidate: the update gate z keeps the state, the reset gate r forgets it.

    With W = kernel, U = recurrent_kernel, each in the blocks z, r, h: z = sigmoid(x W_z + h U_z + biases), r
    likewise, candidate = tanh(x W_h + b_h + r·(h U_h + b'_h)). The bias has shape (2, 3·units): b, then b'.
    With reset_after=False (the first published form) the candidate is tanh(x W_h + b_h + (r·h) U_h), and the
    bias has shape (3·units,).

    X: (n, steps, features); output: (n, units), or (n, steps, units). Raises ValueError as `Recurrent`.
    Source: Cho and others (2014), arXiv:1406.1078; Keras' GRU.

    >>> layer = GRU(2)
    >>> layer.build((3, 4), np.random.default_rng(0), np.dtype("float32"))
    2
    >>> {key: w.shape for key, w in layer.params.items()}
    {'kernel': (4, 6), 'recurrent_kernel': (2, 6), 'bias': (2, 6)}
    """

    default_name = "gru"
    gates = 3

    def __init__(
        self,
        units: int,
        activation: str | ActivationFunction | None = "tanh",
        recurrent_activation: str | ActivationFunction | None = "sigmoid",
        *,
        reset_after: bool = True,
        **settings: Any,
    ) -> None:
        """Keep the settings; those by name are the ones of `Recurrent`, and `reset_after`."""
        super().__init__(units, activation, recurrent_activation, **settings)
        self.reset_after = reset_after

    @property
    def bias_shape(self) -> tuple[int, ...]:
        """A row for the input and a row for the state, or the input's alone."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def input_bias(self, bias: np.ndarray) -> np.ndarray:
        """Return the row for the input."""
        return bias[0] if self.reset_after else bias

    def step(self, from_input: np.ndarray, state: State) -> tuple[State, Any]:
        """Return the new h."""
        (h,) = state
        U_gates, U_h = self._blocks(self.params["recurrent_kernel"])
        x_gates, x_h = self._blocks(from_input)
        z_gates = x_gates + h @ U_gates
        if self.reset_after:
            b_gates, b_h = self._blocks(self.params["bias"][1])
            z_gates += b_gates
        update, reset = np.split(self.recurrent_activation(z_gates), 2, axis=1)
        if self.reset_after:
            from_state = h @ U_h + b_h
            z_h = x_h + reset * from_state
        else:
            from_state = (reset * h) @ U_h
            z_h = x_h + from_state
        candidate = self.activation(z_h)
        kept = h, z_gates, update, reset, from_state, z_h, candidate
        return (update * h + (1 - update) * candidate,), kept

    def step_backward(self, kept: Any, d_state: State) -> tuple[np.ndarray, State]:
        """Return dL/d(from_input) and dL/dh: h reaches the new state directly and through every gate."""
        h, z_gates, update, reset, from_state, z_h, candidate = kept
        (d_new,) = d_state
        U_gates, U_h = self._blocks(self.params["recurrent_kernel"])
        dU_gates, dU_h = self._blocks(self.grads["recurrent_kernel"])  # views: += changes the gradient itself
        d_update = d_new * (h - candidate)
        dz_h = self.activation.backward(z_h, d_new * (1 - update))
        d_h = d_new * update
        if self.reset_after:
            d_reset, d_from_state = dz_h * from_state, dz_h * reset
            dU_h += h.T @ d_from_state
            d_h += d_from_state @ U_h.T
        else:
            d_product = dz_h @ U_h.T  # of reset · h
            d_reset = d_product * h
            dU_h += (reset * h).T @ dz_h
            d_h += d_product * reset
        dz_gates = self.recurrent_activation.backward(z_gates, np.concatenate([d_update, d_reset], axis=1))
        dU_gates += h.T @ dz_gates
        d_h += dz_gates @ U_gates.T
        if self.reset_after:
            self.grads["bias"][1] += np.concatenate([dz_gates, d_from_state], axis=1).sum(axis=0)
        return np.concatenate([dz_gates, dz_h], axis=1), (d_h,)

    def _blocks(self, array: np.ndarray) -> list[np.ndarray]:
        """Return the columns of both gates, and those of the candidate."""
        return np.split(array, [2 * self.units], axis=-1)


class LSTM(Gated):
    """c_t = f·c_{t−1} + i·g and h_t = o·tanh(c_t): a second state c is kept by adding, gate by gate.

    The columns of z = x @ kernel + bias + h @ recurrent_kernel are four blocks i, f, c, o. The gates for
    input, forgetting and output are i = sigmoid(z_i), f = sigmoid(z_f), o = sigmoid(z_o); the candidate is
    g = tanh(z_c). With unit_forget_bias the bias of f starts at 1, so that c is kept at first.

    X: (n, steps, features); output: (n, units), or (n, steps, units). Raises ValueError as `Recurrent`.
    Source: Hochreiter and Schmidhuber (1997), Long short-term memory; Keras' LSTM.

    >>> layer = LSTM(2)
    >>> layer.build((3, 4), np.random.default_rng(0), np.dtype("float32"))
    2
    >>> layer.params["bias"]
    array([0., 0., 1., 1., 0., 0., 0., 0.], dtype=float32)
    """

    default_name = "lstm"
    gates = 4
    n_states = 2

    def __init__(
        self,
        units: int,
        activation: str | ActivationFunction | None = "tanh",
        recurrent_activation: str | ActivationFunction | None = "sigmoid",
        *,
        unit_forget_bias: bool = True,
        **settings: Any,
    ) -> None:
        """Keep the settings; those by name are the ones of `Recurrent`, and `unit_forget_bias`."""
        super().__init__(units, activation, recurrent_activation, **settings)
        self.unit_forget_bias = unit_forget_bias

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Draw the weights; the bias of the forget gate is 1."""
        n_outputs = super().build(n_inputs, rng, dtype)
        if self.unit_forget_bias:
            self.params["bias"][self.units : 2 * self.units] = 1
        return n_outputs

    def step(self, from_input: np.ndarray, state: State) -> tuple[State, Any]:
        """Return the new h and c."""
        h, c = state
        z = np.split(from_input + h @ self.params["recurrent_kernel"], 4, axis=1)
        z_i, z_f, z_c, z_o = z
        i, f, o = (self.recurrent_activation(gate) for gate in (z_i, z_f, z_o))
        g = self.activation(z_c)
        c_new = f * c + i * g
        return (o * self.activation(c_new), c_new), (h, c, z, (i, f, g, o), c_new)

    def step_backward(self, kept: Any, d_state: State) -> tuple[np.ndarray, State]:
        """Return dL/dz, and dL/dh = dz @ recurrent_kernelᵀ with dL/dc = f · dL/dc_new, one factor."""
        h, c, (z_i, z_f, z_c, z_o), (i, f, g, o), c_new = kept
        d_h, d_c = d_state
        d_c = d_c + self.activation.backward(c_new, d_h * o)
        gate, candidate = self.recurrent_activation.backward, self.activation.backward
        d_o = d_h * self.activation(c_new)
        blocks = [gate(z_i, d_c * g), gate(z_f, d_c * c), candidate(z_c, d_c * i), gate(z_o, d_o)]
        dz = np.concatenate(blocks, axis=1)
        self.grads["recurrent_kernel"] += h.T @ dz
        return dz, (dz @ self.params["recurrent_kernel"].T, d_c * f)
