"""The check of the environment: [OK], [FAIL] with the remedy, or [--] for what is not needed now."""

import contextlib
import csv
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mktutils.lesson import progress

INSTALL = "delete the folder .venv and run `python3 course.py doctor`, which makes the environment anew"
DATA = Path(__file__).resolve().parents[2] / "data"
_IMPORT_NAMES = {
    "python-calamine": "python_calamine",
    "scikit-learn": "sklearn",
    "tensorflow-cpu": "tensorflow",
}
# Packages are imported in processes of their own, beside the other checks: Keras is slow, and may crash.
_PROBE = """
import importlib, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = ["ok", importlib.import_module(name).__name__]
    except BaseException as e:
        found[name] = ["failed", f"{type(e).__name__}: {e}".splitlines()[0][:200]]
if "keras" in sys.modules:
    found["backend"] = ["ok", sys.modules["keras"].backend.backend()]
print("\\n" + json.dumps(found))
"""


class Finding(NamedTuple):
    """One line: the state is "OK", "FAIL" or "--"; a failure has a remedy."""

    state: str
    subject: str
    remedy: str = ""


def python_version() -> Finding:
    """Python 3.11, 3.12 or 3.13."""
    version = platform.python_version()
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("OK", f"Python {version}")
    return Finding(
        "FAIL",
        f"Python {version}",
        "install Python 3.11, 3.12 or 3.13 from https://www.python.org/downloads/",
    )


def requirements() -> list[Any]:
    """Return what the package and the course's notebooks require on this system; empty when not installed."""
    from packaging.requirements import Requirement

    try:
        texts = importlib.metadata.requires("mktutils") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    found = [Requirement(text) for text in texts]
    return [
        r for r in found if r.marker is None or any(r.marker.evaluate({"extra": e}) for e in ("", "course"))
    ]


def package(requirement: Any, imported: dict[str, list[str]]) -> Finding:
    """A needed package: installed, new enough, and importable."""
    name = requirement.name
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding("FAIL", f"{name} is not installed", INSTALL)
    if not requirement.specifier.contains(version, prereleases=True):
        return Finding("FAIL", f"{name} {version}, and the course needs {requirement.specifier}", INSTALL)
    state, message = imported.get(_IMPORT_NAMES.get(name, name), ["failed", "the import did not finish"])
    if state != "ok":
        remedy = INSTALL
        return Finding("FAIL", f"{name} {version} cannot be imported: {message}", remedy)
    return Finding("OK", f"{name} {version}")


class Probe:
    """The imports, tried in another process while the other checks run."""

    def __init__(self, modules: list[str]) -> None:
        """Start importing `modules` in the background."""
        command = [sys.executable, "-c", _PROBE, *modules]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def result(self, timeout: float = 120) -> dict[str, list[str]]:
        """Return {module: [state, message]}, and ["ok", name] for "backend"; empty after a crash."""
        try:
            out, _ = self._process.communicate(timeout=timeout)
            return json.loads(out.strip().splitlines()[-1])
        except (subprocess.TimeoutExpired, ValueError, IndexError):
            self._process.kill()
            self._process.communicate()
            return {}


def backend(name: str | None) -> Finding:
    """Keras runs on TensorFlow, on which the stored outputs were made."""
    if name == "tensorflow":
        return Finding("OK", "Keras runs on TensorFlow")
    if name is None:
        return Finding("FAIL", "Keras cannot be imported", INSTALL)
    return Finding(
        "FAIL",
        f"Keras runs on {name}; the lessons' numbers were made with TensorFlow",
        "set the environment variable KERAS_BACKEND=tensorflow, or remove it",
    )


def shop_files(folder: Path = DATA) -> Finding:
    """Every file of the shop is there and has the stored checksum."""
    from mktutils.shop.write import content_digest

    remedy = "run `python3 course.py shop`, which makes the files anew"
    try:
        rows = list(csv.DictReader((folder / "checksums.csv").read_text(encoding="utf-8").splitlines()))
    except OSError:
        return Finding("FAIL", f"the shop's data are not in {folder}", remedy)
    for row in rows:
        name = row["file"]
        try:
            same = content_digest((folder / name).read_bytes(), name) == row["sha256"]
        except FileNotFoundError:
            return Finding("FAIL", f"the shop's file {name} is missing", remedy)
        except Exception:  # a damaged .gz or .npz raises one of many
            same = False
        if not same:
            return Finding(
                "FAIL", f"the shop's file {name} is not the one that belongs to the course", remedy
            )
    if not rows:
        return Finding("FAIL", f"{folder / 'checksums.csv'} names no file", remedy)
    return Finding("OK", f"the shop's {len(rows)} files are complete")


