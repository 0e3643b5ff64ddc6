"""Optimisers step for step against Keras, training, early stopping."""

import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch_reference import (
    assert_close,
    assert_same_steps,
    column,
    error_naming,
    floatx,
    keras,
    keras_twin,
)

from mktutils import scratch

# --- optimisers --------------------------------------------------------------------------------------------

RATE = np.float64(0.1)  # Keras computes a schedule in the type of its rate
BETAS = {"beta_1": 0.875, "beta_2": 0.984375, "epsilon": 2**-17}
OPTIMIZERS = {
    "SGD": lambda lib: lib.SGD(0.1),
    "momentum": lambda lib: lib.SGD(0.05, momentum=0.875),
    "Nesterov": lambda lib: lib.SGD(0.05, momentum=0.875, nesterov=True),
    "RMSprop": lambda lib: lib.RMSprop(0.003, rho=0.75, epsilon=2**-17),
    "Adam": lambda lib: lib.Adam(0.005, **BETAS),
    "AdamW": lambda lib: lib.AdamW(0.005, weight_decay=0.0625, **BETAS),
    "clipped momentum on a schedule": lambda lib: lib.SGD(
        lib.ExponentialDecay(RATE, 30, 0.5), momentum=0.875, global_clipnorm=0.0625
    ),
    "clipped RMSprop on a schedule": lambda lib: lib.RMSprop(
        lib.PiecewiseConstantDecay([30, 60], [RATE / 10, RATE / 30, RATE / 100]), global_clipnorm=0.0625
    ),
    "clipped Adam on a schedule": lambda lib: lib.Adam(
        lib.CosineDecay(RATE / 100, 60, warmup_target=2**-6, warmup_steps=10), **BETAS, global_clipnorm=0.0625
    ),
    "clipped AdamW": lambda lib: lib.AdamW(weight_decay=0.125, **BETAS, global_clipnorm=0.0625),
}
each_optimizer = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
CLASSES = ["SGD", "RMSprop", "Adam", "AdamW"]


@each_optimizer
def test_every_step_equals_keras(make):
    assert_same_steps(make(scratch), make)


@each_optimizer
def test_every_step_equals_keras_in_float64(make):
    assert_same_steps(make(scratch), make, dtype="float64", rtol=1e-10)


@pytest.mark.parametrize("name", CLASSES)
def test_default_settings_are_those_of_keras(name):
    mine, theirs = getattr(scratch, name)(), getattr(keras.optimizers, name)()
    assert mine.learning_rate == pytest.approx(float(theirs.learning_rate))
    assert_same_steps(mine, lambda lib: getattr(lib, name)(), steps=30)


def test_one_step_by_hand():
    # Adam's first step is the learning rate, whatever the gradient; RMSprop's is lr / sqrt(1 − rho).
    expected = {
        scratch.SGD(0.1): [1 - 0.2, 1 + 0.04],
        scratch.SGD(0.1, momentum=0.5, nesterov=True): [1 - 0.3, 1 + 0.06],
        scratch.RMSprop(0.1, rho=0.75, epsilon=0.0): [1 - 0.2, 1 + 0.2],
        scratch.Adam(0.1, epsilon=0.0): [0.9, 1.1],
        scratch.AdamW(0.1, weight_decay=0.3, epsilon=0.0): [0.97 - 0.1, 0.97 + 0.1],
        scratch.SGD(1.0, global_clipnorm=0.2 * np.sqrt(1.04)): [1 - 0.2, 1 + 0.04],
    }
    for optimizer, after in expected.items():
        kernel, bias = np.ones((1, 1)), np.ones(1)
        optimizer.apply([kernel, bias], [np.full((1, 1), 2.0), np.full(1, -0.4)])
        assert [kernel.item(), bias.item()] == pytest.approx(after), optimizer
        assert optimizer.iterations == 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.floats(0.01, 10))
def test_clipping_limits_the_length_of_the_step_and_keeps_its_direction(seed, clipnorm):
    rng = np.random.default_rng(seed)
    gradients = [rng.normal(size=(3, 2)), rng.normal(size=2)]
    params = [np.zeros((3, 2)), np.zeros(2)]
    scratch.SGD(1.0, global_clipnorm=clipnorm).apply(params, gradients)
    step, gradient = (np.concatenate([a.ravel() for a in arrays]) for arrays in (params, gradients))
    length = np.linalg.norm(gradient)
    assert np.linalg.norm(step) == pytest.approx(min(length, clipnorm))
    assert_close(step, -gradient * min(1, clipnorm / length), 1e-9)


