"""Right and wrong answers of lesson 03: the checker must accept the first and name the misconception of the second."""

import numpy as np

from mktutils.scratch import SGD, BinaryCrossentropy, Dense, Network, get_initializer, numerical_gradient


def sig(z):
    return 1 / (1 + np.exp(-z))


def _edited(source, *changes):
    """The function that `source` defines, with some of its text replaced: (old, new), (old, new), …"""
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    names = {"np": np}
    exec(source, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


# 03.2 -----------------------------------------------------------------------------------------------------


def hidden_plain(X, y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    dZ2 = (sig(A1 @ W2 + b2) - y) / len(X)
    return X.T @ (dZ2 @ W2.T / np.cosh(Z1) ** 2)


def hidden_rows(X, y, W1, b1, W2, b2):
    total = np.zeros(W1.shape)
    for x, label in zip(X, y[:, 0], strict=True):
        a = np.tanh(x @ W1 + b1)
        p = sig(a @ W2[:, 0] + b2[0])
        total += np.outer(x, (p - label) * W2[:, 0] * (1 - a**2))
    return (total / len(X)).tolist()


def hidden_numerical(X, y, W1, b1, W2, b2):
    def loss(W):
        p = sig(np.tanh(X @ W + b1) @ W2 + b2)
        return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())

    return numerical_gradient(loss, W1)


def _hidden(
    slope=lambda Z1, A1: 1 - A1**2, top=lambda P, y, n: (P - y) / n, bias_1=1, bias_2=1, end=lambda g: g
):
    """A variant of the right answer with one part changed."""

    def hidden_gradient(X, y, W1, b1, W2, b2):
        Z1 = X @ W1 + bias_1 * b1
        A1 = np.tanh(Z1)
        P = sig(A1 @ W2 + bias_2 * b2)
        return end(X.T @ (top(P, y, len(X)) @ W2.T * slope(Z1, A1)))

    return hidden_gradient


def hidden_not_transposed(X, y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    dZ2 = (sig(A1 @ W2 + b2) - y) / len(X)
    dA1 = dZ2 @ W2
    return X.T @ (dA1 * (1 - A1**2))


def hidden_flat_prediction(X, y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    dZ2 = (sig((A1 @ W2 + b2)[:, 0]) - y) / len(X)
    return X.T @ (dZ2 @ W2.T * (1 - A1**2))


def hidden_without_weights(X, y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    return X.T @ ((sig(A1 @ W2 + b2) - y) / len(X) * (1 - A1**2))


def hidden_logit(X, y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    return X.T @ ((A1 @ W2 + b2 - y) / len(X) @ W2.T * (1 - A1**2))


def hidden_all(X, y, W1, b1, W2, b2):
    return hidden_plain(X, y, W1, b1, W2, b2), b1, W2, b2


def hidden_none(X, y, W1, b1, W2, b2):
    hidden_plain(X, y, W1, b1, W2, b2)


HIDDEN = """
def hidden_gradient(X, y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    P = 1 / (1 + np.exp(-Z2))
    dZ2 = (P - y) / len(X)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1
    return dW1
"""
HIDDEN_SHORT = """
def hidden_gradient(X, y, W1, b1, W2, b2):
    a = np.tanh(X @ W1 + b1)
    return X.T @ ((1 / (1 + np.exp(-(a @ W2 + b2))) - y) / len(X) @ W2.T * (1 - a**2))
"""


def hidden_with(*changes):
    return _edited(HIDDEN, *changes)


# 03.3 -----------------------------------------------------------------------------------------------------


def _backward(
    top=lambda P, y, n: (P - y) / n,
    mask=lambda Z1, dA1: Z1 > 0,
    db2=lambda dZ2: dZ2.sum(axis=0),
    db1=lambda dZ1: dZ1.sum(axis=0),
    end=lambda *gradients: gradients,
):
    def backward(X, y, W1, b1, W2, b2):
        Z1 = X @ W1 + b1
        A1 = np.maximum(Z1, 0)
        P = sig(A1 @ W2 + b2)
        dZ2 = top(P, y, len(X))
        dA1 = dZ2 @ W2.T
        dZ1 = dA1 * mask(Z1, dA1)
        return end(X.T @ dZ1, db1(dZ1), A1.T @ dZ2, db2(dZ2))

    return backward


def backward_as_given(X, y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    P = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (y - P) / len(X)
    dW2 = A1.T @ dZ2
    db2 = dZ2
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (dA1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return dW1, db1, dW2, db2


def backward_other_place(X, y, W1, b1, W2, b2):
    """The division by n stands at the end, the mask comes from A1, and db2 is a number."""
    A1 = np.maximum(X @ W1 + b1, 0)
    dZ2 = sig(A1 @ W2 + b2) - y
    dZ1 = np.where(A1 > 0, dZ2 * W2[:, 0], 0)
    n = len(X)
    return [X.T @ dZ1 / n, dZ1.mean(axis=0), A1.T @ dZ2 / n, float(dZ2.mean())]


BACKWARD = """
def backward(X, y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    P = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (P - y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return dW1, db1, dW2, db2
"""


def backward_with(*changes):
    return _edited(BACKWARD, *changes)


def _names(*gradients):
    return dict(zip(["dW1", "db1", "dW2", "db2"], gradients, strict=True))


# 03.5 -----------------------------------------------------------------------------------------------------


class Value:
    """An engine as in the lesson; its numbers are wrapped."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def _apply(self, result, slope):
        out = Value(result, (self,))

        def _backward():
            self.grad += slope * out.grad

        out._backward = _backward
        return out

    def __pow__(self, k):
        return self._apply(self.data**k, k * self.data ** (k - 1))

    def exp(self):
        return self._apply(np.exp(self.data), np.exp(self.data))

    def tanh(self):
        return self._apply(np.tanh(self.data), 1 - np.tanh(self.data) ** 2)

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()


def _sigmoid(number=sig, slope=lambda z, a: a * (1 - a), passes_on=True, adds=True, early=False):
    """A new operation with one part changed."""

    def sigmoid(v):
        a = number(v.data)
        out = Value(a, (v,))
        at_birth = out.grad

        def _backward():
            arrives = (at_birth if early else out.grad) if passes_on else 1
            v.grad = (v.grad if adds else 0) + slope(v.data, a) * arrives

        out._backward = _backward
        return out

    return sigmoid


def sigmoid_number(v):
    return sig(v.data)


def sigmoid_same_node(v):
    v.data = sig(v.data)
    return v


def sigmoid_changes_input(v):
    out = Value(sig(v.data), (v,))
    v.data = out.data
    return out


def sigmoid_no_backward(v):
    return Value(sig(v.data), (v,))


def sigmoid_minus(v):
    out = Value(sig(v.data), (v,))

    def _backward():
        v.grad -= out.data * (1 - out.data) * out.grad

    out._backward = _backward
    return out


def sigmoid_own_gradient(v):
    out = Value(sig(v.data), (v,))

    def _backward():
        v.grad += out.data * (1 - out.data) * v.grad

    out._backward = _backward
    return out


def sigmoid_argument(v):
    out = Value(sig(v.data), (v,))

    def _backward(gradient):
        v.grad += out.data * (1 - out.data) * gradient

    out._backward = _backward
    return out


def sigmoid_without_parent(v):
    out = _sigmoid()(v)
    out.parents = ()
    return out


def sigmoid_called_late(v):
    out = _sigmoid()(v)
    backward = out._backward

    def _backward():
        out.parents[0]._backward = backward()

    out._backward = _backward
    return out


def sigmoid_of_the_same_type(v):
    out = type(v)(sig(v.data), (v,))

    def _backward():
        v.grad += out.data * (1 - out.data) * out.grad

    out._backward = _backward
    return out


_apart = {
    "np": np
}  # functions of a cell that has no `Value` of its own: the checker's engine must have the same operations
exec(
    "def by_apply(v):\n    a = 1 / (1 + np.exp(-v.data))\n    return v._apply(a, a * (1 - a))\n"
    "def by_operations(v):\n    return 1 / (1 + (-v).exp())\n"
    "def by_tanh(v):\n    return (1.0 - -(v / 2.0).tanh()) * 0.5\n",
    _apart,
)


def sigmoid_called(v):
    out = _sigmoid()(v)
    out._backward = out._backward()
    return out


def sigmoid_parent(v):
    return Value(sig(v.data), (v))


class Strict(Value):
    """An engine whose constructor goes through the parents."""

    def __init__(self, data, parents=()):
        super().__init__(data, tuple(parents))


def sigmoid_parent_strict(v):
    return Strict(sig(v.data), v)


def sigmoid_of_operations(v):
    return ((v * -1).exp() + 1) ** -1


# 03.7 -----------------------------------------------------------------------------------------------------


def adam_keras(w, g, m, v, t, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = m + (g - m) * (1 - beta_1)
    v = v + (np.square(g) - v) * (1 - beta_2)
    alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - m * alpha / (np.sqrt(v) + epsilon), m, v


def adam_in_place(w, g, m, v, t, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m *= beta_1
    m += (1 - beta_1) * g
    v *= beta_2
    v += (1 - beta_2) * g * g
    w -= lr * (m / (1 - beta_1**t)) / ((v / (1 - beta_2**t)) ** 0.5 + epsilon)
    return [w, m, v]


def adam_epsilon_inside(w, g, m, v, t, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
    return w - lr * (m / (1 - beta_1**t)) / np.sqrt(v / (1 - beta_2**t) + epsilon), m, v


def _adam(
    mean=lambda m, g, b: b * m + (1 - b) * g,
    square=lambda v, g, b: b * v + (1 - b) * g**2,
    step=lambda c: c["lr"] * c["m_hat"] / (np.sqrt(c["v_hat"]) + c["epsilon"]),
    end=lambda w, m, v, c: (w, m, v),
):
    def adam_step(w, g, m, v, t, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        c = {"old_m": m, "g": g, "t": t, "lr": lr, "beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}
        m, v = mean(m, g, beta_1), square(v, g, beta_2)
        c |= {"m": m, "v": v, "m_hat": m / (1 - beta_1**t), "v_hat": v / (1 - beta_2**t)}
        with np.errstate(all="ignore"):
            return end(w - step(c), m, v, c)

    return adam_step


def _adam_corrected(of_m, of_v):
    """One step of Adam with another correction of `m` or `v`; None: the right one."""
    of_m, of_v = (f or (lambda b, t: 1 - b**t) for f in (of_m, of_v))
    return _adam(
        step=lambda c: (
            c["lr"]
            * c["m"]
            / of_m(c["beta_1"], c["t"])
            / (np.sqrt(c["v"] / of_v(c["beta_2"], c["t"])) + c["epsilon"])
        )
    )


def _root(x):
    return np.sqrt(x) + 1e-7


# 03.8, 03.11 ----------------------------------------------------------------------------------------------

CURVES = {"A": "100 times too low", "B": "overfitting", "C": "10 times too high", "D": "good"}
NAN, VANISH = (
    "no gaps, loss from logits, yet NaN after a few steps",
    "gradients of the first layers are a millionth of the last ones",
)
APART, SLOW = "training loss falls, validation loss rises", "loss falls, but needs 300 epochs"
LOWER, HIGHER = "lower the learning rate", "raise the learning rate"
BUILD = "ReLU with He initialisation or residual connections"
STOP = "early stopping or regularisation"
CURES = {NAN: LOWER, VANISH: BUILD, APART: STOP, SLOW: HIGHER}


# 03.13 ----------------------------------------------------------------------------------------------------


def _he(std, kind="normal"):
    def he_normal(n_inputs, units, rng):
        size = (n_inputs, units)
        if kind == "uniform":
            return rng.uniform(-1, 1, size) * np.sqrt(3) * std(n_inputs, units)
        if kind == "cut":
            draws = rng.normal(size=size)
            while (out := np.abs(draws) > 2).any():
                draws[out] = rng.normal(size=out.sum())
            return draws * std(n_inputs, units)
        return rng.normal(0, std(n_inputs, units), size)

    return he_normal


# 03.15 ----------------------------------------------------------------------------------------------------


def _train(
    gradients=None,
    new=lambda w, g, lr: w - lr * g,
    end=lambda *weights: weights,
    top=lambda P, y, n: (P - y) / n,
):
    """One step with one part changed: how the gradients, the new weights or the result are made."""
    gradients = gradients or _backward(top=top)

    def train_step(X, y, W1, b1, W2, b2, lr):
        weights = (W1, b1, W2, b2)
        return end(*(new(w, g, lr) for w, g in zip(weights, gradients(X, y, *weights), strict=True)))

    return train_step


def _tanh_gradients(X, y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    dZ2 = (sig(A1 @ W2 + b2) - y) / len(X)
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    return X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)


def train_scratch(X, y, W1, b1, W2, b2, lr):
    network = Network(
        [Dense(len(b1), "relu"), Dense(1, "sigmoid")],
        loss=BinaryCrossentropy(),
        optimizer=SGD(lr),
        dtype="float64",
    ).build(X.shape[1])
    network.set_weights([W1, b1, W2, b2])
    network.train_on_batch(X, y)
    return network.get_weights()


def train_output_first(X, y, W1, b1, W2, b2, lr):
    A1 = np.maximum(X @ W1 + b1, 0)
    dZ2 = (sig(A1 @ W2 + b2) - y) / len(X)
    W2 = W2 - lr * A1.T @ dZ2
    b2 = b2 - lr * dZ2.sum(axis=0)
    dZ1 = dZ2 @ W2.T * (A1 > 0)
    return W1 - lr * X.T @ dZ1, b1 - lr * dZ1.sum(axis=0), W2, b2


def train_forward_again(X, y, W1, b1, W2, b2, lr):
    g = _backward()(X, y, W1, b1, W2, b2)
    W2, b2 = W2 - lr * g[2], b2 - lr * g[3]
    g = _backward()(X, y, W1, b1, W2, b2)
    return W1 - lr * g[0], b1 - lr * g[1], W2, b2


def train_hidden_first(X, y, W1, b1, W2, b2, lr):
    g = _backward()(X, y, W1, b1, W2, b2)
    W1, b1 = W1 - lr * g[0], b1 - lr * g[1]
    g = _backward()(X, y, W1, b1, W2, b2)
    return W1, b1, W2 - lr * g[2], b2 - lr * g[3]


def train_in_place(X, y, W1, b1, W2, b2, lr):
    for w, g in zip((W1, b1, W2, b2), _backward()(X, y, W1, b1, W2, b2), strict=True):
        w -= lr * g
    return W1, b1, W2, b2


def train_once():
    """A step that keeps its first gradients for ever."""
    kept = {}

    def train_step(X, y, W1, b1, W2, b2, lr):
        weights = (W1, b1, W2, b2)
        g = kept.setdefault(X.shape, _backward()(X, y, *weights))
        return [w - lr * one for w, one in zip(weights, g, strict=True)]

    return train_step


def train_none(X, y, W1, b1, W2, b2, lr):
    train_in_place(X, y, *(w.copy() for w in (W1, b1, W2, b2)), lr)


def train_shapes(X, y, W1, b1, W2, b2, lr):
    dZ2 = sig(np.maximum(X @ W1 + b1, 0) @ W2 + b2) - y
    return X.T @ (dZ2 @ W2), b1, W2, b2


# 03.14 ----------------------------------------------------------------------------------------------------


def stop_plain(val_losses, patience):
    best = 0
    for i in range(len(val_losses)):
        if val_losses[i] < val_losses[best]:
            best = i
        if i - best >= patience:
            return i + 1, best + 1
    return len(val_losses), best + 1


def stop_numpy(val_losses, patience):
    losses = np.asarray(val_losses)
    best = [int(np.argmin(losses[: k + 1])) for k in range(len(losses))]
    late = [k for k in range(len(losses)) if k - best[k] >= patience]
    end = late[0] if late else len(losses) - 1
    return np.array([end + 1, best[end] + 1]).tolist()


def stop_lowest(val_losses, patience):
    return len(val_losses), int(np.argmin(val_losses)) + 1


def stop_future(val_losses, patience):
    return stop_plain(val_losses, patience)[0], int(np.argmin(val_losses)) + 1


def stop_ties(val_losses, patience):
    best = 0
    for i, loss in enumerate(val_losses):
        if loss <= val_losses[best]:
            best = i
        if i - best >= patience:
            break
    return i + 1, best + 1


def stop_previous(val_losses, patience):
    lowest, best, waited = np.inf, 0, 0
    for i, loss in enumerate(val_losses):
        waited = 0 if i == 0 or loss < val_losses[i - 1] else waited + 1
        if loss < lowest:
            lowest, best = loss, i
        if waited >= patience:
            break
    return i + 1, best + 1


ANSWERS = {
    "03.1": {
        "right": [8, "8.0"],
        "wrong": [
            (4, "One factor of 2 is missing"),
            (-8, "prediction minus label"),
            (12, "multiplied by w"),
            (2, "is the error"),
            (28, "derivative of z²"),
            (16, "too many"),
            (5, "Go forwards first"),
        ],
    },
    "03.2": {
        "right": [hidden_plain, hidden_rows, hidden_numerical],
        "wrong": [
            (_hidden(lambda Z1, A1: 1), "derivative of tanh is missing"),
            (_hidden(lambda Z1, A1: 1, top=lambda P, y, n: P - y), "derivative of tanh is missing"),
            (_hidden(lambda Z1, A1: 1 - Z1**2), "Z1 stands where A1 must stand"),
            (_hidden(lambda Z1, A1: 1 - np.tanh(A1) ** 2), "tanh was taken twice"),
            (_hidden(lambda Z1, A1: A1 * (1 - A1)), "derivative of a sigmoid"),
            (_hidden(lambda Z1, A1: Z1 > 0), "derivative of ReLU"),
            (_hidden(lambda Z1, A1: A1), "f′ is needed"),
            (_hidden(top=lambda P, y, n: P - y), "division by the number of rows (7) is missing"),
            (_hidden(top=lambda P, y, n: (P - y) / n**2), "done twice"),
            (_hidden(top=lambda P, y, n: (y - P) / n), "opposite sign. One of these lines has a minus"),
            (_hidden(top=lambda P, y, n: 2 * (P - y) / n), "belongs to a squared error"),
            (_hidden(top=lambda P, y, n: (P - y) * P * (1 - P) / n), "a factor too many"),
            (_hidden(top=lambda P, y, n: 2 * (P - y) * P * (1 - P) / n), "a factor too many"),
            (_hidden(top=lambda P, y, n: (P - y) * 0), "Nothing comes back through the network"),
            (_hidden(top=lambda P, y, n: (P - y) / 0.3), "times the right gradient everywhere"),
            (_hidden(end=np.transpose), "it is transposed. With `Z = X @ W + b`"),
            (_hidden(end=np.ravel), "has the shape of its parameter"),
            (_hidden(end=lambda g: g + 0.1), "compare each line with the chain"),
            (_hidden(bias_1=0), "`b1` is missing"),
            (_hidden(bias_2=0), "`b2` is missing"),
            (hidden_not_transposed, "In the line `dA1 = dZ2 @ W2` the shapes"),
            (hidden_flat_prediction, "shapes do not fit together"),
            (hidden_without_weights, "`W2` is missing"),
            (hidden_logit, "sigmoid at the output is missing"),
            (hidden_all, "Return `dW1` alone"),
            (hidden_none, "returned None"),
            (_hidden(end=lambda g: "dW1"), "one array of numbers"),
            (hidden_with(("Z1 = X @ W1", "Z1 = -X @ W1")), "`X @ W1` has a minus"),
            (hidden_with(("+ b1", "- b1")), "`b1` has a minus"),
            (
                hidden_with(("np.tanh(Z1)", "-np.tanh(Z1)")),
                "`A1` has a minus in the forward pass: `A1 = np.tanh",
            ),
            (hidden_with(("Z2 = A1", "Z2 = -A1")), "`A1 @ W2` has a minus"),
            (hidden_with(("+ b2", "- b2")), "`b2` has a minus"),
            (hidden_with(("exp(-Z2)", "exp(Z2)")), "sign of the exponent"),
            (hidden_with(("(1 + np", "(1 - np")), "The sigmoid has a minus"),
            (hidden_with(("P = 1", "P = -1")), "`P` and `y` are added"),
            (hidden_with(("P - y", "P + y")), "`P` and `y` are added"),
            (hidden_with(("(P - y)", "(y - P)")), "The sign turns in the line of `dZ2`"),
            (hidden_with(("= dZ2 @", "= -dZ2 @")), "The sign turns in the line of `dA1`"),
            (hidden_with(("1 - A1**2", "1 + A1**2")), "`1 + A1**2` stands there"),
            (hidden_with(("1 - A1**2", "A1**2 - 1")), "The sign turns in the line of `dZ1`"),
            (hidden_with(("X.T", "-X.T")), "The sign turns in the line of `dW1`"),
            (hidden_with(("return dW1", "return -dW1")), "The sign turns in the line of `dW1`"),
            (
                hidden_with(("(P - y) / len(X)", "P - y"), ("X.T @ dZ1", "-X.T @ dZ1 / len(X)")),
                "line of `dW1`",
            ),
            (
                hidden_with(("1 - A1**2", "np.where(True, A1**2 - 1, [1])")),
                "The sign turns in the line of `dZ1`",
            ),
            (
                _edited(HIDDEN_SHORT, ("(1 - a**2)", "(a**2 - 1)")),
                "One of these lines has a minus too many or too few: `dZ2 = (P - y) / len(X)`, `dA1",
            ),
            (_edited(HIDDEN_SHORT, ("X.T", "-X.T")), "`dZ1 = dA1 * (1 - A1**2)`, `dW1 = X.T @ dZ1`"),
            (_edited(HIDDEN_SHORT, ("a**2", "-(a**2)")), "`1 + A1**2` stands there"),
            (_edited(HIDDEN_SHORT, ("a @ W2", "-a @ W2")), "One of two lines has a minus"),
            (hidden_plain(*(np.ones(s) for s in [(1, 1), (1, 1), (1, 1), 1, (1, 1), 1])), "function itself"),
        ],
    },
    "03.3": {
        "right": [_backward(), backward_other_place, _backward(end=_names)],
        "wrong": [
            (backward_as_given, "4 of 4 gradients are wrong"),
            (backward_as_given, "`dW2`: every entry has the opposite sign"),
            (backward_as_given, "All four gradients use `dZ2`"),
            (backward_as_given, "one line for each of the 8 rows"),
            (
                _backward(top=lambda P, y, n: P - y),
                "`dW1`, `db1`, `dW2`, `db2`: the division by the number of rows (8)",
            ),
            (_backward(top=lambda P, y, n: (y - P) / n), "All four gradients use `dZ2`"),
            (_backward(mask=lambda Z1, dA1: dA1 > 0), "`dW2` is right, so `dZ2` is right"),
            (
                _backward(mask=lambda Z1, dA1: dA1 > 0),
                "2 of 4 gradients are wrong:\n`dW1`, `db1`: the mask of the ReLU was taken from",
            ),
            (_backward(mask=lambda Z1, dA1: 1), "the mask of the ReLU is missing"),
            (_backward(mask=lambda Z1, dA1: Z1 < 0), "turned round"),
            (_backward(mask=lambda Z1, dA1: np.maximum(Z1, 0)), "multiplied by `A1` itself"),
            (_backward(db2=lambda d: d), "1 of 4 gradients is wrong:\n`db2`: one line for each"),
            (_backward(db2=lambda d: d.sum(axis=0, keepdims=True)), "`db2`: the shape is (1, 1)"),
            (_backward(db1=lambda d: d.sum(axis=0, keepdims=True)), "`db1`: the shape is (1, 4)"),
            (_backward(db1=lambda d: d.mean(axis=0)), "done twice"),
            (_backward(db2=lambda d: -d.sum(axis=0)), "look at the line that computes this one"),
            (backward_with(("Z1 = X @ W1", "Z1 = -X @ W1")), "`X @ W1` has a minus"),
            (
                backward_with(("+ b1", "- b1")),
                "4 of 4 gradients are wrong, and one line before them is the cause. `b1` has a minus",
            ),
            (backward_with(("np.maximum(Z1, 0)", "-np.maximum(Z1, 0)")), "`A1 = np.maximum(Z1, 0)`."),
            (backward_with(("np.maximum(Z1, 0)", "np.maximum(-Z1, 0)")), "ReLU gets −Z1"),
            (backward_with(("np.maximum(Z1, 0)", "np.minimum(Z1, 0)")), "the minimum of"),
            (backward_with(("(A1 @", "(-A1 @")), "`A1 @ W2` has a minus"),
            (backward_with(("+ b2", "- b2")), "`b2` has a minus"),
            (backward_with(("(A1 @ W2 + b2)", "A1 @ W2 + b2")), "inner brackets are needed"),
            (backward_with(("exp(-", "exp(")), "sign of the exponent"),
            (backward_with(("(1 + np", "(1 - np")), "The sigmoid has a minus"),
            (backward_with(("P = 1", "P = -1")), "`P` and `y` are added"),
            (backward_with(("P - y", "P + y")), "`P` and `y` are added"),
            (
                backward_with(("P - y", "y - P")),
                "All four gradients use `dZ2`: repair that line first, and check again. The gradient at the logit",
            ),
            (
                backward_with(("A1.T", "-A1.T")),
                "1 of 4 gradients is wrong:\n`dW2`: every entry has the opposite sign.\nAll that is shared with the other gradients is right: look at the line that computes this one, `dW2 = …`.",
            ),
            (backward_with(("= dZ2.sum", "= -dZ2.sum")), "computes this one, `db2 = …`"),
            (
                backward_with(("= dZ2 @", "= -dZ2 @")),
                "share the lines of `dA1 = …` and `dZ1 = …`: look there for a minus",
            ),
            (
                backward_with(("dA1 * (Z1 > 0)", "-dA1 * (Z1 > 0)")),
                "`dW1`, `db1`: every entry has the opposite sign",
            ),
            (backward_with(("(Z1 > 0)", "np.sign(Z1)")), "1 or 0, not −1"),
            (backward_with(("(Z1 > 0)", "(Z1 < 0)")), "turned round"),
            (backward_with(("X.T", "-X.T")), "computes this one, `dW1 = …`"),
            (backward_with(("dZ1.sum", "-dZ1.sum")), "computes this one, `db1 = …`"),
            (backward_with(("A1.T", "-A1.T"), ("= dZ2.sum", "= -dZ2.sum")), "have a minus each"),
            (backward_with(("P - y", "y - P"), ("= dZ2 @", "= -dZ2 @")), "turns it back"),
            (
                backward_with(("A1.T", "-A1.T"), ("= dZ2 @", "= -dZ2 @")),
                "`db2` is right, so `dZ2` is right. `dW1` and `db1` share",
            ),
            (backward_with(("A1.T", "-A1.T"), ("= dZ2 @", "= -dZ2 @")), "`dW2` has a fault of its own"),
            (
                backward_with(("A1.T", "-A1.T"), ("X.T", "-X.T")),
                "`dW1` has a fault of its own: look at `dW1 = …`.",
            ),
            (backward_with(("P - y", "P + y"), ("Z1 > 0", "dA1 > 0")), "`P` and `y` are added"),
            (_backward(end=lambda *g: g[0]), "Return four arrays"),
            (_backward(end=lambda a, b, c, d: (c, d, a, b)), "The order of the four gradients"),
            (_backward(end=lambda a, b, c, d: (a.T, b, c, d)), "`dW1`: the gradient has shape (4, 3)"),
        ],
    },
    "03.4": {
        "right": ["c", "(C)"],
        "wrong": [("a", "belongs to the *step*"), ("b", "Along one path"), ("d", "that derivative is 0")],
    },
    "03.5": {
        "right": [
            (_sigmoid(), Value),
            (lambda v: v._apply(sig(v.data), sig(v.data) * sig(-v.data)), Value),
            _sigmoid(),
            sigmoid_of_the_same_type,
            _apart["by_apply"],
            (lambda v: v._apply(1 - sig(-v.data), sig(v.data) - sig(v.data) ** 2), Value),
        ],
        "wrong": [
            ((sigmoid_number, Value), "has forgotten where it came from"),
            ((sigmoid_same_node, Value), "gave back `v` itself"),
            ((sigmoid_changes_input, Value), "`v.data` was changed"),
            ((sigmoid_no_backward, Value), "No gradient arrives"),
            ((sigmoid_minus, Value), "The sign is turned round"),
            ((_sigmoid(slope=lambda z, a: a * (1 + a)), Value), "`a * (1 + a)` has a plus"),
            ((_sigmoid(number=lambda z: -sig(z)), Value), "the whole number has a minus"),
            ((_sigmoid(number=lambda z: 1 / (1 - np.exp(-z))), Value), "a minus stands where a plus"),
            ((sigmoid_own_gradient, Value), "multiplies by `v.grad`, which is still 0"),
            ((sigmoid_argument, Value), "calls `_backward` without arguments"),
            ((sigmoid_without_parent, Value), "not among the parents"),
            ((sigmoid_called_late, Value), "without brackets: `out._backward = _backward`"),
            (_apart["by_operations"], "nodes; the task asks for one"),
            (_apart["by_tanh"], "nodes; the task asks for one"),
            ((sigmoid_called, Value), "without brackets: `out._backward = _backward`"),
            ((sigmoid_parent, Value), "needs a tuple, even of one"),
            ((sigmoid_parent_strict, Strict), "must be a tuple"),
            ((sigmoid_of_operations, Value), "makes 4 nodes; the task asks for one"),
            ((lambda v: ((v * 0.5).tanh() + 1) * 0.5, Value), "nodes; the task asks for one"),
            ((_sigmoid(number=lambda z: sig(-z)), Value), "which is 1 − σ"),
            ((_sigmoid(number=np.tanh), Value), "This is tanh"),
            ((_sigmoid(number=lambda z: 2 * z), Value), "holds 1.4000; σ(0.7) is 0.6682"),
            ((_sigmoid(passes_on=False), Value), "multiplies by `out.grad`"),
            ((_sigmoid(slope=lambda z, a: 1), Value), "passed on unchanged"),
            ((_sigmoid(slope=lambda z, a: a), Value), "only `a` stands there"),
            ((_sigmoid(slope=lambda z, a: 1 - a), Value), "only `1 - a` stands there"),
            ((_sigmoid(slope=lambda z, a: z * (1 - z)), Value), "uses the input"),
            ((_sigmoid(slope=lambda z, a: 1 - a**2), Value), "derivative of tanh"),
            ((_sigmoid(slope=lambda z, a: a * (a - 1)), Value), "σ rises everywhere"),
            ((_sigmoid(slope=lambda z, a: a / 2), Value), "For L = 3·σ(v)"),
            ((_sigmoid(adds=False), Value), "not `=`"),
            ((_sigmoid(early=True), Value), "reads `out.grad` when it is called"),
            ((_sigmoid(), Value(0.5)), "function itself"),
        ],
    },
    "03.6": {
        "right": [-0.561, "-0.561", -(0.1 + 0.19 + 0.271)],
        "wrong": [
            (-0.3, "plain SGD"),
            (0.561, "the sign is not"),
            (-0.271, "velocity of the third step alone"),
            (-0.29, "after two steps"),
            (-0.1, "after the first step"),
            (-0.0561, "ten times too small"),
            (-0.56, "three decimals"),
            (-0.19, "velocity of the second step"),
            (0.3, "uphill"),
            (-0.2439, "also multiplies the new gradient"),
            (-0.5049, "also multiplies the new gradient"),
            (1, "Write the velocity"),
        ],
    },
    "03.7": {
        "right": [_adam(), adam_keras, adam_in_place],
        "wrong": [
            (_adam(step=lambda c: c["lr"] * c["m"] / _root(c["v"])), "correction of the start is missing"),
            (_adam(step=lambda c: c["lr"] * c["m_hat"] / _root(c["v"])), "`v` is not corrected"),
            (_adam(step=lambda c: c["lr"] * c["m"] / _root(c["v_hat"])), "`m` is not corrected"),
            (_adam(step=lambda c: -c["lr"] * c["m_hat"] / _root(c["v_hat"])), "goes uphill"),
            (_adam(step=lambda c: c["lr"] * c["m_hat"] / (c["v_hat"] + 1e-7)), "The root is missing"),
            (_adam(step=lambda c: c["lr"] * c["g"] / _root(c["v_hat"])), "gradient `g` of this batch"),
            (
                _adam(step=lambda c: c["lr"] * c["old_m"] / (1 - c["beta_1"] ** c["t"]) / _root(c["v_hat"])),
                "uses the old `m`",
            ),
            (_adam(step=lambda c: c["m_hat"] / _root(c["v_hat"])), "learning rate is missing"),
            (
                _adam(step=lambda c: 0.001 * c["m_hat"] / _root(c["v_hat"])),
                "whatever the argument says: use `lr`",
            ),
            (
                _adam(
                    step=lambda c: (
                        c["lr"]
                        * (c["m"] / (1 - c["beta_1"] ** (c["t"] + 1)))
                        / _root(c["v"] / (1 - c["beta_2"] ** (c["t"] + 1)))
                    )
                ),
                "one too high",
            ),
            (
                _adam(
                    step=lambda c: (
                        c["lr"]
                        * (c["m"] / (1 - c["beta_1"] * c["t"]))
                        / _root(np.abs(c["v"] / (1 - c["beta_2"] * c["t"])))
                    )
                ),
                "needs a power",
            ),
            (_adam(step=lambda c: 0.5), "it must move by"),
            (_adam(step=lambda c: c["lr"] * c["m_hat"] / np.sqrt(c["v_hat"])), "nothing is divided by 0"),
            (
                _adam(step=lambda c: c["lr"] * (c["m_hat"] / np.sqrt(c["v_hat"]) + c["epsilon"])),
                "Is `epsilon` inside the brackets?",
            ),
            (
                _adam(step=lambda c: c["lr"] * c["m_hat"] / np.sqrt(c["v_hat"]) - c["epsilon"]),
                "Is `epsilon` inside the brackets?",
            ),
            (_adam(mean=lambda m, g, b: b * m + g), "In `m` the new value has no weight"),
            (_adam(mean=lambda m, g, b: (1 - b) * m + b * g), "two weights in `m` are exchanged"),
            (_adam(mean=lambda m, g, b: 0.999 * m + 0.001 * g), "`m` was computed with the other β"),
            (_adam(mean=lambda m, g, b: 0.9 * m + 0.1 * g), "use `beta_1`"),
            (_adam(mean=lambda m, g, b: m), "`m` did not change"),
            (_adam(mean=lambda m, g, b: b * m - (1 - b) * g), "In `m` the new value comes with a minus"),
            (_adam(mean=lambda m, g, b: b * m + (b - 1) * g), "In `m` the new value comes with a minus"),
            (_adam(mean=lambda m, g, b: -b * m + (1 - b) * g), "In `m` the old mean comes with a minus"),
            (_adam(mean=lambda m, g, b: -b * m - (1 - b) * g), "The whole `m` has the opposite sign"),
            (
                _adam(mean=lambda m, g, b: b * m + (1 + b) * g),
                "In `m` the weight of the new value has a plus",
            ),
            (_adam(square=lambda v, g, b: b * v - (1 - b) * g**2), "In `v` the new value comes with a minus"),
            (_adam(square=lambda v, g, b: (1 - b) * g**2 - b * v), "In `v` the old mean comes with a minus"),
            (
                _adam(square=lambda v, g, b: b * v + (1 + b) * g**2),
                "In `v` the weight of the new value has a plus",
            ),
            (_adam_corrected(lambda b, t: 1 + b**t, None), "`1 + beta_1**t` stands in the correction of `m`"),
            (_adam_corrected(None, lambda b, t: 1 + b**t), "`1 + beta_2**t` stands in the correction of `v`"),
            (_adam_corrected(*[lambda b, t: 1 + b**t] * 2), "The same in `v`"),
            (_adam_corrected(lambda b, t: b**t - 1, None), "and not `beta_1**t - 1`"),
            (_adam_corrected(None, lambda b, t: b**t - 1), "root of a negative number"),
            (_adam_corrected(lambda b, t: 1 - b**-t, None), "not `beta_1**-t`"),
            (_adam_corrected(None, lambda b, t: 1 - b**-t), "or `beta_2**-t`"),
            (
                _adam(step=lambda c: c["lr"] * c["m_hat"] / (np.sqrt(c["v_hat"]) - c["epsilon"])),
                "is subtracted from the root",
            ),
            (
                _adam(step=lambda c: c["lr"] * c["m_hat"] / np.sqrt(c["v_hat"] - c["epsilon"])),
                "stands inside the root",
            ),
            (
                _adam(step=lambda c: c["lr"] * c["m_hat"] / np.sqrt(c["v_hat"] + c["epsilon"] ** 2)),
                "inside the root",
            ),
            (adam_epsilon_inside, "RMSprop in Keras does so, Adam does not"),
            (_adam(step=lambda c: c["lr"] * c["m_hat"] / _root(c["v_hat"])), "use the argument `epsilon`"),
            (
                _adam(step=lambda c: c["lr"] * c["m_hat"] / (np.sqrt(c["v_hat"]) + 2 * c["epsilon"])),
                "while `epsilon` is tiny",
            ),
            (_adam(mean=lambda m, g, b: m - g), "The new `m` is not right"),
            (_adam(end=lambda w, m, v, c: (w, c["m_hat"], v)), "The corrected `m` was returned"),
            (_adam(square=lambda v, g, b: b * v + (1 - b) * g), "not squared"),
            (_adam(square=lambda v, g, b: b * v + ((1 - b) * g) ** 2), "not its weight"),
            (_adam(square=lambda v, g, b: 0.9 * v + 0.1 * g**2), "`v` was computed with the other β"),
            (_adam(square=lambda v, g, b: 0.999 * v + 0.001 * g**2), "use `beta_2`"),
            (_adam(end=lambda w, m, v, c: (w, m, c["v_hat"])), "The corrected `v` was returned"),
            (_adam(end=lambda w, m, v, c: w), "Return three arrays"),
            (_adam(end=lambda w, m, v, c: (w.mean(), m, v)), "must keep (3,)"),
        ],
    },
    "03.8": {
        "right": [CURVES, dict(reversed(CURVES.items())), {k: v.upper() for k, v in CURVES.items()}],
        "wrong": [
            (CURVES | {"D": "overfitting", "B": "good"}, "lie low and close together"),
            (CURVES | {"A": "10 times too high", "C": "100 times too low"}, "still fall at the last epoch"),
            (CURVES | {"B": "10 times too high", "C": "overfitting"}, "jumps up and down"),
            (CURVES | {"B": "good"}, "drifts upwards"),
            (CURVES | {"B": "too high"}, "is not one of"),
            ({"A": "good"}, "exactly these keys"),
        ],
    },
    "03.9": {
        "right": [180, "180"],
        "wrong": [
            (179, "33 rows"),
            (179.33, "Steps are whole"),
            (17_933 / 100, "Steps are whole"),
            (17_933, "one step for each row"),
            (100, "rows in a batch"),
            (1, "full-batch"),
            (181, "Divide the rows"),
        ],
    },
    "03.10": {
        "right": [0.25**10, 9.5e-7, "9.5e-7", 9.54e-7],
        "wrong": [
            (1e-6, "Give two digits"),
            (2.5, "multiplied, not added"),
            (0.25, "factor of one layer"),
            (1, "σ′ is at most"),
            (0, "not 0"),
            (0.5**10, "value of the sigmoid at 0"),
            (0.25**9, "all ten layers"),
            (0.25**11, "There are ten layers"),
            (0.025, "divided by ten"),
            (3, "a power"),
        ],
    },
    "03.11": {
        "right": [CURES, dict(reversed(CURES.items()))],
        "wrong": [
            (CURES | {NAN: STOP, APART: LOWER}, "no good epoch to go back to"),
            (CURES | {NAN: HIGHER, SLOW: LOWER}, "Make the steps smaller"),
            (CURES | {VANISH: HIGHER, SLOW: BUILD}, "multiplies all steps alike"),
            (CURES | {APART: LOWER}, "the same overfitting comes later"),
            (CURES | {SLOW: BUILD}, "the length of the step"),
            (CURES | {SLOW: None}, "is not one of"),
            ([LOWER, HIGHER], "exactly these keys"),
        ],
    },
    "03.12": {
        "right": ["hidden_1.bias", "Hidden_1 bias"],
        "wrong": [
            ("hidden_1.kernel", "The layer is right"),
            ("hidden_2.bias", "of another layer"),
            ("output.bias", "of another layer"),
            ("output.kernel", "agrees with finite differences"),
            ("hidden_1_bias", "Write a point between layer and parameter: `hidden_1.bias`"),
            ("output_kernel", "Write a point between layer and parameter"),
            ("bias", "Give the full name"),
            ("input", "it is no parameter"),
            ("hidden_3.bias", "no parameter of this network"),
            (2, "as text"),
        ],
    },
    "03.13": {
        "right": [
            lambda n_inputs, units, rng: rng.standard_normal((n_inputs, units)) * (2 / n_inputs) ** 0.5,
            lambda n_inputs, units, rng: get_initializer("he_normal")((n_inputs, units), rng),
            lambda n_inputs, units, rng: [
                rng.normal(scale=np.sqrt(2 / n_inputs), size=units) for _ in range(n_inputs)
            ],
        ],
        "wrong": [
            (_he(lambda n, u: np.sqrt(1 / n)), "made for tanh"),
            (_he(lambda n, u: 2 / n), "is the *variance*"),
            (_he(lambda n, u: 1 / n), "without the 2 for ReLU"),
            (_he(lambda n, u: np.sqrt(2 / u)), "*inputs*"),
            (_he(lambda n, u: np.sqrt(2 / (n + u))), "Glorot"),
            (_he(lambda n, u: 1), "standard deviation 1"),
            (_he(lambda n, u: np.sqrt(n / 2)), "upside down"),
            (_he(lambda n, u: 0.05), "Glorot"),
            (_he(lambda n, u: 0.3), "n · Var(w) · ½ = 1"),
            (_he(lambda n, u: np.sqrt(2 / n), "uniform"), "as in a uniform distribution"),
            (
                lambda n, u, rng: rng.choice([-1, 1], (n, u)) * np.sqrt(2 / n),
                "the weights have only 1 different size",
            ),
            (_he(lambda n, u: np.sqrt(2 / n), "cut"), "divide by 0.8796"),
            (lambda n, u, rng: rng.normal(0, np.sqrt(2 / n), (u, n)), "Rows are inputs"),
            (lambda n, u, rng: rng.normal(0, np.sqrt(2 / n)), "the shape ()"),
            (lambda n, u, rng: np.zeros((n, u)), "All weights are equal"),
            (lambda n, u, rng: np.random.default_rng(0).normal(0, np.sqrt(2 / n), (n, u)), "generator `rng`"),
            (lambda n, u, rng: rng.normal(0, np.sqrt(2 / n), (n, u)) + 0.1, "The mean of the weights"),
            (lambda n, u, rng: rng.normal(0, np.sqrt(2 / n), (n, u)) * np.nan, "NaN or infinite"),
        ],
    },
    "03.14": {
        "right": [stop_plain, stop_numpy, lambda v, patience: np.array(stop_plain(v, patience))],
        "wrong": [
            (lambda v, patience: tuple(k - 1 for k in stop_plain(v, patience)), "Count the epochs from 1"),
            (lambda v, patience: stop_plain(v, patience)[::-1], "wrong order"),
            (stop_lowest, "the lowest loss of the whole list"),
            (stop_future, "does not know later losses"),
            (lambda v, patience: (stop_plain(v, patience)[0],) * 2, "is not the best one"),
            (lambda v, patience: stop_plain(v, patience + 1), "one epoch too late"),
            (stop_ties, "An equal loss counted"),
            (stop_previous, "not with the epoch before"),
            (lambda v, patience: min(v), "Return two numbers"),
            (lambda v, patience: (len(v), min(v)), "epochs, not losses"),
        ],
    },
    "03.15": {
        "right": [_train(), _train(backward_other_place), train_scratch, _train(end=lambda *w: list(w))],
        "wrong": [
            (_train(new=lambda w, g, lr: w + lr * g), "uphill"),
            (_train(top=lambda P, y, n: (y - P) / n), "uphill"),
            (_train(new=lambda w, g, lr: w - g), "learning rate is missing"),
            (_train(new=lambda w, g, lr: w - 0.5 * g), "Use the argument `lr`"),
            (_train(new=lambda w, g, lr: w - 0.01 * g), "as if it were 0.01"),
            (_train(new=lambda w, g, lr: g), "These are the gradients"),
            (_train(new=lambda w, g, lr: lr * g), "These are the steps"),
            (_train(new=lambda w, g, lr: w), "No weight has changed"),
            (_train(top=lambda P, y, n: P - y), "9 times too long"),
            (_train(top=lambda P, y, n: (P - y) / n**2), "9 times too short"),
            (_train(backward_with(("+ b1", "- b1"))), "`b1` has a minus"),
            (_train(backward_with(("(A1 @ W2 + b2)", "A1 @ W2 + b2"))), "inner brackets are needed"),
            (_train(backward_with(("exp(-", "exp("))), "sign of the exponent"),
            (_train(backward_with(("P - y", "P + y"))), "`P` and `y` are added"),
            (_train(backward_with(("A1.T", "-A1.T"))), "`dW2 = …` (or the step `W2 - lr * dW2`)"),
            (_train(backward_with(("= dZ2 @", "= -dZ2 @"))), "and then in their own lines and steps"),
            (_train(backward_with(("dZ1.sum", "-dZ1.sum"))), "`db1 = …` (or the step `b1 - lr * db1`)"),
            (_train(end=lambda a, b, c, d: (a, b, -c, d)), "The old `W2` has a minus in its step"),
            (
                _train(new=lambda w, g, lr: w + lr * g if w.shape == (4, 1) else w - lr * g),
                "`dW2 = …` (or the step `W2 - lr * dW2`)",
            ),
            (train_output_first, "needs the *old* `W2`"),
            (train_forward_again, "needs the *old* `W2`"),
            (train_hidden_first, "`W1` was changed before `dW2`"),
            (train_in_place, "changed the array `W1`"),
            (train_once(), "keep something from the step before"),
            (_train(_tanh_gradients), "tanh in the hidden layer"),
            (_train(_backward(mask=lambda Z1, dA1: 1)), "the mask of the ReLU is missing"),
            (
                _train(_backward(mask=lambda Z1, dA1: dA1 > 0)),
                "2 of 4 gradients are wrong:\n`dW1`, `db1`: the mask of the ReLU was taken from",
            ),
            (_train(_backward(db1=lambda d: d.mean(axis=0))), "1 of 4 gradients is wrong:\n`db1`"),
            (_train(_backward(db2=lambda d: -d.sum(axis=0))), "`db2`: every entry has the opposite sign"),
            (_train(_backward(db2=lambda d: d)), "The new `b2` has the shape (9, 1)"),
            (_train(end=lambda a, b, c, d: (c, d, a, b)), "The order of the four arrays"),
            (_train(end=lambda a, b, c, d: a), "Return the four new arrays"),
            (_train(end=lambda *w: ("W1", "b1", "W2", "b2")), "four arrays of numbers"),
            (train_none, "returned None"),
            (train_shapes, "shapes do not fit together"),
            ([1, 2, 3, 4], "function itself"),
        ],
    },
    "03.16": {
        "right": ["b", "(B)"],
        "wrong": [
            ("a", "the steps are too small"),
            ("c", "good for *one* step"),
            ("d", "neurons died"),
            (0.13, "one of the letters"),
        ],
    },
}
