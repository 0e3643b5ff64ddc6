"""Optimisers: rules that change the parameters a little, in place, given their gradients.

In the formulas w is a parameter, g its gradient, r the learning rate, t the number of the step, from 1. The
definitions are those of `keras.optimizers`.
"""

import math
from collections.abc import Callable

import numpy as np

Rate = float | Callable[[int], float]


class Optimizer:
    """What every optimiser offers; a new one defines `_update`, and `slots`, the arrays it keeps for each w.

    `learning_rate` is a number, or a schedule that is called with `iterations`, the number of steps so far.
    `global_clipnorm` scales all gradients down together when the norm of all their entries exceeds it.

    Raises ValueError for a learning rate that is not finite and > 0, for shapes or dtypes that differ between
    parameters and gradients, and when the optimiser is used for a second network. NaN is not refused: it
    spreads without a warning.

    >>> class SignDescent(Optimizer):
    ...     def _update(self, w, g, rate):
    ...         w -= rate * np.sign(g)
    >>> w = np.array([1.0, 2.0])
    >>> SignDescent(0.5).apply([w], [np.array([3.0, -0.1])])
    >>> w
    array([0.5, 2.5])
    """

    slots = 0

    def __init__(self, learning_rate: Rate, *, global_clipnorm: float | None = None) -> None:
        """Keep the settings; nothing is remembered yet."""
        self.learning_rate = learning_rate
        if global_clipnorm is not None and not global_clipnorm > 0:
            raise ValueError(f"global_clipnorm must be > 0, or None; got {global_clipnorm!r}")
        self.global_clipnorm = global_clipnorm
        self.iterations = 0
        self._own: list[np.ndarray] = []
        self._memory: list[list[np.ndarray]] = []

    @property
    def learning_rate(self) -> Rate:
        """The learning rate as it was given: a number, or a schedule."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Rate) -> None:
        if not callable(value) and not (math.isfinite(value) and value > 0):
            raise ValueError(f"learning_rate must be finite and > 0; got {value!r}")
        self._learning_rate = value

    @property
    def current_learning_rate(self) -> float:
        """The learning rate of the next step, as a number."""
        rate = self._learning_rate
        return float(rate(self.iterations) if callable(rate) else rate)

    def apply(self, params: list[np.ndarray], grads: list[np.ndarray]) -> None:
        """Take one step: change each array of `params` in place; `grads` has the same shapes."""
        self._check(params, grads)
        rate = self.current_learning_rate
        with np.errstate(all="ignore"):
            if self.global_clipnorm is not None:
                grads = self._clip(grads)
            for w, g, memory in zip(params, grads, self._memory, strict=True):
                self._update(w, g, rate, *memory)
        self.iterations += 1

    def _update(self, w: np.ndarray, g: np.ndarray, rate: float, *memory: np.ndarray) -> None:
        raise NotImplementedError

    def _check(self, params: list[np.ndarray], grads: list[np.ndarray]) -> None:
        if len(params) != len(grads):
            raise ValueError(f"{len(params)} parameters, but {len(grads)} gradients")
        for i, (w, g) in enumerate(zip(params, grads, strict=True)):
            if w.shape != g.shape:
                raise ValueError(f"parameter {i} has shape {w.shape}, its gradient {g.shape}")
            if w.dtype != g.dtype:
                raise ValueError(f"parameter {i} is {w.dtype}, its gradient {g.dtype}")
        if not self._memory:
            self._own = list(params)
            self._memory = [[np.zeros_like(w) for _ in range(self.slots)] for w in params]
        elif len(params) != len(self._own) or any(w is not o for w, o in zip(params, self._own, strict=True)):
            raise ValueError("this optimiser belongs to another network: create a new one")

    def _clip(self, grads: list[np.ndarray]) -> list[np.ndarray]:
        norm = math.sqrt(sum(float(np.vdot(g, g)) for g in grads))
        if norm <= self.global_clipnorm:
            return grads
        # A norm that is not finite makes every entry NaN, as in Keras.
        factor = self.global_clipnorm / norm if math.isfinite(norm) else math.nan
        return [g * factor for g in grads]


class SGD(Optimizer):
    """w ← w − r·g. With momentum: v ← momentum·v − r·g, w ← w + v; Nesterov: w ← w + momentum·v − r·g.

    Raises ValueError as `Optimizer`, and for momentum outside [0, 1]. Source: Sutskever and others
    (2013), On the importance of initialization and momentum.

    >>> w = np.array([1.0])
    >>> SGD(0.1).apply([w], [np.array([2.0])])
    >>> w
    array([0.8])
    """

    def __init__(
        self,
        learning_rate: Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        *,
        global_clipnorm: float | None = None,
    ) -> None:
        """Keep the settings."""
        super().__init__(learning_rate, global_clipnorm=global_clipnorm)
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must lie in [0, 1]; got {momentum!r}")
        self.momentum, self.nesterov = float(momentum), nesterov
        self.slots = 1 if momentum else 0

    def _update(self, w: np.ndarray, g: np.ndarray, rate: float, *memory: np.ndarray) -> None:
        step = rate * g
        if not memory:
            w -= step
            return
        (v,) = memory
        v *= self.momentum
        v -= step
        w += self.momentum * v - step if self.nesterov else v


class RMSprop(Optimizer):
    """v ← rho·v + (1 − rho)·g², then w ← w − r·g / √(v + epsilon).

    Raises ValueError as `Optimizer`. Source: Hinton (2012), Neural networks for machine learning, 6.

    >>> w = np.array([1.0])
    >>> RMSprop(0.1).apply([w], [np.array([2.0])])
    >>> w.round(4)
    array([0.6838])
    """

    slots = 1

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        epsilon: float = 1e-7,
        *,
        global_clipnorm: float | None = None,
    ) -> None:
        """Keep the settings."""
        super().__init__(learning_rate, global_clipnorm=global_clipnorm)
        self.rho, self.epsilon = float(rho), float(epsilon)

    def _update(self, w: np.ndarray, g: np.ndarray, rate: float, *memory: np.ndarray) -> None:
        (v,) = memory
        v *= self.rho
        v += (1 - self.rho) * g * g
        w -= rate * g / np.sqrt(v + self.epsilon)


class Adam(Optimizer):
    """Steps of about r per entry: the mean gradient m, divided by the root of the mean squared gradient v.

    m ← m + (1 − beta_1)·(g − m), v ← v + (1 − beta_2)·(g² − v), w ← w − alpha·m / (√v + epsilon), where
    alpha = r·√(1 − beta_2^t) / (1 − beta_1^t) makes up for m and v starting at 0. Raises ValueError as
    `Optimizer`. Source: Kingma and Ba (2015), arXiv:1412.6980.

    >>> w = np.array([1.0, 1.0])
    >>> Adam(0.1).apply([w], [np.array([2.0, -0.01])])
    >>> w.round(4)
    array([0.9, 1.1])
    """

    slots = 2

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *,
        global_clipnorm: float | None = None,
    ) -> None:
        """Keep the settings."""
        super().__init__(learning_rate, global_clipnorm=global_clipnorm)
        for name, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not 0 <= beta < 1:
                raise ValueError(f"{name} must lie in [0, 1); got {beta!r}")
        self.beta_1, self.beta_2, self.epsilon = float(beta_1), float(beta_2), float(epsilon)

    def _update(self, w: np.ndarray, g: np.ndarray, rate: float, *memory: np.ndarray) -> None:
        m, v = memory
        t = self.iterations + 1
        alpha = rate * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        m += (1 - self.beta_1) * (g - m)
        v += (1 - self.beta_2) * (g * g - v)
        w -= alpha * m / (np.sqrt(v) + self.epsilon)


class AdamW(Adam):
    """Adam after w ← w − r·weight_decay·w, for every parameter, biases too.

    Unlike an L2 penalty, the decay is not divided by √v. Raises ValueError as `Optimizer`, and for a negative
    weight_decay. Source: Loshchilov and Hutter (2019), arXiv:1711.05101.

    >>> w = np.array([1.0])
    >>> AdamW(0.1, weight_decay=0.5).apply([w], [np.array([0.0])])
    >>> w
    array([0.95])
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *,
        global_clipnorm: float | None = None,
    ) -> None:
        """Keep the settings, in Keras' order."""
        super().__init__(learning_rate, beta_1, beta_2, epsilon, global_clipnorm=global_clipnorm)
        if not (math.isfinite(weight_decay) and weight_decay >= 0):
            raise ValueError(f"weight_decay must be finite and >= 0; got {weight_decay!r}")
        self.weight_decay = float(weight_decay)

    def _update(self, w: np.ndarray, g: np.ndarray, rate: float, *memory: np.ndarray) -> None:
        w -= rate * self.weight_decay * w
        super()._update(w, g, rate, *memory)
