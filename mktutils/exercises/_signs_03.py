"""Sign errors in the gradients of lesson 03: which line has a minus too many or too few."""

import sys

import numpy as np

from mktutils.lesson import call


def relu(z):
    return np.maximum(z, 0)


def _pass(case, f, *, x=1, bias_1=1, inside=1, a=1, w=1, bias_2=1, sigma=(1, -1), label=-1, square=-1):
    """The gradients dW1 (of tanh), dW2 and db2; each keyword plants one sign error."""
    X, y, W1, b1, W2, b2 = case
    A1 = a * f(inside * (x * X @ W1 + bias_1 * b1))
    P = 1 / (1 + sigma[0] * np.exp(sigma[1] * (w * A1 @ W2 + bias_2 * b2)))
    dZ2 = (P + label * y) / len(X)
    return {"dW1": X.T @ (dZ2 @ W2.T * (1 + square * A1**2)), "dW2": A1.T @ dZ2, "db2": dZ2.sum(axis=0)}


_COMMON = [
    ({"x": -1}, "`X @ W1` has a minus in the forward pass: `Z1 = X @ W1 + b1`."),
    ({"bias_1": -1}, "`b1` has a minus in the forward pass; the bias is added: `Z1 = X @ W1 + b1`."),
    (
        {"bias_2": -1},
        "`b2` has a minus in the forward pass; the bias is added: `Z2 = A1 @ W2 + b2`. In `np.exp(-(A1 @ W2 + b2))` the inner "
        "brackets are needed, so that the minus counts for both.",
    ),
    (
        {"sigma": (1, 1)},
        "The sign of the exponent in the sigmoid is wrong: with `np.exp(Z2)` `P` is 1 − σ. It is `P = 1 / (1 + np.exp(-Z2))`.",
    ),
    (
        {"sigma": (-1, -1)},
        "The sigmoid has a minus where a plus must stand: `P = 1 / (1 + np.exp(-Z2))`, not `1 - np.exp(-Z2)`.",
    ),
    (
        {"label": 1},
        "`P` and `y` are added, and their difference is needed: `dZ2 = (P - y) / len(X)`. A minus before `P` does the same.",
    ),
]
_A1 = "`A1` has a minus in the forward pass: `A1 = {}`."
_OUTPUT = "`A1 @ W2` has a minus in the forward pass: `Z2 = A1 @ W2 + b2`."
_TANH = [
    *_COMMON,
    (
        {"square": 1},
        "The derivative of tanh has a minus: `dZ1 = dA1 * (1 - A1**2)`, and `1 + A1**2` stands there.",
    ),
]
_RELU = [
    *_COMMON,
    ({"a": -1}, _A1.format("np.maximum(Z1, 0)")),
    ({"w": -1}, _OUTPUT),
    ({"inside": -1}, "ReLU gets −Z1 in the forward pass: `A1 = np.maximum(Z1, 0)`."),
    ({"inside": -1, "a": -1}, "This is the minimum of `Z1` and 0; ReLU is `A1 = np.maximum(Z1, 0)`."),
]


def _names_of(answer, case) -> dict:
    """The learner's own variables when the function returns, to say in which of them the sign turns."""
    code, seen, before = getattr(answer, "__code__", None), {}, sys.getprofile()

    def watch(frame, event, _):
        if event == "return" and frame.f_code is code:
            seen.update(frame.f_locals)

    sys.setprofile(watch)
    try:
        call(answer, *case)
    finally:
        sys.setprofile(before)
    return seen


def _sign(mine, expected) -> int:
    """1 or −1 if `mine` is `expected` with this sign (the division by n may stand elsewhere), else 0."""
    try:
        mine = np.asarray(mine, dtype=float)
    except (TypeError, ValueError):
        return 0
    if mine.shape != expected.shape:
        return 0
    factors = [(s, s * f) for s in (1, -1) for f in (1, len(expected))]
    return next((s for s, f in factors if np.allclose(mine, f * expected, rtol=1e-5)), 0)


