"""The people and the goods of the simulated shop, with the latent truths that drive every table."""

from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np
import pandas as pd

SEED = 20251101
N_CUSTOMERS, N_PRODUCTS = 5_000, 600
FIRST_DAY, LAST_DAY = "2024-01-01", "2025-10-31"

CATEGORIES = [
    "backpack", "book", "bottle", "chair", "headphones", "lamp", "mug", "shoe", "t-shirt", "watch",
]  # fmt: skip
STYLES = ["minimal", "sporty", "vintage", "playful", "elegant", "outdoor"]
SEGMENTS = ["commuter", "reader", "athlete", "home maker", "gift buyer", "student"]
CHANNELS = ["search", "social", "email", "referral", "affiliate", "direct"]
DEVICES = ["mobile", "desktop", "tablet"]
MEMBERSHIPS = ["none", "bronze", "silver", "gold"]
COLOURS = ["black", "white", "grey", "navy", "red", "green", "yellow", "beige", "pink", "orange"]
BRANDS = [
    "Alder", "Bexley", "Corvo", "Dunmore", "Elvane", "Fjella", "Garrow", "Hollis", "Ivora", "Jasper",
    "Kestrel", "Lumo", "Marlow", "Nordhus", "Ostrava", "Pebble", "Quill", "Rivermark", "Solana", "Tundra",
    "Umbra", "Velora", "Wexford", "Yarrow",
]  # fmt: skip
CITIES = [
    "London", "Berlin", "Paris", "Madrid", "Rome", "Vienna", "Warsaw", "Amsterdam", "Lisbon", "Dublin",
    "Hamburg", "Munich", "Barcelona", "Milan", "Prague", "Stockholm", "Copenhagen", "Brussels", "Zurich",
    "Oslo", "Helsinki", "Budapest", "Athens", "Lyon", "Porto", "Valencia", "Naples", "Cologne", "Krakow",
    "Rotterdam", "Geneva", "Gothenburg", "Antwerp", "Turin", "Seville", "Aarhus", "Graz", "Bergen", "Cork",
    "Tampere",
]  # fmt: skip

# Log preference of each segment (rows) for each category (columns, alphabetical): what people buy.
SEGMENT_CATEGORY = np.array([
    [2.2, -0.6, 0.9, -1.2, 2.4, -1.0, 0.3, -0.6, -0.8, 0.4],   # commuter
    [-0.8, 2.9, -1.0, 0.2, -0.2, 1.6, 1.5, -1.2, -1.0, -0.8],  # reader
    [0.0, -1.0, 2.2, -1.4, 0.4, -1.4, -1.0, 2.6, 1.7, 0.8],    # athlete
    [-1.2, -0.2, -0.8, 2.5, -0.8, 2.2, 1.4, -1.0, -0.8, -0.8],  # home maker
    [-0.8, 0.9, -0.8, -1.4, 0.9, 0.0, 2.0, -0.8, 0.0, 2.5],    # gift buyer
    [1.5, 1.2, 0.4, -0.6, 0.2, -0.4, -0.6, 0.4, 2.6, -1.2],    # student
])  # fmt: skip
SEGMENT_SHARE = np.array([0.20, 0.15, 0.19, 0.16, 0.12, 0.18])
SEGMENT_INTERVAL = np.array([75.0, 45.0, 60.0, 110.0, 120.0, 80.0])  # usual days between two orders
SEGMENT_AGE = np.array([36.0, 47.0, 32.0, 44.0, 51.0, 23.0])  # mean age in years at the end of 2025
SEGMENT_AFFLUENCE = np.array([0.4, 0.1, 0.2, 0.4, 0.3, -1.0])
CATEGORY_PRICE = np.array([64.0, 16.0, 19.0, 129.0, 89.0, 45.0, 12.0, 84.0, 22.0, 139.0])  # median, EUR

