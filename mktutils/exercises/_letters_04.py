"""Checkers of lesson 04 for decisions: whom to write to, and probabilities after undersampling."""

import numpy as np

from mktutils.lesson import Wrong, call, need_function

# 04.11 ----------------------------------------------------------------------------------------------------


def _mailings():
    """(p, value, cost, budget)"""
    p = np.array([0.05, 0.62, 0.31, 0.09, 0.48, 0.27, 0.11, 0.19])
    yield p, 8.0, 0.8, 3
    yield p, 8.0, 0.8, 100  # more letters than customers
    yield p, 8.0, 3.2, 4  # few letters pay
    yield np.array([0.05, 0.7, 0.31, 0.55]), 0.5, 0.8, 2  # no letter pays
    yield p, 8.0, 0.8, 0
    yield np.array([0.1, 0.25, 0.5, 0.25]), 4.0, 1.0, 4  # 0.25 · 4 is the cost
    yield np.array([0.4, 0.2, 0.4, 0.4, 0.05, 0.4]), 8.0, 0.8, 2  # equal values at the budget
    p = np.round(np.random.default_rng(11).beta(1, 8, size=3000), 3)
    yield p, 8.0, 0.8, 500


def _by_rank(p, k: int, lowest: bool = False) -> np.ndarray:
    """True for the k highest (or lowest) values."""
    chosen = np.zeros(len(p), dtype=bool)
    order = np.argsort(p if lowest else -p, kind="stable")
    chosen[order[: max(k, 0)]] = True
    return chosen


def _mailing_mask(got, n: int) -> np.ndarray:
    """The learner's result as a boolean array of shape (n,)."""
    if got is None:
        raise Wrong("The function returned None: end it with `return ...`.")
    try:
        got = np.asarray(got)
    except ValueError:
        raise Wrong(f"Return a boolean array of shape ({n},).") from None
    if got.shape == (n, 1):
        raise Wrong(f"The result has the shape ({n}, 1); it must be ({n},).")
    if got.dtype.kind != "b" and got.shape == (n,) and np.isin(got, [0, 1]).all():
        raise Wrong(
            "The result holds the numbers 0 and 1. As an index they mean *row 0* and *row 1*: return True and False, for example with "
            "`.astype(bool)`."
        )
    if got.dtype.kind != "b" and got.ndim == 1 and got.size and got.dtype.kind in "iu":
        raise Wrong(
            "The result holds row numbers. Make a boolean array: `write = np.zeros(len(p), dtype=bool)`, then `write[rows] = True`."
        )
    if got.dtype.kind != "b" or got.shape != (n,):
        raise Wrong(
            f"The result has the type {got.dtype} and the shape {got.shape}; it must be a boolean array of shape ({n},)."
        )
    return got


def _same(p, one, other) -> bool:
    """Whether two lists hold the same probabilities: among equal p any choice is as good."""
    return np.array_equal(np.sort(p[one]), np.sort(p[other]))


def check_mailing(answer) -> None:
    """Raise Wrong that names the part of the decision that is missing."""
    need_function(answer)
    given = []
    for p, value, cost, budget in _mailings():
        write = _mailing_mask(call(answer, p, value, cost, budget), len(p))
        right = (p * value > cost) & _by_rank(p, budget)
        given.append((p, value, cost, budget, write, right))
    for p, value, cost, budget, write, right in given:
        if not _same(p, write, right):
            shown = f"`mailing(p, value={value}, cost={cost}, budget={budget})`" + (
                f" with p = {p.tolist()}" if len(p) < 10 else f" with {len(p):,} customers, many with equal p"
            )
            letters = f"{write.sum():,} letter{'' if write.sum() == 1 else 's'}"
            same_number = "and not the best ones. "
            number = f"and must write {right.sum():,}. "
            shown += f" writes {letters} {same_number if write.sum() == right.sum() else number}"
            for k, why in enumerate(_MISSING):
                if all(_same(g[0], g[4], _wrong(*g[:4])[k]) for g in given if g[3]):
                    raise Wrong(shown + why)
            if write.sum() > budget:
                zero = "`[-budget:]` is the whole list when budget is 0. " * (budget == 0)
                raise Wrong(f"{shown}That is more than the budget. {zero}".strip())
            if (write & (p * value <= cost)).any():
                raise Wrong(
                    f"{shown}Some of them do not bring more than they cost: p · value must be above the cost."
                )
            raise Wrong(
                f"{shown}First ask which letters pay (p · value > cost), then keep at most `budget` of those, with the highest p first."
            )


