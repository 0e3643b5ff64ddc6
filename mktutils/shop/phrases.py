"""The words and clauses of the reviews, in English and Chinese, each clause with its true sentiment.

A clause function takes `pick` (a seeded choice from a list), the product's category and the wanted sign,
+1 or -1, and returns (text, value). Many pairs of clauses share every word and differ in order only:
"this mug is better than my old one", "my old mug is better than this one".
"""

from collections.abc import Callable, Sequence

Pick = Callable[[Sequence], object]
Clause = tuple[str, float]

# (aspect, plural)
ASPECTS = [
    ("quality", False), ("design", False), ("colour", False), ("packaging", False), ("finish", False),
    ("material", False), ("customer service", False), ("instructions", True), ("details", True),
]  # fmt: skip
OWN_ASPECTS = {
    "backpack": [("straps", True), ("zip", False), ("pockets", True), ("lining", False)],
    "book": [("plot", False), ("ending", False), ("print", False), ("characters", True)],
    "bottle": [("lid", False), ("seal", False), ("grip", False), ("insulation", False)],
    "chair": [("seat", False), ("backrest", False), ("legs", True), ("assembly", False)],
    "headphones": [("sound", False), ("battery", False), ("cushions", True), ("microphone", False)],
    "lamp": [("light", False), ("switch", False), ("shade", False), ("cable", False)],
    "mug": [("handle", False), ("glaze", False), ("rim", False), ("weight", False)],
    "shoe": [("sole", False), ("fit", False), ("laces", True), ("heel", False)],
    "t-shirt": [("fabric", False), ("cut", False), ("seams", True), ("collar", False)],
    "watch": [("strap", False), ("dial", False), ("clasp", False), ("crown", False)],
}
GOOD = [("good", 0.9), ("great", 1.2), ("excellent", 1.4), ("lovely", 1.1), ("solid", 0.9), ("pleasant", 0.8)]
BAD = [
    ("bad", -1.0),
    ("poor", -1.1),
    ("awful", -1.5),
    ("terrible", -1.5),
    ("flimsy", -1.0),
    ("disappointing", -1.1),
]
STRONGER = [("", 1.0), ("", 1.0), ("very", 1.3), ("really", 1.25), ("extremely", 1.5), ("quite", 0.85)]
# The same word is good news about one thing and bad news about another.
DEPENDS = {
    +1: [
        "the price is low", "the quality is high", "the weight is low", "the comfort is high",
        "the parcel came quickly", "it lasts a long time", "it takes up little room",
        "the delivery was fast",
    ],
    -1: [
        "the price is high", "the quality is low", "the weight is high", "the comfort is low",
        "the colour faded quickly", "the delivery took a long time", "it gives little comfort",
        "it broke fast",
    ],
}  # fmt: skip
FILLER = [
    "I ordered it in spring.", "It was a gift for my brother.", "I chose the second one on the list.",
    "My neighbour finds every shop terrible.", "I had read great things about the brand.",
    "A friend who loves everything has the same one.", "I use it two or three times a week.",
    "The shop also sells other colours.", "My old one was lost on a trip.", "I am not an expert.",
    "I do not write reviews often.", "My sister says I am never happy.", "This is my second order here.",
    "There was no bad weather on the day it came.", "I needed one for the new flat.",
]  # fmt: skip


def _said(pick: Pick, category: str) -> tuple[str, str]:
    aspect, plural = pick(ASPECTS + 2 * OWN_ASPECTS[category])
    return f"the {aspect}", "are" if plural else "is"


def plain(pick: Pick, category: str, sign: int) -> Clause:
    """The straps are very good."""
    aspect, be = _said(pick, category)
    word, value = pick(GOOD if sign > 0 else BAD)
    much, factor = pick([("", 1.0), ("really", 1.25)] if abs(value) > 1.3 else STRONGER)
    return f"{aspect} {be} {much} {word}".replace("  ", " "), value * factor


def negated(pick: Pick, category: str, sign: int) -> Clause:
    """The straps are not bad at all; the straps are not very good."""
    aspect, be = _said(pick, category)
    word, value = pick(BAD if sign > 0 else GOOD)
    if sign > 0:
        end, factor = pick([("", 0.55), (" at all", 0.9)])
        return f"{aspect} {be} not {word}{end}", -value * factor
    much, factor = pick([("", 0.9), ("very ", 0.75), ("really ", 0.8), ("exactly ", 0.7)])
    return f"{aspect} {be} not {much}{word}", -value * factor


