"""Recurrent layers, embeddings and masks against Keras and finite differences; planted faults are caught."""

import inspect
import sys
import textwrap

import numpy as np
import pytest
from scratch_reference import (
    KERAS,
    RTOL,
    assert_close,
    central,
    error_naming,
    floatx,
    keras,
    tf,
)

from mktutils import scratch

FEATURES, UNITS = 3, 4
LAYERS = {
    "SimpleRNN": lambda lib, **s: lib.SimpleRNN(UNITS, **s),
    "GRU": lambda lib, **s: lib.GRU(UNITS, **s),
    "GRU, reset before": lambda lib, **s: lib.GRU(UNITS, reset_after=False, **s),
    "LSTM": lambda lib, **s: lib.LSTM(UNITS, **s),
}
FORMS = [  # batch, steps, padding
    (1, 1, None),
    (5, 1, "middle"),
    (5, 7, None),
    (1, 12, None),
    (5, 7, "right"),
    (5, 7, "left"),
    (5, 12, "middle"),
    (1, 5, "right"),
    (5, 3, "all"),
]
each_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
each_form = pytest.mark.parametrize(("n", "steps", "padding"), FORMS)
both_outputs = pytest.mark.parametrize("sequences", [False, True], ids=["last", "sequences"])


def padded(n, steps, padding, seed=0):
    """Return a mask with this padding: rows of different lengths, the last row all masked for "all"."""
    if padding is None:
        return None
    place, length = np.arange(steps), np.random.default_rng(seed).integers(1, steps + 1, (n, 1))
    if padding == "right":
        return place < length
    if padding == "left":
        return place >= steps - length
    mask = np.random.default_rng(seed).random((n, steps)) < 0.6
    if padding == "all":
        mask[-1] = False
    return mask


def built(make, dtype="float64", steps=7, seed=0, **settings):
    """Return a layer of scratch with every weight moved, so that no bias is 0."""
    layer, rng = make(scratch, **settings), np.random.default_rng(seed)
    layer.build((steps, FEATURES), rng, np.dtype(dtype))
    for array in layer.params.values():
        array += (0.4 * rng.normal(size=array.shape)).astype(dtype)
    return layer


def problem(layer, n, steps, dtype="float64", seed=1):
    """Return X, and upstream with the shape of the layer's output."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, steps, FEATURES)).astype(dtype)
    shape = (n, steps, UNITS) if layer.return_sequences else (n, UNITS)
    return X, rng.normal(size=shape).astype(dtype)


def keras_pass(make, weights, X, mask, upstream):
    """Return Keras' output and gradients, dL/dX first, for a layer with these weights."""
    with floatx(str(X.dtype)):
        twin = make(KERAS, return_sequences=upstream.ndim == 3)
        twin.build(X.shape)
        twin.set_weights(weights)
        inputs, masks = tf.constant(X), None if mask is None else tf.constant(mask)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            output = twin(inputs, mask=masks)
        gradients = tape.gradient(output, [inputs, *twin.trainable_variables], tf.constant(upstream))
    return output.numpy(), [np.asarray(g) for g in gradients]


def assert_equals_keras(layer, make, X, upstream, mask=None, reference=None):
    """Compare output, dL/dX and the gradient of every weight; an AssertionError names what differs.

    reference: what `keras_pass` returned, when it is not to be computed again from the layer's weights.
    """
    rtol = RTOL[str(X.dtype)]
    expected, gradients = reference or keras_pass(make, list(layer.params.values()), X, mask, upstream)
    output = layer.forward(X, mask=mask)
    mine = {"input": layer.backward(upstream)} | layer.grads
    assert output.dtype == X.dtype
    assert_close(output, expected, rtol, "output")
    for (name, gradient), theirs in zip(mine.items(), gradients, strict=True):
        assert gradient.dtype == X.dtype
        assert_close(gradient, theirs, rtol, name)


# --- one layer against Keras and against finite differences ------------------------------------------------


@each_layer
@each_form
@both_outputs
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_layer_equals_keras(make, n, steps, padding, sequences, dtype):
    layer = built(make, dtype, steps, return_sequences=sequences)
    X, upstream = problem(layer, n, steps, dtype)
    assert_equals_keras(layer, make, X, upstream, padded(n, steps, padding))


