"""The column made of two others, and the refusals of the encoder, the layer and the targeting metrics."""

import json

import numpy as np
import pandas as pd
import pytest

from mktutils.metrics import bootstrap_interval, lift_table, reliability_table
from mktutils.models import Category, Number, Product, ScoringPipeline, TableEncoder, tabular_mlp

ROWS = pd.DataFrame({"days": [10, -1, 30, 5], "orders": ["1", "2", "€3,00", "n/a"], "city": list("abab")})
COLUMNS = {"days": Number(missing=(-1,)), "orders": Number(), "due": Product("days", "orders")}


def test_a_product_is_encoded_like_the_column_that_it_stands_for():
    by_hand = pd.DataFrame({"due": [10.0, np.nan, 90.0, np.nan]})
    made = TableEncoder(COLUMNS, bins=4).fit_transform(ROWS)["numbers"][:, 2]
    np.testing.assert_array_equal(
        made, TableEncoder({"due": Number()}, bins=4).fit_transform(by_hand)["numbers"][:, 0]
    )


def test_a_product_needs_no_column_of_its_own_in_the_rows():
    encoder = TableEncoder(COLUMNS).fit(ROWS)
    assert encoder.raw_columns == ["days", "orders"]
    assert ScoringPipeline(encoder, tabular_mlp(encoder, units=4)).columns == ["days", "orders"]
    with pytest.raises(ValueError, match="missing column 'orders'"):
        encoder.transform(ROWS[["days"]])


def test_a_product_survives_json():
    encoder = TableEncoder(COLUMNS, bins=4).fit(ROWS)
    again = TableEncoder.from_config(json.loads(json.dumps(encoder.get_config())))
    assert again.columns == encoder.columns
    np.testing.assert_array_equal(again.transform(ROWS)["numbers"], encoder.transform(ROWS)["numbers"])


def test_a_product_of_what_is_no_number_column_is_refused():
    with pytest.raises(ValueError, match="'due' multiplies 'orders', which must be named as Number"):
        TableEncoder({"days": Number(), "due": Product("days", "orders")})
    with pytest.raises(ValueError, match="'due' multiplies 'city'"):
        TableEncoder({"days": Number(), "city": Category(), "due": Product("days", "city")})


def test_settings_that_make_no_sense_are_named():
    with pytest.raises(ValueError, match="missing must be a tuple of numbers"):
        Number(missing=("never",))
    with pytest.raises(ValueError, match="at least one column"):
        TableEncoder({})
    with pytest.raises(ValueError, match="with brackets"):
        TableEncoder({"age": Number})
    with pytest.raises(ValueError, match="bins must be a whole number"):
        TableEncoder({"age": Number()}, bins=0)


def test_what_is_no_frame_or_has_a_column_twice_is_refused():
    encoder = TableEncoder({"days": Number()}).fit(ROWS)
    with pytest.raises(TypeError, match="rows must be a DataFrame; got dict"):
        encoder.transform({"days": [1]})
    with pytest.raises(ValueError, match="two columns are named 'days'"):
        encoder.transform(pd.concat([ROWS, ROWS[["days"]]], axis=1))


def test_the_periodic_layer_refuses_what_it_cannot_use():
    from mktutils.models import Periodic

    with pytest.raises(ValueError, match="frequencies must be a whole number >= 1"):
        Periodic(0)
    with pytest.raises(ValueError, match="sigma must be a number > 0"):
        Periodic(2, sigma=0)
    with pytest.raises(ValueError, match=r"inputs of shape \(n_rows, d\)"):
        Periodic(2)(np.zeros((2, 3, 4)))


def test_targeting_metrics_name_what_is_wrong():
    with pytest.raises(ValueError, match="at most the number of rows, 2; got 3"):
        lift_table([0, 1], [0.1, 0.9], bins=3)
    with pytest.raises(ValueError, match="bins must be a whole number"):
        reliability_table([0, 1], [0.1, 0.9], bins=0)
    with pytest.raises(ValueError, match="number or an array of shape"):
        bootstrap_interval(lambda rows: np.zeros((2, 2)), 5, n_resamples=3)
    with pytest.raises(ValueError, match=r"in resample 0\. It must be defined"):
        bootstrap_interval(lambda rows: np.nan, 5, n_resamples=3)
    with pytest.raises(ValueError, match="missing value at row 1"):
        bootstrap_interval(lambda rows: 0.0, 3, groups=["a", None, "b"])


def test_without_values_a_number_beyond_the_training_range_counts_as_the_outermost_edge():
    rows = pd.DataFrame({"rate of the day": [1.0, 2.0, 4.0], "kind of day": ["a", "b", "a"]})
    encoder = TableEncoder({"rate of the day": Number(), "kind of day": Category()}, min_count=1).fit(rows)
    beyond = encoder.transform(rows.assign(**{"rate of the day": [4.0, 40.0, 400.0], "kind of day": "a"}))
    inside, outside, far = np.asarray(tabular_mlp(encoder, values=False)(beyond))
    assert inside == outside == far
    inside, outside, _ = np.asarray(tabular_mlp(encoder)(beyond))
    assert inside != outside


def test_columns_whose_names_hold_the_same_plain_letters_get_layers_of_their_own():
    rows = pd.DataFrame({"城市": ["a", "b"], "渠道": ["c", "d"], "a b": ["e", "f"], "a_b": ["g", "h"]})
    encoder = TableEncoder(dict.fromkeys(rows, Category()), min_count=1).fit(rows)
    assert tabular_mlp(encoder)(encoder.transform(rows)).shape == (2, 1)
