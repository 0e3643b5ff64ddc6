"""Planted faults: a wrong gradient is caught and named, a wrong optimiser differs from Keras."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch_reference import assert_same_steps, perturbed

from mktutils import scratch

N = 7
FIRST = {"hidden_1.kernel", "hidden_1.bias", "input"}
ALL = FIRST | {"output.kernel", "output.bias"}
CLASSES = {
    "linear": scratch.Linear,
    "sigmoid": scratch.Sigmoid,
    "tanh": scratch.Tanh,
    "relu": scratch.ReLU,
    "leaky_relu": scratch.LeakyReLU,
    "gelu": scratch.GELU,
    "softmax": scratch.Softmax,
}


def batch(seed=0, outputs=1):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, 3))
    return X, np.eye(outputs)[rng.integers(0, outputs, N)] if outputs > 1 else (X[:, :1] > 0).astype(float)


def network(hidden="tanh", last=None, loss=None, outputs=1, middle=(), regularizer=None):
    """Return a float64 network hidden_1 → middle → output."""
    first = scratch.Dense(4, hidden, kernel_regularizer=regularizer, name="hidden_1")
    layers = [first, *middle, scratch.Dense(outputs, last, name="output")]
    built = scratch.Network(layers, loss=loss or scratch.MeanSquaredError(), dtype="float64")
    return perturbed(built, 3)


def away_from_kinks(net):
    """Return a batch for which no unit of the first layer is near 0."""
    kernel, bias = net.parameters["hidden_1.kernel"], net.parameters["hidden_1.bias"]
    return next((X, y) for X, y in map(batch, range(99)) if np.abs(X @ kernel + bias).min() > 0.05)


def plant(monkeypatch, cls, method, change, name=None):
    """Replace a method by one whose result is changed; in the layer of this name only, if one is given."""
    right = getattr(cls, method)

    def wrong(self, *args, **kwargs):
        result = right(self, *args, **kwargs)
        return change(self, result) if name is None or self.name == name else result

    monkeypatch.setattr(cls, method, wrong)


def negated(self, result):
    return -result


def change_grad(key, change):
    """Change one entry of a layer's grads after its backward pass."""

    def changed(self, result):
        self.grads[key] = change(self.grads[key])
        return result

    return changed


def findings(net, X, y, **options):
    """Return what the check finds; its message must count and hold every finding, with its name first."""
    with pytest.raises(scratch.GradientError) as caught:
        scratch.check_gradients(net, X, y, **options)
    found, message = caught.value.findings, str(caught.value)
    count = len(net.parameters) + 1
    assert re.fullmatch(f"{len(found)} of {count} gradients (is|are) wrong:", message.splitlines()[0])
    assert all(text.startswith(name) and text in message for name, text in found.items())
    return found


def assert_opposite(found, names):
    """Exactly these gradients are wrong, each because of its sign."""
    assert set(found) == names
    assert all("every entry has the opposite sign" in text for text in found.values()), found


# --- sign errors in activations and losses -----------------------------------------------------------------


@pytest.mark.parametrize("method", ["backward", "derivative"])
@pytest.mark.parametrize("name", CLASSES)
def test_a_sign_error_in_an_activation_is_named_in_all_that_lies_before_it(name, method, monkeypatch):
    if (name, method) == ("softmax", "derivative"):
        return  # it has none
    net = network(name, last="tanh" if name == "linear" else None)
    X, y = away_from_kinks(net)
    scratch.check_gradients(net, X, y)
    plant(monkeypatch, CLASSES[name], method, negated)
    assert_opposite(findings(net, X, y), FIRST)


@pytest.mark.parametrize(("last", "outputs"), [("sigmoid", 1), ("softmax", 3), ("gelu", 1)])
def test_a_sign_error_in_the_last_activation_is_named_everywhere(last, outputs, monkeypatch):
    (X, y), net = batch(outputs=outputs), network(last=last, outputs=outputs)
    plant(monkeypatch, CLASSES[last], "backward", negated)
    assert_opposite(findings(net, X, y), ALL)


LOSS_GRADIENT = "unchecked_gradient"  # what a network calls, and `gradient` after its checks
LOSSES = {
    "mse": (scratch.MeanSquaredError(), None, 1),
    "sum": (scratch.MeanSquaredError(reduction="sum"), None, 3),
    "mae": (scratch.MeanAbsoluteError(), None, 1),
    "huber": (scratch.Huber(0.1), None, 1),
    "bce": (scratch.BinaryCrossentropy(), "sigmoid", 1),
    "bce logits": (scratch.BinaryCrossentropy(from_logits=True), None, 1),
    "cce": (scratch.CategoricalCrossentropy(), "softmax", 3),
    "cce logits": (scratch.CategoricalCrossentropy(from_logits=True), None, 3),
}


