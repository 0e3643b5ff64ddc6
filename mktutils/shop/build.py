"""All files of the shop, made from one world and written in one go."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pandas as pd

from mktutils.shop.dirt import raw_behavior, raw_customers
from mktutils.shop.orders import FEATURES
from mktutils.shop.world import CUSTOMER_COLUMNS, PRODUCT_COLUMNS, World, make_world
from mktutils.shop.write import content_digest, table_bytes, write_bytes

DATA = Path(__file__).resolve().parents[2] / "data"
UNTOUCHED = ("days_since_last_visit", "pages_per_visit", "cart_adds_30d")
MEDIA = ("images", "sessions", "reviews")


def core_tables(world: World) -> dict[str, pd.DataFrame]:
    """Return customers, products, orders and behaviour, raw and true, by file name under data/."""
    behavior = world.simulation["behavior"]
    # The other features are clean in the raw file too.
    spoilt = [name for name in FEATURES if name not in UNTOUCHED]
    latent = [name for name in world.customers if name not in CUSTOMER_COLUMNS]
    return {
        "customers.csv": raw_customers(world),
        "products.csv": world.products[PRODUCT_COLUMNS],
        "orders.csv": world.simulation["orders"],
        "user_behavior.csv": raw_behavior(world),
        "truth/customers.csv.gz": pd.concat(
            [world.customers[["customer_id", *latent]], _vectors(world.taste, "taste")], axis=1
        ),
        "truth/products.csv.gz": pd.concat(
            [world.products[["product_id", "style", "log_popularity"]], _vectors(world.item, "item")], axis=1
        ),
        "truth/user_behavior.csv.gz": behavior[["customer_id", "snapshot_date", "p_purchase", *spoilt]],
    }


def _vectors(values, name: str) -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"{name}_{k:02d}" for k in range(values.shape[1])])


def shop_tables(world: World) -> Iterator[tuple[str, object]]:
    """Yield (file name under data/, frame or dict of arrays) for every file of the shop."""
    yield from core_tables(world).items()
    for name in MEDIA:
        make = getattr(import_module(f"mktutils.shop.{name}"), f"make_{name}")
        yield from make(world).items()


def write_shop(out: Path | str = DATA, *, world: World | None = None) -> Iterator[tuple[str, int]]:
    """Write every file under ``out``, each in one step, and yield (file name, size in bytes) after each.

    ``checksums.csv`` comes last: the SHA-256 of every file's content before compression.
    """
    digests = []
    for name, content in shop_tables(world or make_world()):
        data = table_bytes(content, name)
        write_bytes(Path(out) / name, data)
        digests.append((name, content_digest(data, name)))
        yield name, len(data)
    sums = table_bytes(pd.DataFrame(sorted(digests), columns=["file", "sha256"]), "checksums.csv")
    write_bytes(Path(out) / "checksums.csv", sums)
    yield "checksums.csv", len(sums)
