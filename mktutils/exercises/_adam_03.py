"""Checker of lesson 03 for one step of Adam."""

import numpy as np

from mktutils.lesson import Wrong, call, need_function


def _check_moment(name: str, got: np.ndarray, old: np.ndarray, g: np.ndarray, case: dict) -> None:
    """Check one of the two running means: of the gradients (`m`) or of their squares (`v`)."""
    number, beta, value, power = ("1", case["beta_1"], g, "g")
    other, correction = case["beta_2"], 1 - case["beta_1"] ** case["t"]
    if name == "v":
        number, beta, value, power = ("2", case["beta_2"], g**2, "g**2")
        other, correction = case["beta_1"], 1 - case["beta_2"] ** case["t"]
    right = beta * old + (1 - beta) * value
    if np.allclose(got, right, rtol=1e-6):
        return
    formula = f"`{name} = beta_{number} * {name} + (1 - beta_{number}) * {power}`"
    wrong = [
        (
            right / correction,
            f"The corrected `{name}` was returned. Return the running mean itself: the correction is for this step alone, "
            "and the next step corrects anew.",
        ),
        (old, f"`{name}` did not change. Return the new running mean: {formula}."),
        (
            beta * old - (1 - beta) * value,
            f"In `{name}` the new value comes with a minus, and a mean adds both parts. `(beta_{number} - 1)` in place of "
            f"`(1 - beta_{number})` does the same: {formula}.",
        ),
        (-beta * old + (1 - beta) * value, f"In `{name}` the old mean comes with a minus: {formula}."),
        (-right, f"The whole `{name}` has the opposite sign: {formula}."),
        (
            beta * old + (1 + beta) * value,
            f"In `{name}` the weight of the new value has a plus, 1 + β; the two weights must add up to 1: {formula}.",
        ),
        (beta * old + value, f"In `{name}` the new value has no weight (1 − β): {formula}."),
        ((1 - beta) * old + beta * value, f"The two weights in `{name}` are exchanged: {formula}."),
        (other * old + (1 - other) * value, f"`{name}` was computed with the other β: {formula}."),
        (beta * old + (1 - beta) * g, f"The gradient is not squared in `{name}`: {formula}."),
        (
            beta * old + ((1 - beta) * g) ** 2,
            f"Only the gradient is squared in `{name}`, not its weight: {formula}.",
        ),
    ]
    for value, why in wrong:
        if np.allclose(got, value, rtol=1e-6):
            raise Wrong(why)
    default = {"beta_1": 0.9, "beta_2": 0.999}[f"beta_{number}"]
    if np.allclose(got, default * old + (1 - default) * (g if name == "m" else g**2), rtol=1e-6):
        raise Wrong(f"`{name}` uses β = {default} whatever the argument says: use `beta_{number}`.")
    raise Wrong(f"The new `{name}` is not right. Entry by entry it is {formula}.")


