"""Checker of lesson 03 for a new operation of the automatic-differentiation engine."""

import math

from mktutils.lesson import Wrong, call, need_function


class Value:
    """The engine for `check(sigmoid)` without the lesson's own: a number, its gradient, its parents."""

    def __init__(self, data: float, parents: tuple = ()) -> None:
        """Keep the number; the gradient is 0 until `backward` is called."""
        self.data, self.grad, self.parents = float(data), 0.0, parents
        self._backward = lambda: None

    def _node(self, data: float, *slopes: "tuple[Value, float]") -> "Value":
        """Make a node from pairs: a parent, and the derivative of the node with respect to it."""
        out = Value(data, tuple(parent for parent, _ in slopes))

        def _backward():
            for parent, slope in slopes:
                parent.grad += slope * out.grad

        out._backward = _backward
        return out

    def _apply(self, result: float, slope: float) -> "Value":
        """Return the node of a function of one number: its result, and its local derivative."""
        return self._node(result, (self, slope))

    def __add__(self, other) -> "Value":
        """Return the sum of two values, or of a value and a number."""
        other = other if hasattr(other, "data") else Value(other)
        return self._node(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other) -> "Value":
        """Return the product of two values, or of a value and a number."""
        other = other if hasattr(other, "data") else Value(other)
        return self._node(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power: float) -> "Value":
        """Return the value to the power of a plain number."""
        return self._apply(self.data**power, power * self.data ** (power - 1))

    def exp(self) -> "Value":
        """Return e to the power of the value."""
        return self._apply(math.exp(self.data), math.exp(self.data))

    def log(self) -> "Value":
        """Return the natural logarithm."""
        return self._apply(math.log(self.data), 1 / self.data)

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent."""
        return self._apply(math.tanh(self.data), 1 - math.tanh(self.data) ** 2)

    def relu(self) -> "Value":
        """Return the value where it is positive, else 0."""
        return self._apply(max(self.data, 0.0), float(self.data > 0))

    def __neg__(self) -> "Value":
        """Return the value with the opposite sign."""
        return self * -1.0

    def __sub__(self, other) -> "Value":
        """Return the difference."""
        return self + -1.0 * other

    def __rsub__(self, other) -> "Value":
        """Return the difference to a plain number."""
        return -self + other

    def __truediv__(self, other) -> "Value":
        """Return the quotient."""
        return self * other**-1

    def __rtruediv__(self, other) -> "Value":
        """Return a plain number, divided by the value."""
        return self**-1 * other

    __radd__, __rmul__ = __add__, __mul__

    def backward(self) -> None:
        """Give each node its gradient, from the end to the beginning."""
        order: list[Value] = []

        def visit(node):
            if node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()


def _near(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


_CALLED = (
    "`_backward` was called, and its result, None, was kept. Give the function itself, without brackets: "
    "`out._backward = _backward`. The engine calls it later, when `out.grad` is known."
)


def _gradient(end, v) -> float:
    try:
        end.backward()
    except TypeError as e:
        if "not callable" in str(e):
            raise Wrong(_CALLED) from None
        if "positional argument" in str(e):
            raise Wrong(
                "The engine calls `_backward` without arguments: define it as `def _backward():`, and read `out.grad` inside."
            ) from None
        raise
    return float(v.grad)


def _why_nothing_arrives(answer, engine) -> str:
    """The cause of a gradient of 0: no parent, `v.grad` in place of `out.grad`, or a function that was not kept."""
    v = engine(0.7)
    node = call(answer, v)
    if not any(parent is v for parent in getattr(node, "parents", (v,))):
        return "No gradient arrives at `v`, because `v` is not among the parents of the new node: `out = Value(a, (v,))`."
    v.grad, node.grad = 1.0, 0.0
    node._backward()
    if float(v.grad) != 1:
        return (
            "`_backward` multiplies by `v.grad`, which is still 0. The gradient that arrives is that of the *new* node: "
            "`v.grad += a * (1 - a) * out.grad`."
        )
    return (
        "No gradient arrives at `v`, though `v` is a parent. Keep the function that passes the gradient on, without brackets: "
        "`out._backward = _backward`. `_backward` reads `out.grad` when it is called, not before."
    )


def _check_number(node, v, z: float) -> float:
    """The number that the new node holds; a wrong one is named."""
    if node is v:
        raise Wrong("The function gave back `v` itself. Make a new node: `out = Value(a, (v,))`.")
    if not (hasattr(node, "data") and hasattr(node, "backward")):
        raise Wrong(
            f"`sigmoid` returned a value of type `{type(node).__name__}`. A number has forgotten where it came from, so no "
            "gradient can flow back. Return a node of the engine: `out = Value(a, (v,))`."
        )
    if isinstance(getattr(node, "parents", ()), type(v)):
        raise Wrong(
            "The parents are one node, and the engine needs a tuple, even of one: `out = Value(a, (v,))`. The comma makes the tuple."
        )
    if getattr(node, "parents", None) == ():
        raise Wrong(
            "`v` is not among the parents of the new node, so no gradient goes further back than `v`: `out = Value(a, (v,))`."
        )
    if not callable(getattr(node, "_backward", print)):
        raise Wrong(_CALLED)
    got, right = float(node.data), 1 / (1 + math.exp(-z))
    if _near(got, 1 - right):
        raise Wrong(
            f"`sigmoid(Value({z}))` holds {got:.4f}, which is 1 − σ. The exponent is −z: `exp(-v.data)`."
        )
    if _near(got, math.tanh(z)):
        raise Wrong("This is tanh. The sigmoid is 1 / (1 + exp(−z)).")
    if _near(got, -right):
        raise Wrong(
            f"`sigmoid(Value({z}))` holds {got:.4f}: the whole number has a minus. σ is 1 / (1 + exp(−z))."
        )
    if _near(got, 1 / (1 - math.exp(-z))) or _near(got, 1 / (1 - math.exp(z))):
        raise Wrong(
            "Below the fraction line a minus stands where a plus must stand: `1 / (1 + np.exp(-v.data))`."
        )
    if not _near(got, right):
        raise Wrong(f"`sigmoid(Value({z}))` holds {got:.4f}; σ({z}) is {right:.4f}.")
    if not _near(float(v.data), z):
        raise Wrong("`v.data` was changed. Leave `v` as it is, and keep the result in the new node.")
    return got


def _call(answer, v):
    """The learner's new node; a parent that is no tuple stops some engines in the constructor already."""
    try:
        return call(answer, v)
    except TypeError as e:
        if "not iterable" in str(e):
            raise Wrong(
                "The parents must be a tuple, even of one: `out = Value(a, (v,))`. The comma makes it."
            ) from None
        raise


