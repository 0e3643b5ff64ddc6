"""Visits to the shop, event by event: who came, what happened (`intent`), and with which products."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mktutils.shop.intent import (
    BACK,
    BUY,
    CART,
    EVENT,
    LONGEST,
    MAX_CART,
    OTHER,
    REMOVE,
    SAME,
    SEARCH,
    buy_posterior,
    cart_after,
    draw,
    simulate_intent,
)  # fmt: skip

if TYPE_CHECKING:
    from mktutils.shop.world import World

Array = np.ndarray

N_SESSIONS = 14_000
PREFIXES = (2, 5, 10)
ANONYMOUS = 0.25  # share of visits without log-in: no customer_id


def _visitors(world: "World", rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Rows of the customers who visit, and the day of the visit (never before sign-up), in order of time."""
    weight = np.exp(0.7 * world.customers["activity"].to_numpy())
    edges = np.cumsum(weight)
    who = np.minimum(np.searchsorted(edges, rng.random(n) * edges[-1]), len(edges) - 1)
    first = np.maximum(
        world.customers["signup_date"].to_numpy(dtype="datetime64[D]")[who], np.datetime64("2025-01-01")
    )
    open_days = (np.datetime64("2025-10-31") - first).astype(int) + 1
    day = first + np.floor(rng.random(n) * open_days).astype("timedelta64[D]")
    order = np.argsort(day, kind="stable")
    return who[order], day[order]


def _appeal(world: "World", who: Array, month: Array) -> Array:
    """Attraction (n, 600) of every product for every visitor; 0 before its launch."""
    # The power 0.6: people browse more widely than they buy.
    appeal = np.empty((len(who), len(world.products)))
    for name in np.unique(month):
        rows = month == name
        appeal[rows] = np.exp(0.6 * (world.taste[who[rows]] @ world.item.T + world.log_popularity(name)))
    return appeal


