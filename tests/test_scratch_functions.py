"""Activations, losses, initialisers, regularisers, schedules: Keras, SciPy, closed forms, properties."""

import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats
from scratch_reference import KERAS, assert_close, central, column, error_naming, floatx, keras, tf

from mktutils import scratch

ELEMENTWISE = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "gelu"]
ACTIVATIONS = [*ELEMENTWISE, "softmax"]
FEW = settings(max_examples=30, deadline=None)


def numbers(bound, shape=(4, 3)):
    return arrays(np.float64, shape, elements=st.floats(-bound, bound))


def test_importing_scratch_loads_no_heavy_library():
    code = "import sys, mktutils.scratch; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"tensorflow", "keras", "pandas", "sklearn"} & set(loaded.split())


# --- activations -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_and_its_backward_equal_keras(name):
    rng = np.random.default_rng(0)
    z, upstream = rng.normal(size=(2, 6, 5)).astype("float32") * 3
    z[0, 0] = 0  # the kink of relu and leaky_relu
    activation = scratch.get_activation(name)
    with tf.GradientTape() as tape:
        x = tf.constant(z)
        tape.watch(x)
        expected = keras.activations.get(name)(x)
    gradient = tape.gradient(expected, x, output_gradients=tf.constant(upstream)).numpy()
    assert activation.name == name
    assert_close(activation(z), expected.numpy(), 1e-5)
    assert_close(activation.backward(z, upstream), gradient, 1e-5)


@pytest.mark.parametrize("name", ELEMENTWISE)
@FEW
@given(z=numbers(6))
def test_derivative_equals_the_numerical_derivative(name, z):
    z = np.where(np.abs(z) < 0.01, 0.01, z)  # away from kinks
    f, h = scratch.get_activation(name), 1e-3
    expected = (8 * (f(z + h) - f(z - h)) - (f(z + 2 * h) - f(z - 2 * h))) / (12 * h)
    assert_close(f.derivative(z), expected, 1e-9, atol=1e-11)
    assert f.derivative(z).dtype == np.float64
    assert_close(f.backward(z, np.full_like(z, -2.5)), -2.5 * f.derivative(z), 1e-15)


def test_activations_equal_their_formulas():
    z = np.linspace(-8, 8, 101).reshape(1, -1)
    assert_close(scratch.sigmoid(z), special.expit(z), 1e-14)
    assert_close(scratch.gelu(z), z * special.ndtr(z), 1e-14)  # exact: z · Φ(z)
    assert_close(scratch.softmax(z), special.softmax(z, axis=-1), 1e-14)
    assert_close(scratch.LeakyReLU(negative_slope=0.3)(z), np.where(z > 0, z, 0.3 * z), 1e-15)
    assert_close(np.log(scratch.softmax(z)), special.log_softmax(z, axis=-1), 1e-13)
    assert scratch.linear(z) == pytest.approx(z) and scratch.tanh(z) == pytest.approx(np.tanh(z))


@FEW
@given(numbers(50), st.floats(-100, 100))
def test_softmax_sums_to_one_and_ignores_a_shift(z, shift):
    p = scratch.softmax(z)
    assert (p >= 0).all() and p.sum(axis=-1) == pytest.approx(1)
    assert_close(scratch.softmax(z + shift), p, 1e-11)


@FEW
@given(numbers(3), numbers(1))
def test_softmax_backward_is_the_jacobian_times_upstream(z, upstream):
    expected = central(lambda x: float((scratch.softmax(x) * upstream).sum()), z, h=1e-3)
    assert_close(scratch.softmax.backward(z, upstream), expected, 1e-9, atol=1e-11)
    assert scratch.softmax.backward(z, upstream).sum(axis=-1) == pytest.approx(0, abs=1e-12)


