"""Checkers of lesson 03 for gradients by hand: the hidden layer, and a backward pass with faults."""

import numpy as np

from mktutils.exercises._signs_03 import forward_sign, hidden_sign, where_to_look
from mktutils.lesson import Wrong, call, need_function
from mktutils.lesson.feedback import learners_line
from mktutils.scratch import explain_gradient

SHAPES = "X (n, d), y (n, 1), W1 (d, units), b1 (units,), W2 (units, 1), b2 (1,)"


def _case(n: int, d: int, units: int, seed: int) -> tuple[np.ndarray, ...]:
    """Rows, labels and weights of a small network: X, y, W1, b1, W2, b2."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 3 == 0).astype(float)[:, None]
    shapes = [(n, d), (d, units), (units,), (units, 1), (1,)]
    X, W1, b1, W2, b2 = (rng.normal(0, 0.8, shape) for shape in shapes)
    return X, y, W1, b1, W2, b2


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _run(answer, *arguments):
    """Call the learner's function; shapes that do not fit together have a message of their own."""
    try:
        return call(answer, *arguments)
    except ValueError as e:
        if not any(word in str(e) for word in ("matmul", "broadcast", "not aligned")):
            raise
        line = learners_line(e)
        where = f"In the line `{line[1]}` the" if line and line[1] else "Somewhere the"
        raise Wrong(
            f"{where} shapes do not fit together. Write the shape beside each factor; given are {SHAPES}. "
            "On the way back each matrix of weights is transposed (`dZ2 @ W2.T`), and so is the input of a layer "
            "(`X.T @ dZ1`). A vector (n,) and a column (n, 1) do not fit either: their difference has the shape (n, n)."
        ) from None


def _same_up_to_factor(mine: np.ndarray, other: np.ndarray, n: int) -> bool:
    """Whether `mine` is `other`, perhaps with another sign, or with n or 2 as a factor."""
    factors = (s * f for s in (1, -1) for f in (1, n, 1 / n, 2, 2 / n))
    return mine.shape == other.shape and any(np.allclose(mine, f * other, rtol=1e-5) for f in factors)


_REMEDIES = {
    "is transposed": "With `Z = X @ W + b` the gradient of `W` is `X.T @ dZ`.",
    "the gradient has shape": "A gradient has the shape of its parameter, so that the two can be subtracted.",
    "is missing": "The loss is a mean: divide by `len(X)`, once.",
    "is done twice": "Divide by `len(X)` once, in `dZ2`, and *sum* over the rows after that.",
    "factor 2": "The 2 belongs to a squared error; at the logit the cross-entropy has the gradient `P - y`.",
    "NaN": "Look at the values line by line: which one stops being a number?",
    "every entry is zero": "Nothing comes back through the network: is each factor of the chain there, and none of them 0?",
}


def _explain(name: str, mine: np.ndarray, expected: np.ndarray, n: int) -> str | None:
    """The sentence of `explain_gradient`, and what to do about it."""
    sentence = explain_gradient(f"`{name}`", mine, expected, n_rows=n, rtol=1e-5)
    if sentence is None:
        return None
    found = next((r for words, r in _REMEDIES.items() if words in sentence.partition(":")[2]), "")
    return f"{sentence}. {found}".rstrip()


def _array(name: str, got) -> np.ndarray:
    if got is None:
        raise Wrong(f"The function returned None: end it with `return {name}`.")
    try:
        return np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"Return one array of numbers, `{name}`, and nothing else.") from None


