"""Metrics that scikit-learn lacks: AUC with its uncertainty, normalised entropy, calibration error."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mktutils.metrics._checks import as_labels, as_probabilities, as_scores, count, midranks, z_value


class AucInterval(NamedTuple):
    """ROC-AUC with a confidence interval."""

    auc: float
    low: float
    high: float


class AucDifference(NamedTuple):
    """AUC of a minus AUC of b on the same rows, its confidence interval, and a two-sided p-value."""

    difference: float
    low: float
    high: float
    p_value: float


def auc_interval(y_true: ArrayLike, y_score: ArrayLike, *, level: float = 0.95) -> AucInterval:
    """ROC-AUC with DeLong's confidence interval; `y_true` 0/1 and `y_score` have shape (n_rows,).

    The variance is that of DeLong, DeLong and Clarke-Pearson (1988), computed from mid-ranks in O(n log n)
    as in Sun and Xu (2014); the interval is auc ± z·se, cut to [0, 1]. It assumes independent rows: for
    several rows per customer, draw customers with a bootstrap instead. Perfect separation has variance 0,
    and the interval has no width.

    Raises ValueError for NaN, shapes, labels outside {0, 1}, fewer than 2 rows of a class, a level outside
    (0, 1).

    >>> [round(value, 3) for value in auc_interval([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.3, 0.9])]
    [0.778, 0.291, 1.0]
    """
    y = as_labels(y_true)
    z = z_value(level)
    auc, covariance = _delong(y, [as_scores(y_score, y, "y_score")])
    half = z * math.sqrt(covariance[0, 0])
    return AucInterval(float(auc[0]), max(0.0, float(auc[0]) - half), min(1.0, float(auc[0]) + half))


def paired_auc_difference(
    y_true: ArrayLike, score_a: ArrayLike, score_b: ArrayLike, *, level: float = 0.95
) -> AucDifference:
    """AUC of `score_a` minus AUC of `score_b` on the same rows, with DeLong's interval and two-sided p-value.

    All three have shape (n_rows,). Comparing on the same rows removes what both models share, so that the
    interval is narrower than two separate ones suggest. Positive: a is better. Equal scores give 0 with
    p-value 1.

    Raises ValueError as `auc_interval`. Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44,
    837–845.

    >>> y = [0, 0, 0, 0, 1, 1, 1, 1]
    >>> better, worse = [1, 2, 3, 5, 4, 6, 7, 8], [1, 4, 6, 7, 2, 3, 5, 8]
    >>> [round(value, 3) for value in paired_auc_difference(y, better, worse)]
    [0.438, 0.002, 0.873, 0.049]
    """
    y = as_labels(y_true)
    z = z_value(level)
    auc, covariance = _delong(y, [as_scores(score_a, y, "score_a"), as_scores(score_b, y, "score_b")])
    difference = float(auc[0] - auc[1])
    variance = max(0.0, float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))
    se = math.sqrt(variance) if variance > 1e-18 else 0.0
    if se == 0:
        p_value = 1.0 if abs(difference) < 1e-12 else 0.0
    else:
        p_value = math.erfc(abs(difference) / se / math.sqrt(2))
    return AucDifference(difference, max(-1.0, difference - z * se), min(1.0, difference + z * se), p_value)


def normalised_entropy(y_true: ArrayLike, y_prob: ArrayLike) -> float:
    """Log-loss divided by the log-loss of the base rate of the same rows; 1 is a constant, 0 is perfect.

    NE = -mean(y·log p + (1 - y)·log(1 - p)) / -(r·log r + (1 - r)·log(1 - r)) with r = mean(y), shapes
    (n_rows,). Probabilities are kept 2.2e-16 away from 0 and 1, as in scikit-learn's `log_loss`. Source: He
    and others (2014), Practical lessons from predicting clicks on ads at Facebook.

    Raises ValueError for NaN, shapes, labels outside {0, 1}, probabilities outside [0, 1], one class only.

    >>> normalised_entropy([0, 0, 0, 1], [0.25, 0.25, 0.25, 0.25])
    1.0
    """
    y = as_labels(y_true)
    p = as_probabilities(y_prob, y)
    eps = np.finfo("float64").eps
    p = np.clip(p, eps, 1 - eps)
    rate = y.mean()
    log_loss = -np.mean(np.where(y == 1, np.log(p), np.log1p(-p)))
    return float(log_loss / -(rate * np.log(rate) + (1 - rate) * np.log1p(-rate)))


def expected_calibration_error(y_true: ArrayLike, y_prob: ArrayLike, *, bins: int = 10) -> float:
    """Mean distance between predicted and observed share of positives, over bins of equal width; 0 is best.

    With B bins, bin b holds the rows with (b - 1)/B < p ≤ b/B (p = 0 goes to the first), p being the
    probability of the positive class: ECE = Σ_b n_b/n · |mean of y in b − mean of p in b|. Other
    definitions (probability of the predicted class, bins of equal size) give other numbers. `y_true` 0/1
    and `y_prob` have shape (n_rows,).

    Raises ValueError for NaN, shapes, labels outside {0, 1}, probabilities outside [0, 1], fewer than one
    bin. Source: Naeini, Cooper and Hauskrecht (2015).

    >>> round(expected_calibration_error([0, 1, 1, 1], [0.2, 0.2, 0.8, 0.8]), 3)
    0.25
    """
    count("bins", bins)
    y = as_labels(y_true, both_classes=False)
    p = as_probabilities(y_prob, y)
    index = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], p)
    gap = np.bincount(index, weights=y - p, minlength=bins)  # n_b · (mean y − mean p)
    return float(np.abs(gap).sum() / len(y))


def share_of_ceiling(score: float, baseline: float, oracle: float) -> float:
    """Share of the way from `baseline` to the best possible score that `score` has come; 1 is the ceiling.

    Works for metrics where more is better and where less is better. Below 0: worse than the baseline. Above
    1 on a test sample: luck, or a leak.

    Raises ValueError for NaN, infinite values, or an oracle equal to the baseline.

    >>> round(share_of_ceiling(0.83, baseline=0.75, oracle=0.85), 3)
    0.8
    """
    for name, value in (("score", score), ("baseline", baseline), ("oracle", oracle)):
        if not math.isfinite(value):
            raise ValueError(f"{name} must be a finite number; got {value!r}")
    if oracle == baseline:
        raise ValueError(
            f"oracle and baseline are both {oracle!r}: there is no way to measure. Use another metric."
        )
    return float((score - baseline) / (oracle - baseline))


def _delong(y: np.ndarray, scores: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the AUC of each score and the covariance matrix of these AUCs."""
    positive, negative = y == 1, y == 0
    n1, n0 = int(positive.sum()), int(negative.sum())
    if min(n1, n0) < 2:
        raise ValueError(
            f"y_true needs at least 2 rows of each class; got {n1} of class 1 and {n0} of class 0"
        )
    wins, losses = np.empty((len(scores), n1)), np.empty((len(scores), n0))
    for k, score in enumerate(scores):
        ranks = midranks(score)
        wins[k] = (ranks[positive] - midranks(score[positive])) / n0  # share of negatives below each positive
        losses[k] = 1 - (ranks[negative] - midranks(score[negative])) / n1
    covariance = np.atleast_2d(np.cov(wins)) / n1 + np.atleast_2d(np.cov(losses)) / n0
    return wins.mean(axis=1), covariance
