"""Checkers of lesson 02 for one neuron: its line, an activation, a class weight."""

from typing import Any

import numpy as np

from mktutils.lesson import Wrong, call, need_function


def array_of(value: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    """Return a learner's value as a float array of this shape; raise Wrong that explains another shape."""
    if value is None:
        raise Wrong(f"{what} is `None`. End the function with `return` and the result.")
    try:
        got = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"{what} must hold numbers; got a value of type `{type(value).__name__}`.") from None
    if got.shape == shape:
        return got
    if len(shape) == 1 and got.shape in {(shape[0], 1), (1, shape[0])}:
        raise Wrong(
            f"{what} has the shape {got.shape} and must have the shape {shape}. The numbers may be right, but "
            f"{got.shape} minus {shape} can give a whole table in NumPy. Use `.ravel()`, or leave the second axis out."
        )
    if shape == () and got.size == 1:
        raise Wrong(
            f"{what} is an array of shape {got.shape} and must be one number. Take the number out of it with `.item()`, or use an "
            "index instead of a slice: `w[0]`, not `w[:1]`."
        )
    raise Wrong(f"{what} has the shape {got.shape} and must have the shape {shape}.")


def pair_of(value: Any, example: str) -> list:
    """Return the two values that a function has to return, or raise Wrong that shows how."""
    is_array = isinstance(value, np.ndarray) and value.ndim > 0
    if (is_array or isinstance(value, tuple | list)) and len(value) == 2:
        return list(value)
    raise Wrong(f"Return two values: `return {example}`.")


def check_line(answer) -> None:
    need_function(answer)
    for w, b, p in [((0.8, 0.5), -2.0, 0.5), ((0.8, 0.5), -2.0, 0.1), ((1.2, -0.4), 0.7, 0.3)]:
        parts = pair_of(call(answer, np.array(w), b, p), "slope, intercept")
        slope, intercept = (float(array_of(v, (), "Each of the two values")) for v in parts)
        _check_slope(slope, intercept, *w)
        _check_intercept(intercept, w[1], b, p)


def _check_slope(slope: float, intercept: float, w1: float, w2: float) -> None:
    right = -w1 / w2
    if np.isclose(slope, right):
        return
    if np.isclose(intercept, right):
        raise Wrong("The order is turned round: return `slope` first, then `intercept`.")
    for wrong, message in [
        (
            w1 / w2,
            "The slope has the wrong sign: in w1·x1 + w2·x2 + b move w1·x1 to the other side.",
        ),
        (-w2 / w1, "The axes are swapped: you solved for x1. Solve for x2, the vertical axis."),
        (w2 / w1, "The axes are swapped: you solved for x1. Solve for x2, the vertical axis."),
        (-w1, "The slope is not yet divided by `w[1]`: solve for x2 itself, not for w2·x2."),
    ]:
        if np.isclose(slope, wrong):
            raise Wrong(message)
    raise Wrong(
        f"For the weights {w1} and {w2} the slope is {slope:.3g}; it must be {right:.3g}. Along the line z does not "
        "change: one step in x1 adds w1 to z, and the step in x2 must take it away again."
    )


def _check_intercept(intercept: float, w2: float, b: float, p: float) -> None:
    z = np.log(p / (1 - p))
    right = (z - b) / w2
    if np.isclose(intercept, right):
        return
    for wrong, message in [
        (
            (p - b) / w2,
            f"You set z equal to the probability {p}. The probability is the output of the sigmoid; z on the line is "
            f"its logit, `np.log(p / (1 - p))`, here {z:.3f}.",
        ),
        (
            -b / w2,
            f"This is the line of p = 0.5, where z = 0. For p = {p} the line is another one, parallel to it: z must be "
            f"the logit of p, {z:.3f}.",
        ),
        ((-z - b) / w2, "The logit is upside down: `np.log(p / (1 - p))`, not `np.log((1 - p) / p)`."),
        ((z + b) / w2, "The bias has the wrong sign: moved to the other side, `b` is subtracted."),
        ((b - z) / w2, "The intercept has the wrong sign: it is `(logit - b) / w[1]`."),
        (z - b, "The intercept is not yet divided by `w[1]`."),
        (
            (1 / (1 + np.exp(-p)) - b) / w2,
            "You applied the sigmoid to `p`. You need the way back, from the probability to z: the logit.",
        ),
        (
            (np.log(p) - b) / w2,
            "The way back from p to z is the logarithm of the *odds*, p / (1 - p), not of p.",
        ),
        ((z / np.log(10) - b) / w2, "`log` is the natural logarithm, `np.log`; you used the one to base 10."),
        ((z / np.log(2) - b) / w2, "`log` is the natural logarithm, `np.log`; you used the one to base 2."),
        ((p / (1 - p) - b) / w2, "These are the odds. z is the *logarithm* of the odds."),
    ]:
        if np.isclose(intercept, wrong):
            raise Wrong(message)
    raise Wrong(
        f"For w2 = {w2}, b = {b} and p = {p} the intercept is {intercept:.3g}; it must be {right:.3g}. Write "
        "w1·x1 + w2·x2 + b = logit(p), put x1 = 0, and solve for x2."
    )


