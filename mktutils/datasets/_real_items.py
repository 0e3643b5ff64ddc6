"""Readers of real data about items, clicks, images and texts; see `mktutils.datasets`."""

from __future__ import annotations

import json
from typing import NamedTuple

import numpy as np
import pandas as pd

from mktutils.datasets._cache import contents
from mktutils.datasets._registry import Entry

Registry = dict[str, Entry]


class MovieLens(NamedTuple):
    """MovieLens 100K: `ratings` (100,000 rows), `movies` (1,682) and `users` (943)."""

    ratings: pd.DataFrame
    movies: pd.DataFrame
    users: pd.DataFrame


class FashionMnist(NamedTuple):
    """Images (n, 28, 28) uint8 with 0 = background, labels (n,) uint8, and the ten names of the classes."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]


class OpenBandit(NamedTuple):
    """Logged recommendations: `log` (one row per shown item) and `items` (the context of each item)."""

    log: pd.DataFrame
    items: pd.DataFrame


class Football(NamedTuple):
    """International football: `results`, `shootouts` and `former_names` of teams."""

    results: pd.DataFrame
    shootouts: pd.DataFrame
    former_names: pd.DataFrame


class Banking77(NamedTuple):
    """Customer questions: `train` (10,003), `test` (3,080), and the list of the 77 `categories`."""

    train: pd.DataFrame
    test: pd.DataFrame
    categories: list[str]


def fetch_movielens_100k(*, registry: Registry | None = None) -> MovieLens:
    """Fetch MovieLens 100K: 100,000 ratings of 1,682 films by 943 users, 1997-09 to 1998-04.

    ratings: user_id, item_id, rating (1 to 5), timestamp (datetime, UTC), in the published (random) order.
    movies: item_id, title, release_date (datetime; item 267 has none), imdb_url, and 19 genres of 0 and 1.
    users: user_id, age (years), gender, occupation, zip_code (text).

    Pitfalls: split by `timestamp`, because a random split lets the model see the future; 18 titles occur
    under two ids; ratings exist only for films that a user chose to see.

    Raises DataNotAvailable, DataDamaged.
    Source: https://grouplens.org/datasets/movielens/100k/ (research use only; may not be passed on).

    Example (needs the data)::

        ratings, movies, users = fetch_movielens_100k()
        ratings["item_id"].value_counts().head(10)
    """
    names = ("u.data", "u.item", "u.user", "u.genre")
    data, item, user, genre = contents("movielens-100k", *names, registry=registry)
    ratings = pd.read_csv(data, sep="\t", names=["user_id", "item_id", "rating", "timestamp"])
    ratings["timestamp"] = pd.to_datetime(ratings["timestamp"], unit="s", utc=True)
    genres = pd.read_csv(genre, sep="|", names=["genre", "code"]).sort_values("code")["genre"].tolist()
    columns = ["item_id", "title", "release_date", "video_release_date", "imdb_url", *genres]
    movies = pd.read_csv(item, sep="|", names=columns, encoding="latin-1")
    movies = movies.drop(columns="video_release_date")  # empty in every row
    movies["release_date"] = pd.to_datetime(movies["release_date"], format="%d-%b-%Y")
    columns = ["user_id", "age", "gender", "occupation", "zip_code"]
    users = pd.read_csv(user, sep="|", names=columns, dtype={"zip_code": "str"}, keep_default_na=False)
    return MovieLens(ratings, movies, users)


def fetch_fashion_mnist(*, registry: Registry | None = None) -> FashionMnist:
    """Fetch Fashion-MNIST: 60,000 training and 10,000 test images of clothing, 28 × 28 grey values 0 to 255.

    Pitfalls: there is no validation split, take it from the training part; Shirt against T-shirt, Pullover
    and Coat makes most of the errors.

    Raises DataNotAvailable, DataDamaged.
    Source: https://github.com/zalandoresearch/fashion-mnist (MIT); Xiao, Rasul, Vollgraf, arXiv:1708.07747.

    Example (needs the data)::

        fashion = fetch_fashion_mnist()
        fashion.x_train.shape  # (60000, 28, 28)
    """
    names = [
        f"{part}-{kind}" for part in ("train", "t10k") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")
    ]
    files = contents("fashion-mnist", *names, registry=registry)
    arrays = [np.frombuffer(file.getvalue(), dtype=np.uint8) for file in files]
    x_train, x_test = (array[16:].reshape(-1, 28, 28).copy() for array in (arrays[0], arrays[2]))
    y_train, y_test = (array[8:].copy() for array in (arrays[1], arrays[3]))
    classes = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot"
    return FashionMnist(x_train, y_train, x_test, y_test, tuple(classes.split(",")))


def fetch_eshop_clickstream(*, registry: Registry | None = None) -> pd.DataFrame:
    """Fetch 165,474 clicks of 24,026 sessions in a Polish shop for maternity clothes, 2008-04 to 2008-08.

    Columns (published name where it differs): session_id ("session ID"), date (datetime, from year, month,
    day), order (number of the click within the session), country (code 1 to 47), main_category ("page 1": 1
    trousers, 2 skirts, 3 blouses, 4 sale), model ("page 2", text, 217 items), colour (1 to 14), location (1
    to 6, place of the photo on the page), photography ("model photography": 1 en face, 2 profile), price
    (USD), above_average ("price 2": 1 if the price is above the average of its category, else 0), page (1 to
    5).

    Pitfalls: clicks only, no purchases; only the day is known, `order` gives the sequence; price and
    above_average are functions of the model; 5,042 sessions have a single click.

    Raises DataNotAvailable, DataDamaged.
    Source: https://archive.ics.uci.edu/dataset/553/clickstream+data+for+online+shopping (CC BY 4.0).

    Example (needs the data)::

        fetch_eshop_clickstream().groupby("session_id")["model"].agg(list)
    """
    (file,) = contents("eshop-clickstream-2008", "e-shop clothing 2008.csv", registry=registry)
    clicks = pd.read_csv(file, sep=";")
    clicks["date"] = pd.to_datetime(clicks[["year", "month", "day"]])
    clicks["price 2"] = (clicks["price 2"] == 1).astype("int64")
    names = {
        "session ID": "session_id",
        "date": "date",
        "order": "order",
        "country": "country",
        "page 1 (main category)": "main_category",
        "page 2 (clothing model)": "model",
        "colour": "colour",
        "location": "location",
        "model photography": "photography",
        "price": "price",
        "price 2": "above_average",
        "page": "page",
    }
    return clicks.rename(columns=names)[list(names.values())]


def fetch_open_bandit(
    *, policy: str = "random", campaign: str = "men", registry: Registry | None = None
) -> OpenBandit:
    """Fetch logged recommendations of a fashion shop, 2019-11: 10,000 rows of one policy and campaign.

    `policy`: "random" (uniform) or "bts" (Bernoulli Thompson sampling). `campaign`: only "men" (34 items);
    the other campaigns have no known checksum here.
    log: timestamp (datetime, UTC), item_id, position (1 to 3), click (0 or 1), propensity_score (probability
    that the policy shows this item at this position), user_feature_0 to 3 (hashed, category), and
    user-item_affinity_0 to 33. items: item_id, item_feature_0 (number), item_feature_1 to 3 (hashed).

    Pitfalls: clicks are rare (46 with "random", 69 with "bts"), so estimates have wide intervals;
    propensities hold per position: estimators must compare equal positions.

    Raises ValueError for another policy or campaign, DataNotAvailable, DataDamaged.
    Source: https://research.zozo.com/data.html (CC BY 4.0); Saito et al., arXiv:2008.07146.

    Example (needs the data)::

        log, items = fetch_open_bandit(policy="bts")
        log["click"].sum()  # 69
    """
    if policy not in ("random", "bts"):
        raise ValueError(f"policy must be 'random' or 'bts'; got {policy!r}")
    if campaign != "men":
        raise ValueError(f"campaign must be 'men', the only one with known checksums; got {campaign!r}")
    names = [f"{policy}/{campaign}/{name}" for name in (f"{campaign}.csv", "item_context.csv")]
    log_file, items_file = contents("open-bandit-small", *names, registry=registry)
    log = pd.read_csv(log_file, index_col=0).reset_index(drop=True)
    log["timestamp"] = pd.to_datetime(log["timestamp"], utc=True, format="ISO8601")
    hashed = {name: "category" for name in log.columns if name.startswith("user_feature")}
    items = pd.read_csv(items_file, index_col=0).reset_index(drop=True)
    return OpenBandit(log.astype(hashed), items)


def fetch_international_football(*, registry: Registry | None = None) -> Football:
    """Fetch 49,520 results of men's international football, 1872-11-30 to 2026-07-19.

    results: date (datetime), home_team, away_team, home_score, away_score (integers, extra time included,
    penalty shoot-outs not), tournament, city, country, neutral (bool: nobody plays at home).
    shootouts: date, home_team, away_team, winner, first_shooter (often missing).
    former_names: current, former, start_date, end_date (datetimes).

    Pitfalls: the data set grows; this is one pinned version of it. Teams carry today's names. Split by date.

    Raises DataNotAvailable, DataDamaged.
    Source: https://github.com/martj42/international_results (CC0 1.0).

    Example (needs the data)::

        results = fetch_international_football().results
        (results["home_score"] > results["away_score"]).groupby(results["neutral"]).mean()
    """
    names = ("results.csv", "shootouts.csv", "former_names.csv")
    tables = [pd.read_csv(file) for file in contents("international-football", *names, registry=registry)]
    for table in tables:
        for column in table.columns.intersection(["date", "start_date", "end_date"]):
            table[column] = pd.to_datetime(table[column], format="%Y-%m-%d")
    return Football(*tables)


def fetch_banking77(*, registry: Registry | None = None) -> Banking77:
    """Fetch 13,083 questions of a bank's customers in English, each with one of 77 intents.

    train and test: text, category. The training part is unbalanced (35 to 187 per intent), the test part has
    40 of each. Pitfalls: known label errors and overlapping intents; ten texts contain line breaks.

    Raises DataNotAvailable, DataDamaged.
    Source: Casanueva et al. (2020), arXiv:2003.04807 (CC BY 4.0).

    Example (needs the data)::

        fetch_banking77().train["category"].value_counts()
    """
    names = ("train.csv", "test.csv", "categories.json")
    train, test, categories = contents("banking77", *names, registry=registry)
    frames = [pd.read_csv(file, keep_default_na=False) for file in (train, test)]
    return Banking77(*frames, json.load(categories))
