"""Right and wrong answers of lesson 02: the checker must accept the first and name the misconception of the second."""

import math

import numpy as np
import pandas as pd


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def logit(p):
    return np.log(p / (1 - p))


# 02.2 ------------------------------------------------------------------------------------------------------


def line_list(w, b, p):
    w1, w2 = w
    return [-w1 / w2, -(b + np.log(1 / p - 1)) / w2]


def line_two_points(w, b, p):
    x2 = [(logit(p) - b - w[0] * x1) / w[1] for x1 in (0, 1)]
    return np.array([x2[1] - x2[0], x2[0]])


def line_with(intercept, slope=lambda w: -w[0] / w[1]):
    return lambda w, b, p: (slope(w), intercept(w, b, p))


def intercept_right(w, b, p):
    return (logit(p) - b) / w[1]


# 02.3 ------------------------------------------------------------------------------------------------------


def elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * (np.exp(z) - 1))


def elu_loop(z, alpha=1.0):
    out = np.empty(z.shape)
    for index in np.ndindex(z.shape):
        out[index] = 1 if z[index] > 0 else alpha * np.exp(z[index])
    return out


def elu_minimum(z, alpha=1.0):
    return (z > 0) + alpha * np.exp(np.minimum(z, 0)) * (z <= 0)


def elu_plus_alpha(z, alpha=1.0):
    return np.where(z >= 0, 1, elu(z, alpha) + alpha)


def elu_in_place(z, alpha=1.0):
    z[z > 0] = np.nan
    z = alpha * np.exp(z)
    z[np.isnan(z)] = 1
    return z


def elu_as_list(z, alpha=1.0):
    return np.where(z > 0, 1, alpha * np.exp(z)).tolist()


def elu_if(z, alpha=1.0):
    return 1 if z > 0 else alpha * np.exp(z)


def elu_vectorized(one):
    return lambda z, alpha=1.0: np.vectorize(lambda v: one if v > 0 else alpha * math.exp(v))(z)


def elu_with(negative, positive=lambda z, alpha: 1):
    return lambda z, alpha=1.0: np.where(z > 0, positive(z, alpha), negative(z, alpha))


def elu_right(z, alpha):
    return alpha * np.exp(z)


# 02.5 ------------------------------------------------------------------------------------------------------


def gradient_mean(X, y, w, b):
    p = sigmoid(X @ w + b)
    return ((p - y)[:, None] * X).mean(axis=0), np.mean(p - y)


def gradient_loop(X, y, w, b):
    dw, db = [0.0] * X.shape[1], 0.0
    for row, label in zip(X, y, strict=True):
        mistake = sigmoid(row @ w + b) - label
        dw = [d + mistake * x / len(y) for d, x in zip(dw, row, strict=True)]
        db += mistake / len(y)
    return [dw, db]


def gradient_ones(X, y, w, b):
    X1 = np.column_stack([X, np.ones(len(X))])
    both = X1.T @ (sigmoid(X1 @ np.append(w, b)) - y) / len(y)
    return both[:-1], both[-1:]


def gradient_with(dz, finish=lambda X, dz: (X.T @ dz / len(X), dz.mean())):
    """A gradient made of the derivative by z of each row, and of what is done with it."""

    def bce_gradient(X, y, w, b):
        z = X @ w + b
        return finish(X, dz(z, y))

    return bce_gradient


def right_dz(z, y):
    return sigmoid(z) - y


def long_way(z, y):
    p = sigmoid(z)
    return (p - y) / (p * (1 - p)) * (p * (1 - p))


def gradient_column(X, y, w, b):
    p = sigmoid(X @ w.reshape(-1, 1) + b)
    return X.T @ (p - y) / len(y), np.mean(p - y)


def gradient_forgets_extremes(z, y):
    p = sigmoid(z)
    return np.where((p > 1e-7) & (p < 1 - 1e-7), p - y, 0)