# Log preference for a category in each calendar month: a wave with its peak in the month given.
CATEGORY_PEAK = np.array([9, 12, 7, 3, 12, 11, 12, 5, 7, 12])
CATEGORY_SWING = np.array([0.35, 0.3, 0.5, 0.15, 0.3, 0.4, 0.4, 0.3, 0.45, 0.4])


# What goes with what: after a line of the category on the left, the one on the right is e times as likely.
GOES_WITH = np.array([CATEGORIES.index(name) for name in (
    "bottle", "mug", "shoe", "lamp", "backpack", "book", "book", "t-shirt", "shoe", "headphones",
)])  # fmt: skip

# What a learner sees; the other columns of the frames are latent.
CUSTOMER_COLUMNS = [
    "customer_id", "signup_date", "birth_year", "city", "postcode", "channel", "device", "membership",
    "email_consent",
]  # fmt: skip
PRODUCT_COLUMNS = ["product_id", "category", "title", "brand", "colour", "price", "launch_date"]


@dataclass
class World:
    """Customers, products and the latent vectors from which orders, sessions and reviews follow.

    ``taste`` (5000, 17) and ``item`` (600, 17) hold 10 category dimensions, 6 style dimensions and one
    price dimension; ``taste @ item.T`` is the utility of a product for a customer, to which the
    product's log popularity and the season of its category are added.

    >>> world = make_world()
    >>> world.taste.shape, world.item.shape
    ((5000, 17), (600, 17))
    >>> round(float(world.choice_prob([0], month="2025-06").sum()), 6)
    1.0
    """

    customers: pd.DataFrame
    products: pd.DataFrame
    taste: np.ndarray
    item: np.ndarray
    seed: int = SEED

    def rng(self, name: str) -> np.random.Generator:
        """Return the child generator of one table, so that no table's draws depend on another's.

        >>> world = make_world()
        >>> bool(world.rng("orders").random() == world.rng("orders").random())
        True
        """
        return np.random.default_rng([self.seed, crc32(name.encode())])

    def log_popularity(self, month: str) -> np.ndarray:
        """Return the log attraction (600,) of each product in a month ("2025-06"); -inf before its launch."""
        wave = np.cos(2 * np.pi * (int(month[5:7]) - CATEGORY_PEAK) / 12)
        attraction = self.products["log_popularity"].to_numpy() + (CATEGORY_SWING * wave)[self.category]
        launched = (self.products["launch_date"] <= f"{month}-01").to_numpy()
        return np.where(launched, attraction, -np.inf)

    def choice_prob(self, rows, *, month: str, after=None) -> np.ndarray:
        """Return the true probability (len(rows), 600) that each product is the next one chosen.

        ``rows`` are positions in ``customers``; a product sells from the first month after its launch.
        ``after`` holds the category index of each customer's previous line, -1 for none: what goes with
        it is e times as likely. (In orders.csv a product already bought is a tenth as likely.)
        """
        utility = self.taste[rows] @ self.item.T + self.log_popularity(month)
        if after is not None:
            after = np.asarray(after)
            utility += (self.category == GOES_WITH[after][:, None]) & (after >= 0)[:, None]
        weight = np.exp(utility - utility.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    @cached_property
    def category(self) -> np.ndarray:
        """Category index 0-9 of each product, alphabetical."""
        return self.products["category"].map({name: k for k, name in enumerate(CATEGORIES)}).to_numpy()

    @cached_property
    def simulation(self) -> dict[str, pd.DataFrame]:
        """Clean ``orders`` and ``behavior`` tables of this world (simulated once, about one second)."""
        from mktutils.shop.orders import simulate

        return simulate(self)


def pick(rng: np.random.Generator, prob: np.ndarray, size: int | None = None) -> np.ndarray:
    """Draw indices by inverse CDF: one per row of a 2-D ``prob``, or ``size`` from a 1-D ``prob``.

    >>> pick(np.random.default_rng(0), np.array([[0.0, 1.0], [1.0, 0.0]])).tolist()
    [1, 0]
    """
    cdf = np.cumsum(np.atleast_2d(prob), axis=1)
    cdf /= cdf[:, -1:]
    n = len(cdf) if size is None else size
    return np.minimum((rng.random(n)[:, None] >= cdf).sum(axis=1), cdf.shape[1] - 1)


def make_world(seed: int = SEED) -> World:
    """Return the shop's customers and products with their latent truths; the same seed, the same world.

    >>> world = make_world()
    >>> len(world.customers), len(world.products)
    (5000, 600)
    """
    world = World(pd.DataFrame(), pd.DataFrame(), np.empty(0), np.empty(0), seed)
    world.products, world.item = _make_products(world.rng("products"))
    world.customers, world.taste = _make_customers(world.rng("customers"))
    return world


def _days(first: str, offset: np.ndarray) -> pd.Series:
    """ISO dates, ``offset`` whole days after ``first``."""
    days = np.datetime64(first) + offset.astype("timedelta64[D]")
    return pd.Series(np.datetime_as_string(days), dtype="str")


def _make_products(rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    n = N_PRODUCTS
    category = np.sort(pick(rng, np.array([0.09, 0.15, 0.09, 0.08, 0.1, 0.09, 0.1, 0.11, 0.11, 0.08]), n))
    brand = rng.integers(len(BRANDS), size=n)
    # Four brands per style; one product in seven departs from its brand's style.
    style = np.where(rng.random(n) < 0.86, brand % len(STYLES), rng.integers(len(STYLES), size=n))
    # Colours go with styles: the first choice of a style is three positions along the list.
    colour = np.where(rng.random(n) < 0.5, (style * 3) % 10, rng.integers(len(COLOURS), size=n))
    price_z = rng.standard_normal(n)
    price = np.round(CATEGORY_PRICE[category] * np.exp(0.35 * price_z)) - 0.05
    log_popularity = 0.8 * rng.standard_normal(n)

    # 78 % were there at the start, 14 % came during the two years, 8 % in the last 100 days (cold start).
    age = rng.random(n)
    offset = np.where(age < 0.78, -900 * rng.random(n), np.where(age < 0.92, 560 * rng.random(n), 0))
    offset = np.where(age >= 0.92, 569 + 100 * rng.random(n), offset)

    item = np.zeros((n, 17))
    item[np.arange(n), category] = 1.0
    item[np.arange(n), 10 + style] = 1.0
    item[:, 10:16] += 0.12 * rng.standard_normal((n, 6))
    item[:, 16] = price_z
    series = rng.integers(100, 1000, size=n)
    title = [
        f"{BRANDS[b]} {STYLES[s]} {CATEGORIES[c]} {k} in {COLOURS[h]}"
        for b, s, c, k, h in zip(brand, style, category, series, colour, strict=True)
    ]
    products = pd.DataFrame(
        {
            "product_id": [f"P{i:04d}" for i in range(1, n + 1)],
            "category": [CATEGORIES[c] for c in category],
            "title": title,
            "brand": [BRANDS[b] for b in brand],
            "colour": [COLOURS[h] for h in colour],
            "price": np.round(price, 2),
            "launch_date": _days(FIRST_DAY, np.floor(offset)),
            "style": [STYLES[s] for s in style],
            "log_popularity": np.round(log_popularity, 4),
        }
    )
    return products, np.round(item, 4)


def _make_customers(rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    n = N_CUSTOMERS
    segment = pick(rng, SEGMENT_SHARE, n)
    # Signed up between April 2023 and September 2025, more of them lately.
    signup = np.floor(-730 + 1_368 * np.sqrt(rng.random(n) * 0.88 + 0.12))
    age = np.clip(SEGMENT_AGE[segment] + 8 * rng.standard_normal(n), 18, 90)

    city_share = 1 / np.arange(1, len(CITIES) + 1) ** 0.8
    city = pick(rng, city_share, n)
    postcodes = np.maximum(4, np.round(1_650 * city_share / city_share.sum())).astype(int)
    district = np.floor(postcodes[city] * rng.random(n) ** 1.3).astype(int)
    # A district's wealth shows in its people: the postcode carries some signal, spread over many levels.
    wealth = rng.standard_normal((len(CITIES), postcodes.max()))[city, district]
    affluence = SEGMENT_AFFLUENCE[segment] + 0.5 * wealth + 0.7 * rng.standard_normal(n)

    young = 1 / (1 + np.exp((age - 40) / 8))
    device = pick(rng, np.column_stack([0.30 + 0.45 * young, 0.55 - 0.4 * young, 0.15 - 0.05 * young]))
    channel = pick(
        rng,
        np.column_stack([
            np.full(n, 0.30), 0.08 + 0.28 * young, 0.20 - 0.1 * young,
            np.full(n, 0.12), np.full(n, 0.11), np.full(n, 0.14),
        ]),
    )  # fmt: skip
    loyalty = 0.4 * affluence + rng.standard_normal(n)
    membership = np.digitize(loyalty, [0.1, 0.75, 1.5])
    consent = rng.random(n) < 0.55 + 0.1 * membership

    # Activity is heavy-tailed: a few customers come ten times as often as the median.
    activity = 0.75 * rng.standard_normal(n) + 0.1 * membership
    interval = np.clip(SEGMENT_INTERVAL[segment] * np.exp(0.25 * rng.standard_normal(n)), 20, 300)
    lifetime = 60 - 900 * np.log(1 - rng.random(n))  # days from the later of signup and opening
    price_sensitivity = np.clip(0.5 - 0.35 * affluence + 0.3 * rng.standard_normal(n), -1, 2)
    phone = device == DEVICES.index("mobile")  # mail is read on the phone
    email_affinity = np.clip(0.06 + 0.2 * consent + 0.18 * phone + 0.16 * rng.standard_normal(n), 0.01, 0.95)
    contentment = np.clip(7.0 + 1.6 * rng.standard_normal(n), 1, 10)  # level of the 1-10 survey answer

    taste = np.zeros((n, 17))
    taste[:, :10] = 1.15 * SEGMENT_CATEGORY[segment] + 0.25 * rng.standard_normal((n, 10))
    favourite = np.where(rng.random(n) < 0.6, segment, rng.integers(len(STYLES), size=n))
    taste[np.arange(n), 10 + favourite] = 3.2
    taste[:, 10:16] += 0.25 * rng.standard_normal((n, 6))
    taste[:, 16] = -0.35 * price_sensitivity

    customers = pd.DataFrame(
        {
            "customer_id": [f"C{i:05d}" for i in range(1, n + 1)],
            "signup_date": _days(FIRST_DAY, signup),
            "birth_year": (2025 - np.round(age)).astype(int),
            "city": [CITIES[c] for c in city],
            "postcode": [f"{CITIES[c][:3].upper()}-{d:03d}" for c, d in zip(city, district, strict=True)],
            "channel": [CHANNELS[c] for c in channel],
            "device": [DEVICES[d] for d in device],
            "membership": [MEMBERSHIPS[m] for m in membership],
            "email_consent": consent.astype(int),
            "segment": [SEGMENTS[s] for s in segment],
            "favourite_style": [STYLES[s] for s in favourite],
            "affluence": np.round(affluence, 4),
            "price_sensitivity": np.round(price_sensitivity, 4),
            "activity": np.round(activity, 4),
            "interval_days": np.round(interval, 1),
            "lifetime_days": np.round(lifetime, 1),
            "email_affinity": np.round(email_affinity, 4),
            "contentment": np.round(contentment, 4),
        }
    )
    return customers, np.round(taste, 4)
