"""Targeting tables against hand examples, all orders of tied rows, NumPy, SciPy and scikit-learn."""

import itertools
import math
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap
from sklearn.calibration import calibration_curve

from mktutils.metrics import bootstrap_interval, lift_table, profit_curve, reliability_table

few_ties = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=2, max_size=6)


def every_order(y, score):
    """Return the labels, best score first, under every order of rows with equal scores, (n_orders, n)."""
    y, score = np.asarray(y), np.asarray(score)
    orders = (np.array(p) for p in itertools.permutations(range(len(y))))
    return np.array([y[p] for p in orders if (np.diff(score[p]) <= 0).all()])


# --- lift --------------------------------------------------------------------------------------------------


def test_lift_table_of_a_case_by_hand():
    # Sorted by score the labels are 1 1 | 0 1 | 0 0; the overall rate is 1/2.
    table = lift_table([0, 1, 0, 1, 1, 0], [0.2, 0.8, 0.5, 0.4, 0.9, 0.1], bins=3)
    assert table.index.tolist() == [1, 2, 3]
    assert table.columns.tolist() == ["rows", "positives", "rate", "lift", "gain"]
    assert table["rows"].tolist() == [2, 2, 2] and table["positives"].tolist() == [2, 1, 0]
    assert table["rate"].tolist() == [1, 0.5, 0] and table["lift"].tolist() == [2, 1, 0]
    assert table["gain"].tolist() == pytest.approx([2 / 3, 1, 1])


def test_rows_with_equal_scores_at_a_boundary_are_shared_out():
    # 0.5 stands in three rows with two positives; one of the three belongs to the first bin: 1 + 2/3.
    table = lift_table([1, 1, 1, 0], [0.9, 0.5, 0.5, 0.5], bins=2)
    assert table["positives"].tolist() == pytest.approx([5 / 3, 4 / 3])
    assert table["gain"].tolist() == pytest.approx([5 / 9, 1])


@settings(max_examples=40, deadline=None)
@given(few_ties, st.sampled_from([1, 2, 3]))
def test_positives_are_the_mean_over_every_order_of_ties(rows, bins):
    y, score = zip(*rows, strict=True)
    if sum(y) == 0 or len(y) % bins:
        return
    expected = every_order(y, score).mean(axis=0).reshape(bins, -1).sum(axis=1)
    assert lift_table(y, score, bins=bins)["positives"].tolist() == pytest.approx(expected.tolist())


@pytest.mark.parametrize("n", [10, 97, 103])
def test_constant_scores_lift_nothing(n):
    y = np.arange(n) % 3 == 0
    table = lift_table(y.astype(int), np.full(n, 0.3))
    assert table["lift"].tolist() == pytest.approx([1] * 10)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 60), st.integers(1, 10))
def test_lift_table_adds_up(seed, n, bins):
    rng = np.random.default_rng(seed)
    y, score = rng.integers(0, 2, n), rng.integers(0, 8, n)
    y[0] = 1
    table = lift_table(y, score, bins=bins)
    assert table.index.tolist() == list(range(1, bins + 1))
    assert table["rows"].sum() == pytest.approx(n) and table["positives"].sum() == pytest.approx(y.sum())
    assert table["rows"].max() - table["rows"].min() <= 1
    assert np.allclose(table["rate"], table["positives"] / table["rows"])
    assert np.allclose(table["lift"], table["rate"] / y.mean())
    assert np.allclose(table["gain"], table["positives"].cumsum() / y.sum())
    order = rng.permutation(n)
    pd.testing.assert_frame_equal(lift_table(y[order], score[order], bins=bins), table)
    pd.testing.assert_frame_equal(lift_table(y, np.exp(score), bins=bins), table)


# --- profit ------------------------------------------------------------------------------------------------


def test_profit_curve_of_a_case_by_hand():
    curve = profit_curve([0, 1, 1], [0.5, 0.9, 0.1], value=10, cost=2)
    assert curve.tolist() == [0, 8, 6, 14] and curve.dtype == np.float64


def test_profit_is_linear_inside_a_tie():
    assert profit_curve([1, 0, 0], [0.5, 0.5, 0.5], value=9, cost=1).tolist() == pytest.approx([0, 2, 4, 6])


@settings(max_examples=40, deadline=None)
@given(few_ties, st.floats(-5, 50), st.floats(-5, 5))
def test_profit_is_the_mean_over_every_order_of_ties(rows, value, cost):
    y, score = zip(*rows, strict=True)
    if len(set(y)) == 1:
        return
    expected = np.cumsum(every_order(y, score) * value - cost, axis=1).mean(axis=0)
    assert profit_curve(y, score, value=value, cost=cost) == pytest.approx(np.r_[0, expected], abs=1e-9)


def test_profit_and_lift_agree_at_the_ends_of_bins():
    rng = np.random.default_rng(0)
    y, score = rng.integers(0, 2, 200), rng.integers(0, 15, 200)
    curve = profit_curve(y, score, value=30, cost=4)
    gain = lift_table(y, score)["gain"].to_numpy()
    assert curve[20::20] == pytest.approx(30 * gain * y.sum() - 4 * np.arange(20, 201, 20))