@FEW
@given(numbers(40))
def test_sigmoid_of_minus_z_is_the_complement(z):
    assert_close(scratch.sigmoid(-z), 1 - scratch.sigmoid(z), 1e-15, atol=2.3e-16)
    assert_close(scratch.sigmoid.derivative(z), scratch.sigmoid(z) * scratch.sigmoid(-z), 1e-12, atol=3e-16)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_keep_the_type_and_stand_very_large_numbers(name, dtype):
    z = np.array([[-1e4, -200, -90, 0, 90, 200, 1e4]], dtype=dtype)
    activation = scratch.get_activation(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = [activation(z), activation.backward(z, np.ones_like(z))]
        results += [activation.derivative(z)] if name != "softmax" else []
    assert all(r.dtype == dtype and np.isfinite(r).all() for r in results)


def test_relu_has_derivative_zero_at_zero():
    assert scratch.relu.derivative(np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 1]


def test_softmax_explains_why_it_has_no_elementwise_derivative():
    with error_naming("matrix", "backward", kind=TypeError):
        scratch.softmax.derivative(np.zeros((1, 3)))


def test_get_activation_accepts_names_none_and_instances():
    slope = scratch.LeakyReLU(negative_slope=0.1)
    assert scratch.get_activation(slope) is slope and scratch.get_activation(None).name == "linear"
    assert all(scratch.get_activation(name).name == name for name in ACTIVATIONS)
    with error_naming("swich", *ACTIVATIONS):
        scratch.get_activation("swich")


# --- losses ------------------------------------------------------------------------------------------------


def rows_for(kind, seed=0, n=7, k=3, dtype="float64"):
    """Return labels and predictions, away from kinks and clips."""
    rng = np.random.default_rng(seed)
    y, z = rng.normal(size=(2, n, k))
    if kind == "numbers":
        error = rng.choice([-1, 1], (n, k)) * (rng.uniform(0.05, 0.6, (n, k)) + rng.choice([0, 0.75], (n, k)))
        z = y + error  # |error| is neither near 0 (MAE) nor near 0.7 (Huber)
    elif kind.startswith("labels"):
        y = np.where(rng.random((n, k)) < 0.3, rng.random((n, k)), rng.integers(0, 2, (n, k)))
    else:
        soft = rng.dirichlet(np.ones(k), n)
        y = np.where(rng.random((n, 1)) < 0.3, soft, np.eye(k)[rng.integers(0, k, n)])
    if kind.endswith("probabilities"):  # of categories: the rows do not sum to one
        z = rng.uniform(0.15, 0.85, (n, k))
    return y.astype(dtype), z.astype(dtype)


LOSSES = {
    "mse": (lambda lib, **o: lib.MeanSquaredError(**o), "numbers"),
    "mae": (lambda lib, **o: lib.MeanAbsoluteError(**o), "numbers"),
    "huber": (lambda lib, **o: lib.Huber(delta=0.7, **o), "numbers"),
    "bce": (lambda lib, **o: lib.BinaryCrossentropy(**o), "labels probabilities"),
    "bce logits": (lambda lib, **o: lib.BinaryCrossentropy(from_logits=True, **o), "labels logits"),
    "cce": (lambda lib, **o: lib.CategoricalCrossentropy(**o), "classes probabilities"),
    "cce logits": (lambda lib, **o: lib.CategoricalCrossentropy(from_logits=True, **o), "classes logits"),
}
each_loss = pytest.mark.parametrize(("make", "kind"), LOSSES.values(), ids=LOSSES)


def assert_loss_equals_keras(make, y, p, weight=None, reduction="mean"):
    mine, theirs = make(scratch, reduction=reduction), make(KERAS, reduction=reduction)
    with tf.GradientTape() as tape:
        x = tf.constant(p)
        tape.watch(x)
        value = theirs(column(y), x, sample_weight=weight)
    gradient = mine.gradient(y, p, weight)
    assert isinstance(mine(y, p, weight), float) and gradient.dtype == p.dtype
    assert mine(y, p, weight) == pytest.approx(float(value), rel=1e-5)
    assert_close(gradient, tape.gradient(value, x).numpy(), 1e-5)
    assert_close(mine.per_row(y, p), make(KERAS, reduction=None)(column(y), p).numpy(), 1e-5)


@each_loss
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("weighted", [False, True])
def test_loss_and_gradient_equal_keras(make, kind, reduction, weighted):
    y, p = rows_for(kind, n=9, dtype="float32")
    weight = np.arange(9, dtype="float32") if weighted else None
    assert_loss_equals_keras(make, y, p, weight, reduction)


@pytest.mark.parametrize("name", ["bce", "cce"])
def test_the_clip_equals_keras(name):
    # Probabilities of exactly 0 and 1: the loss is cut at -log(1e-7), the gradient there is 0.
    p = np.array([[0, 1], [1, 0], [0, 1], [0.3, 0.7]], "float32")
    y = np.array([[1, 0], [1, 0], [0, 1], [1, 0]], "float32")
    assert_loss_equals_keras(LOSSES[name][0], y, p)
    assert not LOSSES[name][0](scratch).gradient(y, p)[:3].any()
    assert not LOSSES[name][0](scratch).gradient(y, p.astype("float64"))[:3].any()


@each_loss
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), reduction=st.sampled_from(["mean", "sum"]), weighted=st.booleans())
def test_loss_gradient_equals_finite_differences(make, kind, seed, reduction, weighted):
    (y, p), loss = rows_for(kind, seed, n=4), make(scratch, reduction=reduction)
    weight = np.random.default_rng(seed).uniform(0, 3, 4) if weighted else None
    assert_close(loss.gradient(y, p, weight), central(lambda x: loss(y, x, weight), p), 1e-9)


