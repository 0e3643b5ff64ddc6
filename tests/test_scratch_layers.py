"""Layers, whole networks and the gradient check, against Keras with the same weights and by properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch_reference import (
    KERAS,
    RTOL,
    assert_close,
    central,
    error_naming,
    floatx,
    keras_gradients,
    keras_twin,
    perturbed,
    tf,
)

from mktutils import scratch

both_types = pytest.mark.parametrize("dtype", ["float32", "float64"])


def data(kind, dtype="float64", n=12, seed=0):
    """Return four inputs and labels: numbers, 0/1, or one-hot in three classes."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    labels = {"numbers": X[:, :1] - X[:, 1:2] ** 2, "labels": (X[:, 0] > 0.3).astype(float)[:, None]}
    y = labels[kind] if kind in labels else np.eye(3)[rng.integers(0, 3, n)]
    return X.astype(dtype), y.astype(dtype)


# --- single layers -----------------------------------------------------------------------------------------

LAYERS = {
    "dense": lambda lib: lib.Dense(5),
    "dense gelu": lambda lib: lib.Dense(5, activation="gelu"),
    "dense softmax": lambda lib: lib.Dense(5, activation="softmax"),
    "activation": lambda lib: lib.Activation("leaky_relu"),
    "batch normalisation": lambda lib: lib.BatchNormalization(momentum=0.75, epsilon=2**-7),
    "residual": lambda lib: lib.Residual([lib.Dense(6, activation="tanh"), lib.Dense(4)]),
    "residual normalised": lambda lib: lib.Residual(
        [lib.BatchNormalization(epsilon=2**-7), lib.Dense(4, "tanh")]
    ),
}


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("training", [True, False])
@both_types
def test_layer_forward_and_backward_equal_keras(make, training, dtype):
    rng = np.random.default_rng(0)
    X, layer = data("numbers", dtype)[0], make(scratch)
    units = layer.build(4, rng, dtype)
    for array in layer.params.values():
        array += (0.3 * rng.normal(size=array.shape)).astype(dtype)
    assert all(array.dtype == dtype for array in layer.params.values())
    upstream = rng.normal(size=(12, units)).astype(dtype)
    weights = list(layer.params.values())
    if "gamma" in " ".join(layer.params):  # Keras keeps mean and variance after gamma and beta: still 0 and 1
        weights[2:2] = [np.zeros(4), np.ones(4)]
    with floatx(dtype), tf.GradientTape() as tape:
        twin, x = keras_twin(lambda lib: [make(lib)], 4, weights), tf.constant(X)
        tape.watch(x)
        expected = twin(x, training=training)
    theirs = tape.gradient(expected, [x, *twin.trainable_variables], tf.constant(upstream))
    rounded = any(name in str(make.__code__.co_consts) for name in ("gelu", "leaky"))
    rtol = 1e-7 if rounded and dtype == "float64" else RTOL[dtype]
    output = layer.forward(X, training=training)
    mine = [layer.backward(upstream), *layer.grads.values()]
    assert list(layer.grads) == list(layer.params) and layer.penalty() == 0
    assert output.dtype == mine[0].dtype == dtype and output.shape == (12, units)
    assert_close(output, expected.numpy(), rtol)
    for gradient, reference in zip(mine, theirs, strict=True):
        assert gradient.dtype == dtype
        assert_close(gradient, reference.numpy(), rtol)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(sorted(LAYERS)), st.floats(-3, 3), st.integers(0, 99))
