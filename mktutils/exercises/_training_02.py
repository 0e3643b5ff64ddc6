"""The training of lesson 02: four trainings to look at, and the checker of a training that the learner writes."""

from typing import Any

import numpy as np
import pandas as pd

from mktutils.exercises._neuron_02 import array_of, pair_of
from mktutils.lesson import Wrong, call, need_function


def _sigmoid(z: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def four_trainings(X: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    """Return the mean loss before each of 40 steps and after the last, of four trainings A to D of one neuron.

    X has the shape (rows, columns), y (rows,) with labels 0 and 1. Neither is changed.
    """
    settings = {"A": (3, None), "B": (30, None), "C": (0.03, None), "D": (3, 15)}
    curves = {}
    for letter, (lr, empty_from) in settings.items():
        inputs, w, b, curves[letter] = np.array(X, dtype=float), np.zeros(np.shape(X)[1]), 0.0, []
        for epoch in range(41):
            if epoch == empty_from:
                inputs[0, 0] = np.nan
            z = inputs @ w + b
            curves[letter].append(np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))))
            dz = (_sigmoid(z) - y) / len(y)
            w, b = w - lr * inputs.T @ dz, b - lr * dz.sum()
    return pd.DataFrame(curves).rename_axis("epoch")


def check_train_neuron(answer) -> None:
    need_function(answer)
    rng = np.random.default_rng(14)
    for n, d, lr, epochs in [(8, 4, 0.4, 3), (8, 4, 0.4, 1), (8, 4, 0.4, 50), (5, 1, 0.3, 3)]:
        X, y = rng.normal(size=(n, d)), (np.arange(n) % 4 == 1).astype(float)
        with np.errstate(all="ignore"):
            parts = pair_of(call(answer, X, y, lr, epochs), "w, b")
        got = _weights(parts[0], n, d, epochs), _bias(parts[1], n)
        if not _same(got, _train(X, y, lr, epochs)):
            _explain_training(answer, got, X, y, lr, epochs)


def _weights(value: Any, n: int, d: int, epochs: int) -> np.ndarray:
    shape = np.shape(value)
    if shape in {(d, n), (n, n)} and n != d:
        raise Wrong(
            f"`w` has the shape {shape}. A column of shape ({n}, 1) minus `y` of shape ({n},) gives a table of ({n}, {n}). Keep p and w "
            f"without a second axis: ({n},) and ({d},)."
        )
    if len(shape) == 2 and shape in {(epochs, d), (epochs + 1, d)} and shape != (1, d):
        raise Wrong(
            f"`w` holds the weights of {shape[0]} steps. Return those after the last step only: shape ({d},)."
        )
    if shape == () and value is not None and d > 1:
        raise Wrong(
            f"`w` is one number; each of the {d} weights needs its own step: `X.T @ (p - y)` has the shape ({d},)."
        )
    return array_of(value, (d,), "`w`")


def _bias(value: Any, n: int) -> float:
    if np.shape(value) in {(n,), (n, 1)}:
        raise Wrong(
            f"`b` has the shape {np.shape(value)}, one number for each row. Take the mean over the rows."
        )
    return float(array_of(value[0] if np.shape(value) == (1,) else value, (), "`b`"))


def _same(got: tuple, right: tuple) -> bool:
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in zip(got, right, strict=True))


def _train(X, y, lr, epochs, *, w_scale=1.0, b_scale=1.0, then="", slope="", forget=False, keep=1) -> tuple:
    """The training, or one of the usual slips: scaled steps, an update that uses the other one, another slope."""
    w, b = np.zeros(X.shape[1]), 0.0

    def dz():
        z = X @ w + b
        p = _sigmoid(X @ w) if forget else _sigmoid(z)
        return {"linear": z - y, "squared": (p - y) * p * (1 - p), "no label": p}.get(slope, p - y)

    for _ in range(epochs):
        mistake = dz()
        if then == "w":  # the bias is updated first
            b = keep * b - lr * b_scale * mistake.mean()
            mistake = dz()
        w = keep * w - lr * w_scale * X.T @ mistake / len(y)
        if then == "b":
            mistake = dz()
        if then != "w":
            b = keep * b - lr * b_scale * mistake.mean()
    return w, b


