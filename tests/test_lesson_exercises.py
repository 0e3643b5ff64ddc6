"""The four outcomes of a check, hints, solutions, the box that shows them, and the progress file."""

import json
import operator
import os
import re
import threading
import time

import numpy as np
import pandas as pd
import pytest

from mktutils.lesson import Exercise, Wrong, ____, call, choice, exercise, need_function, predict, progress
from mktutils.lesson.exercises import exercises_of, lessons
from mktutils.lesson.feedback import Box, describe, show


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("MKTUTILS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def _check_double(answer):
    need_function(answer)
    if call(answer, 2) == 2:
        raise Wrong("The number came back <unchanged>: multiply it.")
    if call(answer, 2) != 4:
        raise Wrong("Two doubled is four.")


def _exercise(check=_check_double, **options):
    settings = {
        "hints": ["first", "second"],
        "solution": "def double(x):\n    return 2 * x\n",
        "analysis": "A sum is a double.",
    }
    return Exercise("99.1", "Double it", "Double a number.", check=check, **{**settings, **options})


# --- outcomes ---------------------------------------------------------------------------------------------


def test_a_right_answer_is_correct_and_shows_the_analysis():
    result = _exercise().evaluate(lambda x: x + x)
    assert (result.outcome, result.message) == ("correct", "A sum is a double.")


def test_a_wrong_answer_is_not_yet_with_the_message_of_the_check():
    result = _exercise().evaluate(lambda x: x)
    assert (result.outcome, result.message) == ("not yet", "The number came back <unchanged>: multiply it.")


def test_an_exception_in_the_answer_shows_its_type_message_and_the_learners_own_line():
    def double(x):
        y = x
        return y.double()

    result = _exercise().evaluate(double)
    assert result.outcome == "error"
    assert result.message == "AttributeError: 'int' object has no attribute 'double'"
    assert result.code.endswith(": return y.double()")
    assert "no such attribute" in result.after


def test_an_exception_below_a_library_shows_the_learners_line_and_not_the_librarys():
    def double(x):
        return pd.DataFrame({"a": [x]})["b"].iloc[0]

    result = _exercise().evaluate(double)
    assert result.message == "KeyError: 'b'"
    assert result.code.endswith('return pd.DataFrame({"a": [x]})["b"].iloc[0]')


def test_code_without_a_source_file_shows_the_number_of_the_line():
    names = {}
    exec("def double(x):\n    return x / 0\n", names)
    result = _exercise().evaluate(names["double"])
    assert (result.outcome, result.code) == ("error", "line 2")
    assert "divided by zero" in result.after


def test_a_syntax_error_shows_the_line_that_cannot_be_read():
    def double(x):
        return compile("a = = 1", "<cell>", "exec")

    result = _exercise().evaluate(double)
    assert (result.outcome, result.code) == ("error", "line 1: a = = 1")


def test_leaving_the_program_in_an_answer_is_an_error_and_not_the_end():
    def double(x):
        raise SystemExit(3)

    assert _exercise().evaluate(double).outcome == "error"


def test_an_answer_that_the_check_cannot_read_is_an_error_without_a_line():
    result = exercise("00.1").evaluate(operator.itemgetter("absent"))
    assert (result.outcome, result.code) == ("error", "")
    assert "while the check read your answer" in result.after


def test_addresses_and_long_messages_are_cut_so_that_the_output_repeats():
    error = ValueError(f"{object()} " + "x" * 1000)
    message, _, _ = describe(error)
    assert "0x…" in message
    assert not re.search("0x[0-9a-f]{4}", message)
    assert len(message) < 450
    assert describe(ValueError())[0] == "ValueError"


@pytest.mark.parametrize("answers", [(), (1, 2)])
def test_a_wrong_number_of_answers_says_what_the_check_needs(answers):
    result = _exercise().evaluate(*answers)
    assert (result.outcome, result.message) == (
        "not yet",
        "Give the check what the cell asks for: `check(double)`.",
    )


def test_a_called_function_instead_of_the_function_is_explained():
    assert "without brackets" in _exercise().evaluate(4).message


def _blank_helper():
    return ____ * 2


def test_an_untouched_answer_is_not_attempted_wherever_the_blank_stands():
    def swallowed(x):
        try:
            return _blank_helper()
        except Exception:
            return 4

    def wrapped(x):
        try:
            return _blank_helper()
        except Exception as e:
            raise KeyError("wrapped") from e

    def in_source(x):
        return x if x else ____

    def table(x):
        return pd.DataFrame({"a": [x]}).groupby(____).sum()

    box = [____]

    def hidden(x):
        return box

    for answer in (
        ____,
        [____],
        {"a": ____},
        swallowed,
        wrapped,
        in_source,
        table,
        hidden,
        lambda x, k=____: k,
    ):
        assert _exercise().evaluate(answer).outcome == "not attempted", answer


def test_a_check_cannot_change_the_learners_data():
    def spoil(table, array, nested):
        table["new"] = 1
        array[0] = 9
        nested["k"].append(1)

    table, array, nested = pd.DataFrame({"a": [1]}), np.zeros(2), {"k": []}
    assert _exercise(check=spoil, answer="t, a, n").evaluate(table, array, nested).outcome == "correct"
    assert list(table) == ["a"]
    assert array[0] == 0
    assert nested == {"k": []}


def test_a_function_gets_copies_of_the_checks_data():
    data = pd.DataFrame({"a": [1]})
    call(lambda df, other: df.insert(0, "b", 2), data, other=[data])
    assert list(data) == ["a"]


# --- showing ----------------------------------------------------------------------------------------------


def test_outside_a_notebook_check_prints_symbol_word_title_and_message(capsys):
    assert _exercise().check(lambda x: x) is None
    assert capsys.readouterr().out == (
        "✗ Not yet · Exercise 99.1 · Double it\nThe number came back <unchanged>: multiply it.\n"
    )


@pytest.mark.parametrize("kind", ["not attempted", "not yet", "error", "correct", "hint", "solution"])
def test_the_html_box_has_the_same_words_escapes_them_and_sets_no_text_colour(kind):
    box = Box(
        kind, "Exercise 1 · <b>", "use `df[<a>]` & go\nnow", 'x = "<i>"', "after `that`", suffix=" 1 of 2"
    )
    page = box.html()
    assert "<a>" not in page and "<i>" not in page
    words = re.sub(r"<[^>]+>", " ", page.replace("<br>", " "))
    for old, new in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        words = words.replace(old, new)
    assert words.split() == box.plain().replace("`", " ").split()
    assert re.findall(r"(?<![-\w])color: (\w+)", page) == ["inherit", "inherit"]
    assert "background: transparent" in page


def test_in_ipython_both_forms_are_displayed_and_are_the_same_each_time(monkeypatch):
    import IPython
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: shown.append((data, raw)))
    box = Box("correct", "Exercise 1", "well done")
    show(box)
    show(box)
    assert shown[0] == shown[1] == ({"text/html": box.html(), "text/plain": box.plain()}, True)