@each_layer
@pytest.mark.parametrize(("n", "steps", "padding"), [(1, 2, None), (3, 4, "right"), (2, 5, "middle")])
@both_outputs
def test_every_gradient_equals_finite_differences(make, n, steps, padding, sequences):
    layer, mask = built(make, return_sequences=sequences), padded(n, steps, padding)
    X, upstream = problem(layer, n, steps)

    def loss(_):
        return float((layer.forward(X, mask=mask) * upstream).sum())

    loss(None)
    mine = {"input": layer.backward(upstream)} | layer.grads
    for name, array in {"input": X, **layer.params}.items():
        assert_close(mine[name], scratch.numerical_gradient(loss, array), 1e-7, name, atol=1e-10)


@each_layer
@pytest.mark.parametrize(
    "settings", [{"activation": "sigmoid"}, {"activation": "linear", "recurrent_activation": "tanh"}]
)
def test_activations_reach_the_cell(make, settings):
    if make is LAYERS["SimpleRNN"]:
        settings = {"activation": settings["activation"]}  # it has no gates

    def other(lib, **more):
        return make(lib, **settings, **more)

    layer = built(other)
    assert_equals_keras(layer, other, *problem(layer, 5, 4))


def test_a_second_layer_on_top_gets_all_outputs():
    lower, upper = built(LAYERS["GRU"], return_sequences=True), scratch.LSTM(2)
    upper.build((6, UNITS), np.random.default_rng(0), np.dtype("float64"))
    X = problem(lower, 3, 6)[0]
    mask = padded(3, 6, "left")

    def loss(x):
        return float(upper.forward(lower.forward(x, mask=mask), mask=lower.compute_mask(x, mask)).sum())

    loss(X)
    mine = lower.backward(upper.backward(np.ones((3, 2))))
    assert_close(mine, central(loss, X), 1e-7)


@each_layer
def test_weights_start_as_in_keras(make):
    layer, twin = make(scratch), make(KERAS)
    assert layer.build((7, FEATURES), np.random.default_rng(0), np.dtype("float32")) == UNITS
    twin.build((None, 7, FEATURES))
    assert list(layer.params) == ["kernel", "recurrent_kernel", "bias"]
    for mine, reference in zip(layer.weights, twin.get_weights(), strict=True):
        assert mine.shape == reference.shape and mine.dtype == reference.dtype
    kernel, recurrent, bias = layer.weights
    assert_close(bias, twin.get_weights()[2], 0)  # 0; 1 for the forget gate of an LSTM
    assert_close(recurrent @ recurrent.T, np.eye(UNITS), 1e-6)
    assert np.abs(kernel).max() <= np.sqrt(6 / sum(kernel.shape))
    plain = scratch.LSTM(2, unit_forget_bias=False)
    plain.build((7, FEATURES), np.random.default_rng(0), np.dtype("float32"))
    assert not plain.params["bias"].any()


# --- masks -------------------------------------------------------------------------------------------------


@each_layer
@pytest.mark.parametrize("padding", ["left", "right", "middle", "all"])
def test_a_masked_step_changes_nothing_and_gets_no_gradient(make, padding):
    layer, mask = built(make, return_sequences=True), padded(5, 7, padding)
    X, upstream = problem(layer, 5, 7)
    output = layer.forward(X, mask=mask)
    gradient = layer.backward(upstream)
    weights = {key: g.copy() for key, g in layer.grads.items()}
    before = np.concatenate([np.zeros((5, 1, UNITS)), output[:, :-1]], axis=1)
    assert not mask.all() and (output[~mask] == before[~mask]).all()
    assert not gradient[~mask].any() and gradient[mask].all()
    X[~mask] = 99
    assert (layer.forward(X, mask=mask) == output).all() and (layer.backward(upstream) == gradient).all()
    assert all((layer.grads[key] == g).all() for key, g in weights.items())


@each_layer
def test_padding_anywhere_gives_what_the_shorter_sequence_gives(make):
    layer = built(make)
    X, _ = problem(layer, 2, 4)
    expected = layer.forward(X)
    for places in ([0, 1, 2, 3], [3, 4, 5, 6], [0, 2, 3, 6]):
        longer, mask = np.full((2, 7, FEATURES), 5.0), np.zeros((2, 7), bool)
        longer[:, places], mask[:, places] = X, True
        assert_close(layer.forward(longer, mask=mask), expected, 1e-12)