def _check_one_node(node, v) -> None:
    """The task asks for one node: count the operations between the result and `v`."""
    operations, seen, stack = 0, {id(v)}, [node]
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        parents = getattr(current, "parents", ())
        operations += bool(parents)
        stack += parents
    if operations > 1:
        raise Wrong(
            f"The number and the gradient are right, but this makes {operations} nodes; the task asks for one. Compute the number "
            "with `np.exp(-v.data)`, make one `Value` with the parent `v`, and write its `_backward`."
        )


def check_sigmoid(answer, engine=None) -> None:
    need_function(answer)
    if engine is None:  # the learner's own class, if the cell asked for the function alone
        own = getattr(answer, "__globals__", {}).get("Value")
        engine = own if isinstance(own, type) else Value
    need_function(engine)
    for z in (0.7, -2.0):
        v = engine(z)
        node = _call(answer, v)
        a = _check_number(node, v, z)
        right = a * (1 - a)
        got = _gradient(node * engine(3.0), v)
        if _near(got, 3 * right):
            continue
        if got == 0:
            raise Wrong(_why_nothing_arrives(answer, engine))
        for wrong, why in [
            (
                right,
                "The gradient that arrives at the new node is left out: the chain rule multiplies by `out.grad`.",
            ),
            (
                3,
                "The gradient was passed on unchanged. Multiply it by the derivative of the sigmoid, `a * (1 - a)`.",
            ),
            (3 * a, "The derivative of the sigmoid is `a * (1 - a)`; only `a` stands there."),
            (3 * (1 - a), "The derivative of the sigmoid is `a * (1 - a)`; only `1 - a` stands there."),
            (
                3 * z * (1 - z),
                "`v.data * (1 - v.data)` uses the input. The derivative is `a * (1 - a)` with the *output* a = σ(z).",
            ),
            (3 * (1 - a * a), "1 − a² is the derivative of tanh. The sigmoid has `a * (1 - a)`."),
            (
                -3 * right,
                "The sign is turned round: σ rises everywhere, so its derivative is positive. Write `v.grad += a * (1 - a) * out.grad`, with "
                "`+=` and with `1 - a`.",
            ),
            (3 * a * (1 + a), "`a * (1 + a)` has a plus; the derivative of the sigmoid is `a * (1 - a)`."),
        ]:
            if _near(got, wrong):
                raise Wrong(why)
        raise Wrong(
            f"For L = 3·σ(v) at v = {z} the gradient `v.grad` is {got:.4f}; 3·a·(1 − a) is {3 * right:.4f}."
        )
    _check_reuse(answer, engine)
    v = engine(0.7)
    _check_one_node(call(answer, v), v)


def _check_reuse(answer, engine) -> None:
    """A value that is used twice gets the sum of both gradients."""
    a = 1 / (1 + math.exp(-0.7))
    slope = a * (1 - a)
    v = engine(0.7)
    both = _gradient(call(answer, v) + v, v)
    v = engine(0.7)
    two = _gradient(call(answer, v) + call(answer, v), v)
    if not (_near(both, 1 + slope) and _near(two, 2 * slope)):
        raise Wrong(
            f"`v` was used twice: for L = σ(v) + v the gradient is 1 + σ′ = {1 + slope:.4f}, and `v.grad` is {both:.4f}; for "
            f"L = σ(v) + σ(v) it is {2 * slope:.4f}, and `v.grad` is {two:.4f}. The paths add up, so add to what is there: "
            "`v.grad += …`, not `=`."
        )
    v = engine(0.7)
    got, outer = _gradient(call(answer, call(answer, v)), v), 1 / (1 + math.exp(-a))
    right = outer * (1 - outer) * slope
    if not _near(got, right):
        raise Wrong(
            f"For L = σ(σ(v)) the gradient `v.grad` is {got:.4f}; it must be {right:.4f}. `_backward` must multiply by `out.grad` "
            "as it is at that moment."
        )
