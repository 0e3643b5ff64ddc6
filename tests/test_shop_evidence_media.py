"""Is the shop a good world to learn pictures, visits and texts in? Baseline, strong learner, oracle.

`pytest -s tests/test_shop_evidence_media.py` prints the table. Every learner here is small, so the strong
column is what a lesson reaches with little effort, not a limit.
"""

import os

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from mktutils.shop.images import make_images
from mktutils.shop.reviews import make_reviews
from mktutils.shop.sessions import event_kinds, make_sessions
from mktutils.shop.world import make_world

ROWS: list[tuple] = []


@pytest.fixture(scope="module")
def world():
    return make_world()


@pytest.fixture(scope="module", autouse=True)
def table():
    with threadpool_limits(1):  # the matrices are small: more threads only wait for each other
        yield
    print(f"\n{'task':<37}{'metric':<10}{'baseline':>10}{'strong':>10}{'oracle':>10}")
    for task, metric, baseline, strong, oracle in ROWS:
        print(f"{task:<37}{metric:<10}{baseline:>10.3f}{strong:>10.3f}{oracle:>10.3f}")


@pytest.fixture(scope="module")
def photos(world):
    """Pictures, labels, truth and a split by product: three products in four for training."""
    made = make_images(world)
    arrays, truth = made["product_images.npz"], made["truth/product_images.csv.gz"]
    product = pd.factorize(arrays["product_id"])[0]
    train = np.random.default_rng(0).permutation(product.max() + 1)[product] % 4 > 0
    return arrays, truth, train


def test_images_a_small_cnn_beats_a_linear_model_and_nears_the_oracle(photos):
    arrays, truth, train = photos
    x, y = (arrays["image"] / 255.0).astype("float32"), arrays["label"].astype(int)
    flat = x.reshape(len(x), -1)
    constant = np.bincount(y[train]).argmax()
    majority = (y[~train] == constant).mean()
    linear = make_pipeline(
        StandardScaler(), PCA(60, svd_solver="covariance_eigh"), LogisticRegression(C=0.1, max_iter=200)
    )
    baseline = linear.fit(flat[train], y[train]).score(flat[~train], y[~train])

    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (16, 32, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[train, ..., None], y[train], epochs=3, batch_size=32, verbose=0)
    strong = model.evaluate(x[~train, ..., None], y[~train], verbose=0, return_dict=True)["accuracy"]
    oracle = (truth["true_label"].to_numpy()[~train] == y[~train]).mean()
    ROWS.append(("photo -> category (constant)", "accuracy", majority, strong, oracle))
    ROWS.append(("photo -> category (linear)", "accuracy", baseline, strong, oracle))
    assert majority < 0.25
    assert 0.55 < baseline < 0.80
    assert strong > baseline + 0.10
    assert strong > 0.86
    assert 0.94 < oracle < 0.98 and strong < oracle + 0.01


def seen_by_eye(image):
    """Measure each picture: light, contrast to the border, size and place of the object, texture."""
    x = image / 255.0
    n = len(x)
    border = np.concatenate(
        [x[:, [0, 1, -2, -1], :].reshape(n, -1), x[:, :, [0, 1, -2, -1]].reshape(n, -1)], axis=1
    )
    ground = np.median(border, axis=1)[:, None, None]
    away = np.clip(np.abs(x - ground) - 0.12, 0.0, None)
    mass = away.sum(axis=(1, 2)) + 1e-6
    grid = np.linspace(-1, 1, 28)
    cx = (away * grid).sum(axis=(1, 2)) / mass
    cy = (away * grid[:, None]).sum(axis=(1, 2)) / mass
    rough = [np.abs(np.diff(x, k, axis=a)).mean(axis=(1, 2)) for k in (1, 2) for a in (1, 2)]
    high = [np.quantile(np.abs(x - ground).reshape(n, -1), q, axis=1) for q in (0.5, 0.8, 0.9, 0.98)]
    light = x.mean(axis=(1, 2))
    size = (away > 0.08).mean(axis=(1, 2))
    return np.column_stack(
        [light, x.std(axis=(1, 2)), ground[:, 0, 0], size, np.hypot(cx, cy), cx, cy, *rough, *high]
    )


def test_click_rate_can_be_learnt_from_the_picture_better_than_from_linear_pixels(photos):
    arrays, truth, train = photos
    rate = arrays["clicks"] / arrays["impressions"]
    weight = arrays["impressions"]
    true = truth["p_click"].to_numpy()[~train]
    flat = arrays["image"].reshape(len(rate), -1) / 255.0
    pixels = make_pipeline(PCA(60, svd_solver="covariance_eigh"), Ridge(10.0))
    pixels.fit(flat[train], rate[train], ridge__sample_weight=weight[train])
    measures = seen_by_eye(arrays["image"])
    trees = HistGradientBoostingRegressor(loss="poisson", max_iter=80, max_leaf_nodes=8, random_state=0)
    trees.fit(measures[train], rate[train], sample_weight=weight[train])
    baseline = np.corrcoef(pixels.predict(flat[~train]), true)[0, 1]
    strong = np.corrcoef(trees.predict(measures[~train]), true)[0, 1]
    ROWS.append(("photo -> true click rate", "corr.", baseline, strong, 1.0))
    assert 0.2 < baseline < strong - 0.1
    assert strong > 0.7


