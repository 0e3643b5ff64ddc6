"""Checker of lesson 03 for one step of a whole network: forwards, backwards, new weights."""

import numpy as np

from mktutils.exercises._backprop_03 import _backward, _case, _run, judge
from mktutils.lesson import Wrong, need_function
from mktutils.scratch import SGD, BinaryCrossentropy, Dense, Network

NAMES = ["W1", "b1", "W2", "b2"]
RETURN = "`return W1, b1, W2, b2`"


def _reference(X, y, weights: list[np.ndarray], lr: float, steps: int) -> list[np.ndarray]:
    """The weights after some steps of the same network in `mktutils.scratch`, which is equal to Keras."""
    layers = [Dense(weights[0].shape[1], "relu"), Dense(1)]
    network = Network(
        layers, loss=BinaryCrossentropy(from_logits=True), optimizer=SGD(lr), dtype="float64"
    ).build(X.shape[1])
    network.set_weights(weights)
    for _ in range(steps):
        network.train_on_batch(X, y)
    return network.get_weights()


def _step(answer, X, y, weights: list[np.ndarray], lr: float) -> list[np.ndarray]:
    """Call the learner's function with copies that it must leave as they are; return the four new arrays."""
    given = [array.copy() for array in (X, y, *weights)]
    got = _run(lambda: answer(*given, lr))
    for name, mine, old in zip(["X", "y", *NAMES], given, (X, y, *weights), strict=True):
        if not np.array_equal(mine, old):
            raise Wrong(
                f"The function changed the array `{name}` that it was given. `{name} -= …` and `{name}[:] = …` work in place, and the caller "
                f"loses the old values. Make a new array, such as `W1 = W1 - lr * dW1`."
            )
    if got is None:
        raise Wrong(f"The function returned None: end it with {RETURN}.")
    if not (isinstance(got, tuple | list) and len(got) == 4):
        raise Wrong(f"Return the four new arrays of weights in this order: {RETURN}.")
    try:
        arrays = [np.asarray(part, dtype=float) for part in got]
    except (TypeError, ValueError):
        raise Wrong(f"Return four arrays of numbers: {RETURN}.") from None
    shapes, right = [part.shape for part in arrays], [old.shape for old in weights]
    if shapes != right and sorted(shapes) == sorted(right):
        raise Wrong(f"The order of the four arrays is another one: {RETURN}.")
    for name, shape, needed in zip(NAMES, shapes, right, strict=True):
        if shape != needed:
            bias = " A bias gets the *sum* over the rows: `.sum(axis=0)`." if name[0] == "b" else ""
            raise Wrong(f"The new `{name}` has the shape {shape}; it must keep {needed}.{bias}")
    return arrays


def _explain(X, y, weights, new, lr: float) -> None:
    """Raise Wrong with the most likely cause of one wrong step."""
    right, _ = _backward(X, y, *weights)
    gradients = [right[f"d{name}"] for name in NAMES]
    moved = [old - now for old, now in zip(weights, new, strict=True)]

    def all_close(mine, other) -> bool:
        return all(np.allclose(a, b, rtol=1e-6, atol=1e-12) for a, b in zip(mine, other, strict=True))

    n = len(X)
    for value, why in [
        (gradients, "These are the gradients. Return the new weights: `W1 - lr * dW1`, and so on."),
        ([lr * g for g in gradients], "These are the steps. Return the new weights: `W1 - lr * dW1`."),
        (weights, "No weight has changed. The new weights are `W1 - lr * dW1`, and so on."),
    ]:
        if all_close(new, value):
            raise Wrong(why)
    for factor, why in [
        (
            -lr,
            "The step goes uphill: all four arrays moved *with* the gradient. Subtract it, `W1 - lr * dW1`, with `dZ2 = (P - y) / n`.",
        ),
        (1, "The learning rate is missing in the step: `W1 - lr * dW1`."),
        (
            lr * n,
            f"The step is {n} times too long, the number of rows. The loss is a mean: divide by `len(X)`.",
        ),
        (lr / n, f"The step is {n} times too short: divide by `len(X)` once, in `dZ2`, and sum after that."),
    ]:
        if all_close(moved, [factor * g for g in gradients]):
            raise Wrong(why)
    for name, old, now, g in zip(NAMES, weights, new, gradients, strict=True):
        if any(np.allclose(now, -old + s * lr * g) for s in (1, -1)):
            raise Wrong(
                f"The old `{name}` has a minus in its step: the new one is `{name} - lr * d{name}`, with no minus before `{name}`."
            )
    ratio = float(np.sum(moved[0] * gradients[0]) / np.sum(gradients[0] ** 2))
    if all_close(moved, [ratio * g for g in gradients]):
        raise Wrong(
            f"The direction is right, the length is not: with lr = {lr} all four arrays moved as if it were {ratio:.3g}. Use the argument `lr`."
        )
    _explain_order(X, y, weights, moved, gradients, lr, all_close)
    mine = {f"d{name}": step / lr for name, step in zip(NAMES, moved, strict=True)}
    report = judge((X, y, *weights), mine, update=True)
    raise Wrong(f"The gradients behind your step, (old − new) / lr, were checked. {report}")


