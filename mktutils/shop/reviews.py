"""Short product reviews: the text follows from clauses of known sentiment, the rating from the text."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mktutils.shop.phrases import CHINESE, ENGLISH, FILLER, ZH_FILLER, Clause, Pick

if TYPE_CHECKING:
    from mktutils.shop.world import World

N_ENGLISH, N_CHINESE = 5_600, 400
TYPO = 0.02  # chance per word of five or more letters
STEEPNESS = 2.2
CUTS = np.array([-2.6, -1.1, 0.3, 2.1])  # sentiment x STEEPNESS that a rating of 2, 3, 4, 5 needs
MISTAKE = 0.02  # share of ratings that have nothing to do with the text


def rating_probability(sentiment: np.ndarray) -> np.ndarray:
    """P(rating = 1 ... 5 | sentiment of the text): an ordered logit, and a few stars given by mistake.

    Shape (n, 5); each row sums to 1.

    >>> rating_probability(np.array([0.0])).round(2).tolist()
    [[0.07, 0.18, 0.32, 0.31, 0.11]]
    """
    at_least = 1.0 / (1.0 + np.exp(CUTS - STEEPNESS * np.asarray(sentiment)[:, None]))
    n = len(at_least)
    edges = np.concatenate([np.ones((n, 1)), at_least, np.zeros((n, 1))], axis=1)
    return (1.0 - MISTAKE) * (edges[:, :-1] - edges[:, 1:]) + MISTAKE / 5


def _pair(pick: Pick, kinds: list, category: str, mood: int, *, chinese: bool) -> Clause:
    """One sentence. The clause after "but" counts three times as much as the one before."""
    main = pick(kinds)(pick, category, mood)
    shape = pick([*["one"] * 5, *["and"] * 2, *["but"] * 3, "although", "though"])
    if shape == "one":
        return main
    other = pick(kinds)(pick, category, mood if shape == "and" else -mood)
    if shape == "and":
        return f"{main[0]}{'，而且' if chinese else ' and '}{other[0]}", 0.6 * (main[1] + other[1])
    value = 1.2 * main[1] + 0.4 * other[1]
    if shape == "but":
        return f"{other[0]}{'，但是' if chinese else ', but '}{main[0]}", value
    if shape == "although":
        return (f"虽然{other[0]}，不过{main[0]}" if chinese else f"although {other[0]}, {main[0]}"), value
    return (f"{main[0]}，虽然{other[0]}" if chinese else f"{main[0]}, although {other[0]}"), value


def _write(pick: Pick, category: str, mood: int, *, chinese: bool) -> Clause:
    """One review and its sentiment."""
    kinds, filler = (CHINESE, ZH_FILLER) if chinese else (ENGLISH, FILLER)
    sentences = [_pair(pick, kinds, category, mood, chinese=chinese)]
    if pick(range(4)) == 0:
        sign = mood if pick(range(10)) < 7 else -mood
        sentences.append(pick(kinds)(pick, category, sign))
    value = sum(v for _, v in sentences)
    end, gap = ("。", "") if chinese else (".", " ")
    texts = [text[0].upper() + text[1:] + end for text, _ in sentences]
    words = sum(len(t.split()) for t in texts)
    if pick(range(2)) == 0 or (not chinese and words < 5):
        texts.insert(pick([0, len(texts)]), pick(filler))
    return gap.join(texts), value


def _typo(word: str, u: float) -> str:
    """Swap two letters, or lose one, inside a word."""
    at = 1 + int(u * (len(word) - 3))
    return (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if u * 1000 % 1 < 0.6
        else word[:at] + word[at + 1 :]
    )


def _buyers(world: "World", rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Draw n purchases that are reviewed, 3 to 30 days later, in order of time."""
    orders = world.simulation["orders"]
    lag = rng.integers(3, 31, len(orders)).astype("timedelta64[D]")
    day = orders["order_date"].to_numpy(dtype="datetime64[D]") + lag
    known = orders["customer_id"].notna().to_numpy() & (day <= np.datetime64("2025-10-31"))
    rows = rng.permutation(np.flatnonzero(known))[:n]
    chosen = orders[["product_id", "customer_id"]].iloc[rows].assign(date=np.datetime_as_string(day[rows]))
    return chosen.sort_values(["date", "customer_id", "product_id"], kind="stable", ignore_index=True)


def make_reviews(world: "World") -> dict[str, pd.DataFrame]:
    """Write all reviews: `reviews.csv` and `truth/reviews.csv.gz`."""
    rng = world.rng("reviews")
    n = N_ENGLISH + N_CHINESE
    table = _buyers(world, rng, n)
    category = world.products.set_index("product_id")["category"].loc[table["product_id"]].to_numpy()
    place = pd.Index(world.products["product_id"]).get_indexer(table["product_id"])
    quality = 0.7 * rng.standard_normal(len(world.products))[place]
    contentment = world.customers.set_index("customer_id")["contentment"].loc[table["customer_id"]].to_numpy()
    p_happy = 1.0 / (1.0 + np.exp(-(0.45 + quality + 0.25 * (contentment - 7.0))))
    mood = np.where(rng.random(n) < p_happy, 1, -1)
    chinese = np.zeros(n, dtype=bool)
    chinese[rng.permutation(n)[:N_CHINESE]] = True

    draws = rng.random((n, 80))
    slips = rng.random((n, 60, 2))
    texts, sentiment = [], np.empty(n)
    for i in range(n):
        stream = iter(draws[i].tolist())

        def pick(items, stream=stream):
            return items[int(next(stream) * len(items))]

        text, sentiment[i] = _write(pick, category[i], int(mood[i]), chinese=bool(chinese[i]))
        if not chinese[i]:
            words = text.split(" ")
            slip = slips[i].tolist()
            text = " ".join(
                _typo(w, slip[k][1]) if slip[k][0] < TYPO and len(w) >= 5 and w.isalpha() else w
                for k, w in enumerate(words)
            )
        texts.append(text)

    sentiment = sentiment.round(4)
    prob = rating_probability(sentiment)
    rating = 1 + (np.cumsum(prob, axis=1)[:, :4] < rng.random(n)[:, None]).sum(axis=1)
    review_id = [f"R{i:05d}" for i in range(1, n + 1)]
    table.insert(0, "review_id", review_id)
    table["rating"] = rating
    table["language"] = np.where(chinese, "zh", "en")
    table["text"] = texts
    truth = pd.DataFrame(
        {"review_id": review_id, "p_positive": prob[:, 3:].sum(axis=1).round(6), "sentiment": sentiment}
    )
    return {"reviews.csv": table, "truth/reviews.csv.gz": truth}