@each_loss
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 9), k=st.integers(2, 5))
def test_sum_is_the_weighted_sum_of_rows_and_n_times_the_mean(make, kind, seed, n, k):
    y, p = rows_for(kind, seed, n, k)
    mean, total = make(scratch), make(scratch, reduction="sum")
    weight = np.random.default_rng(seed).integers(0, 4, n)
    assert total(y, p, weight) == pytest.approx(float(weight @ total.per_row(y, p)))
    assert total(y, p, weight) == pytest.approx(n * mean(y, p, weight))
    assert_close(total.gradient(y, p, weight), n * mean.gradient(y, p, weight), 1e-12)
    if weight.any():  # a weight of 3 is three equal rows
        repeated = total(np.repeat(y, weight, axis=0), np.repeat(p, weight, axis=0))
        assert total(y, p, weight) == pytest.approx(repeated)
    assert not total.gradient(y, p, weight)[weight == 0].any()


def test_losses_equal_scipy():
    (y, p), (_, z) = rows_for("labels probabilities", 1), rows_for("labels logits", 1)
    log_loss = -special.xlogy(y, p) - special.xlogy(1 - y, 1 - p)
    assert scratch.BinaryCrossentropy()(y, p) == pytest.approx(log_loss.mean(), rel=1e-12)
    log_loss = -y * special.log_expit(z) - (1 - y) * special.log_expit(-z)
    assert scratch.BinaryCrossentropy(from_logits=True)(y, z) == pytest.approx(log_loss.mean(), rel=1e-12)
    y, z = rows_for("classes logits", 1)
    expected = -(y * special.log_softmax(z, axis=-1)).sum(axis=-1)
    assert_close(scratch.CategoricalCrossentropy(from_logits=True).per_row(y, z), expected, 1e-12)
    assert_close(scratch.Huber(0.7).per_row(y, z), special.huber(0.7, y - z).mean(axis=-1), 1e-12)


