"""Convolution and pooling against Keras, finite differences, plain loops, and with planted faults."""

import time

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
    keras,
    keras_gradients,
    tf,
)

from mktutils import scratch
from mktutils.scratch import convolution

both_types = pytest.mark.parametrize("dtype", ["float32", "float64"])
IMAGES = [(7, 6), (5, 9), (8, 8)]  # odd and even, high and wide
STRIDES = [1, 2, 3, (1, 2)]
KERNELS = [1, 2, 3, 4, 5, (2, 3), (4, 1)]


def sizes_for(dtype):
    """Return all image sizes for float32; in float64 the finite differences say more, and one is enough."""
    return IMAGES if dtype == "float32" else IMAGES[:1]


def images(sizes, channels=3, n=2, dtype="float64", seed=0):
    return np.random.default_rng(seed).normal(size=(n, *sizes, channels)).astype(dtype)


def build(layer, X, seed=0):
    """Build for X, and move every parameter, so that no bias is 0; return the shape of the output."""
    rng = np.random.default_rng(seed)
    row = layer.build(X.shape[1:], rng, X.dtype)
    for array in layer.params.values():
        array += (0.5 * rng.normal(size=array.shape)).astype(X.dtype)
    return (len(X), *row) if isinstance(row, tuple) else (len(X), row)


def compare_with_keras(layer, twin, X, rtol=None):
    """Assert that output, dL/dX and every gradient equal those of a layer of Keras with the same weights."""
    rtol = rtol or RTOL[str(X.dtype)]
    shape = build(layer, X)
    upstream = np.random.default_rng(1).normal(size=shape).astype(X.dtype)
    with floatx(str(X.dtype)), tf.GradientTape() as tape:
        twin = twin(KERAS)
        twin.build((None, *X.shape[1:]))
        twin.set_weights(layer.weights)
        x = tf.constant(X)
        tape.watch(x)
        expected = twin(x)
    theirs = tape.gradient(expected, [x, *twin.trainable_variables], tf.constant(upstream))
    output = layer.forward(X)
    mine = {"dL/dX": layer.backward(upstream), **layer.grads}
    assert output.shape == shape and output.dtype == X.dtype and list(layer.grads) == list(layer.params)
    assert_close(output, expected.numpy(), rtol, "the output")
    for (name, gradient), reference in zip(mine.items(), theirs, strict=True):
        assert gradient.dtype == X.dtype
        assert_close(gradient, reference.numpy(), rtol, name)


def compare_with_differences(layer, X, rtol=1e-7):
    """Assert that every gradient of Σ output · upstream equals its finite differences in float64."""
    upstream = np.random.default_rng(1).normal(size=build(layer, X))
    layer.forward(X)
    dX, gradients = layer.backward(upstream), layer.grads
    assert_close(dX, central(lambda x: float((layer.forward(x) * upstream).sum()), X), rtol, "dL/dX")
    for key, before in list(layer.params.items()):

        def value(array, key=key):
            layer.params[key] = array
            return float((layer.forward(X) * upstream).sum())

        expected = central(value, before)
        layer.params[key] = before
        assert_close(gradients[key], expected, rtol, key)


# --- against Keras -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel_size", KERNELS, ids=str)
@pytest.mark.parametrize("strides", STRIDES, ids=str)
@pytest.mark.parametrize("padding", ["valid", "same"])
@both_types
def test_conv2d_equals_keras(kernel_size, strides, padding, dtype):
    for sizes in sizes_for(dtype):

        def make(lib):
            return lib.Conv2D(4, kernel_size, strides=strides, padding=padding, activation="tanh")

        compare_with_keras(make(scratch), make, images(sizes, dtype=dtype))


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
@both_types
def test_conv1d_equals_keras(kernel_size, strides, padding, dtype):
    for steps in (7, 8):

        def make(lib):
            return lib.Conv1D(4, kernel_size, strides=strides, padding=padding, activation="tanh")

        compare_with_keras(make(scratch), make, images((steps,), dtype=dtype))