@each_layer
def test_an_all_masked_row_stays_at_zero_and_a_full_mask_is_no_mask(make):
    layer = built(make)
    X, upstream = problem(layer, 3, 5)
    mask = np.array([[True] * 5, [False] * 5, [True] * 5])
    output = layer.forward(X, mask=mask)
    assert not output[1].any() and output[0].all()
    assert not layer.backward(upstream)[1].any()
    assert (layer.forward(X, mask=mask | True) == layer.forward(X)).all()


def test_the_mask_ends_where_the_steps_end():
    mask = padded(5, 7, "right")
    assert scratch.GRU(2, return_sequences=True).compute_mask(None, mask) is mask
    assert scratch.GRU(2).compute_mask(None, mask) is None


# --- the gradient by step ----------------------------------------------------------------------------------


@each_layer
@both_outputs
def test_gradient_by_step_equals_the_gradients_that_keras_records(make, sequences):
    layer = built(make, return_sequences=sequences)
    X, upstream = problem(layer, 5, 7)
    with floatx("float64"), tf.GradientTape() as tape:
        twin = make(KERAS)
        twin.build(X.shape)
        twin.set_weights(list(layer.params.values()))
        states = [tf.zeros((5, UNITS), tf.float64)] * (2 if isinstance(layer, scratch.LSTM) else 1)
        tape.watch(states)
        outputs = []
        for t in range(7):
            output, states = twin.cell(tf.constant(X[:, t]), states)
            outputs.append(output)
        loss = (
            sum(tf.reduce_sum(o * upstream[:, t]) for t, o in enumerate(outputs))
            if sequences
            else (tf.reduce_sum(outputs[-1] * upstream))
        )
    expected = [np.linalg.norm(g, axis=1).mean() for g in tape.gradient(loss, outputs)]
    assert_close(scratch.gradient_by_step(layer, X, upstream), expected, 1e-10)


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.5])
def test_gradients_vanish_or_explode_with_the_recurrent_kernel(factor):
    layer = built(lambda lib, **s: lib.SimpleRNN(UNITS, "linear", **s), steps=50)
    layer.params["recurrent_kernel"][...] = factor * scratch.orthogonal((4, 4), np.random.default_rng(0))
    X, upstream = problem(layer, 5, 50)
    expected = np.linalg.norm(upstream, axis=1).mean() * factor ** np.arange(49.0, -1, -1)
    norms = scratch.gradient_by_step(layer, X, upstream)
    assert norms == pytest.approx(expected, rel=1e-9)
    mask = np.arange(50) < 30
    norms = scratch.gradient_by_step(layer, X, upstream, mask=np.tile(mask, (5, 1)))
    assert norms[30:] == pytest.approx(norms[29]) and norms[:30] == pytest.approx(expected[20:])


# --- embeddings --------------------------------------------------------------------------------------------


