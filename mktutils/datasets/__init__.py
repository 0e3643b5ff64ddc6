"""Data of the course: `load_*` for the shop's files, `fetch_*` for real public data sets.

`fetch_*` looks in the cache folder first (`cache_folder()`; set `MKTUTILS_DATA` to use another). Else it
downloads from the publisher, verifies every file by its checksum, and gives typed tables.
`MKTUTILS_OFFLINE=1` forbids the network. `list_datasets()` shows what there is.
"""

from mktutils.datasets._cache import DataDamaged, DataNotAvailable, cache_folder
from mktutils.datasets._catalogue import describe, list_datasets
from mktutils.datasets._real_customers import (
    fetch_bank_marketing,
    fetch_cdnow,
    fetch_credit_default,
    fetch_hillstrom,
    fetch_online_retail,
)
from mktutils.datasets._real_items import (
    fetch_banking77,
    fetch_eshop_clickstream,
    fetch_fashion_mnist,
    fetch_international_football,
    fetch_movielens_100k,
    fetch_open_bandit,
)
from mktutils.datasets._registry import load_registry
from mktutils.datasets._shop import (
    ProductImages,
    load_customers,
    load_measured,
    load_orders,
    load_product_images,
    load_products,
    load_reviews,
    load_sessions,
    load_truth,
    load_user_behavior,
    shop_folder,
)

__all__ = [
    "DataDamaged",
    "DataNotAvailable",
    "ProductImages",
    "cache_folder",
    "describe",
    "fetch_bank_marketing",
    "fetch_banking77",
    "fetch_cdnow",
    "fetch_credit_default",
    "fetch_eshop_clickstream",
    "fetch_fashion_mnist",
    "fetch_hillstrom",
    "fetch_international_football",
    "fetch_movielens_100k",
    "fetch_online_retail",
    "fetch_open_bandit",
    "list_datasets",
    "load_customers",
    "load_measured",
    "load_orders",
    "load_product_images",
    "load_products",
    "load_registry",
    "load_reviews",
    "load_sessions",
    "load_truth",
    "load_user_behavior",
    "shop_folder",
]
