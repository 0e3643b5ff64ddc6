"""The table that the later lessons start from is the table that lesson 01 ends with."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from mktutils.datasets import load_user_behavior
from mktutils.preprocessing import behavior_preprocessor, behavior_rows, check_no_leakage, prepare_behavior
from mktutils.preprocessing.behavior import KEY, NUMERIC, SKEWED


@pytest.fixture(scope="module")
def behavior():
    return prepare_behavior()


def test_each_customer_stands_once_on_each_date_and_no_pair_of_the_raw_file_is_lost():
    rows, raw = behavior_rows(), load_user_behavior()
    raw["snapshot_date"] = pd.to_datetime(raw["snapshot_date"])
    assert not rows.duplicated(KEY).any()
    pairs = raw[KEY].drop_duplicates().merge(rows[KEY], how="outer", indicator=True)
    assert (pairs["_merge"] == "both").all()


def test_parts_are_the_months_of_lesson_01_with_its_numbers_of_rows(behavior):
    months = [part["snapshot_date"].dt.month.unique().tolist() for part in behavior[:3]]
    assert months == [[1, 2, 3, 4, 5, 6, 7], [8], [9, 10]]
    assert [len(part) for part in behavior[:3]] == [17_933, 3_005, 6_366]


def test_arrays_are_finite_float32_cut_at_five_and_belong_to_the_rows(behavior):
    for rows, X, y, p in zip(behavior[:3], behavior[3:6], behavior[6:9], behavior[9:12], strict=True):
        assert X.dtype == np.float32 and X.shape == (len(rows), len(behavior.columns))
        assert np.isfinite(X).all() and np.abs(X).max() <= 5
        assert np.array_equal(y, rows["purchased"]) and np.array_equal(p, rows["p_purchase"])
        assert set(np.unique(y)) == {0, 1} and ((p > 0) & (p < 1)).all()


def test_neither_the_truth_nor_the_label_is_a_column_and_nothing_leaks(behavior):
    assert not {"p_purchase", "purchased", "customer_id"} & set(behavior.columns)
    check_no_leakage(
        behavior.train,
        behavior.test,
        label="purchased",
        time="snapshot_date",
        features=[*NUMERIC, *SKEWED, "channel", "device", "city", "membership", "postcode"],
    )


def test_statistics_come_from_the_training_rows_only(behavior):
    """The same training rows with other later rows give the same arrays."""
    again = behavior_preprocessor().fit(behavior.train, behavior.y_train)
    assert np.array_equal(again.transform(behavior.test), behavior.X_test)
    plain = behavior.X_train[:, : len(NUMERIC)]
    assert np.allclose(plain.mean(axis=0), 0, atol=0.02) and not np.allclose(
        behavior.X_test[:, : len(NUMERIC)].mean(axis=0), 0, atol=0.001
    )


def test_logistic_regression_reaches_what_lesson_01_reached(behavior):
    model = LogisticRegression(solver="newton-cholesky").fit(behavior.X_train.astype(float), behavior.y_train)
    score = model.predict_proba(behavior.X_test.astype(float))[:, 1]
    assert roc_auc_score(behavior.y_test, score) == pytest.approx(0.830, abs=0.003)
    assert roc_auc_score(behavior.y_test, behavior.p_test) == pytest.approx(0.876, abs=0.001)
