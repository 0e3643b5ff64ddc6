"""Every stored notebook: the same outputs again, within its time; its starter alone; the rules."""

import importlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import notebook_rules as rules
import pytest
from conftest import NOTEBOOKS, ROOT, real_data_folder

from mktutils.lesson.runner import kernel_env

NAMES = [path.relative_to(ROOT / "notebooks").as_posix() for path in NOTEBOOKS]
FAST = "01_"  # the lesson that `course.py test --fast` executes
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def environment(data: Path) -> dict[str, str]:
    """The variables of a notebook under test: no network, real data in `data`, MKTUTILS_THREADS threads."""
    threads = os.environ.get("MKTUTILS_THREADS")
    env = {**kernel_env(offline=True), "MKTUTILS_DATA": str(data)}
    return {**env, **dict.fromkeys(THREADS, threads)} if threads else env


def nbval(path: Path, env: dict[str, str], *, timeout: float) -> tuple[int, str, float]:
    """Compare a notebook strictly in a process of its own; return exit code, report and seconds."""
    options = ["--nbval", "--nbval-current-env", f"--nbval-cell-timeout={timeout}", "-p", "no:cacheprovider"]
    quiet = ["-p", "no:cov", "-q", "--no-header", "--color=no", "-W", "ignore", "-c", os.devnull]
    command = [sys.executable, "-m", "pytest", *options, *quiet, path.name]
    begin = time.perf_counter()
    done = subprocess.run(
        command, cwd=path.parent, env=env, capture_output=True, encoding="utf-8", errors="replace"
    )
    return done.returncode, done.stdout + done.stderr, time.perf_counter() - begin


def readable(report: str) -> str:
    """A report of nbval without colours, long tracebacks shortened in the middle."""
    cells = re.split(r"(?m)^(?=_{3,} )", re.sub(r"\x1b\[[0-9;]*m", "", report))
    return "".join(c if len(c) < 4000 else f"{c[:2000]}\n  […]\n{c[-2000:]}" for c in cells[:6])


def proof_of(path: Path, data: Path) -> str:
    """What is wrong with the execution of a notebook, ready to read; empty if nothing is."""
    budget = rules.Book.read(path).node.metadata["mktutils"]["budget_s"]
    code, report, seconds = nbval(path, environment(data), timeout=2 * budget)
    if code:
        return f"{path.name}: outputs differ from what is stored.\n{readable(report)}"
    return f"{path.name}: took {seconds:.0f} s; its budget is {budget} s" if seconds > budget else ""


def executed():
    for path, name in zip(NOTEBOOKS, NAMES, strict=True):
        marks = [pytest.mark.notebook] + [pytest.mark.fast] * name.startswith(FAST)
        yield pytest.param(path, id=name, marks=marks)


def test_the_first_lessons_are_there():
    expected = ("00_", "01_", "02_", "03_", "04_", "05_", "06_")
    expected += tuple(f"real_data/{n}_" for n in ("01", "02", "04", "05", "06"))
    missing = [start for start in expected if not any(n.startswith(start) for n in NAMES)]
    assert not missing


@pytest.mark.parametrize("path", list(executed()))
def test_notebook_gives_its_stored_outputs_within_its_budget(path, tmp_path):
    data = real_data_folder() if path.parent.name == "real_data" else tmp_path
    if data is None:
        pytest.skip("the real data are not here; set MKTUTILS_DATA to their folder")
    if fault := proof_of(path, data):
        pytest.fail(fault, pytrace=False)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_notebook_keeps_the_rule(path, rule):
    if faults := rule(rules.Book.read(path)):
        pytest.fail("\n".join([path.name, *faults]), pytrace=False)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_notebook_has_its_exercises(path):
    book = rules.Book.read(path)
    known = (
        []
        if book.real_data
        else importlib.import_module(f"mktutils.exercises.lesson_{book.number}").EXERCISES
    )
    if faults := rules.exercises_are_complete(book, known):
        pytest.fail("\n".join([path.name, *faults]), pytrace=False)


def with_constants(source: str, constants: dict[str, object]) -> str:
    """Replace the constants at the top of a starter."""
    for name, value in constants.items():
        source, found = re.subn(
            rf"^{name} = .*$", lambda m, n=name, v=value: f"{n} = {v!r}", source, flags=re.M
        )
        assert found == 1, f"the starter needs one line `{name} = …`; found {found}"
    return source


def run_starter(source: str, constants: dict[str, object], folder: Path) -> subprocess.CompletedProcess:
    """Run a starter as a script of its own in an empty folder, with its constants replaced."""
    source = with_constants(source, constants)
    (folder / "starter.py").write_text(source, encoding="utf-8")
    env = {
        **kernel_env(offline=True),
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": str(folder),
        "MPLBACKEND": "agg",
    }
    env["PYTHONUTF8"] = "1"
    return subprocess.run(
        [sys.executable, "-I", "starter.py"],
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


STARTERS = [path for path in NOTEBOOKS if rules.Book.read(path).full]


@pytest.mark.parametrize("path", STARTERS, ids=[path.name for path in STARTERS])
def test_starter_runs_alone_on_a_csv_the_lesson_never_saw(path, tmp_path):
    csv, empty = tmp_path / "csv", tmp_path / "empty"
    csv.mkdir(), empty.mkdir()
    maker = importlib.import_module(f"starters.starter_{path.name[:2]}")
    (source,) = rules.starter_cells(rules.Book.read(path))
    afterwards = getattr(maker, "AFTERWARDS", {})
    make = maker.make_folders if hasattr(maker, "make_folders") else maker.make_csvs
    for case, constants in make(csv).items():
        done = run_starter(source + afterwards.get(case, ""), constants, empty)
        if done.returncode:
            report = f"{done.stdout[-1500:]}{done.stderr[-3000:]}"
            pytest.fail(f"{path.name}: the starter failed alone on {case}\n{report}", pytrace=False)
        maker.check(done.stdout)


REFUSALS = """
for case, source in CASES.items():
    try:
        exec(compile(source, case, "exec"), {"__name__": "__main__"})
        print(f"{case}|no error")
    except ValueError as error:
        print(f"{case}|{error}")
"""


@pytest.mark.parametrize("path", STARTERS, ids=[path.name for path in STARTERS])
def test_starter_says_what_is_wrong_with_a_csv(path, tmp_path):
    csv, empty = tmp_path / "csv", tmp_path / "empty"
    csv.mkdir(), empty.mkdir()
    maker = importlib.import_module(f"starters.starter_{path.name[:2]}")
    if not hasattr(maker, "make_faults"):
        pytest.skip("this starter's faults are among the CSVs of the test above")
    (source,) = rules.starter_cells(rules.Book.read(path))
    faults = maker.make_faults(csv)
    cases = {case: with_constants(source, constants) for case, (constants, _) in faults.items()}
    done = run_starter(f"CASES = {cases!r}\n{REFUSALS}", {}, empty)
    assert done.returncode == 0, done.stderr[-3000:]
    said = dict(line.split("|", 1) for line in done.stdout.splitlines() if line.split("|")[0] in faults)
    wrong = {
        case: said.get(case) for case, (_, message) in faults.items() if message not in said.get(case, "")
    }
    assert not wrong
