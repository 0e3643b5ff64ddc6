"""Checkers of lesson 04 for numbers that judge a model: paired difference and AUC."""

from itertools import product

import numpy as np

from mktutils.lesson import Wrong, call, need_function


def number(got, name: str, what: str) -> float:
    """The learner's result as one number."""
    if got is None:
        raise Wrong(f"`{name}` returned None: end it with `return ...`.")
    try:
        got = np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        got = np.array([])
    if got.size != 1:
        raise Wrong(f"`{name}` must return one number, {what}.")
    return float(got.reshape(()))


# 04.5 -----------------------------------------------------------------------------------------------------

RETURN_THREE = "`return mean, low, high`"


def _pairs(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Losses of two recipes: months and seeds differ much, the recipes little."""
    rng = np.random.default_rng(seed)
    level = 0.25 + 0.02 * rng.normal(size=n)
    return level + 0.004 + 0.003 * rng.normal(size=n), level


def _half_widths(a: np.ndarray, b: np.ndarray):
    """(half width of the interval, sentences): first the right one, then those with mistakes, the fewest first."""
    from scipy import stats

    d, n = a - b, len(a)
    deviations = [
        (d.std(ddof=1), ""),
        (d.std(ddof=0), "The standard deviation divides by n; for a sample it divides by n − 1: `ddof=1`. "),
        (
            np.sqrt(a.var(ddof=1) + b.var(ddof=1)),
            "The interval is as wide as for two *unpaired* groups. Position i of both arrays is the same month and seed: take the differences first, and their "
            "standard deviation; then what months do to both recipes falls away. ",
        ),
        (
            np.sqrt(a.var() + b.var()),
            "The interval belongs to two *unpaired* groups: take the differences first. ",
        ),
    ]
    roots = [
        (np.sqrt(n), ""),
        (1.0, "The √n is missing: the standard error of a mean is the standard deviation divided by √n. "),
        (n, "The standard deviation was divided by n; the standard error divides it by √n. "),
        (
            np.sqrt(n - 1),
            "It is divided by √(n − 1); the standard error divides by √n, and `ddof=1` is enough. ",
        ),
    ]
    quantiles = [
        (stats.t.ppf(0.975, n - 1), ""),
        (
            1.96,
            f"1.96 is the factor for many pairs. With {n} pairs the spread itself is uncertain, and the factor of the t-distribution is "
            f"{stats.t.ppf(0.975, n - 1):.2f}. ",
        ),
        (
            stats.t.ppf(0.95, n - 1),
            "This is a 90 % interval: 2.5 % must lie on each side, so ask for the point 0.975. ",
        ),
        (stats.t.ppf(0.975, n), "n pairs leave n − 1 degrees of freedom. "),
        (
            stats.t.ppf(0.975, 4),
            f"2.776 is the factor for 5 pairs, and these are {n}: `stats.t.ppf(0.975, n - 1)`. ",
        ),
        (
            stats.t.ppf(0.975, 2 * n - 2),
            "Two times n − 1 degrees of freedom belong to unpaired groups; n pairs have n − 1. ",
        ),
        (
            1.0,
            "The factor of the t-distribution is missing: one standard error on each side holds much less than 95 %. ",
        ),
        (stats.norm.ppf(0.95), "This is a 90 % interval of the normal distribution. "),
    ]
    made = [
        (deviation / root * quantile, [s for s in (s1, s2, s3) if s])
        for (deviation, s1), (root, s2), (quantile, s3) in product(deviations, roots, quantiles)
    ]
    return sorted(made, key=lambda pair: len(pair[1]))


def check_paired_difference(answer) -> None:
    """Raise Wrong that names the part of the interval that differs."""
    need_function(answer)
    for n, seed in [(5, 1), (12, 3), (2, 2), (40, 4)]:
        a, b = _pairs(n, seed)
        got = call(answer, a, b)
        if got is None:
            raise Wrong(f"The function returned None: end it with {RETURN_THREE}.")
        try:
            got = np.asarray([float(np.asarray(part).reshape(())) for part in got])
        except (TypeError, ValueError):
            raise Wrong(f"Return three numbers: {RETURN_THREE}.") from None
        if len(got) != 3:
            raise Wrong(f"The function returned {len(got)} numbers. It must return three: {RETURN_THREE}.")
        if not np.isfinite(got).all():
            raise Wrong(f"With {n} pairs one of the three numbers is NaN or infinite.")
        _explain_interval(a, b, *got)


def _explain_interval(a, b, mean, low, high) -> None:
    right, half = float((a - b).mean()), _half_widths(a, b)[0][0]
    if np.isclose(mean, right) and np.allclose([mean - low, high - mean], half, rtol=5e-4):
        return
    if np.isclose(mean, -right):
        raise Wrong(
            "The sign is the other one: the mean of `a - b` is asked for. A positive number says that recipe a has the higher loss, so b is better."
        )
    if np.isclose(mean, right - half, rtol=5e-4) and np.isclose(low, right):
        raise Wrong(
            f"The order is another one: first the mean, then the lower and the upper end, {RETURN_THREE}."
        )
    if np.isclose(mean, right) and np.isclose(low, right + half, rtol=5e-4):
        raise Wrong(f"The upper end stands before the lower one: {RETURN_THREE}.")
    if np.isclose(mean, right) and np.allclose([low, high], [-half, half], rtol=5e-4):
        raise Wrong("The interval lies around 0. Put it around the mean: `mean - half` and `mean + half`.")
    if not np.isclose(mean, right):
        raise Wrong(
            f"The first number is {mean:.5f}; the mean of the {len(a)} differences `a - b` is {right:.5f}."
        )
    if not np.isclose(high - mean, mean - low):
        raise Wrong("The interval must reach as far below the mean as above it.")
    for width, sentences in _half_widths(a, b)[1:]:
        if np.isclose(high - mean, width, rtol=5e-4):
            raise Wrong(
                f"The mean is right, the interval is not: ± {high - mean:.5f} with {len(a)} pairs; it must be ± {half:.5f}. {''.join(sentences).strip()}"
            )
    raise Wrong(
        f"The mean is right, the interval is not: ± {high - mean:.5f} with {len(a)} pairs; it must be ± {half:.5f}. It is t · s / √n: s is the standard "
        "deviation of the differences (`ddof=1`), t is `stats.t.ppf(0.975, n - 1)`."
    )


# 04.9 -----------------------------------------------------------------------------------------------------


def _wins_ties_pairs(y, score) -> tuple[float, float, int]:
    buyers, others = score[y == 1], score[y == 0]
    wins = sum(int((buyer > others).sum()) for buyer in buyers)
    ties = sum(int((buyer == others).sum()) for buyer in buyers)
    return wins, ties, len(buyers) * len(others)


def _auc_cases():
    rng = np.random.default_rng(9)
    yield np.array([1, 0, 1, 0, 0]), np.array([0.9, 0.2, 0.4, 0.6, 0.1])
    yield np.array([0, 1, 0, 1, 0, 0]), np.array([0.3, 0.3, 0.1, 0.8, 0.8, 0.3])  # ties
    yield np.array([0, 1, 0, 1, 0]), np.full(5, 0.1)  # a constant
    yield np.array([0, 0, 0, 1, 1]), np.array([-3.0, -2.5, 0.0, 2.0, 7.0])  # logits
    y = (rng.random(2000) < 0.1).astype(int)
    yield y, np.round(0.1 + 0.05 * y + 0.1 * rng.random(2000), 2)


def _miscounts(y, score):
    """Values of wrong ways to count, with what to do about each."""
    wins, ties, pairs = _wins_ties_pairs(y, score)
    n, won = len(y), wins + ties / 2
    turned = "The comparison is the other way round: a pair counts when the *buyer* has the higher score."
    only = "Only pairs of one buyer and one non-buyer count: buyers times non-buyers."
    accuracy = "This is the accuracy at the threshold 0.5. The AUC has no threshold: it compares buyers with non-buyers."
    yield wins / pairs, "Pairs with equal scores count 0 here; each of them counts one half."
    yield (wins + ties) / pairs, "Pairs with equal scores count 1 here (`>=`); each of them counts one half."
    yield 1 - won / pairs, turned
    yield (pairs - wins - ties) / pairs, f"{turned} A tie counts one half."
    yield (pairs - wins) / pairs, f"{turned} A tie counts one half."
    yield won, "This is the number of pairs. Divide by all pairs: buyers times non-buyers."
    yield (
        wins,
        "This is the number of pairs won. Add half of the ties, and divide by all pairs: buyers times non-buyers.",
    )
    yield won / (n * (n - 1) / 2), f"Divided by all pairs of rows. {only}"
    yield won / n**2, f"Divided by n². {only}"
    yield ((score > 0.5) == (y == 1)).mean(), accuracy
    yield ((score >= 0.5) == (y == 1)).mean(), accuracy
    yield (
        2 * won / pairs - 1,
        "This is 2 · AUC − 1, known as the Gini coefficient. The share of the pairs itself is asked for.",
    )
    yield 100 * won / pairs, "This is in percent. A share lies between 0 and 1."


def check_auc_by_pairs(answer) -> None:
    """Raise Wrong that names how the pairs were counted."""
    need_function(answer)
    cases = list(_auc_cases())
    name = "auc_by_pairs(y, score)"
    given = [number(call(answer, *case), name, "the share of the pairs") for case in cases]
    for (y, score), got in zip(cases, given, strict=True):
        wins, ties, pairs = _wins_ties_pairs(y, score)
        right, n = (wins + ties / 2) / pairs, len(y)
        if np.isclose(got, right, atol=1e-6):
            continue
        rows = (
            f"`y = {y.tolist()}`, `score = {score.tolist()}`"
            if n < 10
            else f"{n:,} rows, some with equal scores,"
        )
        shown = f"With {rows} the function gave {got:.4g}; it must give {right:.4g}. "
        if not np.isfinite(got):
            raise Wrong(f"{shown}Was there a division by 0? The number of pairs is buyers times non-buyers.")
        for faults in zip(*(_miscounts(*case) for case in cases), strict=True):
            if np.allclose(given, [value for value, _ in faults], atol=1e-6):
                raise Wrong(shown + faults[0][1])
        raise Wrong(
            f"{shown}There are {pairs:,} pairs; in {wins:,} of them the buyer has the higher score, and {ties:,} are ties."
        )
