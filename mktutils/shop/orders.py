"""Months of life in the shop: behaviour, the decision to buy, and the orders that follow from it."""

import numpy as np
import pandas as pd

from mktutils.shop.world import FIRST_DAY, MEMBERSHIPS, SEGMENTS, World, pick

MONTHS = [str(m) for m in np.arange("2024-01", "2025-11", dtype="datetime64[M]")]
FIRST_SNAPSHOT = MONTHS.index("2025-01")
WINDOW = 30  # days from the snapshot in which an order makes the label 1
FEATURES = [
    "days_since_last_visit", "visits_30d", "pages_per_visit", "minutes_on_site_30d", "cart_adds_30d",
    "orders_365d", "spend_365d", "days_since_last_order", "email_open_rate", "satisfaction",
]  # fmt: skip
SEASON = np.array([-0.25, -0.1, 0.05, 0.05, 0.1, 0.0, -0.15, -0.05, 0.0, 0.05, 0.45, 0.5])  # logit by month
NEWCOMER_RATE, DORMANT_RATE = 0.5, 0.03  # chance of an order in 30 days outside the snapshot's rows
WEEKDAY_WEIGHT = np.array([1.15, 1.0, 0.95, 0.95, 0.9, 0.95, 1.25])  # Monday first


def purchase_logit(rows: pd.DataFrame) -> np.ndarray:
    """Return the log-odds of an order within 30 days: the law behind ``purchased``.

    ``rows`` needs the ten clean features, ``device``, ``membership`` and ``snapshot_date``.
    """
    seen = rows["days_since_last_visit"].to_numpy(float)
    carts = np.log1p(rows["cart_adds_30d"].to_numpy(float))
    orders = rows["orders_365d"].to_numpy(float)
    since = rows["days_since_last_order"].fillna(9_999).to_numpy(float)
    email = rows["email_open_rate"].to_numpy(float)
    mobile = (rows["device"] == "mobile").to_numpy()
    level = rows["membership"].map({name: k for k, name in enumerate(MEMBERSHIPS)}).to_numpy(float)
    month = rows["snapshot_date"].str[5:7].astype(int).to_numpy() - 1
    year = rows["snapshot_date"].str[:4].astype(int).to_numpy()

    logit = -4.25 + SEASON[month] - 0.01 * ((year - 2025) * 12 + month)
    # A basket counts while it is fresh: cart additions fade with a half-life of a week.
    logit += 0.95 * carts * 0.5 ** (seen / 7) - 0.02 * seen
    logit += 0.1 * np.log1p(rows["visits_30d"].to_numpy(float))
    # Replenishment: the next order is due when one usual interval has passed, not before, not long after.
    due = np.log(since * np.maximum(orders, 1) / 365)
    logit += np.where(orders >= 2, 2.5 * np.exp(-((due / 0.65) ** 2)), np.where(orders == 1, 0.3, 0.0))
    logit += 0.12 * np.log1p(rows["spend_365d"].to_numpy(float))
    # Who opens few pages does not look; who opens very many does not find.
    logit += 0.55 - 0.8 * np.log(rows["pages_per_visit"].to_numpy(float) / 6) ** 2
    # A newsletter brings back those who stayed away; it tells nothing about those who came yesterday.
    logit += 1.0 * (email - 0.25) * np.where(seen > 14, 1.0, -0.2)
    # Members buy in the app on the phone; on other devices the members' prices are not shown.
    logit += 0.35 * (level - 1.0) * np.where(mobile, 1.0, -1.0)
    logit -= 0.7 * (rows["satisfaction"].to_numpy() <= 4)
    return logit


def simulate(world: World) -> dict[str, pd.DataFrame]:
    """Return the clean tables: ``orders``, one row a line, and ``behavior``, features with their label.

    >>> from mktutils.shop.world import make_world
    >>> tables = simulate(make_world())
    >>> list(tables["behavior"].columns[-3:])
    ['satisfaction', 'p_purchase', 'purchased']
    """
    shop = _Shop(world)
    snapshots = [shop.live_through(t) for t in range(len(MONTHS))]
    return {
        "orders": shop.order_table(),
        "behavior": pd.concat(snapshots[FIRST_SNAPSHOT:], ignore_index=True),
    }


