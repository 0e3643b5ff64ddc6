"""Right and wrong answers of lesson 06: the checker must accept the first and name the misconception of the second."""

from math import log, tanh

import numpy as np
import pandas as pd

# 06.3 -----------------------------------------------------------------------------------------------------


def rnn_forward(X, W, U, b):
    h = np.zeros((len(X), len(b)))
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ W + h @ U + b)
    return h


def rnn_by_rows(X, W, U, b):
    result = []
    for visit in X:
        h = np.zeros(len(b))
        for x in visit:
            h = np.tanh(x @ W + h @ U + b)
        result.append(h)
    return result


def rnn_float32(X, W, U, b):
    return rnn_forward(*(value.astype("float32") for value in (X, W, U, b)))


def rnn_inputs_first(X, W, U, b):
    from_inputs = X @ W + b
    h = 0 * from_inputs[:, 0]
    for z in from_inputs.swapaxes(0, 1):
        h = np.tanh(z + h @ U)
    return h


def rnn_keras(X, W, U, b):
    import keras

    layer = keras.layers.SimpleRNN(len(b), dtype="float64")
    layer.build(X.shape)
    layer.set_weights([W, U, b])
    return layer(X).numpy()


def rnn(cell, *, start=0.0, steps=lambda T: range(T), end=lambda h, all_states: h):
    def rnn_forward(X, W, U, b):
        h, all_states = np.full((len(X), len(b)), start), []
        for t in steps(X.shape[1]):
            h = cell(X[:, t], h, W, U, b)
            all_states.append(h)
        return end(h, all_states)

    return rnn_forward


def plain(x, h, W, U, b):
    return np.tanh(x @ W + h @ U + b)


def rnn_visits_as_steps(X, W, U, b):
    h = 0
    for x in X:
        h = np.tanh(x @ W + (h @ U if np.ndim(h) else 0) + b)
    return h


def rnn_wrong_axis(X, W, U, b):
    h = np.zeros((len(X), len(b)))
    for t in range(X.shape[1]):
        h = np.tanh(X[t] @ W + h @ U + b)
    return h


# 06.4 -----------------------------------------------------------------------------------------------------


def forward(x, w, u):
    states = [0.0]
    for value in x:
        states.append(w * value + u * states[-1])
    return states


def gradient_u(x, w, u, upstream):
    states, d, total = forward(x, w, u), upstream, 0.0
    for before in reversed(states[:-1]):
        total += d * before
        d *= u
    return total


def gradient_u_forward(x, w, u, upstream):
    h = dh = 0.0
    for value in x:
        h, dh = w * value + u * h, h + u * dh
    return np.array([upstream * dh])


def gradient_u_numeric(x, w, u, upstream):
    step = 1e-5
    return upstream * (forward(x, w, u + step)[-1] - forward(x, w, u - step)[-1]) / (2 * step)


def gradient_with(
    d0=lambda u, upstream: upstream, share=lambda d, before, after, x: d * before, back=lambda d, u, w: d * u
):
    def rnn_gradient_U(x, w, u, upstream):
        states, d, total = forward(x, w, u), d0(u, upstream), 0.0
        for t in reversed(range(len(x))):
            total += share(d, states[t], states[t + 1], x[t])
            d = back(d, u, w)
        return total

    return rnn_gradient_U


def gradient_whole(x, w, u, upstream):
    before = np.zeros_like(x)
    for t in range(1, len(x)):
        before[t] = w * x[t - 1] + u * before[t - 1]
    return upstream * (float(u) ** np.arange(len(x))[::-1] * before).sum()


def gradient_reversed(x, w, u, upstream):
    return upstream * sum(u**t * before for t, before in enumerate(forward(x, w, u)[:-1]))


# 06.6 -----------------------------------------------------------------------------------------------------


def pad(sequences, length):
    X = np.zeros((len(sequences), length), dtype=int)
    for row, codes in enumerate(sequences):
        codes = codes[-length:]
        X[row, -len(codes) :] = codes
    return X, X != 0


def pad_right(sequences, length):
    X = np.zeros((len(sequences), length), dtype=int)
    lengths = np.minimum([len(codes) for codes in sequences], length)
    for row, codes in enumerate(sequences):
        X[row, : lengths[row]] = codes[-length:]
    return X, np.arange(length) < lengths[:, None]


def pad_lists(sequences, length):
    X = [[0] * (length - len(codes)) + codes[-length:] for codes in sequences]
    return X, [[code > 0 for code in row] for row in X]


def pad_keras(sequences, length):
    import keras

    X = keras.utils.pad_sequences(sequences, maxlen=length)
    return X, X != 0


