"""Checkers of lesson 06 for a recurrence by hand: forward, and the gradient through time."""

import numpy as np

from mktutils.lesson import Wrong, call, need_function
from mktutils.scratch import explain_gradient


def numbers(got, name: str) -> np.ndarray:
    """The learner's result as an array of numbers."""
    if got is None:
        raise Wrong(f"`{name}` returned None: end it with `return ...`.")
    try:
        return np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"`{name}` must return an array of numbers.") from None


def explain(got: np.ndarray, right: np.ndarray, wrongs, shown: str, otherwise: str) -> None:
    """Raise Wrong with the first sentence whose array is the learner's; nothing if the result is right."""
    if got.shape == right.shape and np.allclose(got, right, rtol=1e-4, atol=1e-5):
        return
    for wrong, why in wrongs:
        if got.shape == np.shape(wrong) and np.allclose(got, wrong, rtol=1e-4, atol=1e-5):
            raise Wrong(why)
    if got.shape != right.shape:
        same = " Leave out the dimensions of size 1." if got.squeeze().shape == right.squeeze().shape else ""
        raise Wrong(
            f"{shown} gives a result of shape {got.shape}; it must be {right.shape}.{same} {otherwise}"
        )
    if np.isnan(got).any():
        raise Wrong(f"{shown} gives NaN. {otherwise}")
    place = tuple(int(i) for i in np.argwhere(~np.isclose(got, right, rtol=1e-4, atol=1e-5))[0])
    raise Wrong(
        f"{shown}: at {list(place)} stands {got[place]:.4g}; it must be {right[place]:.4g}. {otherwise}"
    )


# 06.3 -----------------------------------------------------------------------------------------------------


def _visits():
    """(X, W, U, b) with sizes that differ, and one with equal sizes."""
    rng = np.random.default_rng(63)
    for n, steps, f, units in [(4, 6, 3, 2), (1, 5, 2, 3), (5, 1, 3, 4), (3, 4, 4, 4), (2, 12, 1, 1)]:
        yield (
            rng.normal(size=(n, steps, f)),
            0.6 * rng.normal(size=(f, units)),
            0.7 * rng.normal(size=(units, units)),
            0.5 * rng.normal(size=units),
        )


def states(X, W, U, b, *, activation=np.tanh, start: float = 0.0, cell=None) -> np.ndarray:
    """All states of the recurrence, shape (n, steps, units)."""
    h, made = np.full((len(X), W.shape[1]), start), []
    for t in range(X.shape[1]):
        x = X[:, t]
        h = activation(x @ W + h @ U + b) if cell is None else cell(x, h)
        made.append(h)
    return np.stack(made, axis=1)


def _wrong_states(X, W, U, b):
    all_states = states(X, W, U, b)
    n, steps, _f = X.shape

    def last(**settings):
        return states(X, W, U, b, **settings)[:, -1]

    yield (
        states(X[:, ::-1], W, U, b)[:, -1],
        "The steps were read backwards, from the last to the first. The state must have read step 0 first: `for t in range(X.shape[1])`.",
    )
    linear = last(activation=lambda z: z)
    yield linear, "The activation is missing: each step ends with `np.tanh(...)`."
    yield (
        np.tanh(linear),
        "tanh was applied once, at the end. It belongs into each step: the next step gets the state *after* tanh.",
    )
    yield (
        np.tanh(X[:, -1] @ W + b),
        "Only the last step was read: the state of the steps before it was not carried over. Keep `h`, and add `h @ U` in the next step.",
    )
    yield all_states[:, 0], "This is the state after the first step. Go on to the last one."
    if n < steps:
        yield (
            all_states[:, n - 1],
            "The loop ran `len(X)` times: that is the number of visits. The number of steps is `X.shape[1]`.",
        )
    if steps > 1:
        yield all_states[:, -2], "The last step is missing: `range(X.shape[1])` has all of them."
        yield states(X[:, 1:], W, U, b)[:, -1], "The first step is missing: the steps begin with 0."
    yield (
        last(cell=lambda x, h: np.tanh(x @ W + h + b)),
        "The state was added as it is. It has weights of its own: `h @ U`.",
    )
    yield (
        last(cell=lambda x, h: np.tanh(x @ W + h @ U.T + b)),
        "`U` was transposed: it is `h @ U`, the state at the left.",
    )
    yield (
        last(cell=lambda x, h: h + np.tanh(x @ W + h @ U + b)),
        "The old state was added to the new one (`h += ...`). The new state *replaces* the old one: `h = ...`.",
    )
    yield last(cell=lambda x, h: np.tanh(x @ W + h @ U)), "The bias `b` is missing."
    yield (
        last(cell=lambda x, h: np.tanh(x @ W + h @ U) + b),
        "The bias stands outside of tanh. It belongs into the brackets, with the two products.",
    )
    yield last(cell=lambda x, h: np.tanh(x @ W + h @ U - b)), "The bias is added, not subtracted."
    for name, cell in [
        ("tanh was applied to the share of the state alone.", lambda x, h: x @ W + np.tanh(h @ U) + b),
        ("tanh was applied to the share of the state alone.", lambda x, h: x @ W + np.tanh(h @ U + b)),
        ("tanh was applied to the share of the input alone.", lambda x, h: np.tanh(x @ W + b) + h @ U),
        ("tanh was applied to the share of the input alone.", lambda x, h: np.tanh(x @ W) + h @ U + b),
    ]:
        yield last(cell=cell), f"{name} It belongs around the whole sum."
    yield last(activation=lambda z: 1 / (1 + np.exp(-z))), "The activation is tanh, not the sigmoid."
    yield last(activation=lambda z: np.maximum(z, 0)), "The activation is tanh, not ReLU."
    yield last(start=1.0), "The state must be 0 before the first step; here it starts with ones."
    for every in (all_states, all_states.swapaxes(0, 1)):
        yield (
            every,
            "These are the states after each step. Only the last one is asked for, shape (n, units): `return h` after the loop.",
        )
    yield all_states.mean(axis=1), "This is the mean of all states. Only the last one is asked for."
    yield all_states.sum(axis=1), "This is the sum of all states. Only the last one is asked for."
    yield (
        states(X.swapaxes(0, 1), W, U, b)[:, -1],
        "The loop ran over the visits, and each visit was treated as a step. Step t of all visits is `X[:, t]`, of shape (n, f).",
    )