def test_backward_is_linear_in_upstream(name, factor, seed):
    layer, X = LAYERS[name](scratch), data("numbers", seed=seed)[0]
    units = layer.build(4, np.random.default_rng(seed), "float64")
    one, two = np.random.default_rng(seed).normal(size=(2, 12, units))
    layer.forward(X, training=True)
    parts = layer.backward(one) + factor * layer.backward(two)
    assert_close(layer.backward(one + factor * two), parts, 1e-9, atol=1e-11)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_dropout_keeps_the_expectation_and_is_the_identity_in_prediction(rate):
    layer, X = scratch.Dropout(rate, seed=0), np.full((400, 250), 2.0, "float32")
    assert layer.build(250, np.random.default_rng(0), "float32") == 250
    assert layer.forward(X) is X or (layer.forward(X) == X).all()
    Y = layer.forward(X, training=True)
    assert Y.dtype == np.float32 and set(np.unique(Y)) == {np.float32(0), np.float32(2 / (1 - rate))}
    assert (Y == 0).mean() == pytest.approx(rate, abs=0.01)
    assert Y.mean() == pytest.approx(2, rel=0.02)
    assert_close(layer.backward(np.ones_like(X)), Y / 2, 1e-6)  # the mask of the forward pass, and its scale
    assert (layer.forward(X, training=True) != Y).any()  # a new mask each time


def test_batch_normalisation_centres_scales_and_remembers():
    layer, X = scratch.BatchNormalization(momentum=0.9), 5 + 3 * data("numbers", n=50)[0]
    layer.build(4, np.random.default_rng(0), "float64")
    Y = layer.forward(X, training=True)
    assert Y.mean(axis=0) == pytest.approx(0, abs=1e-12) and Y.std(axis=0) == pytest.approx(1, rel=1e-3)
    assert layer.state["moving_mean"] == pytest.approx(0.1 * X.mean(axis=0))
    assert layer.state["moving_variance"] == pytest.approx(0.9 + 0.1 * X.var(axis=0))  # biased
    expected = (X - 0.1 * X.mean(axis=0)) / np.sqrt(0.9 + 0.1 * X.var(axis=0) + 1e-3)
    assert_close(layer.forward(X), expected, 1e-12)


def test_layers_name_what_is_wrong():
    dense = scratch.Dense(2, name="hidden_1")
    dense.build(65, np.random.default_rng(0), "float32")
    with error_naming("forward", kind=RuntimeError):
        dense.backward(np.zeros((3, 2), "float32"))
    with error_naming("hidden_1 expects 65 columns; got 64"):
        dense.forward(np.zeros((3, 64), "float32"))
    with error_naming("4", "5"):
        scratch.Residual([scratch.Dense(5)]).build(4, np.random.default_rng(0), "float32")


# --- networks ----------------------------------------------------------------------------------------------

NETWORKS = {
    "logits": (
        lambda lib: [lib.Dense(5, activation="tanh"), lib.Dense(1)],
        lambda lib: lib.BinaryCrossentropy(from_logits=True),
        "labels",
    ),
    "probabilities": (
        lambda lib: [lib.Dense(5, activation="relu"), lib.Dense(1, activation="sigmoid")],
        lambda lib: lib.BinaryCrossentropy(),
        "labels",
    ),
    "classes": (
        lambda lib: [lib.Dense(6), lib.Activation("sigmoid"), lib.Dense(3, activation="softmax")],
        lambda lib: lib.CategoricalCrossentropy(),
        "classes",
    ),
    "regularised": (
        lambda lib: [
            lib.Dense(6, activation="relu", kernel_regularizer=lib.L1(0.03125)),
            lib.Dense(3, kernel_regularizer=lib.L2(0.0625)),
        ],
        lambda lib: lib.CategoricalCrossentropy(from_logits=True, reduction="sum"),
        "classes",
    ),
    "deep": (
        lambda lib: [
            lib.Dense(6, activation="tanh"),
            lib.BatchNormalization(momentum=0.875, epsilon=2**-7),
            lib.Residual(
                [lib.Dense(5, "relu"), lib.BatchNormalization(momentum=0.5, epsilon=2**-7), lib.Dense(6)]
            ),
            lib.Dense(5, "tanh", kernel_regularizer=lib.L2(0.125)),
            lib.Dropout(0.0),
            lib.Dense(1),
        ],
        lambda lib: lib.Huber(),
        "numbers",
    ),
}
each_network = pytest.mark.parametrize(("stack", "loss", "kind"), NETWORKS.values(), ids=NETWORKS)


