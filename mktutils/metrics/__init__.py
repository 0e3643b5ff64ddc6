"""Metrics that scikit-learn lacks: of probabilities (AUC with its uncertainty, calibration), of targeting."""

from mktutils.metrics.probabilities import (
    AucDifference,
    AucInterval,
    auc_interval,
    expected_calibration_error,
    normalised_entropy,
    paired_auc_difference,
    share_of_ceiling,
)
from mktutils.metrics.targeting import bootstrap_interval, lift_table, profit_curve, reliability_table

__all__ = [
    "AucDifference",
    "AucInterval",
    "auc_interval",
    "bootstrap_interval",
    "expected_calibration_error",
    "lift_table",
    "normalised_entropy",
    "paired_auc_difference",
    "profit_curve",
    "reliability_table",
    "share_of_ceiling",
]
