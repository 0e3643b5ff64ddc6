"""Checkers of lesson 05 for parts and lists of photos: a split by product, and which photos a clerk checks."""

import numpy as np

from mktutils.lesson import Wrong, call, need_function

# 05.7 -----------------------------------------------------------------------------------------------------


def _catalogues():
    """Arrays of product names or numbers, one for each photo, in different orders."""
    rng = np.random.default_rng(57)
    for n, kind in [(600, "text"), (400, "number"), (500, "sorted")]:
        product = np.repeat(np.arange(n), rng.integers(1, 13, n))
        if kind != "sorted":
            product = rng.permutation(product)
        yield (
            product * 7 + 11 if kind == "number" else np.char.add("P", np.char.zfill(product.astype(str), 4))
        )


def photo_mask(got, product_id: np.ndarray) -> np.ndarray:
    """The learner's result as a boolean array with one value for each photo."""
    n, products = len(product_id), len(np.unique(product_id))
    if got is None:
        raise Wrong("The function returned None: end it with `return ...`.")
    if isinstance(got, tuple):
        raise Wrong(
            "Return one boolean array, the mask of the test photos; the mask of the others is `~test`."
        )
    try:
        got = np.asarray(got)
    except ValueError:
        raise Wrong(f"Return a boolean array of shape ({n},), one value for each photo.") from None
    if got.shape == (products,) and products != n:
        raise Wrong(
            f"The result has {products} values, one for each *product*. There are {n} photos: pass the choice on to them, for example with `np.isin(product_id, chosen)`."
        )
    if got.dtype.kind in "iu" and got.shape == (n,) and np.isin(got, [0, 1]).all():
        raise Wrong("The result holds 0 and 1. As an index they mean *row 0* and *row 1*: return True and False, for example with `.astype(bool)`.")  # fmt: skip
    if got.dtype.kind in "US" or (got.dtype.kind in "iu" and np.isin(got, product_id).all()):
        raise Wrong(
            "The result holds the names of products. Return a boolean array with one value for each photo: `np.isin(product_id, chosen)`."
        )
    if got.dtype.kind in "iu" and got.ndim == 1:
        raise Wrong(
            "The result holds row numbers. Return a boolean array with one value for each photo, True for a test photo."
        )
    if got.dtype.kind != "b" or got.shape != (n,):
        raise Wrong(
            f"The result has the type {got.dtype} and the shape {got.shape}; it must be a boolean array of shape ({n},), one value for each photo."
        )
    return got


def check_split(answer) -> None:
    """Raise Wrong for products on both sides, a wrong share, and a draw that cannot be repeated."""
    need_function(answer)
    for product_id in _catalogues():
        masks = [photo_mask(call(answer, product_id, seed), product_id) for seed in (0, 1, 2, 0)]
        products = np.unique(product_id)
        for test in masks:
            in_test = np.isin(products, product_id[test])
            both = int((in_test & np.isin(products, product_id[~test])).sum())
            where = f"With {len(products)} products and {len(test):,} photos "
            if not test.any() or test.all():
                raise Wrong(f"{where}{'all' if test.all() else 'none'} of the photos are test photos.")
            if both == 1 and (np.diff(test.astype(int)) != 0).sum() <= 2:
                raise Wrong(
                    "One product stands on both sides: the rows were cut at a position, and the cut went through its photos. Choose products, not rows."
                )
            if both:
                raise Wrong(
                    f"{where}{both} products have photos on both sides: a photo is drawn, not a product. The network then meets a product of the test in training, under "
                    "another light. Draw a quarter of the *products*, and take all of their photos."
                )
            share = in_test.mean()
            if 0.65 < share < 0.85:
                raise Wrong(
                    f"{share:.0%} of the products are in the test: True and False are exchanged. True is a *test* photo."
                )
            if not 0.15 < share < 0.35:
                raise Wrong(
                    f"{where}{share:.0%} of the products are in the test; it must be about a quarter of them."
                )
        if not np.array_equal(masks[0], masks[3]):
            raise Wrong(
                "Two calls with the same seed gave two splits. Draw with `rng = np.random.default_rng(seed)`, made inside the function, and with nothing else."
            )
        if np.array_equal(masks[0], masks[1]) and np.array_equal(masks[0], masks[2]):
            raise Wrong(
                "The seeds 0, 1 and 2 give the same split: `seed` is not used, so the test products are always the same ones, for example the first of the list. Draw them with "
                "`rng = np.random.default_rng(seed)`."
            )


