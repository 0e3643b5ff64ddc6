"""Right and wrong answers of lesson 02: the checker must accept the first and name the misconception of the second."""

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


def leaky(z, slope=0.2):
    return np.where(z > 0, z, slope * z)


def leaky_loop(z, slope=0.2):
    out = np.empty(z.shape)
    for index in np.ndindex(z.shape):
        out[index] = 1 if z[index] > 0 else slope
    return out


def leaky_mask(z, slope=0.2):
    return (z >= 0) + slope * (z < 0)


def leaky_in_place(z, slope=0.2):
    z[z >= 0] = 1
    z[z < 0] = slope
    return z


def leaky_as_list(z, slope=0.2):
    return np.where(z > 0, 1, slope).tolist()


def leaky_if(z, slope=0.2):
    return 1 if z > 0 else slope


def leaky_divided(z, slope=0.2):
    return leaky(z, slope) / z


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


LOSSES = {
    "orders in 30 days, yes or no": "binary cross-entropy",
    "first category bought, one of ten": "categorical cross-entropy",
    "spending, a few wholesale accounts": "Huber",
    "spending, the total must be right": "squared error",
}
ORDERS, CATEGORY, USUAL, TOTAL = LOSSES

ANSWERS = {
    "02.1": {
        "right": [0.45, "0.450", 0.4502],
        "wrong": [
            (-0.2, "weighted sum"),
            (0.858, "bias is missing"),
            (0, "ReLU"),
            (0.55, "sign of z"),
            (0.978, "added as +2"),
            (0.525, "swapped"),
            (0.332, "inputs are missing"),
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
        "right": [leaky_loop, leaky_mask, leaky_in_place, leaky_as_list],
        "wrong": [
            (leaky, "leaky ReLU itself"),
            (lambda z, slope=0.2: np.where(z > 0, 1, 0), "plain ReLU"),
            (lambda z, slope=0.2: np.full(z.shape, slope), "negative `z` only"),
            (lambda z, slope=0.2: np.ones_like(z), "positive `z` only"),
            (lambda z, slope=0.2: np.where(z > 0, slope, 1), "swapped"),
            (lambda z, slope=0.2: np.where(z > 0, 1, -slope), "still *rises*"),
            (lambda z, slope=0.2: np.where(z > 0, 1, slope * z), "the slope alone"),
            (lambda z, slope=0.2: np.where(z > 0, z, slope), "is 1, not z"),
            (lambda z, slope=0.2: np.where(z > 0, 1, 0.2), "use the argument"),
            (lambda z, slope=0.2: np.where(z > 0, 2, slope), "how steep"),
            (lambda z, slope=0.2: slope, "one number"),
            (lambda z, slope=0.2: None, "`return`"),
            (lambda z, slope=0.2: leaky_mask(z, slope).ravel(), "has the shape (6,)"),
            (leaky_if, "`np.where(z > 0, ..., ...)`"),
            (leaky_divided, "At z = 0"),
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
            (gradient_with(right_dz, lambda X, dz: (0 * X[0], dz.mean())), "every entry is 0"),
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
        "right": [LOSSES, {task: name.upper() for task, name in reversed(LOSSES.items())}],
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
            (lambda p, weight: p**weight, "must become 0.1"),
            (lambda p, weight: p[:, None] / (p + weight * (1 - p))[:, None], "`.ravel()`"),
            (lambda p, weight: 1 / (1 + 1 / (p / (1 - p) / weight)) + 0 / (1 - p), "became `nan`"),
            (
                lambda p, weight: np.clip(p / (p + weight * (1 - p)), 0.001, 0.999),
                "p = 0 must stay 0",
            ),
        ],
    },
}