@each_network
@pytest.mark.parametrize("weighted", [False, True])
@both_types
def test_network_equals_keras(stack, loss, kind, weighted, dtype):
    X, y = data(kind, dtype)
    weight = np.linspace(0, 2, 12).astype(dtype) if weighted else None
    network = perturbed(scratch.Network(stack(scratch), loss=loss(scratch), dtype=dtype), 4)
    with floatx(dtype):
        twin, keras_loss = keras_twin(stack, 4, network.get_weights()), loss(KERAS)
        value, gradients = network.loss_and_gradients(X, y, sample_weight=weight)
        expected, theirs = keras_gradients(twin, keras_loss, X, y, weight)
        assert isinstance(value, float) and value == pytest.approx(expected, rel=RTOL[dtype])
        assert list(gradients) == list(network.parameters)
        for (name, gradient), reference in zip(gradients.items(), theirs, strict=True):
            assert gradient.dtype == dtype
            # A bias before a batch normalisation has no influence: its gradient is 0 up to rounding.
            assert_close(gradient, reference, RTOL[dtype], name, atol=0.01 * RTOL[dtype])
        for mine, reference in zip(network.get_weights(), twin.get_weights(), strict=True):
            assert_close(mine, reference, RTOL[dtype])  # moving mean and variance too
        output = network.predict(X)
        assert output.dtype == dtype
        assert_close(output, twin(X, training=False).numpy(), RTOL[dtype])
        assert_close(network.forward(X, training=False), output, RTOL[dtype])
        expected = keras_gradients(twin, keras_loss, X, y, weight, training=False)[0]
        assert network.evaluate(X, y, sample_weight=weight) == pytest.approx(expected, rel=RTOL[dtype])


def test_weights_after_training_batches_with_normalisation_equal_keras():
    stack, _, _ = NETWORKS["deep"]
    X, y = data("numbers", n=60)
    optimizer = scratch.SGD(0.05)
    loss = scratch.MeanSquaredError()
    network = perturbed(scratch.Network(stack(scratch), loss=loss, optimizer=optimizer, dtype="float64"), 4)
    with floatx("float64"):
        twin = keras_twin(stack, 4, network.get_weights())
        twin.compile(KERAS.SGD(0.05), KERAS.MeanSquaredError(), run_eagerly=True)
        for start in range(0, 60, 12):
            rows = slice(start, start + 12)
            mine, theirs = network.train_on_batch(X[rows], y[rows]), twin.train_on_batch(X[rows], y[rows])
            assert mine == pytest.approx(float(theirs), rel=1e-6)  # Keras returns float32
        for mine, reference in zip(network.get_weights(), twin.get_weights(), strict=True):
            assert_close(mine, reference, 1e-8)
        assert_close(network.predict(X), twin(X, training=False).numpy(), 1e-8)


def small(*layers, loss=None, **options):
    layers = list(layers) or [scratch.Dense(3, activation="tanh"), scratch.Dense(1)]
    return scratch.Network(layers, loss=loss or scratch.MeanSquaredError(), **options)


def test_predicting_in_batches_equals_one_forward_pass():
    network, X = small(scratch.Dense(4), scratch.BatchNormalization(), scratch.Dense(2)), data("numbers")[0]
    assert network.predict(X, batch_size=5).shape == (12, 2)
    assert_close(network.predict(X, batch_size=5), network.forward(X.astype("float32")), 1e-6)


def test_weights_are_drawn_once_from_the_seed_with_keras_names():
    network, X = small(seed=4).build(4), data("numbers")[0]
    names = ["dense.kernel", "dense.bias", "dense_1.kernel", "dense_1.bias"]
    assert list(network.parameters) == names and network.build(4) is network
    assert all(array.dtype == np.float32 for array in network.parameters.values())
    for seed, same in [(4, True), (5, False)]:
        other = small(seed=seed)
        other.forward(X.astype("float32"))  # builds
        assert (other.parameters["dense.kernel"] == network.parameters["dense.kernel"]).all() == same
    block = small(scratch.Dense(4), scratch.Residual([scratch.Dense(4, name="inner")])).build(4)
    inside = [name.split(".", 1) for name in block.parameters if ".inner." in name]
    assert [last for _, last in inside] == ["inner.kernel", "inner.bias"]
    assert all(first.startswith("residual") for first, _ in inside)