def gradient_of(p):
    """The right gradient, with another prediction in it."""

    def bce_gradient(X, y, w, b):
        dz = p(X, w, b) - y
        return X.T @ dz / len(y), dz.mean()

    return bce_gradient


def gradient_clips_bias(X, y, w, b):
    dz = sigmoid(X @ w + b) - y
    return X.T @ dz / len(y), gradient_forgets_extremes(X @ w + b, y).mean()


# 02.6 ------------------------------------------------------------------------------------------------------


def softmax(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_rows(Z, Y):
    return np.array([(p - y) / len(Y) for p, y in zip(softmax(Z), Y, strict=True)])


def softmax_jacobian(Z, Y):
    P, out = softmax(Z), []
    for p, y in zip(P, Y, strict=True):
        jacobian = np.diag(p) - np.outer(p, p)
        out.append(jacobian @ (-y / p))
    return pd.DataFrame(out) / Z.shape[0]


# 02.9 ------------------------------------------------------------------------------------------------------


def bce_logaddexp(z, y):
    return np.logaddexp(0, z) - y * z


def bce_two_cases(z, y):
    return np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z))


def bce_relu(z, y):
    return (np.abs(z) + z) / 2 - y * z + np.log(1 + np.exp(-np.abs(z)))


def bce_naive(z, y):
    p = sigmoid(z)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce_clipped(z, y):
    p = np.clip(sigmoid(z), 1e-7, 1 - 1e-7)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce_epsilon(z, y):
    p = sigmoid(z)
    return -(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))


def bce_nan_to_num(z, y):
    return np.nan_to_num(bce_naive(z, y))


def bce_no_abs(z, y):
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(-z))


def bce_where(z, y):
    soft = np.where(z > 0, z + np.log1p(np.exp(-z)), np.log1p(np.exp(z)))
    return soft - y * z


def bce_clipped_logit(z, y):
    return bce_logaddexp(np.clip(z, -500, 500), y)


# 02.13 -----------------------------------------------------------------------------------------------------


def corrected_odds(p, weight):
    with np.errstate(divide="ignore"):
        odds = p / (1 - p) / weight
        return np.where(p == 1, 1, 1 / (1 + 1 / odds))


def corrected_clipped(p, weight):
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return pd.Series(sigmoid(logit(p) - np.log(weight)))


def corrected_bayes(p, weight):
    return [(q / weight) / (q / weight + 1 - q) for q in p]


# 02.14 -----------------------------------------------------------------------------------------------------


def train_loop(X, y, lr, epochs):
    w, b = [0.0] * X.shape[1], 0.0
    for _ in range(epochs):
        dw, db = gradient_loop(X, y, np.array(w), b)
        w = [v - lr * d for v, d in zip(w, dw, strict=True)]
        b -= lr * db
    return w, b


def train_ones(X, y, lr, epochs):
    X1, v = np.column_stack([X, np.ones(len(X))]), np.zeros(X.shape[1] + 1)
    while epochs > 0:
        v += lr * (X1 * (y - sigmoid(X1 @ v))[:, None]).mean(axis=0)
        epochs -= 1
    return pd.Series(v[:-1]), v[-1:]


def train_float32(X, y, lr, epochs):
    w, b = np.zeros(X.shape[1], "float32"), np.float32(0)
    for _ in range(epochs):
        dw, db = gradient_mean(X.astype("float32"), y.astype("float32"), w, b)
        w, b = w - np.float32(lr) * dw, b - np.float32(lr) * db
    return [w, b]


def train_with(
    dw=1,
    db=1,
    start=lambda d: (np.zeros(d), 0.0),
    p=lambda X, w, b: sigmoid(X @ w + b),
    more=0,
    dz=None,
    keep=1,
):
    """A training with a slip; `dw` and `db` may be numbers or functions of the number of rows."""

    def train_neuron(X, y, lr, epochs):
        w, b = start(X.shape[1])
        for _ in range(epochs + more):
            d = p(X, w, b) - y if dz is None else dz(p(X, w, b), y)
            n = len(y)
            step = (dw(n) if callable(dw) else dw) * lr * X.T @ d / n
            w, b = keep * w - step, keep * b - (db(n) if callable(db) else db) * lr * d.mean()
        return w, b

    return train_neuron