def codes_and_labels(n=12, steps=6, seed=0):
    """Return codes 1 to 8 with 0 as right padding, and labels 0 or 1."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(1, 9, (n, steps)) * padded(n, steps, "right", seed)
    return codes, ((codes == 3).any(axis=1) | (codes == 5).any(axis=1)).astype("float32")[:, None]


# float32 holds these exactly: Keras rounds settings to it, in float64 as well
EXACT = {"learning_rate": 2**-7, "beta_1": 0.875, "beta_2": 0.75, "epsilon": 2**-20}


def dense_gradients(model, loss, X, y):
    """Return Keras' loss and gradients; the gradient of an embedding, a list of rows, is summed to a table.

    Keras' Adam squares the rows of a repeated code one by one, before it adds them; it gets the sum here.
    """
    with tf.GradientTape() as tape:
        value = loss(y, model(X, training=True))
    return float(value), [tf.convert_to_tensor(g) for g in tape.gradient(value, model.trainable_variables)]


@pytest.mark.parametrize("mask_zero", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_embedding_equals_keras(mask_zero, dtype):
    layer, (codes, _) = scratch.Embedding(9, 3, mask_zero=mask_zero), codes_and_labels()
    assert layer.build(6, np.random.default_rng(0), np.dtype(dtype)) == (6, 3)
    assert 0.045 < np.abs(layer.params["embeddings"]).max() <= 0.05
    upstream = np.random.default_rng(1).normal(size=(12, 6, 3)).astype(dtype)
    with floatx(dtype), tf.GradientTape() as tape:
        twin = keras.layers.Embedding(9, 3, mask_zero=mask_zero)
        twin.build((None, 6))
        twin.set_weights(layer.weights)
        expected = twin(tf.constant(codes))
    gradient = tape.gradient(expected, twin.trainable_variables[0], tf.constant(upstream))
    output, zeros = layer.forward(codes), layer.backward(upstream)
    assert output.dtype == layer.grads["embeddings"].dtype == dtype and not zeros.any()
    assert_close(output, expected.numpy(), 0)
    assert_close(layer.grads["embeddings"], tf.convert_to_tensor(gradient).numpy(), RTOL[dtype])
    mask, reference = layer.compute_mask(codes), twin.compute_mask(tf.constant(codes))
    assert (mask == reference.numpy()).all() if mask_zero else mask is None and reference is None
    assert (layer.forward(codes.astype(dtype)) == output).all()  # a network hands floating-point numbers over


def test_embedding_gru_dense_with_masks_train_as_in_keras():
    codes, y = codes_and_labels(40)
    layers = embedding, gru, dense = [
        scratch.Embedding(9, 3, mask_zero=True),
        scratch.GRU(5),
        scratch.Dense(1),
    ]
    shape, rng = 6, np.random.default_rng(0)
    for layer in layers:
        shape = layer.build(shape, rng, np.dtype("float64"))
    arrays = [array for layer in layers for array in layer.params.values()]
    with floatx("float64"):
        model = keras.Sequential(
            [keras.layers.Embedding(9, 3, mask_zero=True), keras.layers.GRU(5), keras.layers.Dense(1)]
        )
        model.build((None, 6))
        model.set_weights(arrays)
        mine, theirs = scratch.Adam(**EXACT), keras.optimizers.Adam(**EXACT)
        loss, keras_loss = (lib.BinaryCrossentropy(from_logits=True) for lib in (scratch, keras.losses))
        for step in range(10):
            mask = embedding.compute_mask(codes)
            logits = dense.forward(gru.forward(embedding.forward(codes), mask=mask))
            embedding.backward(gru.backward(dense.backward(loss.gradient(y, logits))))
            own = [layer.grads[key] for layer in layers for key in layer.params]
            value, expected = dense_gradients(model, keras_loss, codes, y)
            assert loss(y, logits) == pytest.approx(value, rel=1e-6)
            for gradient, reference in zip(own, expected, strict=True):
                assert_close(gradient, reference.numpy(), 1e-6, f"step {step}")
            mine.apply(arrays, own)
            theirs.apply(expected, model.trainable_variables)
        for array, reference in zip(arrays, model.get_weights(), strict=True):
            assert_close(array, reference, 1e-6)
    assert not embedding.grads["embeddings"][0].any()  # padding has no influence


# --- inside of a network -----------------------------------------------------------------------------------


def test_a_network_of_codes_without_masks_trains_as_in_keras():
    codes, y = codes_and_labels(40)

    def stack(lib):
        return [lib.Embedding(9, 3), lib.GRU(4, return_sequences=True), lib.LSTM(4), lib.Dense(1)]

    loss, optimizer = scratch.BinaryCrossentropy(from_logits=True), scratch.Adam(**EXACT)
    network = scratch.Network(stack(scratch), loss=loss, optimizer=optimizer, dtype="float64").build(6)
    with floatx("float64"):
        model = keras.Sequential(stack(KERAS))
        model.build((None, 6))
        model.set_weights(network.get_weights())
        theirs, keras_loss = keras.optimizers.Adam(**EXACT), keras.losses.BinaryCrossentropy(from_logits=True)
        for _ in range(10):
            value, expected = dense_gradients(model, keras_loss, codes, y)
            assert network.train_on_batch(codes, y) == pytest.approx(value, rel=1e-6)
            for gradient, reference in zip(network.gradients.values(), expected, strict=True):
                assert_close(gradient, reference.numpy(), 1e-6)
            theirs.apply(expected, model.trainable_variables)
        for mine, reference in zip(network.get_weights(), model.get_weights(), strict=True):
            assert_close(mine, reference, 1e-6)
        assert_close(network.predict(codes), model(codes).numpy(), 1e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_check_gradients_works_for_a_network_of_sequences(name):
    layers = [LAYERS[name](scratch, return_sequences=True), scratch.SimpleRNN(2), scratch.Dense(1)]
    network = scratch.Network(layers, loss=scratch.MeanSquaredError(), dtype="float64")
    rng = np.random.default_rng(0)
    errors = scratch.check_gradients(network, rng.normal(size=(3, 4, FEATURES)), rng.normal(size=3))
    assert max(errors.values()) < 1e-7 and "input" in errors


# --- initialisers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 12), (2, 3, 4)])
def test_orthogonal_columns_are_orthonormal(shape):
    W = scratch.orthogonal(shape, np.random.default_rng(0)).reshape(-1, shape[-1])
    assert W.dtype == np.float64
    product = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
    assert_close(product, np.eye(min(W.shape)), 1e-12)


def test_orthogonal_has_no_preferred_direction_and_refuses_vectors():
    draws = np.array([scratch.orthogonal((2, 2), np.random.default_rng(i)) for i in range(2000)])
    assert np.abs(draws.mean(axis=0)).max() < 0.06  # without the sign fix the diagonal leans to one side
    assert np.linalg.det(draws).mean() == pytest.approx(0, abs=0.08)
    with error_naming("orthogonal", "(3,)"):
        scratch.orthogonal((3,), np.random.default_rng(0))
    with error_naming("minval", "2", "1"):
        scratch.RandomUniform(2, 1)


# --- errors ------------------------------------------------------------------------------------------------


def test_a_recurrent_layer_names_what_is_wrong():
    layer = built(LAYERS["GRU"])
    with error_naming("gru", "forward", kind=RuntimeError):
        layer.backward(np.zeros((5, UNITS)))
    with error_naming("gru", "build", kind=RuntimeError):
        scratch.GRU(2).forward(np.zeros((5, 7, 3)))
    for shape in [(5, 3), (5, 7, 2), (5, 0, 3), (5, 7, 3, 1)]:
        with error_naming("gru", "3", str(shape)):
            layer.forward(np.zeros(shape))
    X = np.zeros((5, 7, 3))
    with error_naming("float64", "float32", "astype"):
        layer.forward(X.astype("float32"))
    for shape in [(5, 6), (7, 5), (5,), (5, 7, 1)]:
        with error_naming("mask", "(5, 7)", str(shape)):
            layer.forward(X, mask=np.ones(shape, bool))
    with error_naming("mask", "True and False", "float64"):
        layer.forward(X, mask=np.ones((5, 7)))
    layer.forward(X)
    with error_naming("upstream", "(5, 4)", "(5, 7, 4)"):
        layer.backward(np.zeros((5, 7, UNITS)))
    with error_naming("gru", "(steps, features)", "Embedding"):
        scratch.GRU(2).build(7, np.random.default_rng(0), np.dtype("float32"))
    with error_naming("lstm.kernel", "(3, 2)", "(3, 8)"):
        wrong = scratch.LSTM(2, kernel_initializer=lambda shape, rng: np.zeros((3, 2)))
        wrong.build((7, 3), np.random.default_rng(0), np.dtype("float32"))
    for make in (scratch.SimpleRNN, scratch.GRU, scratch.LSTM):
        with error_naming("units", "0"):
            make(0)
        with error_naming("activation", "tanhh"):
            make(2, "tanhh")
    with error_naming("activation", "sigmoidd"):
        scratch.LSTM(2, recurrent_activation="sigmoidd")


def test_an_embedding_names_the_code_and_the_row():
    layer = scratch.Embedding(9, 2)
    layer.build(3, np.random.default_rng(0), np.dtype("float32"))
    with error_naming("embedding", "forward", kind=RuntimeError):
        layer.backward(np.zeros((1, 3, 2), "float32"))
    for value in (9, -1, 2.5, np.nan, np.inf):
        codes = np.ones((4, 3))
        codes[2, 1] = value
        with error_naming("0 to 8", str(value), "row 2", "step 1"):
            layer.forward(codes)
    with error_naming("(rows, steps)", "(3,)"):
        layer.forward(np.array([1, 2, 3]))
    with error_naming("(rows, steps)"):
        layer.forward(np.array([["a", "b", "c"]]))
    with error_naming("(rows, steps)", "(3, 4)"):
        scratch.Embedding(9, 2).build((3, 4), np.random.default_rng(0), np.dtype("float32"))
    with error_naming("embeddings", "(1, 2)", "(9, 2)"):
        wrong = scratch.Embedding(9, 2, embeddings_initializer=lambda shape, rng: np.zeros((1, 2)))
        wrong.build(3, np.random.default_rng(0), np.dtype("float32"))
    with error_naming("mask", "by hand"):
        layers = [scratch.Embedding(9, 2, mask_zero=True), scratch.GRU(2), scratch.Dense(1)]
        scratch.Network(layers, loss=scratch.MeanSquaredError()).build(3)
    for sizes in ((0, 2), (9, 0)):
        with error_naming("_dim", "0"):
            scratch.Embedding(*sizes)


# --- planted faults: the comparison must find each of them -------------------------------------------------


def plant(monkeypatch, cls, method, right, wrong):
    """Replace a part of a method's source, as a learner would mistype it."""
    source = textwrap.dedent(inspect.getsource(getattr(cls, method)))
    assert right in source, f"{cls.__name__}.{method} no longer holds {right!r}: plant the fault anew"
    namespace = dict(vars(sys.modules[cls.__module__]))
    exec(source.replace(right, wrong), namespace)
    monkeypatch.setattr(cls, method, namespace[method])


