"""The registry, the cache, the readers of real data, and the loaders of the shop."""

import gzip
import hashlib
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mktutils import datasets
from mktutils.datasets import DataDamaged, DataNotAvailable, _cache, _convert
from mktutils.datasets._cache import contents
from mktutils.datasets._registry import load_registry

REAL = Path(os.environ.get("MKTUTILS_DATA") or Path(__file__).parents[2] / "shared" / "data")
CONTENT = b"date,home_team\n2020-01-01,A\n"
ID, NAME = "international-football", "results.csv"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MKTUTILS_DATA", str(tmp_path))
    monkeypatch.setenv("MKTUTILS_OFFLINE", "1")
    (tmp_path / ID).mkdir()
    return tmp_path


@pytest.fixture
def real(monkeypatch):
    """Read the real files; skip where they are not."""
    monkeypatch.setenv("MKTUTILS_DATA", str(REAL))
    monkeypatch.setenv("MKTUTILS_OFFLINE", "1")

    def fetch(call, **options):
        try:
            return getattr(datasets, call)(**options)
        except DataNotAvailable:
            pytest.skip(f"the real data of {call} are not in {REAL}")

    return fetch


def small_registry():
    registry = load_registry()
    file = replace(
        registry[ID].files[0],
        bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        url="http://x/y",
    )
    return {**registry, ID: replace(registry[ID], files=(file,))}


# The registry


def test_every_data_set_has_a_reader_an_address_and_checksums():
    registry = load_registry()
    assert len(registry) == 11
    for entry in registry.values():
        assert callable(getattr(datasets, entry.call))
        assert entry.licence and entry.redistribution and entry.citation and entry.page and entry.rows > 0
        assert all(file.url.startswith(("https://", "http://")) for file in (*entry.files, *entry.extras))
        assert all(len(file.sha256) == 64 and file.bytes > 0 for file in entry.files)
        assert all(file.by_counts for file in entry.extras)


def test_redistribution_of_movielens_is_marked_as_not_permitted():
    assert load_registry()["movielens-100k"].redistribution.startswith("NOT PERMITTED")


def test_a_base_address_replaces_every_host():
    for entry in load_registry(base="http://127.0.0.1:1/").values():
        assert all(file.url.startswith("http://127.0.0.1:1/") for file in entry.files)
        assert not any("//" in file.url[8:] for file in entry.files)


def test_a_file_that_is_not_in_the_registry_is_named():
    with pytest.raises(KeyError, match="cdnow has no file 'x'"):
        load_registry()["cdnow"].file("x")


def test_no_download_is_pinned_to_a_living_file():
    assert not any("/master/" in file.url for file in load_registry()["international-football"].files)


def test_list_datasets_tells_what_is_available(cache):
    (cache / ID / "results.csv").write_bytes(b"any")
    (cache / "cdnow").mkdir()
    (cache / "cdnow" / "CDNOW_master.txt.gz").write_bytes(b"any")
    table = datasets.list_datasets().set_index("id")
    assert table.loc[ID, "available"] == "in part"
    assert table.loc["cdnow", "available"] == "yes"
    assert table.loc["banking77", "available"] == "no"
    assert table.loc["bank-marketing", "rows"] == 41188


def test_describe_gives_the_citation_and_names_the_known_data_sets():
    assert "Moro" in datasets.describe("bank-marketing").loc["citation", "value"]
    with pytest.raises(ValueError, match=r"name must be one of .*'banking77'.*; got 'bank'"):
        datasets.describe("bank")


# The cache


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_a_plain_file_and_its_gz_are_both_accepted(cache, packed):
    path = cache / ID / (NAME + (".gz" if packed else ""))
    path.write_bytes(gzip.compress(CONTENT) if packed else CONTENT)
    (file,) = contents(ID, NAME, registry=small_registry())
    assert file.getvalue() == CONTENT