def train_new_weights(X, y, lr, epochs):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(epochs):
        w = w - lr * X.T @ (sigmoid(X @ w + b) - y) / len(y)
        b = b - lr * np.mean(sigmoid(X @ w + b) - y)
    return w, b


def train_new_bias(X, y, lr, epochs):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(epochs):
        b = b - lr * np.mean(sigmoid(X @ w + b) - y)
        w = w - lr * X.T @ (sigmoid(X @ w + b) - y) / len(y)
    return w, b


def train_column(X, y, lr, epochs, labels=lambda y: y):
    w, b = np.zeros((X.shape[1], 1)), 0.0
    for _ in range(epochs):
        dz = sigmoid(X @ w + b) - labels(y)
        w, b = w - lr * X.T @ dz / len(y), b - lr * dz.mean()
    return w, b


def train_labels_column(X, y, lr, epochs):
    return train_column(X, y, lr, epochs, labels=lambda y: y[:, None])


def train_history(X, y, lr, epochs):
    path = [train_loop(X, y, lr, k) for k in range(epochs + 1)]
    return np.array([w for w, _ in path]), np.array([b for _, b in path])


def train_with_losses(X, y, lr, epochs):
    return (*train_loop(X, y, lr, epochs), [0.5] * epochs)


def train_returns_early(X, y, lr, epochs):
    for _ in range(epochs):
        return train_loop(X, y, lr, 1)


def train_bias_rows(X, y, lr, epochs):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(epochs):
        dz = (sigmoid(X @ w + b) - y) / len(y)
        w, b = w - lr * X.T @ dz, b - lr * dz
    return w, b


def train_one_weight(X, y, lr, epochs):
    return float(np.mean(train_loop(X, y, lr, epochs)[0])), 0.0


LOSSES = {
    "orders in 30 days, yes or no": "binary cross-entropy",
    "first category bought, one of ten": "categorical cross-entropy",
    "spending, a few wholesale accounts": "Huber",
    "spending, the total must be right": "squared error",
}
ORDERS, CATEGORY, USUAL, TOTAL = LOSSES