def _explain_order(X, y, weights, moved, gradients, lr, all_close) -> None:
    """Raise Wrong if some weights were changed before the gradients of the others were computed, or f was another one."""
    W1, b1, W2, b2 = weights
    later = W2 - lr * gradients[2], b2 - lr * gradients[3]
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    dZ2 = (1 / (1 + np.exp(-(A1 @ W2 + b2))) - y) / len(X)
    with_new_weights = dZ2 @ later[0].T * (Z1 > 0)
    anew, _ = _backward(X, y, W1, b1, *later)
    first, _ = _backward(X, y, W1 - lr * gradients[0], b1 - lr * gradients[1], W2, b2)
    first_layer = [
        (X.T @ with_new_weights, with_new_weights.sum(axis=0)),
        (anew["dW1"], anew["db1"]),
    ]
    before = "Compute all four gradients first, and change the weights after that."
    for pair in first_layer:
        if all_close([step / lr for step in moved], [*pair, *gradients[2:]]):
            raise Wrong(
                f"`W2` was changed before `dW1` was computed; `dA1 = dZ2 @ W2.T` needs the *old* `W2`. {before}"
            )
    if all_close([step / lr for step in moved], [*gradients[:2], first["dW2"], first["db2"]]):
        raise Wrong(
            f"`W1` was changed before `dW2` was computed, so that `A1` comes from the new `W1`. {before}"
        )
    A1 = np.tanh(Z1)
    dZ2 = (1 / (1 + np.exp(-(A1 @ W2 + b2))) - y) / len(X)
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    by_tanh = [X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)]
    if all_close([step / lr for step in moved], by_tanh):
        raise Wrong(
            "This network has tanh in the hidden layer, as in 03.2. Here it has ReLU, as in 03.3: `np.maximum(Z1, 0)` forwards, `Z1 > 0` "
            "backwards."
        )


def check_train_step(answer) -> None:
    need_function(answer)
    for n, d, units, seed, lr in [(9, 3, 4, 21, 0.5), (14, 2, 5, 22, 0.2)]:
        X, y, *weights = _case(n, d, units, seed)
        new = _step(answer, X, y, weights, lr)
        if not _same(new, _reference(X, y, weights, lr, 1)):
            _explain(X, y, weights, new, lr)
        for _ in range(19):
            new = _step(answer, X, y, new, lr)
        if not _same(new, _reference(X, y, weights, lr, 20)):
            raise Wrong(
                "The first step is right, and the weights after 20 steps are not. The result must depend on the arguments alone: does the "
                "function keep something from the step before, or use a variable from outside?"
            )


def _same(mine, right) -> bool:
    return all(np.allclose(a, b, rtol=1e-7, atol=1e-10) for a, b in zip(mine, right, strict=True))
