"""The questions of lesson 06: predict a state, a count, a gradient or a logit; choose a model."""

from math import log, tanh

from mktutils.exercises._network_04 import choice
from mktutils.lesson import Exercise, predict

# 06.7 -----------------------------------------------------------------------------------------------------

NEITHER, FIRST, BOTH = "neither pair", "the first pair only", "both pairs"
COUNTS, CONVOLUTION = "counts of the events", "1-D convolution of width 2, then the maximum over all places"
GRU, ATTENTION = "GRU", "self-attention without positions, then the mean"
_SEES = {
    COUNTS: (
        NEITHER,
        {
            FIRST: "In the first pair both visits have two views and one cart. Where do the counts differ?",
            BOTH: "Both visits of a pair have the same events, in another order. Counts know no order.",
        },
    ),
    CONVOLUTION: (
        FIRST,
        {
            NEITHER: "A window of width 2 reads two events in their order. In the first pair one visit has *view, cart* in it, the other one *cart, view*: a kernel can react to one of the two.",
            BOTH: "Write down all windows of two events in the second pair: *view cart*, *cart view*, *view view* in both visits. The maximum does not say where a window was found.",
        },
    ),
    GRU: (
        BOTH,
        {
            NEITHER: "The state after *view, view* is not the one after *cart, view*, and what comes next is added to it. The GRU reads step by step: its last state depends on the order.",
            FIRST: "The GRU has no window that ends after two events. Its state passes through every step, so it can remember how early the cart came.",
        },
    ),
    ATTENTION: (
        NEITHER,
        {
            FIRST: "The score of two events depends on what they are, not on where they stand. Exchange two events: the rows of the result are exchanged as well, and their mean stays.",
            BOTH: "The score of two events depends on what they are, not on where they stand. Exchange two events: the rows of the result are exchanged as well, and their mean stays.",
        },
    ),
}

# 06.14 ----------------------------------------------------------------------------------------------------

WORDS, CHARACTERS, NETWORK = "TF-IDF of words", "TF-IDF of runs of characters", "network"
FEW, FAR, CHINESE, MANY = (
    "200 English texts, no graphics processor, an answer today",
    "60,000 English texts; what counts is which word a far-away 'not' belongs to",
    "400 Chinese texts, no blanks between the words",
    "5 million English texts with labels, a graphics processor, weeks of time",
)
_READS = {
    FEW: (
        WORDS,
        {
            NETWORK: "An embedding and a recurrent layer have thousands of weights to learn from 200 texts. Fewer weights, and a penalty on them, win here. What is ready in a second?",
            CHARACTERS: "English has blanks, so the words can be found, and a word says more than its letters. Runs of letters can help against typing errors; they are not the first choice.",
        },
    ),
    FAR: (
        NETWORK,
        {
            WORDS: "TF-IDF counts words. With runs of two or three words, 'not good' becomes a feature of its own, and that is the baseline to beat; a 'not' five words earlier is in no such run. There are enough texts to learn the order.",
            CHARACTERS: "Runs of two or three characters are shorter than most words, and the 'not' stands far away. What reads the words in their order?",
        },
    ),
    CHINESE: (
        CHARACTERS,
        {
            WORDS: 'Without blanks a whole sentence, up to the next comma, is one "word", and most of them occur once. What can be cut out of the text without knowing its words?',
            NETWORK: "A network over characters can read them, too, but on so few texts a simple baseline is tried first. Which one needs no words?",
        },
    ),
    MANY: (
        NETWORK,
        {
            WORDS: "With so many texts a linear model of words stops getting better early, and a network goes on. TF-IDF stays the baseline that must be beaten.",
            CHARACTERS: "English has blanks. And with so many texts a linear model stops getting better early.",
        },
    ),
}


def _options(table):
    """The checker of a question whose right options and sentences stand in `table`."""
    options = list(dict.fromkeys(option for right, wrong in table.values() for option in (right, *wrong)))
    return choice(
        options, lambda key, given: table[key][1][given], {key: right for key, (right, _) in table.items()}
    )


def _state(x1=2.0, x2=-1.0, w=0.5, u=0.8, b1=0.1, b2=0.1, first=tanh, second=tanh, h0=0.0) -> float:
    """h_2 of exercise 06.1, with one thing changed."""
    return second(w * x2 + u * first(w * x1 + u * h0 + b1) + b2)


