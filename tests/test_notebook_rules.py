"""Each rule for notebooks accepts a right notebook and names the planted fault of a wrong one."""

from types import SimpleNamespace

import nbformat
import notebook_rules as rules
import pytest
import test_notebooks as proof
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

HEADER = """# Tiny lesson

One sentence of promise.

| Minutes to read | Minutes to practise | Seconds to run |
|---|---|---|
| 4.5 | 5 | <!-- seconds -->5<!-- /seconds --> |

You will be able to:

1. choose a threshold from costs
2. name a leak
"""
ALT = "A line that rises from the lower left to the upper right corner."
STARTER = (
    'import pandas as pd\n\nCSV_PATH = "../data/x.csv"\nLABEL = "bought"\nprint(len(pd.read_csv(CSV_PATH)))'
)


def ask(id, blank=True):
    answer = "____" if blank else "1 + 1"
    lines = [f"answer = {answer}", f'exercise("{id}").check(answer)']
    return "\n".join([*lines, f'# exercise("{id}").hint()', f'# exercise("{id}").solution()'])


def code(source, *outputs, **metadata):
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


def says(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def shows(**data):
    return new_output("display_data", data={k.replace("_", "/"): v for k, v in data.items()})


def picture(number, alt=ALT):
    image = shows(image_png="AAAA", text_plain="Figure (picture)")
    image.metadata = {"image/png": {"alt": alt}}
    return image, shows(text_markdown=f"**Figure {number}.** It rises.")


def right_cells():
    """The cells of a notebook without a fault."""
    reason = {"ignore_reason": "a trained number differs between processors"}
    section = {name: [new_markdown_cell(f"## {name}\n\nSome text.")] for name in rules.SECTIONS}
    section["The decision"] += [code("from mktutils import plots"), code("plot()", *picture(1))]
    section["What the articles say"] += [
        new_markdown_cell("> They say 90 % (1 §5.1).\n\nIt was `0.5`, $a=0.25$.")
    ]
    section["By hand"] += [new_markdown_cell("It is **0.81**<!--= auc:.2f --> or 43 %<!--= 100*s:.0f -->.")]
    section["By hand"] += [code("plot()", *picture(2)), code("y = 2"), new_markdown_cell("### Exercise 01.9")]
    section["Baseline, model, ceiling"] += [
        code("auc = model.fit(X)", says("0.8123\n"), tags=[rules.IGNORED], mktutils=reason),
        code('band("auc", auc, seeds=SEEDS)', says("✓ auc within 0.80–0.82\n")),
    ]
    section["Exercises"] += [
        code(ask("01.1")),
        code(ask("01.2")),
        code(ask("01.3")),
        code(ask("01.4", blank=False)),
    ]
    section["Starter"] += [code(STARTER, tags=["starter"])]
    section["Further reading"] += [
        code('prose("01_tiny.ipynb", globals())', says("✓ 2 numbers in the text agree\n"))
    ]
    return [new_markdown_cell(HEADER), *(cell for cells in section.values() for cell in cells)]


def exercise(id, objective, maker="_check"):
    check = SimpleNamespace(__qualname__=f"{maker}.<locals>.check")
    return SimpleNamespace(id=id, objective=objective, check_answer=check)


KNOWN = [
    exercise("01.1", "1"),
    exercise("01.2", "2", "choice"),
    exercise("01.3", "2", "predict"),
    exercise("01.4", "1"),
]


def stored(folder, cells, name="01_tiny.ipynb", **metadata):
    """Number the code cells, store the notebook, and read it again as a Book."""
    for number, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
        cell.execution_count = number
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    nbformat.write(
        new_notebook(cells=cells, metadata={"kernelspec": kernel, "mktutils": {"budget_s": 60}, **metadata}),
        path,
    )
    return rules.Book.read(path)


def find(cells, text):
    (cell,) = (c for c in cells if text in c.source)
    return cell


def all_faults(book, known=KNOWN):
    return [fault for rule in rules.RULES for fault in rule(book)] + rules.exercises_are_complete(book, known)


def test_a_right_notebook_has_no_fault(tmp_path):
    assert all_faults(stored(tmp_path, right_cells())) == []


def test_lesson_00_and_real_data_need_neither_the_whole_skeleton_nor_a_starter(tmp_path):
    for name in ("00_start.ipynb", "real_data/01_bank.ipynb"):
        last = code(f'prose("{name.split("/")[-1]}", globals())', says("✓ no number is wrong\n"))
        book = stored(
            tmp_path,
            [new_markdown_cell(HEADER), code("import mktutils"), new_markdown_cell("## Take-aways"), last],
            name,
        )
        assert all_faults(book, []) == []


def change(text, old, new):
    """A fault: in the cell that holds `text`, `old` becomes `new`."""

    def plant(cells):
        cell = find(cells, text)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return plant


def add(source):
    """A fault: a sentence in the section By hand."""
    return change("## By hand", "Some text.", source)


def put(**attributes):
    """A fault: attributes of the cell `y = 2` are replaced."""
    return lambda cells: find(cells, "y = 2").update(attributes)


def drop(text):
    return lambda cells: cells.remove(find(cells, text))


def tag(*names, **metadata):
    return lambda cells: find(cells, "y = 2").metadata.update(tags=list(names), **metadata)


def metadata_of(text, **metadata):
    return lambda cells: find(cells, text).update(metadata=nbformat.from_dict(metadata))


def caption(number, alt=ALT):
    return put(outputs=list(picture(number, alt)))


ERROR = new_output("error", ename="NameError", evalue="name 'z' is not defined", traceback=[])
REASON = {"ignore_reason": "differs between processors"}
FAULTS = {
    "stderr": (put(outputs=[says("W0000 slow", name="stderr")]), "stderr is stored"),
    "error": (put(outputs=[ERROR]), "stores an error: NameError"),
    "svg": (put(outputs=[shows(**{"image/svg+xml": "<svg/>"})]), "SVG"),
    "svg in html": (put(outputs=[shows(text_html="<div><svg></svg></div>")]), "stores an SVG"),
    "address": (put(outputs=[says("<function f at 0x7f3a2b1c>")]), "object address: 0x7f3a2b1c"),
    "path": (put(outputs=[says("read /home/ann/x.csv")]), "path of one machine: /home/ann/x.csv"),
    "semicolon": (change("y = 2", "y = 2", "y;"), "ends with `;`"),
    "too many ignored": (tag(rules.IGNORED, mktutils=REASON), "2 of 12 code cells are ignored"),
    "no reason": (metadata_of("auc = model", tags=[rules.IGNORED]), "ignored without metadata"),
    "no band": (change("band(", "band(", "print("), "has no band(…)"),
    "skip": (tag("nbval-skip"), "nbval-skip"),
    "nbval comment": (change("y = 2", "y = 2", "# NBVAL_IGNORE_OUTPUT\ny"), "nbval comments are not allowed"),
    "no prose": (drop("prose("), "the last code cell must end with prose"),
    "keras first": (
        change("from mktutils import plots", "from mktutils", "import keras\nfrom mktutils"),
        "must import from mktutils",
    ),
    "other prose": (change("prose(", "01_tiny", "02_other"), 'must end with prose("01_tiny.ipynb"'),
    "prose disagrees": (lambda c: find(c, "prose(").update(outputs=[says("✗ cell 3: 0.8")]), "prose said '✗"),
    "decimal": (add("The score is 0.81."), "0.81 has no marker"),
    "percentage": (add("It was **12 %** of all."), "12 has no marker"),
    "percent in words": (add("It was 12 percent of all."), "12 has no marker"),
    "half a range": (add("From 0.1–0.2<!-- const: by definition -->."), "0.1 has no marker"),
    "number in a table": (add("|a|\n|---|\n| 0.7 |"), "0.7 has no marker"),
    "const without reason": (add("It is 0.5<!-- const: -->."), "0.5 has no marker"),
    "contraction": (add("It doesn’t matter."), "contraction 'doesn’t'"),
    "contraction with is": (add("Now it's done."), "contraction \"it's\""),
    "dismissive": (add("Simply fit it."), "dismissive word 'Simply'"),
    "of course": (add("This is, of course, right."), "dismissive word 'of course'"),
    "pip": (change("y = 2", "y = 2", "!pip install x"), "'!pip' is not allowed"),
    "sys.path": (change("y = 2", "y = 2", "sys.path.append('..')"), "'sys.path' is not allowed"),
    "filter": (change("y = 2", "y = 2", "warnings.filterwarnings('ignore')"), "warnings.filterwarnings"),
    "two titles": (add("# Again"), "one first-level heading"),
    "jump": (change("### Exercise", "###", "####"), "jumps from level 2 to 4"),
    "section missing": (change("## Glossary", "## Glossary", "## Words"), "`## Glossary` is missing"),
    "section too early": (change("# Tiny", "You will", "## Glossary\nYou will"), "comes too early"),
    "no minutes": (change("# Tiny", "Minutes to practise", "Effort"), "lacks `to practise`"),
    "not measured": (change("# Tiny", "-->5<", "-->?<"), "lacks the measured seconds"),
    "no objectives": (change("# Tiny", HEADER[HEADER.index("1. ") :].rstrip(), ""), "numbered objectives"),
    "no alternative text": (caption(3, alt="a line"), "no alternative text of 40 characters"),
    "no caption": (put(outputs=[picture(3)[0]]), "no caption that starts with **Figure 3.**"),
    "wrong order": (caption(2), "the caption says Figure 2, expected 3"),
    "markdown picture": (add("![](x.png)"), "under 40 characters"),
    "html picture": (add('<img src="x.png">'), "write pictures as"),
    "exercise missing": (drop('exercise("01.2").check'), 'exercise("01.2").check('),
    "hint missing": (change('"01.2"', '# exercise("01.2").hint()', ""), '# exercise("01.2").hint()'),
    "solution shown": (change('"01.2"', '# exercise("01.2").s', 'exercise("01.2").s'), "be commented out"),
    "unknown exercise": (change("y = 2", "y = 2", '# exercise("01.8")'), "unknown exercise 01.8"),
    "starter missing": (metadata_of("CSV_PATH", tags=[]), "one code cell must have the tag"),
    "starter imports": (change("CSV_PATH", "pandas", "mktutils.x"), "the starter imports mktutils"),
    "starter without label": (change("CSV_PATH", "LABEL", "TARGET"), "needs a line `LABEL"),
}  # fmt: skip


@pytest.mark.parametrize(("plant", "message"), list(FAULTS.values()), ids=list(FAULTS))
def test_a_planted_fault_is_named(tmp_path, plant, message):
    cells = right_cells()
    plant(cells)
    faults = all_faults(stored(tmp_path, cells))
    assert any(message in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (KNOWN[:3], "3 exercises in"),
        ([exercise(e.id, e.objective) for e in KNOWN], "in the formats ['fix code', 'write code']"),
        (
            [exercise(e.id, "1", e.check_answer.__qualname__.split(".")[0]) for e in KNOWN],
            "assesses objective 2",
        ),
    ],
)
def test_too_few_exercises_or_an_objective_without_one_are_named(tmp_path, known, message):
    faults = rules.exercises_are_complete(stored(tmp_path, right_cells()), known)
    assert any(message in fault for fault in faults), faults