def difference(*comparison):
    """Return what the comparison with Keras says about a layer that must differ."""
    with pytest.raises(AssertionError) as caught:
        assert_equals_keras(*comparison)
    return str(caught.value)


FAULTS = {
    "the backward loop stops one step early": ("reversed(range(steps))", "reversed(range(1, steps))"),
    "the backward loop is one step off": ("memory[t]", "memory[t - 1]"),
    "the backward loop runs forwards": ("reversed(range(steps))", "range(steps)"),
    "masked steps get a gradient": ("d * exists[:, t]", "d"),
    "the gradient is not carried past a masked step": ("d * ~exists[:, t]", "0 * d"),
}


@each_layer
@both_outputs
def test_faults_in_the_backward_loop_are_caught(make, sequences, monkeypatch):
    layer, mask = built(make, return_sequences=sequences), padded(5, 7, "middle")
    X, upstream = problem(layer, 5, 7)
    reference = keras_pass(make, list(layer.params.values()), X, mask, upstream)
    assert_equals_keras(layer, make, X, upstream, mask, reference)
    for fault, (right, wrong) in FAULTS.items():
        with monkeypatch.context() as patch:
            plant(patch, scratch.Recurrent, "backward", right, wrong)
            found = difference(layer, make, X, upstream, mask, reference)
        assert found.startswith(("input differs", "kernel differs", "recurrent", "bias")), f"{fault}: {found}"


