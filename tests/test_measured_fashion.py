"""The measured table of the notebook on Fashion-MNIST is complete, and belongs to the notebook's models."""

import pytest
from conftest import benchmark, real_data_folder

from mktutils.datasets import load_measured


@pytest.fixture(scope="module")
def lesson():
    if (folder := real_data_folder()) is None:
        pytest.skip("the real data are not here; set MKTUTILS_DATA to their folder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MKTUTILS_DATA", str(folder))
        return benchmark("fashion_05").lesson()


def test_each_model_was_measured_with_each_seed_to_its_last_epoch(lesson):
    expected = {
        (kind, model, seed, setting["epochs"])
        for kind, settings in lesson["SETTINGS"].items()
        for model, setting in settings.items()
        for seed in lesson["SEEDS"][kind]
    }
    last = load_measured("05_fashion").dropna(subset="test")
    measured = list(zip(last["kind"], last["model"], last["seed"], last["epoch"], strict=True))
    assert len(measured) == len(expected) and set(measured) == expected


def test_each_model_has_the_weights_that_the_table_says(lesson):
    weights = load_measured("05_fashion").groupby(["kind", "model"])["weights"].unique()
    for kind, settings in lesson["SETTINGS"].items():
        for model, setting in settings.items():
            assert weights[kind, model].tolist() == [setting["make"]().count_params()]
