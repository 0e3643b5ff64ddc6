"""Checkers of lesson 06 for attention with a mask, and for recall and reciprocal rank of the next product."""

import numpy as np

from mktutils.exercises._recurrence_06 import explain, numbers
from mktutils.lesson import Wrong, call, need_function

# 06.10 ----------------------------------------------------------------------------------------------------


def _queries():
    """(Q, K, V, mask) with sizes that differ; one case has as many queries as steps, one has large numbers."""
    rng = np.random.default_rng(610)
    cases = [
        (3, 5, 4, 2, [1, 1, 0, 1, 0], 1),
        (4, 4, 3, 5, [0, 1, 1, 1], 1),
        (1, 6, 2, 3, [1] * 6, 1),
        (2, 3, 9, 1, [0, 0, 1], 1),
        (3, 4, 6, 2, [1, 0, 1, 1], 60),
    ]
    for m, s, d, v, mask, size in cases:
        Q, K, V = (rng.normal(size=shape) for shape in ((m, d), (s, d), (s, v)))
        yield size * Q, size * K, V, np.array(mask, dtype=bool)


def softmax(scores, axis: int = 1) -> np.ndarray:
    """Shares that add up to 1 along `axis`."""
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _hide(scores, mask, fill=-np.inf) -> np.ndarray:
    return np.where(mask[None, :], scores, fill)


def _wrong_attention(Q, K, V, mask):
    d, scores = Q.shape[1], Q @ K.T / np.sqrt(Q.shape[1])
    weights = softmax(_hide(scores, mask))
    unmasked = softmax(scores)
    root = "The scores are divided by √d, with d the number of columns of Q and K, `Q.shape[1]`."
    inside = "Set the scores of the missing steps to `-np.inf` *before* the softmax: e to this power is 0, and the others add up to 1."
    if not mask.all():
        yield unmasked @ V, f"The mask is not used: missing steps get weight, too. {inside}"
        yield (
            np.where(mask, unmasked, 0) @ V,
            f"The weights of the missing steps were set to 0 *after* the softmax, so the others no longer add up to 1. {inside}",
        )
        yield (
            softmax(_hide(scores, mask, 0.0)) @ V,
            f"The scores of the missing steps were set to 0. e to the power 0 is 1, so they still get weight. {inside}",
        )
        yield (
            softmax(_hide(scores, ~mask)) @ V,
            "The mask is turned round: True marks a step that exists, and the others get no weight.",
        )
        yield (
            weights @ np.where(mask[:, None], V, 0) * (softmax(scores) * mask).sum(axis=1, keepdims=True),
            f"The weights of the missing steps are lost and the rest does not add up to 1. {inside}",
        )
    yield softmax(_hide(scores * np.sqrt(d), mask)) @ V, f"The division is missing. {root}"
    yield softmax(_hide(scores / np.sqrt(d), mask)) @ V, f"The scores were divided by d. {root}"
    yield (
        softmax(_hide(scores * d, mask)) @ V,
        f"The scores were multiplied by √d. {root}",
    )
    for other in {len(K), V.shape[1], len(Q)} - {d}:
        yield softmax(_hide(scores * np.sqrt(d / other), mask)) @ V, f"√{other} is the wrong root. {root}"
    for late in (weights, softmax(_hide(scores * np.sqrt(d), mask))):
        yield (
            late / np.sqrt(d) @ V,
            f"The weights were divided by √d, after the softmax, so they do not add up to 1. {root}",
        )
    for hidden in (scores, np.where(mask[None, :], scores, -1e30)):
        with np.errstate(all="ignore"):
            columns = softmax(hidden, axis=0)
            yield (
                columns @ V,
                "The softmax runs over the wrong side: for each *query*, each row of the scores, the weights of the steps must add up to 1: `axis=1`.",
            )
            total = np.exp(hidden - hidden.max())
            yield (
                total / total.sum() @ V,
                "The weights of all queries together add up to 1. For each query, each row, they must add up to 1: `axis=1, keepdims=True`.",
            )
    yield weights, "These are the weights. The result is their product with V: `weights @ V`."
    yield _hide(scores, mask, 0.0) @ V, "The softmax is missing between the scores and V."
    yield (
        scores @ V,
        "The softmax is missing between the scores and V, and the mask, too.",
    )
    yield softmax(_hide(-scores, mask)) @ V, "The sign of the scores is turned round: alike means large."
    yield (
        np.tile(V[mask].mean(axis=0), (len(Q), 1)),
        "All steps got the same weight. The weights come from the scores, softmax of Q Kᵀ / √d.",
    )
    yield (
        np.sqrt(d) * weights @ V,
        "The result is √d times too large. The root belongs into the scores, as a divisor.",
    )


