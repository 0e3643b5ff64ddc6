"""tabular_mlp and Periodic: a forward pass in NumPy, layers and shapes, training, a fresh process."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import mktutils  # noqa: F401  before keras: it sets TensorFlow's log level

# isort: split
import keras

from mktutils.models import Category, Number, Periodic, TableEncoder, tabular_mlp

N = 40


def rows(n=N, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 80, n).astype(float),
            "spend": rng.exponential(50, n),
            "city": rng.choice(["oslo", "lima", "rome"], n),
            "plan": rng.choice(["a", "b"], n),
        }
    )


def fitted(*names, bins=3):
    columns = {"age": Number(), "spend": Number(), "city": Category(), "plan": Category()}
    kept = {name: columns[name] for name in names or columns}
    return TableEncoder(kept, bins=bins, min_count=1).fit(rows())


def randomised(model, seed=0):
    """Give every weight, biases too, a random value, so that no part can be left out unseen."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.4, w.shape) for w in model.get_weights()])
    return model


def relu(x):
    return np.maximum(x, 0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def numpy_forward(model, encoded, categories):
    """Compute the network from its weights by layer name: einsum, one-hot times matrix, matrix products."""
    weights = {layer.name: [w.astype("float64") for w in layer.get_weights()] for layer in model.layers}
    numbers, codes = encoded["numbers"].astype("float64"), encoded["codes"]
    parts = []
    if numbers.shape[1]:
        kernel, bias = weights["number_embedding"]
        parts += [relu(np.einsum("ndk,dke->nde", numbers, kernel) + bias).reshape(len(numbers), -1)]
        parts += [numbers[:, :, -1]]
    for j, name in enumerate(categories):
        (matrix,) = weights[f"embed_{name}"]
        parts.append(np.eye(len(matrix))[codes[:, j]] @ matrix)
    h = np.concatenate(parts, axis=1)
    for k in range(1, sum(name.startswith("hidden_") for name in weights) + 1):
        kernel, bias = weights[f"hidden_{k}"]
        h = relu(h @ kernel + bias)
    kernel, bias = weights["output"]
    return h @ kernel + bias


# --- what the network computes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("age", "spend", "city", "plan"),
        ("age",),
        ("city", "plan"),
        ("city",),
    ],
    ids=["all", "one number", "categories only", "one category"],
)
def test_forward_pass_equals_numpy_with_one_hot_rows_times_matrices(names):
    encoder = fitted(*names)
    model = randomised(tabular_mlp(encoder, units=5, depth=2, embedding=3))
    encoded = encoder.transform(rows(seed=1))
    given = {spec.name: encoded[spec.name] for spec in model.inputs}
    expected = sigmoid(numpy_forward(model, encoded, encoder.category_names))
    assert np.asarray(model(given)) == pytest.approx(expected, abs=1e-5)


def test_several_outputs_are_probabilities_that_sum_to_one():
    encoder = fitted()
    model = randomised(tabular_mlp(encoder, units=5, depth=1, n_outputs=3))
    encoded = encoder.transform(rows(seed=1))
    z = numpy_forward(model, encoded, encoder.category_names)
    softmax = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    output = np.asarray(model(encoded))
    assert output.shape == (N, 3) and output == pytest.approx(softmax, abs=1e-5)


def test_dropout_works_in_training_only():
    encoder = fitted()
    model, encoded = tabular_mlp(encoder, dropout=0.5), encoder.transform(rows())
    calm = [np.asarray(model(encoded)) for _ in range(2)]
    assert np.array_equal(*calm)
    assert not np.allclose(np.asarray(model(encoded, training=True)), calm[0])


# --- how it is built ---------------------------------------------------------------------------------------


def test_inputs_follow_the_encoder():
    shapes = {t.name: (t.shape, t.dtype) for t in tabular_mlp(fitted(bins=4), units=2).inputs}
    assert shapes == {"numbers": ((None, 2, 6), "float32"), "codes": ((None, 2), "int32")}


@pytest.mark.parametrize(("names", "only"), [(("age",), "numbers"), (("city",), "codes")])
def test_an_absent_kind_of_column_is_no_input(names, only):
    assert [t.name for t in tabular_mlp(fitted(*names), units=2).inputs] == [only]


def test_layers_have_their_names_and_sizes():
    model = tabular_mlp(fitted(), units=7, depth=3, embedding=5, category_embedding=2)
    shape = {layer.name: [tuple(w.shape) for w in layer.weights] for layer in model.layers if layer.weights}
    assert shape == {
        "number_embedding": [(2, 5, 5), (2, 5)],
        "embed_city": [(4, 2)],  # three cities and code 0
        "embed_plan": [(3, 2)],
        "hidden_1": [(2 * 5 + 2 + 2 + 2, 7), (7,)],
        "hidden_2": [(7, 7), (7,)],
        "hidden_3": [(7, 7), (7,)],
        "output": [(7, 1), (1,)],
    }
    assert model.name == "tabular_mlp" and model.output_shape == (None, 1)
    assert sum(isinstance(layer, keras.layers.Dropout) for layer in model.layers) == 3


