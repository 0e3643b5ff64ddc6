"""The shop's core tables: structure, relations, determinism, and the faults put in on purpose."""

import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from mktutils.shop.__main__ import main
from mktutils.shop.build import DATA, MEDIA, core_tables, write_shop
from mktutils.shop.dirt import CHANNEL_SPELLINGS, IMPOSSIBLE_YEARS, LOCAL_NAMES, MISSING_EMAIL, raw_customers
from mktutils.shop.orders import FEATURES, MONTHS, purchase_logit
from mktutils.shop.world import CATEGORIES, CHANNELS, CITIES, DEVICES, MEMBERSHIPS, SEGMENTS, make_world
from mktutils.shop.write import content_digest, table_bytes, write_bytes

KEY = ["customer_id", "snapshot_date"]


@pytest.fixture(scope="module")
def world():
    return make_world()


@pytest.fixture(scope="module")
def tables(world):
    return core_tables(world)


@pytest.fixture(scope="module")
def clean(world):
    return world.simulation["behavior"]


@pytest.fixture(scope="module")
def raw(tables):
    """The raw rows, one per customer and snapshot, beside their clean values (suffix _true)."""
    once = tables["user_behavior.csv"].drop_duplicates(KEY)
    return once.merge(tables["truth/user_behavior.csv.gz"], on=KEY, suffixes=("", "_true"), validate="1:1")


def digests(tables):
    return {name: content_digest(table_bytes(table, name), name) for name, table in tables.items()}


# Structure and relations


def test_every_table_has_its_columns_and_size(tables, world):
    shape = {name: table.shape for name, table in tables.items()}
    assert shape["customers.csv"] == (5_075, 9) and shape["products.csv"] == (600, 7)
    assert 25_000 <= len(tables["orders.csv"]) <= 40_000
    assert 25_000 <= len(tables["user_behavior.csv"]) <= 30_000
    assert list(tables["user_behavior.csv"]) == [*KEY, *FEATURES, "purchased"] and len(FEATURES) == 10
    assert world.taste.shape == (5_000, 17) and world.item.shape == (600, 17)


def test_no_latent_column_reaches_a_public_file(tables, world):
    public = set().union(*(t.columns for name, t in tables.items() if not name.startswith("truth/")))
    latent = set(tables["truth/customers.csv.gz"]) | set(tables["truth/products.csv.gz"]) | {"p_purchase"}
    assert public & latent == {"customer_id", "product_id"}


def test_keys_are_unique_and_relations_hold(tables):
    orders, products = tables["orders.csv"], tables["products.csv"]
    customers = set(tables["customers.csv"]["customer_id"])
    assert products["product_id"].is_unique and len(customers) == 5_000
    assert set(orders["product_id"]) <= set(products["product_id"])
    assert set(orders["customer_id"]) <= customers
    assert not orders.duplicated(["order_id", "product_id"]).any()
    assert (orders.groupby("order_id")[["customer_id", "order_date", "discount"]].nunique() == 1).all(
        axis=None
    )
    assert orders["order_id"].is_monotonic_increasing and orders["order_date"].is_monotonic_increasing


def test_nobody_orders_before_signing_up_nor_a_product_before_its_launch(tables, world):
    orders = tables["orders.csv"].merge(world.customers[["customer_id", "signup_date"]])
    orders = orders.merge(tables["products.csv"])
    assert (orders["order_date"] >= orders["signup_date"]).all()
    assert (orders["order_date"] >= orders["launch_date"]).all()
    assert orders["order_date"].between("2024-01-01", "2025-10-31").all()
    assert np.allclose(orders["unit_price"], orders["price"])
    assert orders["quantity"].ge(1).all() and set(orders["discount"]) == {0.0, 0.1, 0.15, 0.2, 0.3}


def test_label_agrees_with_the_orders_of_the_next_30_days(tables, clean):
    pairs = clean[KEY].merge(tables["orders.csv"][["customer_id", "order_date"]].drop_duplicates())
    wait = (pd.to_datetime(pairs["order_date"]) - pd.to_datetime(pairs["snapshot_date"])).dt.days
    bought = pairs[wait.between(0, 29)][KEY].drop_duplicates().assign(expected=1)
    label = clean.merge(bought, how="left", on=KEY)["expected"].fillna(0).astype(int)
    assert (label.to_numpy() == clean["purchased"].to_numpy()).all()