@pytest.mark.parametrize("kind", ["MaxPooling2D", "AveragePooling2D"])
@pytest.mark.parametrize("pool_size", [1, 2, 3, 4, (2, 3)], ids=str)
@pytest.mark.parametrize("strides", [None, *STRIDES], ids=str)
@pytest.mark.parametrize("padding", ["valid", "same"])
@both_types
def test_pooling_equals_keras(kind, pool_size, strides, padding, dtype):
    for sizes in sizes_for(dtype):

        def make(lib):
            return getattr(lib, kind)(pool_size, strides, padding)

        compare_with_keras(make(scratch), make, images(sizes, dtype=dtype))


def tied_images(dtype="float32"):
    """Return images of few whole numbers, so that most windows have more than one maximum."""
    return np.random.default_rng(0).integers(-1, 1, size=(3, 7, 8, 2)).astype(dtype)


@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
@both_types
def test_among_equal_maxima_the_first_gets_the_gradient_as_in_keras(strides, padding, dtype):
    def make(lib):
        return lib.MaxPooling2D(3, strides, padding)

    compare_with_keras(make(scratch), make, tied_images(dtype))


OTHERS = {
    "defaults": lambda lib: lib.Conv2D(3, 3),
    "no bias": lambda lib: lib.Conv2D(3, (3, 2), use_bias=False),
    "pairs": lambda lib: lib.Conv2D(3, [2, 3], strides=[3, 1], activation="softmax"),
    "sequence": lambda lib: lib.Conv1D(3, 2, use_bias=False),
    "pool": lambda lib: lib.MaxPooling2D(),
    "average": lambda lib: lib.AveragePooling2D(2),
    "global": lambda lib: lib.GlobalAveragePooling2D(),
    "flatten": lambda lib: lib.Flatten(),
}


@pytest.mark.parametrize("name", OTHERS)
@both_types
def test_other_settings_and_layers_equal_keras(name, dtype):
    sizes = (6,) if name == "sequence" else (6, 7)
    compare_with_keras(OTHERS[name](scratch), OTHERS[name], images(sizes, dtype=dtype))


def test_a_penalty_is_part_of_the_loss_and_of_the_gradient():
    X, plain = images((5, 5)), scratch.Conv2D(2, 3)
    layer = scratch.Conv2D(2, 3, kernel_regularizer=scratch.L2(0.25))
    for each in (plain, layer):
        build(each, X)
        each.backward(np.ones_like(each.forward(X)))
    kernel = layer.params["kernel"]
    assert layer.penalty() == pytest.approx(0.25 * (kernel**2).sum()) and plain.penalty() == 0
    assert_close(layer.grads["kernel"] - plain.grads["kernel"], 0.5 * kernel, 1e-12)


@pytest.mark.parametrize(
    "name", ["glorot_uniform", "he_uniform", "glorot_normal", "he_normal", "lecun_normal"]
)
@pytest.mark.parametrize("shape", [(3, 5, 8, 40), (9, 8, 80)], ids=str)
def test_initialisers_of_kernels_spread_as_widely_as_those_of_keras(name, shape):
    mine = scratch.get_initializer(name)(shape, np.random.default_rng(0))
    theirs = keras.initializers.get(name)(shape).numpy()
    assert mine.shape == shape and mine.std() == pytest.approx(theirs.std(), rel=0.05)
    assert np.abs(mine).max() == pytest.approx(np.abs(theirs).max(), rel=0.05)


# --- against definitions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5, (2, 3)], ids=str)
@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_conv2d_gradients_equal_finite_differences(kernel_size, strides, padding):
    layer = scratch.Conv2D(2, kernel_size, strides=strides, padding=padding, activation="tanh")
    compare_with_differences(layer, images((5, 6), channels=2))


DIFFERENTIABLE = {
    "causal": (scratch.Conv1D(2, 3, padding="causal", activation="sigmoid"), (6,)),
    "same, strides": (scratch.Conv1D(2, 4, padding="same", strides=2), (7,)),
    "valid": (scratch.Conv1D(2, 2, strides=3, activation="gelu"), (6,)),
    "maximum": (scratch.MaxPooling2D(), (4, 5)),
    "overlapping": (scratch.MaxPooling2D(3, 2, "same"), (5, 6)),
    "average": (scratch.AveragePooling2D(3, 2, "same"), (5, 6)),
    "average, gaps": (scratch.AveragePooling2D(2, 3), (6, 5)),
    "global": (scratch.GlobalAveragePooling2D(), (3, 4)),
    "flatten": (scratch.Flatten(), (3, 2)),
}


