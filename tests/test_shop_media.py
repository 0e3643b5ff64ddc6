"""Photos, visits and reviews of the simulated shop: structure, relations, and truths that are true."""

import itertools
from functools import cache

import numpy as np
import pandas as pd
import pytest

from mktutils.shop import images, intent, phrases, reviews, sessions
from mktutils.shop.intent import BACK, BUY, CART, DECIDE, DOUBT, OTHER, REMOVE, SAME, SEARCH
from mktutils.shop.world import make_world
from mktutils.shop.write import content_digest, table_bytes

MAKERS = {
    "images": images.make_images,
    "sessions": sessions.make_sessions,
    "reviews": reviews.make_reviews,
}


@cache
def world():
    return make_world()


@cache
def made(name):
    return MAKERS[name](world())


@pytest.fixture(scope="module")
def photos():
    return made("images")["product_images.npz"], made("images")["truth/product_images.csv.gz"]


@pytest.fixture(scope="module")
def visits():
    return made("sessions")["sessions.csv.gz"], made("sessions")["truth/sessions.csv.gz"]


@pytest.fixture(scope="module")
def texts():
    return made("reviews")["reviews.csv"], made("reviews")["truth/reviews.csv.gz"]


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_world_gives_the_same_content(name):
    again = MAKERS[name](world())
    for file, content in made(name).items():
        first, second = (content_digest(table_bytes(c, file), file) for c in (content, again[file]))
        assert first == second, file


def test_files_stay_within_their_size():
    limit = {"product_images.npz": 2.8e6, "sessions.csv.gz": 1.8e6, "reviews.csv": 1.2e6}
    for name in MAKERS:
        for file, content in made(name).items():
            assert len(table_bytes(content, file)) < limit.get(file, 0.3e6), file


# ---- photos


def test_photos_are_small_grey_pictures_in_16_levels(photos):
    arrays, truth = photos
    n = len(truth)
    assert 4_500 <= n <= 5_500
    assert all(len(a) == n for a in arrays.values())
    assert arrays["image"].shape == (n, 28, 28) and arrays["image"].dtype == np.uint8
    assert set(np.unique(arrays["image"])) <= set(range(0, 256, 17))
    assert arrays["image"].reshape(n, -1).std(axis=1).min() > 5  # no empty picture
    assert len(np.unique(arrays["image"].reshape(n, -1), axis=0)) == n  # no picture twice


def test_every_product_has_photos_and_the_truth_is_its_category(photos):
    arrays, truth = photos
    products = world().products.set_index("product_id")["category"]
    assert set(arrays["product_id"]) == set(products.index)
    assert (truth["product_id"].to_numpy() == arrays["product_id"]).all()
    names = np.array(images.CATEGORIES)[truth["true_label"]]
    assert (products.loc[arrays["product_id"]].to_numpy() == names).all()
    assert pd.Series(arrays["product_id"]).value_counts().between(5, 12).all()


def test_about_four_percent_of_labels_are_wrong_in_every_category(photos):
    arrays, truth = photos
    wrong = pd.Series(arrays["label"] != truth["true_label"])
    assert 0.03 < wrong.mean() < 0.05
    assert wrong.groupby(truth["true_label"]).mean().between(0.01, 0.08).all()


def test_photos_of_one_product_look_more_alike_than_photos_of_two(photos):
    arrays, truth = photos
    frame = truth.assign(light=arrays["image"].mean(axis=(1, 2)))
    within = frame.groupby("product_id")["light"].std().mean()
    assert within < 0.8 * frame.groupby("true_label")["light"].std().mean()


def test_click_rate_follows_from_what_can_be_seen_and_clicks_from_the_rate(photos):
    arrays, truth = photos
    assert np.allclose(images.click_probability(truth), truth["p_click"], atol=1e-6)
    assert truth["p_click"].between(0.001, 0.2).all() and 0.015 < truth["p_click"].mean() < 0.05
    assert (arrays["clicks"] <= arrays["impressions"]).all() and arrays["impressions"].min() >= 1
    expected = truth["p_click"] * arrays["impressions"]
    z = (arrays["clicks"] - expected) / np.sqrt(expected * (1 - truth["p_click"]))
    assert abs(z.mean()) < 0.06 and 0.95 < z.std() < 1.05
    assert np.corrcoef(truth["brightness"], arrays["image"].mean(axis=(1, 2)))[0, 1] > 0.99


# ---- visits


def test_visits_are_ordered_and_belong_to_customers_and_products(visits):
    table, truth = visits
    shop = world()
    assert 12_000 <= table["session_id"].nunique() <= 15_000
    assert truth["session_id"].tolist() == table["session_id"].unique().tolist()
    assert (table["step"] == table.groupby("session_id").cumcount() + 1).all()
    assert 9 < len(table) / len(truth) < 13 and table["step"].max() == intent.LONGEST
    assert table["session_date"].is_monotonic_increasing
    assert table["session_date"].between("2025-01-01", "2025-10-31").all()
    assert set(table["product_id"].dropna()) <= set(shop.products["product_id"])
    assert (table["product_id"].isna() == (table["event"] == "search")).all()
    known = table.dropna(subset=["product_id"])
    category = shop.products.set_index("product_id")["category"].loc[known["product_id"]]
    assert (category.to_numpy() == known["category"].to_numpy()).all()
    assert set(table["category"]) == set(images.CATEGORIES)
    assert table["seconds"].between(1, 600).all()