def _wrong_hidden_gradients(X, y, W1, b1, W2, b2) -> list[tuple[np.ndarray, str]]:
    """Typical wrong values of dW1, each with its message."""
    n = len(X)
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    P = _sigmoid(A1 @ W2 + b2)
    dZ2 = (P - y) / n
    back = dZ2 @ W2.T
    slope = 1 - A1**2

    def without(hidden_bias, output_bias):
        a = np.tanh(X @ W1 + hidden_bias)
        return X.T @ ((_sigmoid(a @ W2 + output_bias) - y) / n @ W2.T * (1 - a**2))

    argument = (
        "1 − tanh² needs the *output* of the hidden layer: `1 - A1**2`, where `A1 = np.tanh(X @ W1 + b1)`."
    )
    once_more = (
        "`P * (1 - P)` is a factor too many: in the cross-entropy the derivative of the sigmoid cancels, and what is left "
        "is `P - y`."
    )
    return [
        (
            X.T @ back,
            "The derivative of tanh is missing. The gradient comes back to `A1` first; to pass through the activation it is "
            "multiplied, entry by entry, with f′(Z1) = `1 - A1**2`.",
        ),
        (X.T @ (back * (1 - Z1**2)), f"Z1 stands where A1 must stand. {argument}"),
        (X.T @ (back * (1 - np.tanh(A1) ** 2)), f"tanh was taken twice. {argument}"),
        (
            X.T @ (back * A1 * (1 - A1)),
            "`A1 * (1 - A1)` is the derivative of a sigmoid. This hidden layer has tanh: `1 - A1**2`.",
        ),
        (
            X.T @ (back * (Z1 > 0)),
            "This is the derivative of ReLU. This hidden layer has tanh: `1 - A1**2`.",
        ),
        (X.T @ (back * A1), "f′ is needed, and f stands there: multiply by `1 - A1**2`, not by `A1`."),
        (X.T @ ((dZ2 * P * (1 - P)) @ W2.T * slope), once_more),
        (
            X.T @ (((A1 @ W2 + b2 - y) / n) @ W2.T * slope),
            "`Z2 - y` stands where `P - y` must stand: the sigmoid at the output is missing.",
        ),
        (
            X.T @ (dZ2 * slope),
            "`W2` is missing: `dA1 = dZ2 @ W2.T` carries the gradient back to each neuron.",
        ),
        (without(0, b2), "The bias `b1` is missing in the forward pass: `Z1 = X @ W1 + b1`."),
        (without(b1, 0), "The bias `b2` is missing in the forward pass: `Z2 = A1 @ W2 + b2`."),
    ]


def check_hidden_gradient(answer) -> None:
    need_function(answer)
    for n, d, units, seed in [(7, 3, 4, 1), (4, 2, 4, 2), (12, 5, 1, 3)]:
        X, y, W1, b1, W2, b2 = case = _case(n, d, units, seed)
        got = _run(answer, *case)
        if isinstance(got, tuple | list) and len(got) > 1 and len({np.shape(part) for part in got}) > 1:
            raise Wrong("Return `dW1` alone, and not the other gradients.")
        mine = _array("dW1", got)
        A1 = np.tanh(X @ W1 + b1)
        expected = X.T @ (((_sigmoid(A1 @ W2 + b2) - y) / n) @ W2.T * (1 - A1**2))
        sentence = _explain("dW1", mine, expected, n)
        if sentence is None:
            continue
        for wrong, message in _wrong_hidden_gradients(*case):
            if _same_up_to_factor(mine, wrong, n):
                raise Wrong(message)
        sign = hidden_sign(answer, mine, case, lambda a, b, n=n: _same_up_to_factor(a, b, n))
        if sign:
            raise Wrong(sign)
        if "differs by at most" in sentence:
            sentence += " Print the shapes and compare each line with the chain `dZ2`, `dA1`, `dZ1`, `dW1`."
        raise Wrong(sentence)


def _backward(X, y, W1, b1, W2, b2) -> tuple[dict[str, np.ndarray], list[tuple[dict[str, np.ndarray], str]]]:
    """The right gradients of the network of 03.3, and wrong ones of the hidden layer with their message."""
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    dZ2 = (_sigmoid(A1 @ W2 + b2) - y) / len(X)
    back = dZ2 @ W2.T

    def first(dZ1):
        return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0)}

    right = first(back * (Z1 > 0)) | {"dW2": A1.T @ dZ2, "db2": dZ2.sum(axis=0)}
    from_gradient = (
        "the mask of the ReLU was taken from the gradient. Whether a neuron lets the gradient through was decided on the way "
        "*forward*: `Z1 > 0`"
    )
    faults = [
        (back * (back > 0), from_gradient),
        (back * (back < 0), from_gradient),
        (
            back,
            "the mask of the ReLU is missing. Where `Z1` is negative the neuron gave 0, and no gradient passes",
        ),
        (
            back * (Z1 < 0),
            "the mask of the ReLU is turned round. The gradient passes where `Z1` is *above* 0",
        ),
        (
            back * np.sign(Z1),
            "where `Z1` is negative the gradient passes with a minus. The derivative of ReLU is 1 or 0, not −1: `Z1 > 0`",
        ),
        (back * A1, "multiplied by `A1` itself. The derivative of ReLU is 1 or 0: `Z1 > 0`"),
    ]
    return right, [(first(dZ1), why) for dZ1, why in faults]