@pytest.mark.parametrize(("loss", "last", "outputs"), LOSSES.values(), ids=LOSSES)
def test_a_sign_error_in_a_loss_is_named_everywhere(loss, last, outputs, monkeypatch):
    (X, y), net = batch(outputs=outputs), network(last=last, loss=loss, outputs=outputs)
    if isinstance(loss, scratch.Huber | scratch.MeanAbsoluteError):
        y = net.forward(X) + np.where(y == 1, 0.5, -0.5)  # away from the kinks
    scratch.check_gradients(net, X, y)
    right = loss.gradient(y, net.forward(X))
    plant(monkeypatch, type(loss), LOSS_GRADIENT, negated)
    assert (loss.gradient(y, net.forward(X)) == -right).all()
    assert_opposite(findings(net, X, y, sample_weight=np.arange(1.0, N + 1)), ALL)


# --- sign errors in layers and regularisers ----------------------------------------------------------------


@pytest.mark.parametrize("key", ["kernel", "bias"])
@pytest.mark.parametrize("layer", ["hidden_1", "output"])
def test_a_sign_error_in_one_gradient_of_a_dense_layer_is_named_alone(key, layer, monkeypatch):
    plant(monkeypatch, scratch.Dense, "backward", change_grad(key, np.negative), layer)
    assert_opposite(findings(network(), *batch()), {f"{layer}.{key}"})


@pytest.mark.parametrize(("layer", "names"), [("hidden_1", {"input"}), ("output", FIRST)])
def test_a_sign_error_in_what_a_dense_layer_hands_back_is_named_before_it(layer, names, monkeypatch):
    plant(monkeypatch, scratch.Dense, "backward", negated, layer)
    assert_opposite(findings(network(), *batch()), names)


@pytest.mark.parametrize("cls", [scratch.L1, scratch.L2])
def test_a_sign_error_in_a_regulariser_is_named(cls, monkeypatch):
    net, (X, y) = network(regularizer=cls(0.1)), batch()
    scratch.check_gradients(net, X, y)
    plant(monkeypatch, cls, "gradient", negated)
    assert set(findings(net, X, y)) == {"hidden_1.kernel"}
    assert_opposite(findings(net, 0 * X, y), {"hidden_1.kernel"})  # only the penalty acts on the kernel


@pytest.mark.parametrize("make", [lambda: scratch.Dropout(0.5), lambda: scratch.Activation("gelu")])
def test_a_sign_error_in_a_layer_without_parameters_is_named_before_it(make, monkeypatch):
    net, (X, y) = network(middle=[make()]), batch()
    scratch.check_gradients(net, X, y)
    plant(monkeypatch, type(make()), "backward", negated)
    assert_opposite(findings(net, X, y), FIRST)


@pytest.mark.parametrize("key", ["gamma", "beta"])
def test_a_sign_error_in_a_normalisation_is_named_alone(key, monkeypatch):
    net, (X, y) = network(middle=[scratch.BatchNormalization()]), batch()
    scratch.check_gradients(net, X, y)
    plant(monkeypatch, scratch.BatchNormalization, "backward", change_grad(key, np.negative))
    found = findings(net, X, y)
    assert_opposite(found, {name for name in net.parameters if name.endswith(f".{key}")})


def test_a_sign_error_in_what_a_normalisation_hands_back_is_named_before_it(monkeypatch):
    plant(monkeypatch, scratch.BatchNormalization, "backward", negated)
    assert_opposite(findings(network(middle=[scratch.BatchNormalization()]), *batch()), FIRST)


def test_sign_errors_in_and_around_a_residual_are_named(monkeypatch):
    net = network(middle=[scratch.Residual([scratch.Dense(4, "tanh", name="inner")])])
    inside = {name for name in net.parameters if ".inner." in name}
    scratch.check_gradients(net, *batch())
    with monkeypatch.context() as patch:
        plant(patch, scratch.Residual, "backward", negated)
        assert_opposite(findings(net, *batch()), FIRST)
    with monkeypatch.context() as patch:  # the bridge is forgotten in the backward pass
        right = scratch.Residual.backward
        patch.setattr(scratch.Residual, "backward", lambda self, u: right(self, u) - u)
        assert set(findings(net, *batch())) == FIRST
    for key in ("kernel", "bias"):
        with monkeypatch.context() as patch:
            plant(patch, scratch.Dense, "backward", change_grad(key, np.negative), "inner")
            assert_opposite(findings(net, *batch()), {name for name in inside if name.endswith(key)})