def check_attention(answer) -> None:
    """Raise Wrong that names the part of softmax(QKᵀ/√d)V, or the place of the mask."""
    need_function(answer)
    for Q, K, V, mask in _queries():
        (m, d), s = Q.shape, len(K)
        shown = f"`attention` with Q of shape {Q.shape}, K {K.shape}, V {V.shape} and the mask {mask.astype(int).tolist()}"
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                got = numbers(call(answer, Q, K, V, mask), "attention")
        except (ValueError, IndexError) as error:
            raise Wrong(
                f"{shown} ends in {type(error).__name__}: {error}. The scores `Q @ K.T` have the shape ({m}, {s}), one row for each query and one column for each step, and the mask has one value for each "
                "column: `scores[:, ~mask]`. The sum of each row needs `axis=1, keepdims=True`."
            ) from None
        if np.isnan(got).any() and np.abs(Q).max() > 50:
            raise Wrong(
                f"{shown} gives NaN, because the scores are in the thousands: e to the power of 1,000 is infinite for the computer, and e to the power of −1,000 is 0. Subtract the largest score of *each row*, "
                "after the mask was set and before `np.exp`; the shares stay the same."
            )
        right = softmax(_hide(Q @ K.T / np.sqrt(d), mask)) @ V
        otherwise = "Scores Q Kᵀ / √d, −∞ where the mask is False, softmax along each row, times V."
        explain(got, right, _wrong_attention(Q, K, V, mask), shown, otherwise)


# 06.12 ----------------------------------------------------------------------------------------------------


def _rankings():
    """(scores, target, k)"""
    rng = np.random.default_rng(612)
    first = np.array([
        [0.1, 0.7, 0.4, 0.2, 0.3],
        [0.5, 0.9, 0.6, 0.8, 0.7],
        [0.3, 0.2, 0.9, 0.1, 0.4],
        [0.6, 0.1, 0.2, 0.8, 0.3],
    ])  # fmt: skip
    yield first, np.array([1, 0, 2, 0]), 2  # no ties
    yield np.round(rng.normal(size=(60, 12)), 1), rng.integers(0, 12, 60), 4
    yield np.array([[1.0, 1.0, 1.0, 1.0, 1.0]] * 4), np.array([0, 2, 4, 1]), 3  # rank 3 for all
    yield np.array([[1.0, 1.0, 1.0, 1.0, 1.0]] * 4), np.array([0, 2, 4, 1]), 2
    yield rng.integers(0, 4, size=(200, 30)), rng.integers(0, 30, 200), 20
    yield rng.normal(size=(5, 9)), rng.integers(0, 9, 5), 1
    yield -rng.random((6, 8)), np.array([7, 0, 3, 3, 5, 1]), 8  # k is the number of products


def _ranks(scores, target, tie: float = 0.5) -> np.ndarray:
    """1 + products with a higher score + `tie` for each other product with the same score."""
    own = scores[np.arange(len(scores)), target][:, None]
    return 1 + (scores > own).sum(axis=1) + tie * ((scores == own).sum(axis=1) - 1)


def _measures(rank, k: int) -> tuple[float, float]:
    hit = rank <= k
    return hit.mean(), np.where(hit, 1 / rank, 0).mean()