def _fault_of(name: str, mine: np.ndarray, right: dict, faults: list, n: int) -> str | None:
    """What is wrong with one gradient of 03.3, without its name, or None. `faults` are tried for the hidden layer."""
    expected = right[name]
    if name == "db2" and mine.shape == ():
        mine = mine.reshape(1)
    if mine.shape != expected.shape and name in ("db1", "db2"):
        if mine.ndim == 2 and len(mine) == n > 1:
            return (
                f"one line for each of the {n} rows. All rows share the bias, so its gradient is the sum over the rows: "
                "`.sum(axis=0)`."
            )
        if mine.size == expected.size:
            return (
                f"the shape is {mine.shape}, and the parameter has {expected.shape}. The numbers may be right; sum with "
                "`axis=0` and without `keepdims=True`."
            )
    sentence = _explain(name, mine, expected, n)
    if sentence and name in ("dW1", "db1"):
        for wrong, why in faults:
            if _same_up_to_factor(mine, wrong[name], n):
                return f"{why}."
    return sentence and sentence.partition(": ")[2]


def check_backward(answer) -> None:
    need_function(answer)
    names = ["dW1", "db1", "dW2", "db2"]
    for n, d, units, seed in [(8, 3, 4, 11), (11, 2, 5, 12)]:
        case = _case(n, d, units, seed)
        got = _run(answer, *case)
        if isinstance(got, dict) and set(got) == set(names):
            got = [got[name] for name in names]
        if not (isinstance(got, tuple | list) and len(got) == 4):
            raise Wrong("Return four arrays in this order: `return dW1, db1, dW2, db2`.")
        arrays = {name: _array(name, part) for name, part in zip(names, got, strict=True)}
        shapes = [part.shape for part in arrays.values()]
        if (d, units) in shapes and (units, 1) in shapes and shapes.index((d, units)) > 0:
            raise Wrong("The order of the four gradients is another one: `return dW1, db1, dW2, db2`.")
        report = judge(case, arrays)
        if report:
            raise Wrong(report)


def judge(case, arrays: dict[str, np.ndarray], update: bool = False) -> str | None:
    """What is wrong with the four gradients of 03.3, and in which line of the function to look first, or None.

    `update`: the gradients were computed from the new weights of 03.15, so the fault may stand in the step.
    """
    n = len(case[0])
    right, faults = _backward(*case)

    def match(mine, other) -> bool:
        return _same_up_to_factor(mine, other, n)

    db2 = arrays["db2"].sum(keepdims=True).reshape(1)  # also where the sum over the rows was forgotten
    signs = {
        name: -1 if np.allclose(part, -right[name]) else 0
        for name, part in (arrays | {"db2": db2}).items()
        if part.shape == right[name].shape
    }
    right_db2 = bool(np.allclose(db2, right["db2"]))
    wrong_dW2 = _fault_of("dW2", arrays["dW2"], right, [], n)
    # The hidden layer can be judged only when what reaches it is right, and dW2 or db2 tells that.
    if wrong_dW2 and not right_db2:
        faults = []
    findings = {name: _fault_of(name, part, right, faults, n) for name, part in arrays.items()}
    findings = {name: why for name, why in findings.items() if why}
    if not findings:
        return None
    verb = "is" if len(findings) == 1 else "are"
    count = f"{len(findings)} of 4 gradients {verb} wrong"
    forward = (
        arrays["dW2"].shape == right["dW2"].shape
        and not match(arrays["dW2"], right["dW2"])
        and forward_sign(arrays["dW2"], db2, case, match)
    )
    if forward:
        return f"{count}, and one line before them is the cause. {forward} Repair it first, and check again."
    names_of: dict[str, list[str]] = {}
    for name, why in findings.items():
        names_of.setdefault(why, []).append(f"`{name}`")
    lines = [f"{', '.join(names)}: {why}" for why, names in names_of.items()]
    opposite = {name for name, sign in signs.items() if sign == -1 and name in findings}
    return "\n".join([f"{count}:", *lines, where_to_look(set(findings), opposite, right_db2, update)])