@pytest.mark.parametrize(
    ("name", "damaged", "text"),
    [
        (NAME, CONTENT[:-3], "25 bytes instead of 28"),
        (NAME, CONTENT[:-1] + b"?", "sha256 .* instead of "),
        (NAME, b"", "0 bytes instead of 28"),
        (NAME + ".gz", gzip.compress(CONTENT)[:-12], "cannot be unpacked"),
        (NAME + ".gz", b"not gzip at all", "cannot be unpacked"),
        (NAME + ".gz", gzip.compress(CONTENT[1:]), "27 bytes instead of 28"),
    ],
    ids=["truncated", "changed", "empty", "truncated gz", "no gz", "other gz"],
)
def test_a_damaged_file_is_refused_by_name_and_left_there(cache, name, damaged, text):
    path = cache / ID / name
    path.write_bytes(damaged)
    with pytest.raises(DataDamaged, match=text) as caught:
        contents(ID, NAME, registry=small_registry())
    assert str(caught.value).startswith(f"{path} is damaged: ")
    assert str(caught.value).endswith("delete it and call fetch_international_football() again")
    assert path.read_bytes() == damaged


def test_a_file_is_verified_once_and_again_after_it_changed(cache, monkeypatch):
    count = []
    whole = _cache.content_problem
    monkeypatch.setattr(_cache, "content_problem", lambda *args: count.append(1) or whole(*args))
    path = cache / ID / NAME
    path.write_bytes(CONTENT)
    for _ in range(3):
        contents(ID, NAME, registry=small_registry())
    assert len(count) == 1
    path.write_bytes(CONTENT.replace(b"A", b"B"))
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataDamaged):
        contents(ID, NAME, registry=small_registry())


def test_without_a_variable_the_cache_is_the_users_cache_folder(monkeypatch):
    monkeypatch.delenv("MKTUTILS_DATA", raising=False)
    assert "mktutils" in datasets.cache_folder().parts


def test_wrong_options_are_refused_before_any_file_is_touched(cache):
    with pytest.raises(ValueError, match="version must be 'additional' or 'full'; got 'all'"):
        datasets.fetch_bank_marketing(version="all")
    with pytest.raises(ValueError, match="policy must be 'random' or 'bts'; got 'ucb'"):
        datasets.fetch_open_bandit(policy="ucb")
    with pytest.raises(ValueError, match=r"campaign must be 'men'.*; got 'all'"):
        datasets.fetch_open_bandit(campaign="all")


# Conversion of workbooks, and files that are checked by published counts


def fake_workbook(monkeypatch, table):
    monkeypatch.setattr(_convert.pd, "read_excel", lambda *args, **options: table.copy())


def test_a_workbook_of_the_wholesaler_becomes_the_known_csv(monkeypatch):
    table = pd.DataFrame(
        {
            "InvoiceNo": ["536365", "C536379"],
            "StockCode": ["85123A", "D"],
            "Description": ["CREAM, HANGING", None],
            "Quantity": [6, -1],
            "InvoiceDate": [pd.Timestamp("2010-12-01 08:05:59.999"), pd.Timestamp("2011-10-09 12:50")],
            "UnitPrice": [2.5500000000000003, 27.0],
            "CustomerID": [17850.0, np.nan],
            "Country": ["United Kingdom", "France"],
        }
    )
    fake_workbook(monkeypatch, table)
    lines = _convert.workbook_to_csv("online-retail", b"").decode().split("\n")
    assert lines[1] == '536365,85123A,"CREAM, HANGING",6,12/1/2010 8:06,2.55,17850,United Kingdom'
    assert lines[2:] == ["C536379,D,,-1,10/9/2011 12:50,27,,France", ""]


def test_a_workbook_of_the_credit_cards_becomes_the_known_csv(monkeypatch):
    fake_workbook(monkeypatch, pd.DataFrame({"ID": [1, 2], "default payment next month": [1.0, 0.0]}))
    csv = _convert.workbook_to_csv("credit-card-default", b"")
    assert csv == b"ID,default payment next month\r1,1\r2,0\r\n"


def test_without_the_optional_reader_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(_convert.ConversionError, match="pip install python-calamine"):
        _convert.workbook_to_csv("credit-card-default", b"")


