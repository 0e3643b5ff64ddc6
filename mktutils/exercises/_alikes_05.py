"""Checkers of lesson 05 for embeddings: look-alikes, and the precision of retrieval without the same product."""

import numpy as np

from mktutils.lesson import Wrong, call, need_function

# 05.11 ----------------------------------------------------------------------------------------------------


def _embeddings():
    """(embeddings, i, k): lengths differ much; in one table photo 4 has an identical twin."""
    for n, k, seed in [(30, 5, 1), (12, 11, 2), (200, 1, 3), (60, 8, 4)]:
        rng = np.random.default_rng(500 + seed)
        table = rng.normal(size=(n, 6)) * rng.uniform(0.2, 5.0, (n, 1)) * [3.0, 1.0, 0.4, 1.0, 2.0, 0.5] + 0.3
        for i in (4, n - 1):
            yield table, i, k
    twins = np.round(table, 3)
    twins[[2, 4, 11]] = twins[4]
    yield twins, 4, 4
    yield twins, 11, 4


def unit(table: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return table / np.linalg.norm(table, axis=1, keepdims=True)


def _nearest(score: np.ndarray, i: int, k: int, itself: bool = False) -> np.ndarray:
    """The k rows with the highest score, the best first."""
    score = score.astype(float).copy()
    if not itself:
        score[i] = -np.inf
    return np.argsort(-score, kind="stable")[:k]


def _wrong_neighbours(table, i: int, k: int):
    cosine = unit(table) @ unit(table)[i]
    distance = np.linalg.norm(table - table[i], axis=1)
    normal = "The embeddings have different lengths. The cosine compares directions: divide each row by its length first."
    own = f"Photo {i} itself is on the list: nothing is more like it. Leave it out."
    yield _nearest(cosine, i, k, itself=True), own
    yield _nearest(cosine, i, k + 1, itself=True), f"{own} Then k photos are left."
    yield (
        _nearest(table @ table[i], i, k),
        f"These have the largest dot products, so long embeddings win. {normal}",
    )
    yield (
        _nearest(table @ table[i], i, k, itself=True),
        f"The dot product was used, so long embeddings win. {normal} Leave photo {i} itself out, too.",
    )
    yield _nearest(-distance, i, k), f"These have the smallest Euclidean distances. {normal}"
    yield (
        _nearest(-distance, i, k, itself=True),
        f"The Euclidean distance was used. {normal} Leave photo {i} itself out, too.",
    )
    yield (
        _nearest(-cosine, i, k),
        "These are the photos that are *least* like it. `np.argsort` sorts upwards: take `np.argsort(-cosine)`.",
    )
    yield (
        _nearest(cosine, i, k)[::-1],
        "The right photos, and the most similar one stands last. The best comes first.",
    )
    yield (
        np.sort(_nearest(cosine, i, k)),
        "The right photos, in the order of the table. The most similar one comes first.",
    )
    yield (
        _nearest(np.abs(cosine), i, k),
        "A cosine of −1 counts as much as one of 1: opposite embeddings are not alike. Leave the sign.",
    )
    if table.shape[0] > 1:
        columns = table / np.linalg.norm(table, axis=0)
        yield (
            _nearest(columns @ columns[i], i, k),
            "Each *column* was divided by its length. A photo is a row: `axis=1, keepdims=True`.",
        )
    yield (
        _nearest(table @ unit(table)[i], i, k),
        "Only the embedding of photo i was divided by its length. All rows need it.",
    )
    yield (
        _nearest(table.mean(axis=1) - table[i].mean(), i, k),
        "The means of the embeddings were compared; use the cosine.",
    )
    yield _nearest(cosine, i, k + 1)[1:], "The most similar photo is missing: photo i was left out twice."
    yield _nearest(cosine, i, k - 1), "There is one photo too few. Leave photo i out first, then take k."


def check_look_alikes(answer) -> None:
    """Raise Wrong that names the measure of likeness or the part of the list that differs."""
    need_function(answer)
    for table, i, k in _embeddings():
        cosine = unit(table) @ unit(table)[i]
        right = _nearest(cosine, i, k)
        got = call(answer, table, i, k)
        if got is None:
            raise Wrong("The function returned None: end it with `return ...`.")
        try:
            got = np.asarray(got)
        except ValueError:
            raise Wrong("Return an array of row numbers.") from None
        shown = f"`look_alikes` of photo {i} among {len(table)} with k = {k}"
        if got.ndim != 1 and got.size == k:
            raise Wrong(f"The result has the shape {got.shape}; it must be ({k},).")
        if got.ndim == 1 and got.dtype.kind == "f" and (got != np.round(got)).any():
            raise Wrong(
                "The result holds cosines or distances. Return the row numbers of the photos: `np.argsort` gives them."
            )
        if got.dtype.kind not in "iuf" or got.ndim != 1:
            raise Wrong(f"{shown} must return {k} row numbers; it returned an array of type {got.dtype} and shape {got.shape}.")  # fmt: skip
        got = got.astype(int)
        if got.size and (got.min() < 0 or got.max() >= len(table)):
            raise Wrong(f"The photos have the row numbers 0 to {len(table) - 1}; the result holds others.")
        good = len(got) == k == len(np.unique(got)) and i not in got
        if good and np.allclose(cosine[got], cosine[right], atol=1e-9):
            continue
        for wrong, why in _wrong_neighbours(table, i, k):
            if np.array_equal(got, wrong):
                raise Wrong(why)
        if i in got:
            twin = ""
            if (cosine > 1 - 1e-9).sum() > 1:
                twin = " It has twins with the same embedding here, so it need not stand first in the order: cutting off the first place does not always remove it."
            raise Wrong(f"{shown}: photo {i} itself is on the list.{twin}")
        if len(got) != k:
            raise Wrong(f"{shown} returned {len(got)} row numbers; it must return {k}.")
        raise Wrong(
            f"{shown}: the first of the list has the cosine {cosine[got[0]]:.3f}, the most similar photo has {cosine[right[0]]:.3f}. "
            f"{'Some photos are on the list twice. ' if len(np.unique(got)) < k else ''}Divide each row by its length, multiply by row i, and sort downwards."
        )


# 05.13 ----------------------------------------------------------------------------------------------------


def _photos(n_products: int, per_product: tuple[int, int], seed: int):
    """(embeddings, category, product): photos of one product lie close together, those of a category less so."""
    rng = np.random.default_rng(seed)
    product = np.repeat(np.arange(n_products), rng.integers(*per_product, n_products))
    product = rng.permutation(product)
    centre = rng.normal(size=(4, 8))
    of_product = rng.integers(0, 4, n_products)
    style = 0.9 * rng.normal(size=(n_products, 8))
    table = centre[of_product][product] + style[product] + 0.3 * rng.normal(size=(len(product), 8))
    wrong = rng.random(len(product)) < 0.08  # some photos are filed under another category
    category = np.where(wrong, rng.integers(0, 4, len(product)), of_product[product])
    names = np.char.add("P", product.astype(str))
    return table * rng.uniform(0.5, 2.0, (len(product), 1)), category, names


def _precision(table, category, hidden, k: int, similarity=None, mean=np.mean) -> float:
    """The share of the right category among the k nearest, where `hidden` (n, n) marks what does not count."""
    similarity = unit(table) @ unit(table).T if similarity is None else similarity
    nearest = np.argsort(-np.where(hidden, -np.inf, similarity), axis=1, kind="stable")[:, :k]
    return float(mean(category[nearest] == category[:, None]))


def _wrong_precisions(table, category, product, k: int):
    n = len(table)
    own, same = np.eye(n, dtype=bool), product[:, None] == product
    filed = category[:, None] == category
    right = _precision(table, category, same, k)
    similarity = unit(table) @ unit(table).T
    nearest = np.argsort(-np.where(own, -np.inf, similarity), axis=1)[:, :k]
    left = np.take_along_axis(~same, nearest, axis=1)
    hit = category[nearest] == category[:, None]
    leak = "A photo finds the other photos of its own product. They have its category for sure, and a new product has none of them: the precision is flattered. Hide all photos of the same product."
    after = "The same product was taken out *after* the k nearest had been chosen, so that fewer than k photos are left for some. Hide it in `similarity`, before `np.argsort`."
    yield _precision(table, category, own, k), f"Only the photo itself is hidden. {leak}"
    yield (
        _precision(table, category, own & False, k),
        f"Nothing is hidden: each photo finds itself first. {leak}",
    )
    yield hit[left].mean(), after
    yield (hit & left).mean(), f"{after} Here they also count as misses."
    with np.errstate(invalid="ignore"):
        yield (
            np.nanmean((hit & left).sum(axis=1) / np.where(left.any(axis=1), left.sum(axis=1), np.nan)),
            after,
        )
    yield (
        _precision(table, category, filed, k),
        "Photos of the same *category* are hidden, so that hits cannot be found. Hide those of the same *product*.",
    )
    yield (
        _precision(table, category, same, k, similarity=-similarity),
        "The *least* similar photos were taken. `np.argsort` sorts upwards: keep the minus.",
    )
    yield (
        _precision(table, category, same, k, similarity=table @ table.T),
        "The rows were not divided by their lengths, so long embeddings win.",
    )
    yield (
        _precision(table, category, same, k, mean=np.sum),
        "This is the number of hits. Precision is their share: `.mean()`.",
    )
    yield 100 * right, "This is in percent. Return a share between 0 and 1."
    yield 1 - right, "This is the share of misses."
    yield (
        _precision(table, category, same, k, mean=lambda h: h.any(axis=1).mean()),
        "This counts queries with at least one hit. Precision is the share of hits among all k places.",
    )
    yield (
        _precision(table, category, same, k, mean=lambda h: h[:, 0].mean()),
        "This looks at the first of the k places alone.",
    )


def check_precision_at(answer) -> None:
    """Raise Wrong that names which photos were hidden, and when."""
    need_function(answer)
    for n_products, per_product, k, seed in [(40, (3, 9), 5, 1), (25, (1, 12), 3, 2), (60, (2, 4), 1, 3)]:
        table, category, product = _photos(n_products, per_product, 560 + seed)
        got = call(answer, table, category, product, k)
        if got is None:
            raise Wrong("The function returned None: end it with `return ...`.")
        got = np.asarray(got, dtype=float)
        if got.shape == (len(table),):
            raise Wrong("The result has one number for each photo. Return their mean, one number.")
        if got.size != 1:
            raise Wrong("Return one number, the share of hits.")
        got = float(got.reshape(()))
        right = _precision(table, category, product[:, None] == product, k)
        if abs(got - right) < 1e-9:
            continue
        for wrong, why in _wrong_precisions(table, category, product, k):
            if np.isclose(got, wrong, atol=1e-9):
                raise Wrong(why)
        raise Wrong(
            f"With {len(table)} photos of {n_products} products and k = {k} the precision is {right:.4f}; the function gave {got:.4f}. Hide the photos of the same product in "
            "`similarity` with `-np.inf`, take the k nearest of the others, and compare their categories with the category of the query."
        )