# --- bootstrap ---------------------------------------------------------------------------------------------


def test_bootstrap_of_a_mean_agrees_with_scipy_and_the_normal_law():
    x = np.random.default_rng(0).normal(size=400)
    low, high = bootstrap_interval(lambda rows: x[rows].mean(), 400, n_resamples=4000)
    reference = bootstrap((x,), np.mean, n_resamples=4000, method="percentile", rng=1).confidence_interval
    assert (low, high) == pytest.approx(tuple(reference), abs=0.01)
    assert high - low == pytest.approx(2 * 1.96 * x.std() / 20, rel=0.06)


def test_level_sets_the_width():
    x = np.random.default_rng(0).normal(size=400)
    low, high = bootstrap_interval(lambda rows: x[rows].mean(), 400, n_resamples=4000, level=0.5)
    assert high - low == pytest.approx(2 * 0.6745 * x.std() / 20, rel=0.08)


def test_each_resample_draws_as_many_rows_as_there_are():
    draws = []
    bootstrap_interval(lambda rows: draws.append(np.array(rows)) or 0.0, 50, n_resamples=200)
    # The statistic may also be called once on all rows, to learn its shape.
    assert len(draws) in (200, 201) and {len(rows) for rows in draws} == {50}
    counts = np.bincount(np.concatenate(draws), minlength=50)
    assert len(counts) == 50 and counts.min() > 130 and counts.max() < 280
    assert all(np.issubdtype(rows.dtype, np.integer) for rows in draws)
    # A resample leaves out a row with probability (1 - 1/50)^50 = 0.364.
    assert np.mean([len(np.unique(rows)) for rows in draws]) == pytest.approx(50 * 0.636, abs=1)


def test_groups_are_drawn_whole_and_as_many_as_there_are():
    groups = np.array(["b", "a", "b", "c", "c", "b"])
    draws = []
    bootstrap_interval(
        lambda rows: draws.append(np.bincount(rows, minlength=6)) or 0.0, 6, groups=groups, n_resamples=100
    )
    for times in draws:
        assert times[0] == times[2] == times[5] and times[3] == times[4]
        assert times[0] + times[1] + times[3] == 3
    assert {int(times[1]) for times in draws} == {0, 1, 2, 3}


def test_copies_of_rows_widen_the_group_interval_by_the_root_of_their_number():
    x = np.repeat(np.random.default_rng(0).normal(size=200), 4)
    groups = np.repeat(np.arange(200), 4)
    width = {}
    for name, value in (("rows", None), ("groups", groups)):
        low, high = bootstrap_interval(lambda r: x[r].mean(), 800, groups=value, n_resamples=3000)
        width[name] = high - low
    assert width["groups"] / width["rows"] == pytest.approx(2, rel=0.08)


def test_order_and_names_of_groups_do_not_matter_for_the_width():
    rng = np.random.default_rng(0)
    x, names = np.repeat(rng.normal(size=100), 3), np.repeat([f"c{i}" for i in range(100)], 3)
    order = rng.permutation(300)
    plain = bootstrap_interval(lambda r: x[r].mean(), 300, groups=names, n_resamples=3000)
    mixed = bootstrap_interval(lambda r: x[order][r].mean(), 300, groups=names[order], n_resamples=3000)
    assert mixed == pytest.approx(plain, abs=0.02)


def test_statistic_with_several_values_gets_an_interval_for_each():
    x = np.random.default_rng(0).normal([0.0, 5.0, -5.0], [1, 1, 0], size=(100, 3))
    low, high = bootstrap_interval(lambda rows: x[rows].mean(axis=0), 100)
    assert low.shape == high.shape == (3,)
    assert low[2] == pytest.approx(-5) == high[2] and (low[:2] < high[:2]).all()
    first = bootstrap_interval(lambda rows: x[rows, 0].mean(), 100)
    assert first == pytest.approx((low[0], high[0]))
    assert all(isinstance(bound, float) for bound in first)


def test_seed_alone_decides():
    x = np.random.default_rng(0).normal(size=50)
    a, again, b = (bootstrap_interval(lambda r: x[r].mean(), 50, seed=s, n_resamples=99) for s in (1, 1, 2))
    np.random.seed(0)  # noqa: NPY002  the global generator has no say
    assert a == again != b


def test_two_rows_are_enough():
    assert bootstrap_interval(lambda rows: float(len(rows)), 2) == (2.0, 2.0)


def test_many_groups_are_drawn_fast():
    groups = np.random.default_rng(0).integers(0, 50_000, 200_000)
    start = time.process_time()
    bootstrap_interval(lambda rows: float(len(rows)), 200_000, groups=groups, n_resamples=50)
    assert time.process_time() - start < 3


# --- reliability -------------------------------------------------------------------------------------------


def test_reliability_table_of_a_case_by_hand():
    table = reliability_table([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.6, 0.7, 0.8], bins=2)
    table = table.sort_values("predicted")
    assert table.columns.tolist() == ["rows", "predicted", "observed", "low", "high"]
    assert table["rows"].tolist() == [3, 3] and table["predicted"].tolist() == pytest.approx([0.2, 0.7])
    assert table["observed"].tolist() == pytest.approx([1 / 3, 2 / 3])