def test_nobody_visits_before_signing_up_or_sees_a_product_before_its_launch(visits):
    table, _ = visits
    shop = world()
    assert 0.22 < table.drop_duplicates("session_id")["customer_id"].isna().mean() < 0.28
    who = table.dropna(subset=["customer_id"])
    signup = shop.customers.set_index("customer_id")["signup_date"].loc[who["customer_id"]]
    assert (signup.to_numpy() <= who["session_date"].to_numpy()).all()
    what = table.dropna(subset=["product_id"])
    launch = shop.products.set_index("product_id")["launch_date"].loc[what["product_id"]]
    assert (launch.to_numpy() <= what["session_date"].to_numpy()).all()


def test_a_visit_buys_at_most_once_and_removes_only_what_is_in_the_cart(visits):
    table, _ = visits
    count = table.groupby("session_id")["event"].value_counts().unstack(fill_value=0)
    assert count["buy"].max() == 1 and 0.12 < count["buy"].mean() < 0.18
    change = table["event"].map({"cart": 1, "remove": -1}).fillna(0)
    in_cart = change.groupby(table["session_id"]).cumsum()
    assert in_cart.between(0, intent.MAX_CART).all()
    put = table[table["event"] == "cart"][["session_id", "product_id"]]
    taken = table[table["event"] == "remove"][["session_id", "product_id"]]
    assert len(taken.merge(put.drop_duplicates())) == len(taken)


def test_the_truth_can_be_computed_again_from_the_public_table(visits):
    table, truth = visits
    kinds = table.assign(kind=sessions.event_kinds(table))
    for k in sessions.PREFIXES:
        by_session = kinds[kinds["step"] <= k].groupby("session_id")["kind"]
        whole = (by_session.transform("size") == k) & (by_session.transform("max") < BUY)
        part = kinds[kinds["step"] <= k][whole]
        ids = part["session_id"].to_numpy()[::k]
        event, seconds = (part[c].to_numpy().reshape(-1, k) for c in ("kind", "seconds"))
        stored = truth.set_index("session_id")[f"p_buy_{k}"].dropna()
        assert stored.index.tolist() == ids.tolist()
        assert np.allclose(stored, intent.buy_posterior(event, seconds), atol=1e-6)


def test_posterior_is_calibrated_at_every_prefix(visits):
    table, truth = visits
    bought = table["event"].eq("buy").groupby(table["session_id"]).any().loc[truth["session_id"]].to_numpy()
    for k in sessions.PREFIXES:
        p = truth[f"p_buy_{k}"]
        for _, part in pd.DataFrame({"p": p, "y": bought}).dropna().groupby(pd.qcut(p, 6)):
            error = np.sqrt(part["p"].mean() * (1 - part["p"].mean()) / len(part))
            assert abs(part["y"].mean() - part["p"].mean()) < 4 * error


def test_filter_equals_the_sum_over_all_paths_of_intent():
    model = intent.intent_model()
    event, seconds = [OTHER, CART, SEARCH, SAME], [20, 3, 9, 41]
    cart = [0, 1, 1, 1]
    weight = np.zeros(5)
    for path in itertools.product(range(5), repeat=4):
        chance = model.start[path[0]] * model.dwell[path[0], event[0], seconds[0] - 1]
        for t in range(1, 4):
            chance *= model.move[event[t - 1], path[t - 1], path[t]] * (1 - model.leave[path[t]])
            chance *= model.act[cart[t - 1], event[t - 1], path[t], event[t]]
            chance *= model.dwell[path[t], event[t], seconds[t] - 1]
        weight[path[-1]] += chance
    by_hand = (weight / weight.sum()) @ intent.buy_later_table()[4, 1, SAME]
    assert intent.buy_posterior(np.array([event]), np.array([seconds]))[0] == pytest.approx(
        by_hand, rel=1e-12
    )


@pytest.mark.parametrize("prefix", [(OTHER, SEARCH, SAME, BACK), (OTHER, CART, BACK, SAME)])
def test_posterior_equals_the_share_of_simulated_visits_with_that_prefix(prefix):
    event, seconds = intent.simulate_intent(np.random.default_rng(5), 60_000)
    same = (event[:, :4] == prefix).all(axis=1)
    assert same.sum() > 200
    p = intent.buy_posterior(event[same, :4], seconds[same, :4])
    share = (event[same] == BUY).any(axis=1).mean()
    assert abs(share - p.mean()) < 4 * np.sqrt(p.mean() * (1 - p.mean()) / same.sum())