def test_parameters_are_live_and_get_weights_are_copies():
    network, X = small().build(4), data("numbers", "float32")[0]
    weights, before = network.get_weights(), network.forward(X)
    weights[0][:] = 0
    assert (network.forward(X) == before).all()
    network.parameters["dense_1.bias"][:] += 1
    assert_close(network.forward(X), before + 1, 1e-6)
    network.set_weights([0 * w for w in weights])
    assert not network.forward(X).any()
    with error_naming("3", "4"):
        network.set_weights(weights[:3])
    with error_naming("(4, 3)", "(3, 4)"):
        network.set_weights([weights[0].T, *weights[1:]])


TWICE = {
    "sigmoid": ([scratch.Dense(1, activation="sigmoid")], scratch.BinaryCrossentropy),
    "own layer": ([scratch.Dense(1), scratch.Activation("sigmoid")], scratch.BinaryCrossentropy),
    "softmax": ([scratch.Dense(3, activation="softmax")], scratch.CategoricalCrossentropy),
}


@pytest.mark.parametrize(("layers", "loss"), TWICE.values(), ids=TWICE)
def test_a_sigmoid_before_a_loss_from_logits_is_refused(layers, loss):
    with error_naming("twice", "from_logits=False"):
        scratch.Network(layers, loss=loss(from_logits=True))


@pytest.mark.parametrize("loss", [scratch.BinaryCrossentropy(), scratch.CategoricalCrossentropy()])
def test_logits_before_a_loss_from_probabilities_are_refused(loss):
    with error_naming("from_logits=True"):
        scratch.Network([scratch.Dense(3)], loss=loss)


SETTINGS = {
    "units": lambda: scratch.Dense(0),
    "rate": lambda: scratch.Dropout(1.0),
    "momentum": lambda: scratch.BatchNormalization(momentum=1.5),
    "epsilon": lambda: scratch.BatchNormalization(epsilon=0.0),
    "reduction": lambda: scratch.MeanSquaredError(reduction="average"),
    "delta": lambda: scratch.Huber(delta=0.0),
    "dtype": lambda: small(dtype="float16"),
    "patience": lambda: scratch.EarlyStopping(patience=-1),
    "decay_steps": lambda: scratch.ExponentialDecay(0.1, 0, 0.5),
    "values": lambda: scratch.PiecewiseConstantDecay([1, 2], [0.1, 0.2]),
    "layer": lambda: scratch.Network([], loss=scratch.MeanSquaredError()),
    "beta_1": lambda: scratch.Adam(beta_1=1.0),
    "rows": lambda: scratch.Network(["rows"], loss=scratch.MeanSquaredError()),
    "same": lambda: small(scratch.Dense(1, name="same"), scratch.Dense(1, name="same")),
    "optimiser": lambda: small().fit(*data("numbers")),
    "global_clipnorm": lambda: scratch.SGD(global_clipnorm=-1.0),
    "weight_decay": lambda: scratch.AdamW(weight_decay=-1.0),
}


@pytest.mark.parametrize(("name", "make"), SETTINGS.items(), ids=SETTINGS)
def test_settings_that_make_no_sense_are_named(name, make):
    with error_naming(name):
        make()


# --- gradient check ----------------------------------------------------------------------------------------


def test_numerical_gradient_equals_the_closed_form_and_restores_its_argument():
    x = np.random.default_rng(0).normal(size=(3, 4))
    before = x.copy()
    gradient = scratch.numerical_gradient(lambda a: float(np.sin(a).sum() + (a**2).sum()), x)
    assert_close(gradient, np.cos(x) + 2 * x, 1e-10)
    assert (x == before).all() and gradient.dtype == np.float64
    for wrong in (x.astype("float32"), np.ones(3, dtype=int)):
        with error_naming("float64"):
            scratch.numerical_gradient(np.sum, wrong)