def check_elu_derivative(answer) -> None:
    need_function(answer)
    z = np.array([[-3.0, -0.5, 0.5], [2.0, -0.1, 4.0]])
    for alpha, arguments in [(0.3, (z, 0.3)), (1.0, (z,)), (2.0, (z[0], 2.0)), (0.3, (z[1], 0.3))]:
        _check_elu(_elu_result(answer, *arguments), arguments[0], alpha)
    at_zero = _elu_result(answer, np.array([-1.0, 0.0, 1.0]), 0.3)[1]
    if not 0.3 - 1e-9 <= at_zero <= 1 + 1e-9:
        raise Wrong(
            f"At z = 0 and alpha = 0.3 the result is {at_zero:g}. Give the value of one of the two sides there: 1, or alpha."
        )
    far = _elu_result(answer, np.array([-1000.0, 1000.0]), 0.3)
    if not np.allclose(far, [0, 1]):
        raise Wrong(
            f"For z = −1000 and z = 1000 the result is {far[0]:g} and {far[1]:g}; it must be 0 and 1. `np.exp(1000)` is infinite, and "
            "infinite times 0 is `nan`. Choose with `np.where` instead of multiplying by 0, or use `np.exp(np.minimum(z, 0))`."
        )


def _elu_result(answer, z: np.ndarray, *alpha: float) -> np.ndarray:
    try:
        with np.errstate(all="ignore"):
            got = call(answer, z, *alpha)
    except ValueError as e:
        if "truth value" not in str(e):
            raise
        raise Wrong(
            "`if` needs one truth value, and `z` is an array with many. Choose entry by entry: `np.where(z > 0, ..., ...)`."
        ) from None
    except TypeError as e:
        if not str(e).startswith("only "):
            raise
        raise Wrong(
            "`math.exp` and `float` take one number, and `z` is an array. `np.exp` takes the whole array."
        ) from None
    if np.shape(got) == () and got is not None:
        raise Wrong(f"The result is one number; for a `z` of shape {z.shape} it must have this shape.")
    return array_of(got, z.shape, "The result")