@FEW
@given(numbers(6), st.integers(0, 999))
def test_cross_entropy_from_logits_equals_the_one_from_probabilities(z, seed):
    y, one_hot = rows_for("labels logits", seed, n=4)[0], rows_for("classes logits", seed, n=4)[0]
    binary, classes = scratch.BinaryCrossentropy, scratch.CategoricalCrossentropy
    p, q = scratch.sigmoid(z), scratch.softmax(z)
    assert binary(from_logits=True)(y, z) == pytest.approx(binary()(y, p), rel=1e-9)
    assert classes(from_logits=True)(one_hot, z) == pytest.approx(classes()(one_hot, q), rel=1e-9)
    chained = scratch.sigmoid.backward(z, binary().gradient(y, p))
    assert_close(binary(from_logits=True).gradient(y, z), chained, 1e-9)
    chained = scratch.softmax.backward(z, classes().gradient(one_hot, q))
    assert_close(classes(from_logits=True).gradient(one_hot, z), chained, 1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_losses_from_logits_stand_very_large_logits(dtype):
    z = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
    y = np.array([[0, 1], [0, 1]], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, expected in {"bce logits": [1e4, 0], "cce logits": [2e4, 0]}.items():
            loss = LOSSES[name][0](scratch)
            assert loss.per_row(y, z).tolist() == expected and np.isfinite(loss.gradient(y, z)).all()
            assert loss.gradient(y, z).dtype == dtype


def test_labels_may_be_flat_whole_numbers_or_a_series():
    z = np.array([[0.5], [-1.0], [2.0]])
    loss, y = scratch.BinaryCrossentropy(from_logits=True), np.array([[1.0], [0.0], [1.0]])
    for same in (y[:, 0], np.array([1, 0, 1]), pd.Series([1, 0, 1], index=[2, 0, 1])):
        assert loss(same, z) == loss(y, z)
        assert loss.gradient(same, z).tolist() == loss.gradient(y, z).tolist()


ONES, HALF, TWO = np.ones((3, 1)), np.full((3, 1), 0.5), np.full((3, 2), 0.5)
BINARY, CLASSES = scratch.BinaryCrossentropy(), scratch.CategoricalCrossentropy()
BAD_BATCHES = {
    "rows differ": (BINARY, ONES, HALF[:2], None, ["3", "2", "row"]),
    "flat label for two outputs": (BINARY, ONES[:, 0], TWO, None, ["y_true"]),
    "standardised label": (BINARY, [[0], [2.66], [1]], HALF, None, ["y_true", "[0, 1]", "2.66", "row 1"]),
    "negative class": (CLASSES, [[1, 0], [2, -1], [1, 0]], TWO, None, ["y_true", "row 1"]),
    "classes that sum to 2": (CLASSES, [[1, 0], [0, 1], [1, 1]], TWO, None, ["y_true", "row 2"]),
    "missing label": (BINARY, [[0], [1], [np.nan]], HALF, None, ["y_true", "NaN", "row 2"]),
    "missing prediction": (scratch.Huber(), ONES, [[0], [np.nan], [1]], None, ["y_pred", "NaN", "row 1"]),
    "logits": (BINARY, ONES, [[0.1], [0.2], [3.5]], None, ["3.5", "row 2", "from_logits=True"]),
    "negative logits": (CLASSES, [[1, 0]], [[1.5, -0.5]], None, ["row 0", "from_logits=True"]),
    "negative weight": (BINARY, ONES, HALF, [1, -2, 1], ["sample_weight", "-2"]),
    "too few weights": (BINARY, ONES, HALF, [1, 2], ["sample_weight", "2", "3"]),
    "empty": (scratch.MeanSquaredError(), ONES[:0], HALF[:0], None, []),
}


@pytest.mark.parametrize(("loss", "y", "p", "weight", "fragments"), BAD_BATCHES.values(), ids=BAD_BATCHES)
def test_losses_name_what_is_wrong(loss, y, p, weight, fragments):
    y, p = np.asarray(y, dtype=float), np.asarray(p, dtype=float)
    weight = None if weight is None else np.asarray(weight, dtype=float)
    for f in (loss, loss.gradient):
        with error_naming(*fragments):
            f(y, p, weight)


# --- initialisers, regularisers, schedules -----------------------------------------------------------------

SHAPE = (300, 200)  # fan_in, fan_out
BOUNDS = {"glorot_uniform": np.sqrt(6 / 500), "he_uniform": np.sqrt(6 / 300)}
VARIANCES = {"glorot_normal": 2 / 500, "he_normal": 2 / 300, "lecun_normal": 1 / 300}


@pytest.mark.parametrize("name", [*BOUNDS, *VARIANCES])
def test_initialiser_has_the_distribution_of_its_definition_and_of_keras(name):
    draw = scratch.get_initializer(name)(SHAPE, np.random.default_rng(0))
    assert draw.shape == SHAPE and draw.dtype == np.float64
    if name in BOUNDS:
        law = stats.uniform(-BOUNDS[name], 2 * BOUNDS[name])
    else:  # a normal cut at two of its deviations, widened so that what is left has the wanted one
        law = stats.truncnorm(-2, 2, scale=VARIANCES[name] ** 0.5 / stats.truncnorm(-2, 2).std())
        assert draw.var() == pytest.approx(VARIANCES[name], rel=0.02)
    assert law.support()[0] <= draw.min() and draw.max() <= law.support()[1]
    assert stats.kstest(draw.ravel(), law.cdf).pvalue > 0.001
    theirs = keras.initializers.get(name)
    theirs.seed = 7
    assert stats.ks_2samp(draw.ravel(), np.ravel(theirs(SHAPE))).pvalue > 0.001
    again = scratch.get_initializer(name)(SHAPE, np.random.default_rng(0))
    assert again.tolist() == draw.tolist()


def test_zeros_ones_random_normal_and_own_initialisers():
    rng = np.random.default_rng(0)
    assert not scratch.get_initializer("zeros")((2, 3), rng).any()
    assert scratch.get_initializer("ones")((2, 3), rng).tolist() == [[1] * 3] * 2
    draw = scratch.RandomNormal(stddev=0.2)(SHAPE, rng)
    assert draw.std() == pytest.approx(0.2, rel=0.02) and np.abs(draw).max() > 0.6  # not truncated
    assert scratch.RandomNormal()(SHAPE, rng).std() == pytest.approx(0.05, rel=0.02)
    assert scratch.get_initializer(np.ones) is np.ones
    with error_naming("xavier", "glorot_uniform"):
        scratch.get_initializer("xavier")


@given(numbers(3))
def test_regularisers_equal_their_formulas_keras_and_finite_differences(W):
    W = np.where(np.abs(W) < 0.001, 0.5, W)
    for mine, theirs in [(scratch.L1(0.3), KERAS.L1(0.3)), (scratch.L2(0.3), KERAS.L2(0.3))]:
        assert mine.penalty(W) == pytest.approx(float(theirs(W)), rel=1e-5)
        assert_close(mine.gradient(W), central(mine.penalty, W), 1e-9)
    assert scratch.L1().penalty(W) == pytest.approx(0.01 * np.abs(W).sum())
    assert scratch.L2().penalty(W) == pytest.approx(0.01 * (W**2).sum())
    assert scratch.L1(1.0).gradient(np.zeros(2)).tolist() == [0, 0]
    assert scratch.L2().gradient(W.astype("float32")).dtype == np.float32


RATE = np.float64(0.1)  # Keras computes a schedule in the type of its rate
SCHEDULES = [
    lambda lib: lib.ExponentialDecay(RATE, 20, 0.75),
    lambda lib: lib.ExponentialDecay(RATE, 20, 0.75, staircase=True),
    lambda lib: lib.PiecewiseConstantDecay([10, 40], [3 * RATE, 2 * RATE, RATE / 2]),
    lambda lib: lib.CosineDecay(RATE, 50),
    lambda lib: lib.CosineDecay(RATE, 50, alpha=0.25),
    lambda lib: lib.CosineDecay(0 * RATE, 50, alpha=0.125, warmup_target=0.5, warmup_steps=20),
]


@pytest.mark.parametrize("make", SCHEDULES)
def test_schedule_equals_keras(make):
    with floatx("float64"):
        mine, theirs = make(scratch), make(KERAS)
        for step in [0, 1, 9, 10, 11, 19, 20, 21, 39, 40, 41, 49, 50, 51, 69, 70, 71, 1000]:
            assert isinstance(mine(step), float)
            assert mine(step) == pytest.approx(float(theirs(step)), rel=1e-12, abs=1e-16)