def test_a_file_that_is_no_workbook_is_refused(monkeypatch):
    def broken(*args, **options):
        raise RuntimeError("Cannot detect file format")

    monkeypatch.setattr(_convert.pd, "read_excel", broken)
    with pytest.raises(_convert.ConversionError, match=r"cannot be read \(Cannot detect"):
        _convert.workbook_to_csv("credit-card-default", b"PK")


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        (
            "CDNOW_sample.txt",
            b" 00004 0001 19970101  2   29.33\n",
            "rows 1 instead of 6,919, customers 1 instead",
        ),
        ("default of credit card clients.csv", b"LIMIT_BAL,y\r1,1\r", "rows 1 instead of 30,000"),
        ("online-retail-dataset.csv", b"a,b\n1,2\n", "not the published table .KeyError"),
        ("CDNOW_sample.txt", b"", "not the published table .EmptyDataError"),
    ],
)
def test_a_file_without_the_published_counts_is_refused(name, content, text):
    with pytest.raises(_convert.ConversionError, match=text):
        _convert.check_counts(name, content)


def test_the_sample_of_cdnow_is_accepted_by_its_published_counts_only(cache):
    (cache / "cdnow").mkdir()
    path = cache / "cdnow" / "CDNOW_sample.txt"
    row = " {:05d} {:04d} 19970101  2   29.33\n"
    text = "".join(row.format(10 * n, n) for n in range(1, 2358)) + row.format(10, 1) * (6919 - 2357)
    path.write_text(text)
    sample = datasets.fetch_cdnow(sample=True)
    assert sample.columns.tolist() == ["customer_id", "date", "cds", "value"]
    assert sample["customer_id"].nunique() == 2357
    path.write_text(text[: len(text) // 2])
    with pytest.raises(DataDamaged, match=r"CDNOW_sample\.txt is damaged: .* instead of 6,919"):
        datasets.fetch_cdnow(sample=True)


# Real data: the counts that the publishers state


def test_bank_marketing_has_the_published_counts_and_keeps_the_order_of_time(real):
    bank = real("fetch_bank_marketing")
    assert bank.shape == (41188, 21)
    assert bank["y"].sum() == 4640
    assert bank.duplicated().sum() == 12
    assert (bank["pdays"] == 999).mean() == pytest.approx(0.963, abs=0.0005)
    assert bank["month"].iloc[0] == "may" and bank["month"].iloc[-1] == "nov"
    assert bank["euribor3m"].iloc[:1000].mean() > 4 > bank["euribor3m"].iloc[-1000:].mean()
    assert not bank.isna().any().any() and (bank["default"] == "unknown").any()
    full = real("fetch_bank_marketing", version="full")
    assert full.shape == (45211, 17)
    assert full["y"].sum() == 5289
    assert full["pdays"].min() == -1


def test_movielens_has_the_published_counts_and_types(real):
    ratings, movies, users = real("fetch_movielens_100k")
    assert ratings.shape == (100_000, 4) and movies.shape == (1682, 23) and users.shape == (943, 5)
    assert ratings["rating"].value_counts().sort_index().tolist() == [6110, 11370, 27145, 34174, 21201]
    assert ratings["rating"].mean() == pytest.approx(3.52986)
    assert not ratings.duplicated(["user_id", "item_id"]).any()
    assert ratings.groupby("user_id").size().min() >= 20
    assert movies["title"].nunique() == 1664
    assert movies["title"].str.contains("é").any()  # latin-1 was read as such
    assert str(ratings["timestamp"].dt.tz) == "UTC"
    assert movies.loc[movies["release_date"].isna(), "item_id"].tolist() == [267]
    assert users["zip_code"].str.startswith("0").any()


def test_hillstrom_has_the_published_arms_and_rates(real):
    mail = real("fetch_hillstrom")
    assert mail.shape == (64_000, 12)
    assert sorted(mail["segment"].value_counts()) == [21306, 21307, 21387]
    assert (mail["visit"].sum(), mail["conversion"].sum()) == (9394, 578)
    assert mail["spend"].mean() == pytest.approx(1.05091, abs=1e-5)
    visits = mail.groupby("segment")["visit"].mean().round(5).to_dict()
    assert visits == {"Mens E-Mail": 0.18276, "No E-Mail": 0.10617, "Womens E-Mail": 0.1514}
    assert not mail.isna().any().any()


def test_online_retail_has_the_published_counts(real):
    retail = real("fetch_online_retail")
    assert retail.shape == (541_909, 8)
    counts = retail[["InvoiceNo", "StockCode", "CustomerID", "Country"]].nunique().tolist()
    assert counts == [25900, 4070, 4372, 38]
    assert retail["CustomerID"].isna().sum() == 135_080
    assert retail["Description"].isna().sum() == 1454
    assert retail["InvoiceNo"].str.startswith("C").sum() == 9288
    assert (retail["UnitPrice"] <= 0).sum() == 2517
    assert retail.duplicated().sum() == 5268
    dates = retail["InvoiceDate"].agg(["min", "max"]).tolist()
    assert dates == [pd.Timestamp("2010-12-01 08:26"), pd.Timestamp("2011-12-09 12:50")]
    assert str(retail["CustomerID"].dtype) == "Int64"


def test_cdnow_has_the_published_counts(real):
    cdnow = real("fetch_cdnow")
    assert (len(cdnow), cdnow["customer_id"].nunique()) == (69_659, 23_570)
    assert cdnow["date"].agg(["min", "max"]).tolist() == [
        pd.Timestamp("1997-01-01"),
        pd.Timestamp("1998-06-30"),
    ]
    assert cdnow.groupby("customer_id")["date"].min().max() <= pd.Timestamp("1997-03-31")
    assert (cdnow["value"] == 0).sum() == 80
    assert cdnow["cds"].max() == 99


def test_fashion_mnist_has_the_published_shapes_and_classes(real):
    fashion = real("fetch_fashion_mnist")
    assert fashion.x_train.shape == (60_000, 28, 28) and fashion.x_test.shape == (10_000, 28, 28)
    assert np.bincount(fashion.y_train).tolist() == [6000] * 10
    assert np.bincount(fashion.y_test).tolist() == [1000] * 10
    assert fashion.class_names[9] == "Ankle boot" and fashion.y_train[0] == 9
    fashion.x_train[0, 0, 0] = 1  # the arrays can be written to


def test_eshop_clickstream_has_the_published_counts(real):
    clicks = real("fetch_eshop_clickstream")
    assert clicks.shape == (165_474, 12)
    assert (clicks["session_id"].nunique(), clicks["model"].nunique()) == (24_026, 217)
    assert clicks["country"].nunique() == 47
    assert clicks["date"].agg(["min", "max"]).tolist() == [
        pd.Timestamp("2008-04-01"),
        pd.Timestamp("2008-08-13"),
    ]
    sizes = clicks.groupby("session_id").size()
    assert ((sizes == 1).sum(), sizes.max()) == (5042, 195)
    assert set(clicks["above_average"]) == {0, 1}
    means = clicks.groupby("above_average")["price"].mean()
    assert means[1] > means[0]  # 1 is the published code for "above the average"


def test_credit_default_has_the_published_counts(real):
    credit = real("fetch_credit_default")
    assert credit.shape == (30_000, 25)
    assert credit["default payment next month"].sum() == 6636
    assert credit["LIMIT_BAL"].mean() == pytest.approx(167_484.32, abs=0.01)
    assert credit["AGE"].mean() == pytest.approx(35.4855)
    assert all(kind == "int64" for kind in credit.dtypes)


@pytest.mark.parametrize(
    ("policy", "clicks", "low", "high"), [("random", 46, 1 / 34, 1 / 34), ("bts", 69, 0.000165, 0.72529)]
)
def test_open_bandit_has_the_published_counts(real, policy, clicks, low, high):
    log, items = real("fetch_open_bandit", policy=policy)
    assert log.shape == (10_000, 43) and len(items) == 34
    assert (log["click"].sum(), log["item_id"].nunique()) == (clicks, 34)
    assert log["propensity_score"].agg(["min", "max"]).tolist() == pytest.approx([low, high])
    assert sorted(log["position"].unique()) == [1, 2, 3]
    assert str(log["timestamp"].dt.tz) == "UTC"


def test_international_football_has_the_published_counts(real):
    results, shootouts, former = real("fetch_international_football")
    assert results.shape == (49_520, 9)
    assert results["date"].agg(["min", "max"]).tolist() == [
        pd.Timestamp("1872-11-30"),
        pd.Timestamp("2026-07-19"),
    ]
    assert results.iloc[0][["home_team", "away_team"]].tolist() == ["Scotland", "England"]
    assert results["neutral"].dtype == bool and results["home_score"].dtype == "int64"
    assert former["start_date"].dtype.kind == shootouts["date"].dtype.kind == "M"


def test_banking77_has_the_published_counts(real):
    train, test, categories = real("fetch_banking77")
    assert (len(train), len(test), len(categories)) == (10_003, 3080, 77)
    assert test["category"].value_counts().unique().tolist() == [40]
    assert train["category"].value_counts().agg(["min", "max"]).tolist() == [35, 187]
    assert set(train["category"]) == set(test["category"]) == set(categories)


# The shop


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setenv("MKTUTILS_SHOP", str(tmp_path))
    (tmp_path / "truth").mkdir()
    return tmp_path


LOADERS = ["customers", "orders", "product_images", "products", "reviews", "sessions", "user_behavior"]


@pytest.mark.parametrize("name", LOADERS)
def test_missing_shop_files_give_the_command_that_writes_them(shop, name):
    with pytest.raises(FileNotFoundError, match=r"is not there.*python3 course\.py shop") as caught:
        getattr(datasets, f"load_{name}")()
    assert str(shop / name) in str(caught.value)


def test_missing_truth_gives_the_command_too(tmp_path, monkeypatch):
    monkeypatch.setenv("MKTUTILS_SHOP", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"python3 course\.py shop"):
        datasets.load_truth("customers")


def test_raw_behaviour_stays_as_it_was_exported(shop):
    rows = 'C00001,2025-01-01,"1,200.50",0\nC00001,2025-02-01,?,1\n'
    text = "customer_id,snapshot_date,spend_365d,purchased\n" + rows
    (shop / "user_behavior.csv").write_text(text)
    raw = datasets.load_user_behavior()
    assert raw["spend_365d"].tolist() == ["1,200.50", "?"]
    assert raw["snapshot_date"].tolist() == ["2025-01-01", "2025-02-01"]
    assert raw["purchased"].tolist() == [0, 1]


def test_clean_tables_have_datetimes_and_text_is_never_taken_for_missing(shop):
    (shop / "orders.csv").write_text("order_id,order_date\nO000001,2024-01-01\n")
    (shop / "products.csv").write_text("product_id,launch_date\nP0001,2023-03-22\n")
    (shop / "customers.csv").write_text("customer_id,signup_date\nC00001,22.07.2025\n")
    (shop / "reviews.csv").write_text("review_id,review_date,text,rating\nR00001,2025-01-01,None,5\n")
    with gzip.open(shop / "sessions.csv.gz", "wt") as file:
        file.write("session_id,time,event\nS000001,2025-01-01 10:00:00,view\n")
    assert datasets.load_orders()["order_date"].dtype.kind == "M"
    assert datasets.load_products()["launch_date"].dtype.kind == "M"
    assert datasets.load_customers()["signup_date"].tolist() == ["22.07.2025"]
    assert datasets.load_reviews()["text"].tolist() == ["None"]
    assert datasets.load_reviews()["review_date"].dtype.kind == "M"
    assert datasets.load_sessions()["time"].dtype.kind == "M"


def test_images_come_as_named_arrays(shop):
    fields = datasets.ProductImages._fields
    arrays = {name: np.arange(3) for name in fields}
    np.savez(shop / "product_images.npz", **arrays)
    images = datasets.load_product_images()
    assert all(getattr(images, name).tolist() == [0, 1, 2] for name in fields)


def test_truth_names_what_there_is_and_warns_in_its_docstring(shop):
    with gzip.open(shop / "truth" / "customers.csv.gz", "wt") as file:
        file.write("customer_id,segment\nC00001,reader\n")
    assert datasets.load_truth("customers")["segment"].tolist() == ["reader"]
    with pytest.raises(ValueError, match=r"name must be one of \['customers'\]; got 'orders'"):
        datasets.load_truth("orders")
    assert "NEVER a feature" in datasets.load_truth.__doc__


def test_without_a_variable_the_shop_is_the_projects_data_folder(monkeypatch):
    monkeypatch.delenv("MKTUTILS_SHOP", raising=False)
    assert datasets.shop_folder() == Path(__file__).resolve().parents[1] / "data"


@pytest.mark.parametrize("name", LOADERS)
def test_the_shops_own_files_load(name, monkeypatch):
    monkeypatch.delenv("MKTUTILS_SHOP", raising=False)
    try:
        table = getattr(datasets, f"load_{name}")()
    except FileNotFoundError:
        pytest.skip(f"the shop's file of load_{name} is not written yet")
    assert len(table) > 0
