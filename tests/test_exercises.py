"""Every exercise of every lesson: right answers pass, wrong ones get the message that names the mistake.

The answers are in tests/answers/lesson_NN.py:
ANSWERS = {id: {"right": [answers, written differently], "wrong": [(answer, "part of the message"), ...]}}
with two or more of each; a tuple stands for several arguments of the check.
"""

import copy
import json
import re
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mktutils.lesson import ____
from mktutils.lesson.exercises import exercises_of, lessons

ROOT = Path(__file__).parent.parent
EXERCISES = [e for lesson in lessons() for e in exercises_of(lesson).values()]
CONTRACTION = re.compile(
    r"\b\w+n['’]t\b|\b(?:it|that|there|what|let)['’]s\b|['’](?:re|ll|ve)\b", re.IGNORECASE
)
BELITTLING = re.compile(r"\b(?:simply|just|obviously|easy|easily|of course)\b", re.IGNORECASE)


def _answers(lesson):
    return runpy.run_path(str(ROOT / "tests" / "answers" / f"lesson_{lesson}.py"))["ANSWERS"]


ANSWERS = {id: given for lesson in lessons() for id, given in _answers(lesson).items()}
RIGHT = [(e, i) for e in EXERCISES for i in range(len(ANSWERS.get(e.id, {"right": []})["right"]))]
WRONG = [(e, i) for e in EXERCISES for i in range(len(ANSWERS.get(e.id, {"wrong": []})["wrong"]))]


def _name(value):
    return getattr(value, "id", None) or str(value)


def _arguments(answer):
    """A tuple stands for several arguments of the check."""
    return answer if isinstance(answer, tuple) else (answer,)


def test_every_exercise_has_stored_answers_and_every_stored_answer_an_exercise():
    assert sorted(ANSWERS) == sorted(e.id for e in EXERCISES)


@pytest.mark.parametrize("exercise", EXERCISES, ids=_name)
def test_an_exercise_is_well_formed(exercise):
    given = ANSWERS[exercise.id]
    assert len(given["right"]) >= 2
    assert len(given["wrong"]) >= 2
    assert 2 <= len(exercise.hints) <= 3
    assert exercise.title and exercise.objective and exercise.analysis
    for text in (exercise.title, exercise.objective, exercise.analysis, *exercise.hints):
        assert "—" not in text, "no em dash"
        assert not CONTRACTION.search(text), f"contraction in {text!r}"
        assert not BELITTLING.search(text), f"belittling word in {text!r}"


@pytest.mark.parametrize(("exercise", "i"), RIGHT, ids=_name)
def test_a_right_answer_is_accepted(exercise, i):
    result = exercise.evaluate(*_arguments(ANSWERS[exercise.id]["right"][i]))
    assert (result.outcome, result.message) == ("correct", exercise.analysis)


@pytest.mark.parametrize(("exercise", "i"), WRONG, ids=_name)
def test_a_wrong_answer_is_refused_with_the_message_that_names_the_misconception(exercise, i):
    answer, fragment = ANSWERS[exercise.id]["wrong"][i]
    result = exercise.evaluate(*_arguments(answer))
    assert result.outcome == "not yet", result
    assert fragment in result.message
    assert "—" not in result.message and not CONTRACTION.search(result.message)


@pytest.mark.parametrize("exercise", EXERCISES, ids=_name)
def test_the_printed_solution_passes_when_executed(exercise, capsys):
    exercise.solution()
    printed = capsys.readouterr().out
    for line in exercise.solution_code.splitlines():
        assert line in printed
    names = {"np": np, "pd": pd}
    exec(compile(exercise.solution_code, "<solution>", "exec"), names)
    result = eval(f"(_check({exercise.answer}))", {**names, "_check": exercise.evaluate})
    assert result.outcome == "correct", result


@pytest.mark.parametrize("exercise", EXERCISES, ids=_name)
def test_an_untouched_blank_is_not_attempted(exercise):
    count = len(_arguments(ANSWERS[exercise.id]["right"][0]))

    def blank(*args):
        return ____

    assert exercise.evaluate(*[____] * count).outcome == "not attempted"
    assert exercise.evaluate(*[blank] * count).outcome == "not attempted"


@pytest.mark.parametrize("exercise", EXERCISES, ids=_name)
def test_an_exception_in_an_answer_becomes_feedback(exercise):
    right = _arguments(ANSWERS[exercise.id]["right"][0])

    def planted(*args, **kwargs):
        raise ArithmeticError("planted")

    result = exercise.evaluate(*[planted if callable(a) else a for a in right])
    if any(callable(a) for a in right):
        assert result.outcome == "error"
        assert "ArithmeticError: planted" in result.message
        assert 'raise ArithmeticError("planted")' in result.code
    for odd in (None, -1, "?", [], object(), pd.DataFrame()):
        assert exercise.evaluate(*[odd] * len(right)).outcome in {"not yet", "error"}


@pytest.mark.parametrize("exercise", EXERCISES, ids=_name)
def test_check_does_not_modify_an_answer(exercise):
    for answer in ANSWERS[exercise.id]["right"]:
        before = copy.deepcopy(answer)
        exercise.evaluate(*_arguments(answer))
        for old, new in zip(_arguments(before), _arguments(answer), strict=True):
            if isinstance(old, (pd.DataFrame, pd.Series)):
                assert old.equals(new)
            elif not callable(old):
                assert np.array_equal(old, new)


def test_every_exercise_is_used_in_its_notebook_and_every_used_one_exists():
    used, lessons_with_notebook = set(), set()
    for path in [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("notebooks/real_data/*.ipynb")]:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        found = set(re.findall(r"^exercise\(\"([\d.]+)\"\)\.check\(", code, re.MULTILINE))
        used |= found
        if path.parent.name == "notebooks" and found:
            lessons_with_notebook.add(path.name[:2])
    known = {e.id for e in EXERCISES}
    assert used <= known
    assert {id for id in known if id[:2] in lessons_with_notebook} <= used