def test_faults_of_the_file_are_named(tmp_path):
    book = stored(
        tmp_path,
        [code("x", says("a" * rules.MAX_BYTES))],
        kernelspec={"name": "other", "display_name": "Other"},
        widgets={},
        mktutils={},
    )
    faults = "\n".join(rules.file_is_small_and_clean(book))
    for message in ("the limit is 1,500,000", "must be python3", "state of widgets", "budget_s"):
        assert message in faults


def test_a_cell_that_was_not_run_in_order_is_named(tmp_path):
    book = stored(tmp_path, [code("a"), code("b")])
    book.node.cells[1].execution_count = None
    assert rules.cells_are_executed_in_order(book) == ["cell 2: execution count None, expected 2"]


def test_expected_errors_may_be_stored(tmp_path):
    assert rules.outputs_are_comparable(stored(tmp_path, [code("z", ERROR, tags=["raises-exception"])])) == []


FOLDER_STARTER = 'from pathlib import Path\n\nFOLDER = "photos"\nprint(len([*Path(FOLDER).rglob("*.png")]))'


@pytest.mark.parametrize(
    ("number", "starter", "missing"),
    [
        ("05", FOLDER_STARTER, []),
        ("05", FOLDER_STARTER.replace("FOLDER", "PLACE"), ["FOLDER"]),
        ("05", FOLDER_STARTER.replace('"photos"', "None"), ["FOLDER"]),
        ("05", STARTER, ["FOLDER"]),
        ("04", FOLDER_STARTER, ["CSV_PATH", "LABEL"]),
    ],
)
def test_only_the_starter_of_lesson_05_reads_a_folder_instead_of_a_csv(tmp_path, number, starter, missing):
    cells = right_cells()
    find(cells, "CSV_PATH").source = starter
    faults = rules.starter_stands_alone(stored(tmp_path, cells, f"{number}_tiny.ipynb"))
    assert faults == [f'the starter needs a line `{name} = "…"` near its top' for name in missing]


