"""Exercises of lesson 06: recurrent networks."""

from mktutils.exercises._attention_06 import check_attention, check_recall_and_mrr
from mktutils.exercises._padding_06 import check_last_states, check_pad
from mktutils.exercises._questions_06 import QUESTIONS
from mktutils.exercises._recurrence_06 import check_rnn_forward, check_rnn_gradient_u
from mktutils.exercises._visits_06 import check_features, check_prefixes
from mktutils.lesson import Exercise

__all__ = ["EXERCISES"]

CODE = [
    Exercise(
        "06.3",
        "A recurrent layer, forward",
        "1",
        check=check_rnn_forward,
        hints=[
            "The state of all visits is one array `h` of shape (n, units). What is in it before the first step, and which part of `X` belongs to step t?",
            "`h = np.zeros((len(X), len(b)))`. Step t of all visits is `X[:, t]`, of shape (n, f).",
            "In the loop over t: `h = np.tanh(X[:, t] @ W + h @ U + b)`. After the loop: `return h`.",
        ],
        solution="""
def rnn_forward(X, W, U, b):
    h = np.zeros((len(X), len(b)))
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ W + h @ U + b)
    return h
""",
        analysis="One line, and it is the whole layer: Keras' `SimpleRNN` gives the same numbers. The loop over the steps cannot be left out, because step t needs the state of step t − 1; that is why a recurrent layer is slower on long "
        "sequences than a convolution. The share of the inputs, `X @ W`, needs no earlier step and can be computed for all steps at once.",
    ),
    Exercise(
        "06.4",
        "The gradient through time",
        "1",
        check=check_rnn_gradient_u,
        hints=[
            "First go forward and keep all states h_0 = 0, h_1, …, h_T. In step t, u is multiplied by h_{t−1}: which share of the gradient comes from this step?",
            "Let d be the gradient at the state h_t. The share of step t is d · h_{t−1}. One step back, at h_{t−1}, the gradient is d · u. At the last state d is `upstream`.",
            "`d = upstream`, `total = 0`, then for each state before a step, from the last step back to the first: `total += d * before`, and then `d *= u`.",
        ],
        solution="""
def rnn_gradient_U(x, w, u, upstream):
    states = [0.0]
    for value in x:
        states.append(w * value + u * states[-1])
    d, total = upstream, 0.0
    for before in reversed(states[:-1]):
        total += d * before
        d *= u
    return total
""",
        analysis="The share of a step that lies k steps before the end carries u to the power k. With u = 0.5 a step ten back counts a thousandth, with u = 1.5 it counts 58 times: gradients that vanish or explode, in one line. A layer with many units has a "
        "matrix in the place of u, and tanh adds a factor of at most 1 to each step.",
    ),
    Exercise(
        "06.6",
        "The state after the padding",
        "3",
        check=check_pad,
        hints=[
            "After which step does a recurrent layer return its state, and what stands there for a visit of three events with length = 5?",
            "Say for each step whether it exists. The code 0 occurs in no visit, so `X != 0` says it. Then write the last `length` codes of each visit, also where the visit is longer.",
            "`X[row, -len(codes):] = codes` puts the events at the right end; before it `codes = codes[-length:]`. The mask is `X != 0`, computed after the loop.",
        ],
        solution="""
def pad(sequences, length):
    X = np.zeros((len(sequences), length), dtype=int)
    for row, codes in enumerate(sequences):
        codes = codes[-length:]
        X[row, -len(codes):] = codes
    return X, X != 0
""",
        analysis="With a mask it does not matter for the state at which side the padding stands: the state waits while the mask is False. Without one, padding at the right lets the layer forget the visit, and padding at the left lets it start with a state "
        "that is not 0. Keras makes the mask in `Embedding(..., mask_zero=True)`, and then the code 0 must belong to no event. Not every layer asks for the mask: `GlobalAveragePooling1D` leaves masked steps out of its mean, a 1-D convolution reads the padding as well.",
        answer="pad",
    ),
    Exercise(
        "06.8",
        "What the shop cannot know yet",
        "8",
        check=check_features,
        hints=[
            "The shop decides after five events. Which rows of `events` are there at that moment?",
            '`known = events[events["step"] <= 5]`. All three columns must be computed from `known`.',
        ],
        solution="""
def features(events):
    known = events[events["step"] <= 5]
    visits = known.groupby("session_id")
    cart = (known["event"] == "cart").groupby(known["session_id"])
    return pd.DataFrame({
        "n_events": visits.size(),
        "n_carts": cart.sum(),
        "seconds": visits["seconds"].sum(),
    })
""",
        analysis="`n_events` is now 5 for every visit: all that this column could say was about the future. With the leaking columns boosted trees reach an AUC of .73 on the shop's later visits, with the repaired ones .54. Ask of each column: what would stand in it at the moment of "
        "the decision? The seconds of an event are known when it ends; a shop that acts at its beginning has those of four events.",
        answer="features",
    ),
    Exercise(
        "06.9",
        "Prefixes for an early prediction",
        "4, 8",
        check=check_prefixes,
        hints=[
            "Three separate questions for each visit: has it k events, did it buy among them, does it buy after them? The last one is the label, the first two decide whether the visit is in the task.",
            '`first = events[events["step"] <= k]`. With `first.groupby("session_id")`: the visits with `size()` equal to k have k events, and those with "buy" among them leave the task as a whole.',
            '`later = events[events["step"] > k]`, then `(later["event"] == "buy").groupby(later["session_id"]).any()`. Visits without a later event are missing there: `.reindex(keep, fill_value=False)`.',
        ],
        solution="""
def prefixes(events, k):
    first = events[events["step"] <= k]
    visits = first.groupby("session_id")
    bought = (first["event"] == "buy").groupby(first["session_id"]).any()
    open_yet = (visits.size() == k) & ~bought
    keep = open_yet.index[open_yet]
    late_buys = events[(events["step"] > k) & (events["event"] == "buy")]
    buys = pd.Series(keep.isin(late_buys["session_id"]), index=keep)
    return first[first["session_id"].isin(keep)], buys
""",
        analysis="Who is in the task must be known at the moment of the decision. Leaving out the visits that end at event k would be a leak of its own: nobody knows then that they are over. So would be keeping those that have bought: the "
        "model would earn its score with visits that need no offer. The task after 10 events has other visits than the one after 2, so compare each of them with its own oracle.",
        answer="prefixes",
    ),
    Exercise(
        "06.10",
        "Attention with a mask",
        "3, 5",
        check=check_attention,
        hints=[
            "Three steps: scores (one row for each query, one column for each step), weights (each row adds up to 1), the weighted sum of the rows of V. At which of the three must a missing step be taken out, so that the others still add up to 1?",
            "`scores = Q @ K.T / np.sqrt(Q.shape[1])`, then `scores[:, ~mask] = -np.inf`: e to this power is 0.",
            "`e = np.exp(scores - scores.max(axis=1, keepdims=True))`, `weights = e / e.sum(axis=1, keepdims=True)`, and the result is `weights @ V`.",
        ],
        solution="""
def attention(Q, K, V, mask):
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    scores[:, ~mask] = -np.inf
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    return weights @ V
""",
        analysis="No step waits for another one: that is the difference from a recurrence, and the reason why the way from the first event to the last is one step instead of forty. The root keeps the scores of about the same size for any d; "
        "without it the softmax soon puts all weight on one step, and its gradient vanishes. Nothing in the formula knows the order of the steps: positions must be added to the inputs.",
    ),
    Exercise(
        "06.12",
        "Recall and reciprocal rank",
        "6",
        check=check_recall_and_mrr,
        hints=[
            "No sorting is needed. For one row: how many scores are higher than the score of the target, and how many others are equal to it?",
            "`own = scores[np.arange(len(scores)), target][:, None]`, then `rank = 1 + (scores > own).sum(axis=1) + 0.5 * ((scores == own).sum(axis=1) - 1)`.",
            "`hit = rank <= k`. Recall is `hit.mean()`, MRR is `np.where(hit, 1 / rank, 0).mean()`.",
        ],
        solution="""
def recall_and_mrr(scores, target, k):
    own = scores[np.arange(len(scores)), target][:, None]
    higher = (scores > own).sum(axis=1)
    equal = (scores == own).sum(axis=1) - 1
    rank = 1 + higher + 0.5 * equal
    hit = rank <= k
    return hit.mean(), np.where(hit, 1 / rank, 0).mean()
""",
        analysis="How ties count is part of a measure. A rule that puts the target first among equals gives a model with one score for all products a recall of 1; a sort that keeps the order of the columns favours products with low numbers. Recall asks whether "
        "the target is on the page at all, MRR how far up: report both, with the k and the rule for ties.",
    ),
    Exercise(
        "06.13",
        "The state of other customers",
        "3",
        check=check_last_states,
        hints=[
            "Row 0 of the second group is another customer than row 0 of the first. With which state does the layer begin to read her visit?",
            "`layer.reset_state()` makes the layer forget. Between two pieces of one visit it must not forget; between two groups it must.",
            "The first line inside of the outer loop: `layer.reset_state()`.",
        ],
        solution="""
def last_states(layer, groups):
    states = []
    for pieces in groups:
        layer.reset_state()
        for piece in pieces:
            state = layer(piece)
        states.append(state)
    return np.concatenate(states)
""",
        analysis="Nothing fails without the reset: the scores then depend on who was scored before. One test finds it, as in lesson 04: score the groups in another order, and compare. Use `stateful=True` only where sequences are too long for one "
        "piece; visits of 40 events are not, and a layer that starts with zeros in each batch cannot make this mistake.",
        answer="last_states",
    ),
]
EXERCISES = sorted([*CODE, *QUESTIONS], key=lambda e: int(e.id.partition(".")[2]))
