"""The measured tables of lesson 04: complete, and what the lesson's own cells give when they run again."""

import pytest
from conftest import benchmark

from mktutils.datasets import load_measured


@pytest.fixture(scope="module")
def script():
    return benchmark("climb_04")


@pytest.fixture(scope="module")
def lesson(script):
    return script.lesson()


def test_each_recipe_of_the_lesson_was_measured_in_each_month_with_each_seed(script, lesson):
    table = load_measured("04_climb")
    expected = {
        (step, month, seed)
        for step in lesson["RECIPES"]
        for month in script.MONTHS
        for seed in (*map(str, script.SEEDS), "mean of five")
    }
    measured = list(zip(table["step"], table["month"], table["seed"], strict=True))
    assert len(measured) == len(expected) and set(measured) == expected


def test_each_setting_of_the_tuning_was_measured(script):
    table = load_measured("04_tuning")
    settings = sum(len(values) for _, values in script.KNOBS.values())
    assert len(table) == settings * 2 * 2 and set(table["setting"]) == set(script.KNOBS)
    assert not table.duplicated(["setting", "value", "month", "seed"]).any()


def test_the_kept_recipe_gives_its_stored_log_loss_again(script, lesson):
    recipe, train = lesson["RECIPES"]["own column"], lesson["month"] < 6
    p = lesson["train_recipe"](recipe, train, lesson["make_inputs"](recipe, train), seed=0)
    table = load_measured("04_climb").query("step == 'own column' and month == 6")
    stored = table.loc[table["seed"] == "0", "log_loss"].item()
    assert script.scores(lesson, p, 6)[0] == pytest.approx(
        stored, abs=0.003
    )  # other processors round otherwise
    other = load_measured("04_climb").query("step == 'own column, plain inputs' and month == 6")
    assert other["log_loss"].min() > stored + 0.003  # so that the wrong recipe would be seen


def test_a_table_that_was_not_measured_is_named_with_those_that_were():
    with pytest.raises(
        FileNotFoundError, match="no measured table '00_climb'; there is: 04_climb, 04_search, 04_tuning"
    ):
        load_measured("00_climb")