def test_hints_come_one_after_the_other_and_the_last_names_the_solution(capsys):
    one = _exercise(hints=["a nudge", "a method", "nearly all"])
    for _ in range(4):
        one.hint()
    out = capsys.readouterr().out
    assert re.findall(r"Hint (\d of \d)", out) == ["1 of 3", "2 of 3", "3 of 3", "3 of 3"]
    assert out.count('After this comes `exercise("99.1").solution()`.') == 2
    one.hint(2)
    assert "a method" in capsys.readouterr().out
    with pytest.raises(ValueError, match="has hints 1 to 3; got 4"):
        one.hint(4)


def test_the_solution_is_the_whole_cell_with_the_check(capsys):
    _exercise().solution()
    out = capsys.readouterr().out
    assert "    def double(x):\n        return 2 * x\n" in out
    assert 'exercise("99.1").check(double)' in out
    assert "A sum is a double." in out
    assert "One of several right ways:" in out and "The answer:" not in out


@pytest.mark.parametrize("id", ["00.2", "00.3"])
def test_the_solution_with_one_right_answer_does_not_speak_of_several(id, capsys):
    exercise(id).solution()
    out = capsys.readouterr().out
    assert "The answer:" in out and "several right ways" not in out


# --- definitions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hints": ["one"]}, "needs two or three hints; got 1"),
        ({"solution": "print(1)"}, "defines no function or variable"),
    ],
)
def test_an_incomplete_exercise_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        _exercise(**options)