def check_rnn_forward(answer) -> None:
    """Raise Wrong that names the part of the recurrence that is missing or out of place."""
    need_function(answer)
    for X, W, U, b in _visits():
        n, steps, f = X.shape
        shown = f"`rnn_forward` of {n} visit{'s' * (n > 1)} with {steps} step{'s' * (steps > 1)}, {f} feature{'s' * (f > 1)} and {len(b)} unit{'s' * (len(b) > 1)}"
        try:
            got = call(answer, X, W, U, b)
        except (ValueError, IndexError) as error:
            raise Wrong(
                f"{shown} ends in {type(error).__name__}: {error}. Step t of all visits is `X[:, t]`, of shape (n, f), while `X[t]` is visit t with all its steps. The state `h` has the shape (n, units) "
                "and starts as `np.zeros((n, units))`; the two products are `X[:, t] @ W` and `h @ U`, with `@`."
            ) from None
        otherwise = "In each step: `h = np.tanh(X[:, t] @ W + h @ U + b)`, beginning with zeros."
        explain(
            numbers(got, "rnn_forward"),
            states(X, W, U, b)[:, -1],
            _wrong_states(X, W, U, b),
            shown,
            otherwise,
        )


# 06.4 -----------------------------------------------------------------------------------------------------


def _sequences():
    """(x, w, u, upstream)"""
    rng = np.random.default_rng(64)
    yield np.array([1.0, -0.5, 2.0, 0.3, 1.5]), 0.7, 0.8, 1.6
    yield np.array([2.0, 3.0]), 0.5, 0.9, 2.0
    yield rng.normal(size=12), 1.3, -0.6, -0.9
    yield rng.normal(size=7), 0.4, 1.2, 0.5
    yield np.array([1, 3, 2, 5]), 0.7, 0.5, 3  # whole numbers among the inputs
    yield np.array([0.4, 1.1, -2.0, 0.6]), 0.9, 0.0, 1.4  # no way back
    yield np.array([1.7]), 0.8, 0.5, 1.0  # one step: the state before it is 0


def _hidden(x, w: float, u: float) -> np.ndarray:
    """h_0 = 0, h_1, … h_T of h_t = w·x_t + u·h_{t−1}."""
    h = [0.0]
    for value in x:
        h.append(w * value + u * h[-1])
    return np.array(h)


def _gradient_u(x, w: float, u: float, upstream: float) -> float:
    h, d, total = _hidden(x, w, u), upstream, 0.0
    for before in h[-2::-1]:
        total, d = total + d * before, d * u
    return total


