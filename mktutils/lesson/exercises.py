"""Exercises with four outcomes: not attempted, not yet, error, correct; graded hints; a solution."""

import ast
import importlib
import importlib.util
import inspect
import math
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mktutils.lesson import progress
from mktutils.lesson.blank import NotAttempted, caused_by_blank, contains_blank, mentions_blank, touches
from mktutils.lesson.feedback import Box, describe, show


class Wrong(Exception):
    """A wrong answer: the message names the misconception and says what to do next."""


def _copied(value: Any) -> Any:
    """Return a copy of data (arrays, tables, containers), so that nobody changes the original."""
    if isinstance(value, dict):
        return {k: _copied(v) for k, v in value.items()}
    if type(value) in (list, tuple, set):
        return type(value)(_copied(v) for v in value)
    if type(value).__module__.partition(".")[0] in {"numpy", "pandas"} and hasattr(value, "copy"):
        return value.copy()
    return value


def call(function: Callable, /, *args: Any, **kwargs: Any) -> Any:
    """Call a learner's function with copies of the data; a blank in its result counts as not attempted."""
    result = function(*_copied(args), **_copied(kwargs))
    if contains_blank(result):
        raise NotAttempted("a blank (____) was returned")
    return result


def need_function(answer: Any) -> None:
    """Raise Wrong unless the answer is a function, with the usual cause: it was called."""
    if not callable(answer):
        raise Wrong(
            f"The check needs the function itself, and got a value of type `{type(answer).__name__}`. "
            "Give its name without brackets: `check(my_function)`, not `check(my_function(...))`."
        )


@dataclass(frozen=True)
class Result:
    """What a check found: the outcome is "not attempted", "not yet", "error" or "correct"."""

    outcome: str
    message: str
    code: str = ""
    after: str = ""


@dataclass
class Exercise:
    """One exercise: its checker raises `Wrong`; two or three hints, from a nudge to nearly the answer.

    `solution` is the code of the whole cell without the check; `answer` is what stands between the brackets
    of the check, by default the last function or variable that the solution defines. `lead` stands above the
    solution.
    """

    id: str
    title: str
    objective: str
    check_answer: Callable[..., None] = field(repr=False)
    hints: Sequence[str] = field(repr=False)
    solution_code: str = field(repr=False)
    analysis: str = field(repr=False)
    answer: str = ""
    lead: str = "One of several right ways:"
    _shown: int = field(default=0, init=False, repr=False)

    def __init__(
        self,
        id: str,
        title: str,
        objective: str,
        *,
        check: Callable[..., None],
        hints: Sequence[str],
        solution: str,
        analysis: str,
        answer: str = "",
        lead: str = "One of several right ways:",
    ) -> None:
        """Raise ValueError for a wrong number of hints, or a solution that defines no answer."""
        if not 2 <= len(hints) <= 3:
            raise ValueError(f"exercise {id} needs two or three hints; got {len(hints)}")
        self.id, self.title, self.objective = id, title, objective
        self.check_answer, self.hints, self.analysis = check, list(hints), analysis
        self.solution_code = solution.strip("\n")
        self.answer = answer or _last_name(id, self.solution_code)
        self.lead, self._shown = lead, 0

    @property
    def name(self) -> str:
        """Number and title."""
        return f"Exercise {self.id} · {self.title}"

    def evaluate(self, *answers: Any) -> Result:
        """Return the outcome for these answers, without showing or recording anything."""
        untouched = Result(
            "not attempted", "Replace each blank `____` with your answer, then run this cell again."
        )
        if contains_blank(answers) or any(mentions_blank(a) for a in answers):
            return untouched
        before = touches()
        try:
            inspect.signature(self.check_answer).bind(*answers)
        except TypeError:
            return Result("not yet", f"Give the check what the cell asks for: `check({self.answer})`.")
        try:
            self.check_answer(*_copied(answers))
        except Wrong as e:
            result = Result("not yet", str(e))
        except (Exception, SystemExit) as e:
            if caused_by_blank(e):
                return untouched
            result = Result("error", *describe(e))
        else:
            result = Result("correct", self.analysis)
        return result if touches() == before else untouched

    def check(self, *answers: Any) -> None:
        """Show the outcome in a box and record it; an untouched exercise is not an attempt."""
        result = self.evaluate(*answers)
        if result.outcome != "not attempted":
            progress.record(self.id, passed=result.outcome == "correct")
        show(Box(result.outcome, self.name, result.message, result.code, result.after))

    def hint(self, number: int | None = None) -> None:
        """Show the next hint, or a certain one. Raises ValueError for a number that does not exist."""
        last = len(self.hints)
        if number is None:
            number = self._shown = min(self._shown + 1, last)
        elif number not in range(1, last + 1):
            raise ValueError(f"exercise {self.id} has hints 1 to {last}; got {number!r}")
        more = "" if number < last else f'After this comes `exercise("{self.id}").solution()`.'
        show(Box("hint", self.name, self.hints[number - 1], after=more, suffix=f" {number} of {last}"))

    def solution(self) -> None:
        """Show the code of a solution and what there is to learn from it."""
        code = f'{self.solution_code}\n\nexercise("{self.id}").check({self.answer})'
        show(Box("solution", self.name, self.lead, code, self.analysis))