def test_defaults_are_those_of_the_contract():
    model = tabular_mlp(fitted())
    assert model.get_layer("number_embedding").kernel.shape == (2, 5, 8)
    assert model.get_layer("hidden_2").units == 128 and "hidden_3" not in [x.name for x in model.layers]
    assert [x.rate for x in model.layers if isinstance(x, keras.layers.Dropout)] == [0.3, 0.3]


def test_an_embedding_is_never_wider_than_levels_and_never_empty():
    rare = TableEncoder({"city": Category(), "plan": Category()}, min_count=N // 2 - 2).fit(
        rows().assign(city=[f"c{i}" for i in range(N)])
    )
    model = tabular_mlp(rare, units=2, category_embedding=9)
    assert rare.n_codes[0] == 1
    for j, name in enumerate(("city", "plan")):
        assert model.get_layer(f"embed_{name}").output_dim == max(rare.n_codes[j] - 1, 1)


def test_without_dropout_there_is_no_dropout_layer():
    model = tabular_mlp(fitted(), dropout=0, name="other")
    assert not any(isinstance(layer, keras.layers.Dropout) for layer in model.layers)
    assert model.name == "other" and not model.compiled


def test_column_names_with_blanks_and_signs_can_be_embedded(tmp_path):
    frame = rows().rename(columns={"city": "home city / €"})
    encoder = TableEncoder({"home city / €": Category()}, min_count=1).fit(frame)
    model = tabular_mlp(encoder, units=2)
    model.save(tmp_path / "m.keras")
    encoded = {"codes": encoder.transform(frame)["codes"]}
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert np.array_equal(np.asarray(again(encoded)), np.asarray(model(encoded)))


def test_every_weight_learns_and_the_loss_falls():
    keras.utils.set_random_seed(0)
    encoder = fitted()
    model = tabular_mlp(encoder, units=16, depth=1, dropout=0)
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
    frame = rows(400)
    target = (frame["age"] > 50) ^ (frame["city"] == "oslo")  # no sum of single effects
    before = [w.copy() for w in model.get_weights()]
    encoded = encoder.transform(frame)
    losses = model.fit(encoded, target.to_numpy("float32"), epochs=8, batch_size=64, verbose=0)
    assert losses.history["loss"][-1] < 0.5 * losses.history["loss"][0]
    assert all(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_unfitted_encoder_is_refused():
    with pytest.raises(ValueError, match="fit"):
        tabular_mlp(TableEncoder({"age": Number()}))


# --- periodic embedding ------------------------------------------------------------------------------------


def test_periodic_is_sine_and_cosine_of_two_pi_c_x():
    layer = Periodic(frequencies=3, sigma=0.5)
    x = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")
    output = np.asarray(layer(x))
    (c,) = layer.get_weights()
    angle = 2 * np.pi * c[None] * x[:, :, None]
    assert c.shape == (2, 3) and output.shape == (5, 2, 6)
    assert output == pytest.approx(np.concatenate([np.sin(angle), np.cos(angle)], axis=-1), abs=1e-5)
    assert len(layer.trainable_weights) == 1


def test_periodic_frequencies_are_normal_with_the_given_deviation():
    layer = Periodic(frequencies=200, sigma=0.25)
    layer.build((None, 50))
    (c,) = layer.get_weights()
    assert c.mean() == pytest.approx(0, abs=0.01) and c.std() == pytest.approx(0.25, rel=0.05)


def test_periodic_tells_its_shape_before_it_sees_data():
    assert Periodic(frequencies=4, sigma=1.0)(keras.Input((3,))).shape == (None, 3, 8)


# --- saved and loaded --------------------------------------------------------------------------------------

FRESH = """
import sys
import numpy as np
import mktutils.models
assert not {"tensorflow", "keras"} & set(sys.modules), "importing mktutils.models must not load TensorFlow"
from mktutils.models import Category, Number, ScoringPipeline, TableEncoder
assert not {"tensorflow", "keras"} & set(sys.modules), "names without Keras must not load TensorFlow"
import keras
given = dict(np.load("inputs.npz"))
model = keras.saving.load_model("mlp.keras", safe_mode=True)
from mktutils.models import Periodic
waves = keras.saving.load_model("waves.keras", safe_mode=True)
np.savez("outputs.npz", mlp=model(given), waves=waves(given["numbers"][:, :, -1]))
"""


def test_saved_networks_give_equal_outputs_in_a_fresh_process(tmp_path):
    encoder = fitted()
    encoded = encoder.transform(rows(seed=2))
    model = randomised(tabular_mlp(encoder, units=4, depth=1))
    values = keras.Input((2,))
    hidden = keras.layers.Flatten()(Periodic(frequencies=2, sigma=0.3)(values))
    waves = keras.Model(values, keras.layers.Dense(1, activation="sigmoid")(hidden))
    model.save(tmp_path / "mlp.keras")
    waves.save(tmp_path / "waves.keras")
    np.savez(tmp_path / "inputs.npz", **encoded)
    done = subprocess.run([sys.executable, "-c", FRESH], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    outputs = np.load(tmp_path / "outputs.npz")
    assert outputs["mlp"] == pytest.approx(np.asarray(model(encoded)), abs=1e-6)
    assert outputs["waves"] == pytest.approx(np.asarray(waves(encoded["numbers"][:, :, -1])), abs=1e-6)
