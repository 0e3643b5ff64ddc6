"""course.py: it makes the environment once, notices a bad one, and says in one sentence what stopped it.

A shell script plays Python, venv and pip, so nothing is installed; MKTUTILS_SLOW=1 adds one real set-up.
"""

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from conftest import ROOT

SOURCE = (ROOT / "course.py").read_text(encoding="utf-8")
FAKE_PYTHON = """#!/bin/sh
echo "$*" >> "$FAKE_CALLS"
case "$*" in
  *"-m venv"*)
    for last; do :; done
    rm -rf "$last"; mkdir -p "$last/bin" "$last/lib/python$FAKE_VERSION/site-packages"
    cp "$0" "$last/bin/python"; printf '%s' "$FAKE_VENV_SAYS"; exit ${FAKE_VENV_CODE:-0} ;;
  *"pip install"*" -r "*)
    printf '%s' "$FAKE_PIP_SAYS"; [ -n "$FAKE_PIP_SECONDS" ] && exec sleep $FAKE_PIP_SECONDS
    exit ${FAKE_PIP_CODE:-0} ;;
  *"pip install"*) exit 0 ;;
  *"-c import mktutils"*) exit 0 ;;
  *) echo "called: $*"; [ -n "$FAKE_SIGNAL" ] && kill -$FAKE_SIGNAL $$; exit ${FAKE_CODE:-0} ;;
esac
"""
posix = pytest.mark.skipif(os.name == "nt", reason="the fake Python is a shell script")


