"""Executing notebooks: what passes, what fails and how it is shown, what is stored."""

import io
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from mktutils.lesson import report, runner, store
from mktutils.lesson.kernel import _OFFLINE

HEADER = "# {title}\n\nA promise.\n\n| s |\n|---|\n| <!-- seconds -->?<!-- /seconds --> |"


def _notebook(path, *cells, budget=None, tags=None, title="Lesson"):
    """Write a tiny notebook; `tags` maps the number of a code cell, from 0, to its tags."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(HEADER.format(title=title))])
    notebook.cells += [nbformat.v4.new_code_cell(c) for c in cells]
    for number, names in (tags or {}).items():
        notebook.cells[number + 1].metadata["tags"] = names
    if budget is not None:
        notebook.metadata["mktutils"] = {"budget_s": budget}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def _run(root, *lessons, **options):
    stream = io.StringIO()
    code = runner.run(root, lessons, console=Console(file=stream, width=110), **options)
    return code, stream.getvalue()


GOOD = [
    "import os, sys\nfrom pathlib import Path\nfrom mktutils.lesson import ____, band, exercise\n"
    "Path.cwd().name",
    "sys.stdout.write('one '); sys.stdout.flush()\nprint('two')\nband('x', 1, seeds=[1] * 5)",
    'exercise("00.1").check(____)',
    'exercise("00.1").check(lambda df: df["purchased"].mean())\n'
    "sorted(p.name for p in Path(os.environ['MKTUTILS_HOME']).iterdir())",
    "band('x', 2, seeds=[1] * 5)",
    "1 / 0",
    "",
]
GOOD_TAGS = {4: ["expected-failure"], 5: ["raises-exception"]}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with one good, one real-data and four faulty notebooks, run once with --write and offline."""
    root = tmp_path_factory.mktemp("course")
    folder = root / "notebooks"
    _notebook(folder / "00_good.ipynb", *GOOD, budget=60, tags=GOOD_TAGS, title="Good")
    connect = (
        "import socket\nfor address in ('192.0.2.1', 'example.org', '127.0.0.1'):\n    try:\n"
        "        socket.create_connection((address, 9), timeout=0.2)\n"
        "    except OSError as e:\n        print(address, 'switched off' in str(e))"
    )
    _notebook(folder / "real_data" / "00_real.ipynb", connect, title="Real")
    absent = (
        "class DataNotAvailable(RuntimeError): pass\nraise DataNotAvailable('tried the publisher\\nand more')"
    )
    _notebook(folder / "real_data" / "01_absent.ipynb", absent)
    _notebook(folder / "01_error.ipynb", "def f():\n    return 1 / 0", "x = 1", "f()", "print('after')")
    _notebook(folder / "02_outside.ipynb", "print('✗ test AUC 0.5 lies outside 0.8–0.9')")
    _notebook(folder / "03_slow.ipynb", "2 + 2", budget=0.001)
    _notebook(folder / "04_warning.ipynb", "import warnings\nwarnings.warn('old')")
    (root / "README.md").write_text("Top\n<!-- lessons -->\nold\n<!-- /lessons -->\nEnd\n", encoding="utf-8")
    before = {p.name: p.read_bytes() for p in folder.rglob("*.ipynb")}
    code, shown = _run(root, write=True, offline=True)
    return root, before, code, shown


def _stored(course, name):
    return json.loads((course[0] / "notebooks" / name).read_text(encoding="utf-8"))


def test_the_table_shows_every_notebook_with_its_result_and_the_exit_code_is_1(course):
    _, _, code, shown = course
    assert code == 1
    table = shown[shown.rindex("lesson ") :]
    results = re.findall(r"^ *(\S+) +(\d+) +[\d.]+ +(\S+) +(\S.*?) *$", table, re.MULTILINE)
    assert results == [
        ("00_good", "7", "60", "ok"),
        ("real_data/00_real", "1", "–", "ok"),
        ("01_error", "4", "–", "failed"),
        ("real_data/01_absent", "1", "–", "skipped"),
        ("02_outside", "1", "–", "failed"),
        ("03_slow", "1", "0.001", "over budget"),
        ("04_warning", "1", "–", "failed"),
    ]


def test_a_failing_cell_is_shown_with_its_source_and_traceback(course):
    shown = course[3]
    part = shown[shown.index("01_error: failed\n") :]
    assert "cell 4: ZeroDivisionError: division by zero" in part
    assert "Source of the cell:\n    f()" in part
    assert "----> 2     return 1 / 0" in part
    assert "\x1b" not in shown