def _check_adam_step(answer, w, new_w, g, m, v, old_m, case: dict) -> None:
    """Check the new parameters, when the new running means `m` and `v` are right."""
    lr, t, epsilon = case["lr"], case["t"], case["epsilon"]
    m_hat, v_hat = m / (1 - case["beta_1"] ** t), v / (1 - case["beta_2"] ** t)
    step, right = w - new_w, lr * m_hat / (np.sqrt(v_hat) + epsilon)

    def same(other) -> bool:
        return np.allclose(step, other, rtol=1e-3, atol=0)

    if same(right):
        return
    both = "Divide `m` by (1 − β₁ᵗ) and `v` by (1 − β₂ᵗ) before the step"
    later = [1 - case[f"beta_{k}"] ** (t + 1) for k in (1, 2)]
    wrong = [
        (
            -right,
            "The step goes uphill: subtract it from `w`, with no minus before `m_hat`. The correction is `1 - beta_1**t`, and not "
            "`beta_1**t - 1`.",
        ),
        (
            lr * m / np.sqrt(v),
            f"The correction of the start is missing. `m` and `v` begin at 0 and are too small in the first steps. {both}.",
        ),
        (lr * m_hat / np.sqrt(v), f"`v` is not corrected. {both}."),
        (lr * m / np.sqrt(v_hat), f"`m` is not corrected. {both}."),
        (lr * m_hat / v_hat, "The root is missing: divide by `np.sqrt(v_hat) + epsilon`."),
        (
            lr * g / np.sqrt(v_hat),
            "The step uses the gradient `g` of this batch; Adam uses its running mean, corrected.",
        ),
        (
            lr * old_m / (1 - case["beta_1"] ** t) / np.sqrt(v_hat),
            "The step uses the old `m`. Update `m` and `v` first, then take the step.",
        ),
        (right / lr, "The learning rate is missing in the step."),
        (0.001 * right / lr, "The step uses 0.001 whatever the argument says: use `lr`."),
        (
            lr * m / later[0] / np.sqrt(v / later[1]),
            "The exponent is one too high: `t` starts at 1 already, so use β to the power `t`.",
        ),
        (
            lr * m / (1 - case["beta_1"] * t) / np.sqrt(np.abs(v / (1 - case["beta_2"] * t))),
            "β is multiplied by `t`; the correction needs a power: `beta_1**t`.",
        ),
    ]
    powers = [case[f"beta_{k}"] ** t for k in (1, 2)]
    plus = (
        "`1 + beta_{0}**t` stands in the correction of `{1}`; a minus is needed: `{1} / (1 - beta_{0}**t)`."
    )
    of_m, of_v = plus.format(1, "m"), plus.format(2, "v")
    wrong += [
        (lr * m / (1 + powers[0]) / np.sqrt(v_hat), of_m),
        (lr * m_hat / np.sqrt(v / (1 + powers[1])), of_v),
        (lr * m / (1 + powers[0]) / np.sqrt(v / (1 + powers[1])), f"{of_m} The same in `v`."),
        (
            lr * m / (1 - 1 / powers[0]) / np.sqrt(v_hat),
            "The exponent in the correction of `m` has a minus: it is `beta_1**t`, not `beta_1**-t`.",
        ),
    ]
    for other, why in wrong:
        if same(other):
            raise Wrong(why)
    if not np.isfinite(step).all():
        raise Wrong(
            f"At t = {t} the new `w` is NaN or infinite, though `m` and `v` are right. Was the root of a negative number taken? No minus stands before `v`, and the correction "
            "is `v / (1 - beta_2**t)`, and not `beta_2**t - 1` or `beta_2**-t`."
        )
    _check_epsilon(answer)
    raise Wrong(
        f"`m` and `v` are right, the new `w` is not: at t = {t} its first entry moved by {step.flat[0]:.3g}, and it must move "
        f"by {right.flat[0]:.3g}. The step is `lr * m_hat / (np.sqrt(v_hat) + epsilon)`."
    )