SMOOTH = {
    "dropout": [scratch.Dense(5, "tanh"), scratch.Dropout(0.4), scratch.Dense(1)],
    "own seed": [scratch.Dense(5, "gelu"), scratch.Dropout(0.4, seed=1), scratch.Dense(1)],
    "normalised": [scratch.Dense(5, "sigmoid"), scratch.BatchNormalization(), scratch.Dense(1)],
    "first normalised": [scratch.BatchNormalization(), scratch.Dense(1, kernel_regularizer=scratch.L2(0.1))],
    "residual": [
        scratch.Dense(4, "tanh", kernel_regularizer=scratch.L2(0.1)),
        scratch.Residual([scratch.Dense(5, "gelu"), scratch.Dropout(0.2), scratch.Dense(4)]),
        scratch.Dense(1, kernel_regularizer=scratch.L1(0.01)),
    ],
}


@pytest.mark.parametrize("layers", SMOOTH.values(), ids=SMOOTH)
def test_gradients_of_smooth_stacks_pass_and_leave_no_trace(layers):
    X, y = data("labels")
    loss = scratch.BinaryCrossentropy(from_logits=True)
    network = perturbed(scratch.Network(layers, loss=loss, dtype="float64"), 4)
    before = network.get_weights()
    errors = scratch.check_gradients(network, X, y, sample_weight=np.where(y[:, 0] == 1, 5.0, 1.0))
    assert set(errors) == {*network.parameters, "input"}
    assert max(errors.values()) <= 1e-9
    for mine, reference in zip(network.get_weights(), before, strict=True):
        assert (mine == reference).all()  # moving mean and variance too


@settings(max_examples=15, deadline=None)
@given(
    widths=st.lists(st.integers(1, 6), max_size=3),
    activation=st.sampled_from(["tanh", "sigmoid", "gelu", "linear", "softmax"]),
    case=st.sampled_from(["logits", "probabilities"]),
    seed=st.integers(0, 999),
)
def test_gradients_of_random_smooth_networks_pass(widths, activation, case, seed):
    last, loss = ("sigmoid", False) if case == "probabilities" else (None, True)
    layers = [scratch.Dense(width, activation) for width in widths] + [scratch.Dense(1, last)]
    loss = scratch.BinaryCrossentropy(from_logits=loss)
    network = perturbed(scratch.Network(layers, loss=loss, seed=seed, dtype="float64"), 4, seed)
    scratch.check_gradients(network, *data("labels", n=5, seed=seed))


def test_a_gradient_of_zero_passes():
    # The batch normalisation subtracts the bias again: both gradients are 0 up to rounding.
    network = small(scratch.Dense(5), scratch.BatchNormalization(), scratch.Dense(1), dtype="float64")
    X, y = data("numbers")
    scratch.check_gradients(perturbed(network, 4), X, y)
    zero = small(dtype="float64").build(4)
    zero.set_weights([0 * w for w in zero.get_weights()])  # no gradient reaches the first layer
    scratch.check_gradients(zero, X, y)


def test_the_gradient_of_the_input_agrees_with_differences():
    layers, loss = [scratch.Dense(3, "tanh"), scratch.Dense(1)], scratch.MeanSquaredError()
    network, (X, y) = perturbed(small(*layers, loss=loss, dtype="float64"), 4), data("numbers", n=3)
    upstream = loss.gradient(y, network.forward(X, training=True))
    for layer in reversed(layers):
        upstream = layer.backward(upstream)
    assert_close(upstream, central(lambda x: network.evaluate(x, y), X, h=1e-3), 1e-9)
    assert scratch.check_gradients(network, X, y)["input"] <= 1e-9


def test_the_check_needs_float64():
    with error_naming("float64"):
        scratch.check_gradients(small().build(4), *data("numbers"))


@pytest.mark.parametrize("layer", [scratch.Dense(2), scratch.BatchNormalization()])
def test_a_layer_that_was_not_built_says_so(layer):
    with pytest.raises(RuntimeError, match="call build"):
        layer.forward(np.ones((3, 2)))