@pytest.mark.parametrize("bins", [1, 5, 10])
def test_reliability_equals_the_quantile_curve_of_scikit_learn(bins):
    rng = np.random.default_rng(bins)
    p = rng.random(500) ** 2
    y = (rng.random(500) < p).astype(int)
    table = reliability_table(y, p, bins=bins).sort_values("predicted")
    observed, predicted = calibration_curve(y, p, n_bins=bins, strategy="quantile")
    assert table["observed"].to_numpy() == pytest.approx(observed)
    assert table["predicted"].to_numpy() == pytest.approx(predicted)


def test_bounds_are_wilson_intervals_of_scipy():
    rng = np.random.default_rng(0)
    y, p = (rng.random(90) < 0.2).astype(int), rng.random(90)
    y[np.argsort(p)[:9]] = 0  # a bin without positives
    assert len(reliability_table(y, p)) == 10
    for row in reliability_table(y, p).itertuples():
        exact = binomtest(round(row.observed * row.rows), int(row.rows)).proportion_ci(0.95, method="wilson")
        assert (row.low, row.high) == pytest.approx((exact.low, exact.high), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=1, max_size=40), st.integers(1, 12))
def test_equal_probabilities_stay_in_one_bin(rows, bins):
    y, p = np.array(rows).T
    table = reliability_table(y, p / 6, bins=bins).sort_values("predicted")
    assert 1 <= len(table) <= bins and table["rows"].sum() == len(y) and table["rows"].min() >= 1
    assert np.diff(table["predicted"]).min(initial=1) > 0
    ends = np.cumsum(np.unique(p, return_counts=True)[1])
    assert set(table["rows"].cumsum()) <= set(ends.tolist())
    assert (table["rows"] * table["observed"]).sum() == pytest.approx(y.sum())
    assert (table["low"] <= table["observed"] + 1e-12).all() and table["low"].min() >= 0
    assert (table["high"] >= table["observed"] - 1e-12).all() and table["high"].max() <= 1


def test_constant_probabilities_make_one_bin():
    table = reliability_table([0, 1, 0, 0], [0.3] * 4)
    assert table["rows"].tolist() == [4] and table["observed"].tolist() == [0.25]


# --- inputs ------------------------------------------------------------------------------------------------

Y, P = [0, 1, 0, 1], [0.1, 0.9, 0.2, 0.8]
TABLES = [lift_table, reliability_table, lambda y, s, **kw: profit_curve(y, s, value=9, cost=1)]


@pytest.mark.parametrize("function", TABLES, ids=["lift", "reliability", "profit"])
def test_inputs_are_not_changed_and_their_index_is_ignored(function):
    y, p = np.array(Y), np.array(P)
    y.setflags(write=False), p.setflags(write=False)
    expected = np.asarray(function(y, p, bins=2))
    series = function(pd.Series(Y, index=[3, 2, 1, 0]), pd.Series(P, index=list("abcd")), bins=2)
    assert np.array_equal(np.asarray(series), expected)


@pytest.mark.parametrize("function", TABLES, ids=["lift", "reliability", "profit"])
@pytest.mark.parametrize(
    ("y", "p", "text"),
    [
        ([0, 1, 2, 1], P, "y_true must be 0 or 1; got 2 at row 2"),
        (Y, [0.1, math.nan, 0.2, 0.8], "must be finite; got nan at row 1"),
        (Y, P[:3], "has 3 rows, y_true has 4"),
        ([], [], "y_true is empty"),
    ],
)
def test_wrong_labels_and_scores_are_named_with_value_and_row(function, y, p, text):
    with pytest.raises(ValueError, match=text):
        function(y, p)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: lift_table([0, 0, 0, 0], P), "no positive|class 0"),
        (lambda: lift_table(Y, P, bins=0), "bins must be a whole number >= 1; got 0"),
        (lambda: reliability_table(Y, P, bins=2.5), "bins must be .*got 2.5"),
        (lambda: reliability_table(Y, [0.1, 1.7, 0.2, 0.8]), r"\[0, 1\]; got 1.7 at row 1"),
        (lambda: profit_curve(Y, P, value=math.nan, cost=1), "value must be .*nan"),
        (lambda: profit_curve(Y, P, value=1, cost=math.inf), "cost must be .*inf"),
        (lambda: bootstrap_interval(np.mean, 0), "n_rows must be .*0"),
        (lambda: bootstrap_interval(np.mean, 1), "at least 2 rows; got 1"),
        (lambda: bootstrap_interval(np.mean, 2, groups=["a", "a"]), "at least 2 groups; got 1"),
        (lambda: bootstrap_interval(np.mean, 3, groups=[1, 2]), "groups .*2.*3"),
        (lambda: bootstrap_interval(np.mean, 3, level=95), r"level must lie in \(0, 1\).*95"),
        (lambda: bootstrap_interval(np.mean, 3, n_resamples=0), "n_resamples must be .*0"),
    ],
)
def test_wrong_settings_are_named(call, text):
    with pytest.raises(ValueError, match=text):
        call()