def test_a_fault_in_the_outputs_and_a_warning_are_shown(course):
    shown = course[3]
    assert "cell 2: ✗ test AUC 0.5 lies outside 0.8–0.9" in shown
    assert "cell 2: the cell wrote to stderr; a warning is a fault of the lesson:" in shown
    assert "UserWarning: old" in shown
    assert "tried the publisher Get it with `python3 course.py data NAME`" in shown.replace("\n", " ")
    assert "and the lesson's budget is 0.001 s" in shown


def test_in_a_pipe_each_notebook_has_one_plain_line(course):
    assert re.search(r"^00_good: 7 cells, \d+\.\d s, ok$", course[3], re.MULTILINE)


def test_a_notebook_whose_outputs_are_wrong_stays_as_it_was(course):
    root, before, _, _ = course
    changed = {p.name for p in (root / "notebooks").rglob("*.ipynb") if p.read_bytes() != before[p.name]}
    assert changed == {"00_good.ipynb", "00_real.ipynb", "03_slow.ipynb"}
    assert not [p for p in root.rglob("*") if p.suffix == ".tmp"]


def test_a_stored_notebook_holds_outputs_and_nothing_that_differs_from_run_to_run(course):
    notebook = _stored(course, "00_good.ipynb")
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "mktutils": {"budget_s": 60},
    }
    cells = notebook["cells"][1:]
    assert all("execution" not in c["metadata"] for c in cells)
    assert cells[0]["outputs"][0]["data"]["text/plain"] == ["'notebooks'"]
    assert cells[1]["outputs"] == [
        {
            "name": "stdout",
            "output_type": "stream",
            "text": ["one two\n", "✓ x within 0.998–1.002 (band of 5 seeds)\n"],
        }
    ]
    box = cells[2]["outputs"][0]
    assert box["metadata"] == {}
    assert box["data"]["text/plain"][0] == "○ Not attempted · Exercise 00.1 · The conversion rate\n"
    assert cells[5]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert str(course[0]) not in json.dumps(notebook)


def test_a_run_keeps_its_progress_in_a_folder_of_its_own(course):
    cells = _stored(course, "00_good.ipynb")["cells"]
    assert cells[4]["outputs"][1]["data"]["text/plain"] == ["['progress.json']"]


def test_offline_only_this_computer_can_be_reached(course):
    (out,) = _stored(course, "real_data/00_real.ipynb")["cells"][1]["outputs"]
    assert out["text"] == ["192.0.2.1 True\n", "example.org True\n", "127.0.0.1 False\n"]


def test_the_header_and_the_readme_get_the_measured_seconds(course):
    header = "".join(_stored(course, "00_good.ipynb")["cells"][0]["source"])
    seconds = re.search(r"<!-- seconds -->(\d+)<!-- /seconds -->", header)[1]
    assert int(seconds) % 5 == 0
    readme = (course[0] / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("Top\n<!-- lessons -->\n| No. |")
    assert readme.endswith("<!-- /lessons -->\nEnd\n")
    assert f"| 00 | [Good](notebooks/00_good.ipynb)<br>A promise. | 1 | {seconds} |" in readme
    assert "| 00 (real data) | [Real](notebooks/real_data/00_real.ipynb)" in readme
    assert "| 02 | [Lesson](notebooks/02_outside.ipynb)<br>A promise. | – | ? |" in readme


def test_strict_nbval_accepts_what_was_stored(course):
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "notebooks/00_good.ipynb"],
        cwd=course[0],
        env=runner.kernel_env(offline=True),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b7 passed", done.stdout), done.stdout


def test_a_kernel_that_dies_is_a_failure_with_its_usual_cause(tmp_path):
    _notebook(tmp_path / "notebooks" / "00_dies.ipynb", "1", "import os\nos._exit(1)")
    code, shown = _run(tmp_path)
    assert code == 1
    assert "cell 3: the kernel died; a full memory is the usual cause" in shown
    assert "    os._exit(1)" in shown