def pad_with(mask=lambda X: X != 0, cut=lambda codes, length: codes[-length:], left=True):
    def pad(sequences, length):
        X = np.zeros((len(sequences), length), dtype=int)
        for row, codes in enumerate(sequences):
            codes = cut(codes, length)
            X[row, slice(-len(codes), None) if left else slice(0, len(codes))] = codes
        return X, mask(X)

    return pad


def everywhere(X):
    return np.ones(X.shape, dtype=bool)


def pad_as_given(sequences, length):
    X = np.zeros((len(sequences), length), dtype=int)
    for row, codes in enumerate(sequences):
        X[row, : len(codes)] = codes
    return X, X != 0


def pad_longest(sequences, length):
    return pad(sequences, max(map(len, sequences)))


def mask_one_more(X):
    mask = X != 0
    mask[:, :-1] |= mask[:, 1:]
    return mask


def mask_one_less(X):
    mask = X != 0
    mask[:, 1:] &= mask[:, :-1]
    return mask


# 06.7, 06.14 ----------------------------------------------------------------------------------------------

COUNTS, CONVOLUTION = "counts of the events", "1-D convolution of width 2, then the maximum over all places"
GRU, ATTENTION = "GRU", "self-attention without positions, then the mean"
NEITHER, FIRST, BOTH = "neither pair", "the first pair only", "both pairs"
SEES = {COUNTS: NEITHER, CONVOLUTION: FIRST, GRU: BOTH, ATTENTION: NEITHER}

FEW, FAR, CHINESE, MANY = (
    "200 English texts, no graphics processor, an answer today",
    "60,000 English texts; what counts is which word a far-away 'not' belongs to",
    "400 Chinese texts, no blanks between the words",
    "5 million English texts with labels, a graphics processor, weeks of time",
)
WORDS, CHARACTERS, NETWORK = "TF-IDF of words", "TF-IDF of runs of characters", "network"
READS = {FEW: WORDS, FAR: NETWORK, CHINESE: CHARACTERS, MANY: NETWORK}

# 06.8 -----------------------------------------------------------------------------------------------------


def table(known, seconds=None, carts=None, events=None, total="sum"):
    known = {"e": known, "s": known if seconds is None else seconds, "c": known if carts is None else carts}
    return pd.DataFrame({
        "n_events": known["e"].groupby("session_id").size(),
        "n_carts": (known["c"]["event"] == "cart").groupby(known["c"]["session_id"]).sum(),
        "seconds": known["s"].groupby("session_id")["seconds"].agg(total),
    })  # fmt: skip


def upto(events, k=5):
    return events[events["step"] <= k]


def features(events):
    return table(upto(events))


def features_head(events):
    known = events.groupby("session_id").head(5)
    known = known.assign(cart=known["event"].eq("cart"))
    made = known.groupby("session_id", sort=False).agg(
        seconds=("seconds", "sum"), n_events=("step", "size"), n_carts=("cart", "sum")
    )
    return made.reset_index()


def features_loop(events):
    rows = {}
    for session, visit in events.groupby("session_id"):
        visit = visit.iloc[:5]
        carts = list(visit["event"]).count("cart")
        rows[session] = {"n_carts": carts, "seconds": visit["seconds"].sum(), "n_events": len(visit)}
    return pd.DataFrame.from_dict(rows, orient="index")


def features_with_gaps(events):
    known = upto(events)
    carts = known[known["event"] == "cart"].groupby("session_id").size()
    return table(known).assign(n_carts=carts)


# 06.9 -----------------------------------------------------------------------------------------------------


def prefixes(events, k):
    first = events[events["step"] <= k]
    bought = (first["event"] == "buy").groupby(first["session_id"]).any()
    keep = bought.index[(first.groupby("session_id").size() == k) & ~bought]
    late = events[(events["step"] > k) & (events["event"] == "buy")]["session_id"]
    return first[first["session_id"].isin(keep)], pd.Series(keep.isin(late), index=keep)


def prefixes_loop(events, k):
    parts, label = [], {}
    for session, visit in events.groupby("session_id", sort=False):
        if len(visit) >= k and "buy" not in list(visit["event"][:k]):
            parts.append(visit[:k])
            label[session] = int("buy" in list(visit["event"][k:]))
    return pd.concat(parts), pd.Series(label)


def prefixes_filter(events, k):
    def enters(visit):
        return visit["step"].max() >= k and not visit["event"].head(k).eq("buy").any()

    inside = events.groupby("session_id").filter(enters)
    buys = inside["event"].eq("buy").groupby(inside["session_id"]).any()
    return inside[inside["step"] <= k].reset_index(drop=True), buys[::-1]


