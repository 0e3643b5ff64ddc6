"""The measured tables of lesson 05: complete, and what the lesson's own cells give when they run again."""

import pytest
from conftest import benchmark

from mktutils.datasets import load_measured


@pytest.fixture(scope="module")
def script():
    return benchmark("photos_05")


@pytest.fixture(scope="module")
def lesson(script):
    return script.lesson()


def test_each_recipe_was_measured_with_each_seed(script, lesson):
    table = load_measured("05_climb")
    expected = {(step, str(seed)) for step in lesson["RECIPES"] for seed in script.SEEDS}
    expected.add(("residual connections", "mean of five"))
    measured = list(zip(table["step"], table["seed"].astype(str), strict=True))
    assert len(measured) == len(expected) and set(measured) == expected


def test_each_size_of_the_learning_curve_was_measured(script):
    table = load_measured("05_curve")
    assert len(table) == (len(script.SIZES) + 1) * len(script.CURVE_SEEDS)
    assert set(table.loc[table["kind"] == "products", "photos"]) == set(script.SIZES)
    assert (table.loc[table["kind"] == "one each", "products"] == script.ONE_EACH).all()


def test_each_change_of_the_photos_was_measured(script, lesson):
    table = load_measured("05_shifts")
    assert set(table["network"]) == set(script.SHIFTED) and set(table["shift"]) == set(lesson["SHIFTS"])
    assert len(table) == len(script.SHIFTED) * len(lesson["SHIFTS"]) * len(script.SHIFT_SEEDS)


def test_the_dense_network_gives_its_stored_accuracy_again(script, lesson):
    network = lesson["train_recipe"](lesson["DENSE"], lesson["train"], 0)
    table = load_measured("05_climb").query("step == 'dense network'")
    stored = table.loc[table["seed"].astype(str) == "0", "accuracy"].item()
    p = lesson["predict"](network, lesson["x"][lesson["valid"]])
    assert script.scores(lesson, p)[0] == pytest.approx(stored, abs=0.02)  # other processors round otherwise
    other = load_measured("05_climb").query("step in ('linear model', 'small CNN')")["accuracy"]
    assert (abs(other - stored) > 0.04).all()  # so that the wrong recipe would be seen
