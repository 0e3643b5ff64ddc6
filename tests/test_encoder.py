"""TableEncoder: slots and codes by hand, properties, NumPy and scikit-learn as references, each error."""

import dataclasses
import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from mktutils.models import Category, Number, TableEncoder


def one_number(values, serve=None, *, bins=2, missing=()):
    """Fit one number column on `values`; return what `serve` (or the same values) becomes, (n, bins + 2)."""
    encoder = TableEncoder({"x": Number(missing=missing)}, bins=bins).fit(pd.DataFrame({"x": values}))
    return encoder.transform(pd.DataFrame({"x": values if serve is None else serve}))["numbers"][:, 0]


def one_category(values, *, min_count=1, synonyms=None):
    encoder = TableEncoder({"c": Category(synonyms=synonyms or {})}, min_count=min_count)
    return encoder.fit(pd.DataFrame({"c": values}))


def codes(encoder, values):
    return encoder.transform(pd.DataFrame({"c": values}))["codes"][:, 0].tolist()


def mixed_rows(n=60, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "city": rng.choice(["Oslo", "Lima", " oslo", "Rome"], n),
            "age": rng.integers(18, 80, n),
            "spend": [f"€{v:.2f}" for v in rng.exponential(50, n)],
            "plan": rng.choice(["a", "b", None], n),
        },
        index=rng.permutation(n) + 100,
    )


MIXED = {"age": Number(), "city": Category(), "spend": Number(missing=(-1,)), "plan": Category()}


# --- numbers -----------------------------------------------------------------------------------------------


def test_piecewise_linear_slots_of_a_case_by_hand():
    # Quantiles 0, 1/2, 1 of (0, 1, 2, 4): edges 0, 1.5, 4.
    slots = one_number([0, 1, 2, 4], [-3, 0, 1, 1.5, 2, 4, 99])[:, :2]
    assert slots == pytest.approx(np.array([[0, 0], [0, 0], [2 / 3, 0], [1, 0], [1, 0.2], [1, 1], [1, 1]]))


def test_last_slot_is_the_standardised_logarithm_with_its_sign():
    # log1p gives 0, 0, 1, 1 (mean 1/2, standard deviation 1/2); a negative value counts downwards.
    e = math.e - 1
    scaled = one_number([0, 0, e, e], [0, e, -e])[:, -1]
    assert scaled == pytest.approx([-1, 1, -3], abs=1e-6)


def test_last_slot_equals_the_scaler_of_scikit_learn_on_training_rows():
    x = np.random.default_rng(0).normal(0, 50, 200)
    logs = np.sign(x) * np.log1p(np.abs(x))
    reference = StandardScaler().fit_transform(logs[:, None])[:, 0]
    assert np.abs(reference).max() < 4
    assert one_number(x, bins=16)[:, -1] == pytest.approx(reference, abs=1e-5)


def test_last_slot_is_cut_at_plus_and_minus_four():
    assert one_number([1, 2, 3, 4], [1e9, -1e9])[:, -1].tolist() == [4, -4]


@pytest.mark.parametrize("bad", [math.nan, None, -1, 999, "-1", "999", "n/a", ""])
def test_missing_value_or_code_is_all_zero_but_for_its_mark(bad):
    encoded = one_number([0, 1, 2, 4], pd.Series([bad], dtype=object), missing=(-1, 999))
    assert encoded.tolist() == [[0, 0, 1, 0]]


def test_present_value_has_no_mark_even_if_all_slots_are_zero():
    assert one_number([0, 1, 2, 4], [-50.0])[0, 2] == 0


def test_missing_codes_have_no_part_in_edges_mean_and_deviation():
    with_codes = one_number([0, 1, 2, 4, -1, 999, math.nan], [0, 1, 2, 4], missing=(-1, 999))
    assert with_codes.tolist() == one_number([0, 1, 2, 4]).tolist()


