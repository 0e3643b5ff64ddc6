"""Checks a gradient against finite differences, and says what kind of mistake it looks like."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from mktutils.scratch.layers import all_layers

if TYPE_CHECKING:
    from mktutils.scratch.network import Network

TINY = 1e-10  # differences below this are the rounding error of the finite differences


class GradientError(AssertionError):
    """At least one gradient is wrong; `findings` has one sentence for each.

    >>> str(GradientError({"dense.bias": "dense.bias: every entry is zero"}, 3))
    '1 of 3 gradients is wrong:\\n  dense.bias: every entry is zero'
    """

    def __init__(self, findings: dict[str, str], n_checked: int) -> None:
        """Write the sentences under one headline."""
        self.findings = findings
        verb = "is" if len(findings) == 1 else "are"
        lines = "".join(f"\n  {sentence}" for sentence in findings.values())
        super().__init__(f"{len(findings)} of {n_checked} gradients {verb} wrong:{lines}")


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, *, step: float = 1e-3) -> np.ndarray:
    """Return df/dx of a number f(x), shape of x, by central differences of fourth order; x is float64.

    For each entry, with step h: (−f(x+2h) + 8·f(x+h) − 8·f(x−h) + f(x−2h)) / 12h, error of order h⁴. `x` is
    changed in place while f is called, and is restored afterwards.

    Raises ValueError unless x is a float64 array: in float32 the differences drown in rounding.

    >>> numerical_gradient(lambda x: float((x**3).sum()), np.array([1.0, 2.0])).round(6)
    array([ 3., 12.])
    """
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        kind = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
        raise ValueError(
            f"numerical_gradient needs a float64 array; got {kind}: use np.asarray(x, 'float64')"
        )
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        below2, below1, above1, above2 = _values_near(f, x, index, (-2 * step, -step, step, 2 * step))
        gradient[index] = (-above2 + 8 * above1 - 8 * below1 + below2) / (12 * step)
    return gradient


def explain_gradient(
    name: str,
    mine: ArrayLike,
    expected: ArrayLike,
    *,
    rtol: float = 1e-6,
    n_rows: int | None = None,
    atol: float = TINY,
) -> str | None:
    """Return None when max|mine − expected| ≤ rtol·max|expected| + atol, else a sentence naming the fault.

    The usual mistakes are tried in turn: shape, NaN, all zero, sign, the division by the number of rows
    (`n_rows`), a factor 2, another factor. Both arrays have the shape of the parameter `name`.

    >>> explain_gradient("dense.bias", [-1.0, -2.0], [1.0, 2.0])
    'dense.bias: every entry has the opposite sign'
    >>> explain_gradient("dense.bias", [256.0, 512.0], [1.0, 2.0], n_rows=256)
    'dense.bias: the division by the number of rows (256) is missing'
    """
    mine, expected = np.asarray(mine), np.asarray(expected)
    if mine.shape != expected.shape:
        hint = ": it is transposed" if mine.ndim > 1 and mine.shape == expected.T.shape else ""
        return f"{name}: the gradient has shape {mine.shape}, the parameter {expected.shape}{hint}"
    if not np.isfinite(mine).all():
        return f"{name}: {(~np.isfinite(mine)).sum()} of {mine.size} entries are NaN or infinite"
    scale = np.abs(expected).max(initial=0)
    tolerance = rtol * scale + atol

    def same(a: np.ndarray, b: np.ndarray) -> bool:
        return bool((np.abs(a - b) <= tolerance).all())

    if same(mine, expected):
        return None
    if not mine.any():
        return f"{name}: every entry is zero"
    if scale <= atol:
        return f"{name}: every entry should be 0; the largest is {_short(np.abs(mine).max())}"
    if same(-mine, expected):
        return f"{name}: every entry has the opposite sign"
    flipped = _opposite_lines(mine, expected, tolerance)
    if flipped:
        return f"{name}: {flipped} the opposite sign"
    if n_rows is not None and n_rows > 1:
        if same(mine / n_rows, expected):
            return f"{name}: the division by the number of rows ({n_rows}) is missing"
        if same(mine * n_rows, expected):
            return f"{name}: the division by the number of rows ({n_rows}) is done twice"
    if same(mine / 2, expected):
        return f"{name}: 2 times too large everywhere; look for a factor 2 too many"
    if same(mine * 2, expected):
        return f"{name}: half of the right gradient everywhere; look for a missing factor 2"
    factor = float((mine * expected).sum() / (expected * expected).sum())
    if factor and same(mine / factor, expected):
        return f"{name}: {factor:.3g} times the right gradient everywhere"
    error = np.abs(mine - expected)
    worst = ", ".join(str(int(i)) for i in np.unravel_index(error.argmax(), error.shape))
    return (
        f"{name}: differs by at most {_short(error.max() / scale)} times the largest entry, most at ({worst})"
    )


def check_gradients(
    network: "Network",
    X: ArrayLike,
    y: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    rtol: float = 1e-6,
    step: float = 1e-3,
) -> dict[str, float]:
    """Compare every gradient of a network, in training mode, with finite differences of its loss.

    X has shape (rows, columns), y (rows, outputs). Returns, for each parameter and for "input" (dL/dX), the
    relative error max|mine − numeric| / max|numeric|; where the gradient is 0, the absolute error. Dropout
    masks are held fixed. Weights, moving averages and random numbers are afterwards what they were.

    Where both disagree, the slopes to the left and to the right are measured with a smaller step. At the kink
    of a ReLU they differ, and everything between them is a right answer; elsewhere they agree.

    Raises GradientError that names each wrong gradient, and ValueError unless the network is float64. Each
    entry costs four forward passes: use a small network and few rows.

    >>> from mktutils.scratch import Dense, MeanSquaredError, Network
    >>> network = Network([Dense(2, "tanh"), Dense(1)], loss=MeanSquaredError(), dtype="float64")
    >>> errors = check_gradients(network, [[1.0, 2.0], [0.5, -1.0]], [1.0, 0.0])
    >>> list(errors), max(errors.values()) < 1e-9
    (['dense.kernel', 'dense.bias', 'dense_1.kernel', 'dense_1.bias', 'input'], True)
    """
    if network.dtype != np.float64:
        raise ValueError(f"check_gradients needs Network(..., dtype='float64'); got {network.dtype}")
    X, y, weight = network.prepare(X, y, sample_weight)
    X = X.copy()  # its entries are moved, and the caller's are not
    generators = [network.rng, *(layer.rng for layer in all_layers(network.layers) if hasattr(layer, "rng"))]
    states = [generator.bit_generator.state for generator in generators]
    weights = network.get_weights()

    def restore() -> None:
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state

    def loss(_: np.ndarray) -> float:
        restore()  # the same random numbers in every pass, hence the same dropout masks
        return network.loss_in_training(X, y, weight)

    try:
        restore()
        value, gradients = network.loss_and_gradients(X, y, weight)
        gradients = gradients | {"input": network.input_gradient}
        errors, findings = {}, {}
        atol = TINY * max(1.0, abs(value))
        for name, x in (network.parameters | {"input": X}).items():
            if name not in gradients:
                errors[name], findings[name] = np.inf, f"{name}: backward left no gradient"
                continue
            mine, numeric = np.asarray(gradients[name]), numerical_gradient(loss, x, step=step)
            if mine.shape == numeric.shape:
                _allow_kinks(loss, x, mine, numeric, rtol * np.abs(numeric).max() + atol, step / 100)
                scale, error = np.abs(numeric).max(), np.abs(mine - numeric).max()
                errors[name] = float(error / scale if scale > atol else error)
            sentence = explain_gradient(name, mine, numeric, rtol=rtol, n_rows=len(X), atol=atol)
            if sentence:
                findings[name] = sentence
    finally:
        network.set_weights(weights)
        restore()
    if findings:
        raise GradientError(findings, len(network.parameters) + 1)
    return errors


def _values_near(
    f: Callable[[np.ndarray], float], x: np.ndarray, index: tuple[int, ...], moves: tuple[float, ...]
) -> Iterator[float]:
    """Yield f with one entry of x moved by each of `moves`; the entry is restored."""
    before = x[index]
    try:
        for move in moves:
            x[index] = before + move
            yield f(x)
    finally:
        x[index] = before


def _allow_kinks(
    f: Callable[[np.ndarray], float],
    x: np.ndarray,
    mine: np.ndarray,
    numeric: np.ndarray,
    tolerance: float,
    step: float,
) -> None:
    """Where both disagree, replace `numeric` by the nearest value between the slopes on both sides."""
    for position in np.argwhere(~(np.abs(mine - numeric) <= tolerance)):
        index = tuple(position)
        below2, below1, here, above1, above2 = _values_near(
            f, x, index, (-2 * step, -step, 0, step, 2 * step)
        )
        left = (3 * here - 4 * below1 + below2) / (2 * step)
        right = (-3 * here + 4 * above1 - above2) / (2 * step)
        numeric[index] = np.clip(mine[index], min(left, right), max(left, right))


def _opposite_lines(mine: np.ndarray, expected: np.ndarray, tolerance: float) -> str:
    """Say which columns, rows or entries have the opposite sign, when all the rest is right."""
    right, opposite = np.abs(mine - expected) <= tolerance, np.abs(mine + expected) <= tolerance
    if not (right | opposite).all():
        return ""
    lines = {"entries": ~right} if mine.ndim == 1 else {}
    if mine.ndim == 2:
        for name, axis in (("columns", 0), ("rows", 1)):
            if (right.all(axis=axis) | opposite.all(axis=axis)).all():
                lines = {name: ~right.all(axis=axis)}
                break
    for name, wrong in lines.items():
        numbers = [str(i) for i in np.flatnonzero(wrong)]
        if len(numbers) == 1:
            return f"{ {'columns': 'column', 'rows': 'row', 'entries': 'entry'}[name] } {numbers[0]} has"
        return f"{name} {', '.join(numbers)} have"
    return ""


def _short(value: float) -> str:
    """1.2e-3 rather than 1.2e-03."""
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
