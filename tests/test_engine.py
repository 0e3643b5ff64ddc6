"""The automatic-differentiation engine of lesson 03, taken from its notebook, against TensorFlow."""

import math

import nbformat
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import mktutils  # noqa: F401  first: it keeps TensorFlow quiet

import tensorflow as tf  # isort: skip

NOTEBOOK = ROOT / "notebooks" / "03_backprop_and_optimisers.ipynb"
CELLS = [c for c in nbformat.read(NOTEBOOK, as_version=4).cells if "engine" in c.metadata.get("tags", [])]
SOURCE = "\n".join(cell.source for cell in CELLS)


def engine(source=SOURCE):
    names = {}
    exec(compile(source, "engine", "exec"), names)
    return names["Value"]


Value = engine()
# Every operation is written once and applied to both kinds of numbers; all are defined everywhere.
ENGINE = {
    "exp": lambda v: v.exp(),
    "log": lambda v: v.log(),
    "tanh": lambda v: v.tanh(),
    "relu": lambda v: v.relu(),
}
TENSORS = {"exp": tf.exp, "log": tf.math.log, "tanh": tf.tanh, "relu": tf.nn.relu}
UNARY = {
    "exp": lambda a, f: f["exp"](f["tanh"](a)),
    "log": lambda a, f: f["log"](a * a + 0.5),
    "tanh": lambda a, f: f["tanh"](a),
    "relu": lambda a, f: f["relu"](a),
    "negative": lambda a, f: -a,
    "cube": lambda a, f: f["tanh"](a) ** 3,
    "root": lambda a, f: (a * a + 1.0) ** 0.5,
    "from a number": lambda a, f: 2.0 - a,
    "number over": lambda a, f: 3.0 / (a * a + 1.0),
}
BINARY = {
    "sum": lambda a, b, f: a + b,
    "difference": lambda a, b, f: a - b,
    "product": lambda a, b, f: f["tanh"](a) * b,
    "quotient": lambda a, b, f: a / (b * b + 1.0),
}
NUMBERS = st.floats(-2, 2).map(lambda x: round(x, 3))
# A program: each step takes earlier results by index, so results are used again and again.
STEPS = st.lists(
    st.tuples(st.sampled_from([*UNARY, *BINARY]), st.integers(0, 30), st.integers(0, 30)),
    min_size=1,
    max_size=14,
)


def run(program, variables, functions):
    results = list(variables)
    for name, i, j in program:
        a, b = results[i % len(results)], results[j % len(results)]
        results.append(UNARY[name](a, functions) if name in UNARY else BINARY[name](a, b, functions))
    total = results[-1]
    for other in results[3:-1]:  # so that every step counts
        total = total + other * 0.5
    return total


def disagreement(kind, program, numbers) -> str:
    """What differs between the engine and TensorFlow, in words; empty if nothing does."""
    mine = [kind(x) for x in numbers]
    value = run(program, mine, ENGINE)
    value.backward()
    theirs = [tf.Variable(x, dtype=tf.float64) for x in numbers]
    with tf.GradientTape() as tape:
        tensor = run(program, theirs, TENSORS)
    gradients = tape.gradient(tensor, theirs, unconnected_gradients="zero")
    pairs = {"the value": (value.data, float(tensor))}
    pairs |= {
        f"gradient {i}": (v.grad, float(g)) for i, (v, g) in enumerate(zip(mine, gradients, strict=True))
    }
    wrong = [k for k, (a, b) in pairs.items() if not math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)]
    return ", ".join(f"{k}: {pairs[k]}" for k in wrong)


def test_the_engine_has_at_most_one_hundred_lines():
    assert CELLS and len(SOURCE.splitlines()) <= 100


@settings(max_examples=150, deadline=None)
@given(program=STEPS, numbers=st.lists(NUMBERS, min_size=3, max_size=3))
def test_gradients_of_random_expressions_equal_tensorflow(program, numbers):
    assert not disagreement(Value, program, numbers)


MISTAKES = {
    "gradients overwrite instead of adding": ("self.grad += out.grad", "self.grad = out.grad"),
    "a factor gets its own value": (
        "self.grad += other.data * out.grad",
        "self.grad += self.data * out.grad",
    ),
    "the sign of a summand": ("other.grad += out.grad", "other.grad -= out.grad"),
    "the derivative of tanh": ("1 - math.tanh(self.data) ** 2)", "1 + math.tanh(self.data) ** 2)"),
    "the power's derivative": ("power * self.data ** (power - 1)", "power * self.data**power"),
    "the order of the graph": ("in reversed(order)", "in order"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_found(mistake):
    right, wrong = MISTAKES[mistake]
    assert SOURCE.count(right) >= 1, "the engine changed: plant the mistake at another place"
    broken = engine(SOURCE.replace(right, wrong, 1))
    program = [
        ("product", 0, 1),
        ("sum", 3, 0),
        ("tanh", 4, 0),
        ("cube", 5, 0),
        ("product", 6, 6),
        ("sum", 7, 7),
    ]
    assert not disagreement(Value, program, [0.7, -1.1, 0.4])
    assert disagreement(broken, program, [0.7, -1.1, 0.4])