def hidden_sign(answer, mine: np.ndarray, case, match) -> str | None:
    """Exercise 03.2: the line with a wrong sign, or None. `match(mine, other)` compares up to a factor."""
    X, y, W1, b1, W2, b2 = case
    if mine.shape != W1.shape:
        return None
    A1 = np.tanh(X @ W1 + b1)
    dZ2 = (1 / (1 + np.exp(-(A1 @ W2 + b2))) - y) / len(X)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    if np.allclose(mine, -X.T @ dZ1, rtol=1e-5):
        own = _names_of(answer, case)
        lines = ["dZ2 = (P - y) / len(X)", "dA1 = dZ2 @ W2.T", "dZ1 = dA1 * (1 - A1**2)", "dW1 = X.T @ dZ1"]
        signs = [_sign(own.get(name), right) for name, right in [("dZ2", dZ2), ("dA1", dA1), ("dZ1", dZ1)]]
        if -1 in signs:
            signs, lines = signs[: signs.index(-1)], lines[: signs.index(-1) + 1]
        lines = lines[max((k + 1 for k, sign in enumerate(signs) if sign == 1), default=0) :]
        if len(lines) == 1:
            name = lines[0].partition(" ")[0]
            where = (
                f"The sign turns in the line of `{name}`, all before it is right. It must be `{lines[0]}`."
            )
        else:
            where = (
                f"One of these lines has a minus too many or too few: {', '.join(f'`{line}`' for line in lines)}. "
                "Give each step its own name, and compare."
            )
        return f"`dW1`: every entry has the opposite sign. {where}"
    for planted, why in _TANH:
        if match(mine, _pass(case, np.tanh, **planted)["dW1"]):
            return why
    if match(mine, _pass(case, np.tanh, w=-1)["dW1"]):
        sign = _sign(_names_of(answer, case).get("A1"), A1)
        first = _A1.format("np.tanh(X @ W1 + b1)")
        return {1: _OUTPUT, -1: first}.get(sign, f"One of two lines has a minus. {first[:-1]}, or {_OUTPUT}")
    return None


def forward_sign(dW2: np.ndarray, db2: np.ndarray, case, match) -> str | None:
    """Exercises 03.3 and 03.15: the line before the four gradients with a wrong sign, as dW2 shows it, or None.

    A minus at `A1` and one at `A1 @ W2` turn dW2 differently against db2, so a fit of both with one sign goes first.
    """
    planted = [(_pass(case, relu, **keywords), why) for keywords, why in _RELU]
    for gradients, why in planted:
        if any(
            np.allclose(dW2, s * gradients["dW2"]) and np.allclose(db2, s * gradients["db2"]) for s in (1, -1)
        ):
            return why
    return next((why for gradients, why in planted if match(dW2, gradients["dW2"])), None)


def where_to_look(wrong: set[str], opposite: set[str], right_db2: bool, update: bool) -> str:
    """The line in which the gradients that are wrong meet; `opposite` are those with a wrong sign alone.

    `right_db2`: the sum of db2 over the rows is right, so dZ2 is. `update`: the steps W1 - lr * dW1 are part of it.
    """

    def own(name: str) -> str:
        return f"`{name} = …`" + (f" (or the step `{name[1:]} - lr * {name}`)" if update else "")

    top, hidden = {"dW2", "db2"}, {"dW1", "db1"}
    if wrong == top == opposite:
        return (
            "`dW1` and `db1` have the right sign. Either the lines `dW2 = …` and `db2 = …` have a minus each, or `dZ2 = …` has one and "
            "`dA1 = …` or `dZ1 = …` turns it back: `dZ2` is `(P - y) / len(X)`."
        )
    if hidden | {"dW2"} <= wrong and not right_db2:
        sign = (
            " The gradient at the logit is `(P - y) / len(X)`, and it keeps its sign on the way back."
            if top & opposite
            else ""
        )
        return f"All four gradients use `dZ2`: repair that line first, and check again.{sign}"
    if len(wrong) == 1:
        name = next(iter(wrong))
        return f"All that is shared with the other gradients is right: look at the line that computes this one, {own(name)}."
    parts = []
    if hidden <= wrong:
        known = "dW2" if "dW2" not in wrong else "db2" if right_db2 else ""
        parts += [f"`{known}` is right, so `dZ2` is right."] if known else []
        parts.append(
            "`dW1` and `db1` share the lines of `dA1 = …` and `dZ1 = …`: look there"
            + (" for a minus, and then in their own lines" if hidden <= opposite else "")
            + (" and steps." if update and hidden <= opposite else ".")
        )
    singles = sorted(wrong - hidden if hidden <= wrong else wrong)
    parts += [f"`{name}` has a fault of its own: look at {own(name)}." for name in singles]
    return " ".join(parts)
