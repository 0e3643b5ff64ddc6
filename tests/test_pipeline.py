"""ScoringPipeline: from raw rows to probabilities, by NumPy and scikit-learn; what it is made of."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

import mktutils  # noqa: F401  before keras: it sets TensorFlow's log level

# isort: split
import keras

from mktutils.models import Category, Number, ScoringPipeline, TableEncoder, tabular_mlp


def rows(n=30, seed=0):
    rng = np.random.default_rng(seed)
    ages = rng.integers(18, 80, n)
    return pd.DataFrame(
        {
            "city": rng.choice(["Oslo", " oslo", "Lima", "new", None], n),
            "age": [f"{age} years" if age % 2 else str(age) for age in ages],
            "spend": rng.exponential(50, n).round(2),
        },
        index=rng.permutation(n) + 5,
    )


ENCODER = TableEncoder(
    {"age": Number(missing=(-1,)), "spend": Number(), "city": Category()}, bins=3, min_count=2
).fit(rows(200, seed=9))


def network(seed, **settings):
    """Return a small network with random weights (biases too)."""
    model = tabular_mlp(ENCODER, **{"units": 4, "depth": 1, "embedding": 2} | settings)
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.7, w.shape) for w in model.get_weights()])
    return model


NETWORKS = [network(1), network(2)]


def logit(p):
    return np.log(p / (1 - p))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def mean_probability(frame):
    encoded = ENCODER.transform(frame)
    return np.mean([np.asarray(m(encoded), dtype="float64")[:, 0] for m in NETWORKS], axis=0)


def constant(z):
    """Return a network that gives sigmoid(z) to every row."""
    inputs = keras.Input((2, 5), name="numbers")
    model = keras.Model({"numbers": inputs}, keras.layers.Dense(1, "sigmoid")(keras.layers.Flatten()(inputs)))
    model.set_weights([np.zeros((10, 1)), np.array([z])])
    return model


# --- scores ------------------------------------------------------------------------------------------------


def test_score_is_the_mean_probability():
    score = ScoringPipeline(ENCODER, NETWORKS).score(rows())
    assert score.dtype == np.float64 and score.shape == (30,)
    assert score == pytest.approx(mean_probability(rows()), abs=1e-6)


def test_one_network_needs_no_list():
    alone, listed = (ScoringPipeline(ENCODER, m).score(rows()) for m in (NETWORKS[0], NETWORKS[:1]))
    assert np.array_equal(alone, listed)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.1, 5), st.floats(-3, 3))
def test_calibration_is_a_line_on_the_logit(slope, intercept):
    score = ScoringPipeline(ENCODER, NETWORKS, calibration=(slope, intercept)).score(rows())
    plain = mean_probability(rows())
    assert score == pytest.approx(sigmoid(slope * logit(plain) + intercept), abs=1e-5)
    assert np.array_equal(np.argsort(score, kind="stable"), np.argsort(plain, kind="stable"))


def test_calibration_takes_the_coefficients_of_a_logistic_regression():
    frame = rows(300)
    x = logit(mean_probability(frame))[:, None]
    y = np.random.default_rng(0).random(300) < sigmoid(0.5 * x[:, 0] - 1)
    platt = LogisticRegression(C=np.inf).fit(x, y)
    pair = (float(platt.coef_[0, 0]), float(platt.intercept_[0]))
    score = ScoringPipeline(ENCODER, NETWORKS, calibration=pair).score(frame)
    assert score == pytest.approx(platt.predict_proba(x)[:, 1], abs=1e-5)


@pytest.mark.parametrize(("z", "sign"), [(-200, 1), (200, -1)])
def test_sure_networks_are_clipped_before_the_logit(z, sign):
    score = ScoringPipeline(ENCODER, constant(z), calibration=(0.5, 0.0)).score(rows(3))
    assert logit(score) == pytest.approx(sign * 0.5 * logit(1e-7), rel=0.02)


def test_one_row_scores_as_it_does_among_many():
    pipeline, many = ScoringPipeline(ENCODER, NETWORKS), rows(5000)  # more than one batch
    score = pipeline.score(many)
    for i in (0, 1, 4095, 4096, 4999):
        assert pipeline.score(many.iloc[[i]]) == pytest.approx(score[[i]], abs=1e-6)
    assert pipeline.score(many.iloc[::-1]) == pytest.approx(score[::-1], abs=1e-6)


def test_no_rows_have_no_scores():
    score = ScoringPipeline(ENCODER, NETWORKS).score(rows().iloc[:0])
    assert score.shape == (0,) and score.dtype == np.float64


def test_dropout_sleeps_and_the_frame_is_not_changed():
    pipeline, frame = ScoringPipeline(ENCODER, network(3, dropout=0.5)), rows()
    copy = frame.copy(deep=True)
    assert np.array_equal(pipeline.score(frame), pipeline.score(frame))
    pd.testing.assert_frame_equal(frame, copy)


def test_scoring_is_silent(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in range(1, 9):  # as many shapes: `predict` would print bars and warn of retracing
            ScoringPipeline(ENCODER, NETWORKS).score(rows(n))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("column", [{"age": Number()}, {"city": Category()}], ids=["numbers", "codes"])
def test_networks_with_one_kind_of_input(column, tmp_path):
    encoder = TableEncoder(column, min_count=1).fit(rows())
    pipeline = ScoringPipeline(encoder, tabular_mlp(encoder, units=2))
    again = ScoringPipeline.load(pipeline.save(tmp_path / "one.pipeline"))
    assert again.score(rows()) == pytest.approx(pipeline.score(rows()), abs=1e-6)
    assert list(again.columns) == list(column)


def test_missing_columns_and_bad_values_are_named_by_the_encoder():
    pipeline = ScoringPipeline(ENCODER, NETWORKS)
    assert list(pipeline.columns) == ["age", "spend", "city"]
    with pytest.raises(ValueError, match=r"'spend'.*'Spend'"):
        pipeline.score(rows().rename(columns={"spend": "Spend"}))
    with pytest.raises(ValueError, match=r"'old'.*'age'"):
        pipeline.score(rows().assign(age="old"))


# --- what it is made of ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "texts"),
    [
        (lambda: ScoringPipeline(ENCODER, []), ["network"]),
        (lambda: ScoringPipeline(ENCODER, [NETWORKS[0], network(1, n_outputs=3)]), [r"\(None, 3\)", "1"]),
        (lambda: ScoringPipeline(ENCODER, NETWORKS, calibration=(0.0, 1.0)), ["calibration|slope", "0"]),
        (lambda: ScoringPipeline(ENCODER, NETWORKS, calibration=(-1.0, 0.0)), ["calibration|slope", "-1"]),
        (lambda: ScoringPipeline(ENCODER, NETWORKS, calibration=(np.nan, 0.0)), ["calibration|slope", "nan"]),
        (lambda: ScoringPipeline(ENCODER, NETWORKS, calibration=(1.0, np.inf)), ["calibration", "inf"]),
    ],
)
def test_wrong_parts_are_named(call, texts):
    for text in texts:
        with pytest.raises(ValueError, match=text):
            call()