def test_a_cell_that_does_not_end_is_stopped_and_a_warning_alone_fails_no_plain_run(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    _notebook(folder / "00_loop.ipynb", "while True:\n    pass")
    code, shown = _run(tmp_path, timeout=1)
    assert code == 1
    assert "cell 2: still running after 1 s; raise --timeout if it may" in shown
    _notebook(folder / "00_loop.ipynb", "import sys\nprint('note', file=sys.stderr)\nprint(sys.executable)")
    code, shown = _run(tmp_path)
    assert (code, "00_loop: 1 cells" in shown) == (0, True)
    # The interpreter is the running one, whatever kernel called python3 is installed.
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(
        '{"argv": ["no-such-python"], "display_name": "x", "language": "python"}'
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    _, notebook = runner.execute(folder / "00_loop.ipynb", root=tmp_path, env=runner.kernel_env())
    outputs = {o["name"]: o["text"] for o in notebook.cells[1].outputs}
    assert outputs["stdout"].strip() == sys.executable
    fault = runner._faults(notebook, tmp_path, strict=True)
    assert fault == (2, "the cell wrote to stderr; a warning is a fault of the lesson:\nnote")


def _outputs(text, *, tags=(), kind="stream"):
    cell = nbformat.v4.new_code_cell("x")
    cell.metadata["tags"] = list(tags)
    data = {"text/plain": text}
    output = (
        nbformat.v4.new_output("stream", name="stdout", text=text)
        if kind == "stream"
        else nbformat.v4.new_output("display_data", data=data)
    )
    cell.outputs = [output]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# x"), cell])


@pytest.mark.parametrize(
    ("text", "options", "fault"),
    [
        ("✓ all\n✗ cell 3: the text says 1\n", {}, (2, "✗ cell 3: the text says 1")),
        (
            "loss  | exact: False | approx: False | maxdiff: < 1\n",
            {},
            (2, "loss  | exact: False | approx: False | maxdiff: < 1"),
        ),
        ("loss  | exact: False | approx: True | maxdiff: < 1\n", {}, None),
        ("✗ wrong\n", {"tags": ["expected-failure"]}, None),
        ("✗ Not yet · Exercise 00.1", {"kind": "display_data"}, None),
        ("a ✗ in the middle", {}, None),
    ],
)
def test_a_fault_is_a_line_of_band_prose_or_compare(text, options, fault, tmp_path):
    assert runner._faults(_outputs(text, **options), tmp_path, strict=False) == fault


def test_a_folder_of_this_machine_in_an_output_must_not_be_stored(tmp_path):
    for kind in ("stream", "display_data"):
        notebook = _outputs(f"saved {tmp_path}/x.csv", kind=kind)
        assert runner._faults(notebook, tmp_path, strict=False) is None
        number, message = runner._faults(notebook, tmp_path, strict=True)
        assert (number, message) == (2, f"the output shows a folder of this machine: {tmp_path}")


def test_folders_of_this_machine_are_cut_from_tracebacks(tmp_path):
    notebook = _outputs("x")
    lines = [f"File {tmp_path}{os.sep}mktutils{os.sep}a.py:3"]
    notebook.cells[1].outputs = [
        nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=lines)
    ]
    store.normalise(notebook, tmp_path)
    assert notebook.cells[1].outputs[0]["traceback"] == [f"File mktutils{os.sep}a.py:3"]


def test_streams_are_joined_only_with_their_neighbours():
    def out(text, name="stdout"):
        return nbformat.v4.new_output("stream", name=name, text=text)

    picture = nbformat.v4.new_output("display_data", data={"text/plain": "p"})
    merged = store._merged([out("a"), out("w", "stderr"), out("b"), picture, out("c")])
    assert [o.get("text", "p") for o in merged] == ["ab", "p", "c"]


@pytest.mark.parametrize(
    ("old", "seconds", "new"),
    [
        ("?", 0.2, "5"),
        ("?", 15.0, "15"),
        ("?", 15.1, "20"),
        ("20", 10.5, "20"),
        ("20", 10, "10"),
        ("20", 21, "25"),
    ],
)
def test_seconds_are_rounded_up_and_stay_when_they_hardly_change(old, seconds, new):
    marks = "<!-- seconds -->{}<!-- /seconds -->"
    assert store.header_seconds(marks.format(old), seconds) == marks.format(new)


def test_without_readme_or_title_nothing_is_written(tmp_path):
    path = tmp_path / "notebooks" / "00_a.ipynb"
    nbformat_cells = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("no title")])
    path.parent.mkdir()
    nbformat.write(nbformat_cells, path)
    assert store.write_readme(tmp_path, [path]) is False
    assert store.lesson_table(tmp_path, [path]).count("\n") == 1
    (tmp_path / "README.md").write_text("no marks", encoding="utf-8")
    assert store.write_readme(tmp_path, [path]) is False