def _last_name(id: str, code: str) -> str:
    """Return the function, class or variable that the last definition at the top of `code` makes."""
    for node in reversed(ast.parse(code).body):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            return node.name
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            return node.targets[0].id
    raise ValueError(f"the solution of exercise {id} defines no function or variable; name it with answer=")


def choice(
    id: str,
    title: str,
    objective: str,
    *,
    options: Mapping[str, str | None],
    hints: Sequence[str],
    analysis: str,
    solution: str | None = None,
) -> Exercise:
    """Make a multiple-choice exercise: per letter why it is wrong, or None for the one right letter."""
    right = [letter for letter, why in options.items() if why is None]
    if len(right) != 1:
        raise ValueError(f"exercise {id} needs one right option (None); got {len(right)}")
    letters = ", ".join(options)

    def check(answer: Any) -> None:
        letter = answer.strip().strip("()\"'.").lower() if isinstance(answer, str) else None
        if letter not in options:
            example = next(iter(options))
            raise Wrong(f'Answer with one of the letters {letters}, as text: `answer = "{example}"`.')
        if options[letter] is not None:
            raise Wrong(str(options[letter]))

    code = solution or f'answer = "{right[0]}"'
    parts = {"check": check, "hints": hints, "solution": code, "analysis": analysis}
    return Exercise(id, title, objective, lead="The answer:", **parts)


def predict(
    id: str,
    title: str,
    objective: str,
    *,
    value: float,
    tolerance: float,
    misconceptions: Sequence[tuple[float, str]],
    otherwise: str,
    hints: Sequence[str],
    analysis: str,
    solution: str | None = None,
    percent: bool = False,
) -> Exercise:
    """Make a predict-the-output exercise: a number ± tolerance; each near-miss value has its own message.

    With `percent=True` a share may be given in percent as well (0.896 or 89.6).
    """

    def near(number: float, target: float) -> bool:
        return abs(number - target) <= tolerance or (
            percent and abs(number - 100 * target) <= 100 * tolerance and abs(number) > 1
        )

    def check(answer: Any) -> None:
        if isinstance(answer, str):
            answer = answer.replace("%", "").replace(",", "").strip()
        try:
            number = float(answer)
        except (TypeError, ValueError):
            raise Wrong("Answer with one number, for example `answer = 0.25`.") from None
        if isinstance(answer, bool) or not math.isfinite(number):
            raise Wrong("Answer with one number, for example `answer = 0.25`.")
        if near(number, value):
            return
        for wrong, message in misconceptions:
            if near(number, wrong):
                raise Wrong(message)
        raise Wrong(otherwise)

    code = solution or f"answer = {value:g}"
    parts = {"check": check, "hints": hints, "solution": code, "analysis": analysis}
    return Exercise(id, title, objective, lead="The answer:", **parts)


_LOADED: dict[str, dict[str, Exercise]] = {}


def lessons() -> list[str]:
    """Return the numbers of the lessons that have exercises, as "00", "01", …"""
    from mktutils import exercises as package

    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(name.removeprefix("lesson_") for name in names if name.startswith("lesson_"))


def exercises_of(lesson: str) -> dict[str, Exercise]:
    """Return the exercises of one lesson by id, in order. Raises ValueError for an unknown lesson."""
    if lesson not in _LOADED:
        if lesson not in lessons():
            known = ", ".join(lessons())
            raise ValueError(f"no exercises for lesson {lesson!r}; lessons with exercises: {known}")
        module = importlib.import_module(f"mktutils.exercises.lesson_{lesson}")
        found = {e.id: e for e in module.EXERCISES}
        if len(found) != len(module.EXERCISES):
            raise ValueError(f"lesson {lesson} has two exercises with the same id")
        _LOADED[lesson] = found
    return _LOADED[lesson]


def exercise(id: str) -> Exercise:
    """Return an exercise by its id, such as "01.3". Raises ValueError that lists the ids for an unknown one.

    >>> exercise("00.1").name
    'Exercise 00.1 · The conversion rate'
    """
    lesson = str(id).partition(".")[0]
    found = exercises_of(lesson)
    if id not in found:
        raise ValueError(f"no exercise {id!r}; lesson {lesson} has {', '.join(found)}")
    return found[id]
