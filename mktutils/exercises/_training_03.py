"""Checkers of lesson 03 for loss curves, cures and starting weights, and the network of the break-it lab."""

import numpy as np

from mktutils.lesson import Wrong, call, need_function
from mktutils.scratch import Adam, BinaryCrossentropy, Dense, Network

PARAMETERS = [
    f"{layer}.{kind}" for layer in ("hidden_1", "hidden_2", "output") for kind in ("kernel", "bias")
]


class _ColleaguesDense(Dense):
    """A Dense layer whose backward pass holds the fault of exercise 03.12."""

    def backward(self, upstream):
        below = super().backward(upstream)
        self.grads["bias"] = -self.grads["bias"]
        return below


def colleagues_network(
    *, optimizer=None, seed: int = 0, dtype: str = "float32", units: int = 64, healthy: bool = False
) -> Network:
    """Return the network of the break-it lab, untrained: hidden_1 and hidden_2 (`units`, ReLU), output (a logit).

    One gradient of its backward pass has the wrong sign; with `healthy=True` none has, and all else is equal.
    `optimizer` is one of `mktutils.scratch`, by default `Adam()`. A few units are enough to check gradients.

    >>> X, y = np.arange(12.0).reshape(4, 3), np.array([0, 1, 0, 1])
    >>> pair = [colleagues_network(healthy=healthy).build(3) for healthy in (True, False)]
    >>> right, wrong = (network.loss_and_gradients(X, y)[1] for network in pair)
    >>> sum(not np.array_equal(right[name], wrong[name]) for name in right)
    1
    """
    first = Dense if healthy else _ColleaguesDense
    layers = [
        first(units, "relu", name="hidden_1"),
        Dense(units, "relu", name="hidden_2"),
        Dense(1, name="output"),
    ]
    loss = BinaryCrossentropy(from_logits=True)
    return Network(layers, loss=loss, optimizer=optimizer or Adam(), seed=seed, dtype=dtype)


def check_sign(answer) -> None:
    if not isinstance(answer, str):
        raise Wrong('Give the name of the parameter as text, for example `answer = "output.kernel"`.')
    name = answer.strip().lower().replace(" ", ".").replace("/", ".")
    if name == "hidden_1.bias":
        return
    if name in ("bias", "hidden_1"):
        raise Wrong("Give the full name: the layer, a point, and `kernel` or `bias`.")
    if name == "input":
        raise Wrong(
            "The gradient at the input is right, and it is no parameter. One of the six parameters has the fault."
        )
    if name not in PARAMETERS:
        for known in PARAMETERS:
            if name in (known.replace(".", "_"), known.replace(".", "-"), known.replace(".", "")):
                raise Wrong(f"Write a point between layer and parameter: `{known}`, not `{name}`.")
        raise Wrong(f"{answer!r} is no parameter of this network. Choose one of {', '.join(PARAMETERS)}.")
    near = {
        "hidden_1.kernel": "The layer is right, but the kernel is not the parameter: its gradient agrees with finite differences.",
        "hidden_2.bias": "It is a bias, but of another layer: this gradient agrees with finite differences.",
        "output.bias": "It is a bias, but of another layer: this gradient agrees with finite differences.",
    }
    other = f"The gradient of `{name}` agrees with finite differences."
    raise Wrong(
        f"{near.get(name, other)} Let finite differences name it: `scratch.check_gradients(network, X_train[:20], y_train[:20])` "
        'with `network = colleagues_network(units=8, dtype="float64")`.'
    )


_SEEN = {
    "A": "In panel A both lines come down slowly, lie close together, and still fall at the last epoch.",
    "B": "In panel B the training loss falls on and on, and the validation loss drifts upwards away from it.",
    "C": "In panel C the validation loss jumps up and down from one epoch to the next, and ends no lower than it began.",
    "D": "In panel D both lines fall fast, then lie low and close together.",
}
_CURVES = {"A": "100 times too low", "B": "overfitting", "C": "10 times too high", "D": "good"}
_MEANS = {
    "good": "A good training is fast, ends low, and has two lines close together.",
    "10 times too high": "Steps that are too large jump over the minimum: the loss goes up *and down* between epochs.",
    "100 times too low": "Steps that are too small lose time: the loss is smooth, and is still falling when the training ends.",
    "overfitting": "Overfitting means: the training loss falls on, and the validation loss rises for many epochs.",
}


def check_curves(answer) -> None:
    answer = _dictionary(answer, list(_CURVES), list(_MEANS))
    for panel in ("D", "A", "C", "B"):
        if answer[panel] != _CURVES[panel]:
            raise Wrong(f"{_SEEN[panel]} {_MEANS[answer[panel]]} Compare the two sentences.")


def _dictionary(answer, keys: list[str], values: list[str]) -> dict[str, str]:
    """The answer as a dictionary with these keys and values, in lower case."""
    if not isinstance(answer, dict) or set(answer) != set(keys):
        raise Wrong(f"Give a dictionary with exactly these keys: {keys}.")
    known = {value.lower(): value for value in values}
    for key, value in answer.items():
        if not isinstance(value, str) or value.strip().lower() not in known:
            raise Wrong(f"{key!r}: {value!r} is not one of {values}.")
    return {key: known[value.strip().lower()] for key, value in answer.items()}