@pytest.mark.parametrize(
    ("code", "name"),
    [("a = 1\nb = 2", "b"), ("class Model:\n    pass", "Model"), ("def f():\n    x = 1\nprint(f)", "f")],
)
def test_the_answer_is_the_last_name_that_the_solution_defines(code, name):
    assert _exercise(solution=code).answer == name


COMMON = {"hints": ["a", "b"], "analysis": "Because."}


def test_choice_gives_each_wrong_letter_its_own_reason():
    one = choice("99.2", "T", "O", options={"a": "A is too small.", "b": None}, **COMMON)
    assert one.evaluate(" B) ").outcome == "correct"
    assert one.evaluate("a").message == "A is too small."
    for odd in ("", "ab", 1, None):
        assert "one of the letters a, b" in one.evaluate(odd).message
    assert one.solution_code == 'answer = "b"'


@pytest.mark.parametrize("options", [{"a": None, "b": None}, {"a": "no", "b": "no"}])
def test_choice_needs_one_right_letter(options):
    with pytest.raises(ValueError, match="needs one right option"):
        choice("99.2", "T", "O", options=options, **COMMON)


def test_predict_accepts_numbers_near_the_value_and_names_the_misconception():
    one = predict(
        "99.3",
        "T",
        "O",
        value=0.25,
        tolerance=0.01,
        percent=True,
        misconceptions=[(0.75, "That is the other share.")],
        otherwise="Count again.",
        **COMMON,
    )
    for right in (0.25, 0.259, "0.25", "25 %", 25, np.float32(0.25)):
        assert one.evaluate(right).outcome == "correct", right
    for wrong in (0.75, "75%", 74.5):
        assert one.evaluate(wrong).message == "That is the other share."
    assert one.evaluate(0.3).message == "Count again."
    for odd in ("many", None, True, float("inf"), [1, 2]):
        assert "one number" in one.evaluate(odd).message
    assert one.solution_code == "answer = 0.25"


def test_without_percent_a_number_a_hundred_times_too_large_is_wrong():
    settings = {"value": 0.25, "tolerance": 0.01, "misconceptions": [], "otherwise": "Count again."}
    assert predict("99.3", "T", "O", **settings, **COMMON).evaluate(25).outcome == "not yet"


def test_an_exercise_is_found_by_its_id_and_is_the_same_object_each_time():
    assert "00" in lessons()
    assert exercise("00.1") is exercise("00.1")
    assert next(iter(exercises_of("00"))) == "00.1"


@pytest.mark.parametrize(
    ("id", "message"),
    [("00.99", "lesson 00 has 00.1, 00.2"), ("77.1", "lessons with exercises: 00"), (1, "00")],
)
def test_an_unknown_exercise_lists_the_known_ones(id, message):
    with pytest.raises(ValueError, match=message):
        exercise(id)


def test_two_exercises_with_one_id_are_refused(monkeypatch):
    from mktutils.exercises import lesson_00
    from mktutils.lesson import exercises

    monkeypatch.setattr(exercises, "_LOADED", {})
    monkeypatch.setattr(lesson_00, "EXERCISES", [lesson_00.EXERCISES[0]] * 2)
    with pytest.raises(ValueError, match="same id"):
        exercise("00.1")


# --- progress ---------------------------------------------------------------------------------------------


def _records(home):
    return json.loads((home / "progress.json").read_text(encoding="utf-8"))


def test_attempts_are_counted_until_the_pass_and_an_untouched_run_writes_nothing(own_home, capsys):
    one = _exercise()
    one.check(____)
    one.hint()
    one.solution()
    assert not own_home.exists()
    one.check(lambda x: x)
    one.check(lambda x: 1 / 0)
    assert _records(own_home) == {"99.1": {"passed": False, "attempts": 2}}
    one.check(lambda x: 2 * x)
    one.check(lambda x: x)
    assert _records(own_home) == {"99.1": {"passed": True, "attempts": 3}}
    assert sorted(p.name for p in own_home.iterdir()) == ["progress.json"]


