"""Checkers of lesson 02 for losses and their gradients."""

import warnings

import numpy as np

from mktutils.exercises._neuron_02 import array_of, pair_of
from mktutils.lesson import Wrong, call, need_function
from mktutils.scratch import explain_gradient, numerical_gradient


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def _bce(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))


def _explain(name: str, got: np.ndarray, right: np.ndarray, n: int, remedies: dict[str, str]) -> None:
    """Raise Wrong with the sentence of `explain_gradient` and the remedy that belongs to it."""
    sentence = explain_gradient(name, got, right, rtol=1e-5, n_rows=n)
    if sentence:
        remedy = next((text for part, text in remedies.items() if part in sentence), remedies[""])
        raise Wrong(f"{sentence}. {remedy}")


_BCE_REMEDIES = {
    "opposite sign": "The derivative of the loss by z is p − y: the prediction minus the label, not y − p.",
    "is missing": "The loss is the mean over the rows, so each row counts 1/n: divide by `len(y)`.",
    "done twice": "A mean divides by n already; do not divide again.",
    "": "Start from the derivative by z of one row, p − y; `dw` is the mean of (p − y)·x over the rows, `db` the mean of p − y.",
}


def check_bce_gradient(answer) -> None:
    need_function(answer)
    rng = np.random.default_rng(2)
    for n, w, b in [(8, np.array([0.8, -0.5, 0.3]), -1.0), (5, np.array([-0.4, 1.1]), 0.5)]:
        X = rng.normal(size=(n, len(w)))
        y = (np.arange(n) % 4 == 1).astype(float)
        parts = pair_of(call(answer, X, y, w, b), "dw, db")
        dw, db = _dw(parts[0], X), _db(parts[1], n)
        _known_slips(dw, X, y, w, b)
        right_w = numerical_gradient(lambda v, X=X, y=y, b=b: _bce(X @ v + b, y).mean(), w)
        right_b = numerical_gradient(lambda v, X=X, y=y, w=w: _bce(X @ w + v, y).mean(), np.array([b]))
        _explain("dw", dw, right_w, n, _BCE_REMEDIES)
        _explain("db", db, right_b, n, _BCE_REMEDIES)
    # Two customers whose probability is 1.0 and about 0 in float64: p·(1 − p) is 0 there.
    X, y = np.array([[50.0], [-50.0], [1.0]]), np.array([1.0, 1.0, 0.0])
    with np.errstate(all="ignore"):
        parts = pair_of(call(answer, X, y, np.array([1.0]), 0.0), "dw, db")
    dz = _sigmoid(X[:, 0]) - y
    dw, db = _dw(parts[0], X), _db(parts[1], 3)
    if not (np.isfinite(dw).all() and np.isfinite(db).all()):
        raise Wrong(
            "For a customer with z = 50 the probability is exactly 1, and the gradient became `nan`: somewhere stands "
            "p·(1 − p) in a denominator, or log(0). Shorten the fraction on paper first: p·(1 − p) cancels, and p − y remains."
        )
    for name, got, right in [("dw", dw[0], np.mean(dz * X[:, 0])), ("db", db[0], np.mean(dz))]:
        if not np.isclose(got, right):
            raise Wrong(
                f"For customers with z = 50, −50 and 1 and labels 1, 1, 0 `{name}` is {got:.4g}; it must be {right:.4g}. Use p − y as "
                "it is: a probability that is clipped gives no gradient to the customers who are most wrong."
            )


