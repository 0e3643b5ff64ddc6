"""Checkers of lesson 02 for one neuron: its line, an activation, a class weight, the choice of its loss."""

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
        ((p / (1 - p) - b) / w2, "These are the odds. z is the *logarithm* of the odds."),
    ]:
        if np.isclose(intercept, wrong):
            raise Wrong(message)
    raise Wrong(
        f"For w2 = {w2}, b = {b} and p = {p} the intercept is {intercept:.3g}; it must be {right:.3g}. Write "
        "w1·x1 + w2·x2 + b = logit(p), put x1 = 0, and solve for x2."
    )


def check_leaky_derivative(answer) -> None:
    need_function(answer)
    z = np.array([[-3.0, -0.5, 0.5], [2.0, -0.1, 7.0]])
    for slope, arguments in [(0.2, (z,)), (0.05, (z, 0.05)), (0.2, (z[0],))]:
        try:
            got = call(answer, *arguments)
        except ValueError as e:
            if "truth value" not in str(e):
                raise
            raise Wrong(
                "`if` needs one truth value, and `z` is an array with many. Choose entry by entry: "
                "`np.where(z > 0, ..., ...)`."
            ) from None
        given = arguments[0]
        if np.shape(got) == () and got is not None and given.ndim:
            raise Wrong(
                f"The result is one number; for a `z` of shape {given.shape} it must have this shape."
            )
        _check_leaky(array_of(got, given.shape, "The result"), given, slope)
    with np.errstate(all="ignore"):
        at_zero = array_of(call(answer, np.array([-1.0, 0.0, 1.0])), (3,), "The result")[1]
    if not 0.2 - 1e-9 <= at_zero <= 1 + 1e-9:
        raise Wrong(f"At z = 0 the result is {at_zero:g}. Give 1 or the slope there; both are in use.")


def _check_leaky(got: np.ndarray, z: np.ndarray, slope: float) -> None:
    if np.allclose(got, np.where(z > 0, 1, slope)):
        return
    for wrong, message in [
        (
            np.where(z > 0, z, slope * z),
            "This is leaky ReLU itself. Its derivative says how steep it is: a number that does not depend on the size of `z`.",
        ),
        (
            np.where(z > 0, 1, 0),
            "This is the derivative of plain ReLU, 0 for negative `z`. Leaky ReLU still rises there, with the slope: that "
            "is what keeps the neuron learning.",
        ),
        (
            np.full(z.shape, slope),
            "The slope holds for negative `z` only. For positive `z` the derivative is 1.",
        ),
        (np.ones(z.shape), "The derivative is 1 for positive `z` only. For negative `z` it is the slope."),
        (
            np.where(z > 0, slope, 1),
            "The two sides are swapped: 1 for positive `z`, the slope for negative `z`.",
        ),
        (
            np.where(z > 0, 1, -slope),
            "For negative `z` the function still *rises*: the derivative is plus the slope.",
        ),
        (
            np.where(z > 0, 1, slope * z),
            "For negative `z` the function is slope·z; its derivative is the slope alone.",
        ),
        (
            np.where(z > 0, z, slope),
            "For positive `z` the function is z; its derivative is 1, not z.",
        ),
        (
            np.where(z > 0, 1, 0.2),
            "With another `slope` the result does not change: use the argument, not the number 0.2.",
        ),
    ]:
        if np.allclose(got, wrong):
            raise Wrong(message)
    raise Wrong(
        f"For z = {z.ravel()[0]:g} and z = {z.ravel()[2]:g} the result is {got.ravel()[0]:g} and {got.ravel()[2]:g}; it must be "
        f"{slope:g} and 1. On each side of 0 the function is a straight line: how steep is it?"
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
    odds = p / (1 - p)
    if np.allclose(got, odds / weight / (1 + odds / weight), atol=1e-6):
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
        (p, "The probabilities did not change."),
    ]:
        if np.allclose(got, wrong, atol=1e-6):
            raise Wrong(message)
    raise Wrong(
        f"With the weight {weight:g}, p = 0.5 became {got[2]:.3g}; it must become {1 / (1 + weight):.3g}. The odds of 0.5 are 1; "
        f"without the weight they are 1 / {weight:g}, and the probability is odds / (1 + odds)."
    )


def check_losses(answer) -> None:
    tasks = {
        "orders in 30 days, yes or no": "binary cross-entropy",
        "first category bought, one of ten": "categorical cross-entropy",
        "spending, a few wholesale accounts": "Huber",
        "spending, the total must be right": "squared error",
    }
    if not isinstance(answer, dict) or set(answer) != set(tasks):
        raise Wrong(f"Give a dictionary with exactly these keys: {list(tasks)}.")
    names = {name.lower(): name for name in tasks.values()}
    given = {}
    for task, name in answer.items():
        if not isinstance(name, str) or name.strip().lower() not in names:
            raise Wrong(f"{task!r}: {name!r} is not one of {tuple(tasks.values())}.")
        given[task] = names[name.strip().lower()]
    orders, category, usual, total = (given[task] for task in tasks)
    if orders == "categorical cross-entropy":
        raise Wrong(
            "A yes or no needs one output with a sigmoid. Categorical cross-entropy asks for one output per class, with a softmax over them."
        )
    if orders != "binary cross-entropy":
        raise Wrong(
            "A yes or no is not an amount. With a sigmoid behind it, an error of an amount gives almost no gradient to the customers "
            "who are most wrong (exercise 02.4)."
        )
    if category == "binary cross-entropy":
        raise Wrong(
            "Binary cross-entropy on ten outputs asks ten separate questions, and the ten chances need not add up to 1. Here exactly one of "
            "ten categories is the first."
        )
    if category != "categorical cross-entropy":
        raise Wrong(
            "A category is not an amount: numbered 0 to 9, a bottle would lie between a book and a chair. The label is one of ten classes."
        )
    for task, name in [("usual", usual), ("total", total)]:
        if "cross-entropy" in name:
            raise Wrong(
                "Spending in euros is an amount; a cross-entropy needs labels between 0 and 1."
                + (" Look at the third task." if task == "usual" else " Look at the last task.")
            )
    if (usual, total) == ("squared error", "Huber"):
        raise Wrong(
            "The two tasks of spending are swapped. An error that is squared gives a wholesale account the weight of thousands of households: "
            "it pulls the prediction towards the mean, which a total needs and a usual household does not."
        )
    if usual == "squared error":
        raise Wrong(
            "An error a hundred times as large counts ten thousand times when it is squared: a few wholesale accounts would decide what "
            "is predicted for households. Huber counts large errors in proportion."
        )
    if total == "Huber":
        raise Wrong(
            "Huber pulls towards the middle of the customers, below the mean when a few spend very much: the sum of the predictions would be too "
            "small. Totals need the mean, and squared error predicts the mean."
        )