def prefixes_with(
    long_enough=lambda n, k: n >= k,
    bought=lambda events, k: events[events["step"] <= k],
    first=lambda events, k: events[events["step"] <= k],
    label=lambda events, k: events[events["step"] > k],
    drop_events=False,
):
    def prefixes(events, k):
        n = events.groupby("session_id").size()
        early = bought(events, k)
        early = early[early["event"] == "buy"]["session_id"]
        keep = n.index[long_enough(n, k) & ~n.index.isin(early)]
        rows = first(events, k)
        rows = rows[rows["session_id"].isin(keep)]
        if drop_events:
            rows = rows[rows["event"] != "buy"]
        late = label(events, k)
        late = late[late["event"] == "buy"]["session_id"]
        return rows, pd.Series(keep.isin(late), index=keep)

    return prefixes


def nobody(events, k):
    return events[:0]


def prefixes_label_of_all(events, k):
    first, _ = prefixes(events, k)
    return first, events["event"].eq("buy").groupby(events["session_id"]).any()


def prefixes_label_gaps(events, k):
    first, buys = prefixes(events, k)
    late = events[events["step"] > k]
    return first, late["event"].eq("buy").groupby(late["session_id"]).any().reindex(buys.index).astype(object)


def changed(function):
    def prefixes_changed(events, k):
        return function(*prefixes(events, k))

    return prefixes_changed


# 06.10 ----------------------------------------------------------------------------------------------------


def softmax(scores, axis=1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def attention(Q, K, V, mask):
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    scores[:, ~mask] = -np.inf
    return softmax(scores) @ V


def attention_loop(Q, K, V, mask):
    rows = []
    for q in Q:
        scores = np.array([q @ k for k in K[mask]]) / len(q) ** 0.5
        e = np.exp(scores - max(scores))
        rows.append((e / e.sum()) @ V[mask])
    return rows


def attention_finite(Q, K, V, mask):
    return softmax(np.where(mask, Q @ K.T / np.sqrt(K.shape[1]), -1e9)) @ V


def attention_with(
    scale=lambda d: np.sqrt(d),
    hide=lambda s, mask: np.where(mask, s, -np.inf),
    shares=softmax,
    after=lambda w, mask: w,
):
    def attention(Q, K, V, mask):
        scores = hide(Q @ K.T / scale(Q.shape[1]), mask)
        return after(shares(scores), mask) @ V

    return attention


def attention_overflow(Q, K, V, mask):
    e = np.exp(Q @ K.T / np.sqrt(Q.shape[1])) * mask
    return e / e.sum(axis=1, keepdims=True) @ V


def attention_global_maximum(Q, K, V, mask):
    scores = np.where(mask, Q @ K.T / np.sqrt(Q.shape[1]), -np.inf)
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=1, keepdims=True) @ V


def attention_rows(Q, K, V, mask):
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    scores[~mask] = -np.inf
    return softmax(scores) @ V


# 06.12 ----------------------------------------------------------------------------------------------------


def ranks(scores, target, tie=0.5):
    own = scores[np.arange(len(scores)), target][:, None]
    return 1 + (scores > own).sum(axis=1) + tie * ((scores == own).sum(axis=1) - 1)


def both(rank, k):
    return (rank <= k).mean(), np.where(rank <= k, 1 / rank, 0).mean()


def recall_and_mrr(scores, target, k):
    return both(ranks(scores, target), k)


def recall_loop(scores, target, k):
    hits = gains = 0
    for row, wanted in zip(scores.tolist(), target.tolist(), strict=True):
        others = row[:wanted] + row[wanted + 1 :]
        rank = 1 + sum(s > row[wanted] for s in others) + others.count(row[wanted]) / 2
        if rank <= k:
            hits += 1
            gains += 1 / rank
    return [hits / len(scores), gains / len(scores)]


def recall_scipy(scores, target, k):
    from scipy.stats import rankdata

    rank = rankdata(-scores, axis=1)[np.arange(len(scores)), target]
    return np.array(both(rank, k))


def recall_with(tie=0.5, shift=0.0, change=lambda recall, mrr, rank, hit, k: (recall, mrr)):
    def recall_and_mrr(scores, target, k):
        rank = ranks(scores, target, tie) + shift
        with np.errstate(divide="ignore"):
            return change(*both(rank, k), rank, rank <= k, k)

    return recall_and_mrr


def recall_sorted(scores, target, k):
    order = np.argsort(-scores, axis=1, kind="stable")
    return both((order == target[:, None]).argmax(axis=1) + 1, k)


def recall_argsort(scores, target, k):
    order = np.argsort(-scores, axis=1, kind="stable")
    return both(order[np.arange(len(order)), target] + 1, k)


# 06.13 ----------------------------------------------------------------------------------------------------


def last_states(layer, groups):
    states = []
    for pieces in groups:
        layer.reset_state()
        for piece in pieces:
            state = layer(piece)
        states.append(state)
    return np.concatenate(states)