def _dw(value, X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    shape = np.shape(value)
    if shape == (n, d):
        raise Wrong(
            f"`dw` has the shape {shape}, one line for each row. Take the mean over the rows (`axis=0`)."
        )
    if shape == (d, n) or shape == (n, n):
        raise Wrong(
            f"`dw` has the shape {shape}. A column of shape ({n}, 1) minus `y` of shape ({n},) gives a table of ({n}, {n}). Keep p in "
            f"the shape ({n},): `X @ w` has it."
        )
    if shape == ():
        raise Wrong("`dw` is one number; each of the weights needs its own derivative: shape (d,).")
    return array_of(value, (d,), "`dw`")


def _db(value, n: int) -> np.ndarray:
    if np.shape(value) in {(n,), (n, 1)}:
        raise Wrong(
            f"`db` has the shape {np.shape(value)}, one number for each row. The bias is one number: take the mean over the rows."
        )
    return array_of(value[0] if np.shape(value) == (1,) else value, (), "`db`").reshape(1)


def _known_slips(dw: np.ndarray, X: np.ndarray, y: np.ndarray, w: np.ndarray, b: float) -> None:
    z = X @ w + b
    n, p = len(y), _sigmoid(z)
    squared = (p - y) * p * (1 - p)
    for dz, message in [
        (z - y, "You used z where the probability belongs: p = σ(z), and the derivative by z is p − y."),
        (
            squared,
            "The factor p·(1 − p) is too much: it belongs to the squared error. In the cross-entropy it cancels.",
        ),
        (
            2 * squared,
            "This is the gradient of the squared error. In the cross-entropy the factor p·(1 − p) cancels.",
        ),
        (
            (p - y) / (p * (1 - p)),
            "This is the derivative by p. The chain rule continues to z: multiply by p·(1 − p).",
        ),
        (
            y * (p - 1),
            "Only the customers who ordered count here. The term with (1 − y)·log(1 − p) has a derivative too.",
        ),
        (p, "The labels are missing: the derivative by z is p − y."),
        (_sigmoid(X @ w) - y, "The bias is missing in the prediction: z = X @ w + b."),
        (
            _sigmoid(-z) - y,
            "The prediction is turned round, it falls where z grows: the sigmoid is 1 / (1 + e^(−z)), and a minus is missing in `np.exp`.",
        ),
        (
            _sigmoid(X @ w - b) - y,
            "In `np.exp(-X @ w + b)` the minus belongs to X @ w only. The minus must hold for the whole sum: −(X @ w + b).",
        ),
    ]:
        for scale in (1 / n, 1.0):
            if np.allclose(dw, scale * X.T @ dz):
                raise Wrong(message)


def check_softmax_gradient(answer) -> None:
    need_function(answer)
    rng = np.random.default_rng(3)
    for n, k in [(5, 3), (2, 4)]:
        Z, Y = rng.normal(size=(n, k)), np.eye(k)[rng.integers(0, k, n)]
        got = array_of(call(answer, Z, Y), (n, k), "The gradient")

        def loss(Z, Y=Y):
            return float(np.mean(np.log(np.exp(Z).sum(axis=1)) - (Z * Y).sum(axis=1)))

        right = numerical_gradient(loss, Z)
        one_fault = "One of the two faults is repaired. "
        for wrong, message in [
            (
                -right * n / k,
                "Both faults are still there: the order of the difference, and the number that divides it.",
            ),
            (
                right * n / k,
                f"{one_fault}The order of the difference is right now. The result is divided by the number of "
                f"*classes* ({k}); the mean is over the *rows* ({n}).",
            ),
            (
                -right,
                f"{one_fault}The division is right now, and every entry has the opposite sign: a step against this gradient climbs. "
                "Prediction minus label: `P - Y`.",
            ),
            (
                right * n,
                f"{one_fault}Now the division is missing: this is the gradient of the *sum*. The mean over {n} rows divides by {n}.",
            ),
            (
                right / k,
                f"{one_fault}The result is divided by rows *and* classes. The loss of a row is a sum over classes; the mean is over rows only.",
            ),
        ]:
            if np.allclose(got, wrong):
                raise Wrong(message)
        _explain(
            "gradient",
            got,
            right,
            n,
            {"": "For one row it is `P - Y`; the mean divides by the number of rows."},
        )


def check_stable_bce(answer) -> None:
    need_function(answer)
    z, y = np.repeat(np.linspace(-8, 8, 9), 2), np.tile([0.0, 1.0], 9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        extreme = call(answer, np.array([-1000.0, 1000.0]), np.array([1.0, 0.0]))
        usual = call(answer, z, y)
    if np.shape(usual) == () and usual is not None:
        raise Wrong("The result is one number. Return one loss for each row; who wants the mean takes it.")
    extreme, usual = array_of(extreme, (2,), "The result"), array_of(usual, z.shape, "The result")
    for loss in extreme:
        if 1 < loss < 100:
            raise Wrong(
                f"For z = −1000 and y = 1 the loss must be 1000, and it is {loss:.1f}. A probability that is clipped, or a small "
                "number inside the logarithm, hides the size of the mistake, and with it the gradient: this customer is never "
                "learnt. Compute from z, without the detour over p."
            )
        if 1e30 < loss < np.inf:
            raise Wrong(
                f"For z = −1000 and y = 1 the loss is {loss:.1e}: an infinite value was replaced by the largest number there is. "
                "`np.nan_to_num` hides the overflow and does not repair it. The right loss is 1000: compute it from z."
            )
    _check_usual(usual, z, y)
    for dtype in (float, np.float32):
        _check_extreme(answer, dtype)


def _check_usual(got: np.ndarray, z: np.ndarray, y: np.ndarray) -> None:
    if np.allclose(got, _bce(z, y), rtol=1e-6, atol=1e-9):
        return
    head = np.maximum(z, 0) - z * y
    for wrong, message in [
        (
            head + np.log1p(np.exp(-z)),
            "The absolute value is missing: log(1 + e^(−|z|)), not log(1 + e^(−z)).",
        ),
        (
            head + np.log1p(np.exp(np.abs(z))),
            "The exponent must be negative, −|z|, so that it never overflows.",
        ),
        (np.log1p(np.exp(-np.abs(z))), "The first part is missing: max(z, 0) − z·y + log(1 + e^(−|z|))."),
        (head, "The last part is missing: log(1 + e^(−|z|)) matters where z is near 0."),
        (-_bce(z, y), "The sign is wrong: a loss is positive. Minus the log-likelihood."),
        (_bce(z, 1 - y), "The labels are turned round: a large z must cost little where y = 1."),
        (_bce(-z, y), "The sign of z is turned round: a large z must cost little where y = 1."),
        (np.log1p(np.exp(-z)), "This is the loss of customers who ordered. Where y = 0 it is log(1 + e^z)."),
    ]:
        if np.allclose(got, wrong):
            raise Wrong(message)
    worst = int(np.argmax(np.where(np.isfinite(got), np.abs(got - _bce(z, y)), np.inf)))
    raise Wrong(
        f"For z = {z[worst]:g} and y = {y[worst]:g} the loss is {got[worst]:.4g}; the function of the question gives "
        f"{_bce(z, y)[worst]:.4g}. For moderate z the values must stay the same."
    )


def _check_extreme(answer, dtype) -> None:
    z, y = np.array([-1000, -1000, 1000, 1000], dtype=dtype), np.array([0, 1, 0, 1], dtype=dtype)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = array_of(call(answer, z, y), z.shape, "The result")
    name = np.dtype(dtype).name
    if not np.isfinite(got).all():
        first = int(np.argmin(np.isfinite(got)))
        raise Wrong(
            f"For z = {z[first]:g} and y = {y[first]:g} in {name} the loss is `{got[first]}`. Some part is still e to a large power, or "
            "log(0). Only e^(−|z|) can never overflow."
        )
    if not np.allclose(got, [0, 1000, 1000, 0], rtol=1e-5, atol=1e-6):
        raise Wrong(
            f"For z = −1000, −1000, 1000, 1000 and y = 0, 1, 0, 1 in {name} the losses are "
            f"{', '.join(f'{v:.4g}' for v in got)}; they must be 0, 1000, 1000, 0."
        )
    if caught:
        raise Wrong(
            f"The values are right, and NumPy still warns: {caught[0].message}. `np.where` computes both of its branches, also for the "
            "entries that it throws away. Use e^(−|z|), which never overflows."
        )