# 05.12 ----------------------------------------------------------------------------------------------------


def _suspects():
    """(p_wrong, cost, value, budget)"""
    p = np.array([0.02, 0.55, 0.31, 0.03, 0.92, 0.05, 0.12, 0.47])
    yield p, 0.5, 12.0, 3
    yield p, 0.5, 12.0, 100  # more checks than photos
    yield p, 6.0, 12.0, 5  # few checks pay
    yield p, 20.0, 12.0, 4  # no check pays
    yield p, 0.5, 12.0, 0
    yield np.array([0.5, 0.125, 0.25, 0.75, 0.125]), 1.0, 8.0, 5  # 0.125 · 8 is the cost
    yield np.array([0.4, 0.2, 0.4, 0.4, 0.05, 0.4]), 0.5, 12.0, 2  # equal values at the budget
    p = np.round(np.random.default_rng(512).beta(0.3, 4, size=2000), 3)
    yield p, 0.5, 12.0, 100
    yield p, 0.5, 12.0, 5000


def _best(p, chosen, budget: int) -> np.ndarray:
    """The chosen rows, the largest p first, at most `budget`."""
    rows = np.argsort(-p, kind="stable")
    return rows[chosen[rows]][: max(budget, 0)]


_PAYS = "A check pays when p_wrong · value is above its cost, and that begins far below 0.5."


def _wrong_lists(p, cost, value, budget):
    """(row numbers, sentence), each with one mistake."""
    pays, n = p * value > cost, len(p)
    everyone = np.ones(n, dtype=bool)
    padded = np.append(np.sort(p)[::-1], -1.0)
    yield (
        _best(p, pays, n),
        "The budget is missing: all checks that pay are on the list. Keep the first `budget` of them.",
    )
    yield _best(p, p > 0.5, budget), f"The threshold is 0.5. {_PAYS}"
    yield _best(p, p > 0.5, n), f"The threshold is 0.5, and the budget is missing. {_PAYS}"
    yield (
        _best(p, everyone, budget),
        "The cost is missing: the clerk uses the whole budget, also for photos whose check costs more than it is expected to bring.",
    )
    yield (
        _best(p, p * value >= cost, budget),
        "A check that is expected to bring exactly its cost brings nothing: p_wrong · value must be *above* the cost, `>`.",
    )
    yield _best(p, p > cost, budget), "`value` is missing: compare p_wrong · value with the cost."
    yield (
        _best(p, p * cost > value, budget),
        "`cost` and `value` are exchanged: a check pays when p_wrong · value > cost.",
    )
    yield (
        _best(p, (1 - p) * value > cost, budget),
        "1 − p_wrong was compared with the cost. `p_wrong` is already the probability that the filed category is wrong.",
    )
    yield (
        _best(-p, pays, budget),
        "The *least* suspicious photos come first. `np.argsort` sorts upwards: take `np.argsort(-p_wrong)`.",
    )
    yield (
        _best(-p, everyone, budget),
        "The *least* suspicious photos are chosen. `np.argsort` sorts upwards: take `np.argsort(-p_wrong)`.",
    )
    yield (
        _best(p, pays, budget)[::-1],
        "The right photos are on the list, the least suspicious of them first. The clerk begins at the top: turn the list round.",
    )
    yield (
        np.sort(_best(p, pays, budget)),
        "The right photos are on the list, in the order of the table. The clerk begins at the top: put the most suspicious photo first.",
    )
    yield (
        np.flatnonzero(pays)[:budget],
        "The first photos of the table are chosen. When the budget is short, the most suspicious ones come first.",
    )
    yield (
        np.flatnonzero(pays),
        "The budget is missing, and the list has the order of the table. Put the most suspicious photo first and keep the first `budget`.",
    )
    yield (
        _best(p, pays & (p >= padded[min(budget, n) - 1] if budget else pays), n),
        "Photos with the same p_wrong as the last one on the list are all on it, so there are more checks than the budget allows. Choose by rank, not by a threshold.",
    )
    yield (
        _best(p, pays & (p > padded[min(budget, n)]), budget),
        "Photos with the same p_wrong as the first one behind the list are all left out, so part of the budget is not used. Choose by rank, not by a threshold.",
    )
    yield _best(p, pays, budget - 1), "One check fewer than the budget allows."
    yield _best(p, pays, budget + 1), "One check more than the budget allows."