# --- other faults ------------------------------------------------------------------------------------------

ZERO, DOUBLE = "every entry is (0|zero)", "twice the right|2 times too large"
FACTORS = {
    N: f"the division by the number of rows [(]{N}[)] is missing",
    1 / N: f"the division by the number of rows [(]{N}[)] is done twice",
    2: DOUBLE,
    0.5: "half",
    0.3: "0.3 times the right gradient everywhere",
    0: ZERO,
}


@pytest.mark.parametrize(("factor", "words"), FACTORS.items())
def test_a_wrong_factor_in_the_loss_is_named_everywhere(factor, words, monkeypatch):
    plant(monkeypatch, scratch.BinaryCrossentropy, LOSS_GRADIENT, lambda self, g: factor * g)
    found = findings(network(loss=scratch.BinaryCrossentropy(from_logits=True)), *batch())
    assert set(found) == ALL and all(re.search(words, text) for text in found.values()), found


FAULTS = {
    "transposed": (lambda g: g.T.copy(), "transposed"),
    "zeros": (np.zeros_like, ZERO),
    "NaN": (lambda g: g * np.nan, "NaN"),
    "first column": (lambda g: g * [-1, 1, 1, 1], "column"),
    "second row": (lambda g: g * [[1], [-1], [1]], "row"),
    "one entry": (lambda g: g + 0.001 * (np.indices(g.shape).sum(0) == 5), "[(]2, 3[)]"),
}


@pytest.mark.parametrize(("change", "words"), FAULTS.values(), ids=FAULTS)
def test_other_faults_of_one_gradient_are_explained(change, words, monkeypatch):
    plant(monkeypatch, scratch.Dense, "backward", change_grad("kernel", change), "hidden_1")
    found = findings(network(), *batch())
    assert set(found) == {"hidden_1.kernel"} and re.search(words, found["hidden_1.kernel"]), found


def test_dropout_that_forgets_its_scale_in_the_backward_pass_is_found(monkeypatch):
    plant(monkeypatch, scratch.Dropout, "backward", lambda self, result: 0.5 * result)
    found = findings(network(middle=[scratch.Dropout(0.5)]), *batch())
    assert set(found) == FIRST and all("half" in text for text in found.values())


def test_a_normalisation_that_takes_mean_and_variance_as_constants_is_found(monkeypatch):
    scale = {}

    def backward(self, upstream):
        right(self, upstream)  # fills grads
        return upstream * self.params["gamma"] / scale["deviation"]

    net, (X, y) = network(middle=[scratch.BatchNormalization()]), batch()
    hidden = np.tanh(X @ net.parameters["hidden_1.kernel"] + net.parameters["hidden_1.bias"])
    scale["deviation"] = np.sqrt(hidden.var(axis=0) + 1e-3)
    right = scratch.BatchNormalization.backward
    monkeypatch.setattr(scratch.BatchNormalization, "backward", backward)
    assert {"hidden_1.kernel", "hidden_1.bias"} <= set(findings(net, X, y)) <= FIRST


EXPECTED = np.array([[1.0, -2.0, 3.0], [-0.5, 4.0, 0.25]])
DIAGNOSES = {
    "transposed": (EXPECTED.T, 9, "transposed"),
    "wrong shape": (EXPECTED[:, :2], 9, "shape"),
    "NaN": (np.where(EXPECTED == 4, np.nan, EXPECTED), 9, "NaN"),
    "zeros": (0 * EXPECTED, 9, ZERO),
    "sign": (-EXPECTED, 9, "kernel: every entry has the opposite sign"),
    "sign of a column": (EXPECTED * [1, -1, 1], 9, "column"),
    "sign of a row": (EXPECTED * [[1], [-1]], 9, "row"),
    "missing mean": (9 * EXPECTED, 9, "the division by the number of rows [(]9[)] is missing"),
    "two means": (EXPECTED / 9, 9, "the division by the number of rows [(]9[)] is done twice"),
    "rows before two": (2 * EXPECTED, 2, "the division by the number of rows [(]2[)] is missing"),
    "double": (2 * EXPECTED, 9, DOUBLE),
    "half": (EXPECTED / 2, 9, "half"),
    "factor": (0.3 * EXPECTED, 9, "0.3 times the right gradient"),
    "no rows given": (9 * EXPECTED, None, "9 times the right gradient"),
    "one entry": (EXPECTED + 0.01 * (EXPECTED == 4), 9, "differs by at most"),
    "place": (EXPECTED + 0.01 * (EXPECTED == 4), 9, "[(]1, 1[)]"),
    "relative": (EXPECTED + 0.01 * (EXPECTED == 4), 9, "0.0025|2.5e-0?3"),
}