def test_lessons_are_found_by_number_with_their_real_data(tmp_path):
    folder = tmp_path / "notebooks"
    for name in ("00_a", "01_b", "real_data/01_c", "real_data/01_a", "draft", "real_data/x"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.ipynb").write_text("{}")

    def names(*lessons):
        return [p.relative_to(folder).as_posix()[:-6] for p in runner.find_notebooks(tmp_path, lessons)]

    assert names() == ["00_a", "01_b", "real_data/01_a", "real_data/01_c"]
    assert names("1") == names("01") == ["01_b", "real_data/01_a", "real_data/01_c"]
    with pytest.raises(ValueError, match="there is no lesson 07; lessons: 00, 01"):
        names("07")


def test_the_course_is_found_from_a_folder_inside_it_or_from_the_package(tmp_path, monkeypatch):
    (tmp_path / "notebooks" / "real_data").mkdir(parents=True)
    assert runner.project_root(tmp_path / "notebooks" / "real_data") == tmp_path.resolve()
    monkeypatch.setattr(runner, "__file__", str(tmp_path / "a" / "b" / "c" / "runner.py"))
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "notebooks"
    other.rename(tmp_path / "books")
    with pytest.raises(FileNotFoundError, match="no folder `notebooks`"):
        runner.project_root(tmp_path / "elsewhere")


def test_a_course_without_notebooks_says_so(tmp_path):
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(ValueError, match="no notebook in"):
        runner.run(tmp_path)


def test_in_a_terminal_every_notebook_has_a_bar_that_counts_cells(tmp_path):
    path = _notebook(tmp_path / "00_a.ipynb", "1", "2")
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100)
    broken = tmp_path / "01_b.ipynb"
    broken.write_text("{")
    with report.progress(console, [path, broken]) as move:
        move(path, cells=0)
        move(path)
        move(path)
        move(path, runner.Outcome(path, 2, seconds=1.0))
    shown = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", stream.getvalue())
    assert "00_a ok" in shown
    assert "2/2" in shown


def test_the_environment_of_a_kernel_has_an_own_home_and_no_proxy_when_offline(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example:80")
    online, offline = runner.kernel_env(), runner.kernel_env(offline=True)
    assert online["https_proxy"] == "http://proxy.example:80"
    assert "https_proxy" not in offline
    assert len({online["MKTUTILS_HOME"], offline["MKTUTILS_HOME"], os.environ.get("MKTUTILS_HOME")}) == 3
    startup = Path("profile_default") / "startup" / "00-offline.py"
    assert (Path(offline["IPYTHONDIR"]) / startup).is_file()
    assert not (Path(online["IPYTHONDIR"]) / startup).exists()


def test_the_network_guard_lets_loopback_through_and_refuses_the_rest():
    code = _OFFLINE + (
        "\nimport socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname()).close()\n"
        "socket.getaddrinfo('localhost', 80); socket.getaddrinfo(None, 80)\n"
        "socket.getaddrinfo(b'127.0.0.1', 80)\n"
        "for act in (lambda: socket.getaddrinfo('example.org', 80),\n"
        "            lambda: socket.gethostbyname('example.org'),\n"
        "            lambda: socket.socket().connect(('192.0.2.1', 80)),\n"
        "            lambda: socket.socket().connect_ex(('192.0.2.1', 80)),\n"
        "            lambda: socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80)),\n"
        "            lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53)),\n"
        "            lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', 0, ('192.0.2.1', 53))):\n"
        "    try:\n        act()\n    except OSError as e:\n        print('switched off' in str(e))\n"
        "print([name for name in dir() if 'mktutils' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["True"] * 7 + ["[]"], done.stderr
    assert socket.socket.connect.__qualname__ == "socket.connect"  # this process is untouched


def test_storing_keeps_alternative_texts_and_writes_the_picture_of_the_readme(tmp_path):
    png = {"image/png": "iVBORw0KGgo=", "text/plain": "Figure 1 (picture)"}
    shown = nbformat.v4.new_output(
        "display_data", data=png, metadata={"image/png": {"alt": "a line", "width": 3}}
    )
    cell = nbformat.v4.new_code_cell("draw()", outputs=[shown], metadata={"tags": ["readme-picture"]})
    notebook = nbformat.v4.new_notebook(cells=[cell])
    store.normalise(notebook, tmp_path)
    assert notebook.cells[0].outputs[0].metadata == {"image/png": {"alt": "a line"}}
    store.write_notebook(tmp_path / "00_start.ipynb", notebook)
    assert (tmp_path / "overview.png").read_bytes() == b"\x89PNG\r\n\x1a\n"