def _rows(got, n: int) -> np.ndarray:
    """The learner's list as row numbers."""
    if got is None:
        raise Wrong("The function returned None: end it with `return ...`.")
    try:
        got = np.asarray(got)
    except ValueError:
        raise Wrong("Return an array of row numbers.") from None
    if got.dtype.kind == "b" and got.shape == (n,):
        raise Wrong(
            "The result is a boolean array. A mask has no order, and the clerk begins at the top: return row numbers, the most suspicious photo first. `np.argsort(-p_wrong)` gives them."
        )
    if got.ndim != 1:
        raise Wrong(
            f"The result has the shape {got.shape}; return row numbers in an array with one dimension."
        )
    if not got.size:
        return np.array([], dtype=int)
    if got.dtype.kind == "f" and (got != np.round(got)).any():
        raise Wrong("The result holds probabilities. Return the row numbers of these photos.")
    if got.dtype.kind not in "iuf":
        raise Wrong(f"The result has the type {got.dtype}; return row numbers.")
    got = got.astype(int)
    if got.min() < 0 or got.max() >= n:
        raise Wrong(f"{n} photos have the row numbers 0 to {n - 1}; the result holds {got.min()} to {got.max()}.")  # fmt: skip
    if len(np.unique(got)) < len(got):
        raise Wrong("A photo stands on the list more than once.")
    return got


def check_checks(answer) -> None:
    """Raise Wrong that names the part of the decision that is missing."""
    need_function(answer)
    given = [(case, _rows(call(answer, *case), len(case[0]))) for case in _suspects()]
    for (p, cost, value, budget), got in given:
        right = _best(p, p * value > cost, budget)
        if np.array_equal(p[got], p[right]):
            continue
        table = (
            f"p_wrong = {p.tolist()}"
            if len(p) < 10
            else f"{len(p):,} photos, some of them with equal p_wrong"
        )
        shown = f"With {table}, cost={cost}, value={value} and budget={budget} the list has {len(got):,} photos and must have {len(right):,}. "
        real = [(case, rows, [wrong for wrong, _ in _wrong_lists(*case)]) for case, rows in given if case[3]]
        for k, (_, why) in enumerate(_wrong_lists(p, cost, value, budget)):
            if all(np.array_equal(case[0][rows], case[0][wrong[k]]) for case, rows, wrong in real):
                raise Wrong(shown + why)
        if len(got) > budget:
            zero = "`[-budget:]` is the whole list when budget is 0. " * (budget == 0)
            raise Wrong(f"{shown}That is more than the budget. {zero}".strip())
        if (p[got] * value <= cost).any():
            raise Wrong(
                f"{shown}Some of the checks do not bring more than they cost: p_wrong · value must be above the cost."
            )
        if (np.diff(p[got]) > 0).any():
            raise Wrong(f"{shown}The most suspicious photo must stand first, then the next one, and so on.")
        raise Wrong(
            f"{shown}First ask which checks pay (p_wrong · value > cost), then keep the `budget` most suspicious of those, the most suspicious first."
        )