def test_deciding_and_doubting_differ_in_order_more_than_in_counts():
    model = intent.intent_model()
    usual = np.array([SAME, BACK, SEARCH, CART])
    step = model.act[1][usual][:, [DECIDE, DOUBT]][:, :, usual]
    step /= step.sum(axis=2, keepdims=True)
    shares = []
    for mood in range(2):  # how often each event comes in the long run
        shares.append(np.linalg.matrix_power(step[:, mood], 200)[0])
    assert np.abs(shares[0] - shares[1]).max() < 0.03
    assert np.abs(step[:, 0] - step[:, 1]).max() > 0.5


def test_swapping_the_order_of_the_same_events_changes_the_posterior():
    seconds = np.full((1, 6), 20)
    first = intent.buy_posterior(np.array([[OTHER, SEARCH, SAME, BACK, CART, SEARCH]]), seconds)[0]
    second = intent.buy_posterior(np.array([[OTHER, CART, BACK, SAME, SEARCH, SEARCH]]), seconds)[0]
    assert first > 2 * second


def test_event_kinds_knows_a_removed_product_does_not_move_the_visitor():
    visit = pd.DataFrame(
        {
            "session_id": ["S1"] * 6,
            "event": ["view", "cart", "search", "remove", "view", "view"],
            "product_id": ["P1", "P1", None, "P1", "P5", "P1"],
            "category": ["mug", "mug", "lamp", "mug", "lamp", "mug"],
        }
    )
    assert sessions.event_kinds(visit).tolist() == [OTHER, CART, SEARCH, REMOVE, SAME, BACK]


# ---- reviews


def test_reviews_belong_to_purchases_and_come_after_them(texts):
    table, truth = texts
    orders = world().simulation["orders"]
    assert table["review_id"].is_unique and len(table) == len(truth) == 6_000
    first = orders.groupby(["customer_id", "product_id"], as_index=False)["order_date"].min()
    joined = table.merge(first, on=["customer_id", "product_id"], how="left")
    assert joined["order_date"].notna().all() and (joined["date"] > joined["order_date"]).all()
    assert table["date"].is_monotonic_increasing and table["date"].max() <= "2025-10-31"


def test_reviews_are_short_texts_in_two_languages_with_all_ratings(texts):
    table, _ = texts
    english = table["language"] == "en"
    assert set(table["language"]) == {"en", "zh"} and (~english).sum() == 400
    words = table.loc[english, "text"].str.split().str.len()
    assert words.between(4, 40).all() and 12 < words.mean() < 22
    assert table.loc[~english, "text"].str.contains("[\u4e00-\u9fff]").all()
    assert table.loc[english, "text"].str.isascii().all()
    assert table["rating"].value_counts(normalize=True).reindex(range(1, 6)).between(0.08, 0.5).all()
    assert not table["text"].str.contains("  ").any()


def test_ratings_follow_the_true_probability(texts):
    table, truth = texts
    positive = (table["rating"] >= 4).to_numpy()
    again = reviews.rating_probability(truth["sentiment"].to_numpy())
    assert np.allclose(again.sum(axis=1), 1.0)
    assert np.allclose(again[:, 3:].sum(axis=1), truth["p_positive"], atol=1e-6)
    for _, part in truth.assign(y=positive).groupby(pd.qcut(truth["p_positive"], 6)):
        p = part["p_positive"].mean()
        assert abs(part["y"].mean() - p) < 4 * np.sqrt(p * (1 - p) / len(part))


@pytest.mark.parametrize("clause", [*phrases.ENGLISH, *phrases.CHINESE], ids=lambda c: c.__name__)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clause_has_the_sign_that_was_wanted(clause, sign):
    rng = np.random.default_rng(0)
    for category in images.CATEGORIES:
        text, value = clause(lambda items: items[int(rng.random() * len(items))], category, sign)
        assert value * sign > 0 and text


def test_comparisons_of_both_signs_use_the_same_words():
    def last(items):
        return items[-1]  # "worse", told from the old one's side

    def first(items):
        return items[0]

    up, _ = phrases.compared(first, "mug", 1)
    down, _ = phrases.compared(lambda items: items[1], "mug", -1)
    assert up == "this mug is better than my old one" and down == "my old mug is better than this one"
    assert sorted(up.split()) == sorted(down.split())
    assert phrases.compared(last, "mug", 1)[0] == "my old mug is worse than this one"


def test_the_clause_after_but_weighs_more():
    def script(*answers):
        answers = iter(answers)

        def pick(items):
            wanted = next(answers)
            return next(i for i in items if i == wanted or (isinstance(i, tuple) and i[0] == wanted))

        return pick

    pick = script(phrases.verdict, "I would buy it again", "but", phrases.depends, "the price is high")
    text, value = reviews._pair(pick, [phrases.verdict, phrases.depends], "mug", 1, chinese=False)
    assert text == "the price is high, but I would buy it again"
    assert value == pytest.approx(1.2 * 1.3 - 0.4)
