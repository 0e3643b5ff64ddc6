"""Metrics against hand examples, brute-force definitions, a bootstrap and scikit-learn."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss, roc_auc_score

from mktutils.metrics import (
    auc_interval,
    expected_calibration_error,
    normalised_entropy,
    paired_auc_difference,
    share_of_ceiling,
)


def simulate(n, seed, rate=0.3):
    """Return labels, a good score and a weaker, correlated score, rounded so that ties occur."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < rate).astype(int)
    good = y + rng.normal(size=n)
    return y, good.round(1), (0.5 * good + rng.normal(size=n)).round(1)


def brute_delong(y, scores):
    """AUCs and covariance from the definition: every pair of a positive and a negative row."""
    positive, negative = np.flatnonzero(np.equal(y, 1)), np.flatnonzero(np.equal(y, 0))
    tables = []
    for score in scores:
        score = np.asarray(score, dtype=float)
        tables.append(
            [
                [1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0.0 for j in negative]
                for i in positive
            ]
        )
    tables = np.array(tables)
    auc = tables.mean(axis=(1, 2))
    covariance = np.cov(tables.mean(axis=2)) / len(positive) + np.cov(tables.mean(axis=1)) / len(negative)
    return auc, np.atleast_2d(covariance)


# --- AUC ---------------------------------------------------------------------------------------------------


def test_auc_interval_of_a_case_by_hand():
    # Pairs: 0.8 and 0.9 beat all of 0.1, 0.4, 0.35; 0.3 beats only 0.1. AUC = 7/9.
    # Positives: V = 1, 1/3, 1 (variance 4/27); negatives: V = 1, 2/3, 2/3 (variance 1/27). se² = 4/81 + 1/81.
    result = auc_interval([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.3, 0.9])
    assert result.auc == pytest.approx(7 / 9)
    assert result.low == pytest.approx(7 / 9 - 1.959963985 * math.sqrt(5 / 81))
    assert result.high == 1.0  # cut


def test_paired_difference_of_a_case_by_hand():
    # a ranks perfectly (V = 1 everywhere, no variance); b beats 2 of 4 pairs: V10 = (0, 1), V01 = (1/2, 1/2).
    result = paired_auc_difference([0, 0, 1, 1], [1, 2, 3, 4], [2, 3, 1, 4])
    se = math.sqrt(0.5 / 2)
    assert result.difference == pytest.approx(0.5)
    assert result.p_value == pytest.approx(math.erfc(0.5 / se / math.sqrt(2)))
    assert result.low == pytest.approx(0.5 - 1.959963985 * se) and result.high == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_delong_equals_the_definition_over_all_pairs(seed):
    y, a, b = simulate(60, seed)
    auc, covariance = brute_delong(y, [a, b])
    single, paired = auc_interval(y, a, level=0.9), paired_auc_difference(y, a, b, level=0.9)
    assert single.auc == pytest.approx(auc[0]) == pytest.approx(roc_auc_score(y, a))
    assert single.low == pytest.approx(auc[0] - 1.644853627 * math.sqrt(covariance[0, 0]))
    se = math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    assert paired.difference == pytest.approx(auc[0] - auc[1])
    assert paired.high == pytest.approx(paired.difference + 1.644853627 * se)


def test_delong_agrees_with_a_bootstrap():
    y, a, b = simulate(800, 3)
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, len(y), len(y)) for _ in range(400)]
    auc = np.array([[roc_auc_score(y[i], a[i]), roc_auc_score(y[i], b[i])] for i in draws])
    single, paired = auc_interval(y, a), paired_auc_difference(y, a, b)
    z = 1.959963985
    assert (single.high - single.low) / 2 / z == pytest.approx(auc[:, 0].std(), rel=0.12)
    assert (paired.high - paired.low) / 2 / z == pytest.approx((auc[:, 0] - auc[:, 1]).std(), rel=0.12)


def test_interval_covers_the_true_auc_as_often_as_it_says():
    # Scores N(1, 1) against N(0, 1): the true AUC is Φ(1/√2).
    truth = 0.5 * (1 + math.erf(0.5))
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1], [150, 50])
    inside = 0
    for _ in range(400):
        result = auc_interval(y, y + rng.normal(size=200))
        inside += result.low <= truth <= result.high
    assert 0.92 <= inside / 400 <= 0.98


