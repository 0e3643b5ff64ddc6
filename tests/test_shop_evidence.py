"""Is the shop a good world to learn in? Baseline, strong learner and oracle, per task.

`pytest -s tests/test_shop_evidence.py` prints the table. The oracle is the score of the true probabilities on
the same rows: no model does better, but for luck.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score, log_loss, roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from mktutils.shop.build import core_tables
from mktutils.shop.orders import FEATURES
from mktutils.shop.world import SEGMENT_SHARE, SEGMENTS, make_world

ROWS: list[tuple] = []
TREES = dict(learning_rate=0.05, max_iter=150, max_leaf_nodes=10, l2_regularization=5, min_samples_leaf=30)


@pytest.fixture(scope="module", autouse=True)
def table():
    with threadpool_limits(1):  # small problems: more threads only wait for each other
        yield
    print(f"\n{'task':<44}{'metric':<10}{'baseline':>10}{'strong':>10}{'oracle':>10}")
    for task, metric, baseline, strong, oracle in ROWS:
        print(f"{task:<44}{metric:<10}{baseline:>10.3f}{strong:>10.3f}{oracle:>10.3f}")


@pytest.fixture(scope="module")
def world():
    return make_world()


@pytest.fixture(scope="module")
def tables(world):
    return core_tables(world)


# Will this customer buy?


def read_number(text: pd.Series) -> pd.Series:
    text = text.str.replace("[€ min]", "", regex=True)
    comma = text.str.contains(r",\d{1,2}$", na=False)
    text = text.where(~comma, text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False))
    return pd.to_numeric(text.str.replace(",", "", regex=False))


def lightly_cleaned(raw: pd.DataFrame) -> pd.DataFrame:
    """Do what any learner would: doubles out, text read, codes and absurd values made missing."""
    rows = raw.drop_duplicates(["customer_id", "snapshot_date"]).copy()
    for name in ("minutes_on_site_30d", "spend_365d"):
        rows[name] = read_number(rows[name])
    rows[FEATURES] = rows[FEATURES].astype(float)
    rows.loc[rows["days_since_last_order"].isin([-1, 999]), "days_since_last_order"] = np.nan
    rows.loc[rows["visits_30d"] > 1_000, "visits_30d"] = np.nan
    rows.loc[rows["orders_365d"] > 200, ["orders_365d", "spend_365d"]] = np.nan
    return rows


def predict(rows: pd.DataFrame, people: pd.DataFrame) -> dict[str, np.ndarray]:
    """Test labels and the predictions of logistic regression, trees and the oracle; split by time."""
    rows = rows.merge(people, on="customer_id").sort_values(
        ["snapshot_date", "customer_id"], ignore_index=True
    )
    context = pd.get_dummies(rows[["device", "membership", "channel"]]).astype(float)
    x = pd.concat([rows[FEATURES].astype(float), context], axis=1)
    x["email_consent"], x["month"] = rows["email_consent"], rows["snapshot_date"].str[5:7].astype(float)
    train, test = rows["snapshot_date"] <= "2025-07-01", rows["snapshot_date"] >= "2025-09-01"
    filled = x.fillna({"days_since_last_order": 400.0})
    filled = filled.fillna(filled[train].median()).join(x.isna().astype(float).add_suffix("_missing"))
    y = rows["purchased"]
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2_000)).fit(filled[train], y[train])
    trees = HistGradientBoostingClassifier(random_state=0, **TREES).fit(x[train], y[train])
    return {
        "y": y[test].to_numpy(),
        "linear": linear.predict_proba(filled[test])[:, 1],
        "trees": trees.predict_proba(x[test])[:, 1],
        "oracle": rows.loc[test, "p_purchase"].to_numpy(),
        "constant": np.full(test.sum(), y[train].mean()),
    }


@pytest.mark.parametrize("source", ["clean features", "raw file, lightly cleaned"])
def test_purchase_trees_beat_logistic_regression_and_near_the_oracle(world, tables, source):
    if source == "clean features":
        rows = world.simulation["behavior"]
    else:
        truth = tables["truth/user_behavior.csv.gz"][["customer_id", "snapshot_date", "p_purchase"]]
        rows = lightly_cleaned(tables["user_behavior.csv"]).merge(truth)
    people = world.customers[["customer_id", "device", "membership", "channel", "email_consent"]]
    made = predict(rows, people)
    auc = {name: roc_auc_score(made["y"], made[name]) for name in ("linear", "trees", "oracle")}
    ROWS.append((f"purchase, {source}", "AUC", auc["linear"], auc["trees"], auc["oracle"]))
    loss = {name: log_loss(made["y"], made[name]) for name in ("constant", "linear", "trees", "oracle")}
    ROWS.append((f"purchase, {source}", "log-loss", loss["linear"], loss["trees"], loss["oracle"]))
    assert 0.82 <= auc["oracle"] <= 0.88
    assert auc["trees"] - auc["linear"] >= 0.03
    assert auc["trees"] - 0.5 >= 0.95 * (auc["oracle"] - 0.5)
    assert loss["oracle"] < loss["trees"] < loss["linear"] < loss["constant"]


# Who belongs together?


def test_segments_show_in_baskets_and_hardly_in_rfm(world, tables):
    lines = tables["orders.csv"].copy()
    lines["row"] = lines["customer_id"].str[1:].astype(int) - 1
    lines["kind"] = world.category[lines["product_id"].str[1:].astype(int) - 1]
    lines["paid"] = lines["quantity"] * lines["unit_price"] * (1 - lines["discount"])
    lines["ago"] = (pd.Timestamp("2025-11-01") - pd.to_datetime(lines["order_date"])).dt.days
    by = lines.groupby("row").agg(
        r=("ago", "min"), f=("order_id", "nunique"), m=("paid", "sum"), n=("kind", "size")
    )
    by = by[by["n"] >= 3]
    true = world.customers["segment"].to_numpy()[by.index]
    counts = np.zeros((len(world.customers), 10))
    np.add.at(counts, (lines["row"], lines["kind"]), 1)
    counts = counts[by.index]

    rfm = StandardScaler().fit_transform(np.log1p(by[["r", "f", "m"]]))
    shares = np.sqrt(counts / counts.sum(axis=1, keepdims=True))
    labels = np.hstack([shares, np.log1p(counts), rfm])
    classes = cross_val_predict(LogisticRegression(max_iter=2_000), labels, true, cv=4)
    # The best anyone can do without names: Bayes' rule with the true category shares of the segments.
    segment = world.customers["segment"]
    chosen = [world.choice_prob(np.flatnonzero(segment == name), month="2025-03") for name in SEGMENTS]
    law = np.array([np.bincount(world.category, prob.mean(axis=0)) for prob in chosen])
    bayes = np.array(SEGMENTS)[(counts @ np.log(law).T + np.log(SEGMENT_SHARE)).argmax(axis=1)]
    score = {
        "rfm": adjusted_rand_score(true, KMeans(6, n_init=5, random_state=0).fit_predict(rfm)),
        "baskets": adjusted_rand_score(true, KMeans(6, n_init=5, random_state=0).fit_predict(shares)),
        "classifier": adjusted_rand_score(true, classes),
        "bayes": adjusted_rand_score(true, bayes),
    }
    ROWS.append(("segments, k-means: RFM / baskets", "ARI", score["rfm"], score["baskets"], score["bayes"]))
    ROWS.append(
        ("segments, classifier with labels", "ARI", score["rfm"], score["classifier"], score["bayes"])
    )
    assert score["baskets"] - score["rfm"] >= 0.4
    assert score["classifier"] <= score["bayes"] + 0.02 <= 1.0
    assert score["baskets"] >= 0.9 * score["classifier"]


def test_rhythm_differs_between_segments(world, tables):
    dates = (
        tables["orders.csv"].drop_duplicates("order_id").merge(world.customers[["customer_id", "segment"]])
    )
    day = pd.to_datetime(dates["order_date"])
    gap = day.groupby(dates["customer_id"]).diff().dt.days
    median = gap[gap > 14].groupby(dates["segment"]).median()
    assert median["home maker"] - median["reader"] >= 15
    winter = day.dt.month.isin([11, 12]).groupby(dates["segment"]).mean()
    assert winter["gift buyer"] >= winter.drop("gift buyer").max() + 0.02


# What will they buy next?


def ndcg_at_10(score: np.ndarray, wanted: np.ndarray, seen: np.ndarray) -> float:
    top = np.argsort(-np.where(seen, -np.inf, score), axis=1, kind="stable")[:, :10]
    discount = 1 / np.log2(np.arange(2, 12))
    ideal = np.cumsum(discount)[np.minimum(wanted.sum(axis=1), 10) - 1]
    return float(((np.take_along_axis(wanted, top, axis=1) * discount).sum(axis=1) / ideal).mean())


def test_ndcg_is_1_for_the_right_order_and_discounts_the_second_place():
    wanted, seen = np.eye(1, 12, dtype=bool), np.zeros((1, 12), bool)
    assert ndcg_at_10(np.arange(12, 0, -1)[None], wanted, seen) == 1.0
    assert ndcg_at_10(np.array([[1, 2, *[0] * 10]]), wanted, seen) == pytest.approx(1 / np.log2(3))


def test_recommendation_ease_beats_popularity_and_the_oracle_beats_both(world, tables):
    lines = tables["orders.csv"]
    row, item = (lines[k].str[1:].astype(int).to_numpy() - 1 for k in ("customer_id", "product_id"))
    past = (lines["order_date"] < "2025-09-01").to_numpy()
    bought, wanted = np.zeros((2, 5_000, 600))
    bought[row[past], item[past]] = 1
    wanted[row[~past], item[~past]] = 1
    popularity = bought.sum(axis=0)
    wanted = (wanted > 0) & (bought == 0) & (popularity > 0)  # new to the customer, not new to the shop
    users = np.flatnonzero((bought.sum(axis=1) >= 3) & wanted.any(axis=1))
    last = pd.Series(world.category[item[past]]).groupby(row[past]).last()
    true = world.choice_prob(users, month="2025-09", after=last.loc[users].to_numpy()) * (popularity > 0)

    gram = bought.T @ bought
    inverse = np.linalg.inv(gram + 60 * np.eye(600))
    ease = np.eye(600) - inverse / np.diag(inverse)
    norm = np.sqrt(popularity) + 1e-9
    near = gram / (np.outer(norm, norm) + 5)
    np.fill_diagonal(near, 0)
    x, y = bought[users], wanted[users]
    scores = {"popularity": np.tile(popularity, (len(users), 1)), "ease": x @ ease, "neighbours": x @ near}
    ndcg = {name: ndcg_at_10(score, y, x > 0) for name, score in (scores | {"oracle": true}).items()}
    for name in ("neighbours", "ease"):
        task = f"recommendation, popularity / {name}"
        ROWS.append((task, "NDCG@10", ndcg["popularity"], ndcg[name], ndcg["oracle"]))
        assert ndcg[name] >= ndcg["popularity"] + 0.15
    assert len(users) > 400
    assert ndcg["oracle"] >= ndcg["ease"] + 0.04