def test_order_features_agree_with_the_orders_of_the_year_before(tables, clean):
    orders = tables["orders.csv"].copy()
    orders["paid"] = (orders["quantity"] * orders["unit_price"] * (1 - orders["discount"])).round(2)
    orders = orders.groupby(["order_id", "customer_id", "order_date"], as_index=False)["paid"].sum()
    pairs = clean[KEY].merge(orders)
    since = (pd.to_datetime(pairs["snapshot_date"]) - pd.to_datetime(pairs["order_date"])).dt.days
    past = pairs[since > 0].assign(since=since)
    year = past[past["since"] <= 365].groupby(KEY).agg(n=("order_id", "nunique"), paid=("paid", "sum"))
    both = clean.set_index(KEY).join(year).join(past.groupby(KEY)["since"].min())
    assert (both["n"].fillna(0) == both["orders_365d"]).all()
    assert (both["paid"].fillna(0) - both["spend_365d"]).abs().max() < 0.011
    assert (both["since"].fillna(-1) == both["days_since_last_order"].astype(float).fillna(-1)).all()


def test_behavior_is_consistent_with_itself(clean):
    assert clean["days_since_last_visit"].between(1, 60).all()
    assert ((clean["visits_30d"] > 0) <= (clean["days_since_last_visit"] <= 30)).all()
    idle = clean[clean["visits_30d"] == 0]
    assert (idle[["minutes_on_site_30d", "cart_adds_30d"]] == 0).all(axis=None)
    assert not (clean["days_since_last_visit"] > clean["days_since_last_order"]).fillna(False).any()
    assert clean["satisfaction"].between(1, 10).all() and clean["email_open_rate"].between(0, 1).all()


def test_base_rate_lies_between_9_and_12_percent(clean):
    assert 0.09 <= clean["purchased"].mean() <= 0.12
    assert abs(clean["purchased"].mean() - clean["p_purchase"].mean()) < 0.005


def test_true_probability_follows_from_the_written_law(clean, world):
    rows = clean.merge(world.customers[["customer_id", "device", "membership"]], on="customer_id")
    again = 1 / (1 + np.exp(-purchase_logit(rows)))
    assert np.allclose(again, clean["p_purchase"], atol=1e-6)


def test_true_probability_is_calibrated_in_every_tenth(clean):
    tenth = pd.qcut(clean["p_purchase"], 10, labels=False)
    by = clean.groupby(tenth).agg(
        n=("purchased", "size"), rate=("purchased", "mean"), p=("p_purchase", "mean")
    )
    error = (by["rate"] - by["p"]).abs() / np.sqrt(by["p"] * (1 - by["p"]) / by["n"])
    assert error.max() < 4


def test_some_products_start_cold_and_postcodes_are_many(tables):
    assert (tables["products.csv"]["launch_date"] > "2025-07-24").sum() >= 30
    assert 1_300 <= tables["customers.csv"]["postcode"].nunique() <= 1_700
    assert set(tables["products.csv"]["category"]) == set(CATEGORIES)


def test_choice_probabilities_sum_to_one_and_leave_out_what_is_not_launched(world):
    prob = world.choice_prob(np.arange(50), month="2024-03", after=np.full(50, -1))
    assert np.allclose(prob.sum(axis=1), 1)
    assert (prob[:, world.products["launch_date"] > "2024-03-01"] == 0).all()
    follows = world.choice_prob([0], month="2024-03", after=[CATEGORIES.index("shoe")])
    before = world.choice_prob([0], month="2024-03")
    shirts = world.category == CATEGORIES.index("t-shirt")
    assert follows[0, shirts].sum() > before[0, shirts].sum()


# Determinism


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(tables):
    assert digests(core_tables(make_world())) == digests(tables)
    assert (make_world(1).customers["city"] != make_world().customers["city"]).any()


def test_tables_do_not_share_a_generator(world):
    """Drawing one table first, or twice, leaves every other as it was."""
    other = make_world()
    first = raw_customers(other)
    assert raw_customers(other).equals(first)
    assert other.simulation["orders"].equals(world.simulation["orders"])
    assert world.rng("a").random() != world.rng("b").random()