@pytest.mark.parametrize(
    "content", [b"{", b"", b"\xff\xfe", b"[1]", b'{"01.1": {"passed": "yes", "attempts": 1}}', b'{"01.1": 3}']
)
def test_a_damaged_file_is_set_aside_with_one_sentence_and_never_lost(content, own_home, capsys):
    own_home.mkdir()
    (own_home / "progress.json").write_bytes(content)
    assert progress.load() == {}
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert str(own_home / "progress.json.bad") in out
    assert (own_home / "progress.json.bad").read_bytes() == content
    (own_home / "progress.json").write_bytes(content)
    progress.record("01.1", passed=True)
    assert (own_home / "progress.json.2.bad").read_bytes() == content
    assert _records(own_home) == {"01.1": {"passed": True, "attempts": 1}}


def test_a_damaged_file_that_cannot_be_renamed_is_named(own_home, capsys, monkeypatch):
    own_home.mkdir()
    (own_home / "progress.json").write_bytes(b"{")
    monkeypatch.setattr(progress.os, "replace", _refuse)
    assert progress.load() == {}
    assert "cannot be renamed" in capsys.readouterr().out


def _refuse(*_, **__):
    raise PermissionError("read-only")


def test_a_crash_in_the_middle_of_writing_keeps_the_old_file(own_home, monkeypatch):
    progress.record("01.1", passed=True)
    before = (own_home / "progress.json").read_bytes()
    monkeypatch.setattr(progress.os, "replace", _refuse)
    progress.record("01.2", passed=True)
    assert (own_home / "progress.json").read_bytes() == before
    assert sorted(p.name for p in own_home.iterdir()) == ["progress.json"]


def test_two_kernels_at_once_lose_no_pass(own_home):
    def kernel(name):
        for i in range(15):
            progress.record(f"{name}.{i}", passed=True)

    threads = [threading.Thread(target=kernel, args=(n,)) for n in ("01", "02", "03")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_records(own_home)) == 45


def test_a_forgotten_lock_is_removed(own_home):
    own_home.mkdir()
    lock = own_home / "progress.lock"
    lock.write_text("")
    long_ago = time.time() - 60
    os.utime(lock, (long_ago, long_ago))
    progress.record("01.1", passed=True)
    assert _records(own_home)["01.1"]["passed"]
    assert not lock.exists()


def test_a_lock_that_stays_is_waited_for_and_then_passed_over(own_home):
    own_home.mkdir()
    (own_home / "progress.lock").write_text("")
    with progress._locked(patience=0.05):
        pass
    assert (own_home / "progress.lock").exists()


def test_a_home_that_cannot_be_written_never_breaks_a_check(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MKTUTILS_HOME", str(tmp_path / "file" / "home"))
    _exercise().check(lambda x: 2 * x)
    assert "✓ Correct" in capsys.readouterr().out
    assert progress.writable()


def test_a_folder_without_write_permission_ends_the_wait_at_once(own_home, monkeypatch):
    own_home.mkdir()
    monkeypatch.setattr(progress.os, "open", _refuse)
    monkeypatch.setattr(progress.os, "access", lambda *_: False)
    start = time.monotonic()
    progress.record("01.1", passed=True)
    assert time.monotonic() - start < 1
    assert "read-only" in progress.writable()


def test_without_the_variable_progress_is_in_the_systems_folder_for_user_data(monkeypatch):
    monkeypatch.delenv("MKTUTILS_HOME")
    assert progress.home().name == "mktutils"
    assert progress.home().is_absolute()


def test_stars_in_a_message_emphasise_words_and_leave_code_and_products_alone():
    shown = Box("correct", "Exercise 99.1", "an empty cell is *unknown*, not `a*b*c`; 4 * 2 * 1").html()
    assert "<em>unknown</em>" in shown and "<code>a*b*c</code>" in shown and "4 * 2 * 1" in shown
