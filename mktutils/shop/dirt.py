"""Making clean tables raw: what exports, trackers and people do to data, each fault on its own draw."""

import numpy as np
import pandas as pd

from mktutils.shop.orders import FEATURES
from mktutils.shop.world import CUSTOMER_COLUMNS, World, pick

# Other spellings met in the export; cities not listed get capitals, small letters or a stray blank.
LOCAL_NAMES = {
    "Vienna": "Wien", "Munich": "München", "Prague": "Praha", "Cologne": "Köln", "Lisbon": "Lisboa",
    "Rome": "Roma", "Milan": "Milano", "Warsaw": "Warszawa", "Copenhagen": "København",
    "Zurich": "Zürich", "Naples": "Napoli", "Krakow": "Kraków", "Geneva": "Genève", "Brussels": "Bruxelles",
    "Seville": "Sevilla", "Turin": "Torino", "Gothenburg": "Göteborg", "Antwerp": "Antwerpen",
}  # fmt: skip
CHANNEL_SPELLINGS = {
    "search": ["Search", "SEARCH", "search ", "Search Engine"],
    "social": ["Social", "SOCIAL", " social", "Social Media"],
    "email": ["E-Mail", "email ", "EMAIL", "e-mail"],
    "referral": ["Referral", "REFERRAL", "referral ", "Refer-a-friend"],
    "affiliate": ["Affiliate", "AFFILIATE", "affiliate ", "Affiliates"],
    "direct": ["Direct", "DIRECT", " direct", "Direct Traffic"],
}
MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
IMPOSSIBLE_YEARS = [0, 1880, 1899, 2031, 9999]

# Chance that a value is missing. MCAR: the same for all rows. MAR: by device, which is always known.
# MNAR: by the value itself, the answers 1-10 of the survey.
MISSING_MINUTES = 0.06
MISSING_EMAIL = {"mobile": 0.34, "tablet": 0.14, "desktop": 0.04}
MISSING_SATISFACTION = np.array([0.85, 0.85, 0.8, 0.75, 0.55, 0.4, 0.28, 0.2, 0.15, 0.12])


