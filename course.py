#!/usr/bin/env python3
"""The one command of the course: lab | run [NN ...] [--write] | test [--fast] | doctor | progress | data.

Standard library only. It makes the environment .venv beside this file from requirements.lock, and again
whenever that is incomplete, broken or outdated. Further arguments go to what is called.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV, LOG, LOCK = ROOT / ".venv", ROOT / ".venv.log", ROOT / "requirements.lock"
WINDOWS, VERSION = os.name == "nt", "{}.{}".format(*sys.version_info)
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
PACKAGES = VENV / ("Lib" if WINDOWS else f"lib/python{VERSION}") / "site-packages"
STAMP = VENV / "course-stamp.json"  # written last: a .venv without it was never finished
ENV = dict(os.environ, PYTHONHOME="", PYTHONPATH="", PYTHONNOUSERSITE="1", PYTHONUTF8="1", PIP_USER="0")
ENV.update(VIRTUAL_ENV=str(VENV), PATH=str(PYTHON.parent) + os.pathsep + os.environ.get("PATH", ""))
CAUSES = {  # what pip, venv or the system say -> what to do; the first that matches
    "No space|not enough space|quota exceeded": "The disk is full: free 3 GB, then run this again.",
    "DO NOT MATCH THE HASHES": "A package differs from the lock: run `pip cache purge`, then run this again.",
    "ensurepip|named '?venv": "This Python lacks the module venv: install the package python3-venv (Debian, "
    "Ubuntu) or Python from python.org, then run this again.",
    "Permission ?[dE]|denied|Read-only": f"{ROOT} cannot be changed: close programs that use its .venv, or "
    "copy the course into a folder of your own, then run this again.",
    "connection broken|[Tt]imed? ?out|name resolution|SSLError": "The package index is out of reach: check "
    "network, proxy and certificates, then run this again.",
    "No matching distribution": f"A package has no build for {sys.platform} {platform.machine()}: use Linux, "
    "Windows on x86_64, or macOS on Apple silicon.",
}


class Stop(Exception):
    """The set-up cannot go on; the text says why, and what to do."""


def explain(said):
    """The sentence for what pip, venv or the system said; its last line if it is not known."""
    return next((CAUSES[sign] for sign in CAUSES if re.search(sign, said)), said.strip().split("\n")[-1])


def wanted():
    """What a .venv must have been made for, part by part."""
    lists = LOCK.read_text(encoding="utf-8") + (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    digest = hashlib.sha256(lists.encode()).hexdigest()
    return {"list of packages": digest, "Python": f"{VERSION} {platform.machine()}", "folder": str(ROOT)}


def fault():
    """Why .venv cannot be used, in words; None if it can."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        changed = [f"its {part} changed" for part, value in wanted().items() if stamp[part] != value]
        probe = changed or subprocess.run([str(PYTHON), "-I", "-c", "import mktutils"], capture_output=True)
        return changed[0] if changed else "the one there does not start" if probe.returncode else None
    except (OSError, ValueError, KeyError, TypeError):
        return "the one there is incomplete" if os.path.lexists(VENV) else "there is none yet"


def wait_for_others(file):
    """Lock the open file; the system frees it when this process and its pip end, however they end."""
    os.set_inheritable(file.fileno(), True)
    for attempt in range(10**9):
        try:
            if WINDOWS:
                return __import__("msvcrt").locking(file.fileno(), 2, 1)  # 2 = LK_NBLCK
            return __import__("fcntl").flock(file, 6)  # 6 = LOCK_EX | LOCK_NB
        except (BlockingIOError, PermissionError):
            print("Waiting: another course.py is making .venv.\n" * (attempt == 0), end="", flush=True)
            time.sleep(0.5)


def step(*command):
    """Run one step of the set-up, its output in the log; show how many packages are there."""
    pins, shown = len(re.findall("^[^ #]+==", LOCK.read_text(encoding="utf-8"), re.M)), None
    grain, end = (1, "\r") if sys.stdout.isatty() else (30, "\n")
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=str(ROOT), env=ENV, stdin=-3, stdout=log, stderr=-2, close_fds=False
        )
    try:
        while process.poll() is None:
            time.sleep(0.3)
            said = "\n" + LOG.read_text(encoding="utf-8", errors="replace")
            total, fetched = pins - said.count("\nIgnoring "), said.count(" (from -r ")
            done = min(total, len(list(PACKAGES.glob("*.dist-info"))) if "\nInstalling " in said else 0)
            if fetched and (fetched // grain, done // grain) != shown:
                shown = (fetched // grain, done // grain)
                print(f"  {fetched} of {total} packages fetched, {done} installed  ", end=end, flush=True)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        raise Stop(explain(LOG.read_text(encoding="utf-8", errors="replace")) + f" The full log is {LOG}")


def make(reason):
    """Make .venv from nothing."""
    print(f"Making the environment .venv ({reason}). This takes one to ten minutes.", flush=True)
    if shutil.disk_usage(str(ROOT)).free < 3e9:
        raise Stop(explain("No space"))
    STAMP.unlink(missing_ok=True)
    step(getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", str(VENV))
    pip = (str(PYTHON), "-m", "pip", "install", "--progress-bar=off")
    step(*pip, "--only-binary=:all:", "--require-hashes", "-r", str(LOCK))
    step(*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT))
    STAMP.write_text(json.dumps(wanted()), encoding="utf-8")


def main(argv=None):
    """Set up if needed, then pass on; 2 if the set-up fails, else the exit code of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("command", choices=("lab", "run", "test", "doctor", "progress", "data", "shop"))
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="arguments passed on")
    asked = parser.parse_args(argv)
    try:
        if VERSION not in ("3.11", "3.12", "3.13"):
            raise Stop(f"Python {VERSION} is not supported: run course.py with Python 3.11, 3.12 or 3.13.")
        if fault():
            with open(str(ROOT / ".venv.lock"), "ab") as file:
                wait_for_others(file)
                if fault():
                    make(fault())
    except (Stop, OSError, KeyboardInterrupt) as error:
        said = str(error) or "Stopped. The next run starts the set-up again."
        print("course.py:", said if isinstance(error, Stop) else explain(said), file=sys.stderr)
        return 2
    first = min(ROOT.glob("notebooks/00_*.ipynb"), default=ROOT / "notebooks").relative_to(ROOT).as_posix()
    lab = ["jupyterlab", f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{first}"]
    rest = [b for a in asked.rest for b in (["-m", "not notebook or fast"] if a == "--fast" else [a])]
    special = {"lab": lab, "test": ["pytest"] if rest else ["pytest", "--cov"]}
    line = [str(PYTHON), "-m", *special.get(asked.command, ["mktutils", asked.command]), *rest]
    os.chdir(str(ROOT))
    if WINDOWS:
        return subprocess.call(line, env=ENV)
    return os.execve(line[0], line, ENV)  # takes over this process: Ctrl-C, signals and exit code are its own


if __name__ == "__main__":
    sys.exit(main())