def test_numbers_typed_as_text_are_read():
    as_text = one_number([0, 12, 1234.5], pd.Series(["€1.234,50", "12 min", " 0 "], dtype=object))
    assert as_text.tolist() == one_number([0, 12, 1234.5], [1234.5, 12, 0]).tolist()


def test_nullable_integers_keep_their_missing_values():
    encoded = one_number([0, 1, 2, 4], pd.array([4, None], dtype="Int64"))
    assert encoded[:, :3].tolist() == [[1, 1, 0], [0, 0, 1]]


def test_few_distinct_values_use_few_slots_and_the_rest_stay_zero():
    encoded = one_number([0, 0, 0, 1, 1, 1], [0, 0.5, 1, 7], bins=16)
    used = encoded[:, :16].any(axis=0)
    assert used[: used.sum()].all() and used.sum() < 16
    assert np.array_equal(encoded[2, :17], encoded[3, :17])


@pytest.mark.parametrize("value", [0, -3.5, 1e17])
def test_constant_column_is_allowed_and_finite(value):
    encoded = one_number([value] * 5, [value, value + 1e18], bins=4)
    assert np.isfinite(encoded).all()
    assert encoded[0].tolist() == [0] * 6 and encoded[1, 0] == 1


def test_constant_column_has_one_slot_of_width_one():
    encoded = one_number([7, 7], [6, 7, 7.25, 8, 9], bins=3)
    assert encoded[:, 0].tolist() == [0, 0, 0.25, 1, 1] and not encoded[:, 1:4].any()


finite = st.integers(-(2**20), 2**20).map(lambda i: i / 64)  # exact sums: no edge differs by rounding


@settings(max_examples=40, deadline=None)
@given(st.lists(finite, min_size=2, max_size=40), st.lists(finite, min_size=1, max_size=9), st.integers(1, 8))
def test_slots_equal_interpolation_between_quantiles(train, serve, bins):
    edges = np.unique(np.quantile(train, np.linspace(0, 1, bins + 1)))
    if len(edges) == 1:
        return
    expected = np.zeros((len(serve), bins))
    for k, pair in enumerate(itertools.pairwise(edges)):
        expected[:, k] = np.interp(serve, pair, [0, 1])
    encoded = one_number(train, serve, bins=bins)
    assert encoded[:, :bins] == pytest.approx(expected, abs=1e-5)
    assert (encoded[:, bins] == 0).all() and (np.abs(encoded[:, -1]) <= 4).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(finite, min_size=2, max_size=30), finite, finite)
def test_no_slot_falls_when_the_value_rises(train, a, b):
    low, high = one_number(train, sorted([a, b]), bins=4)
    assert (high >= low).all() and (np.diff(high[:4]) <= 0).all()


# --- categories --------------------------------------------------------------------------------------------


def test_codes_follow_falling_frequency_then_the_alphabet():
    encoder = one_category(["b", "a", "c", "c", "d"])
    assert encoder.levels == {"c": ["c", "a", "b", "d"]} and encoder.n_codes == [5]
    assert codes(encoder, ["a", "b", "c", "d"]) == [2, 3, 1, 4]


def test_rare_unknown_and_missing_are_code_0():
    encoder = one_category(["web"] * 3 + ["app"] * 2 + ["fax"], min_count=2)
    assert encoder.levels == {"c": ["web", "app"]} and encoder.n_codes == [3]
    assert codes(encoder, ["web", "app", "fax", "never seen", None, "", " "]) == [1, 2, 0, 0, 0, 0, 0]


def test_a_level_with_exactly_min_count_rows_is_kept_and_20_is_the_default():
    rows = pd.DataFrame({"c": ["a"] * 20 + ["b"] * 19})
    assert TableEncoder({"c": Category()}).fit(rows).levels == {"c": ["a"]}


