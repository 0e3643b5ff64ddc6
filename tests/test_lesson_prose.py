"""Numbers in the text are bound to the code."""

import json

import pytest

from mktutils.lesson import prose
from mktutils.lesson.prose import disagreement, markers, split_expression

NAMES = {"auc": 0.8149, "rows": 12345, "share": 0.4349, "loss": -0.5, "data": {"a": 3}, "values": [1, 2, 3]}


def _notebook(*markdown):
    cells = [{"cell_type": "code", "source": "x = '0.9<!--= nothing -->'"}]
    return {"cells": [*cells, *({"cell_type": "markdown", "source": m} for m in markdown)]}


def _check(text):
    return [disagreement(m, NAMES) for m in markers(_notebook(text))]


@pytest.mark.parametrize(
    "text",
    [
        "The AUC is 0.81<!--= auc:.2f -->.",
        "The AUC is **0.81**<!--= auc:.2f -->, and `0.815`<!--= auc:.3f --> more precisely.",
        "There are 12,345<!--= rows:, --> rows.",
        "12345<!--= rows --> rows",
        "43 %<!--= 100*share:.0f --> buy; 43.5%<!--= share:.1%--> buy",
        "43.5 %<!--= share:.1% -->",
        "a loss of −0.50<!--= loss:.2f -->",
        "about 0.82<!--= auc:.2f ~0.01 -->",
        "about 82 %<!--= 100*auc:.0f ~ 1 --> and 82%<!--= auc:.0% ~1 -->",
        "3<!--= data['a'] --> and 2<!--= values[1:3][0] --> and 2<!--= len(values[1:]):d -->",
        "3<!--= (lambda v: max(v))(values):d -->",
        "3<!--= sum(v > 0 for v in values) -->",
        "| 0.81<!--= auc:.2f --> | 12,345<!--= rows:, --> |",
        "a number\n**12,345<!--= rows:, -->** in bold",
    ],
)
def test_a_number_that_agrees_is_accepted(text):
    found = _check(text)
    assert found and found == [None] * text.count("<!--=")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("0.82<!--= auc:.2f -->", "cell 2: the text says 0.82, auc:.2f gives 0.81"),
        ("0.8<!--= auc:.2f -->", "cell 2: the text says 0.8, auc:.2f gives 0.81"),
        ("12345<!--= rows:, -->", "cell 2: the text says 12345, rows:, gives 12,345"),
        ("0.5<!--= loss -->", "cell 2: the text says 0.5, loss gives -0.5"),
        ("43.5<!--= share:.1% -->", "cell 2: the text says 43.5, share:.1% gives 43.5%"),
        ("0.83<!--= auc:.2f ~0.01 -->", "cell 2: the text says 0.83, auc:.2f gives 0.81 (allowed: ±0.01)"),
        ("0.81<!--= nothing:.2f -->", "cell 2: nothing:.2f cannot be evaluated: NameError"),
        ("0.81<!--= data:.2f -->", "cell 2: data:.2f cannot be evaluated: TypeError"),
        ("0.81<!--= auc +:.2f -->", "cannot be evaluated: SyntaxError"),
        ("nine<!--= rows -->", "cell 2: no number stands directly before the marker of rows"),
        ("9 rows<!--= rows -->", "no number stands directly before"),
        ("1<!--= str(data) ~1 -->", "which is no number"),
    ],
)
def test_a_number_that_disagrees_is_named(text, fault):
    (found,) = _check(text)
    assert fault in found


def test_markers_in_code_blocks_and_code_spans_are_examples():
    text = (
        "```\n0.1<!--= auc -->\n```\nWrite `0.2<!--= auc -->` like this.\n\n~~~ md\n0.3<!--= auc -->\n~~~\n"
    )
    assert not list(markers(_notebook(text, "```\n0.4<!--= auc -->")))
    assert len(list(markers(_notebook(text + "0.81<!--= auc:.2f -->")))) == 1


def test_cells_are_counted_from_one_and_source_may_be_a_list_of_lines():
    (marker,) = markers(_notebook("none", ["a\n", "5<!--= rows -->"]))
    assert (marker.cell, marker.text, marker.expression) == (3, "5", "rows")


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("a", ("a", "")),
        ("a:.2f", ("a", ".2f")),
        ("x[1:3]", ("x[1:3]", "")),
        ("{1: 2}[1]:d", ("{1: 2}[1]", "d")),
        ("f'{a:.1f}'", ("f'{a:.1f}'", "")),
        ("a +", ("a +", "")),
    ],
)
def test_the_format_is_what_follows_the_last_free_colon(body, parts):
    assert split_expression(body) == parts


def test_an_expression_does_not_change_the_namespace():
    names = {"a": 1}
    (marker,) = markers(_notebook("2<!--= (b := a + 1) -->"))
    assert disagreement(marker, names) is None
    assert names == {"a": 1}


def _prose(tmp_path, monkeypatch, *markdown):
    (tmp_path / "01_x.ipynb").write_text(json.dumps(_notebook(*markdown)), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert prose("01_x.ipynb", NAMES) is None


def test_prose_prints_how_many_numbers_agree(tmp_path, monkeypatch, capsys):
    _prose(tmp_path, monkeypatch, "0.81<!--= auc:.2f -->", "12,345<!--= rows:, -->")
    _prose(tmp_path, monkeypatch, "0.81<!--= auc:.2f -->")
    assert capsys.readouterr().out.splitlines() == [
        "✓ 2 numbers in the text agree with the code",
        "✓ 1 number in the text agrees with the code",
    ]


def test_prose_prints_one_line_per_disagreement(tmp_path, monkeypatch, capsys):
    _prose(tmp_path, monkeypatch, "0.81<!--= auc:.2f -->, 0.9<!--= auc:.1f -->", "1<!--= rows -->")
    assert capsys.readouterr().out.splitlines() == [
        "✗ cell 2: the text says 0.9, auc:.1f gives 0.8",
        "✗ cell 3: the text says 1, rows gives 12345",
    ]


def test_prose_without_markers_file_or_notebook_says_so_and_raises_nothing(tmp_path, monkeypatch, capsys):
    _prose(tmp_path, monkeypatch, "no number is marked here")
    prose("02_absent.ipynb", {})
    (tmp_path / "03_bad.ipynb").write_text("{", encoding="utf-8")
    prose("03_bad.ipynb", {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "✗ no marked number found in the text of 01_x.ipynb"
    assert lines[1].startswith("✗ 02_absent.ipynb is not in the working directory")
    assert lines[2].startswith("✗ 03_bad.ipynb cannot be read as a notebook")
