"""The blank: every use of it says not attempted, however deep it is hidden."""

import copy
import operator
from functools import partial

import numpy as np
import pandas as pd
import pytest

from mktutils.lesson import NotAttempted, ____
from mktutils.lesson.blank import caused_by_blank, contains_blank, mentions_blank, touches

USES = {
    "attribute": lambda b: b.mean,
    "call": lambda b: b(1),
    "add": lambda b: b + 1,
    "radd": lambda b: 1 + b,
    "matmul": lambda b: b @ b,
    "rpow": lambda b: 2**b,
    "in place": lambda b: operator.iadd(b, 1),
    "negative": lambda b: -b,
    "equal": lambda b: b == 1,
    "not equal": lambda b: b != 1,
    "less": lambda b: b < 1,
    "index": lambda b: b[0],
    "set item": lambda b: operator.setitem(b, 0, 1),
    "as index": lambda b: [1, 2][b],
    "hash": hash,
    "key": lambda b: {b: 1},
    "bool": bool,
    "if": lambda b: 1 if b else 0,
    "iterate": list,
    "next": next,
    "len": len,
    "in": lambda b: 1 in b,
    "int": int,
    "float": float,
    "round": round,
    "str": str,
    "format": lambda b: f"{b:.2f}",
    "set attribute": lambda b: setattr(b, "x", 1),
    "with": lambda b: b.__enter__(),
    "numpy": np.asarray,
    "numpy function": lambda b: np.mean(b),
    "series": lambda b: pd.Series([1]) + b,
    "column": lambda b: pd.DataFrame({"a": [1]})[b],
    "head": lambda b: pd.DataFrame({"a": [1]}).head(b),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_every_use_of_the_blank_raises_not_attempted_and_is_counted(use):
    before = touches()
    with pytest.raises(Exception) as caught:
        use(____)
    assert caused_by_blank(caught.value)
    assert touches() > before


def test_the_blank_can_be_shown_copied_and_probed_without_a_use():
    before = touches()
    assert repr(____) == "____"
    assert copy.copy(____) is ____
    assert copy.deepcopy([____])[0] is ____
    assert not hasattr(____, "_repr_html_")
    assert touches() == before


@pytest.mark.parametrize(
    "value",
    [
        ____,
        [____],
        (1, (2, [____])),
        {"a": ____},
        {"a": {"b": [____]}},
        np.array([1, None], dtype=object),
        pd.DataFrame({"a": [1, 2]}),
        pd.Series([1, 2], dtype=object),
        lambda x=____: x,
    ],
    ids=repr,
)
def test_a_blank_is_found_in_containers_arrays_tables_and_defaults(value):
    if isinstance(value, np.ndarray):
        value[1] = ____
    elif isinstance(value, pd.DataFrame):
        value = pd.concat([value, pd.Series([____, 1], name="b", dtype=object)], axis=1)
    elif isinstance(value, pd.Series):
        value.array[1] = ____
    assert contains_blank(value)


@pytest.mark.parametrize(
    "value",
    [None, 1, "____", [1, "____"], {"a": 1}, np.zeros(3), pd.DataFrame({"a": ["x"]}), pd.Index([1]), len],
    ids=repr,
)
def test_values_without_a_blank_are_not_suspected(value):
    assert not contains_blank(value)


def test_a_container_that_holds_itself_ends():
    loop = []
    loop.append(loop)
    assert not contains_blank(loop)


def _helper():
    return ____ + 1


class _Learner:
    def rate(self):
        return ____


def _with_inner():
    def inner():
        return ____

    return inner


@pytest.mark.parametrize(
    "value",
    [_helper, _with_inner, lambda df: df[____], partial(_helper), _Learner, _Learner(), _Learner().rate],
    ids=repr,
)
def test_a_blank_in_the_source_of_a_function_is_found(value):
    assert mentions_blank(value)


def test_a_learner_who_gives_the_name_another_value_has_attempted():
    names = {"____": 5}
    exec("def f():\n    return ____", names)
    assert not mentions_blank(names["f"])
    assert not mentions_blank(len)
    assert not mentions_blank(3)


def test_the_blank_is_found_behind_other_exceptions():
    try:
        try:
            ____ + 1
        except NotAttempted:
            raise KeyError("other") from None  # hides the context, which is still there
    except KeyError as error:
        assert caused_by_blank(error)
    assert not caused_by_blank(ValueError("x"))
    ring = ValueError("a")
    ring.__cause__ = TypeError("b")
    ring.__cause__.__cause__ = ring
    assert not caused_by_blank(ring)