@pytest.mark.parametrize(("layer", "sizes"), DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_other_gradients_equal_finite_differences(layer, sizes):
    compare_with_differences(layer, images(sizes, channels=2))


def loops(X, kernel, strides, padding):
    """Return the convolution by its definition: pixel by pixel, with the padding rule of TensorFlow."""
    n, height, width, _ = X.shape
    k_height, k_width = kernel.shape[:2]
    if padding == "same":
        output = [-(-height // strides), -(-width // strides)]
        missing = [
            max((o - 1) * strides + k - size, 0)
            for o, k, size in zip(output, kernel.shape, (height, width), strict=False)
        ]
        top, left = missing[0] // 2, missing[1] // 2
    else:
        output = [(height - k_height) // strides + 1, (width - k_width) // strides + 1]
        top = left = 0
    Y = np.zeros((n, *output, kernel.shape[3]))
    for row, column in np.ndindex(*output):
        for i, j in np.ndindex(k_height, k_width):
            y, x = row * strides + i - top, column * strides + j - left
            if 0 <= y < height and 0 <= x < width:
                Y[:, row, column] += X[:, y, x] @ kernel[i, j]
    return Y


shapes = {
    "sizes": st.tuples(st.integers(1, 9), st.integers(1, 9)),
    "kernel_size": st.tuples(st.integers(1, 5), st.integers(1, 5)),
    "strides": st.integers(1, 4),
    "padding": st.sampled_from(["valid", "same"]),
    "seed": st.integers(0, 99),
}


@settings(max_examples=60, deadline=None)
@given(**shapes)
def test_conv2d_equals_plain_loops_and_its_backward_is_the_transpose(
    sizes, kernel_size, strides, padding, seed
):
    if padding == "valid":
        kernel_size = tuple(np.minimum(sizes, kernel_size).tolist())
    X = images(sizes, channels=2, seed=seed)
    layer = scratch.Conv2D(3, kernel_size, strides=strides, padding=padding, use_bias=False)
    shape = build(layer, X, seed)
    Y = layer.forward(X)
    assert_close(Y, loops(X, layer.params["kernel"], strides, padding), 1e-12, atol=1e-14)
    expected = [
        scratch.convolution_output(*axis, strides, padding) for axis in zip(sizes, kernel_size, strict=True)
    ]
    assert Y.shape == shape == (2, *expected, 3)
    upstream = np.random.default_rng(seed).normal(size=Y.shape)
    dX = layer.backward(upstream)
    assert dX.shape == X.shape  # ⟨upstream, Kx⟩ = ⟨Kᵀ upstream, x⟩, for the kernel likewise
    assert (dX * X).sum() == pytest.approx((upstream * Y).sum(), rel=1e-9, abs=1e-9)
    product = (layer.grads["kernel"] * layer.params["kernel"]).sum()
    assert product == pytest.approx((upstream * Y).sum(), rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(**shapes)
def test_pooling_hands_on_the_whole_gradient_and_stays_within_the_window(
    sizes, kernel_size, strides, padding, seed
):
    if padding == "valid":
        kernel_size = tuple(np.minimum(sizes, kernel_size).tolist())
    X = images(sizes, seed=seed)
    largest = scratch.MaxPooling2D(kernel_size, strides, padding)
    mean = scratch.AveragePooling2D(kernel_size, strides, padding)
    high, middle = largest.forward(X), mean.forward(X)
    assert high.shape == middle.shape == build(largest, X) == build(mean, X)
    assert (high >= middle - 1e-12).all() and np.isin(high, X).all()
    upstream = np.random.default_rng(seed).normal(size=high.shape)
    for layer in (largest, mean):
        dX = layer.backward(upstream)
        assert dX.shape == X.shape and dX.sum() == pytest.approx(upstream.sum(), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 5), st.sampled_from(["valid", "same", "causal"]))
def test_convolution_output_counts_the_places_of_the_window(size, kernel_size, strides, padding):
    added = {"valid": 0, "causal": kernel_size - 1, "same": 0}[padding]
    if padding == "valid" and kernel_size > size:
        with error_naming(str(size), str(kernel_size), "does not fit", "same"):
            scratch.convolution_output(size, kernel_size, strides, padding)
        return
    places = list(range(0, size + added - kernel_size + 1, strides))
    if padding == "same":
        places = list(range(0, size, strides))
    assert scratch.convolution_output(size, kernel_size, strides, padding) == len(places)


def test_no_output_of_a_causal_convolution_depends_on_a_later_step():
    X, layer = images((8,)), scratch.Conv1D(2, 3, padding="causal")
    build(layer, X)
    before = layer.forward(X)
    X[:, 5:] += 1
    after = layer.forward(X)
    assert (after[:, :5] == before[:, :5]).all() and (after[:, 5:] != before[:, 5:]).all()


# --- whole networks ----------------------------------------------------------------------------------------


def stack(lib):
    return [
        lib.Conv2D(4, 3, padding="same"),
        lib.Activation("relu"),
        lib.MaxPooling2D(),
        lib.Conv2D(5, (2, 3), strides=2, activation="relu"),
        lib.Flatten(),
        lib.Dense(3),
    ]


def classification(n=24, dtype="float64"):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(n, 9, 10, 2)).astype(dtype)
    return X, np.eye(3, dtype=dtype)[rng.integers(0, 3, n)]


def network_of(layers, **options):
    loss = scratch.CategoricalCrossentropy(from_logits=True)
    return scratch.Network(layers, loss=loss, **options)


@both_types
def test_a_network_on_images_equals_keras_in_loss_gradients_and_twenty_steps(dtype):
    X, y = classification(dtype=dtype)
    network = network_of(stack(scratch), optimizer=scratch.SGD(0.0625), dtype=dtype).build(X.shape[1:])
    with floatx(dtype):
        twin = keras.Sequential([keras.Input(X.shape[1:]), *stack(KERAS)])
        assert [w.shape for w in network.get_weights()] == [w.shape for w in twin.get_weights()]
        assert [layer.name for layer in network.layers][:4] == [
            "conv2d",
            "activation",
            "max_pooling2d",
            "conv2d_1",
        ]
        twin.set_weights(network.get_weights())
        loss, optimizer = keras.losses.CategoricalCrossentropy(from_logits=True), keras.optimizers.SGD(0.0625)
        first = None
        for step in range(20):
            value, gradients = network.loss_and_gradients(X, y)
            expected, theirs = keras_gradients(twin, loss, X, y)
            assert value == pytest.approx(expected, rel=RTOL[dtype])
            for (name, gradient), reference in zip(gradients.items(), theirs, strict=True):
                assert_close(gradient, reference, 10 * RTOL[dtype] if step else RTOL[dtype], name)
            optimizer.apply([tf.constant(g) for g in theirs], twin.trainable_variables)
            assert network.train_on_batch(X, y) == value
            for mine, reference in zip(network.get_weights(), twin.get_weights(), strict=True):
                assert_close(mine, reference, RTOL[dtype], f"weights after step {step}")
            first = first or value
        assert value < first
        assert_close(network.predict(X, batch_size=7), twin(X).numpy(), 10 * RTOL[dtype])


def test_fit_and_evaluate_take_images_and_learn():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 8, 8, 1))
    upright = rng.random(120) > 0.5
    X[upright, :, 3] += 2  # a vertical line, or a horizontal one
    X[~upright, 3] += 2
    layers = [scratch.Conv2D(4, 3, activation="relu"), scratch.GlobalAveragePooling2D(), scratch.Dense(1)]
    loss = scratch.BinaryCrossentropy(from_logits=True)
    network = scratch.Network(layers, loss=loss, optimizer=scratch.Adam(0.02))
    history = network.fit(
        X, upright, epochs=30, batch_size=20, validation_data=(X, upright), class_weight={0: 1.0, 1: 1.0}
    )
    assert history.history["val_loss"][-1] < 0.1 < history.history["loss"][0]
    assert network.evaluate(X, upright) == pytest.approx(history.history["val_loss"][-1], rel=1e-5)
    assert ((network.predict(X)[:, 0] > 0) == upright).mean() > 0.97


CHECKED = {
    "tanh": [
        scratch.Conv2D(2, 3, activation="tanh", kernel_regularizer=scratch.L2(0.1)),
        scratch.AveragePooling2D(2, 1, "same"),
        scratch.Flatten(),
    ],
    "relu and maximum": [
        scratch.Conv2D(3, 2, strides=2, padding="same", activation="relu"),
        scratch.MaxPooling2D(2, 1),
        scratch.Flatten(),
    ],
    "residual and dropout": [
        scratch.Residual([scratch.Conv2D(2, 3, padding="same", activation="tanh"), scratch.Dropout(0.3)]),
        scratch.GlobalAveragePooling2D(),
    ],
}


@pytest.mark.parametrize("layers", CHECKED.values(), ids=CHECKED)
def test_the_gradient_check_passes_on_images(layers):
    X, y = images((5, 4), channels=2, n=3), np.eye(3)
    network = network_of([*layers, scratch.Dense(3)], dtype="float64")
    errors = scratch.check_gradients(network, X, y)
    assert set(errors) == {*network.parameters, "input"} and max(errors.values()) < 1e-7


def test_the_gradient_check_passes_on_sequences():
    layers = [scratch.Conv1D(3, 2, padding="causal", activation="tanh"), scratch.Flatten(), scratch.Dense(3)]
    errors = scratch.check_gradients(
        network_of(layers, dtype="float64"), images((5,), channels=2, n=3), np.eye(3)
    )
    assert max(errors.values()) < 1e-7


def test_a_batch_of_images_is_fast_enough():
    X, rng = images((28, 28), channels=1, n=64, dtype="float32"), np.random.default_rng(0)
    layer = scratch.Conv2D(16, 3, activation="relu")
    layer.build(X.shape[1:], rng, X.dtype)
    seconds = []
    for _ in range(7):
        begin = time.perf_counter()
        layer.backward(layer.forward(X))
        seconds.append(time.perf_counter() - begin)
    assert min(seconds) < 0.06


# --- planted faults ----------------------------------------------------------------------------------------


def larger_half_first(size, kernel_size, stride, padding):
    total = max((-(-size // stride) - 1) * stride + kernel_size - size, 0) if padding == "same" else 0
    return total - total // 2, total // 2


class FlippedKernel(scratch.Conv2D):
    """A convolution as mathematics defines it: a consistent layer, but not that of Keras."""

    def forward(self, X, training=False):
        self.params["kernel"] = self.params["kernel"][::-1, ::-1]
        output = super().forward(X, training)
        self.params["kernel"] = self.params["kernel"][::-1, ::-1]
        return output

    def backward(self, upstream):
        self.params["kernel"] = self.params["kernel"][::-1, ::-1]
        dX = super().backward(upstream)
        self.params["kernel"] = self.params["kernel"][::-1, ::-1]
        self.grads["kernel"] = self.grads["kernel"][::-1, ::-1]
        return dX


class AllTies(scratch.MaxPooling2D):
    """Every maximum of a window gets the whole gradient."""

    def forward(self, X, training=False):
        self.seen = X, super().forward(X, training)
        return self.seen[1]

    def backward(self, upstream):
        X, largest = self.seen
        dX, (high, wide), (down, right) = np.zeros_like(X), self.pool_size, self.strides
        for row, column in np.ndindex(*largest.shape[1:3]):
            place = np.s_[:, row * down : row * down + high, column * right : column * right + wide]
            won = X[place] == largest[:, row, column][:, None, None]
            dX[place] += won * upstream[:, row, column][:, None, None]
        return dX


class PaddingCounts(scratch.AveragePooling2D):
    """The mean of a window at the border counts the zeros around the image."""

    def forward(self, X, training=False):
        output = super().forward(X, training)
        n_pixels, *rest = self.cache
        cells = self.pool_size[0] * self.pool_size[1]
        self.cache = np.full_like(n_pixels, cells), *rest
        return output * n_pixels / cells


def differs(what):
    return pytest.raises(AssertionError, match=f"{what} differs by")


@pytest.mark.parametrize(
    ("kernel_size", "strides", "sizes"), [(2, 1, (6, 6)), (4, 1, (7, 6)), (3, 2, (6, 8))]
)
@both_types
def test_the_larger_half_of_the_padding_first_is_detected(monkeypatch, kernel_size, strides, sizes, dtype):
    def make(lib):
        return lib.Conv2D(3, kernel_size, strides=strides, padding="same")

    X = images(sizes, dtype=dtype)
    compare_with_keras(make(scratch), make, X)
    monkeypatch.setattr(convolution, "margin", larger_half_first)
    with differs("the output"):
        compare_with_keras(make(scratch), make, X)
    X = images(sizes[:1], dtype=dtype)
    with differs("the output"):
        compare_with_keras(
            scratch.Conv1D(3, kernel_size, strides=strides, padding="same"),
            lambda lib: lib.Conv1D(3, kernel_size, strides=strides, padding="same"),
            X,
        )


@both_types
def test_a_flipped_kernel_is_detected_by_keras_alone(dtype):
    X = images((6, 5), dtype=dtype)
    with differs("the output"):
        compare_with_keras(FlippedKernel(3, 3), lambda lib: lib.Conv2D(3, 3), X)
    compare_with_keras(FlippedKernel(3, 1), lambda lib: lib.Conv2D(3, 1), X)  # nothing to flip
    compare_with_differences(FlippedKernel(2, 3), images((5, 4), channels=2))  # its gradients are right


@both_types
def test_a_gradient_for_all_equal_maxima_is_detected(dtype):
    def make(lib):
        return lib.MaxPooling2D(3, 2)

    compare_with_keras(AllTies(3, 2), make, images((7, 8), dtype=dtype))  # no two numbers are equal
    with differs("dL/dX"):
        compare_with_keras(AllTies(3, 2), make, tied_images(dtype))


def test_a_mean_that_counts_the_padding_is_detected():
    def make(lib):
        return lib.AveragePooling2D(3, 1, "same")

    compare_with_keras(scratch.AveragePooling2D(3, 1, "same"), make, images((5, 6)))
    with differs("the output"):
        compare_with_keras(PaddingCounts(3, 1, "same"), make, images((5, 6)))


# --- errors ------------------------------------------------------------------------------------------------


def built(layer, *row):
    layer.build(row, np.random.default_rng(0), np.dtype("float32"))
    return layer


def zeros(*shape, dtype="float32"):
    return np.zeros(shape, dtype)


WRONG = {
    "rank": (lambda: built(scratch.Conv2D(2, 3, name="edges"), 8, 8), ["edges", "channels", "X[..., None]"]),
    "table": (lambda: scratch.Conv2D(2, 3).build(64, None, None), ["height", "64", "reshape"]),
    "rank of X": (
        lambda: built(scratch.Conv2D(2, 3), 8, 8, 1).forward(zeros(5, 8, 8)),
        ["(n, height, width, channels)", "(n, 8, 8)"],
    ),
    "sequence": (
        lambda: built(scratch.Conv1D(2, 3), 8, 1).forward(zeros(5, 8)),
        ["(n, steps, channels)", "(n, 8)", "X[..., None]"],
    ),
    "channels": (
        lambda: built(scratch.Conv2D(2, 3, name="edges"), 8, 8, 1).forward(zeros(5, 8, 8, 3)),
        ["edges expects 1 channels; got 3"],
    ),
    "dtype": (
        lambda: built(scratch.Conv2D(2, 3), 8, 8, 1).forward(zeros(5, 8, 8, 1, dtype="float64")),
        ["float32", "float64", "astype"],
    ),
    "kernel too large": (
        lambda: built(scratch.Conv2D(2, 5, name="edges"), 4, 8, 1),
        ["edges", "5", "4", "smaller", "padding='same'"],
    ),
    "X too small": (
        lambda: built(scratch.Conv1D(2, 3), 8, 1).forward(zeros(5, 2, 1)),
        ["3", "2", "padding='same'"],
    ),
    "pool too large": (lambda: scratch.MaxPooling2D(3).forward(zeros(1, 2, 2, 1)), ["3", "2", "same"]),
    "pool on a table": (lambda: scratch.AveragePooling2D().forward(zeros(4, 8)), ["(n, 8)", "height"]),
    "global on a table": (lambda: scratch.GlobalAveragePooling2D().forward(zeros(4, 8)), ["(n, 8)"]),
    "whole numbers": (lambda: scratch.MaxPooling2D().forward(zeros(1, 4, 4, 1, dtype=int)), ["int64"]),
    "strides": (lambda: scratch.Conv2D(2, 3, strides=0), ["strides", "0"]),
    "strides of a pool": (lambda: scratch.MaxPooling2D(2, -1), ["strides", "-1"]),
    "strides in the helper": (lambda: scratch.convolution_output(8, 3, 0), ["strides", "0"]),
    "padding": (lambda: scratch.Conv2D(2, 3, padding="full"), ["'full'", "valid", "same"]),
    "causal images": (lambda: scratch.Conv2D(2, 3, padding="causal"), ["'causal'", "valid", "same"]),
    "padding of a pool": (lambda: scratch.AveragePooling2D(padding="causal"), ["'causal'"]),
    "padding in the helper": (lambda: scratch.convolution_output(8, 3, padding="Same"), ["'Same'", "same"]),
    "filters": (lambda: scratch.Conv2D(0, 3), ["filters", "0"]),
    "kernel_size": (lambda: scratch.Conv2D(2, (3, 0)), ["kernel_size", "0"]),
    "three sizes": (lambda: scratch.Conv2D(2, (3, 3, 3)), ["kernel_size", "height", "(3, 3, 3)"]),
    "initialiser": (
        lambda: built(scratch.Conv2D(2, 3, kernel_initializer=lambda shape, rng: np.ones(4)), 8, 8, 1),
        ["kernel", "(4,)", "(3, 3, 1, 2)"],
    ),
    "residual": (
        lambda: built(scratch.Residual([scratch.Conv2D(3, 3)]), 8, 8, 3),
        ["(8, 8, 3)", "(6, 6, 3)"],
    ),
    "dense on images": (lambda: built(scratch.Dense(3), 8, 8, 1), ["dense", "(8, 8, 1)", "Flatten()"]),
    "normalised images": (lambda: built(scratch.BatchNormalization(), 8, 8, 1), ["(8, 8, 1)"]),
}


@pytest.mark.parametrize(("call", "fragments"), WRONG.values(), ids=WRONG)
def test_an_error_names_what_is_wrong(call, fragments):
    with error_naming(*fragments):
        call()


def test_a_network_names_what_is_wrong_with_images():
    X, y = classification()
    network = network_of(stack(scratch), optimizer=scratch.SGD()).build((9, 10, 2))
    with error_naming("(9, 10, 2)", "(9, 8, 2)"):
        network.fit(X[:, :, :8], y)
    with error_naming("(n, height, width, channels)", "(n, 9, 10)"):
        network.predict(X[..., 0])
    X[3, 1, 0, 1] = np.nan
    with error_naming("X holds 1 NaN", "row 3", "(1, 0, 1)"):
        network.fit(X, y)
    images_out = network_of([scratch.Conv2D(3, 3)], optimizer=scratch.SGD())
    assert images_out.predict(np.zeros((2, 5, 5, 1))).shape == (2, 3, 3, 3)  # feature maps can be looked at
    with error_naming("conv2d", "(3, 3, 3)", "Flatten()"):
        images_out.fit(np.zeros((3, 5, 5, 1)), np.eye(3))


LAYERS = {
    "Conv2D": lambda: built(scratch.Conv2D(2, 3), 8, 8, 1),
    "Conv1D": lambda: built(scratch.Conv1D(2, 3), 8, 1),
    "MaxPooling2D": scratch.MaxPooling2D,
    "AveragePooling2D": scratch.AveragePooling2D,
    "GlobalAveragePooling2D": scratch.GlobalAveragePooling2D,
    "Flatten": scratch.Flatten,
}


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_backward_before_forward_says_so(make):
    with error_naming("backward before forward", kind=RuntimeError):
        make().backward(zeros(1, 2, 2, 1))


def test_a_convolution_that_was_not_built_says_so():
    with error_naming("call build", kind=RuntimeError):
        scratch.Conv2D(2, 3).forward(zeros(1, 4, 4, 1))
