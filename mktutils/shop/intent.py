"""The hidden intent of a visitor, and the exact chance that a visit still ends in a purchase.

A visitor is in one of four states of mind. Each event changes the state with a probability that depends on
the event before, and the state decides what the visitor does next. Deciding and doubting visitors do the same
things about equally often, in the opposite order: who decides searches, looks, looks again, fills the cart;
who doubts fills the cart, looks at it again, looks at others, searches on. So order carries information that
counts do not.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

Array = np.ndarray

LONGEST = 40  # events; a visit is cut there
MAX_CART = 3  # products in the cart at once

# What happens, in the model's terms. The three kinds of view are told apart by the product that is seen:
# OTHER = a new product of another category, SAME = a new one of the current category, BACK = one seen before.
OTHER, SAME, BACK, SEARCH, CART, REMOVE, BUY = range(7)
EVENT = np.array(["view", "view", "view", "search", "cart", "remove", "buy"])

# States of mind; AFTER follows a purchase (the confirmation page and what it recommends).
WANDER, COMPARE, DECIDE, DOUBT, AFTER = range(5)


@dataclass(frozen=True)
class IntentModel:
    """The written-down process.

    start: (5,) state at the first event, which is always a view.
    move: (7, 5, 5) state -> next state, given the last event.
    leave: (5,) chance that the visit ends when a state is entered.
    act: (4, 7, 5, 7) chance of the next event given products in the cart, last event and state.
    dwell: (5, 7, 600) chance of staying 1 to 600 seconds, given state and event.
    """

    start: Array
    move: Array
    leave: Array
    act: Array
    dwell: Array


def _mixed(rows: Array, usual: Array, share: float) -> Array:
    return (1.0 - share) * rows + share * usual


@cache
def intent_model() -> IntentModel:
    """Return the process's probabilities.

    >>> model = intent_model()
    >>> bool(np.allclose(model.move.sum(axis=2), 1.0) and np.allclose(model.act.sum(axis=3), 1.0))
    True
    """
    start = np.array([0.38, 0.22, 0.17, 0.23, 0.0])

    usual = np.array(
        [
            [0.935, 0.06, 0.0, 0.005, 0.0],
            [0.05, 0.88, 0.02, 0.05, 0.0],
            [0.0, 0.01, 0.97, 0.02, 0.0],
            [0.01, 0.01, 0.01, 0.97, 0.0],
            [0.0, 0.0, 0.0, 0.0, 1.0],
        ]
    )
    move = np.repeat(usual[None], 7, axis=0)
    # The last event tilts the way out of comparing: a second look leads to a decision, a new search to doubt.
    move[BACK, COMPARE] = [0.03, 0.86, 0.07, 0.04, 0.0]
    move[SEARCH, COMPARE] = [0.05, 0.84, 0.01, 0.10, 0.0]
    move[OTHER, COMPARE] = [0.14, 0.81, 0.01, 0.04, 0.0]
    move[REMOVE, DOUBT] = [0.08, 0.01, 0.01, 0.90, 0.0]
    move[BUY, :, :] = 0.0
    move[BUY, :, AFTER] = 1.0
    leave = np.array([0.10, 0.075, 0.008, 0.085, 0.45])

    #                 other  same  back search  cart remove buy
    wander = np.array([0.34, 0.28, 0.10, 0.18, 0.06, 0.04, 0.00])
    compare = np.array([0.10, 0.34, 0.24, 0.16, 0.11, 0.05, 0.00])
    waver = np.array([0.05, 0.24, 0.24, 0.22, 0.19, 0.06, 0.00])
    after = np.array([0.30, 0.50, 0.15, 0.05, 0.00, 0.00, 0.00])
    forwards = {SEARCH: SAME, SAME: BACK, BACK: CART, CART: SEARCH, OTHER: SEARCH, REMOVE: CART, BUY: SAME}
    backwards = {CART: BACK, BACK: SAME, SAME: SEARCH, SEARCH: CART, OTHER: CART, REMOVE: SEARCH, BUY: SAME}
    follow = np.zeros((7, 5, 7))
    for last in range(7):
        follow[last, [WANDER, COMPARE, AFTER]] = wander, compare, after
        follow[last, DECIDE] = _mixed(np.eye(7)[forwards[last]], waver, 0.32)
        follow[last, DOUBT] = _mixed(np.eye(7)[backwards[last]], waver, 0.32)
        buy = {CART: 0.12, BACK: 0.06}.get(last, 0.03)
        follow[last, DECIDE] = _mixed(follow[last, DECIDE], np.eye(7)[BUY], buy)
        follow[last, DOUBT] = _mixed(follow[last, DOUBT], np.eye(7)[BUY], 0.003)
        follow[last, COMPARE] = _mixed(follow[last, COMPARE], np.eye(7)[BUY], 0.004)
    act = np.repeat(follow[None], MAX_CART + 1, axis=0)
    for in_cart, impossible in ((0, REMOVE), (MAX_CART, CART)):
        act[in_cart, :, :, SAME] += act[in_cart, :, :, impossible]
        act[in_cart, :, :, impossible] = 0.0

    seconds = np.arange(1, 601)
    middle = np.log([25.0, 30.0, 40.0, 12.0, 8.0, 7.0, 60.0])
    mood = np.array([-0.15, 0.0, 0.12, 0.12, -0.3])
    gap = np.log(seconds) - (mood[:, None, None] + middle[None, :, None])
    density = np.exp(-0.5 * (gap / 0.8) ** 2) / seconds
    return IntentModel(start, move, leave, act, density / density.sum(axis=2, keepdims=True))


def cart_after(cart: Array, event: Array) -> Array:
    """Return the number of products in the cart after an event."""
    return np.clip(cart + (event == CART) - (event == REMOVE), 0, MAX_CART)


@cache
def buy_later_table() -> Array:
    """P(a purchase follows | number of events so far, products in the cart, last event, state).

    Shape (41, 4, 7, 5), by backward recursion from the longest possible visit; index 0 is unused.
    """
    model = intent_model()
    later = np.zeros((LONGEST + 1, MAX_CART + 1, 7, 5))
    for step in range(LONGEST - 1, 0, -1):
        for cart in range(MAX_CART + 1):
            ahead = np.zeros((7, 5))  # last event, next state
            for event in range(7):
                value = 1.0 if event == BUY else later[step + 1, cart_after(cart, np.array(event)), event]
                ahead += model.act[cart, :, :, event] * value
            later[step, cart] = np.einsum("eij,ej->ei", model.move, (1.0 - model.leave) * ahead)
    later[:, :, BUY] = 0.0
    return later


def buy_posterior(event: Array, seconds: Array) -> Array:
    """P(a purchase follows | events so far), exactly, by the forward algorithm.

    `event` (n, k): codes 0 to 6 as in this module, no BUY among them. `seconds` (n, k): whole, 1 to 600.
    Returns (n,). Source: Rabiner (1989), A tutorial on hidden Markov models, doi:10.1109/5.18626.

    >>> decided = buy_posterior(np.array([[0, 3, 1, 2, 4]]), np.full((1, 5), 30))
    >>> doubting = buy_posterior(np.array([[0, 4, 2, 1, 3]]), np.full((1, 5), 30))
    >>> bool(decided[0] > doubting[0])
    True
    """
    model = intent_model()
    belief = model.start * model.dwell[:, event[:, 0], seconds[:, 0] - 1].T
    cart = np.zeros(len(event), dtype=int)
    for step in range(1, event.shape[1]):
        last, now = event[:, step - 1], event[:, step]
        belief = np.einsum("ni,nij->nj", belief, model.move[last]) * (1.0 - model.leave)
        belief *= model.act[cart, last, :, now] * model.dwell[:, now, seconds[:, step] - 1].T
        belief /= belief.sum(axis=1, keepdims=True)
        cart = cart_after(cart, now)
    belief /= belief.sum(axis=1, keepdims=True)
    return (belief * buy_later_table()[event.shape[1], cart, event[:, -1]]).sum(axis=1)


def draw(weights: Array, u: Array) -> Array:
    """One column index per row, with probability proportional to the weights."""
    total = np.cumsum(weights, axis=1)
    return np.minimum((total < u[:, None] * total[:, -1:]).sum(axis=1), weights.shape[1] - 1)


def simulate_intent(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Draw n visits from the process: events (n, 40), -1 after the end, and seconds (n, 40).

    >>> event, seconds = simulate_intent(np.random.default_rng(0), 5)
    >>> event.shape, bool((event[:, 0] == OTHER).all())
    ((5, 40), True)
    """
    model = intent_model()
    event = np.full((n, LONGEST), -1)
    seconds = np.zeros((n, LONGEST), dtype=int)
    u = rng.random((LONGEST, 4, n))
    state = draw(np.tile(model.start, (n, 1)), u[0, 0])
    event[:, 0] = OTHER
    cart = np.zeros(n, dtype=int)
    here = np.arange(n)
    stay = np.cumsum(model.dwell, axis=2)
    for step in range(LONGEST):
        if step:
            last = event[here, step - 1]
            state[here] = draw(model.move[last, state[here]], u[step, 0, here])
            goes_on = u[step, 1, here] >= model.leave[state[here]]
            here, last = here[goes_on], last[goes_on]
            now = draw(model.act[cart[here], last, state[here]], u[step, 2, here])
            event[here, step] = now
            cart[here] = cart_after(cart[here], now)
        below = stay[state[here], event[here, step]] < u[step, 3, here, None]
        seconds[here, step] = 1 + np.minimum(below.sum(axis=1), 599)
    return event, seconds