@each_optimizer
def test_a_step_is_in_place_keeps_the_type_and_leaves_the_gradients(make):
    kernel, gradient = np.ones((2, 3), "float32"), np.full((2, 3), 0.5, "float32")
    optimizer, view = make(scratch), kernel.view()
    for _ in range(2):
        optimizer.apply([kernel], [gradient])
    assert kernel.dtype == np.float32 and (view == kernel).all() and (kernel != 1).all()
    assert (gradient == 0.5).all() and optimizer.iterations == 2


def test_the_current_learning_rate_follows_the_schedule():
    optimizer, array = scratch.SGD(lambda step: 1 / (step + 1)), np.zeros(1)
    for step in range(3):
        assert optimizer.iterations == step and optimizer.current_learning_rate == 1 / (step + 1)
        optimizer.apply([array], [np.ones(1)])
    assert scratch.Adam(0.02).current_learning_rate == 0.02


@pytest.mark.parametrize("name", CLASSES)
def test_optimisers_name_what_is_wrong(name):
    for rate in (0, -0.1, np.nan, np.inf):
        with error_naming("learning_rate", str(rate)):
            getattr(scratch, name)(rate)
    with error_naming("(2, 3)", "(3, 2)"):
        getattr(scratch, name)().apply([np.ones((2, 3))], [np.ones((3, 2))])
    with pytest.raises(ValueError):
        getattr(scratch, name)().apply([np.ones(2), np.ones(2)], [np.ones(2)])


def test_an_optimiser_that_belongs_to_another_network_is_refused():
    # As in Keras: its memory and its number of steps are those of the other one.
    optimizer, (X, y) = scratch.Adam(), labels()
    classifier(optimizer).fit(X, y)
    with pytest.raises(ValueError, match="another network"):
        classifier(optimizer).fit(X, y)


@each_optimizer
def test_divergence_makes_nan_without_warnings(make):
    array = np.ones(3, "float32")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for gradient in ([1e30, -1e38, 1], [np.inf, 1, 1], [np.nan, 1, 1]):
            optimizer, array = make(scratch), np.ones(3, "float32")
            for _ in range(3):
                optimizer.apply([array], [np.array(gradient, "float32")])
    assert np.isnan(array[0])


# --- training ----------------------------------------------------------------------------------------------