def _same(z: float) -> float:
    return z


QUESTIONS = [
    predict(
        "06.1",
        "Two steps by hand",
        "1",
        value=_state(),
        tolerance=0.0006,
        misconceptions=[
            (236, "Write a decimal point, as in 0.5."),
            (tanh(-0.4), "The state of the first step is forgotten: 0.8 · h_1 belongs into the sum of the second step."),
            (tanh(0.8 * tanh(1.1) + 0.1), "The input of the second step is forgotten: 0.5 · x_2 = −0.5."),
            (tanh(1.1), "This is h_1. One more step follows."),
            (_state(first=_same, second=_same), "tanh is missing in both steps."),
            (_state(first=_same), "tanh was applied at the end alone. The second step gets h_1 *after* tanh, 0.800, not 1.1."),
            (_state(second=_same), "0.2404 is the sum of the second step, before its tanh. If you rounded 0.236 to 0.24: give three decimals."),
            (_state(b1=0, b2=0), "The bias 0.1 is missing in both steps."),
            (_state(b2=0), "The bias is missing in the second step. It is added in each step."),
            (_state(b1=0), "The bias is missing in the first step. It is added in each step."),
            (_state(w=0.8, u=0.5), "The weights are exchanged: 0.5 belongs to the input, 0.8 to the state."),
            (_state(x1=-1, x2=2), "The inputs were read in the wrong order: x_1 = 2 comes first."),
            (_state(x2=1), "x_2 is −1: its share is −0.5."),
            (tanh(-0.5 + 0.8 * 2 + 0.1), "0.8 was multiplied by the input x_1. It belongs to the *state* after the first step, h_1 = tanh(1.1)."),
            (tanh(-0.5 + 0.8 * 2 * 0.5 + 0.1), "0.8 was multiplied by 0.5 · x_1. It belongs to the state after the first step, h_1 = tanh(1.1)."),
            (_state(h0=1), "The state before the first step is 0, not 1."),
        ],
        otherwise="Two steps. First h_1 = tanh(0.5 · 2 + 0.8 · 0 + 0.1), then the same with x_2 = −1 and with h_1 in the place of the 0.",
        hints=[
            "Before the first step the state is 0, so h_1 = tanh(0.5 · 2 + 0.1). What stands in the second step in the place of this 0?",
            "h_1 = tanh(1.1) = 0.8005. Then h_2 = tanh(0.5 · (−1) + 0.8 · 0.8005 + 0.1).",
        ],
        solution="h_1 = np.tanh(0.5 * 2 + 0.8 * 0 + 0.1)\nanswer = np.tanh(0.5 * -1 + 0.8 * h_1 + 0.1)",
        analysis="0.236. On its own the second input would give tanh(−0.4) = −0.380: the step before it turns the sign. The same three numbers, 0.5, 0.8 and 0.1, serve in all steps, so a visit of 40 events needs no more "
        "weights than a visit of two.",
    ),
    predict(
        "06.2",
        "How many parameters has a GRU?",
        "1, 2",
        value=4_800,
        tolerance=0.01,
        misconceptions=[
            (4_704, "One bias for each gate and unit would give 4,704. With `reset_after=True` there are two: one with the input, one with the state."),
            (6_400, "6,400 are four groups of weights: an LSTM has four. A GRU has three: update, reset and the candidate."),
            (6_272, "6,272 are the parameters of an LSTM, four groups with one bias each. A GRU has three, and in Keras two biases."),
            (1_568, "1,568 are the parameters of a SimpleRNN. A GRU has three groups of such weights, and two biases in each."),
            (1_600, "1,600 is one of three groups. Update gate, reset gate and candidate have weights of their own."),
            (3_200, "3,200 are two groups. The candidate state has weights of its own beside the two gates."),
            (3_136, "3,136 are two groups with one bias each. The candidate state has weights of its own beside the two gates, and there are two biases."),
            (4_608, "4,608 is without the biases."),
            (1_728, "The weights from state to state are missing, 32 · 32 for each of the three groups."),
            (1_632, "The weights from state to state are missing, 32 · 32 for each of the three groups. There are two biases, too."),
            (1_536, "These are the weights of the inputs alone. The state has weights, too, and there are biases."),
            (3_264, "The weights of the inputs are missing, 16 · 32 for each of the three groups."),
            (2_496, "The state has 32 numbers, so the weights from state to state are 32 · 32, not 16 · 16."),
            (3_264 + 3 * 16 * 16, "The state has 32 numbers and the input 16: 16 · 32 weights for the inputs."),
            (48_000, "All steps share the same weights: the number of steps does not count."),
            (47_040, "All steps share the same weights: the number of steps does not count. And there are two biases."),
            (18_624, "The layer sees one step at a time, 16 numbers, and not all 10 steps side by side, 160 numbers. The number of steps does not count."),
            (544, "544 is a dense layer. A GRU has weights for its state as well, and three groups of them."),
        ],
        otherwise="Three groups (update, reset, candidate). Each has 16 · 32 weights for the input, 32 · 32 weights for the state, and two biases for each of the 32 units.",
        hints=[
            "A GRU computes three things in each step: update gate, reset gate, candidate. Each of them has weights for the input, weights for the state and biases. Does the number of steps count?",
            "One group: 16 · 32 for the input, 32 · 32 for the state, 2 · 32 biases.",
        ],
        solution="answer = 3 * (16 * 32 + 32 * 32 + 2 * 32)",
        analysis="4,800: 1,536 for the inputs, 3,072 for the state, 192 biases. A SimpleRNN of this size has 1,568 and an LSTM 6,272 (one bias each). With `reset_after=True` the reset gate multiplies the finished sum of "
        "state times weights plus bias, so this bias cannot be merged with the one of the input. With `reset_after=False` it would be 4,704: when a count that you read elsewhere differs by 96, look for this setting.",
    ),
    predict(
        "06.5",
        "Fifty steps back",
        "2",
        value=0.9**50,
        tolerance=0.0002,
        misconceptions=[
            (52, "Write a decimal point, as in 0.5."),
            (45, "45 is 50 · 0.9. In each step the gradient is *multiplied* by 0.9: 0.9 · 0.9 · 0.9 …"),
            (0.1, "0.1 is what one step takes away. 0.9 stays, and 0.9 of that in the next step."),
            (0.9, "0.9 is left after one step. There are 50."),
            (0.018, "0.018 is 0.9 / 50. In each step the gradient is *multiplied* by 0.9."),
            (-4, "A tenth of the *first* gradient was taken away 50 times. Each step takes a tenth of what is left."),
            (0, "It gets small, but not 0: each step leaves 0.9 of what was there."),
            (0.9**49, "This is after 49 steps. There are 50 factors of 0.9."),
            (0.9**51, "This is after 51 steps. There are 50 factors of 0.9."),
            (0.515, "0.5 is the percentage. As a number it is 0.005 and some more: give four decimals."),
            (0.9**5, "This is 0.9 to the power 5. There are 50 steps."),
            (1 / 0.9**50, "194 is 1 divided by 0.9 to the power 50: the gradient gets smaller, not larger."),
            (0.1**50, "In each step 0.9 of the gradient stays, not 0.1."),
        ],
        otherwise="Each step back multiplies by 0.9: after two steps 0.81 is left, after fifty 0.9 to the power 50.",
        hints=[
            "After one step 0.9 is left, after two 0.9 · 0.9 = 0.81. And after fifty?",
            "0.9 to the power 50: `0.9 ** 50` in Python.",
        ],
        solution="answer = 0.9**50",
        analysis="0.0052, half a percent: the weights learn next to nothing about what happened 50 steps ago, although 0.9 looks harmless. With 1.1 the factor would be 117, and the gradient explodes. A gate can hold the factor close "
        "to 1: with 0.99 in each step 0.605 is left after fifty.",
    ),
    Exercise(
        "06.7",
        "Which model sees what?",
        "5",
        check=_options(_SEES),
        lead="The answer:",
        hints=[
            "Write down for both pairs: how often does each event occur, and which windows of two events are there? One model knows only the first, one only the second.",
            "Two of the four models cannot tell a visit from the same events in another order. One sees neighbours alone, one reads from the first step to the last.",
        ],
        solution=f"""
sees = {{
    "{COUNTS}": "{NEITHER}",
    "{CONVOLUTION}": "{FIRST}",
    "{GRU}": "{BOTH}",
    "{ATTENTION}": "{NEITHER}",
}}
""",
        analysis="A model that treats a visit as a bag of events, or of windows, is blind to everything outside of the bag. Attention weighs all steps against each other and is blind to their order until each step says where it stands: that is what "
        "positions are for. (A causal mask would change this: then the first events see less than the last ones, and the order leaves a trace in the mean.) That a model *can* see something does not mean that it learns it from a few thousand visits, so the lesson measures.",
    ),
    predict(
        "06.11",
        "A logit, corrected",
        "6",
        value=1.6 - log(0.04),
        tolerance=0.006,
        misconceptions=[
            (482, "Write a decimal point, as in 0.5."),
            (1.6 + log(0.04), "The sign is turned round. A rare product is drawn rarely, so each time it is drawn it must count more: s − ln q, and ln q is negative."),
            (1.6, "1.6 is the logit without correction."),
            (1.56, "q itself was subtracted. Subtract its logarithm: s − ln q."),
            (40, "The *logit* was divided by q. The correction divides e to the power s by q; for the logit that means s − ln q."),
            (1.6 - log(0.04, 10), "This is the logarithm to the base 10. The softmax has e as its base: use the natural logarithm, `np.log`."),
            (1.6 - log(0.04, 2), "This is the logarithm to the base 2. The softmax has e as its base: use the natural logarithm, `np.log`."),
            (-log(0.04), "This is −ln q. Add the logit, 1.6."),
            (2.718281828**1.6 / 0.04, "This is e to the power s, divided by q: the right weight in the softmax. The logit is its logarithm, s − ln q."),
            (log(1.6) - log(0.04), "The logarithm of the logit was taken. The logit is a logarithm already: s − ln q."),
            (1.6 - log(3 * 0.04), "q was multiplied by the number of draws, 3. That moves the logits of all candidates by the same amount, so the softmax is the same; the question asks for s − ln q with q = 0.04."),
            (1.6 - log(4 * 0.04), "q was multiplied by the number of candidates, 4. That moves the logits of all candidates by the same amount, so the softmax is the same; the question asks for s − ln q with q = 0.04."),
            (1.6 - log(0.96), "1 − q was used. The chance of being drawn is q = 0.04."),
            (2.5 - log(0.30), "This is the corrected logit of product B."),
            (0.5 - log(0.02), "This is the corrected logit of product C."),
            (1.0 - log(0.10), "This is the corrected logit of product D."),
            (0.452, "This is the probability after the softmax. The corrected *logit* of product A is asked for."),
        ],
        otherwise="The corrected logit is s − ln q, with the logit s = 1.6 and the chance q = 0.04 of being drawn; ln is the natural logarithm.",
        hints=[
            "A product that is drawn ten times as often would be pushed down ten times as often. To make up for it, e to the power s is divided by q. What does that mean for s itself?",
            "e to the power s divided by q is e to the power (s − ln q). ln 0.04 = −3.219.",
        ],
        solution="answer = 1.6 - np.log(0.04)",
        analysis="4.82. Before the correction the popular product B has the largest share of the softmax, 57 %, and A has 23 %; after it A has 45 % and B 15 %. The correction is for training alone: it makes the sampled softmax aim at the same "
        "logits as the full one. When products are ranked afterwards, the plain logit s counts. (Bengio and Senécal, 2008.)",
    ),
    Exercise(
        "06.14",
        "TF-IDF or network?",
        "7",
        check=_options(_READS),
        lead="The answer:",
        hints=[
            "Two questions for each situation: are there enough texts to learn thousands of weights, and does the order of the words decide?",
            "Before TF-IDF can count words, somebody must know where a word ends. In which situation does no blank say so?",
        ],
        solution=f"""
reads = {{
    "{FEW}": "{WORDS}",
    "{FAR}": "{NETWORK}",
    "{CHINESE}": "{CHARACTERS}",
    "{MANY}": "{NETWORK}",
}}
""",
        analysis="TF-IDF with a logistic regression is ready in a second and hard to beat with few texts: run it first, always, and with runs of two and three words as well. What a network adds is the order, and it has to be paid for with texts. "
        "A network that was trained on other texts before needs fewer of them; that is not part of this lesson.",
    ),
]  # fmt: skip