def test_spellings_are_made_equal_before_rows_are_counted():
    assert one_category(["Web", "web", "WEB", "app"], min_count=3).levels == {"c": ["web"]}
    encoder = one_category(["E–Mail", " e-mail ", "MAIL", "web", "web"], synonyms={"mail": "e-mail"})
    assert encoder.levels == {"c": ["e-mail", "web"]}
    assert codes(encoder, ["Mail", "e - mail", "WEB "]) == [1, 1, 2]


def test_column_without_any_frequent_level_has_only_code_0():
    encoder = one_category(["a", "b", "c"], min_count=2)
    assert encoder.n_codes == [1] and codes(encoder, ["a", "z"]) == [0, 0]


def test_pandas_categories_are_read_as_text_and_whole_numbers_in_any_dtype():
    assert one_category(pd.Categorical(["x", "y", "y"], ["x", "y", "unused"])).levels == {"c": ["y", "x"]}
    assert codes(one_category([1, 1, 2]), [1, None, 2]) == [1, 0, 2]  # the gap makes them 1.0 and 2.0


def test_unknown_lists_values_never_seen_and_neither_rare_nor_missing_ones():
    encoder = one_category(["web"] * 3 + ["fax"], min_count=2)
    rows = pd.DataFrame({"c": ["web", "fax", None, "telex", "telex", "pigeon"]})
    assert sorted(encoder.unknown(rows)["c"]) == ["pigeon", "telex"]
    assert not encoder.unknown(rows.head(3)).get("c")


def test_unknown_shows_at_most_20_values():
    rows = pd.DataFrame({"c": [f"new {i}" for i in range(30)]})
    assert len(one_category(["a", "b"]).unknown(rows)["c"]) == 20


# --- the whole table ---------------------------------------------------------------------------------------


def test_shapes_dtypes_and_order_of_columns():
    encoder = TableEncoder(MIXED, bins=5, min_count=1)
    encoded = encoder.fit_transform(mixed_rows())
    assert encoder.number_names == ["age", "spend"] and encoder.category_names == ["city", "plan"]
    assert set(encoded) == {"numbers", "codes"} and encoder.n_codes == [4, 3]
    assert encoded["numbers"].shape == (60, 2, 7) and encoded["numbers"].dtype == np.float32
    assert encoded["codes"].shape == (60, 2) and encoded["codes"].dtype == np.int32
    assert np.isfinite(encoded["numbers"]).all()


def test_each_row_is_encoded_by_itself_whatever_stands_around_it():
    rows, encoder = mixed_rows(), TableEncoder(MIXED, min_count=1)
    whole = encoder.fit_transform(rows)
    turned = rows[rows.columns[::-1]].assign(extra="ignored").iloc[::-1]
    turned.index = [0] * len(turned)  # an index that repeats
    for key, array in encoder.transform(turned).items():
        assert np.array_equal(array[::-1], whole[key])
    for i in (0, 17):
        single = encoder.transform(rows.iloc[[i]])
        assert all(np.array_equal(single[key][0], whole[key][i]) for key in whole)


def test_later_rows_change_nothing_that_was_learnt():
    rows, encoder = mixed_rows(), TableEncoder(MIXED, min_count=1)
    before = encoder.fit_transform(rows)
    encoder.transform(rows.assign(age=1000, city="Paris"))
    assert all(np.array_equal(before[key], after) for key, after in encoder.transform(rows).items())


def test_frames_are_not_changed():
    rows = mixed_rows()
    copy = rows.copy(deep=True)
    encoder = TableEncoder(MIXED, min_count=1).fit(rows)
    encoder.transform(rows)
    encoder.unknown(rows)
    pd.testing.assert_frame_equal(rows, copy)


def test_empty_frame_gives_empty_arrays_of_the_right_shape():
    encoder = TableEncoder(MIXED, bins=4, min_count=1).fit(mixed_rows())
    encoded = encoder.transform(mixed_rows().iloc[:0])
    assert encoded["numbers"].shape == (0, 2, 6) and encoded["codes"].shape == (0, 2)
    assert encoded["numbers"].dtype == np.float32 and encoded["codes"].dtype == np.int32