def load(folder):
    spec = importlib.util.spec_from_file_location("course_under_test", folder / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A small course in a path with spaces and other letters, with the fake Python as the base."""
    folder = tmp_path / "Kurs für alle"
    (folder / "notebooks").mkdir(parents=True)
    shutil.copy(ROOT / "course.py", folder)
    (folder / "notebooks" / "00_start_here.ipynb").write_text("{}")
    (folder / "requirements.lock").write_text(
        "# made by\na==1 \\\n    --hash=sha256:0\nb==2 ; os_name == 'nt' \\\n"
    )
    (folder / "pyproject.toml").write_text("[project]\n")
    fake = tmp_path / "python"
    fake.write_text(FAKE_PYTHON)
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "_base_executable", str(fake), raising=False)
    monkeypatch.setenv("FAKE_CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("FAKE_VERSION", "{}.{}".format(*sys.version_info))
    monkeypatch.setattr(os, "execve", lambda path, line, env: subprocess.call(line, env=env))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=50e9))
    return folder


@pytest.fixture
def course(folder, monkeypatch):
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(seconds / 20))
    return load(folder)


def calls(folder):
    """The command lines the fake Python got, probes left out."""
    lines = (folder.parent / "calls").read_text().splitlines()
    return [line for line in lines if "-c import mktutils" not in line]


# What it promises -----------------------------------------------------------------------------------------


def test_course_py_is_short_and_uses_the_standard_library_only():
    assert len(SOURCE.splitlines()) < 150
    tree = ast.parse(SOURCE, feature_version=(3, 7))  # so that an old Python gets as far as the sentence
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    names += [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_ci_calls_exactly_the_test_command():
    lines = (ROOT / ".ci" / "run").read_text().strip().splitlines()
    assert lines[0] == "#!/usr/bin/env bash" and lines[-1] == "python3 course.py test"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@posix
def test_first_use_makes_the_environment_and_the_second_does_not(folder, course, capfd):
    assert course.main(["run", "01", "--write"]) == 0
    out = capfd.readouterr().out
    assert "Making the environment .venv (there is none yet)" in out
    assert "called: -m mktutils run 01 --write" in out
    venv, packages, package, _ = calls(folder)
    assert venv == f"-m venv --clear {folder}/.venv"
    assert "--require-hashes -r" in packages and packages.endswith("requirements.lock")
    assert "--no-deps --no-build-isolation" in package and package.endswith(f"-e {folder}")
    assert course.main(["run"]) == 0
    assert "Making" not in capfd.readouterr().out
    assert len(calls(folder)) == 5


@posix
@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        (["test"], "-m pytest --cov"),
        (["test", "tests/test_x.py", "-k", "a or b"], "-m pytest tests/test_x.py -k a or b"),
        (["test", "--fast", "-x"], "-m pytest -m not notebook or fast -x"),
        (["run", "--write"], "-m mktutils run --write"),
        (["doctor"], "-m mktutils doctor"),
        (["progress", "--reset"], "-m mktutils progress --reset"),
        (["data", "bank-marketing"], "-m mktutils data bank-marketing"),
        (
            ["lab", "--no-browser"],
            "/.venv/../.. --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb --no-b",
        ),
    ],
)
def test_each_command_is_passed_on_from_any_folder(
    folder, course, capfd, monkeypatch, tmp_path, arguments, called
):
    monkeypatch.chdir(tmp_path)
    assert course.main(arguments) == 0
    out = capfd.readouterr().out
    if arguments[0] == "lab":
        assert f"called: -m jupyterlab --ServerApp.root_dir={folder} {called.split(' ', 1)[1]}" in out
    else:
        assert f"called: {called}" in out


@posix
@pytest.mark.parametrize("command", ["doctor", "progress", "data"])
def test_help_commands_make_a_missing_environment_first(folder, course, capfd, command):
    assert course.main([command]) == 0
    out = capfd.readouterr().out
    assert out.index("Making the environment .venv (there is none yet)") < out.index(f"-m mktutils {command}")


@posix
def test_doctor_without_an_environment_names_what_stops_the_set_up(folder, course, capfd):
    course.ENV.update(FAKE_PIP_SAYS="No space left on device", FAKE_PIP_CODE="1")
    assert course.main(["doctor"]) == 2
    assert "The disk is full: free 3 GB" in capfd.readouterr().err


def test_an_unknown_command_lists_the_known_ones(course, capfd):
    with pytest.raises(SystemExit, match="2"):
        course.main(["docter"])
    err = capfd.readouterr().err
    for command in ("lab", "run", "test", "doctor", "progress", "data", "shop"):
        assert command in err


def test_each_command_reaches_a_command_that_the_package_has():
    from mktutils.__main__ import main

    assert {"run", "doctor", "progress", "data", "shop"} <= set(main.commands)


PAGES = [
    "README.md",
    "TEACHING.md",
    "CONTRIBUTING.md",
    "LICENSE-CONTENT.md",
    "CHANGELOG.md",
    "data/README.md",
]


@pytest.mark.parametrize("page", PAGES)
def test_the_front_pages_give_commands_and_links_that_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    commands = re.findall(r"(?:python3?|py) course\.py (\w+)", text)
    assert set(commands) <= {"lab", "run", "test", "doctor", "progress", "data", "shop"}
    assert not re.findall(r"python3? -m mktutils \w+", text)  # fails with a Python outside .venv
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


@posix
def test_the_exit_code_of_a_failing_lesson_or_a_killed_test_is_passed_on(folder, course):
    assert course.main(["run"]) == 0
    line = [sys.executable, str(folder / "course.py"), "test"]
    assert subprocess.run(line, env={**os.environ, "FAKE_CODE": "3"}).returncode == 3
    assert subprocess.run(line, env={**os.environ, "FAKE_SIGNAL": "KILL"}).returncode == -9


@posix
def test_another_python_leaves_no_trace_in_the_child(folder, course, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    env = load(folder).ENV
    assert (env["PYTHONPATH"], env["PYTHONHOME"], env["VIRTUAL_ENV"]) == ("", "", str(folder / ".venv"))
    assert env["PATH"].startswith(str(folder / ".venv" / "bin") + os.pathsep)


# A bad environment is made again --------------------------------------------------------------------------


def rewrite(name, value):
    def damage(folder):
        stamp = folder / ".venv" / "course-stamp.json"
        stamp.write_text(json.dumps({**json.loads(stamp.read_text()), name: value}))

    return damage


DAMAGES = {
    "half-made": (lambda f: (f / ".venv/course-stamp.json").unlink(), "the one there is incomplete"),
    "damaged stamp": (lambda f: (f / ".venv/course-stamp.json").write_text("{"), "incomplete"),
    "strange stamp": (lambda f: (f / ".venv/course-stamp.json").write_text("[1]"), "incomplete"),
    "no Python": (lambda f: (f / ".venv/bin/python").unlink(), "incomplete"),
    "Python does not start": (
        lambda f: (f / ".venv/bin/python").write_text("#!/bin/sh\nexit 1"),
        "does not start",
    ),
    "no programme": (lambda f: (f / ".venv/bin/python").write_bytes(b"\x00"), "incomplete"),
    "new lock": (lambda f: (f / "requirements.lock").write_text("a==2\n"), "its list of packages changed"),
    "new project": (lambda f: (f / "pyproject.toml").write_text("[x]\n"), "its list of packages changed"),
    "other Python": (rewrite("Python", "3.9 x86_64"), "its Python changed"),
    "moved": (rewrite("folder", "/elsewhere"), "its folder changed"),
}


@posix
@pytest.mark.parametrize(("damage", "reason"), list(DAMAGES.values()), ids=list(DAMAGES))
def test_a_bad_environment_is_made_again_with_one_sentence(folder, course, capfd, damage, reason):
    course.main(["run"])
    damage(folder)
    capfd.readouterr()
    assert reason in course.fault()
    assert course.main(["run"]) == 0
    out = capfd.readouterr().out
    assert out.count("Making the environment .venv") == 1 and f"{reason}). This takes" in out
    assert course.fault() is None


@posix
def test_line_ends_of_windows_do_not_count_as_a_change(folder, course):
    course.main(["run"])
    lock = folder / "requirements.lock"
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    assert course.fault() is None


@posix
def test_an_interruption_stops_pip_and_the_next_run_starts_again(folder, course, capfd, monkeypatch):
    def interrupt(seconds):
        if (folder / ".venv" / "bin" / "python").exists():
            raise KeyboardInterrupt

    course.ENV["FAKE_PIP_SECONDS"] = "60"
    with monkeypatch.context() as patch:
        patch.setattr(course.time, "sleep", interrupt)
        assert course.main(["run"]) == 2
    assert capfd.readouterr().err == "course.py: Stopped. The next run starts the set-up again.\n"
    assert course.fault() == "the one there is incomplete"
    course.ENV["FAKE_PIP_SECONDS"] = "0"
    assert course.main(["run"]) == 0


@posix
def test_a_second_run_waits_for_the_first_and_uses_what_it_made(folder, course, capfd):
    import fcntl

    course.main(["run"])
    shutil.move(folder / ".venv", folder / "made")
    before = len(calls(folder))
    lock = open(folder / ".venv.lock", "ab")  # noqa: SIM115
    fcntl.flock(lock, fcntl.LOCK_EX)

    def finish():
        shutil.move(folder / "made", folder / ".venv")
        lock.close()

    timer = threading.Timer(0.8, finish)
    timer.start()
    assert course.main(["run"]) == 0
    timer.join()
    out = capfd.readouterr().out
    assert out.count("Waiting: another course.py is making .venv.") == 1
    assert len(calls(folder)) == before + 1  # the run alone: nothing was made twice


# What can stop it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_an_unsupported_python_is_told_which_ones_are(course, capfd, monkeypatch, version):
    monkeypatch.setattr(course, "VERSION", version)
    assert course.main(["test"]) == 2
    said = f"course.py: Python {version} is not supported: run course.py with Python 3.11, 3.12 or 3.13.\n"
    assert capfd.readouterr().err == said


RETRY = "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(...)'\n"
STOPS = {
    "no network": (
        "PIP",
        RETRY + "ERROR: No matching distribution found for a==1",
        "out of reach: check network",
    ),
    "timeout": ("PIP", "pip._vendor.urllib3.exceptions.ReadTimeoutError: Read timed out.", "out of reach"),
    "certificate": ("PIP", "Could not fetch URL: SSLError(1, 'CERTIFICATE_VERIFY_FAILED')", "certificates"),
    "full disk": (
        "PIP",
        "ERROR: Could not install packages: [Errno 28] No space left on device",
        "disk is full",
    ),
    "quota": ("PIP", "OSError: [Errno 122] Disk quota exceeded", "The disk is full: free 3 GB"),
    "wrong hash": ("PIP", "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "pip cache purge"),
    "read-only": ("PIP", "ERROR: [Errno 13] Permission denied: '/x'", "a folder of your own"),
    "in use": (
        "VENV",
        "PermissionError: [WinError 5] Access is denied: 'python.exe'",
        "close programs that use",
    ),
    "no build": ("PIP", "ERROR: No matching distribution found for tensorflow==2.21.0", "has no build for"),
    "no venv": ("VENV", "/usr/bin/python3: No module named venv", "install the package python3-venv"),
    "no ensurepip": ("VENV", "not created successfully because ensurepip is not available.", "python3-venv"),
    "unknown": ("PIP", "first\nERROR: something else\n", "course.py: ERROR: something else The full log"),
}


@posix
@pytest.mark.parametrize(("who", "text", "sentence"), list(STOPS.values()), ids=list(STOPS))
def test_what_stops_the_set_up_is_one_sentence_with_the_remedy(folder, course, capfd, who, text, sentence):
    course.ENV.update({f"FAKE_{who}_SAYS": text, f"FAKE_{who}_CODE": "1"})
    assert course.main(["test"]) == 2
    err = capfd.readouterr().err
    assert sentence in err and err.count("\n") == 1
    assert f"The full log is {folder / '.venv.log'}" in err
    assert (folder / ".venv.log").read_text() == text
    assert course.fault() == "the one there is incomplete"


@posix
def test_a_disk_that_is_nearly_full_stops_before_anything_is_made(folder, course, capfd, monkeypatch):
    monkeypatch.setattr(course.shutil, "disk_usage", lambda path: SimpleNamespace(free=1e9))
    assert course.main(["lab"]) == 2
    assert capfd.readouterr().err == "course.py: The disk is full: free 3 GB, then run this again.\n"
    assert not (folder / ".venv").exists()


@posix
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied"), "cannot be changed"),
        (OSError(28, "No space left on device"), "full"),
    ],
)
def test_errors_of_the_folder_itself_are_one_sentence(course, capfd, monkeypatch, error, sentence):
    def refuse(*args):
        raise error

    monkeypatch.setattr(course, "open", refuse, raising=False)
    assert course.main(["lab"]) == 2
    err = capfd.readouterr().err
    assert sentence in err and err.count("\n") == 1


@posix
def test_a_read_only_folder_with_a_good_environment_works(folder, course, monkeypatch):
    course.main(["run"])
    monkeypatch.setattr(course, "open", lambda *a: pytest.fail("nothing may be written"), raising=False)
    assert course.main(["run"]) == 0


@posix
def test_progress_counts_packages_in_plain_lines(course, capfd):
    said = "Ignoring b: markers\\nCollecting a==1 (from -r x (line 2))\\nInstalling collected packages: a\\n"
    course.ENV.update(FAKE_PIP_SAYS=said.replace("\\n", "\n"), FAKE_PIP_SECONDS="0.5")
    assert course.main(["run"]) == 0
    out = capfd.readouterr().out
    assert "  1 of 1 packages fetched, 0 installed" in out
    assert "\r" not in out


@pytest.mark.skipif(
    not os.environ.get("MKTUTILS_SLOW"), reason="MKTUTILS_SLOW=1: installs the whole environment"
)
def test_a_real_set_up_ends_in_green_tests(tmp_path):
    leave = shutil.ignore_patterns(".venv*", ".git", "tests", "data", "*_cache", "__pycache__")
    folder = shutil.copytree(ROOT, tmp_path / "Kurs für alle", ignore=leave)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_it.py").write_text(
        "import mktutils\n\ndef test_it():\n    assert mktutils.__version__\n"
    )
    done = subprocess.run(
        [sys.executable, str(folder / "course.py"), "test", "tests/test_it.py"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout.splitlines()[-1]