def extreme(pick: Pick, category: str, sign: int) -> Clause:
    """The straps could not be better; I have nothing bad to say about the straps."""
    aspect, _ = _said(pick, category)
    return pick(
        [
            (f"{aspect} could not be {'better' if sign > 0 else 'worse'}", 1.7 * sign),
            (f"I have nothing {'bad' if sign > 0 else 'good'} to say about {aspect}", 1.3 * sign),
            (f"I was {'never' if sign > 0 else 'always'} unhappy with {aspect}", 1.1 * sign),
        ]
    )


def compared(pick: Pick, category: str, sign: int) -> Clause:
    """This mug is better than my old one; my old mug is worse than this one."""
    word, this_first = pick([("better", True), ("better", False), ("worse", True), ("worse", False)])
    if (sign > 0) != ((word == "better") == this_first):
        word = "worse" if word == "better" else "better"
    thing = f"pair of {category.rstrip('s')}s" if category in ("headphones", "shoe") else category
    if this_first:
        return f"this {thing} is {word} than my old one", 1.2 * sign
    return f"my old {thing} is {word} than this one", 1.2 * sign


def expected(pick: Pick, category: str, sign: int) -> Clause:
    """I expected something poor and got something great, and the reverse."""
    (good, up), (bad, down) = pick(GOOD), pick(BAD)
    first, then = (bad, good) if sign > 0 else (good, bad)
    verb = pick(["got", "received", "found"])
    return f"I expected something {first} and {verb} something {then}", 0.6 * sign * (up - down)


def depends(pick: Pick, category: str, sign: int) -> Clause:
    """The price is low, the quality is low."""
    return pick(DEPENDS[sign]), 1.0 * sign


def verdict(pick: Pick, category: str, sign: int) -> Clause:
    """I would not hesitate to buy it again; I would hesitate to buy it again."""
    text = pick(
        ["I would not hesitate to buy it again", "I would buy it again", "I do not regret that I bought it"]
        if sign > 0
        else ["I would hesitate to buy it again", "I would not buy it again", "I regret that I bought it"]
    )
    return text, 1.3 * sign


ENGLISH = [*[plain] * 5, negated, negated, extreme, compared, expected, depends, verdict]

# Chinese: characters are the tokens; a small parallel grammar.
ZH_NAME = {
    "backpack": "背包", "book": "书", "bottle": "水瓶", "chair": "椅子", "headphones": "耳机",
    "lamp": "台灯", "mug": "杯子", "shoe": "鞋子", "t-shirt": "T恤", "watch": "手表",
}  # fmt: skip
ZH_ASPECTS = ["质量", "设计", "颜色", "包装", "做工", "材料", "客服", "手感", "细节"]
ZH_GOOD = [("好", 1.0), ("棒", 1.3), ("漂亮", 1.1), ("结实", 0.9), ("满意", 1.1)]
ZH_BAD = [("差", -1.1), ("糟糕", -1.5), ("难看", -1.1), ("粗糙", -1.0), ("失望", -1.2)]
ZH_FILLER = [
    "春天的时候下的单。",
    "是送给弟弟的礼物。",
    "朋友也买了同款。",
    "平时每周用两三次。",
    "第二次在这里买。",
]


def zh_plain(pick: Pick, category: str, sign: int) -> Clause:
    """质量很好."""
    (word, value), (much, factor) = (
        pick(ZH_GOOD if sign > 0 else ZH_BAD),
        pick([("很", 1.1), ("非常", 1.4), ("比较", 0.8)]),
    )
    return f"{pick(ZH_ASPECTS)}{much}{word}", value * factor


def zh_negated(pick: Pick, category: str, sign: int) -> Clause:
    """质量一点也不差; 质量不太好."""
    word, value = pick(ZH_BAD if sign > 0 else ZH_GOOD)
    return f"{pick(ZH_ASPECTS)}{'一点也不' if sign > 0 else '不太'}{word}", -0.8 * value


def zh_compared(pick: Pick, category: str, sign: int) -> Clause:
    """新杯子比旧杯子好; 旧杯子比新杯子好."""
    new, old = f"新{ZH_NAME[category]}", f"旧{ZH_NAME[category]}"
    return (f"{new}比{old}好" if sign > 0 else f"{old}比{new}好"), 1.2 * sign


def zh_depends(pick: Pick, category: str, sign: int) -> Clause:
    """价格很低, 质量很低."""
    return pick(
        ["价格很低", "性价比很高", "物流很快"] if sign > 0 else ["价格很高", "性价比很低", "坏得很快"]
    ), 1.0 * sign


CHINESE = [zh_plain, zh_plain, zh_negated, zh_compared, zh_depends]