def _explain_training(answer, got: tuple, X, y, lr: float, epochs: int) -> None:
    n = len(y)
    for slip, message in [
        (
            {"w_scale": -1, "b_scale": -1},
            "The steps climb: this is gradient *ascent*, and the loss rises. A step goes against the gradient, `w - lr * ...` with p − y.",
        ),
        (
            {"w_scale": -1},
            "The weights climb: their step goes against the gradient, `w - lr * ...` with p − y.",
        ),
        ({"b_scale": -1}, "The bias climbs: its step goes against the gradient, `b - lr * ...` with p − y."),
        (
            {"w_scale": n, "b_scale": n},
            f"Each step is {n} times too long, and there are {n} rows: this is the gradient of the *sum*. Divide by `len(y)`.",
        ),
        (
            {"w_scale": n},
            "The weights use the sum over the rows, the bias the mean. Divide `X.T @ (p - y)` by `len(y)`.",
        ),
        ({"b_scale": n}, "The bias uses the sum over the rows, the weights the mean. Take `np.mean(p - y)`."),
        ({"w_scale": 1 / n, "b_scale": 1 / n}, "The division by the number of rows is done twice."),
        ({"w_scale": 1 / n}, "For the weights the division by the number of rows is done twice."),
        ({"b_scale": 0}, "The bias stays 0: it needs its own step, `b - lr * np.mean(p - y)`."),
        ({"w_scale": 0}, "The weights stay 0: they need their own step."),
        (
            {"then": "b"},
            "The bias is updated with a prediction that uses the *new* weights already. Both gradients belong to the same p: compute p once in "
            "each step, before `w` and `b` change.",
        ),
        (
            {"then": "w"},
            "The weights are updated with a prediction that uses the *new* bias already. Both gradients belong to the same p: compute p once "
            "in each step, before `w` and `b` change.",
        ),
        (
            {"keep": 0},
            "Each step replaces the weights. A step is *added* to the old ones: `w = w - lr * ...`.",
        ),
        ({"slope": "linear"}, "The sigmoid is missing in the prediction: p = σ(X @ w + b)."),
        ({"slope": "no label"}, "The labels are missing: the mistake of a row is p − y."),
        (
            {"slope": "squared"},
            "The factor p·(1 − p) is too much: it belongs to the squared error. In the cross-entropy it cancels.",
        ),
        (
            {"slope": "squared", "w_scale": 2, "b_scale": 2},
            "This is the gradient of the squared error. In the cross-entropy the factor p·(1 − p) cancels.",
        ),
        (
            {"w_scale": 2, "b_scale": 2},
            "Each step is twice as long as it must be: look for a factor 2 too many.",
        ),
        ({"forget": True}, "The bias is missing in the prediction: p = σ(X @ w + b)."),
        (
            {"w_scale": 1 / lr, "b_scale": 1 / lr},
            "The learning rate is not used: multiply each gradient by `lr`.",
        ),
    ]:
        if _same(got, _train(X, y, lr, epochs, **slip)):
            raise Wrong(message)
    _explain_count(answer, got, X, y, lr, epochs)
    right = _train(X, y, lr, epochs)
    raise Wrong(
        f"After {epochs} {'step' if epochs == 1 else 'steps'} with lr = {lr} the first weight is {got[0][0]:.4g} and the bias {got[1]:.4g}; "
        f"they must be {right[0][0]:.4g} and {right[1]:.4g}. The gradient by w is the mean of (p − y)·x over the rows, the gradient by b "
        "the mean of p − y."
    )


def _explain_count(answer, got: tuple, X, y, lr: float, epochs: int) -> None:
    """Name a wrong number of steps and a start away from zero."""
    if epochs > 1 and _same(got, _train(X, y, lr, 1)):
        raise Wrong(
            f"With epochs = {epochs} there was one step only. Is the `return` inside the loop? It must stand below it."
        )
    for steps in (epochs - 1, epochs + 1):
        if _same(got, _train(X, y, lr, steps)):
            raise Wrong(
                f"With epochs = {epochs} there were {steps} steps. `range(epochs)` makes `epochs` of them."
            )
    try:
        w, b = call(answer, X, y, lr, 0)  # no step: what comes back is the start
        start = np.append(np.ravel(w), b).astype(float)
    except Exception:
        return
    if np.any(start != 0):
        raise Wrong(
            "The training does not start at zero: with `epochs = 0`, `w` and `b` must come back as zeros. One neuron needs no random start, "
            "because its loss has one valley only."
        )