def test_pairing_narrows_the_interval_of_similar_models():
    y, a, _ = simulate(500, 4)
    b = a + np.random.default_rng(0).normal(scale=0.1, size=len(y))
    paired, one = paired_auc_difference(y, a, b), auc_interval(y, a)
    assert paired.high - paired.low < 0.3 * (one.high - one.low)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([np.exp, lambda s: s**3, lambda s: 5 * s - 2]))
def test_auc_is_unchanged_by_a_monotone_transform(seed, transform):
    y, a, b = simulate(40, seed, rate=0.5)
    if min(y.sum(), (1 - y).sum()) < 2:
        return
    assert auc_interval(y, transform(a)) == pytest.approx(auc_interval(y, a))
    assert paired_auc_difference(y, transform(a), b) == pytest.approx(paired_auc_difference(y, a, b))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_swapping_the_models_mirrors_the_difference(seed):
    y, a, b = simulate(40, seed, rate=0.5)
    if min(y.sum(), (1 - y).sum()) < 2:
        return
    ab, ba = paired_auc_difference(y, a, b), paired_auc_difference(y, b, a)
    assert (ab.difference, ab.low, ab.high) == pytest.approx((-ba.difference, -ba.high, -ba.low))
    assert ab.p_value == pytest.approx(ba.p_value) and 0 <= ab.p_value <= 1


def test_equal_scores_differ_by_nothing():
    y, a, _ = simulate(50, 5)
    assert paired_auc_difference(y, a, 2 * a) == (0.0, 0.0, 0.0, 1.0)


def test_perfect_separation_has_no_width_and_opposite_models_surely_differ():
    assert auc_interval([0, 0, 1, 1], [1, 2, 3, 4]) == (1.0, 1.0, 1.0)
    assert paired_auc_difference([0, 0, 1, 1], [1, 2, 3, 4], [4, 3, 2, 1]) == (1.0, 1.0, 1.0, 0.0)


def test_constant_score_is_one_half():
    assert auc_interval([0, 0, 1, 1], [7, 7, 7, 7]).auc == 0.5


def test_large_tables_are_fast():
    y, a, b = simulate(200_000, 6)
    start = time.process_time()
    paired_auc_difference(y, a, b)
    assert time.process_time() - start < 3  # all pairs would be 8.4e9


# --- probabilities -----------------------------------------------------------------------------------------


def test_normalised_entropy_by_hand():
    # One of four positive; log-loss of (¼, ¼, ¼, ¾): -(3 ln ¾ + ln ¾)/4 = -ln ¾.
    entropy = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert normalised_entropy([0, 0, 0, 1], [0.25, 0.25, 0.25, 0.75]) == pytest.approx(
        -math.log(0.75) / entropy
    )


def test_normalised_entropy_of_the_base_rate_is_one_and_of_the_truth_zero():
    y = [0, 1, 1, 0, 0]
    assert normalised_entropy(y, [0.4] * 5) == pytest.approx(1)
    assert normalised_entropy(y, y) == pytest.approx(0, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=2, max_size=30))
def test_normalised_entropy_equals_scikit_learn(rows):
    y, p = map(list, zip(*rows, strict=True))
    if len(set(y)) < 2:
        return
    reference = log_loss(y, p) / log_loss(y, [np.mean(y)] * len(y))
    assert normalised_entropy(y, p) == pytest.approx(reference, rel=1e-6, abs=1e-12)


def test_calibration_error_by_hand():
    # Bin (0.1, 0.2]: two rows, observed ½, predicted 0.2. Bin (0.7, 0.8]: three rows, observed 2/3,
    # predicted 0.8.
    value = expected_calibration_error([0, 1, 1, 1, 0], [0.2, 0.2, 0.8, 0.8, 0.8])
    assert value == pytest.approx(2 / 5 * 0.3 + 3 / 5 * (0.8 - 2 / 3))


def test_calibration_error_puts_an_edge_into_the_lower_bin():
    # 0.5 and 0.4 share the bin (0, 0.5]: their gaps +0.5 and -0.4 cancel to 0.1 over two rows.
    assert expected_calibration_error([1, 0], [0.5, 0.4], bins=2) == pytest.approx(0.05)
    assert expected_calibration_error([1, 0], [0.6, 0.4], bins=2) == pytest.approx(0.4)