def check_adam_step(answer) -> None:
    need_function(answer)
    rng = np.random.default_rng(5)
    usual = {"lr": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
    special = {"lr": 0.02, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-7}
    for shape, t, given in [((3,), 5, {}), ((2, 3), 1, {}), ((4,), 3, special)]:
        w, g, m = rng.normal(size=(3, *shape))
        v = np.square(rng.normal(size=shape)) + 0.3
        if t == 1:
            m, v = np.zeros(shape), np.zeros(shape)
        case = usual | given | {"t": t}
        with np.errstate(all="ignore"):
            got = _three(call(answer, w, g, m, v, t, **given), shape)
        _check_moment("m", got[1], m, g, case)
        _check_moment("v", got[2], v, g, case)
        _check_adam_step(answer, w, got[0], g, got[1], got[2], m, case)
    _check_large_epsilon(answer)
    w, zero = np.array([1.0, -2.0]), np.zeros(2)
    with np.errstate(divide="ignore", invalid="ignore"):
        got = _three(call(answer, w, zero, zero, zero, 1), (2,))
    if not np.allclose(got[0], w):
        _check_epsilon(answer)
        raise Wrong(
            f"With a gradient that is always 0, `w` must stay as it is; it became {got[0].tolist()}. `epsilon` stands there so that "
            "nothing is divided by 0: `np.sqrt(v_hat) + epsilon`."
        )


def _check_large_epsilon(answer) -> None:
    """With epsilon = 0.1 its place and its sign can be seen; the textbook's place and that of Keras are right."""
    w, g, m = np.random.default_rng(6).normal(size=(3, 3))
    old_v, t, lr, epsilon = np.array([0.4, 0.9, 1.6]), 4, 0.01, 0.1
    with np.errstate(all="ignore"):
        new_w, m, v = _three(call(answer, w, g, m, old_v, t, lr=lr, epsilon=epsilon), (3,))
    part = 1 - 0.999**t  # of v
    m_hat, v_hat = m / (1 - 0.9**t), v / part
    keras = lr * np.sqrt(part) / (1 - 0.9**t) * m  # divided by √v + epsilon

    def same(*steps) -> bool:
        return any(np.allclose(w - new_w, step, rtol=1e-6, atol=0) for step in steps)

    e = epsilon
    if same(lr * m_hat / (np.sqrt(v_hat) + e), keras / (np.sqrt(v) + e)):
        return
    write = "Write `m_hat / (np.sqrt(v_hat) + epsilon)`."
    if same(lr * m_hat / (np.sqrt(v_hat) - e), keras / (np.sqrt(v) - e)):
        raise Wrong(
            f"`epsilon` is subtracted from the root; a plus is needed, so that nothing is divided by 0. {write}"
        )
    if same(
        *(
            step / np.sqrt(u + s * x)
            for step, u in ((lr * m_hat, v_hat), (keras, v))
            for x in (e, e**2)
            for s in (1, -1)
        )
    ):
        raise Wrong(
            f"`epsilon` stands inside the root. RMSprop in Keras does so, Adam does not: it is added to the root. {write}"
        )
    if same(*(lr * m_hat / (np.sqrt(v_hat) + small) for small in (0, 1e-7, 1e-8))):
        raise Wrong(
            "With `epsilon = 0.1` nothing changes: use the argument `epsilon`, not a number of your own. It stands there so that "
            f"nothing is divided by 0. {write}"
        )
    _check_epsilon(answer)
    raise Wrong(
        f"All is right while `epsilon` is tiny; with `epsilon = 0.1` the first entry of `w` moves by {(w - new_w)[0]:.3g}, and it must move by "
        f"{(lr * m_hat / (np.sqrt(v_hat) + e))[0]:.3g}. {write}"
    )


def _check_epsilon(answer) -> None:
    """Whether `epsilon` is added behind the division: `m_hat / np.sqrt(v_hat) + epsilon`."""
    one = np.array([1.0, 4.0])
    steps = [one - _three(call(answer, one, one, one, one, 2, epsilon=e), (2,))[0] for e in (0.5, 1e-9)]
    added = steps[0] - steps[1]
    if np.allclose(added, added[0]) and abs(added[0]) > 1e-9:
        raise Wrong(
            "`w` must stay as it is while the gradient is always 0, and it does not. Is `epsilon` inside the brackets? Division comes "
            "before addition: in `m_hat / np.sqrt(v_hat) + epsilon` it is added behind the division, where it prevents nothing. "
            "Write `m_hat / (np.sqrt(v_hat) + epsilon)`."
        )


def _three(got, shape: tuple) -> list[np.ndarray]:
    if not (isinstance(got, tuple | list) and len(got) == 3):
        raise Wrong("Return three arrays: `return w, m, v`. The next step needs `m` and `v` again.")
    arrays = [np.asarray(part, dtype=float) for part in got]
    for name, part in zip("wmv", arrays, strict=True):
        if part.shape != shape:
            raise Wrong(
                f"`{name}` came back with the shape {part.shape}; it must keep {shape}. Work entry by entry."
            )
    return arrays
