"""The learner's progress: one small JSON file on this computer. Nothing leaves it."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

Records = dict[str, dict]


def home() -> Path:
    """Return the folder of the progress file: MKTUTILS_HOME, or the system's folder for user data."""
    if chosen := os.environ.get("MKTUTILS_HOME"):
        return Path(chosen)
    from platformdirs import user_data_dir

    return Path(user_data_dir("mktutils", appauthor=False))


def path() -> Path:
    """Return the path of the progress file."""
    return home() / "progress.json"


def _valid(records: object) -> bool:
    return isinstance(records, dict) and all(
        isinstance(r, dict)
        and isinstance(r.get("passed"), bool)
        and isinstance(r.get("attempts"), int)
        and not isinstance(r.get("attempts"), bool)
        for r in records.values()
    )


def load() -> Records:
    """Return {"01.1": {"passed": True, "attempts": 3}, …}; a damaged file is renamed, never lost."""
    file = path()
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        records = json.loads(text.decode("utf-8"))
    except ValueError:
        records = None
    if records is not None and _valid(records):
        return records
    aside = file.with_name(file.name + ".bad")
    number = 1
    while aside.exists():
        number += 1
        aside = file.with_name(f"{file.name}.{number}.bad")
    try:
        os.replace(file, aside)
    except OSError:
        print(f"The progress file {file} is damaged and cannot be renamed; progress starts empty.")
        return {}
    print(f"The progress file was damaged; it is kept as {aside}, and progress starts empty.")
    return {}


def _save(records: Records) -> None:
    file = path()
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w", encoding="utf-8") as f:
            json.dump(dict(sorted(records.items())), f, indent=1)
            f.flush()
            os.fsync(f.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(*, patience: float = 2.0, stale: float = 10.0) -> Iterator[None]:
    """Hold a lock file, so that two kernels write one after the other; a forgotten lock is removed."""
    lock = home() / "progress.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience
    held = False
    while not held and time.monotonic() < until:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            held = True
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > stale:
                    lock.unlink(missing_ok=True)
            time.sleep(0.01)
        except PermissionError:  # Windows: the lock is being removed; elsewhere: the folder is read-only
            if not os.access(lock.parent, os.W_OK):
                raise
            time.sleep(0.01)
    try:
        yield
    finally:
        if held:
            lock.unlink(missing_ok=True)


def record(exercise_id: str, *, passed: bool) -> None:
    """Count an attempt, and a pass, of one exercise. A folder that cannot be written changes nothing."""
    try:
        with _locked():
            records = load()  # read again under the lock: another kernel may have written
            entry = records.get(exercise_id, {"passed": False, "attempts": 0})
            if entry["passed"]:
                return
            records[exercise_id] = {"passed": passed, "attempts": entry["attempts"] + 1}
            _save(records)
    except OSError:
        return


def reset() -> None:
    """Delete the progress file."""
    path().unlink(missing_ok=True)


def writable() -> str | None:
    """Return None when the progress folder can be written, otherwise why not."""
    try:
        with _locked():
            probe = home() / f"probe.{os.getpid()}.tmp"
            probe.write_text("", encoding="utf-8")
            probe.unlink()
    except OSError as e:
        return str(e)
    return None