def disk(folder: Path, needed_gb: float = 1.0) -> Finding:
    """Room for data and outputs."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    if free >= needed_gb:
        return Finding("OK", f"{free:.0f} GB free on the disk")
    return Finding("FAIL", f"{free:.1f} GB free on the disk", f"free at least {needed_gb:g} GB")


def _memory_gb() -> float | None:
    with contextlib.suppress(ImportError):
        import psutil  # comes with ipykernel

        return psutil.virtual_memory().total / 1e9
    return None


def memory(needed_gb: float = 3.5) -> Finding:
    """Memory for TensorFlow and the largest lesson."""
    total = _memory_gb()
    if total is None:
        return Finding("--", "the size of the memory is unknown")
    if total >= needed_gb:
        return Finding("OK", f"{total:.0f} GB of memory")
    return Finding("FAIL", f"{total:.1f} GB of memory", f"use a computer with {needed_gb + 0.5:g} GB or more")


def cores() -> Finding:
    """Number of processor cores that this process may use; the lessons' times were measured on two."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    note = "" if count > 1 else "; lessons take about twice the time shown"
    return Finding("OK" if count > 1 else "--", f"{count} processor core{'s' if count > 1 else ''}{note}")


def progress_folder() -> Finding:
    """The progress file can be written."""
    reason = progress.writable()
    if reason is None:
        return Finding("OK", f"progress is kept in {progress.home()}")
    return Finding(
        "FAIL",
        f"progress cannot be written in {progress.home()} ({reason})",
        "set the environment variable MKTUTILS_HOME to a folder that you can write to",
    )


def data_set_present(entry: Any, folder: Path) -> bool:
    """Tell whether every file of a real data set is in the cache folder."""
    from mktutils.datasets._cache import find_file

    return all(find_file(entry, file, folder) is not None for file in entry.files)


def real_data() -> Iterator[Finding]:
    """Real data sets in the cache; absent ones are downloaded when a lesson asks for them."""
    from mktutils.datasets import cache_folder, load_registry

    registry, folder = load_registry(), cache_folder()
    here = [name for name, entry in registry.items() if data_set_present(entry, folder)]
    absent = [name for name in registry if name not in here]
    if here:
        yield Finding("OK", f"real data here: {', '.join(here)}")
    if absent:
        subject = f"{len(absent)} real data set{'s' if len(absent) > 1 else ''} not downloaded"
        yield Finding("--", subject, "lessons fetch what they need; `python3 course.py data` shows the list")


def findings(*, data: Path = DATA) -> Iterator[Finding]:
    """Yield the checks in order; the slow imports run beside the others and come last."""
    yield python_version()
    needed = requirements()
    names = [_IMPORT_NAMES.get(r.name, r.name) for r in needed]
    slow = {"keras", "tensorflow"}
    probes = [Probe([n for n in names if n in slow]), Probe([n for n in names if n not in slow])]
    yield cores()
    yield memory()
    yield disk(progress.home())
    yield progress_folder()
    try:
        yield shop_files(data)
        yield from real_data()
    except ImportError as e:
        yield Finding("FAIL", f"the data cannot be checked: {e}", INSTALL)
    if not needed:
        yield Finding(
            "FAIL",
            "the package mktutils is not installed",
            INSTALL,
        )
    imported = probes[1].result() | probes[0].result()
    for requirement in needed:
        yield package(requirement, imported)
    yield backend(imported["backend"][1] if "backend" in imported else None)


def examine(*, data: Path = DATA) -> bool:
    """Print one line per check, each with its remedy; return whether nothing failed."""
    good = True
    for finding in findings(data=data):
        good &= finding.state != "FAIL"
        remedy = f": {finding.remedy}" if finding.remedy else ""
        print(f"{f'[{finding.state}]':<7}{finding.subject}{remedy}", flush=True)
    print(
        "\nThis computer can run the course."
        if good
        else "\nRepair each line marked [FAIL] as it says, and run this again."
    )
    return good