_HALF = "The threshold is 0.5. A letter pays when its expected worth, p · value, is above its cost, and that begins far below 0.5."
_LOWEST = "The *lowest* p are chosen. `np.argsort` sorts upwards: take `np.argsort(-p)`."
_AT_COST = "A letter that is worth exactly its cost brings nothing: p · value must be *above* the cost, `>`."
_VALUE = "`value` is missing: compare p · value with the cost."
_EXCHANGED = "`value` and `cost` are exchanged: a letter pays when p · value > cost."
_RANK = "Choose by rank, with `np.argsort`, not by a threshold."
_MISSING = [  # the sentences, in the order of `_wrong`
    "The budget is missing: all letters that pay are written. Keep at most `budget` of them, those with the highest p.",
    _HALF,
    _HALF,
    "The cost is missing: the whole budget is spent, also on letters that cost more than they are expected to bring.",
    f"The budget is missing. {_AT_COST}",
    _AT_COST,
    _LOWEST,
    _LOWEST,
    _LOWEST,
    "The first letters of the table are chosen. When the budget is short, those with the highest p come first.",
    "Customers with the same p as the last one on the list are all written to, so there are more letters than the budget "
    f"allows. {_RANK}",
    "Customers with the same p as the first one behind the list are all left out, so part of the budget is not used. "
    f"{_RANK}",
    f"The last customer of the list is left out: the threshold was compared with `>`. {_RANK}",
    _VALUE,
    _VALUE,
    _EXCHANGED,
    _EXCHANGED,
    "There is one letter more than the budget allows.",
    "There is one letter less than the budget allows.",
    "Everybody is written to. A letter must pay, p · value > cost, and there are at most `budget` of them.",
]


def _wrong(p, value, cost, budget) -> list[np.ndarray]:
    """Lists with one mistake each."""
    pays, best, half = p * value > cost, _by_rank(p, budget), p > 0.5
    padded = np.append(np.sort(p)[::-1], np.full(budget + 1, -1.0))
    last, behind = padded[budget - 1], padded[budget]
    return [
        pays,
        half,
        half & best,
        best,
        p * value >= cost,
        (p * value >= cost) & best,
        _by_rank(p, budget, lowest=True),
        _by_rank(p, budget, lowest=True) & pays,
        _by_rank(np.where(pays, p, np.inf), min(budget, int(pays.sum())), lowest=True),
        pays & (np.cumsum(pays) <= budget),
        pays & (p >= last),
        pays & (p > behind),
        pays & (p > last),
        p > cost,
        (p > cost) & best,
        p * cost > value,
        (p * cost > value) & best,
        pays & _by_rank(p, budget + 1),
        pays & _by_rank(p, budget - 1),
        np.ones(len(p), dtype=bool),
    ]


# 04.13 ----------------------------------------------------------------------------------------------------


def check_undo_undersampling(answer) -> None:
    """Raise Wrong that names the formula that gives the learner's numbers."""
    need_function(answer)
    p = np.array([0.05, 0.2, 0.5, 0.8, 0.97])
    for kept in (0.1, 0.25, 1.0, 0.03):
        got = _numbers(call(answer, p, kept), p)
        right = p / (p + (1 - p) / kept)
        if np.allclose(got, right, atol=1e-7):
            continue
        row = int(np.flatnonzero(~np.isclose(got, right, atol=1e-7))[0])
        shown = f"With kept = {kept} and p = {p[row]} the function gave {got[row]:.4g}; it must give {right[row]:.4f}. "
        odds = p / (1 - p)
        for wrong, why in [
            (p * kept, "p was multiplied by `kept`. That fits small p only, and p = 0.97 would become far too small: it is the *odds* that are multiplied."),
            (p / (p + (1 - p) * kept), "The direction is the other one: the probability became larger. The network saw too few non-buyers, so its p is too "
                                       "high. Each non-buyer stood for 1 / kept of them."),
            (p / kept, "p was divided by `kept`, and probabilities above 1 are the result. The network saw too few non-buyers: its p is too high."),
            (odds * kept, "These are odds. Go back to a probability: odds / (1 + odds)."),
            (p / (p + (1 - p)), "Nothing has changed: (1 − p) must be divided by `kept`."),
            (p, "Nothing has changed. The network saw only the share `kept` of the non-buyers, so its p is too high."),
            ((1 - p) / (p / kept + 1 - p), "This is a probability of *no* order, and of the other direction. The non-buyers were thinned out, so (1 − p) is divided by `kept`."),
            (1 - right, "This is the probability of *no* order: p belongs above the fraction line."),
            (p / (p + (1 - p) / (1 - kept)) if kept < 1 else p + 9, "`kept` is the share of the non-buyers that stayed, not the share that was taken out."),
            (kept * p / (kept * p + (1 - p) / kept), "`kept` is used twice: it belongs to the non-buyers alone, since all buyers were kept."),
            (p / (p + kept), "The part of the non-buyers is (1 − p) / kept."),
        ]:  # fmt: skip
            if np.allclose(got, wrong, atol=1e-7):
                raise Wrong(shown + why)
        raise Wrong(
            f"{shown}Count: of p buyers all stand in the table; each of the 1 − p non-buyers stands for 1 / kept of them. The share of the buyers among both is "
            "the true probability."
        )
    ends = np.array([0.0, 0.5, 1.0])
    with np.errstate(all="ignore"):
        got = _numbers(call(answer, ends, 0.1), ends)
    if not np.allclose(got, [0, 1 / 11, 1], atol=1e-6):
        raise Wrong(
            f"p = 0 and p = 1 must stay 0 and 1; they became {got[0]:g} and {got[2]:g}. Odds divide by 1 − p, which is 0 there: use p / (p + (1 − p) / kept)."
        )


def _numbers(got, p: np.ndarray) -> np.ndarray:
    if got is None:
        raise Wrong("The function returned None: end it with `return ...`.")
    try:
        got = np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        raise Wrong("Return an array of numbers, one for each p.") from None
    if got.shape != p.shape:
        raise Wrong(f"The result has the shape {got.shape}; it must be {p.shape}, one number for each p.")
    return got
