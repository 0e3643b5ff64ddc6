"""The cache of real data: finding a file, verifying it, and refusing a damaged one by name."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from mktutils.datasets._registry import DataFile, Entry, load_registry

if TYPE_CHECKING:
    from mktutils.datasets._download import Limits


class DataNotAvailable(RuntimeError):
    """A real data set is neither in the cache nor to be had from its publisher."""


class DataDamaged(RuntimeError):
    """A file in the cache is not the published one; it is refused, named, and left where it is."""


# Files whose checksum was right in this process: (path, size, time of last change, expected checksum).
_verified: set[tuple[str, int, int, str]] = set()


def cache_folder() -> Path:
    """Return the folder of real data: `MKTUTILS_DATA` where set, else the user's cache folder.

    >>> cache_folder().is_absolute()
    True
    """
    named = os.environ.get("MKTUTILS_DATA")
    folder = Path(named).expanduser() if named else Path(platformdirs.user_cache_dir("mktutils"))
    return folder.absolute()


def find_file(entry: Entry, file: DataFile, folder: Path) -> Path | None:
    """Return the path of a cached file, plain or .gz, or None."""
    plain = folder / entry.id / file.name
    for path in (plain, plain.with_name(plain.name + ".gz")):
        if path.is_file():
            return path
    return None


def read_file(entry: Entry, file: DataFile, path: Path) -> bytes:
    """Return the whole uncompressed content of a cached file, verified on the first read in this process.

    Raises DataDamaged, which names the file, when it is truncated or not the published one.
    """
    stat = path.stat()
    key = (str(path), stat.st_size, stat.st_mtime_ns, file.sha256)
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataDamaged(_refusal(entry, path, f"it cannot be unpacked ({error})")) from error
    if key not in _verified:
        problem = content_problem(file, content)
        if problem:
            raise DataDamaged(_refusal(entry, path, problem))
        _verified.add(key)
    return content


def content_problem(file: DataFile, content: bytes) -> str | None:
    """Say what is wrong with the uncompressed content of a file, None where it is the published one."""
    found = hashlib.sha256(content).hexdigest()
    if found == file.sha256:
        return None
    if file.by_counts:
        from mktutils.datasets._convert import ConversionError, check_counts

        try:
            return check_counts(file.name, content)
        except ConversionError as error:
            return str(error)
    size = f"; {len(content):,} bytes instead of {file.bytes:,}" if len(content) != file.bytes else ""
    return f"sha256 {found} instead of {file.sha256}{size}"


def _refusal(entry: Entry, path: Path, reason: str) -> str:
    return f"{path} is damaged: {reason}; delete it and call {entry.call}() again"


def contents(
    id_: str, *names: str, registry: dict[str, Entry] | None = None, limits: Limits | None = None
) -> list[io.BytesIO]:
    """Return the verified contents of files of a data set: from the cache, else from the publisher.

    Raises DataNotAvailable when a file is neither here nor to be had, DataDamaged for a wrong cached file.
    """
    entry = (registry or load_registry())[id_]
    files = [entry.file(name) for name in names]
    folder = cache_folder()
    missing = [file for file in files if find_file(entry, file, folder) is None]
    if missing:
        from mktutils.datasets._download import download

        download(entry, missing, folder, limits=limits)
    return [io.BytesIO(read_file(entry, file, find_file(entry, file, folder))) for file in files]