def _check_elu(got: np.ndarray, z: np.ndarray, alpha: float) -> None:
    e, up = np.exp(z), z > 0
    right = np.where(up, 1, alpha * e)
    if np.allclose(got, right):
        return
    if z.flat[0] > 0 and np.allclose(got, np.trunc(right)):
        raise Wrong(
            "Where `z` starts with a positive number, every value below 1 became 0. `np.vectorize` takes the type of the first "
            "result, and `1` is an integer: write `1.0`, or use `np.where`."
        )
    for wrong, message in [
        (
            np.where(up, z, alpha * (e - 1)),
            "This is ELU itself. Its derivative says how steep it is: 1 where f(z) = z.",
        ),
        (
            np.where(up, 1, alpha * (e - 1)),
            "For negative `z` this is still alpha·(e^z − 1), the function. Multiply out: alpha·e^z − alpha. The second part "
            "does not change with z, so it falls away in the derivative.",
        ),
        (
            np.ones(z.shape),
            "The derivative is 1 for positive `z` only. For negative `z` the function is a curve that becomes flat.",
        ),
        (
            np.where(up, 1, 0),
            "This is the derivative of plain ReLU, 0 for negative `z`. ELU still rises there: differentiate alpha·(e^z − 1).",
        ),
        (
            np.where(up, 1, e),
            "With another `alpha` the result must change for negative `z`: the factor alpha stays in the derivative.",
        ),
        (
            np.where(up, 1, alpha),
            "For negative `z` you gave alpha alone, as for a straight line. ELU is a curve there: the derivative depends on z.",
        ),
        (
            alpha * e,
            "alpha·e^z holds for negative `z` only. For positive `z` the function is z: how steep is it?",
        ),
        (np.where(up, z, alpha * e), "For positive `z` the function is z; its derivative is 1, not z."),
        (np.where(up, alpha * e, 1), "The two sides are swapped: 1 belongs to positive `z`."),
        (
            np.where(up, 1, -alpha * e),
            "For negative `z` the function still *rises*: the derivative is positive.",
        ),
        (np.where(up, 1, alpha / e), "The exponent has the wrong sign: the function holds e^z, not e^(−z)."),
        (
            np.where(up, 1, alpha * z * np.exp(z - 1)),
            "This is the rule for powers, z^n. In e^z the variable is the exponent: e^z is its own derivative.",
        ),
    ]:
        if np.allclose(got, wrong):
            raise Wrong(message)
    worst = int(np.argmax(np.where(np.isfinite(got), np.abs(got - right), np.inf)))
    raise Wrong(
        f"For z = {z.flat[worst]:g} and alpha = {alpha:g} the result is {got.flat[worst]:.4g}; it must be {right.flat[worst]:.4g}. "
        "Differentiate each side of 0 on its own."
    )


def check_corrected(answer) -> None:
    need_function(answer)
    p = np.array([0.02, 0.1, 0.5, 0.9, 0.99])
    for weight in (9.0, 1.0, 0.25):
        with np.errstate(all="ignore"):
            got = array_of(call(answer, p, weight), p.shape, "The result")
        _check_corrected(got, p, weight)
    edges = np.array([0.0, 0.5, 1.0])
    with np.errstate(all="ignore"):
        got = array_of(call(answer, edges, 9.0), edges.shape, "The result")
    if not np.isfinite(got).all():
        raise Wrong(
            "p = 0 or p = 1 became `nan` or infinite: there the logit is minus or plus infinity. Work with odds in one "
            "fraction, `p / (p + weight * (1 - p))`, or treat the two ends on their own."
        )
    if not np.allclose(got, [0, 0.1, 1], atol=1e-4):
        raise Wrong(f"p = 0 must stay 0 and p = 1 must stay 1; they became {got[0]:.3g} and {got[2]:.3g}.")


def _check_corrected(got: np.ndarray, p: np.ndarray, weight: float) -> None:
    odds, right = p / (1 - p), p / (p + weight * (1 - p))
    if np.allclose(got, right, atol=1e-6):
        return
    for wrong, message in [
        (
            p / weight,
            "You divided the *probability* by the weight; then even a customer who is certain to order keeps at most "
            "1 / weight. The weight multiplied the *odds*: turn p into odds, divide these, and turn them back.",
        ),
        (
            odds * weight / (1 + odds * weight),
            "The correction goes the wrong way: it raises the probabilities. The weight has raised the odds already; "
            "*subtract* `np.log(weight)` from the logit.",
        ),
        (
            1 / (1 + np.exp(-(np.log(odds) - weight))),
            "You subtracted the weight itself from the logit. The logit is a logarithm: subtract `np.log(weight)`.",
        ),
        (
            np.log(odds / weight),
            "These are logits; some are negative. Put them through the sigmoid to get probabilities.",
        ),
        (odds / weight, "These are odds. A probability is odds / (1 + odds)."),
        (
            p / (p * weight + 1 - p),
            "The weight stands at p; it belongs at 1 − p. With it at p, a customer who is certain to order would keep 1 / weight only.",
        ),
        (p, "The probabilities did not change."),
    ]:
        if np.allclose(got, wrong, atol=1e-6):
            raise Wrong(message)
    worst = int(np.argmax(np.where(np.isfinite(got), np.abs(got - right), np.inf)))
    raise Wrong(
        f"With the weight {weight:g}, p = {p[worst]:g} became {got[worst]:.3g}; it must become {right[worst]:.3g}. The odds of "
        f"{p[worst]:g} are {odds[worst]:.3g}; without the weight they are {odds[worst]:.3g} / {weight:g}, and the probability is odds / (1 + odds)."
    )
