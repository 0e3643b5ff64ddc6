"""The command line and the doctor."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

from mktutils.__main__ import main
from mktutils.lesson import doctor, progress, runner
from mktutils.shop.write import content_digest


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("MKTUTILS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MKTUTILS_DATA", str(tmp_path / "data"))
    return tmp_path / "home"


def _invoke(*arguments, **options):
    return CliRunner().invoke(main, arguments, **options)


# --- commands ---------------------------------------------------------------------------------------------


def test_help_names_every_command_in_whole_sentences():
    shown = subprocess.run([sys.executable, "-m", "mktutils", "--help"], capture_output=True, text=True)
    assert shown.returncode == 0
    for command in ("data", "doctor", "progress", "run"):
        assert f"\n  {command} " in shown.stdout
    assert "..." not in shown.stdout.replace("[ARGS]...", "")


def test_progress_shows_passes_per_lesson_and_the_next_exercise():
    for id in ("00.1", "00.2", "00.4"):
        progress.record(id, passed=True)
    progress.record("00.3", passed=False)
    shown = _invoke("progress").output
    row = next(line for line in shown.splitlines() if line.strip().startswith("00"))
    assert row.split() == ["00", "3", "5", "4", "00.3"]
    for id in ("00.3", "00.5"):
        progress.record(id, passed=True)
    assert "00            5    5          6   ✓ all passed" in _invoke("progress").output


def test_progress_reset_asks_first(own_home):
    progress.record("00.1", passed=True)
    refused = _invoke("progress", "--reset", input="n\n")
    assert (refused.exit_code, (own_home / "progress.json").exists()) == (1, True)
    accepted = _invoke("progress", "--reset", input="y\n")
    assert (accepted.exit_code, (own_home / "progress.json").exists()) == (0, False)
    assert "Progress deleted." in accepted.output


def test_a_progress_file_that_cannot_be_read_or_deleted_is_one_sentence(own_home):
    (own_home / "progress.json").mkdir(parents=True)
    for arguments, start in (
        (["progress"], "Error: The progress file cannot be read"),
        (["progress", "--reset"], "Error: The progress file cannot be deleted"),
    ):
        shown = _invoke(*arguments, input="y\n")
        assert shown.exit_code == 1
        assert start in shown.output
        assert "Traceback" not in shown.output


def test_run_passes_its_options_on_and_returns_the_exit_code(monkeypatch):
    seen = {}

    def fake(root, lessons, **options):
        seen.update(options, lessons=lessons)
        return 1

    monkeypatch.setattr(runner, "run", fake)
    assert _invoke("run", "00", "01", "--write", "--timeout", "9", "--offline").exit_code == 1
    assert seen == {"lessons": ("00", "01"), "write": True, "timeout": 9.0, "offline": True}


def test_errors_of_run_are_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "project_root", lambda _: tmp_path)
    shown = _invoke("run", "77")
    assert (shown.exit_code, shown.output) == (1, "Error: there is no lesson 77; lessons: none\n")

    def missing(*_, **__):
        raise ModuleNotFoundError("No module named 'nbclient'")

    monkeypatch.setattr(runner, "run", missing)
    shown = _invoke("run")
    assert shown.output == (
        "Error: No module named 'nbclient'; make the environment with `python3 course.py doctor`\n"
    )


def test_data_lists_the_sets_and_says_which_are_here():
    shown = _invoke("data").output
    (line,) = [line for line in shown.splitlines() if line.startswith("bank-marketing")]
    assert "lesson 01" in line
    assert "not downloaded" in line


def test_data_fetches_by_name_and_errors_are_one_sentence(monkeypatch):
    from mktutils import datasets

    assert _invoke("data", "nothing").output.startswith("Error: There is no data set 'nothing'; data sets: ")
    call = datasets.load_registry()["bank-marketing"].call
    monkeypatch.setattr(datasets, call, lambda: None)
    assert _invoke("data", "bank-marketing").output == "bank-marketing: ready\n"

    def absent():
        raise datasets.DataNotAvailable("bank-marketing is not here.")

    monkeypatch.setattr(datasets, call, absent)
    shown = _invoke("data", "bank-marketing")
    assert (shown.exit_code, shown.output) == (1, "Error: bank-marketing is not here.\n")


# --- doctor -----------------------------------------------------------------------------------------------


def _shop(folder, **files):
    rows = ["file,sha256"]
    for name, content in files.items():
        name = name.replace("_csv", ".csv")
        (folder / name).write_bytes(content)
        rows.append(f"{name},{content_digest(content, name)}")
    (folder / "checksums.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def quick(monkeypatch):
    """The doctor without its slow imports: every module is said to import well."""

    class Quick:
        def __init__(self, modules):
            self.modules = modules

        def result(self):
            found = {m: ["ok", m] for m in self.modules}
            return found | ({"backend": ["ok", "tensorflow"]} if "keras" in self.modules else {})

    monkeypatch.setattr(doctor, "Probe", Quick)


def test_a_good_computer_passes_with_a_line_per_check(tmp_path, quick, capsys):
    assert doctor.examine(data=_shop(tmp_path, a_csv=b"a\n1\n")) is True
    lines = capsys.readouterr().out.splitlines()
    states = {line[:7].strip() for line in lines if line.startswith("[")}
    assert states <= {"[OK]", "[--]"}
    assert any(line.startswith("[OK]   keras 3.") for line in lines)
    assert any(line.endswith("`python3 course.py data` shows the list") for line in lines)
    assert lines[-1] == "This computer can run the course."


def test_a_fault_is_shown_with_its_remedy_and_the_exit_code_is_1(tmp_path, quick, monkeypatch, capsys):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 1))
    assert doctor.examine(data=tmp_path) is False
    out = capsys.readouterr().out
    assert ": install Python 3.11, 3.12 or 3.13 from " in out
    assert ": run `python3 course.py shop`, which makes the files anew" in out
    monkeypatch.setattr(doctor, "examine", lambda: False)
    assert _invoke("doctor").exit_code == 1
    monkeypatch.setattr(doctor, "examine", lambda: True)
    assert _invoke("doctor").exit_code == 0


def test_a_package_that_is_not_installed_is_found(quick, monkeypatch, tmp_path):
    def absent(_):
        raise doctor.importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(doctor.importlib.metadata, "requires", absent)
    assert any("mktutils is not installed" in f.subject for f in doctor.findings(data=tmp_path))


def test_requirements_are_those_of_the_package_and_the_notebooks_on_this_system():
    names = {r.name for r in doctor.requirements()}
    assert {"numpy", "keras", "jupyterlab"} <= names
    assert "pytest" not in names
    assert len(names & {"tensorflow", "tensorflow-cpu"}) == 1


@pytest.mark.parametrize(
    ("requirement", "imported", "state", "text"),
    [
        ("click>=8.1", {"click": ["ok", "click"]}, "OK", "click 8."),
        ("scikit-learn>=1", {"sklearn": ["ok", "sklearn"]}, "OK", "scikit-learn 1."),
        ("click>=99", {"click": ["ok", "click"]}, "FAIL", "and the course needs >=99"),
        ("no-such-thing>=1", {}, "FAIL", "no-such-thing is not installed"),
        ("click>=8.1", {"click": ["failed", "OSError: no"]}, "FAIL", "cannot be imported: OSError: no"),
        ("click>=8.1", {}, "FAIL", "the import did not finish"),
    ],
)
def test_a_package_must_be_installed_new_enough_and_importable(requirement, imported, state, text):
    found = doctor.package(Requirement(requirement), imported)
    assert found.state == state
    assert text in found.subject
    assert (found.remedy != "") == (state == "FAIL")


def test_the_probe_tells_which_modules_import_and_survives_a_crash(tmp_path, monkeypatch):
    (tmp_path / "crashing.py").write_text("import os\nos._exit(3)\n")
    (tmp_path / "failing.py").write_text("raise OSError('no\\nsecond line')\n")
    (tmp_path / "chatting.py").write_text("print('hello')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    good, crash = doctor.Probe(["json", "failing", "chatting"]), doctor.Probe(["json", "crashing"])
    assert good.result() == {
        "json": ["ok", "json"],
        "failing": ["failed", "OSError: no"],
        "chatting": ["ok", "chatting"],
    }
    assert crash.result() == {}
    (tmp_path / "hanging.py").write_text("import time\ntime.sleep(60)\n")
    assert doctor.Probe(["hanging"]).result(timeout=0.5) == {}


@pytest.mark.parametrize(("name", "state"), [("tensorflow", "OK"), ("torch", "FAIL"), (None, "FAIL")])
def test_keras_must_run_on_tensorflow(name, state):
    found = doctor.backend(name)
    assert found.state == state
    assert (found.remedy != "") == (state == "FAIL")


def test_missing_changed_and_damaged_shop_files_are_named(tmp_path):
    folder = _shop(tmp_path, a_csv=b"a\n1\n", b_csv=b"b\n2\n")
    assert doctor.shop_files(folder) == ("OK", "the shop's 2 files are complete", "")
    (folder / "a.csv").write_bytes(b"a\n2\n")
    assert "a.csv is not the one that belongs" in doctor.shop_files(folder).subject
    (folder / "a.csv").unlink()
    assert "file a.csv is missing" in doctor.shop_files(folder).subject
    (folder / "checksums.csv").write_text("file,sha256\nc.csv.gz,0\n")
    (folder / "c.csv.gz").write_bytes(b"no gzip")
    assert "c.csv.gz is not the one that belongs" in doctor.shop_files(folder).subject
    (folder / "checksums.csv").write_text("file,sha256\n")
    assert "names no file" in doctor.shop_files(folder).subject
    assert doctor.shop_files(folder / "absent").state == "FAIL"


def test_disk_memory_and_cores_have_limits(tmp_path, monkeypatch):
    assert doctor.disk(tmp_path / "not" / "yet").state == "OK"
    assert doctor.disk(tmp_path, needed_gb=1e9).remedy == "free at least 1e+09 GB"
    assert doctor.memory(needed_gb=0.1).state == "OK"
    assert doctor.memory(needed_gb=1e6).state == "FAIL"
    monkeypatch.setattr(doctor, "_memory_gb", lambda: None)
    assert doctor.memory().state == "--"
    assert doctor.cores().subject.endswith(("core", "cores", "shown"))
    monkeypatch.setattr(doctor.os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert doctor.cores() == ("--", "1 processor core; lessons take about twice the time shown", "")


def test_a_progress_folder_that_cannot_be_written_has_a_remedy(tmp_path, monkeypatch):
    assert doctor.progress_folder().state == "OK"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MKTUTILS_HOME", str(tmp_path / "file"))
    assert "MKTUTILS_HOME" in doctor.progress_folder().remedy


def test_a_real_data_set_is_here_when_all_its_files_are(tmp_path):
    from mktutils.datasets import load_registry

    entry = load_registry()["movielens-100k"]
    folder = tmp_path / "data" / entry.id
    folder.mkdir(parents=True)
    for file in entry.files[:-1]:
        (folder / file.name).write_bytes(b"")
    assert not doctor.data_set_present(entry, tmp_path / "data")
    (folder / (entry.files[-1].name + ".gz")).write_bytes(b"")
    assert doctor.data_set_present(entry, tmp_path / "data")
    assert next(doctor.real_data()).subject == "real data here: movielens-100k"


def test_data_that_cannot_be_checked_is_a_fault_with_a_remedy(quick, monkeypatch, tmp_path):
    def broken(_):
        raise ImportError("no pandas")

    monkeypatch.setattr(doctor, "shop_files", broken)
    found = [f for f in doctor.findings(data=tmp_path) if f.state == "FAIL"]
    assert any("the data cannot be checked: no pandas" in f.subject for f in found)


def test_doctor_finds_nothing_wrong_with_the_environment_that_runs_the_tests():
    done = subprocess.run([sys.executable, "-m", "mktutils", "doctor"], capture_output=True, text=True)
    assert "[FAIL]" not in done.stdout and done.returncode == 0, done.stdout


def test_shop_writes_the_files_into_the_folder_that_is_named(tmp_path):
    result = _invoke("shop", "--out", str(tmp_path))
    assert result.exit_code == 0 and "user_behavior.csv" in result.output
    name = "truth/customers.csv.gz"
    made = (tmp_path / name).read_bytes()
    stored = (Path(__file__).parents[1] / "data" / name).read_bytes()
    assert content_digest(made, name) == content_digest(stored, name)
    assert made[:10] == stored[:10]  # the header is the same on every version of Python
