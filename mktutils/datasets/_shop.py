"""Loaders of the simulated shop's files; see `data/README.md` for the data cards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd


class ProductImages(NamedTuple):
    """Photos of products and how each did as an advertising picture; n = number of photos.

    image (n, 28, 28) uint8, product_id (n,) text, label (n,) uint8 (category 0 to 9 in alphabetical order, as
    filed by the supplier), impressions and clicks (n,) integers.
    """

    image: np.ndarray
    product_id: np.ndarray
    label: np.ndarray
    impressions: np.ndarray
    clicks: np.ndarray


def shop_folder() -> Path:
    """Return the folder of the shop's files: `MKTUTILS_SHOP` where set, else the project's `data/`.

    >>> shop_folder().is_absolute()
    True
    """
    named = os.environ.get("MKTUTILS_SHOP")
    return (Path(named).expanduser() if named else Path(__file__).resolve().parents[2] / "data").absolute()


def load_user_behavior() -> pd.DataFrame:
    """Load the behaviour of customers at snapshot dates, raw: 10 features and the label `purchased`.

    One row per customer and snapshot date, as the shop's systems export it. Nothing is cleaned: columns in
    which text, markers or several formats occur remain text. Cleaning them is lesson 01.

    Raises FileNotFoundError with the command that writes the shop's files.

    Example (needs the shop's files)::

        load_user_behavior().dtypes
    """
    return pd.read_csv(_path("user_behavior.csv"), low_memory=False)


def load_customers() -> pd.DataFrame:
    """Load the customers, raw: one row per customer record, with duplicates, mixed dates and spellings.

    `signup_date` remains text, because it comes in several formats.

    Raises FileNotFoundError with the command that writes the shop's files.

    Example (needs the shop's files)::

        load_customers()["channel"].value_counts()
    """
    return pd.read_csv(_path("customers.csv"), low_memory=False)


def load_products() -> pd.DataFrame:
    """Load the products: product_id, category, title, brand, colour, price, launch_date (datetime).

    Raises FileNotFoundError with the command that writes the shop's files.

    Example (needs the shop's files)::

        load_products().groupby("category")["price"].median()
    """
    return pd.read_csv(_path("products.csv"), parse_dates=["launch_date"])


def load_orders() -> pd.DataFrame:
    """Load the order lines: order_id, customer_id, order_date (datetime), product_id, quantity, and price.

    `unit_price` is before the `discount` (a share from 0 to 1).

    Raises FileNotFoundError with the command that writes the shop's files.

    Example (needs the shop's files)::

        orders = load_orders()
        (orders["quantity"] * orders["unit_price"] * (1 - orders["discount"])).sum()
    """
    return pd.read_csv(_path("orders.csv"), parse_dates=["order_date"])


def load_product_images() -> ProductImages:
    """Load the product photos as arrays: image (n, 28, 28) uint8, product_id, label, impressions, clicks.

    Split by `product_id`: photos of one product look alike.

    Raises FileNotFoundError with the command that writes the shop's files.

    Example (needs the shop's files)::

        images = load_product_images()
        images.image.shape
    """
    with np.load(_path("product_images.npz"), allow_pickle=False) as arrays:
        return ProductImages(*(arrays[name] for name in ProductImages._fields))


def load_sessions() -> pd.DataFrame:
    """Load the visits to the shop, event by event in order.

    session_id, customer_id, session_date (datetime), step (from 1), event, product_id, category, seconds
    until the next event.

    Raises FileNotFoundError with the command that writes the shop's files.

    Example (needs the shop's files)::

        load_sessions().groupby("session_id").size()
    """
    return _with_dates(pd.read_csv(_path("sessions.csv.gz")))


def load_reviews() -> pd.DataFrame:
    """Load the reviews: review_id, product_id, customer_id, date (datetime), rating (1 to 5), language, text.

    Raises FileNotFoundError with the command that writes the shop's files.

    Example (needs the shop's files)::

        load_reviews()["rating"].value_counts()
    """
    return _with_dates(pd.read_csv(_path("reviews.csv"), keep_default_na=False))


def load_measured(name: str) -> pd.DataFrame:
    """Load what a long run of the course measured, such as "04_climb": trainings too many for a lesson.

    The tables lie in `data/measured`; `data/README.md` says which script made each of them.

    Raises FileNotFoundError that names the tables there are.

    >>> sorted(load_measured("04_climb")["month"].unique().tolist())
    [6, 7, 8]
    """
    folder = Path(__file__).resolve().parents[2] / "data" / "measured"
    path = folder / f"{name}.csv"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.csv"))) or "none"
        raise FileNotFoundError(f"no measured table {name!r}; there is: {there}")
    return pd.read_csv(path)


def load_truth(name: str) -> pd.DataFrame:
    """Load what the simulator knows and a shop never does: the true probability, segment or effect per row.

    NEVER a feature: a column of the truth in a model is a leak. It serves the oracle (the best score that any
    model can reach) and the checks. `name` is the name of a table, such as "user_behavior" or "customers".

    Raises ValueError for a name without a truth file, FileNotFoundError where the shop's files are not there.

    Example (needs the shop's files)::

        load_truth("user_behavior")["p_purchase"].mean()
    """
    folder = _path("truth", folder=True)
    path = folder / f"{name}.csv.gz"
    if not path.is_file():
        names = sorted(file.name.removesuffix(".csv.gz") for file in folder.glob("*.csv.gz"))
        raise ValueError(f"name must be one of {names}; got {name!r}")
    return pd.read_csv(path, low_memory=False)


def _with_dates(table: pd.DataFrame) -> pd.DataFrame:
    for column in table.columns:
        if column.endswith(("date", "time", "timestamp")) or column == "started":
            table[column] = pd.to_datetime(table[column], format="ISO8601")
    return table


def _path(name: str, *, folder: bool = False) -> Path:
    path = shop_folder() / name
    if not (path.is_dir() if folder else path.is_file()):
        raise FileNotFoundError(
            f"{path} is not there. Write the shop's files with `python3 course.py shop` (a few seconds). "
            "Outside the project's folder use `python -m mktutils shop --out FOLDER` and set MKTUTILS_SHOP "
            "to that folder."
        )
    return path