def _choose_products(
    world: "World", event: Array, appeal: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Which product and which category each event is about: two (n, 40) tables of codes, -1 for none.

    Within an event's kind the choice depends on taste and on likeness to the product before, not on the
    state of mind: so it carries no news about the intent, and `buy_posterior` stays exact.
    """
    n = len(event)
    members = [np.flatnonzero(world.category == c) for c in range(10)]
    style = world.item[:, 10:16]
    alike = np.exp(1.5 * style @ style.T)
    # From each category one other is the usual next one, whatever the customer.
    together = np.full((10, 10), 0.3)
    together[np.arange(10), (np.arange(10) * 3 + 1) % 10] = 2.0
    by_category = np.stack([appeal[:, m].sum(axis=1) for m in members], axis=1)

    product = np.full((n, LONGEST), -1)
    category = np.full((n, LONGEST), -1)
    seen = np.zeros((n, appeal.shape[1]), dtype=bool)
    views = np.full((n, LONGEST), -1)
    n_views = np.zeros(n, dtype=int)
    basket = np.full((n, MAX_CART), -1)
    cart = np.zeros(n, dtype=int)
    current = np.full(n, -1)  # product looked at
    area = np.full(n, -1)  # category looked at
    u = rng.random((LONGEST, 2, n))
    for step in range(LONGEST):
        now = event[:, step]
        here = np.flatnonzero(now >= 0)
        # A view of another category, and one search in three, moves to a new category.
        moves = here[(now[here] == OTHER) | ((now[here] == SEARCH) & (u[step, 1, here] < 0.35))]
        if step == 0:
            area[moves] = draw(by_category[moves], u[step, 0, moves])
        else:
            weight = np.sqrt(by_category[moves]) * together[area[moves]]
            weight[np.arange(len(moves)), area[moves]] = 0.0
            area[moves] = draw(weight, u[step, 0, moves])
        for c, member in enumerate(members):
            rows = here[((now[here] == OTHER) | (now[here] == SAME)) & (area[here] == c)]
            weight = appeal[np.ix_(rows, member)] * ~seen[np.ix_(rows, member)]
            weight *= np.where(current[rows, None] >= 0, alike[np.ix_(current[rows], member)], 1.0)
            current[rows] = member[draw(weight, u[step, 1, rows])]
        back = here[now[here] == BACK]
        current[back] = views[back, np.floor(u[step, 1, back] * n_views[back]).astype(int)]
        viewed = here[now[here] <= BACK]
        area[viewed] = world.category[current[viewed]]
        seen[viewed, current[viewed]] = True
        views[viewed, n_views[viewed]] = current[viewed]
        n_views[viewed] += 1

        about = np.where(now == SEARCH, -1, current)
        into = here[now[here] == CART]
        basket[into, cart[into]] = current[into]
        out = here[now[here] == REMOVE]
        about[out] = basket[out, cart[out] - 1]
        bought = here[(now[here] == BUY) & (cart[here] > 0)]
        about[bought] = basket[bought, cart[bought] - 1]
        cart = cart_after(cart, now)
        product[here, step] = about[here]
        category[here, step] = np.where(about[here] >= 0, world.category[about[here]], area[here])
    return product, category


def make_sessions(world: "World") -> dict[str, pd.DataFrame]:
    """Simulate all visits: `sessions.csv.gz` and `truth/sessions.csv.gz`."""
    rng = world.rng("sessions")
    who, day = _visitors(world, rng, N_SESSIONS)
    event, seconds = simulate_intent(rng, N_SESSIONS)
    appeal = _appeal(world, who, np.datetime_as_string(day, unit="M"))
    product, category = _choose_products(world, event, appeal, rng)

    row, step = np.nonzero(event >= 0)
    session_id = np.array([f"S{i:06d}" for i in range(1, N_SESSIONS + 1)])
    names = np.append(np.sort(world.products["category"].unique().astype(str)), "")
    customer = world.customers["customer_id"].to_numpy(dtype=object)[who]
    customer[rng.random(N_SESSIONS) < ANONYMOUS] = None
    products = np.append(world.products["product_id"].to_numpy(dtype=object), None)
    table = pd.DataFrame(
        {
            "session_id": session_id[row],
            "customer_id": pd.array(customer[row], dtype="str"),
            "session_date": np.datetime_as_string(day)[row],
            "step": step + 1,
            "event": EVENT[event[row, step]],
            "product_id": pd.array(products[product[row, step]], dtype="str"),
            "category": names[category[row, step]],
            "seconds": seconds[row, step],
        }
    )
    truth = pd.DataFrame({"session_id": session_id})
    for k in PREFIXES:
        open_yet = (event[:, :k] >= 0).all(axis=1) & (event[:, :k] != BUY).all(axis=1)
        truth[f"p_buy_{k}"] = np.nan
        truth.loc[open_yet, f"p_buy_{k}"] = buy_posterior(event[open_yet, :k], seconds[open_yet, :k]).round(6)
    return {"sessions.csv.gz": table, "truth/sessions.csv.gz": truth}


def event_kinds(sessions: pd.DataFrame) -> Array:
    """Code 0 to 6 of each event as in `intent`, read off the public table (sorted by session and step).

    A view is BACK when the session saw the product before, SAME when its category is that of the last view
    or search, OTHER when not. Needs the columns session_id, event, product_id, category.

    >>> visit = pd.DataFrame({"session_id": "S1", "event": ["view", "view", "search", "view", "view", "buy"],
    ...     "product_id": ["P1", "P2", None, "P3", "P1", "P1"],
    ...     "category": ["mug", "mug", "lamp", "lamp", "mug", "mug"]})
    >>> event_kinds(visit).tolist()
    [0, 1, 3, 1, 2, 6]
    """
    event = sessions["event"]
    codes = {"view": OTHER, "search": SEARCH, "cart": CART, "remove": REMOVE, "buy": BUY}
    code = event.map(codes).to_numpy(copy=True)
    view = (event == "view").to_numpy()
    place = sessions["category"].where(event.isin(["view", "search"]))
    area = place.groupby(sessions["session_id"]).ffill().groupby(sessions["session_id"]).shift()
    seen = np.zeros(len(sessions), dtype=bool)
    seen[view] = sessions.loc[view, ["session_id", "product_id"]].duplicated().to_numpy()
    code[view & (area == sessions["category"]).to_numpy()] = SAME
    code[seen] = BACK
    return code