def _wrong_gradients(x, w, u, upstream):
    T = len(x)
    h = _hidden(x, w, u)
    before, after = h[:-1], h[1:]
    back = np.array([float(u) ** (T - t) for t in range(1, T + 1)])
    d, tanh_too = upstream, 0.0
    for t in range(T - 1, -1, -1):
        dz = d * (1 - after[t] ** 2)
        tanh_too, d = tanh_too + dz * before[t], dz * u
    yield tanh_too, "The slope of tanh, 1 − h², is in it. This layer has no tanh: leave the slope out."
    yield (
        upstream * before[-1],
        "Only the last step is in the sum. `u` was used in every step, so every step adds its share: the gradient goes on to the step before, times u.",
    )
    yield (
        upstream * before.sum(),
        "The shares of all steps are there, all with the same weight. On its way back the gradient is multiplied by u at each step: the step that is k steps before the end has u to the power k.",
    )
    yield (
        u * upstream * (back * before).sum(),
        "There is one factor u too many everywhere. The gradient at the last state is `upstream` itself; it is multiplied by u when it goes to the step before.",
    )
    yield (
        upstream * (back * after).sum(),
        "Each share was multiplied by the state *after* its step, h_t. In step t the weight u was multiplied by the state *before* it, h_{t−1}.",
    )
    yield (
        upstream * (back * x).sum(),
        "Each share was multiplied by the input x_t: that is the gradient of `w`. u was multiplied by the state before, h_{t−1}.",
    )
    yield (
        upstream * (back[::-1] * before).sum(),
        "The powers of u stand in the wrong order: the last step has the power 0, the first one the highest. Go from the last step back to the first.",
    )
    yield (
        upstream * (back * before).mean(),
        "This is the mean over the steps. The shares of the steps are added.",
    )
    yield (
        (back * before).sum(),
        "`upstream` is missing: the gradient at the last state is not 1 but `upstream`.",
    )
    yield (
        upstream * (back * _hidden(x, 1.0, u)[:-1]).sum(),
        "`w` is missing in the forward pass: h_t = w · x_t + u · h_{t−1}.",
    )
    yield (
        upstream * (np.array([float(w) ** (T - t) for t in range(1, T + 1)]) * before).sum(),
        "On its way back the gradient was multiplied by w. From state to state leads the weight u.",
    )
    if x.dtype.kind == "i":
        whole = np.zeros(T + 1, dtype=int)
        for t, value in enumerate(x):
            whole[t + 1] = w * value + u * whole[t]
        yield (
            upstream * (back * whole[:-1]).sum(),
            "The fractions of the states are lost when `x` holds whole numbers: keep the states in a list or in an array of floats, not in `np.zeros_like(x)`.",
        )
    if T > 2:
        yield (
            upstream * (before[-1] + u * before[-2]),
            "Only the last two steps are in the sum. Go back to the first step.",
        )
    yield (
        upstream * h[-1],
        "This is `upstream` times the last state. In each step u was multiplied by the state before it.",
    )
    yield (
        upstream * u ** (T - 1) * before[-1],
        "This is one product. Each step adds its own share: a sum over all steps.",
    )


def check_rnn_gradient_u(answer) -> None:
    """Raise Wrong that names the step or the factor that is missing on the way back."""
    need_function(answer)
    for x, w, u, upstream in _sequences():
        got = numbers(call(answer, x, w, u, upstream), "rnn_gradient_U")
        shown = f"`rnn_gradient_U` of x = {np.round(x, 2).tolist()}, w = {w}, u = {u}, upstream = {upstream}"
        right = _gradient_u(x, w, u, upstream)
        if got.shape == (len(x),) and len(x) > 1:
            total = " Their sum is right: add them." if np.isclose(got.sum(), right, rtol=1e-6) else ""
            raise Wrong(
                f"The result has one number for each step. u is one weight, so it has one gradient, the sum over the steps.{total}"
            )
        if got.size != 1:
            raise Wrong(f"The result has the shape {got.shape}; it must be one number.")
        got = float(got.reshape(()))
        if np.isclose(got, right, rtol=1e-6, atol=1e-8):
            continue
        for wrong, why in _wrong_gradients(x, w, u, upstream):
            if np.isclose(got, wrong, rtol=1e-6, atol=1e-8):
                raise Wrong(why)
        fault = explain_gradient("u", got, right) if abs(right) > 1e-8 else None
        fault = (
            ""
            if fault is None or "differs" in fault or "times the right" in fault
            else f" {fault[0].upper()}{fault[1:]}."
        )
        if len(x) == 1:
            raise Wrong(
                f"{shown} gave {got:.4g}. With one step the state before it is 0, and u was multiplied by 0: the gradient is 0."
            )
        raise Wrong(
            f"{shown} gave {got:.4g}; it must be {right:.4g}.{fault} First compute and keep all states, then go back from the last step: add d · h_{{t−1}}, and multiply d by u."
        )