def session_features(table, k):
    """Order-free counts and order-aware features of the first k events, where none of them is a purchase."""
    kinds = table.assign(kind=event_kinds(table))
    first = kinds[kinds["step"] <= k]
    by_session = first.groupby("session_id")["kind"]
    first = first[(by_session.transform("size") == k) & (by_session.transform("max") < 6)]
    event = first["kind"].to_numpy().reshape(-1, k)
    seconds = np.log(first["seconds"].to_numpy().reshape(-1, k))
    counts = [(event == e).sum(axis=1) for e in range(6)]
    variety = [
        first.groupby("session_id", sort=False)[c].nunique().to_numpy() for c in ("product_id", "category")
    ]
    counts = np.column_stack([*counts, *variety, seconds.mean(axis=1), seconds.std(axis=1)])
    pairs = [((event[:, :-1] == a) & (event[:, 1:] == b)).sum(axis=1) for a in range(6) for b in range(6)]
    last = [event[:, -j] == e for j in range(1, min(k, 4) + 1) for e in range(6)]
    return (
        first["session_id"].to_numpy()[::k],
        counts,
        np.column_stack([counts, *pairs, *last, seconds[:, -3:]]),
    )


def test_sessions_order_carries_what_counts_do_not(world):
    made = make_sessions(world)
    table, truth = made["sessions.csv.gz"], made["truth/sessions.csv.gz"].set_index("session_id")
    bought = table["event"].eq("buy").groupby(table["session_id"]).any()
    for k in (2, 5, 10):
        ids, counts, order = session_features(table, k)
        y, p = bought.loc[ids].to_numpy(), truth.loc[ids, f"p_buy_{k}"].to_numpy()
        train = np.arange(len(ids)) < 0.65 * len(ids)  # sessions are in order of time
        trees = HistGradientBoostingClassifier(
            max_iter=80, learning_rate=0.06, max_leaf_nodes=6, random_state=0
        )
        free = trees.fit(counts[train], y[train]).predict_proba(counts[~train])[:, 1]
        linear = make_pipeline(StandardScaler(), LogisticRegression(C=0.02, max_iter=300))
        aware = linear.fit(order[train], y[train]).predict_proba(order[~train])[:, 1]
        plain = make_pipeline(StandardScaler(), LogisticRegression())
        plain = plain.fit(counts[train], y[train]).predict_proba(counts[~train])[:, 1]
        names, baseline, strong, oracle = (
            roc_auc_score(y[~train], s) for s in (plain, free, aware, p[~train])
        )
        ROWS.append((f"visit buys, after {k} events (linear)", "AUC", names, strong, oracle))
        ROWS.append((f"visit buys, after {k} events (trees)", "AUC", baseline, strong, oracle))
        if k == 10:
            assert 0.55 < names < 0.72 and 0.55 < baseline < 0.72
            assert strong > max(names, baseline) + 0.05
            assert oracle > 0.77 and strong <= oracle + 0.01
            assert (strong - 0.5) / (oracle - 0.5) > 0.85


def recall_at_20(score, target):
    """Share of rows whose target is among the 20 best scores."""
    return (np.argpartition(-score, 20, axis=1)[:, :20] == target[:, None]).any(axis=1).mean()


def test_next_product_depends_on_the_last_one(world):
    table = make_sessions(world)["sessions.csv.gz"]
    views = table[table["event"] == "view"]
    code = pd.Index(world.products["product_id"]).get_indexer(views["product_id"])
    session = views["session_id"].to_numpy()
    follows = session[1:] == session[:-1]
    before, after = code[:-1][follows], code[1:][follows]
    train = np.arange(len(after)) < 0.8 * len(after)
    n = len(world.products)
    popular = np.bincount(after[train], minlength=n).astype(float)
    pairs = np.zeros((n, n))
    np.add.at(pairs, (before[train], after[train]), 1.0)
    last, target = before[~train][:6000], after[~train][:6000]
    same = world.category[last][:, None] == world.category[None, :]
    scores = {
        "popularity": np.tile(popular, (len(last), 1)),
        "category": popular + 1e6 * same,
        "pairs": pairs[last] + 3.0 * popular / popular.sum() * (1 + 20 * same),
    }
    recall = {name: recall_at_20(score, target) for name, score in scores.items()}
    ROWS.append(
        ("next product (popularity | pairs)", "recall@20", recall["popularity"], recall["pairs"], np.nan)
    )
    ROWS.append(("next product (category | pairs)", "recall@20", recall["category"], recall["pairs"], np.nan))
    assert recall["popularity"] < 0.2 < recall["category"] < recall["pairs"]


def test_reviews_word_order_earns_its_place(world):
    made = make_reviews(world)
    table, truth = made["reviews.csv"], made["truth/reviews.csv.gz"]
    english = (table["language"] == "en").to_numpy()
    text, y = table.loc[english, "text"].to_numpy(), (table.loc[english, "rating"] >= 4).to_numpy()
    train = np.arange(len(y)) < 0.75 * len(y)  # reviews are in order of time
    auc = {}
    for longest in (1, 3):
        words = TfidfVectorizer(
            ngram_range=(1, longest), min_df=2, sublinear_tf=True, token_pattern=r"[\w'-]+|,"
        )
        model = make_pipeline(words, LogisticRegression(C=5.0, max_iter=300)).fit(text[train], y[train])
        auc[longest] = roc_auc_score(y[~train], model.predict_proba(text[~train])[:, 1])
    oracle = roc_auc_score(y[~train], truth.loc[english, "p_positive"].to_numpy()[~train])
    ROWS.append(("review is positive (1 | 1-3 words)", "AUC", auc[1], auc[3], oracle))
    assert 0.60 < auc[1] < 0.80
    assert auc[3] > auc[1] + 0.08
    assert oracle > auc[3] + 0.02 and oracle > 0.90
