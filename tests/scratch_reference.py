"""Keras' twins of the networks of mktutils.scratch, and comparisons relative to the largest entry.

A stack, a loss and an optimiser are written once, as a function of the library that provides the classes:
`lambda lib: [lib.Dense(4, activation="tanh"), lib.Dense(1)]` is called with `scratch` and with `KERAS`.

In float64 Keras still rounds settings that are Python floats, and constants inside gelu and leaky_relu, to
float32. Comparisons at 1e-10 therefore take settings that float32 holds exactly, such as 0.875.
"""

from contextlib import contextmanager
from types import SimpleNamespace

import mktutils  # noqa: F401  before keras: it sets TensorFlow's log level

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf

from mktutils import scratch

KERAS = SimpleNamespace(
    **vars(keras.layers)
    | vars(keras.losses)
    | vars(keras.regularizers)
    | vars(keras.optimizers)
    | vars(keras.optimizers.schedules)
    | {"Residual": list}  # keras_twin adds the input of a list of layers to its output
)
RTOL = {"float32": 1e-5, "float64": 1e-10}


def assert_close(mine, expected, rtol, name="the array", atol=0.0):
    """Compare shapes, then entries relative to the largest expected entry; NaN differs from everything."""
    mine, expected = np.asarray(mine), np.asarray(expected)
    assert mine.shape == expected.shape, f"{name}: shape {mine.shape}, expected {expected.shape}"
    worst = np.abs(mine - expected).max()
    bound = rtol * np.abs(expected).max() + atol
    assert worst <= bound, f"{name} differs by {worst:.3g}, allowed {bound:.3g}"


@contextmanager
def error_naming(*fragments, kind=ValueError):
    """Expect an error whose message holds every fragment."""
    with pytest.raises(kind) as caught:
        yield
    missing = [fragment for fragment in fragments if fragment not in str(caught.value)]
    assert not missing, f"{missing} not in: {caught.value}"


@contextmanager
def floatx(dtype):
    """Let Keras compute in `dtype` for a while."""
    before = keras.config.floatx()
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)  # once any layer exists, floatx alone changes nothing
    try:
        yield
    finally:
        keras.config.set_floatx(before)
        keras.config.set_dtype_policy(before)


def central(f, x, h=1e-4):
    """Return the gradient of the scalar f(x) by differences of fourth order, entry by entry."""
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        gradient[i] = 8 * (f(x + step) - f(x - step)) - (f(x + 2 * step) - f(x - 2 * step))
    return gradient / (12 * h)


def through(layer, x):
    if not isinstance(layer, list):
        return layer(x)
    inside = x
    for inner in layer:
        inside = through(inner, inside)
    return keras.layers.Add()([x, inside])


def keras_twin(stack, n_inputs, weights):
    """Return Keras' model of the stack with these weights; call it under `floatx`."""
    inputs = x = keras.Input((n_inputs,))
    for layer in stack(KERAS):
        x = through(layer, x)
    model = keras.Model(inputs, x)
    model.set_weights(weights)
    return model


def perturbed(network, n_inputs, seed=1):
    """Build the network and move every weight, so that no bias is 0 and no gamma is 1."""
    network.build(n_inputs)
    rng = np.random.default_rng(seed)
    for array in network.parameters.values():
        array += (0.2 * rng.normal(size=array.shape)).astype(array.dtype)
    return network


def keras_gradients(model, loss, X, y, sample_weight=None, training=True):
    """Return Keras' loss with penalties and the gradient of every trainable weight."""
    with tf.GradientTape() as tape:
        value = loss(y, model(X, training=training), sample_weight) + sum(model.losses)
    return float(value), [g.numpy() for g in tape.gradient(value, model.trainable_variables)]


def column(y):
    return np.asarray(y).reshape(len(y), -1)


def assert_same_steps(mine, theirs, *, dtype="float32", rtol=None, steps=100):
    """Train one small network with both optimisers; compare every weight after every step.

    mine: an optimiser of scratch; theirs: a function of the library that returns Keras' optimiser.
    """
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 5)).astype(dtype)
    y = (X[:, 0] - X[:, 1] ** 2 + rng.normal(size=200) > 0).astype(dtype)
    rtol = rtol or RTOL[dtype]

    def stack(lib):
        return [lib.Dense(6, activation="tanh"), lib.Dense(1)]

    loss = scratch.BinaryCrossentropy(from_logits=True)
    network = scratch.Network(stack(scratch), loss=loss, optimizer=mine, dtype=dtype).build(5)
    with floatx(dtype):
        model = keras_twin(stack, 5, network.get_weights())
        optimizer, keras_loss = theirs(KERAS), keras.losses.BinaryCrossentropy(from_logits=True)
        optimizer.build(model.trainable_variables)

        @tf.function
        def keras_step(inputs, labels):
            with tf.GradientTape() as tape:
                value = keras_loss(labels, model(inputs, training=True))
            optimizer.apply(tape.gradient(value, model.trainable_variables))

        for step in range(steps):
            rows = rng.integers(0, 200, size=32)
            network.train_on_batch(X[rows], y[rows])
            keras_step(tf.constant(X[rows]), tf.constant(column(y[rows])))
            pairs = zip(network.parameters.items(), model.trainable_variables, strict=True)
            for (name, array), variable in pairs:
                assert array.dtype == dtype, f"{name} became {array.dtype}"
                assert_close(array, variable.numpy(), rtol, f"step {step}: {name}")
    assert mine.iterations == steps