def test_files_in_data_are_the_ones_the_simulator_makes(tmp_path, world):
    """All files, pictures, visits and reviews included: content before compression, byte for byte."""
    result = CliRunner().invoke(main, ["--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    sums = pd.read_csv(tmp_path / "checksums.csv").set_index("file")["sha256"]
    for name, digest in sums.items():
        assert name in result.output
        assert content_digest((DATA / name).read_bytes(), name) == digest, (
            f"{name}: run python -m mktutils.shop"
        )
    assert (DATA / "checksums.csv").read_bytes() == (tmp_path / "checksums.csv").read_bytes()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 12e6
    assert not [path for path in files if path.name.endswith(".part")]


def test_files_keep_to_their_size(tables):
    size = {name: len(table_bytes(table, name)) / 1e6 for name, table in tables.items()}
    assert size["user_behavior.csv"] < 2.5 and size["orders.csv"] < 2.5 and size["customers.csv"] < 0.5
    assert sum(v for name, v in size.items() if name.startswith("truth/")) < 2


def test_write_shop_yields_names_and_sizes_as_it_goes(tmp_path, world):
    writing = write_shop(tmp_path / "new", world=world)
    name, size = next(writing)
    assert (name, size) == ("customers.csv", (tmp_path / "new" / "customers.csv").stat().st_size)
    assert MEDIA == ("images", "sessions", "reviews")


def test_write_bytes_leaves_the_old_file_whole_when_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    write_bytes(path, b"old")

    def crash(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", crash)
    with pytest.raises(OSError, match="disk full"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_table_bytes_refuses_an_unknown_suffix():
    with pytest.raises(ValueError, match=r"\.csv, \.csv\.gz or \.npz; got 'a\.xlsx'"):
        table_bytes(pd.DataFrame(), "a.xlsx")


def test_npz_bytes_can_be_loaded_and_carry_no_time(tmp_path):
    arrays = {"x": np.arange(6, dtype=np.uint8).reshape(2, 3), "name": np.array(["a", "bc"])}
    data = table_bytes(arrays, "a.npz")
    assert data == table_bytes(arrays, "a.npz")
    write_bytes(tmp_path / "a.npz", data)
    with np.load(tmp_path / "a.npz") as back:
        assert all((back[key] == value).all() for key, value in arrays.items())
    changed = {**arrays, "x": arrays["x"] + 1}
    assert content_digest(data, "a.npz") != content_digest(table_bytes(changed, "a.npz"), "a.npz")


# Dirt: customers


def test_75_customers_are_there_twice_and_a_third_of_the_copies_is_exact(tables):
    raw = tables["customers.csv"]
    assert raw.duplicated("customer_id").sum() == 75
    assert 25 <= raw.duplicated().sum() <= 35
    near = raw[raw.duplicated("customer_id", keep=False) & ~raw.duplicated(keep=False)]
    assert (
        near.groupby("customer_id")[["birth_year", "postcode", "device", "membership"]]
        .nunique()
        .eq(1)
        .all(axis=None)
    )


def test_signup_dates_come_in_three_formats_that_all_mean_the_true_day(tables, world):
    raw = tables["customers.csv"]
    formats = {
        r"\d{4}-\d\d-\d\d": "%Y-%m-%d",
        r"\d\d\.\d\d\.\d{4}": "%d.%m.%Y",
        r"[A-Z][a-z]{2} \d+, \d{4}": "%b %d, %Y",
    }
    true = raw[["customer_id"]].merge(world.customers)["signup_date"]
    seen = 0
    for pattern, form in formats.items():
        rows = raw["signup_date"].str.fullmatch(pattern)
        assert rows.mean() > 0.1
        assert (
            pd.to_datetime(raw["signup_date"][rows], format=form).dt.strftime("%Y-%m-%d") == true[rows]
        ).all()
        seen += rows.sum()
    assert seen == len(raw)


def test_cities_and_channels_can_be_brought_back_to_their_levels(tables, world):
    raw = tables["customers.csv"]
    true = raw[["customer_id"]].merge(world.customers)
    back = {spelling: name for name, ways in CHANNEL_SPELLINGS.items() for spelling in ways}
    assert (raw["channel"].replace(back) == true["channel"]).all()
    english = {local.casefold(): name for name, local in LOCAL_NAMES.items()}
    english |= {name.casefold(): name for name in CITIES}
    assert (raw["city"].str.strip().str.casefold().map(english) == true["city"]).all()
    assert 0.05 < (raw["channel"] != true["channel"]).mean() < 0.2
    assert 0.04 < (raw["city"] != true["city"]).mean() < 0.15
    assert set(true["channel"]) == set(CHANNELS) and set(raw["device"]) == set(DEVICES)
    assert set(raw["membership"]) == set(MEMBERSHIPS) and set(true["segment"]) == set(SEGMENTS)


def test_60_birth_years_are_impossible_and_the_others_are_true(tables, world):
    raw = tables["customers.csv"].drop_duplicates("customer_id")
    wrong = raw["birth_year"].isin(IMPOSSIBLE_YEARS)
    assert wrong.sum() == 60
    true = raw[["customer_id"]].merge(world.customers)["birth_year"]
    assert (raw["birth_year"].to_numpy() == true.to_numpy())[~wrong].all()


# Dirt: behaviour


def number(text):
    """Read "1,234.50", "€1.234,50", "12,4" and "12.4 min"."""
    text = re.sub(r"[€ min]", "", text)
    if re.search(r",\d{1,2}$", text):
        text = text.replace(".", "").replace(",", ".")
    return float(text.replace(",", ""))


def test_one_percent_of_the_rows_are_there_twice_and_drop_duplicates_finds_only_some(tables, clean):
    raw = tables["user_behavior.csv"]
    assert raw.duplicated(KEY).sum() == len(raw) - len(clean) == len(clean) // 100
    assert 0.5 < raw.duplicated().sum() / raw.duplicated(KEY).sum() < 0.95


def test_label_and_three_features_are_never_spoilt(tables, clean):
    safe = ["purchased", "days_since_last_visit", "pages_per_visit", "cart_adds_30d"]
    both = tables["user_behavior.csv"].merge(clean, on=KEY, suffixes=("", "_true"))
    for name in safe:
        assert (both[name] == both[f"{name}_true"]).all()


def test_text_numbers_mean_the_true_value(raw):
    spend = raw["spend_365d"].map(number)
    trade = raw["orders_365d"] >= 300
    assert (spend[~trade] - raw["spend_365d_true"][~trade]).abs().max() < 1e-9
    minutes = raw["minutes_on_site_30d"].dropna()
    assert (minutes.map(number) == raw.loc[minutes.index, "minutes_on_site_30d_true"]).all()
    for pattern in (r"€[\d.]+,\d\d", r"\d{1,3},\d{3}\.\d\d", r"\d+,\d\d", r"\d+(\.\d+)?"):
        assert raw["spend_365d"].str.fullmatch(pattern).sum() > 200, pattern
    for pattern in (r"\d+\.\d min", r"\d+,\d", r"\d+\.\d"):
        assert minutes.str.fullmatch(pattern).sum() > 500, pattern


def test_outliers_are_few_and_absurd(raw):
    bots, trade = raw["visits_30d"] >= 1_000, raw["orders_365d"] >= 300
    assert bots.sum() == 60 and trade.sum() == 50
    assert (raw["spend_365d"].map(number)[trade] >= 100_000).all()
    assert (raw["visits_30d"] == raw["visits_30d_true"])[~bots].all()
    assert (raw["orders_365d"] == raw["orders_365d_true"])[~trade].all()


def test_never_ordered_is_empty_or_a_code_and_nothing_else_is(raw):
    never = raw["days_since_last_order_true"].isna()
    value = raw["days_since_last_order"]
    assert (value.isna() | value.isin([-1, 999])).eq(never).all()
    for share in (value.isna(), value == -1, value == 999):
        assert share.fillna(False)[never].mean() > 0.2
    assert (value == raw["days_since_last_order_true"])[~never].all()


def test_minutes_are_missing_completely_at_random(raw):
    gone = raw["minutes_on_site_30d"].isna()
    assert 0.05 < gone.mean() < 0.07
    for name in ("minutes_on_site_30d_true", "satisfaction_true", "purchased", "visits_30d_true"):
        assert abs(np.corrcoef(gone, raw[name])[0, 1]) < 4 / np.sqrt(len(raw)), name


def test_open_rates_are_missing_by_device_and_by_nothing_else(raw, world):
    rows = raw.merge(world.customers[["customer_id", "device"]], on="customer_id")
    gone = rows["email_open_rate"].isna()
    for device, share in MISSING_EMAIL.items():
        here = rows["device"] == device
        assert gone[here].mean() == pytest.approx(share, abs=0.02)
        for name in ("email_open_rate_true", "satisfaction_true"):
            assert abs(np.corrcoef(gone[here], rows[name][here])[0, 1]) < 4 / np.sqrt(here.sum())


def test_satisfaction_is_missing_where_it_is_low(raw):
    gone = raw["satisfaction"].isna()
    assert gone[raw["satisfaction_true"] <= 4].mean() > 0.7
    assert gone[raw["satisfaction_true"] >= 9].mean() < 0.2
    bias = raw["satisfaction"].astype(float).mean() - raw["satisfaction_true"].mean()
    assert bias > 0.4  # who looks only at the answers believes in happier customers


def test_dropna_keeps_30_to_50_percent_of_the_rows_and_other_buyers(raw):
    kept = raw[list(raw.columns[:13])].dropna()
    assert 0.3 < len(kept) / len(raw) < 0.5
    lift = kept["purchased"].mean() / raw["purchased"].mean()
    assert lift > 1.1


def test_snapshots_are_the_first_days_of_ten_months(raw):
    assert sorted(raw["snapshot_date"].unique()) == [f"{month}-01" for month in MONTHS[12:]]
    assert len(MONTHS) == 22


# Data cards


def test_data_cards_name_every_file_every_column_and_the_true_row_counts(tables, raw):
    card = (DATA / "README.md").read_text(encoding="utf-8")
    for name, table in tables.items():
        assert name in card
        columns = [c for c in table if not re.match(r"(taste|item)_\d\d", c)]
        missing = [c for c in columns if f"`{c}`" not in card]
        assert not missing, f"{name}: {missing}"
    orders = tables["orders.csv"]
    counts = [len(orders), orders["order_id"].nunique(), orders["customer_id"].nunique(), len(raw)]
    for count in [*counts, len(tables["user_behavior.csv"]), len(tables["customers.csv"])]:
        assert f"{count:,}" in card, count