LOWER, HIGHER = "lower the learning rate", "raise the learning rate"
BUILD, REGULARISE = "ReLU with He initialisation or residual connections", "early stopping or regularisation"
_CURES = {
    "no gaps, loss from logits, yet NaN after a few steps": (
        LOWER,
        "The data and the loss are ruled out as causes: the weights grew until a number was too large for the computer. Make the steps smaller.",
    ),
    "gradients of the first layers are a millionth of the last ones": (
        BUILD,
        "The gradient vanishes on its way back. It shrinks in each layer, so the layers must change: another activation, another "
        "start, or a way around the layers.",
    ),
    "training loss falls, validation loss rises": (
        REGULARISE,
        "Training and validation drift apart: the network learns its rows by heart. Stop at the best epoch, or make it harder to "
        "memorise.",
    ),
    "loss falls, but needs 300 epochs": (
        HIGHER,
        "All goes in the right direction, only slowly. Nothing has to change but the length of the step.",
    ),
}
_NOT_THIS = {
    ("gradients of the first layers are a millionth of the last ones", HIGHER): (
        "A higher learning rate multiplies all steps alike: the last layers would jump long before the first ones move. "
    ),
    ("training loss falls, validation loss rises", LOWER): (
        "With a lower learning rate the same overfitting comes later. "
    ),
    ("no gaps, loss from logits, yet NaN after a few steps", REGULARISE): (
        "There is no good epoch to go back to: the loss is NaN after a few steps. "
    ),
}


def check_cures(answer) -> None:
    answer = _dictionary(answer, list(_CURES), [LOWER, HIGHER, BUILD, REGULARISE])
    for symptom, (cure, why) in _CURES.items():
        if answer[symptom] != cure:
            raise Wrong(f"*{symptom}*: {_NOT_THIS.get((symptom, answer[symptom]), '')}{why}")


def _drawn(answer, n_inputs: int, units: int, seed: int) -> np.ndarray:
    got = call(answer, n_inputs, units, np.random.default_rng(seed))
    got = np.asarray(got, dtype=float)
    if got.shape != (n_inputs, units):
        turned = " Rows are inputs, columns are units." if got.shape == (units, n_inputs) else ""
        raise Wrong(
            f"`he_normal({n_inputs}, {units}, rng)` has the shape {got.shape}; it must be ({n_inputs}, {units}).{turned}"
        )
    return got


def check_he_normal(answer) -> None:
    need_function(answer)
    _drawn(answer, 3, 5, 0)
    n, units = 200, 600
    W, again, other = (_drawn(answer, n, units, seed) for seed in (0, 0, 1))
    if not np.isfinite(W).all():
        raise Wrong("Some weights are NaN or infinite.")
    std, right = float(W.std()), float(np.sqrt(2 / n))
    if std < 1e-12:
        raise Wrong(
            "All weights are equal. Then all units compute the same and stay the same for ever: draw them with `rng`."
        )
    if not np.array_equal(W, again) or np.array_equal(W, other):
        raise Wrong(
            "The weights do not come from the generator `rng`. Draw with it: `rng.normal(...)`; then a seed repeats the run."
        )
    if abs(W.mean()) > 0.03 * std:
        raise Wrong(
            f"The mean of the weights is {W.mean():.3f}; it must be 0. Positive and negative weights must balance."
        )
    if abs(std / right - 1) <= 0.02:
        values, largest = np.unique(np.abs(W)), float(np.abs(W).max()) / right
        if values.size <= 10:
            raise Wrong(
                f"The deviation is right, but the weights have only {values.size} different size{'s' * (values.size > 1)}. A normal distribution gives each weight a "
                "number of its own: `rng.normal`."
            )
        if largest < 1.8:
            raise Wrong(
                f"The deviation is right, but no weight is larger than {largest:.2f} deviations, as in a uniform distribution (Keras: "
                "`he_uniform`). A normal one has some beyond three: `rng.normal`."
            )
        return
    for value, why in [
        (
            np.sqrt(1 / n),
            "This is √(1/n), made for tanh (LeCun). ReLU halves the mean square; what must the variance of the weights do then?",
        ),
        (2 / n, "2/n is the *variance*. `rng.normal` wants the standard deviation: its root."),
        (
            1 / n,
            "1/n is a variance, and without the 2 for ReLU. The standard deviation is the root of a variance.",
        ),
        (
            np.sqrt(2 / units),
            "The number of units stands under the root. What adds up in a unit are its *inputs*: √(2/n_inputs).",
        ),
        (
            np.sqrt(2 / (n + units)),
            "This is Glorot's rule, with inputs plus units. He's rule for ReLU has the inputs alone: √(2/n_inputs).",
        ),
        (
            1.0,
            "The weights have the standard deviation 1: multiply them by √(2/n_inputs), or give it to `rng.normal` as `scale`.",
        ),
        (np.sqrt(n / 2), "The fraction is upside down: the more inputs, the *smaller* the weights."),
        (
            0.8796 * right,
            "Values beyond two deviations were cut off, and that lowers the deviation by 12 %: divide by 0.8796, as Keras does.",
        ),
    ]:
        if abs(std / value - 1) <= 0.02:
            raise Wrong(
                f"With 200 inputs and 600 units the standard deviation is {std:.4f}; it must be {right:.4f}. {why}"
            )
    raise Wrong(
        f"With 200 inputs and 600 units the standard deviation is {std:.4f}; it must be {right:.4f}. ReLU halves the mean square, "
        "so a layer keeps the size if n · Var(w) · ½ = 1. Solve it for Var(w), and take the root."
    )
