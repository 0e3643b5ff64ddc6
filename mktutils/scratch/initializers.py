"""How weights start: functions of (shape, rng) that return float64 numbers.

A kernel has shape (fan_in, fan_out): so many inputs, so many units. In a convolution each cell of the window
counts: a kernel (height, width, channels, filters) has fan_in = height·width·channels and fan_out =
height·width·filters. The scale is chosen so that sums keep their size from layer to layer: Glorot for tanh,
He for ReLU, LeCun for linear layers. No start does so for a deep stack of sigmoids.
"""

import math
from collections.abc import Callable

import numpy as np

Initializer = Callable[[tuple[int, ...], np.random.Generator], np.ndarray]

# Standard deviation of a standard normal number that is drawn again while it lies beyond ±2.
TRUNCATED_STDDEV = 0.87962566103423978


def zeros(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """All 0, the start of a bias.

    >>> zeros((2,), np.random.default_rng(0))
    array([0., 0.])
    """
    return np.zeros(shape)


def ones(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """All 1.

    >>> ones((2,), np.random.default_rng(0))
    array([1., 1.])
    """
    return np.ones(shape)


def glorot_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Uniform in ±√(6 / (fan_in + fan_out)). Source: Glorot and Bengio (2010).

    >>> bool(np.abs(glorot_uniform((3, 3), np.random.default_rng(0))).max() <= 1)
    True
    """
    limit = math.sqrt(6 / sum(_fans(shape)))
    return rng.uniform(-limit, limit, shape)


def glorot_normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Truncated normal with standard deviation √(2 / (fan_in + fan_out)). Source: Glorot and Bengio (2010).

    >>> float(glorot_normal((200, 200), np.random.default_rng(0)).std().round(3))
    0.071
    """
    return _truncated_normal(math.sqrt(2 / sum(_fans(shape))), shape, rng)


def he_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Uniform in ±√(6 / fan_in). Source: He and others (2015), arXiv:1502.01852.

    >>> bool(np.abs(he_uniform((6, 3), np.random.default_rng(0))).max() <= 1)
    True
    """
    limit = math.sqrt(6 / _fans(shape)[0])
    return rng.uniform(-limit, limit, shape)


def he_normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Truncated normal with standard deviation √(2 / fan_in). Source: He and others (2015), arXiv:1502.01852.

    >>> float(he_normal((200, 200), np.random.default_rng(0)).std().round(2))
    0.1
    """
    return _truncated_normal(math.sqrt(2 / _fans(shape)[0]), shape, rng)


def lecun_normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Truncated normal with standard deviation √(1 / fan_in). Source: LeCun and others (1998).

    >>> float(lecun_normal((100, 400), np.random.default_rng(0)).std().round(2))
    0.1
    """
    return _truncated_normal(math.sqrt(1 / _fans(shape)[0]), shape, rng)


class RandomNormal:
    """Normal with mean 0 and the given standard deviation, not truncated, whatever the shape.

    >>> float(RandomNormal(stddev=2.0)((200, 200), np.random.default_rng(0)).std().round(1))
    2.0
    """

    def __init__(self, stddev: float = 0.05) -> None:
        """Keep the standard deviation."""
        if not (math.isfinite(stddev) and stddev >= 0):
            raise ValueError(f"stddev must be finite and >= 0; got {stddev!r}")
        self.stddev = stddev

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Draw numbers of this shape."""
        return rng.normal(0, self.stddev, shape)


class RandomUniform:
    """Uniform between two limits, whatever the shape: the start of an embedding.

    >>> bool(np.abs(RandomUniform()((200, 200), np.random.default_rng(0))).max() <= 0.05)
    True
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05) -> None:
        """Keep the limits."""
        if not (math.isfinite(minval) and math.isfinite(maxval) and minval <= maxval):
            raise ValueError(f"minval must be <= maxval, both finite; got {minval!r} and {maxval!r}")
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Draw numbers of this shape."""
        return rng.uniform(self.minval, self.maxval, shape)


def orthogonal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Orthonormal columns (rows, where there are fewer rows): the state keeps its length from step to step.

    Q of the QR decomposition of normal numbers; each column gets the sign of R's diagonal, so that all such
    matrices are equally likely. Raises ValueError for fewer than two axes. Source: Saxe and others (2014),
    arXiv:1312.6120.

    >>> Q = orthogonal((3, 2), np.random.default_rng(0))
    >>> bool(np.allclose(Q.T @ Q, np.eye(2)))
    True
    """
    if len(shape) < 2:
        raise ValueError(f"orthogonal needs a shape with at least two axes; got {shape}")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return (q if rows >= columns else q.T).reshape(shape)


def get_initializer(initializer: str | Initializer) -> Initializer:
    """Return the initialiser of this name; a callable of (shape, rng) is returned as it is.

    Raises ValueError for an unknown name.

    >>> get_initializer("he_normal") is he_normal
    True
    """
    functions = (zeros, ones, glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_normal, orthogonal)
    by_name = {f.__name__: f for f in functions} | {
        "random_normal": RandomNormal(),
        "random_uniform": RandomUniform(),
        "uniform": RandomUniform(),
    }
    if isinstance(initializer, str) and initializer in by_name:
        return by_name[initializer]
    if callable(initializer):
        return initializer
    raise ValueError(
        f"unknown initializer {initializer!r}; choose one of {', '.join(by_name)}, or a function"
    )


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) == 1:
        return shape[0], shape[0]
    cells = math.prod(shape[:-2])  # of the window of a convolution; 1 for a matrix
    return cells * shape[-2], cells * shape[-1]


def _truncated_normal(stddev: float, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw again what lies beyond two standard deviations, then scale to exactly `stddev`."""
    values = rng.standard_normal(shape)
    while (beyond := np.abs(values) > 2).any():
        values[beyond] = rng.standard_normal(beyond.sum())
    return values * (stddev / TRUNCATED_STDDEV)
