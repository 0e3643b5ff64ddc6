"""Learning rates that change with the step: functions of the number of steps taken so far, from 0."""

import math
from collections.abc import Sequence


def _positive(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be finite and > 0; got {value!r}")
    return value


class ExponentialDecay:
    """rate(step) = initial_learning_rate · decay_rate^(step / decay_steps); staircase rounds down.

    Raises ValueError unless decay_steps > 0. Source: keras.io/api/optimizers/learning_rate_schedules.

    >>> schedule = ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
    >>> schedule(0), schedule(10)
    (0.1, 0.05)
    """

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False
    ) -> None:
        """Keep the settings."""
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase

    def __call__(self, step: int) -> float:
        """Return the learning rate of this step."""
        exponent = step // self.decay_steps if self.staircase else step / self.decay_steps
        return float(self.initial_learning_rate * self.decay_rate**exponent)


class PiecewiseConstantDecay:
    """values[0] up to and including step boundaries[0], values[1] up to boundaries[1], and so on.

    Raises ValueError unless there is one value more than boundaries, and boundaries increase. Source:
    keras.io/api/optimizers/learning_rate_schedules.

    >>> schedule = PiecewiseConstantDecay([100], [0.1, 0.01])
    >>> schedule(100), schedule(101)
    (0.1, 0.01)
    """

    def __init__(self, boundaries: Sequence[int], values: Sequence[float]) -> None:
        """Keep the steps at which the rate changes, and the rates."""
        self.boundaries, self.values = list(boundaries), list(values)
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"{len(self.boundaries)} boundaries need one value more; got {len(self.values)} values"
            )
        if sorted(set(self.boundaries)) != self.boundaries:
            raise ValueError(f"boundaries must increase; got {self.boundaries}")

    def __call__(self, step: int) -> float:
        """Return the learning rate of this step."""
        passed = sum(step > boundary for boundary in self.boundaries)
        return float(self.values[passed])


class CosineDecay:
    """Half a cosine from the initial rate down to alpha times it, over `decay_steps` steps, then constant.

    rate(step) = r·((1 − alpha)·(1 + cos(π·step/decay_steps))/2 + alpha) with r = initial_learning_rate. With
    `warmup_target`, the rate first rises in a line from the initial rate to the target, over `warmup_steps`,
    and r is the target. Raises ValueError unless decay_steps > 0. Source: Loshchilov and Hutter (2017),
    arXiv:1608.03983.

    >>> schedule = CosineDecay(0.0, 100, warmup_target=0.1, warmup_steps=10)
    >>> schedule(5), schedule(10), round(schedule(60), 3), schedule(110)
    (0.05, 0.1, 0.05, 0.0)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        """Keep the settings."""
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.alpha = alpha
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: int) -> float:
        """Return the learning rate of this step."""
        start = self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return float(start + (self.warmup_target - start) * step / self.warmup_steps)
            start, step = self.warmup_target, step - self.warmup_steps
        cosine = (1 + math.cos(math.pi * min(step, self.decay_steps) / self.decay_steps)) / 2
        return float(start * ((1 - self.alpha) * cosine + self.alpha))