def regression(n=50, seed=0, noise=0.5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, X @ [1.0, -2.0, 0.5] + noise * rng.normal(size=n)


def labels(n=50, seed=0):
    X, y = regression(n, seed)
    return X, (y > 0.5).astype(int)


def stack(lib):
    return [lib.Dense(4, activation="tanh", kernel_regularizer=lib.L2(2**-6)), lib.Dense(1)]


def classifier(optimizer=None, **options):
    loss, optimizer = scratch.BinaryCrossentropy(from_logits=True), optimizer or scratch.Adam(0.01, **BETAS)
    return scratch.Network(stack(scratch), loss=loss, optimizer=optimizer, **options)


def compiled_twin(network):
    twin = keras_twin(stack, 3, network.get_weights())
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    twin.compile(keras.optimizers.Adam(0.01, **BETAS), loss, run_eagerly=True)
    return twin


def assert_same_weights(mine, theirs, rtol=1e-9):
    for one, other in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        assert_close(one, other, rtol)


def test_fit_equals_keras_fit_with_validation_and_a_last_smaller_batch():
    (X, y), (X_new, y_new) = labels(50), labels(30, seed=1)
    network = classifier(dtype="float64").build(3)
    with floatx("float64"):
        twin = compiled_twin(network)
        options = {"epochs": 3, "batch_size": 16, "shuffle": False}
        history = network.fit(X, y, validation_data=(X_new, y_new), **options).history
        theirs = twin.fit(X, column(y), validation_data=(X_new, column(y_new)), verbose=0, **options).history
        assert_same_weights(network, twin)
    assert history["loss"] == pytest.approx(theirs["loss"], rel=1e-6)
    assert history["val_loss"] == pytest.approx(theirs["val_loss"], rel=1e-6)
    assert history["learning_rate"] == pytest.approx([0.01] * 3)
    assert history["val_loss"][-1] == pytest.approx(network.evaluate(X_new, y_new))


@pytest.mark.parametrize("kind", ["sample", "class"])
def test_weighted_batch_equals_keras(kind):
    X, y = labels(40)
    weight = np.where(y == 1, 5.0, 0.5) if kind == "class" else np.linspace(0, 3, 40)
    network, fitted = (classifier(dtype="float64").build(3) for _ in range(2))
    with floatx("float64"):
        twin = compiled_twin(network)
        choice = {"class_weight": {0: 0.5, 1: 5.0}} if kind == "class" else {"sample_weight": weight}
        theirs = float(twin.train_on_batch(X, column(y), **choice))
        mine = network.train_on_batch(X, y, sample_weight=weight)
        history = fitted.fit(X, y, batch_size=40, shuffle=False, **choice).history
        assert mine == pytest.approx(theirs, rel=1e-6)
        assert history["loss"] == pytest.approx([theirs], rel=1e-6)
        assert_same_weights(network, twin)
        assert_same_weights(fitted, twin)


def test_an_epoch_without_shuffling_is_training_on_the_batches_in_order():
    X, y = labels(50)
    fitted, manual = classifier(), classifier()
    history = fitted.fit(X, y, batch_size=16, shuffle=False).history
    parts = [slice(0, 16), slice(16, 32), slice(32, 48), slice(48, 50)]
    manual.build(3)
    losses = [manual.train_on_batch(X[rows].astype("float32"), y[rows]) for rows in parts]
    assert history["loss"] == pytest.approx([np.average(losses, weights=[16, 16, 16, 2])])
    assert_same_weights(fitted, manual, 1e-6)


def test_the_loss_of_a_batch_is_that_before_the_step():
    X, y = labels()
    network = classifier(dtype="float64").build(3)
    before = network.evaluate(X, y)
    assert network.train_on_batch(X, y) == pytest.approx(before)
    assert network.evaluate(X, y) < before


def test_validation_uses_prediction_mode_and_changes_nothing():
    (X, y), new = regression(40), regression(30, seed=1)
    layers = [scratch.Dense(4, "tanh"), scratch.BatchNormalization(), scratch.Dropout(0.5), scratch.Dense(1)]
    loss, optimizer = scratch.MeanSquaredError(), scratch.SGD(0.05)
    network = scratch.Network(layers, loss=loss, optimizer=optimizer)
    history = network.fit(X, y, validation_data=new).history
    before = network.get_weights()
    assert history["val_loss"] == pytest.approx([network.evaluate(*new)]) == [network.evaluate(*new)]
    assert all((a == b).all() for a, b in zip(before, network.get_weights(), strict=True))


def test_the_seed_fixes_weights_shuffling_and_dropout():
    X, y = labels()

    def fit(seed):
        layers = [scratch.Dense(4, "relu"), scratch.Dropout(0.3), scratch.Dense(1)]
        loss, optimizer = scratch.BinaryCrossentropy(from_logits=True), scratch.Adam()
        network = scratch.Network(layers, loss=loss, optimizer=optimizer, seed=seed)
        return network.fit(X, y, epochs=2, batch_size=8)

    assert fit(1).history == fit(1).history != fit(2).history
    one, shuffled = classifier(), classifier()
    one.fit(X, y, batch_size=8, shuffle=False)
    shuffled.fit(X, y, batch_size=8)
    assert (one.get_weights()[0] != shuffled.get_weights()[0]).any()


def test_history_holds_one_number_per_epoch():
    X, y = labels()
    history = classifier().fit(X, pd.Series(y, index=y[::-1].cumsum()), epochs=4).history
    assert set(history) == {"loss", "learning_rate"} and {len(values) for values in history.values()} == {4}
    assert all(isinstance(value, float) for values in history.values() for value in values)


def test_full_batches_on_a_convex_problem_fall_to_the_least_squares_solution():
    X, y = regression(60)
    network = scratch.Network(
        [scratch.Dense(1)], loss=scratch.MeanSquaredError(), optimizer=scratch.SGD(0.2), dtype="float64"
    )
    losses = network.fit(X, y, epochs=300, batch_size=60).history["loss"]
    assert (np.diff(losses) < 1e-12).all()
    best = np.linalg.lstsq(np.c_[X, np.ones(60)], y, rcond=None)[0]
    assert np.r_[network.get_weights()[0][:, 0], network.get_weights()[1]] == pytest.approx(best, rel=1e-6)


def test_training_that_diverges_goes_on_without_warnings():
    X, y = regression()
    network = scratch.Network([scratch.Dense(1)], loss=scratch.MeanSquaredError(), optimizer=scratch.SGD(1e6))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        losses = network.fit(X, y, epochs=20, batch_size=10).history["loss"]
    assert len(losses) == 20 and not np.isfinite(losses[-1])


def spoilt(X, *places, value=np.nan):
    X = X.copy()
    X.ravel()[list(places)] = value
    return X


BAD_INPUT = {
    "NaN": (lambda X, y: (spoilt(X, 11, 61, 111), y), {}, ["X holds 3 NaN", "row 3, column 2"]),
    "infinite": (lambda X, y: (spoilt(X, 22, value=-np.inf), y), {}, ["X", "row 7, column 1"]),
    "flat": (lambda X, y: (X[:, 0], y), {}, ["X"]),
    "text": (lambda X, y: (X.astype(str), y), {}, ["X"]),
    "empty": (lambda X, y: (X[:0], y[:0]), {}, []),
    "rows": (lambda X, y: (X, y[:49]), {}, ["50", "49"]),
    "two labels": (lambda X, y: (X, np.c_[y, y]), {}, ["y"]),
    "class without weight": (lambda X, y: (X, y), {"class_weight": {0: 1.0}}, ["class_weight", "1"]),
    "batch": (lambda X, y: (X, y), {"batch_size": 0}, ["batch_size", "0"]),
    "epochs": (lambda X, y: (X, y), {"epochs": 0}, ["epochs", "0"]),
    "weights": (lambda X, y: (X, y), {"sample_weight": np.ones(49)}, ["sample_weight"]),
}


@pytest.mark.parametrize(("spoil", "options", "fragments"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_fit_names_what_is_wrong(spoil, options, fragments):
    with error_naming(*fragments):
        classifier().fit(*spoil(*labels()), **options)


def test_prediction_names_what_is_wrong():
    network, (X, _) = classifier().build(3), labels()
    with error_naming("dense", "3", "2"):
        network.predict(X[:, :2])
    with error_naming("X holds 1 NaN", "row 4, column 0"):
        network.predict(spoilt(X, 12))


# --- early stopping ----------------------------------------------------------------------------------------


def linear():
    optimizer = scratch.SGD(0.08, momentum=0.5)
    return scratch.Network([scratch.Dense(1)], loss=scratch.MeanSquaredError(), optimizer=optimizer).build(3)


def follow(callback, losses):
    """Feed a callback with one loss per epoch: the epochs trained, and the epoch of the weights kept."""
    model = SimpleNamespace(stop_training=False)
    model.get_weights, model.set_weights = lambda: model.now, lambda best: setattr(model, "now", best)
    if hasattr(callback, "set_model"):
        callback.set_model(model)
    else:
        callback.model = model
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        model.now = [np.array([epoch])]
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    callback.on_train_end()
    return epoch + 1, int(model.now[0][0])


@settings(max_examples=100, deadline=None)
@given(
    losses=st.lists(st.integers(1, 40).map(lambda k: k / 64), min_size=1, max_size=20),  # exact in float32
    patience=st.integers(0, 5),
    min_delta=st.sampled_from([0.0, 1 / 64, 3 / 64]),
    restore=st.booleans(),
)
def test_early_stopping_equals_keras_on_any_sequence_of_losses(losses, patience, min_delta, restore):
    rule = {"patience": patience, "min_delta": min_delta, "restore_best_weights": restore}
    mine = scratch.EarlyStopping(**rule)
    expected = follow(keras.callbacks.EarlyStopping(monitor="val_loss", **rule), losses)
    assert follow(mine, losses) == expected
    assert follow(mine, losses) == expected  # the callback may be used again


@pytest.mark.parametrize("monitor", ["loss", "val_loss"])
@pytest.mark.parametrize("restore", [False, True])
def test_fit_stops_with_the_weights_of_the_best_or_of_the_last_epoch(monitor, restore):
    (X, y), new = regression(24, 0, noise=1.5), regression(20, 1, noise=1.5)
    options = {"batch_size": 4, "shuffle": False, "validation_data": new}
    recorder, history, weights = linear(), {"loss": [], "val_loss": []}, []
    for _ in range(12):
        epoch = recorder.fit(X, y, **options).history
        weights.append(recorder.get_weights())
        for name, values in history.items():
            values += epoch[name]
    stopping = scratch.EarlyStopping(monitor, patience=2, min_delta=0.01, restore_best_weights=restore)
    epochs, last = follow(
        scratch.EarlyStopping(patience=2, min_delta=0.01, restore_best_weights=restore), history[monitor]
    )
    network = linear()
    assert network.fit(X, y, epochs=12, callbacks=[stopping], **options).epochs == epochs < 12
    for mine, reference in zip(network.get_weights(), weights[last], strict=True):
        assert (mine == reference).all()