def _wrong_measures(scores, target, k: int):
    rank = _ranks(scores, target)
    hit, (recall, mrr) = rank <= k, _measures(rank, k)
    half = "An equal score counts half a place: then a model that gives all products the same score gets the middle rank, as it deserves."
    yield _measures(_ranks(scores, target, 0), k), f"Products with the same score as the target do not count at all, as if it always came first. {half}"  # fmt: skip
    yield _measures(_ranks(scores, target, 1), k), f"Products with the same score as the target count as if all of them came before it. {half}"  # fmt: skip
    own = "The target itself has the same score as the target: leave it out of the ties. (Or was 1 added once too often?)"
    yield _measures(rank + 0.5, k), own
    yield _measures(rank + 1, k), f"All ranks are one too high. {own}"
    with np.errstate(divide="ignore"):
        zero = rank - 1
        yield (
            (float((zero <= k).mean()), float(np.where(zero <= k, 1 / zero, 0).mean())),
            "The ranks begin with 0. The best product has rank 1.",
        )
        yield (
            (float((zero < k).mean()), float(np.where(zero < k, 1 / zero, 0).mean())),
            "The recall is right; the reciprocal ranks are 1 / 0 for the best: the best product has rank 1.",
        )
    yield _measures(np.where(rank < k, rank, np.inf), k), "A target at rank k is a hit as well: `rank <= k`."
    yield (recall, (1 / rank).mean()), "The recall is right. MRR@k cuts as well: a target beyond rank k gives 0, not 1 / rank."  # fmt: skip
    if hit.any():
        yield (recall, (1 / rank[hit]).mean()), "The recall is right. The mean of the reciprocal ranks was taken over the hits alone. It runs over all rows, and a miss counts 0."  # fmt: skip
        yield (recall, 1 / rank[hit].mean()), "The recall is right. This is 1 / (mean rank); take the mean of 1 / rank."  # fmt: skip
    yield (recall, 1 / rank.mean()), "The recall is right. This is 1 / (mean rank); take the mean of 1 / rank, 0 beyond rank k."  # fmt: skip
    yield (recall, rank.mean()), "The recall is right. This is the mean rank; take the mean of 1 / rank, 0 beyond rank k."  # fmt: skip
    yield (recall, np.where(hit, 1 / rank, 0).sum()), "The recall is right. This is the sum of the reciprocal ranks; take the mean."  # fmt: skip
    yield (hit.sum(), mrr), "The first number is the count of the hits. Recall is their share of all rows."
    yield (hit.sum() / (k * len(rank)), mrr), "The hits were divided by k as well: that is precision. Each row has one target, so recall is the share of rows with a hit."  # fmt: skip
    yield (100 * recall, 100 * mrr), "These are percent. Return shares between 0 and 1."
    yield (mrr, recall), "The two numbers are exchanged: recall first, then MRR."
    down = _ranks(-scores, target)
    yield _measures(down, k), "The order is turned round: the product with the *highest* score has rank 1."
    order = np.argsort(-scores, axis=1, kind="stable")
    sorted_rank = (order == target[:, None]).argmax(axis=1) + 1
    yield _measures(sorted_rank, k), f"The ranks come from a sort, which breaks ties by the column number. {half}"  # fmt: skip
    yield _measures(order[np.arange(len(order)), target] + 1, k), "`np.argsort` gives the product at each place, not the place of each product. Count instead: how many scores of the row are higher than the target's?"  # fmt: skip


def check_recall_and_mrr(answer) -> None:
    """Raise Wrong that names how ties, the cut at k or the mean went wrong."""
    need_function(answer)
    cases = list(_rankings())
    for case, (scores, target, k) in enumerate(cases):
        got = call(answer, scores, target, k)
        if got is None:
            raise Wrong("The function returned None: end it with `return ...`.")
        try:
            got = np.asarray(got, dtype=float)
        except (TypeError, ValueError):
            got = np.empty(0)
        n = len(scores)
        if got.shape in {(2, n), (n, 2)} and n != 2:
            raise Wrong("The result has one pair for each row. Return the means over the rows, two numbers.")
        if got.size == 1:
            raise Wrong("The result is one number. Return two: `return recall, mrr`.")
        if got.shape != (2,):
            raise Wrong("Return two numbers: `return recall, mrr`.")
        rank = _ranks(scores, target)
        right = _measures(rank, k)
        if np.allclose(got, right, atol=1e-9):
            continue
        shown = f"With {n} rows, {scores.shape[1]} products and k = {k} the function gave ({got[0]:.4g}, {got[1]:.4g}); it must give ({right[0]:.4g}, {right[1]:.4g}). "
        if case == 0:
            shown = f"For scores = {scores.tolist()}, target = {target.tolist()} and k = {k} the function gave ({got[0]:.4g}, {got[1]:.4g}); it must give ({right[0]:.4g}, {right[1]:.4g}): the ranks are {rank.tolist()}. "
        for wrong, why in _wrong_measures(scores, target, k):
            if np.allclose(got, wrong, atol=1e-9, equal_nan=True):
                raise Wrong(shown + why)
        part = "The recall is right. " if np.isclose(got[0], right[0]) else ""
        raise Wrong(
            f"{shown}{part}Rank of the target: 1 + the number of higher scores in its row + half the number of *other* equal scores. A hit has rank ≤ k."
        )