class _Shop:
    """The state that one month hands to the next."""

    def __init__(self, world: World):
        people = world.customers
        n = len(people)
        self.world, self.people, self.n = world, people, n
        self.behave, self.decide, self.buy = (world.rng(k) for k in ("behavior", "decision", "orders"))
        start = np.datetime64(FIRST_DAY)
        self.signup = (people["signup_date"].to_numpy().astype("datetime64[D]") - start).astype(int)
        self.end = np.maximum(self.signup, 0) + people["lifetime_days"].to_numpy()
        self.gift = (people["segment"] == SEGMENTS[4]).to_numpy()
        self.habit_pages = 1.75 + 0.35 * self.behave.standard_normal(n)
        self.engagement = self.behave.standard_normal(n)
        self.since_visit = np.full(n, 45)
        self.last_order = np.full(n, -9_999)
        self.last_category = np.full(n, -1)
        self.bought_last_month = np.zeros(n, bool)
        self.length = 31  # days of the month before
        self.bought = np.zeros((n, len(world.products)), bool)
        self.lines: list[pd.DataFrame] = []
        self.n_orders = 0
        self.events = {"customer": np.empty(0, int), "day": np.empty(0, int), "value": np.empty(0)}

    def live_through(self, t: int) -> pd.DataFrame:
        """Take the snapshot on the first day of month ``t``, then let the month happen."""
        first, following = (np.datetime64(MONTHS[t]) + np.arange(2)).astype("datetime64[D]").astype(int)
        day = int(first - np.datetime64(FIRST_DAY).astype(int))
        length = int(following - first)
        table = self._features(t, day)
        known = self.signup < day
        there = np.flatnonzero(known & (self.since_visit <= 60))
        rows = table.iloc[there].copy()
        probability = np.round(1 / (1 + np.exp(-purchase_logit(rows))), 6)

        chance = np.where(known & (self.end > day), DORMANT_RATE, 0.0)
        chance[there] = probability
        chance[(self.signup >= day) & (self.signup < day + min(length, WINDOW))] = NEWCOMER_RATE
        buys = self.decide.random(self.n) < chance
        late = (self.decide.random(self.n) < chance / WINDOW) & (length > WINDOW) & known
        self._place_orders(t, day, length, buys, late)
        rows["p_purchase"] = probability
        rows["purchased"] = buys[there].astype(int)
        return rows.drop(columns=["device", "membership"])

    def _features(self, t: int, day: int) -> pd.DataFrame:
        rng, n, people = self.behave, self.n, self.people
        month = int(MONTHS[t][5:7])
        year = (self.events["day"] >= day - 365) & (self.events["day"] < day)
        who = self.events["customer"][year]
        orders = np.bincount(who, minlength=n)
        spend = np.round(np.bincount(who, self.events["value"][year], minlength=n), 2)
        since_order = np.where(self.last_order >= 0, day - self.last_order, np.nan)

        self.engagement = 0.65 * self.engagement + 0.76 * rng.standard_normal(n)
        due = np.log(np.nan_to_num(since_order, nan=1.0) / people["interval_days"].to_numpy())
        # Segments differ in rhythm: people look around when their own interval has passed, and buyers of
        # gifts before the holidays.
        mind = 1.6 * np.exp(-((due / 0.4) ** 2)) + self.gift * np.where(month in (11, 12), 1.5, -0.3)
        rate = 0.4 + 0.8 * people["activity"].to_numpy() + 0.7 * self.engagement + mind
        visits = np.floor(np.exp(rate + 0.5 * rng.standard_normal(n))).astype(int)
        visits[day >= self.end] = 0
        fresh = (self.signup < day) & (self.signup >= day - 30)
        visits = np.maximum(visits, (since_order <= 30) | fresh)
        latest = 1 + np.floor(30 * (1 - rng.random(n) ** (1 / np.maximum(visits, 1)))).astype(int)
        away = np.maximum(self.since_visit + self.length, 31)
        seen = np.where(visits > 0, latest, away)
        seen = np.fmin(seen, since_order)
        self.since_visit = np.where(fresh, np.minimum(seen, day - self.signup), seen).astype(int)

        pages = np.round(np.clip(np.exp(self.habit_pages + 0.45 * rng.standard_normal(n)), 1, 60), 1)
        minutes = np.round(visits * pages * 0.8 * np.exp(0.25 * rng.standard_normal(n)), 1)
        carts = np.floor(
            visits * 0.45 * np.exp(0.3 * self.engagement + 0.3 * mind + 0.9 * rng.standard_normal(n))
        )
        email = people["email_affinity"].to_numpy() + 0.08 * rng.standard_normal(n)
        mood = np.round(people["contentment"].to_numpy() + 1.0 * rng.standard_normal(n))
        return pd.DataFrame(
            {
                "customer_id": people["customer_id"],
                "snapshot_date": f"{MONTHS[t]}-01",
                "days_since_last_visit": self.since_visit,
                "visits_30d": visits,
                "pages_per_visit": pages,
                "minutes_on_site_30d": minutes,
                "cart_adds_30d": np.minimum(carts, 40).astype(int),
                "orders_365d": orders,
                "spend_365d": spend,
                "days_since_last_order": pd.Series(since_order).astype("Int64"),
                "email_open_rate": np.round(np.clip(email, 0, 1), 2),
                "satisfaction": np.clip(mood, 1, 10).astype(int),
                "device": people["device"],
                "membership": people["membership"],
            }
        )

    def _place_orders(self, t: int, day: int, length: int, buys: np.ndarray, late: np.ndarray) -> None:
        """Turn decisions into orders with dates, then into lines with products."""
        rng = self.buy
        span = min(length, WINDOW)
        weekday = (np.arange(span) + day) % 7  # 2024-01-01, day 0, is a Monday
        weight = np.tile(WEEKDAY_WEIGHT[weekday], (self.n, 1))
        # A window longer than February reaches into March. Its label is decided by February's draw, so
        # who did not buy in February does not buy on those days either.
        weight[~self.bought_last_month, : max(0, WINDOW - self.length)] = 0
        weight[np.arange(span) < (self.signup - day)[:, None]] = 0
        again = np.where(rng.random(self.n) < 0.45, 1, 0) + (rng.random(self.n) < 0.15)
        customers, days = [], []
        for turn in range(3):
            who = np.flatnonzero(buys & (again >= turn))
            customers.append(who)
            days.append(day + pick(rng, weight[who]))
        customers.append(np.flatnonzero(late))
        days.append(np.full(late.sum(), day + WINDOW))
        self.length = length
        who, when = np.concatenate(customers), np.concatenate(days)
        order = np.lexsort((who, when))
        who, when = who[order], when[order]
        self.bought_last_month = buys
        values = self._fill_baskets(t, who, when)
        np.maximum.at(self.last_order, who, when)
        for key, new in (("customer", who), ("day", when), ("value", values)):
            self.events[key] = np.concatenate([self.events[key], new])

    def _fill_baskets(self, t: int, who: np.ndarray, when: np.ndarray) -> np.ndarray:
        """Choose the lines of each order, one line of all orders at a time; return the orders' values."""
        rng, world = self.buy, self.world
        size = 1 + np.floor(np.log(1 - rng.random(len(who))) / np.log(0.68)).astype(int)
        size = np.minimum(size, 8)
        sale = 0.12 * (MONTHS[t][5:] in ("01", "07", "11"))
        sensitivity = self.people["price_sensitivity"].to_numpy()[who]
        promotion = rng.random(len(who)) < 0.15 + sale + 0.2 * sensitivity
        discount = np.where(promotion, np.array([0.1, 0.15, 0.2, 0.3])[rng.integers(4, size=len(who))], 0.0)
        price = world.products["price"].to_numpy()
        values = np.zeros(len(who))
        number = self.n_orders + 1 + np.arange(len(who))
        self.n_orders += len(who)
        basket = np.zeros((len(who), len(price)), bool)
        for line in range(size.max()):
            open_ = np.flatnonzero(size > line)
            buyer = who[open_]
            prob = world.choice_prob(buyer, month=MONTHS[t], after=self.last_category[buyer])
            prob *= np.where(self.bought[buyer], 0.1, 1.0) * ~basket[open_]
            product = pick(rng, prob)
            kind = world.category[product]
            quantity = 1 + (rng.random(len(open_)) < np.isin(kind, [1, 2, 6, 8]) * 0.2)
            quantity += rng.random(len(open_)) < 0.03
            paid = np.round(quantity * price[product] * (1 - discount[open_]), 2)
            values[open_] += paid
            self.bought[buyer, product] = basket[open_, product] = True
            self.last_category[buyer] = kind
            self.lines.append(
                pd.DataFrame(
                    {
                        "number": number[open_],
                        "line": line,
                        "customer": buyer,
                        "day": when[open_],
                        "product": product,
                        "quantity": quantity,
                        "unit_price": price[product],
                        "discount": discount[open_],
                    }
                )
            )
        return np.round(values, 2)

    def order_table(self) -> pd.DataFrame:
        """All lines in the order in which they happened, with the published names."""
        lines = pd.concat(self.lines).sort_values(["number", "line"], ignore_index=True)
        date = np.datetime64(FIRST_DAY) + lines["day"].to_numpy().astype("timedelta64[D]")
        return pd.DataFrame(
            {
                "order_id": [f"O{k:06d}" for k in lines["number"]],
                "customer_id": self.people["customer_id"].to_numpy()[lines["customer"]],
                "order_date": np.datetime_as_string(date).astype(object),
                "product_id": self.world.products["product_id"].to_numpy()[lines["product"]],
                "quantity": lines["quantity"],
                "unit_price": lines["unit_price"],
                "discount": lines["discount"],
            }
        )
