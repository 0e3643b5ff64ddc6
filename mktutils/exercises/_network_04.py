"""Checkers of lesson 04 for the inputs of a network, and for the choice of treatment and model."""

import numpy as np

from mktutils.exercises._training_03 import _dictionary
from mktutils.lesson import Wrong, call, need_function

CASES = [  # values, edges
    ([-5.0, 0.0, 5.0, 10.0, 20.0, 30.0, 65.0, 100.0, 250.0], [0.0, 10.0, 30.0, 100.0]),
    ([-3.0, -1.0, 0.25, 0.75, 7.5, 60.0], [-2.0, 0.5, 3.0, 4.0, 50.0]),
    ([4, 0, 9, 3], [1, 3, 8]),  # whole numbers
    ([2.0, 11.0], [1.0, 9.0]),
]


ONE_HOT = (
    "This is a 1 for the bin in which the value lies (one-hot). Two values at both ends of a bin look the same then, and the order of "
    "the bins is lost. A slot says *how far* the value has come through it, and the slots before it are full."
)


def _slots(x: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """How far x has come through each slot, without a limit: 0 at its left edge, 1 at its right edge."""
    return (x[:, None] - edges[:-1]) / np.diff(edges)


def _faults(x: np.ndarray, edges: np.ndarray):
    free, width = _slots(x, edges), np.diff(edges)
    right = np.clip(free, 0, 1)
    begun = free >= 0
    yield (
        right.astype(x.dtype),
        "The fractions are lost when `x` holds whole numbers: make the result an array of floats, such as `np.zeros((n, k))`.",
    )
    first, last = np.arange(len(width)) == 0, np.arange(len(width)) == len(width) - 1
    yield free, "The cut is missing: a slot must not go below 0 or above 1. Use `np.clip(..., 0, 1)`."
    yield (
        np.maximum(free, 0),
        "The cut at 1 is missing: a value beyond the right edge of a slot must give 1 there, not more.",
    )
    yield (
        np.minimum(free, 1),
        "The cut at 0 is missing: a value before the left edge of a slot must give 0 there, not a negative number.",
    )
    ends = np.where(first, np.minimum(free, 1), np.where(last, np.maximum(free, 0), right))
    yield (
        ends,
        "Values outside all edges are not cut. Below the first edge all slots are 0, above the last edge all are 1.",
    )
    for inside in ((free >= 0) & (free < 1), (free > 0) & (free <= 1)):
        yield inside, ONE_HOT
        yield (
            np.where(inside, free, 0),
            "Only the slot in which the value lies is filled. The slots to its left must be 1: the value has passed all of them.",
        )
    for steps in (begun, free > 0, free >= 1, free > 1):
        yield (
            steps,
            "The slots are 0 or 1, without a fraction. Inside its slot a value gets (x − left edge) / width of the slot.",
        )
    yield (
        np.clip(x[:, None] - edges[:-1], 0, width),
        "The width is missing: divide x − e_j by e_{j+1} − e_j, so that each full slot is 1.",
    )
    yield (
        np.clip(x[:, None] - edges[:-1], 0, 1),
        "The width is missing: divide x − e_j by e_{j+1} − e_j *before* the cut.",
    )
    yield (
        np.clip((x[:, None] - edges[:-1]) / (edges[-1] - edges[0]), 0, 1),
        "Each slot was divided by the width of the whole range. Divide by the width of the slot: `np.diff(edges)`.",
    )
    yield (
        np.clip((x[:, None] - edges[:-1]) / np.where(edges[1:] == 0, np.inf, edges[1:]), 0, 1),
        "Each slot was divided by its right edge. Divide by its width, right edge minus left edge: `np.diff(edges)`.",
    )
    yield (
        1 - right,
        "The direction is the other one: a slot is 0 before its left edge and 1 after its right edge.",
    )
    yield (
        right[:, ::-1],
        "The order of the slots is turned round: slot 0 lies between the first two edges.",
    )


def _table(answer, x: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The learner's array, of shape (n, k)."""
    n, k = len(x), len(edges) - 1
    try:
        got = call(answer, x, edges)
    except ValueError as e:
        if f"could not be broadcast together with shapes ({n},) ({k},)" not in str(e):
            raise
        raise Wrong(
            f"NumPy cannot pair the shapes ({n},) and ({k},), values and slots. Turn `x` into a column, `x[:, None]` of shape ({n}, 1): with "
            f"({k},) it gives a table of shape ({n}, {k})."
        ) from None
    if got is None:
        raise Wrong("The function returned None: end it with `return ...`.")
    shown = f"`piecewise_linear(x, edges)` with n = {n} values and the {k + 1} edges {edges.tolist()}"
    try:
        got = np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        raise Wrong("Return one array of numbers, of shape (n, k).") from None
    if got.shape == (k, n) and k != n:
        raise Wrong(f"{shown} has the shape {got.shape}; rows are values, columns are slots: {(n, k)}.")
    if got.shape == (n, k + 1):
        raise Wrong(
            f"{shown} has {k + 1} columns. A slot lies *between* two edges: {k + 1} edges make {k} slots."
        )
    if got.shape == (n,) or got.shape == (n, 1) != (n, k):
        raise Wrong(
            f"{shown} gave one number for each value, shape {got.shape}. Each value gets {k} numbers, one for each slot."
        )
    if got.shape != (n, k):
        raise Wrong(f"{shown} has the shape {got.shape}; it must be {(n, k)}.")
    return got


def check_piecewise_linear(answer) -> None:
    """Raise Wrong with the planted mistake that gives the learner's numbers in all cases."""
    need_function(answer)
    cases = [(np.array(values), np.array(edges)) for values, edges in CASES]
    given = [_table(answer, x, edges) for x, edges in cases]
    rights = [np.clip(_slots(x, edges), 0, 1) for x, edges in cases]
    if all(_same(got, right) for got, right in zip(given, rights, strict=True)):
        return
    for faults in zip(*(_faults(x, edges) for x, edges in cases), strict=True):
        if all(_same(got, wrong) for got, (wrong, _) in zip(given, faults, strict=True)):
            raise Wrong(faults[0][1])
    if all(np.isin(got, [0, 1]).all() and (got.sum(axis=1) <= 1).all() for got in given):
        raise Wrong(ONE_HOT)
    for (x, edges), got, right in zip(cases, given, rights, strict=True):
        for row in np.flatnonzero(~np.isclose(got, right, atol=1e-6).all(axis=1)):
            raise Wrong(
                f"With the edges {edges.tolist()} the value {x[row]} gave {np.round(got[row], 3).tolist()}; it must give "
                f"{np.round(right[row], 3).tolist()}."
            )


def _same(one, other) -> bool:
    return np.allclose(one, other, atol=1e-6)


QUANTILES, EMBED = "quantiles or a logarithm", "an embedding"
FLAG, UNKNOWN = "a flag beside the filled value", "the code kept for the unknown"
SPEND, CITY = "spend in euros, a few very large", "city, 52 levels"
SATISFACTION, CHANNEL = (
    "satisfaction, a third missing",
    "a channel that appears for the first time at scoring",
)
_TREATMENT = {
    SPEND: (
        QUANTILES,
        "A few customers with a very large spend stretch the scale: standardised, all others lie close together. What gives small and large values their "
        "own room?",
    ),
    CITY: (
        EMBED,
        "A city has no order and many levels. Which treatment lets the network learn a few numbers for each level?",
    ),
    SATISFACTION: (
        FLAG,
        "A third of the customers gave no answer, and that may say something. The network needs a number, and a second input that says that it is not real.",
    ),
    CHANNEL: (
        UNKNOWN,
        "The network has learnt no numbers for this channel, and scoring must not stop. Which code was set aside for such levels?",
    ),
}
_NOT_THIS = {
    (CITY, QUANTILES): "Quantiles and logarithms need *more* and *less*; a city has neither. ",
    (
        CITY,
        UNKNOWN,
    ): "Nearly all of these cities stand in the training rows; the code for the unknown would make them all equal. ",
    (
        SPEND,
        EMBED,
    ): "An embedding has a row of numbers for each level, and almost each amount of euros would be a level of its own. ",
    (SPEND, UNKNOWN): "A large spend is known, and it is real. ",
    (SPEND, FLAG): "No spend is missing here; a flag would say nothing about its size. ",
    (SATISFACTION, QUANTILES): "A missing value has no quantile and no logarithm. ",
    (
        CHANNEL,
        EMBED,
    ): "The embedding has no row for this channel: it learnt one for each level of the training rows. ",
    (CHANNEL, FLAG): "Nothing is missing: the channel is written there, and no training row had it. ",
}


def choice(options: list[str], sentence, right: dict[str, str]):
    """Make the checker of a question with one right option for each key; `sentence(key, option)` says why not.

    The tests of the notebooks know the format of an exercise by the name of this function.
    """

    def check(answer) -> None:
        answer = _dictionary(answer, list(right), options)
        for key, option in right.items():
            if answer[key] != option:
                raise Wrong(f"*{key}*: {sentence(key, answer[key])}")

    return check


check_treatment = choice(
    [QUANTILES, EMBED, FLAG, UNKNOWN],
    lambda column, given: _NOT_THIS.get((column, given), "") + _TREATMENT[column][1],
    {column: right for column, (right, _) in _TREATMENT.items()},
)


TREES, NETWORK, LOGISTIC = "boosted trees", "network", "logistic regression"
TABLE, PHOTO, PRODUCTS, AUDITOR = (
    "12,000 rows, 20 columns, one score a month",
    "product photo and text beside the columns",
    "a category column with 50,000 products shared with a recommender",
    "an auditor wants one line per reason",
)
_MODELS = {
    TABLE: (
        TREES,
        {
            NETWORK: "A network can come close on such a table, after more work: scaling, embeddings, tuning, several members. Which model is strong on a "
            "plain table with its default settings, in seconds?",
            LOGISTIC: "A logistic regression is the baseline here. It draws one straight line for each column, unless somebody builds the bends and "
            "combinations by hand. Nobody asks for reasons here: take the model that finds them itself.",
        },
    ),
    PHOTO: (
        NETWORK,
        {
            TREES: "Trees ask about one column at a time, and a single pixel or a single word says little. Which model can read photo, text and columns "
            "together, trained as one?",
            LOGISTIC: "A weight for each pixel knows nothing of shapes. Which model can read photo, text and columns together, trained as one?",
        },
    ),
    PRODUCTS: (
        NETWORK,
        {
            TREES: "Trees split the 50,000 levels into groups, and nothing of it can be handed to another model. Which model learns a few numbers for each "
            "product that a recommender can use as well?",
            LOGISTIC: "50,000 columns of 0 and 1 give each product one weight, and similar products share nothing. Which model learns a few numbers for each "
            "product that a recommender can use as well?",
        },
    ),
    AUDITOR: (
        LOGISTIC,
        {
            TREES: "Hundreds of trees give no single line for each reason; an explanation has to be computed afterwards, and it is an approximation or a "
            "long calculation. Which model *is* a list of reasons with one weight each?",
            NETWORK: "In a network each reason passes through thousands of weights. Which model *is* a list of reasons with one weight each?",
        },
    ),
}


check_models = choice(
    [TREES, NETWORK, LOGISTIC],
    lambda situation, given: _MODELS[situation][1][given],
    {situation: right for situation, (right, _) in _MODELS.items()},
)