def raw_customers(world: World) -> pd.DataFrame:
    """Return customers as exported: 1.5 % twice, mixed dates and spellings, some impossible birth years.

    >>> from mktutils.shop.world import make_world
    >>> len(raw_customers(make_world()))
    5075
    """
    rng = world.rng("customers dirt")
    clean = world.customers[CUSTOMER_COLUMNS]
    n = len(clean)
    twice = np.sort(rng.permutation(n)[: n * 3 // 200])
    raw = _spell(clean, rng, date=0.3, city=0.08, channel=0.12)
    wrong = rng.permutation(n)[:60]
    raw.loc[wrong, "birth_year"] = np.array(IMPOSSIBLE_YEARS)[rng.integers(len(IMPOSSIBLE_YEARS), size=60)]
    # One copy in three is exact; the others were typed a second time and spelt in another way.
    exact, near = twice[::3], np.delete(twice, np.s_[::3])
    second = _spell(clean.iloc[near], rng, date=0.5, city=0.9, channel=0.5)
    second["birth_year"] = raw["birth_year"].iloc[near].to_numpy()
    both = pd.concat([raw, raw.iloc[exact], second], ignore_index=True)
    place = np.concatenate([np.arange(n), rng.random(len(twice)) * n])
    return both.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)


def _spell(clean: pd.DataFrame, rng: np.random.Generator, *, date: float, city: float, channel: float):
    """Respell the given shares of signup dates, cities and channels."""
    out, n = clean.reset_index(drop=True), len(clean)
    day = pd.to_datetime(out["signup_date"])
    month = day.dt.month.map(dict(enumerate(MONTH_NAMES, 1)))  # strftime would follow the locale
    english = month + " " + day.dt.day.astype(str) + ", " + day.dt.year.astype(str)
    german = day.dt.strftime("%d.%m.%Y")
    u = rng.random(n)
    out["signup_date"] = np.where(u < date * 0.6, german, np.where(u < date, english, out["signup_date"]))
    kind, change = rng.integers(4, size=n), rng.random(n) < city
    ways = (str.upper, str.lower, lambda name: name + " ", lambda name: LOCAL_NAMES.get(name, " " + name))
    out["city"] = [ways[k](name) if c else name for name, k, c in zip(out["city"], kind, change, strict=True)]
    kind, change = rng.integers(4, size=n), rng.random(n) < channel
    out["channel"] = [
        CHANNEL_SPELLINGS[name][k] if c else name
        for name, k, c in zip(out["channel"], kind, change, strict=True)
    ]
    return out


def raw_behavior(world: World) -> pd.DataFrame:
    """Return user_behavior as exported: three kinds of missing values, text, sentinels, outliers, doubles."""
    rng = world.rng("behavior dirt")
    clean = world.simulation["behavior"]
    n = len(clean)
    raw = clean[["customer_id", "snapshot_date", *FEATURES, "purchased"]].copy()

    # Outliers: bots that visit thousands of times, wholesale and test accounts with absurd orders.
    bots, trade = np.split(rng.permutation(n)[:110], [60])
    raw.loc[bots, "visits_30d"] = 3_000 + rng.integers(4_000, size=len(bots))
    raw.loc[bots[:30], "visits_30d"] = 5_000
    raw.loc[trade, "orders_365d"] = 300 + rng.integers(700, size=len(trade))
    raw.loc[trade, "spend_365d"] = np.round(100_000 + 400_000 * rng.random(len(trade)), 2)

    minutes, spend = raw["minutes_on_site_30d"].to_numpy(), raw["spend_365d"].to_numpy()
    raw["minutes_on_site_30d"] = _minutes_as_text(minutes, pick(rng, np.array([0.8, 0.1, 0.1]), n))
    raw["spend_365d"] = _spend_as_text(spend, pick(rng, np.array([0.6, 0.15, 0.15, 0.1]), n))

    device = clean[["customer_id"]].merge(world.customers[["customer_id", "device"]])["device"]
    raw.loc[rng.random(n) < MISSING_MINUTES, "minutes_on_site_30d"] = None
    raw.loc[rng.random(n) < device.map(MISSING_EMAIL).to_numpy(), "email_open_rate"] = None
    silent = rng.random(n) < MISSING_SATISFACTION[clean["satisfaction"].to_numpy() - 1]
    raw["satisfaction"] = raw["satisfaction"].astype("Int64").mask(silent)
    # Never ordered: empty, or one of two codes of older exports.
    never = raw["days_since_last_order"].isna().to_numpy()
    code = rng.random(n)
    raw.loc[never & (code < 0.25), "days_since_last_order"] = -1
    raw.loc[never & (code > 0.75), "days_since_last_order"] = 999

    # 1 % of rows twice; every third second copy writes the spend in another format.
    twice = rng.permutation(n)[: n // 100]
    second = raw.iloc[twice].copy()
    second.iloc[::3, second.columns.get_loc("spend_365d")] = _spend_as_text(
        spend[twice[::3]], np.full(len(twice[::3]), 2)
    )
    both = pd.concat([raw, second], ignore_index=True)
    order = np.lexsort((rng.random(len(both)), both["snapshot_date"].to_numpy(str)))
    return both.iloc[order].reset_index(drop=True)


def _minutes_as_text(value: np.ndarray, style: np.ndarray) -> list[str]:
    ways = (lambda v: f"{v:.1f}", lambda v: f"{v:.1f} min", lambda v: f"{v:.1f}".replace(".", ","))
    return [ways[k](v) for v, k in zip(value, style, strict=True)]


def _spend_as_text(value: np.ndarray, style: np.ndarray) -> list[str]:
    """Write amounts of euros as "1234.5", "1,234.50", "€1.234,50" or "1234,50".

    >>> _spend_as_text(np.array([1234.5, 1234.5, 1234.5, 0.0]), np.array([0, 1, 2, 3]))
    ['1234.5', '1,234.50', '€1.234,50', '0,00']
    """
    swap = str.maketrans(",.", ".,")
    ways = (
        lambda v: f"{v:.2f}".rstrip("0").rstrip("."),
        lambda v: f"{v:,.2f}",
        lambda v: "€" + f"{v:,.2f}".translate(swap),
        lambda v: f"{v:.2f}".translate(swap),
    )
    return [ways[k](v) for v, k in zip(value, style, strict=True)]
