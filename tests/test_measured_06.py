"""The measured tables of lesson 06: complete, and what the lesson's own cells give when they run again."""

import numpy as np
import pytest
from conftest import benchmark

from mktutils.datasets import load_measured


@pytest.fixture(scope="module")
def memory():
    return benchmark("memory_06")


@pytest.fixture(scope="module")
def memory_lesson(memory):
    return memory.lesson()


@pytest.fixture(scope="module")
def visits():
    return benchmark("visits_06")


@pytest.fixture(scope="module")
def visits_lesson(visits):
    return visits.lesson()


@pytest.fixture(scope="module")
def reviews():
    return benchmark("reviews_06")


@pytest.fixture(scope="module")
def reviews_lesson(reviews):
    return reviews.lesson()


def test_each_recipe_was_measured_with_each_seed(visits, visits_lesson):
    expected = {(step, seed) for step in visits_lesson["RECIPES"] for seed in visits.SEEDS}
    measured = list(load_measured("06_climb")[["step", "seed"]].itertuples(index=False, name=None))
    assert len(measured) == len(expected) and set(measured) == expected


def test_each_body_was_measured_with_each_learning_rate(visits, visits_lesson):
    bodies = list(visits_lesson["RECIPES"])[:5]
    expected = {(step, lr, seed) for step in bodies for lr in visits.RATES for seed in visits.OTHER_SEEDS}
    measured = list(load_measured("06_rates")[["step", "lr", "seed"]].itertuples(index=False, name=None))
    assert len(measured) == len(expected) and set(measured) == expected


def test_each_way_to_predict_the_next_view_was_measured(visits, visits_lesson):
    table = load_measured("06_next")
    expected = {(step, seed) for step in visits_lesson["NEXT_RECIPES"] for seed in visits.SEEDS}
    assert len(table) == len(expected)
    assert set(table[["step", "seed"]].itertuples(index=False, name=None)) == expected
    assert set(load_measured("06_speed")["products"]) == {600, 6_000, 60_000}


def test_the_convolution_gives_its_stored_loss_again(visits, visits_lesson):
    loss = visits.measure(visits_lesson, visits_lesson["RECIPES"]["convolution"], 0)[3]
    table = load_measured("06_climb")
    stored = table.query("step == 'convolution' and seed == 0")["log_loss"].item()
    assert loss == pytest.approx(stored, abs=0.004)  # other processors round otherwise
    other = table.query("step in ('attention', 'attention, no positions')")["log_loss"].to_numpy()
    assert (np.abs(other - stored) > 0.02).all()  # so that the wrong recipe would be seen


def test_each_layer_of_the_lesson_was_measured_with_each_seed(memory, memory_lesson):
    table = load_measured("06_memory")
    names = memory_lesson["MEMORY"]
    assert len(table) == len(names) * len(memory.SEEDS) * 8
    assert not table.duplicated(["layer", "seed", "epoch"]).any()
    assert set(table["layer"]) == set(names)


def test_the_opened_gate_learns_again_what_the_closed_one_does_not(memory, memory_lesson):
    names = memory_lesson
    often = memory.load_sessions()["event"].value_counts(normalize=True)[memory.KINDS].to_numpy()
    opened = names["memory_by_epoch"]("LSTM, gate opened, clipped", 0, often, epochs=1)[-1]
    closed = names["memory_by_epoch"]("LSTM", 0, often, epochs=1)[-1]
    assert opened > 0.9 and closed < 0.6


def test_each_model_was_measured_with_each_seed(reviews, reviews_lesson):
    table = load_measured("06_reviews")
    everything = int((reviews_lesson["english"]["part"] == "train").sum())
    chinese = int((reviews_lesson["chinese"]["part"] == "train").sum())
    expected = {("models", kind, everything, seed) for kind in reviews.KINDS for seed in reviews.SEEDS}
    expected |= {("characters", "convolution", chinese, seed) for seed in reviews.SEEDS}
    expected |= {
        ("curve", kind, size, seed)
        for kind in ("runs of 1 to 3", "convolution", "GRU")
        for size in (*reviews.SIZES, everything)
        for seed in reviews.CURVE_SEEDS
    }
    measured = list(table[["study", "model", "reviews", "seed"]].itertuples(index=False, name=None))
    assert len(measured) == len(expected) and set(measured) == expected


def test_mean_pooling_gives_its_stored_auc_again(reviews, reviews_lesson):
    english = reviews_lesson["english"]
    rows = (english["part"] == "train").to_numpy()
    auc, parameters, _ = reviews.trained(reviews_lesson, "mean pooling", english, rows, 0)
    table = load_measured("06_reviews").query("study == 'models'")
    stored = table.query("model == 'mean pooling' and seed == 0")
    assert parameters == stored["parameters"].item()
    assert auc == pytest.approx(stored["auc"].item(), abs=0.008)  # other processors round otherwise
    assert (
        table.query("model != 'mean pooling'")["auc"] - auc
    ).abs().min() > 0.008  # so a wrong model is seen


def test_runs_of_words_give_their_stored_auc_again(reviews, reviews_lesson):
    english = reviews_lesson["english"]
    rows = reviews.some_rows(english, 200, seed=1)
    score = reviews_lesson["tfidf_model"](english["text"][rows], english["content"][rows])
    table = load_measured("06_reviews").query(
        "study == 'curve' and model == 'runs of 1 to 3' and reviews == 200"
    )
    again = reviews.valid_auc(english, lambda part: score(english["text"][part]))
    assert again == pytest.approx(table.query("seed == 1")["auc"].item(), abs=1e-3)