ANSWERS = {
    "02.1": {
        "right": [0.45, "0.450", 0.4502, "45 %", 45.02],
        "wrong": [
            (-0.2, "weighted sum"),
            (0.858, "bias is missing"),
            (0, "ReLU"),
            (0.55, "sign of z"),
            (0.978, "added as +2"),
            (0.525, "swapped"),
            (0.332, "inputs are missing"),
            ("0,450", "decimal point"),
            (0.7, "Three steps"),
        ],
    },
    "02.2": {
        "right": [line_list, line_two_points],
        "wrong": [
            (line_with(lambda w, b, p: (p - b) / w[1]), "z on the line is its logit"),
            (line_with(lambda w, b, p: -b / w[1]), "line of p = 0.5"),
            (line_with(lambda w, b, p: (logit(p) + b) / w[1]), "bias has the wrong sign"),
            (line_with(lambda w, b, p: (-logit(p) - b) / w[1]), "upside down"),
            (line_with(lambda w, b, p: logit(p) - b), "not yet divided"),
            (line_with(lambda w, b, p: (sigmoid(p) - b) / w[1]), "the way back"),
            (line_with(lambda w, b, p: (np.log(p) - b) / w[1]), "*odds*"),
            (line_with(lambda w, b, p: (p / (1 - p) - b) / w[1]), "*logarithm* of the odds"),
            (line_with(lambda w, b, p: (np.log10(p / (1 - p)) - b) / w[1]), "you used the one to base 10"),
            (line_with(lambda w, b, p: (np.log2(p / (1 - p)) - b) / w[1]), "you used the one to base 2"),
            (line_with(lambda w, b, p: [intercept_right(w, b, p)]), "`.item()`"),
            (line_with(intercept_right, lambda w: -w[:1] / w[1:]), "not `w[:1]`"),
            (line_with(lambda w, b, p: 17.0), "must be 4"),
            (line_with(intercept_right, lambda w: w[0] / w[1]), "slope has the wrong sign"),
            (line_with(intercept_right, lambda w: -w[1] / w[0]), "axes are swapped"),
            (line_with(intercept_right, lambda w: -w[0]), "not yet divided"),
            (line_with(intercept_right, lambda w: 3.0), "must be -1.6"),
            (lambda w, b, p: line_list(w, b, p)[::-1], "order is turned round"),
            (lambda w, b, p: -w[0] / w[1], "Return two values"),
            (lambda w, b, p: (w, b), "the shape (2,)"),
            ((-1.6, 4.0, 1.0), "check(line)"),
            ([-1.6, 4.0], "the function itself"),
        ],
    },
    "02.3": {
        "right": [elu_loop, elu_minimum, elu_plus_alpha, elu_in_place, elu_as_list, elu_vectorized(1.0)],
        "wrong": [
            (elu, "ELU itself"),
            (elu_with(lambda z, alpha: alpha * (np.exp(z) - 1)), "does not change with z"),
            (lambda z, alpha=1.0: np.ones_like(z), "positive `z` only"),
            (elu_with(lambda z, alpha: 0), "plain ReLU"),
            (elu_with(lambda z, alpha: np.exp(z)), "factor alpha stays"),
            (elu_with(lambda z, alpha: alpha), "alpha alone"),
            (lambda z, alpha=1.0: alpha * np.exp(z), "negative `z` only"),
            (elu_with(elu_right, lambda z, alpha: z), "is 1, not z"),
            (elu_with(lambda z, alpha: 1, elu_right), "swapped"),
            (elu_with(lambda z, alpha: -alpha * np.exp(z)), "still *rises*"),
            (elu_with(lambda z, alpha: alpha * np.exp(-z)), "the wrong sign"),
            (elu_with(lambda z, alpha: alpha * z * np.exp(z - 1)), "rule for powers"),
            (elu_with(elu_right, lambda z, alpha: 2), "Differentiate each side"),
            (lambda z, alpha=0.2: elu_minimum(z, alpha), "and alpha = 1 the result"),
            (lambda z, alpha=1.0: (z > 0) + alpha * np.exp(z) * (z < 0), "At z = 0"),
            (lambda z, alpha=1.0: (z > 0) + alpha * np.exp(z) * (z <= 0), "infinite times 0"),
            (elu_vectorized(1), "`1` is an integer"),
            (lambda z, alpha=1.0: alpha, "one number"),
            (lambda z, alpha=1.0: None, "`return`"),
            (lambda z, alpha=1.0: elu_minimum(z, alpha).ravel(), "has the shape (6,)"),
            (elu_if, "`np.where(z > 0, ..., ...)`"),
            (lambda z, alpha=1.0: alpha * math.exp(z), "`np.exp` takes the whole array"),
        ],
    },
    "02.4": {
        "right": [-0.0049, "-0.0049", -0.00492],
        "wrong": [
            (-0.9975, "*cross-entropy*"),
            (-1.995, "derivative by a"),
            (0.0049, "the sign is not"),
            (-0.0025, "half of it"),
            (0.0025, "slope of the sigmoid"),
            (0.9951, "the loss itself"),
            (-0.005, "four decimals"),
        ],
    },
    "02.5": {
        "right": [gradient_mean, gradient_loop, gradient_ones],
        "wrong": [
            (gradient_with(lambda z, y: y - sigmoid(z)), "dw: every entry has the opposite sign"),
            (gradient_with(right_dz, lambda X, dz: (X.T @ dz, dz.sum())), "rows (8) is missing"),
            (gradient_with(right_dz, lambda X, dz: (X.T @ dz / len(X), dz.sum())), "db: the division by"),
            (gradient_with(right_dz, lambda X, dz: (X.T @ dz / len(X) ** 2, dz.mean())), "done twice"),
            (gradient_with(right_dz, lambda X, dz: (X.T @ dz / len(X), -dz.mean())), "db: every entry"),
            (gradient_with(right_dz, lambda X, dz: (X.T @ dz / len(X), dz)), "one number for each row"),
            (gradient_with(right_dz, lambda X, dz: (X.T @ dz / len(X), None)), "`db` is `None`"),
            (gradient_with(right_dz, lambda X, dz: (X.T @ dz[:, None] / len(X), dz.mean())), "`.ravel()`"),
            (gradient_with(right_dz, lambda X, dz: (X * dz[:, None], dz.mean())), "line for each row"),
            (gradient_with(right_dz, lambda X, dz: (dz.mean(), dz.mean())), "its own derivative"),
            (gradient_with(right_dz, lambda X, dz: X.T @ dz / len(X)), "Return two values"),
            (gradient_with(right_dz, lambda X, dz: (0 * X[0], dz.mean())), "every entry is zero"),
            (gradient_with(lambda z, y: 2 * (sigmoid(z) - y)), "factor 2 too many"),
            (gradient_with(lambda z, y: z - y), "where the probability belongs"),
            (gradient_with(lambda z, y: right_dz(z, y) * sigmoid(z) * sigmoid(-z)), "squared error"),
            (gradient_with(lambda z, y: 2 * right_dz(z, y) * sigmoid(z) * sigmoid(-z)), "squared error"),
            (gradient_with(lambda z, y: right_dz(z, y) / sigmoid(z) / sigmoid(-z)), "derivative by p"),
            (gradient_with(lambda z, y: -y * sigmoid(-z)), "Only the customers who ordered"),
            (gradient_with(lambda z, y: sigmoid(z)), "labels are missing"),
            (gradient_with(long_way), "Shorten the fraction"),
            (gradient_with(gradient_forgets_extremes), "most wrong"),
            (gradient_column, "gives a table of"),
            (gradient_of(lambda X, w, b: sigmoid(X @ w)), "bias is missing"),
            (gradient_of(lambda X, w, b: 1 / (1 + np.exp(X @ w + b))), "a minus is missing"),
            (gradient_of(lambda X, w, b: 1 / (1 + np.exp(-X @ w + b))), "−(X @ w + b)"),
            (gradient_clips_bias, "`db` is"),
        ],
    },
    "02.6": {
        "right": [softmax_rows, softmax_jacobian],
        "wrong": [
            (lambda Z, Y: (Y - softmax(Z)) / Z.shape[1], "Both faults"),
            (lambda Z, Y: (softmax(Z) - Y) / Z.shape[1], "*classes* (3)"),
            (lambda Z, Y: (Y - softmax(Z)) / len(Z), "climbs"),
            (lambda Z, Y: softmax(Z) - Y, "division is missing"),
            (lambda Z, Y: (softmax(Z) - Y) / Z.size, "rows *and* classes"),
            (lambda Z, Y: (softmax(Z) - Y).mean(axis=0), "the shape (3,)"),
            (lambda Z, Y: Y - softmax(Z), "For one row it is"),
            (lambda Z, Y: softmax(Z) / len(Z), "For one row it is"),
        ],
    },
    "02.7": {
        "right": [0.00025, "0.00025", 0.5 / 2000],
        "wrong": [
            (0.5, "2,000 times as long"),
            (1000, "You multiplied"),
            (0.0005, "must be divided by 2,000"),
            (0.0003, "is rounded"),
            (0.0002, "cut off"),
            (4000, "other way round"),
            (0.1, "the product must stay the same"),
        ],
    },
    "02.8": {
        "right": ["b", "B", "(B)"],
        "wrong": [("A", "good learning rate"), ("C", "too *low*"), ("d", "empty cell")],
    },
    "02.9": {
        "right": [bce_logaddexp, bce_two_cases, bce_relu],
        "wrong": [
            (bce_naive, "Only e^(−|z|) can never overflow"),
            (bce_clipped, "the loss must be 1000, and it is 16.1"),
            (bce_epsilon, "small number inside the logarithm"),
            (bce_nan_to_num, "`np.nan_to_num` hides"),
            (bce_no_abs, "absolute value is missing"),
            (bce_where, "computes both of its branches"),
            (bce_clipped_logit, "they must be 0, 1000, 1000, 0"),
            (lambda z, y: bce_logaddexp(z, y).mean(), "one loss for each row"),
            (lambda z, y: None, "`None`"),
            (lambda z, y: -bce_logaddexp(z, y), "loss is positive"),
            (lambda z, y: bce_logaddexp(z, 1 - y), "labels are turned round"),
            (lambda z, y: np.logaddexp(0, -z), "customers who ordered"),
            (lambda z, y: np.log1p(np.exp(-np.abs(z))), "first part is missing"),
            (lambda z, y: np.maximum(z, 0) - z * y, "last part is missing"),
            (lambda z, y: np.maximum(z, 0) - z * y + np.log1p(np.exp(np.abs(z))), "must be negative"),
            (lambda z, y: bce_logaddexp(z, y) * 2, "must stay the same"),
        ],
    },
    "02.10": {
        "right": [0.215, 0.2146, "21.5 %"],
        "wrong": [
            (0.246, "multiplied the *probability*"),
            (0.273, "new odds"),
            (0.19, "not a percentage"),
            (1.0, "added the weight"),
            (0.711, "one half"),
            (0.043, "*lower*"),
            (-1.297, "new logit"),
            (0.5, "Three steps"),
        ],
    },
    "02.11": {
        "right": [
            LOSSES,
            {task: name.upper() for task, name in reversed(LOSSES.items())},
            dict(
                zip(
                    LOSSES,
                    ("binary crossentropy", "CategoricalCrossentropy", "Huber loss", "mean squared error"),
                    strict=True,
                )
            ),
            dict(
                zip(
                    LOSSES,
                    ("binary cross entropy ", "categorical_crossentropy", "huber-loss", "MSE"),
                    strict=True,
                )
            ),
        ],
        "wrong": [
            (LOSSES | {ORDERS: "categorical cross-entropy"}, "one output with a sigmoid"),
            (LOSSES | {ORDERS: "squared error"}, "almost no gradient"),
            (LOSSES | {CATEGORY: "binary cross-entropy"}, "ten separate questions"),
            (LOSSES | {CATEGORY: "squared error"}, "between a book and a chair"),
            (LOSSES | {USUAL: "binary cross-entropy"}, "third task"),
            (LOSSES | {TOTAL: "categorical cross-entropy"}, "last task"),
            (LOSSES | {USUAL: "squared error", TOTAL: "Huber"}, "are swapped"),
            (LOSSES | {USUAL: "squared error"}, "ten thousand times"),
            (LOSSES | {TOTAL: "Huber"}, "below the mean"),
            (LOSSES | {TOTAL: "hinge"}, "'hinge' is not one of"),
            ({ORDERS: "binary cross-entropy"}, "exactly these keys"),
        ],
    },
    "02.12": {
        "right": ["b", "(b)"],
        "wrong": [("a", "same minimum"), ("c", "far below 0.5"), ("d", "negative values")],
    },
    "02.13": {
        "right": [corrected_odds, corrected_clipped, corrected_bayes],
        "wrong": [
            (lambda p, weight: p / weight, "divided the *probability*"),
            (lambda p, weight: p * weight / (p * weight + 1 - p), "goes the wrong way"),
            (lambda p, weight: sigmoid(logit(p) - weight), "subtract `np.log(weight)`"),
            (lambda p, weight: logit(p) - np.log(weight), "These are logits"),
            (lambda p, weight: p / (1 - p) / weight, "These are odds"),
            (lambda p, weight: p, "did not change"),
            (lambda p, weight: p**weight, "p = 0.9 became 0.387; it must become 0.5"),
            (lambda p, weight: p / (p * weight + (1 - p)), "belongs at 1 − p"),
            (lambda p, weight: p[:, None] / (p + weight * (1 - p))[:, None], "`.ravel()`"),
            (lambda p, weight: 1 / (1 + 1 / (p / (1 - p) / weight)) + 0 / (1 - p), "became `nan`"),
            (
                lambda p, weight: np.clip(p / (p + weight * (1 - p)), 0.001, 0.999),
                "p = 0 must stay 0",
            ),
        ],
    },
    "02.14": {
        "right": [train_loop, train_ones, train_float32],
        "wrong": [
            (train_with(-1, -1), "gradient *ascent*"),
            (train_with(-1, 1), "The weights climb"),
            (train_with(1, -1), "The bias climbs"),
            (train_with(lambda n: n, lambda n: n), "gradient of the *sum*"),
            (train_with(lambda n: n), "The weights use the sum"),
            (train_with(1, lambda n: n), "The bias uses the sum"),
            (train_with(lambda n: 1 / n, lambda n: 1 / n), "done twice"),
            (train_with(lambda n: 1 / n), "For the weights the division"),
            (train_with(1, 0), "The bias stays 0"),
            (train_with(0, 1), "The weights stay 0"),
            (train_new_weights, "uses the *new* weights"),
            (train_new_bias, "uses the *new* bias"),
            (train_with(keep=0), "replaces the weights"),
            (train_with(p=lambda X, w, b: X @ w + b), "sigmoid is missing"),
            (train_with(p=lambda X, w, b: sigmoid(X @ w)), "bias is missing in the prediction"),
            (train_with(dz=lambda p, y: p), "labels are missing"),
            (train_with(dz=lambda p, y: (p - y) * p * (1 - p)), "belongs to the squared error"),
            (train_with(2, 2, dz=lambda p, y: (p - y) * p * (1 - p)), "gradient of the squared error"),
            (train_with(2, 2), "factor 2 too many"),
            (lambda X, y, lr, epochs: train_loop(X, y, 1, epochs), "learning rate is not used"),
            (train_with(more=1), "there were 4 steps"),
            (train_with(more=-1), "there were 2 steps"),
            (train_returns_early, "inside the loop"),
            (train_with(start=lambda d: (np.ones(d), 0.0)), "does not start at zero"),
            (train_with(start=lambda d: (np.zeros(d), 1.0)), "does not start at zero"),
            (train_with(start=lambda d: (np.random.default_rng(0).normal(size=d), 0.0)), "no random start"),
            (train_with(dz=lambda p, y: np.sign(p - y)), "they must be"),
            (train_labels_column, "`.ravel()`"),
            (train_column, "gives a table of"),
            (train_history, "Return those after the last step only"),
            (train_with_losses, "Return two values"),
            (train_bias_rows, "one number for each row"),
            (train_one_weight, "each of the 4 weights"),
            (lambda X, y, lr, epochs: None, "Return two values"),
        ],
    },
    "02.15": {
        "right": [0.2, "20 %", "0.20", 1.2 / 6],
        "wrong": [
            (5, "upside down"),
            (0.17, "cost / (cost + value)"),
            (0.1667, "cost / (cost + value)"),
            (0.25, "taken off twice"),
            (0.8, "does *not* order"),
            (7.2, "euros"),
            (4.8, "Many letters earn nothing"),
            (0.1, "letter in the lesson"),
            (0.15, "1.20 / 8"),
            (0.133, "0.80 / 6"),
            (0.5, "knows no euros"),
            (0.3, "For which p is this 0?"),
        ],
    },
}