def test_a_folder_starter_may_import_no_more_than_the_others(tmp_path):
    cells = right_cells()
    find(cells, "CSV_PATH").source = "from PIL import Image\n" + FOLDER_STARTER
    (fault,) = rules.starter_stands_alone(stored(tmp_path, cells, "05_tiny.ipynb"))
    assert fault.startswith("the starter imports PIL")


# The execution --------------------------------------------------------------------------------------------


def test_a_notebook_that_repeats_its_outputs_passes_the_proof(tmp_path):
    cells = [
        code("print(6 * 7)", says("42\n")),
        code("import os; print(os.path.basename(os.getcwd()))", says("here\n")),
    ]
    book = stored(tmp_path / "here", cells)
    assert proof.proof_of(book.path, tmp_path) == ""


def test_a_changed_output_and_a_connection_fail_the_proof(tmp_path):
    connect = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    book = stored(tmp_path, [code("print(6 * 7)", says("41\n")), code(connect)])
    report = proof.proof_of(book.path, tmp_path)
    assert "01_tiny.ipynb: outputs differ" in report
    assert "41" in report and "42" in report and "\x1b" not in report
    assert "the network is switched off" in report


def test_a_notebook_above_its_budget_fails_the_proof(tmp_path, monkeypatch):
    book = stored(tmp_path, [code("x = 1")])
    monkeypatch.setattr(proof, "nbval", lambda *a, **k: (0, "", 61.0))
    assert proof.proof_of(book.path, tmp_path) == "01_tiny.ipynb: took 61 s; its budget is 60 s"


def test_the_number_of_threads_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("MKTUTILS_THREADS", "1")
    assert [proof.environment(tmp_path)[name] for name in proof.THREADS] == ["1"] * 4
    assert proof.environment(tmp_path)["MKTUTILS_DATA"] == str(tmp_path)


def test_a_starter_runs_alone_on_another_csv(tmp_path):
    csv, folder = tmp_path / "mine.csv", tmp_path / "empty"
    csv.write_text("a,bought\n1,0\n2,1\n")
    folder.mkdir()
    done = proof.run_starter(STARTER, {"CSV_PATH": str(csv), "LABEL": "bought"}, folder)
    assert done.stdout == "2\n"


def test_a_starter_that_leans_on_its_lesson_fails_alone(tmp_path):
    done = proof.run_starter(STARTER + "\nprint(X_train)", {"CSV_PATH": __file__}, tmp_path)
    assert done.returncode == 1