def test_columns_of_one_kind_only():
    rows = mixed_rows()
    numbers = TableEncoder({"age": Number()}, bins=4).fit_transform(rows)
    assert numbers["numbers"].shape == (60, 1, 6) and numbers["codes"].shape == (60, 0)
    categories = TableEncoder({"city": Category()}, bins=4, min_count=1).fit_transform(rows)
    assert categories["numbers"].shape == (60, 0, 6) and categories["codes"].shape == (60, 1)


def test_state_survives_json_exactly():
    columns = MIXED | {"city": Category(synonyms={"rome": "roma"}), "age": Number(missing=(20, 99.5))}
    encoder = TableEncoder(columns, bins=7, min_count=3).fit(mixed_rows())
    config = encoder.get_config()
    text = json.dumps(config, allow_nan=False)
    assert json.loads(text) == config  # no tuples, no keys that are numbers
    again, fresh = TableEncoder.from_config(json.loads(text)), mixed_rows(seed=1).assign(plan="new")
    assert again.get_config() == config and again.n_codes == encoder.n_codes
    assert again.unknown(fresh) == encoder.unknown(fresh) and again.levels == encoder.levels
    assert all(np.array_equal(again.transform(fresh)[k], v) for k, v in encoder.transform(fresh).items())


def test_fit_returns_the_encoder_and_fitting_again_forgets():
    encoder = one_category(["a", "a", "b"])
    assert encoder.fit(pd.DataFrame({"c": ["z", "z"]})) is encoder
    assert encoder.levels == {"c": ["z"]} and codes(encoder, ["a", "z"]) == [0, 1]


def test_descriptions_of_columns_cannot_be_changed():
    for column, name in ((Number(), "missing"), (Category(), "synonyms")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(column, name, ())


# --- errors ------------------------------------------------------------------------------------------------

FITTED = TableEncoder({"age": Number(), "city": Category()}, min_count=1).fit(mixed_rows())
ROWS = pd.DataFrame({"age": [30, 40], "city": ["Oslo", "Lima"]}, index=[7, 8])


@pytest.mark.parametrize(
    ("call", "texts"),
    [
        (lambda: TableEncoder({"age": Number()}).transform(ROWS), ["fit"]),
        (lambda: FITTED.transform(ROWS.rename(columns={"age": "Age "})), ["'age'", "Age "]),
        (lambda: FITTED.transform(ROWS.rename(columns={"city": "citty"})), ["'city'", "'citty'"]),
        (lambda: TableEncoder({"age": Number()}).fit(ROWS.rename(columns={"age": "agee"})), ["'agee'"]),
        (lambda: FITTED.transform(ROWS.assign(age=["30", "old"])), ["'age'", "'old'", "8"]),
        (lambda: FITTED.transform(ROWS.assign(age=[1.0, math.inf])), ["'age'", "inf", "8"]),
        (lambda: FITTED.transform(ROWS.assign(age=["1", "-1e999"])), ["'age'", "inf|1e999", "8"]),
        (lambda: TableEncoder({"age": Number()}).fit(ROWS.assign(age=[1.0, -math.inf])), ["'age'", "inf"]),
        (lambda: TableEncoder({"age": Number()}).fit(ROWS.assign(age=math.nan)), ["'age'", "value|missing"]),
        (lambda: TableEncoder({"age": Number(missing=(30, 40))}).fit(ROWS), ["'age'"]),  # all missing
        (lambda: TableEncoder({}), ["column"]),
        (lambda: TableEncoder({"age": Number()}, bins=0), ["bins", "0"]),
    ],
)
def test_each_error_names_culprit_and_remedy(call, texts):
    for text in texts:
        with pytest.raises(ValueError, match=text):
            call()