@pytest.mark.parametrize(("mine", "rows", "words"), DIAGNOSES.values(), ids=DIAGNOSES)
def test_each_diagnosis(mine, rows, words):
    sentence = scratch.explain_gradient("kernel", mine, EXPECTED, n_rows=rows)
    assert sentence.startswith("kernel") and re.search(words, sentence)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 999), error=st.floats(-1, 1), scale=st.sampled_from([1e-4, 1.0, 1e4]))
def test_a_gradient_is_accepted_exactly_within_the_tolerance(seed, error, scale):
    expected = scale * np.random.default_rng(seed).normal(size=(3, 4))
    mine = expected.copy()
    mine[1, 2] += error * np.abs(expected).max()
    if abs(error) <= 0.9e-6:
        assert scratch.explain_gradient("kernel", mine, expected) is None
    elif abs(error) > 1.1e-6:
        assert scratch.explain_gradient("kernel", mine, expected).startswith("kernel")
    assert scratch.explain_gradient("kernel", mine, expected, rtol=1.01) is None


def test_one_wrong_gradient_is_counted_and_the_error_is_an_assertion(monkeypatch):
    plant(monkeypatch, scratch.Dense, "backward", change_grad("bias", np.negative), "output")
    with pytest.raises(AssertionError, match=r"1 of 5 gradients .*:\n.*output\.bias: every entry"):
        scratch.check_gradients(network(), *batch())
    assert scratch.explain_gradient("bias", np.zeros(3), np.zeros(3)) is None


# --- optimisers --------------------------------------------------------------------------------------------


class Own:
    """Steps written out, with room for faults: `apply` as the package's optimisers, other state."""

    def __init__(self, step):
        self.step, self.iterations, self.memory = step, 0, {}

    def apply(self, params, grads):
        self.iterations += 1
        for i, (param, grad) in enumerate(zip(params, grads, strict=True)):
            m, v = self.memory.get(i, (0.0, 0.0))
            delta, *self.memory[i] = self.step(grad, m, v, self.iterations)
            param += delta


def momentum(sign):
    def step(grad, m, v, t):
        m = sign * 0.875 * m - 0.05 * grad
        return m, m, v

    return step


def adam(corrected=True, inside=False):
    def step(grad, m, v, t):
        m, v = 0.875 * m + 0.125 * grad, 0.75 * v + 0.25 * grad**2
        alpha = 0.01 * (np.sqrt(1 - 0.75**t) / (1 - 0.875**t) if corrected else 1)
        root = np.sqrt(v + 2**-10) if inside else np.sqrt(v) + 2**-10
        return -alpha * m / root, m, v

    return step


BETAS = {"beta_1": 0.875, "beta_2": 0.75, "epsilon": 2**-10}
OPTIMIZERS = {
    "right momentum": (momentum(1), lambda lib: lib.SGD(0.05, momentum=0.875), None),
    "sign of the momentum": (momentum(-1), lambda lib: lib.SGD(0.05, momentum=0.875), "step 1: "),
    "momentum against Nesterov": (momentum(1), lambda lib: lib.SGD(0.05, 0.875, nesterov=True), "step 0: "),
    "right Adam": (adam(), lambda lib: lib.Adam(0.01, **BETAS), None),
    "no bias correction": (adam(corrected=False), lambda lib: lib.Adam(0.01, **BETAS), "step 0: "),
    "epsilon under the root": (adam(inside=True), lambda lib: lib.Adam(0.01, **BETAS), "step 0: "),
    "no weight decay": (adam(), lambda lib: lib.AdamW(0.01, **BETAS), "step 0: "),
}


@pytest.mark.parametrize(("step", "theirs", "caught"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_the_comparison_with_keras_catches_a_wrong_optimiser(step, theirs, caught):
    if caught is None:
        return assert_same_steps(Own(step), theirs, dtype="float64", rtol=1e-10, steps=10)
    with pytest.raises(AssertionError, match=caught):
        assert_same_steps(Own(step), theirs, dtype="float64", rtol=1e-10, steps=10)