@each_layer
@pytest.mark.parametrize("padding", ["right", "left", "middle"])
def test_a_mask_shifted_by_one_step_is_caught(make, padding, monkeypatch):
    layer, mask = built(make), padded(5, 7, padding)
    X, upstream = problem(layer, 5, 7)
    reference = keras_pass(make, list(layer.params.values()), X, mask, upstream)
    assert_equals_keras(layer, make, X, upstream, mask, reference)
    for shift in (1, -1):
        with monkeypatch.context() as patch:
            wrong = f"np.roll(exists, {shift}, axis=1)[:, t]"
            plant(patch, scratch.Recurrent, "forward", "exists[:, t]", wrong)
            assert "output differs" in difference(layer, make, X, upstream, mask, reference)


def test_forget_and_input_gate_swapped_is_caught():
    layer, make = built(LAYERS["LSTM"]), LAYERS["LSTM"]
    X, upstream = problem(layer, 5, 7)
    reference = keras_pass(make, list(layer.params.values()), X, None, upstream)
    assert_equals_keras(layer, make, X, upstream, None, reference)
    for array in layer.params.values():
        i, f, c, o = np.split(array.copy(), 4, axis=-1)
        array[...] = np.concatenate([f, i, c, o], axis=-1)
    assert "output differs" in difference(layer, make, X, upstream, None, reference)


def test_gru_with_reset_before_instead_of_after_is_caught(monkeypatch):
    layer, make = built(LAYERS["GRU"]), LAYERS["GRU"]
    X, upstream = problem(layer, 5, 7)
    reference = keras_pass(make, list(layer.params.values()), X, None, upstream)
    assert_equals_keras(layer, make, X, upstream, None, reference)
    wrong = "from_state = (reset * h) @ U_h + b_h\n        z_h = x_h + from_state"
    right = "from_state = h @ U_h + b_h\n        z_h = x_h + reset * from_state"
    plant(monkeypatch, scratch.GRU, "step", right, wrong)
    assert "output differs" in difference(layer, make, X, upstream, None, reference)


def test_a_repeated_code_that_counts_once_is_caught(monkeypatch):
    right = "np.add.at(gradient, codes, upstream)"
    plant(monkeypatch, scratch.Embedding, "backward", right, "gradient[codes] += upstream")
    with pytest.raises(AssertionError, match="differs"):
        test_embedding_equals_keras(False, "float64")