def test_calibration_error_keeps_0_and_1():
    assert expected_calibration_error([0, 1], [0.0, 1.0]) == 0
    assert expected_calibration_error([1, 0], [0.0, 1.0]) == 1


@pytest.mark.parametrize("bins", [1, 4, 10, 15])
def test_calibration_error_equals_the_curve_of_scikit_learn(bins):
    rng = np.random.default_rng(bins)
    p = rng.random(2000).round(2)
    y = (rng.random(2000) < p**2).astype(int)
    observed, predicted = calibration_curve(y, p, n_bins=bins)
    edges = np.linspace(0, 1, bins + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], p), minlength=bins)
    reference = np.average(np.abs(observed - predicted), weights=counts[counts > 0])
    assert expected_calibration_error(y, p, bins=bins) == pytest.approx(reference)


def test_calibration_error_of_one_class_is_defined():
    assert expected_calibration_error([1, 1], [0.9, 0.9]) == pytest.approx(0.1)


# --- ceiling -----------------------------------------------------------------------------------------------


def test_share_of_ceiling_for_gains_and_losses():
    assert share_of_ceiling(0.83, baseline=0.75, oracle=0.85) == pytest.approx(0.8)
    assert share_of_ceiling(0.30, baseline=0.40, oracle=0.20) == pytest.approx(0.5)
    assert share_of_ceiling(0.70, baseline=0.75, oracle=0.85) == pytest.approx(-0.5)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_share_of_ceiling_refuses_what_is_not_finite(bad):
    with pytest.raises(ValueError, match="oracle must be a finite number"):
        share_of_ceiling(0.8, baseline=0.7, oracle=bad)


def test_share_of_ceiling_needs_a_way_to_go():
    with pytest.raises(ValueError, match=r"oracle and baseline are both 0\.7"):
        share_of_ceiling(0.8, baseline=0.7, oracle=0.7)


# --- inputs ------------------------------------------------------------------------------------------------

Y, P = [0, 1, 0, 1], [0.1, 0.9, 0.2, 0.8]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: normalised_entropy(Y, [0.1, 1.7, 0.2, 0.8]),
            r"y_prob must lie in \[0, 1\]; got 1.7 at row 1",
        ),
        (lambda: expected_calibration_error(Y, [0.1, 0.2, -0.5, 0.8]), "got -0.5 at row 2"),
        (lambda: auc_interval(Y, [0.1, math.nan, 0.2, 0.8]), "y_score must be finite; got nan at row 1"),
        (lambda: auc_interval([0, 1, 2, 1], P), "y_true must be 0 or 1; got 2 at row 2"),
        (lambda: auc_interval([0, 1, None, 1], P), "y_true must be finite"),
        (lambda: auc_interval([1, 1, 1, 1], P), "holds only class 1"),
        (lambda: normalised_entropy([0, 0, 0, 0], P), "holds only class 0"),
        (lambda: auc_interval([0, 0, 0, 1], P), "at least 2 rows of each class; got 1 of class 1"),
        (lambda: auc_interval(Y, P[:3]), "y_score has 3 rows, y_true has 4"),
        (lambda: auc_interval(Y, np.reshape(P, (4, 1))), r"got \(4, 1\). Use its column: \[:, 0\]"),
        (lambda: auc_interval(Y, np.ones((4, 2))), r"shape \(n_rows,\); got \(4, 2\)$"),
        (lambda: auc_interval(["no", "yes", "no", "yes"], P), "y_true must hold numbers"),
        (lambda: auc_interval([], []), "y_true is empty"),
        (lambda: auc_interval(Y, P, level=95), r"level must lie in \(0, 1\)"),
        (lambda: paired_auc_difference(Y, P, [1, 2]), "score_b has 2 rows"),
        (lambda: paired_auc_difference(Y, [math.inf, 1, 2, 3], P), "score_a must be finite"),
        (lambda: expected_calibration_error(Y, P, bins=0), "bins must be a whole number >= 1; got 0"),
        (lambda: expected_calibration_error(Y, P, bins=2.5), "got 2.5"),
        (lambda: expected_calibration_error(Y, P, bins=True), "got True"),
    ],
)
def test_wrong_inputs_are_named_with_value_and_row(call, text):
    with pytest.raises(ValueError, match=text):
        call()