def last_states_first_piece(layer, groups):
    states = []
    for pieces in groups:
        for number, piece in enumerate(pieces):
            if number == 0:
                layer.states = None
            state = layer(piece)
        states.extend(state.tolist())
    return states


def last_states_joined(layer, groups):
    states = []
    for pieces in groups:
        layer.reset_states()
        states.append(layer(np.concatenate(pieces, axis=1)))
    return np.vstack(states)


def last_states_with(
    start=False, group=False, piece=False, after=False, pick=lambda pieces: pieces, every=False
):
    def last_states(layer, groups):
        states = []
        if start:
            layer.reset_state()
        for pieces in groups:
            if group:
                layer.reset_state()
            for part in pick(pieces):
                if piece:
                    layer.reset_state()
                state = layer(part)
                if every:
                    states.append(state)
            if not every:
                states.append(state)
            if after:
                layer.reset_state()
        return np.concatenate(states)

    return last_states


ANSWERS = {
    "06.1": {
        "right": [0.2359, 0.236, "0.236", np.tanh(0.5 * -1 + 0.8 * np.tanh(0.5 * 2 + 0.1) + 0.1)],
        "wrong": [
            (-0.38, "The state of the first step is forgotten"),
            (0.629, "The input of the second step is forgotten"),
            (0.8005, "This is h_1"),
            (0.48, "tanh is missing in both"),
            (0.446, "at the end alone"),
            (0.2404, "before its tanh"),
            (0.109, "missing in both steps"),
            (0.1395, "missing in the second step"),
            (0.206, "missing in the first step"),
            (-0.228, "The weights are exchanged"),
            (0.6617, "wrong order"),
            (0.8455, "x_2 is −1"),
            (tanh(1.2), "belongs to the *state*"),
            (tanh(0.4), "0.8 was multiplied by 0.5 · x_1"),
            (tanh(-0.4 + 0.8 * tanh(1.9)), "The state before the first step is 0"),
            ("0,236", "decimal point"),
            (3, "Two steps"),
        ],
    },
    "06.2": {
        "right": [4800, "4,800", 3 * (16 * 32 + 32 * 32 + 2 * 32)],
        "wrong": [
            (4704, "there are two"),
            (6400, "an LSTM has four"),
            (6272, "an LSTM, four groups with one bias"),
            (1568, "SimpleRNN"),
            (1600, "one of three groups"),
            (3200, "The candidate state has weights of its own"),
            (3136, "The candidate state has weights of its own"),
            (4608, "without the biases"),
            (1728, "from state to state"),
            (1632, "two biases, too"),
            (1536, "inputs alone"),
            (3264, "The weights of the inputs are missing"),
            (2496, "not 16 · 16"),
            (4032, "16 · 32 weights for the inputs"),
            (48_000, "number of steps does not count"),
            (47_040, "number of steps does not count"),
            (18_624, "one step at a time"),
            (544, "dense layer"),
            (1000, "Three groups"),
        ],
    },
    "06.3": {
        "right": [rnn_forward, rnn_by_rows, rnn_inputs_first, rnn_keras, rnn_float32],
        "wrong": [
            (rnn(plain, steps=lambda T: reversed(range(T))), "read backwards"),
            (rnn(lambda x, h, W, U, b: x @ W + h @ U + b), "activation is missing"),
            (rnn(lambda x, h, W, U, b: x @ W + h @ U + b, end=lambda h, a: np.tanh(h)), "once, at the end"),
            (rnn(lambda x, h, W, U, b: np.tanh(x @ W + b)), "not carried over"),
            (rnn(plain, end=lambda h, a: a[0]), "after the first step"),
            (rnn(plain, steps=lambda T: range(T - 1), end=lambda h, a: h), "The last step is missing"),
            (rnn(plain, steps=lambda T: range(1, T)), "The first step is missing"),
            (rnn(lambda x, h, W, U, b: np.tanh(x @ W + h + b)), "weights of its own"),
            (rnn(lambda x, h, W, U, b: np.tanh(x @ W + h @ U.T + b)), "`U` was transposed"),
            (rnn(lambda x, h, W, U, b: np.tanh(x @ W + h @ U)), "The bias `b` is missing"),
            (rnn(lambda x, h, W, U, b: np.tanh(x @ W + h @ U) + b), "outside of tanh"),
            (rnn(lambda x, h, W, U, b: np.tanh(x @ W + h @ U - b)), "not subtracted"),
            (rnn(lambda x, h, W, U, b: x @ W + np.tanh(h @ U + b)), "share of the state alone"),
            (rnn(lambda x, h, W, U, b: np.tanh(x @ W + b) + h @ U), "share of the input alone"),
            (rnn(lambda x, h, W, U, b: 1 / (1 + np.exp(-(x @ W + h @ U + b)))), "not the sigmoid"),
            (rnn(lambda x, h, W, U, b: np.maximum(x @ W + h @ U + b, 0)), "not ReLU"),
            (rnn(plain, start=1.0), "starts with ones"),
            (rnn(plain, end=lambda h, a: np.stack(a, axis=1)), "after each step"),
            (rnn(plain, end=lambda h, a: a), "after each step"),
            (rnn(plain, end=lambda h, a: np.mean(a, axis=0)), "mean of all states"),
            (rnn(plain, end=lambda h, a: sum(a)), "sum of all states"),
            (rnn(plain, steps=lambda T: range(4)), "`len(X)` times"),
            (rnn(lambda x, h, W, U, b: h + np.tanh(x @ W + h @ U + b)), "*replaces*"),
            (rnn_visits_as_steps, "The loop ran over the visits"),
            (rnn_wrong_axis, "`X[t]` is visit t"),
            (rnn(lambda x, h, W, U, b: np.tanh(x @ W * 2 + h @ U + b)), "In each step"),
            (rnn(plain, end=lambda h, a: h[:, :, None]), "dimensions of size 1"),
            (rnn(plain, end=lambda h, a: h * np.nan), "NaN"),
            (rnn(plain, end=lambda h, a: "state"), "array of numbers"),
            (rnn(plain, end=lambda h, a: None), "returned None"),
        ],
    },
    "06.4": {
        "right": [gradient_u, gradient_u_forward, gradient_u_numeric, gradient_with()],
        "wrong": [
            (lambda x, w, u, d: d * forward(x, w, u)[-2], "Only the last step"),
            (gradient_with(back=lambda d, u, w: d), "all with the same weight"),
            (gradient_with(d0=lambda u, d: d * u), "one factor u too many"),
            (gradient_with(share=lambda d, before, after, x: d * after), "*after* its step"),
            (gradient_with(share=lambda d, before, after, x: d * x), "gradient of `w`"),
            (gradient_whole, "`np.zeros_like(x)`"),
            (gradient_reversed, "wrong order"),
            (lambda x, w, u, d: gradient_u(x, w, u, d) / len(x), "the mean over the steps"),
            (lambda x, w, u, d: gradient_u(x, w, u, 1), "`upstream` is missing"),
            (lambda x, w, u, d: gradient_u(x, 1, u, d), "`w` is missing"),
            (gradient_with(back=lambda d, u, w: d * w), "multiplied by w"),
            (
                lambda x, w, u, d: d * (forward(x, w, u)[-2] + u * forward(x, w, u)[-3]) if len(x) > 1 else 0,
                "last two steps",
            ),
            (lambda x, w, u, d: d * forward(x, w, u)[-1], "times the last state"),
            (lambda x, w, u, d: d * u ** (len(x) - 1) * forward(x, w, u)[-2], "This is one product"),
            (lambda x, w, u, d: -gradient_u(x, w, u, d), "opposite sign"),
            (lambda x, w, u, d: 2 * gradient_u(x, w, u, d), "factor 2"),
            (lambda x, w, u, d: gradient_u(x, w, u, d) + 0.3, "First compute and keep all states"),
            (lambda x, w, u, d: gradient_u(x, w, u, d) if len(x) > 1 else 0.3, "With one step"),
            (
                lambda x, w, u, d: (
                    d * np.array([u ** (len(x) - 1 - t) * h for t, h in enumerate(forward(x, w, u)[:-1])])
                ),
                "Their sum is right",
            ),
            (lambda x, w, u, d: forward(x, w, u), "it must be one number"),
            (lambda x, w, u, d: None, "returned None"),
        ],
    },
    "06.5": {
        "right": [0.0052, 0.9**50, "0.00515", 0.005],
        "wrong": [
            (45, "*multiplied* by 0.9"),
            (0.1, "what one step takes away"),
            (0.9, "after one step"),
            (0.018, "0.9 / 50"),
            (-4, "what is left"),
            (0, "but not 0"),
            (0.9**49, "49 steps"),
            (0.9**51, "51 steps"),
            (0.515, "percentage"),
            (0.5905, "to the power 5"),
            (1 / 0.9**50, "not larger"),
            ("0,0052", "decimal point"),
            (7, "Each step back"),
        ],
    },
    "06.6": {
        "right": [pad, pad_right, pad_lists, pad_keras],
        "wrong": [
            (pad_with(mask=everywhere, left=False), "runs on over the padding"),
            (pad_with(mask=everywhere), "reads the padding first"),
            (pad_with(cut=lambda codes, length: codes[:length]), "Its *first* events"),
            (pad_as_given, "Of a longer visit keep the last"),
            (pad_with(mask=lambda X: X == 0), "turned round"),
            (pad_with(mask=lambda X: (X != 0)[:, ::-1]), "at the other one"),
            (pad_with(mask=mask_one_more), "more steps"),
            (pad_with(mask=mask_one_less), "fewer steps"),
            (pad_with(mask=lambda X: np.roll(X != 0, 1, axis=1)), "other steps"),
            (pad_with(cut=lambda codes, length: codes[-length:][::-1]), "reversed order"),
            (pad_with(cut=lambda codes, length: codes[-length:][:1]), "it must read"),
            (lambda s, n: (0 * pad(s, n)[0], pad(s, n)[1]), "No event is left"),
            (pad_longest, "also where no visit is as long"),
            (lambda s, n: (pad(s, n)[0], [len(codes) for codes in s]), "one for each *step*"),
            (lambda s, n: pad(s, n)[0], "returned one array"),
            (lambda s, n: pad(s, n)[::-1], "exchanged"),
            (lambda s, n: (pad(s, n)[0], pad(s, n)[1].astype(int)), "True and False"),
            (lambda s, n: (pad(s, n)[0] + 1, pad(s, n)[1]), "no codes"),
            (lambda s, n: (pad(s, n)[0] / 7, pad(s, n)[1]), "whole numbers"),
            (lambda s, n: (s, s), "different lengths"),
            (lambda s, n: "pad", "Return two arrays"),
            (lambda s, n: None, "returned None"),
        ],
    },
    "06.7": {
        "right": [SEES, {key: value.upper() for key, value in reversed(SEES.items())}],
        "wrong": [
            ({**SEES, COUNTS: FIRST}, "two views and one cart"),
            ({**SEES, COUNTS: BOTH}, "Counts know no order"),
            ({**SEES, CONVOLUTION: NEITHER}, "A window of width 2"),
            ({**SEES, CONVOLUTION: BOTH}, "all windows of two events"),
            ({**SEES, GRU: NEITHER}, "reads step by step"),
            ({**SEES, GRU: FIRST}, "no window that ends"),
            ({**SEES, ATTENTION: FIRST}, "not on where they stand"),
            ({**SEES, ATTENTION: BOTH}, "not on where they stand"),
            ({**SEES, GRU: "all"}, "is not one of"),
            ("GRU", "dictionary"),
        ],
    },
    "06.8": {
        "right": [features, features_head, features_loop],
        "wrong": [
            (lambda e: table(e), "`n_events` is computed from the whole visit"),
            (lambda e: table(upto(e), carts=e), "`n_carts` is computed from the whole visit"),
            (lambda e: table(upto(e), seconds=e), "(`n_events`, `n_carts`: right.)"),
            (lambda e: table(upto(e, 4)), "from four events"),
            (lambda e: table(upto(e, 6)), "from six events"),
            (lambda e: table(upto(e), seconds=upto(e, 4)), "from four events"),
            (lambda e: table(e.groupby("session_id").tail(5)), "the *last* five"),
            (lambda e: table(upto(e), seconds=e[e["step"] == 5]), "fifth event alone"),
            (lambda e: table(upto(e), seconds=e[e["step"] >= 5]), "fifth event and what comes after it"),
            (lambda e: table(upto(e), carts=e[e["step"] > 5]), "missing for some visits"),
            (
                lambda e: (
                    table(e)
                    .join(table(e[e["step"] > 5])[["seconds"]].rename(columns={"seconds": "s"}))
                    .fillna(0)
                    .drop(columns="seconds")
                    .rename(columns={"s": "seconds"})
                    .assign(n_events=5, n_carts=features(e)["n_carts"])
                ),
                "*after* the fifth event",
            ),
            (lambda e: table(upto(e), total="mean"), "`seconds` is the mean"),
            (lambda e: features(e).assign(n_carts=5), "counts all events"),
            (lambda e: features(e).assign(seconds=1), "from its first five events it is"),
            (features_with_gaps, "missing for some visits"),
            (lambda e: table(e.head(5)), "Cut the table *inside* each visit"),
            (lambda e: features(e).drop(columns="seconds"), "The columns must be"),
            (
                lambda e: e.assign(n_events=5, n_carts=1)[["n_events", "n_carts", "seconds"]],
                "one row for each event",
            ),
            (lambda e: features(e)["seconds"], "Return a DataFrame"),
            (lambda e: None, "returned None"),
        ],
    },
    "06.9": {
        "right": [
            prefixes,
            prefixes_loop,
            prefixes_filter,
            prefixes_with(),
            changed(lambda f, y: (f, y.to_dict())),
            changed(lambda f, y: [f.set_index("session_id"), y.to_frame()]),
        ],
        "wrong": [
            (prefixes_with(long_enough=lambda n, k: n >= 1), "fewer than 5 events"),
            (prefixes_with(bought=nobody), "visits that bought among their first 5 events"),
            (prefixes_with(bought=nobody, drop_events=True), "visits that bought among"),
            (prefixes_with(bought=lambda e, k: e[e["step"] < k]), "bought at event 5"),
            (prefixes_with(long_enough=lambda n, k: n > k), "exactly 5 events are missing"),
            (prefixes_with(bought=lambda e, k: e), "buy later are missing"),
            (prefixes_with(long_enough=lambda n, k: n > k + 2), "Wrong are, for example"),
            (prefixes_with(first=lambda e, k: e), "knows the future"),
            (prefixes_with(first=lambda e, k: e[e["step"] < k]), "are 25 rows"),
            (prefixes_with(label=lambda e, k: e[e["step"] <= k]), "no visit buys"),
            (prefixes_with(label=lambda e, k: e[e["step"] > k + 1]), "the label of visit"),
            (prefixes_label_of_all, "in the labels"),
            (prefixes_label_gaps, "(NaN)"),
            (changed(lambda f, y: (f, ~y)), "turned round"),
            (changed(lambda f, y: (f[::-1], y)), "must stay in order"),
            (changed(lambda f, y: (f, y.to_numpy())), "must be a Series"),
            (changed(lambda f, y: (f, y.reset_index(drop=True))), "the values of `session_id`"),
            (changed(lambda f, y: (f, pd.concat([y, y]))), "more than one row"),
            (changed(lambda f, y: (f, y + 2)), "True or False"),
            (changed(lambda f, y: (f[["step"]], y)), "must have the columns"),
            (changed(lambda f, y: f), "Return two values"),
            (changed(lambda f, y: None), "returned None"),
        ],
    },
    "06.10": {
        "right": [attention, attention_loop, attention_finite, attention_with()],
        "wrong": [
            (attention_with(hide=lambda s, m: s), "The mask is not used"),
            (attention_with(hide=lambda s, m: s, after=lambda w, m: w * m), "*after* the softmax"),
            (attention_with(hide=lambda s, m: s * m), "set to 0. e to the power 0 is 1"),
            (attention_with(hide=lambda s, m: np.where(m, -np.inf, s)), "turned round"),
            (attention_with(scale=lambda d: 1), "The division is missing"),
            (attention_with(scale=lambda d: d), "divided by d"),
            (attention_with(scale=lambda d: 1 / np.sqrt(d)), "multiplied by √d"),
            (lambda Q, K, V, m: attention_with(scale=lambda d: np.sqrt(len(K)))(Q, K, V, m), "wrong root"),
            (attention_with(scale=lambda d: 1, after=lambda w, m: w / 2), "after the softmax, so"),
            (attention_with(hide=lambda s, m: s, shares=lambda s: softmax(s, 0)), "wrong side"),
            (
                attention_with(hide=lambda s, m: np.where(m, s, -1e30), shares=lambda s: softmax(s, 0)),
                "wrong side",
            ),
            (
                attention_with(shares=lambda s: np.exp(s - s.max()) / np.exp(s - s.max()).sum()),
                "all queries together",
            ),
            (
                attention_with(hide=lambda s, m: np.where(m, s, 0), shares=lambda s: s),
                "The softmax is missing",
            ),
            (attention_with(hide=lambda s, m: s, shares=lambda s: s), "and the mask, too"),
            (lambda Q, K, V, m: attention(-Q, K, V, m), "The sign of the scores"),
            (lambda Q, K, V, m: attention(0 * Q, K, V, m), "the same weight"),
            (lambda Q, K, V, m: attention(Q, K, np.eye(len(K)), m), "These are the weights"),
            (lambda Q, K, V, m: 2 * attention(Q, K, V, m), "√d times too large"),
            (attention_overflow, "in the thousands"),
            (attention_global_maximum, "of *each row*"),
            (attention_rows, "`scores[:, ~mask]`"),
            (lambda Q, K, V, m: attention(Q, K, V, m) + 0.1, "−∞ where the mask is False"),
            (lambda Q, K, V, m: attention(Q, K, V, m).T, "it must be (3, 2)"),
            (lambda Q, K, V, m: None, "returned None"),
        ],
    },
    "06.11": {
        "right": [4.819, 4.82, 1.6 - np.log(0.04), "4.819"],
        "wrong": [
            (1.6 + log(0.04), "The sign is turned round"),
            (1.6, "without correction"),
            (1.56, "q itself"),
            (40, "The *logit* was divided"),
            (2.998, "base 10"),
            (6.244, "base 2"),
            (3.219, "Add the logit"),
            (123.83, "The logit is its logarithm"),
            (3.689, "a logarithm already"),
            (3.72, "number of draws"),
            (3.433, "number of candidates"),
            (1.641, "1 − q"),
            (3.704, "product B"),
            (4.412, "product C"),
            (3.303, "product D"),
            (0.452, "The corrected *logit*"),
            ("4,82", "decimal point"),
            (9, "natural logarithm"),
        ],
    },
    "06.12": {
        "right": [recall_and_mrr, recall_loop, recall_scipy],
        "wrong": [
            (recall_with(tie=0), "do not count at all"),
            (recall_with(tie=1), "all of them came before it"),
            (recall_with(shift=0.5), "leave it out of the ties"),
            (recall_with(shift=1), "one too high"),
            (recall_with(shift=-1), "begin with 0"),
            (
                recall_with(change=lambda r, m, rank, hit, k: both(np.where(rank < k, rank, np.inf), k)),
                "`rank <= k`",
            ),
            (recall_with(change=lambda r, m, rank, hit, k: (r, (1 / rank).mean())), "MRR@k cuts as well"),
            (
                recall_with(
                    change=lambda r, m, rank, hit, k: (r, (1 / rank[hit]).mean() if hit.any() else 0)
                ),
                "over the hits alone",
            ),
            (recall_with(change=lambda r, m, rank, hit, k: (r, 1 / rank.mean())), "1 / (mean rank)"),
            (recall_with(change=lambda r, m, rank, hit, k: (r, rank.mean())), "the mean rank"),
            (
                recall_with(change=lambda r, m, rank, hit, k: (r, m * len(rank))),
                "sum of the reciprocal ranks",
            ),
            (recall_with(change=lambda r, m, rank, hit, k: (hit.sum(), m)), "count of the hits"),
            (recall_with(change=lambda r, m, rank, hit, k: (r / k, m)), "precision"),
            (recall_with(change=lambda r, m, rank, hit, k: (100 * r, 100 * m)), "percent"),
            (recall_with(change=lambda r, m, rank, hit, k: (m, r)), "exchanged"),
            (lambda s, t, k: recall_and_mrr(-s, t, k), "The order is turned round"),
            (recall_sorted, "breaks ties by the column number"),
            (recall_argsort, "not the place of each product"),
            (
                recall_with(change=lambda r, m, rank, hit, k: (r, m + 0.01)),
                "The recall is right. Rank of the target",
            ),
            (recall_with(change=lambda r, m, rank, hit, k: r), "one number"),
            (recall_with(change=lambda r, m, rank, hit, k: (hit, 1 / rank)), "one pair for each row"),
            (recall_with(change=lambda r, m, rank, hit, k: (r, m, k)), "Return two numbers"),
            (lambda s, t, k: {"recall": 1}, "Return two numbers"),
            (lambda s, t, k: None, "returned None"),
        ],
    },
    "06.13": {
        "right": [last_states, last_states_first_piece, last_states_joined],
        "wrong": [
            (last_states_with(), "never reset"),
            (last_states_with(start=True), "reset once, at the start"),
            (last_states_with(piece=True), "before each *piece*"),
            (last_states_with(after=True), "*before* each group, not after it"),
            (last_states_with(group=True, pick=lambda p: p[:1]), "Only the first piece"),
            (last_states_with(group=True, pick=lambda p: p[-1:]), "before each *piece*"),
            (last_states_with(group=True, pick=lambda p: p[::-1]), "in reversed order"),
            (last_states_with(group=True, every=True), "one for each *piece*"),
            (lambda layer, groups: last_states(layer, groups) + 0.1, "For each group: reset"),
            (
                lambda layer, groups: last_states(layer, groups).reshape(len(groups), -1, 2),
                "`np.concatenate(states)`",
            ),
            (lambda layer, groups: last_states(layer, groups[:1]), "the result has the shape"),
            (lambda layer, groups: "state", "one row for each customer"),
            (lambda layer, groups: None, "returned None"),
        ],
    },
    "06.14": {
        "right": [READS, {key: value.lower() for key, value in reversed(READS.items())}],
        "wrong": [
            ({**READS, FEW: NETWORK}, "thousands of weights"),
            ({**READS, FEW: CHARACTERS}, "English has blanks"),
            ({**READS, FAR: WORDS}, "five words earlier"),
            ({**READS, FAR: CHARACTERS}, "far away"),
            ({**READS, CHINESE: WORDS}, "Without blanks"),
            ({**READS, CHINESE: NETWORK}, "a simple baseline is tried first"),
            ({**READS, MANY: WORDS}, "stops getting better early"),
            ({**READS, MANY: CHARACTERS}, "English has blanks"),
            ({**READS, MANY: "none"}, "is not one of"),
            ("network", "dictionary"),
        ],
    },
}
