"""Downloads of real data: verified, unpacked under a temporary name, moved into place in one step."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shutil
import tempfile
import time
import zipfile
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mktutils.datasets._cache import DataNotAvailable, content_problem
from mktutils.datasets._convert import workbook_to_csv
from mktutils.datasets._registry import DataFile, Entry

_STALE_AFTER = 3600  # seconds without a write: no live download pauses that long
_KEEP_GZIPPED = 5 * 2**20  # bytes; larger files are kept as .gz


@dataclass(frozen=True)
class Limits:
    """How long a download may take: seconds to connect, seconds without a byte, least speed, new attempts."""

    connect: float = 10.0
    timeout: float = 30.0
    least_bytes_per_s: float = 1_000.0
    window_s: float = 30.0
    retries: int = 2


class _Refused(Exception):
    """A download that another attempt will not improve."""


def download(entry: Entry, files: list[DataFile], folder: Path, *, limits: Limits | None = None) -> None:
    """Fetch files of a data set into `folder`; all are verified before the first is moved into place.

    A zip put into the folder by hand is taken instead of the network. Leaves no temporary file behind.
    Raises DataNotAvailable, which says what was tried and what to do by hand.
    """
    address = ""
    try:
        with _workplace(folder, entry.id) as temporary:
            ready = []
            for address, group in _by_address(files).items():
                by_hand = folder / entry.id / (group[0].archive or "")
                address = by_hand if by_hand.is_file() else address
                raw = by_hand if by_hand.is_file() else _get(address, temporary, limits or Limits())
                ready += [_prepare(entry, file, raw, temporary) for file in group]
            for path, name in ready:
                _move(path, folder / entry.id / name)
    except (_Refused, OSError, ValueError) as error:  # requests' exceptions are OSErrors
        raise _not_available(entry, files, folder, f"{address or folder}: {_reason(error)}") from error


@contextmanager
def _workplace(folder: Path, id_: str):
    """Give a temporary folder inside the cache, so that moving is one step; remove it in any case."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(".tmp-*"):
        with suppress(OSError):  # another process may be removing it
            last = max(path.stat().st_mtime for path in [old, *old.rglob("*")])
            if time.time() - last > _STALE_AFTER:
                shutil.rmtree(old, ignore_errors=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".tmp-{id_}-", dir=folder))
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _by_address(files: list[DataFile]) -> dict[str, list[DataFile]]:
    groups: dict[str, list[DataFile]] = {}
    for file in files:
        groups.setdefault(file.url, []).append(file)
    return groups


def _get(url: str, folder: Path, limits: Limits) -> Path:
    """Download one address into `folder` with pooch's retries and return the path."""
    if os.environ.get("MKTUTILS_OFFLINE", "0") not in ("", "0"):
        raise _Refused("the network was not used, because MKTUTILS_OFFLINE is set")
    import pooch

    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    fetcher = pooch.create(path=folder, base_url="", retry_if_failed=limits.retries)
    fetcher.registry[name], fetcher.urls[name] = None, url  # the content is verified after unpacking
    log, level = pooch.get_logger(), pooch.get_logger().level
    log.setLevel("ERROR")
    try:
        return Path(fetcher.fetch(name, downloader=_Downloader(limits)))
    finally:
        log.setLevel(level)


class _Downloader:
    """A downloader for pooch that gives up on a server that trickles, and shows progress."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        import requests
        import urllib3
        from tqdm import tqdm

        # GitHub gives an old version of a file by its blob id, raw when asked so.
        accept = "application/vnd.github.raw+json" if "/git/blobs/" in url else "*/*"
        headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "mktutils"}
        timeout = (self.limits.connect, self.limits.timeout)
        with requests.get(url, stream=True, timeout=timeout, headers=headers) as response:
            if 400 <= response.status_code < 500 and response.status_code not in (408, 429):
                raise _Refused(f"the server answers {response.status_code} {response.reason}")
            response.raise_for_status()
            encoded = "content-encoding" in response.headers and not url.endswith(".gz")  # against our wish
            response.raw.decode_content = encoded
            total = 0 if encoded else int(response.headers.get("content-length", 0))
            bar = tqdm(
                total=total or None, unit="B", unit_scale=True, desc=url.rsplit("/", 1)[-1], leave=False
            )
            try:
                with bar, open(output_file, "wb") as output:
                    for chunk in self._chunks(response.raw):
                        output.write(chunk)
                        bar.update(len(chunk))
            except urllib3.exceptions.TimeoutError as error:
                raise requests.exceptions.ConnectionError(f"no byte for {self.limits.timeout:g} s") from error
            except urllib3.exceptions.HTTPError as error:
                raise requests.exceptions.ConnectionError(_cut_off(output_file, total)) from error
        if total and os.path.getsize(output_file) != total:
            raise requests.exceptions.ConnectionError(_cut_off(output_file, total))

    def _chunks(self, raw):
        start, received = time.monotonic(), 0
        while chunk := raw.read1(2**16):
            yield chunk
            received += len(chunk)
            elapsed = time.monotonic() - start
            if elapsed > self.limits.window_s:
                if received < elapsed * self.limits.least_bytes_per_s:
                    raise _Refused(f"too slow: {received:,} bytes in {elapsed:.0f} s")
                start, received = time.monotonic(), 0


def _cut_off(path: str, total: int) -> str:
    return f"cut off after {os.path.getsize(path):,}{f' of {total:,}' if total else ''} bytes"


def _prepare(entry: Entry, file: DataFile, raw: Path, folder: Path) -> tuple[Path, str]:
    """Unpack and verify one file; return the verified copy and the name it shall get."""
    content = raw.read_bytes()
    zipped = not file.member and file.url.endswith(".gz") and content[:2] == b"\x1f\x8b"
    try:
        for member in file.member:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if member not in archive.namelist():
                    raise _Refused(f"the zip has no {member!r}; it has {sorted(archive.namelist())[:8]}")
                content = archive.read(member)
        if zipped:
            content = gzip.decompress(content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _Refused(f"the download cannot be unpacked ({error})") from error
    if file.converted:
        content = workbook_to_csv(entry.id, content)
    problem = content_problem(file, content)
    if problem:
        raise _Refused(
            f"{file.name}: {problem}; nothing of it was kept "
            "(the publisher has changed the file, or something on the way has)"
        )
    keep_gzipped = len(content) > _KEEP_GZIPPED
    path = folder / hashlib.sha256(file.name.encode()).hexdigest()[:16]
    path.write_bytes(gzip.compress(content, 6, mtime=0) if keep_gzipped else content)
    return path, file.name + ".gz" if keep_gzipped else file.name


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(path, target)
    except PermissionError:  # Windows: another process has fetched the same file and reads it
        if not target.is_file():
            raise


def _reason(error: Exception) -> str:
    """One line on what went wrong, without the layers of the network libraries."""
    import requests

    if isinstance(error, requests.exceptions.ConnectionError) and error.args:
        error = getattr(error.args[0], "reason", None) or error
    return re.sub(r"^HTTPS?Connection(Pool)?\(.*?\): ", "", str(error)) or type(error).__name__


def _not_available(entry: Entry, files: list[DataFile], folder: Path, tried: str) -> DataNotAvailable:
    names = ", ".join(file.name for file in files)
    where = folder / entry.id
    what = "the zip as it is" if files[0].archive else f"{names} (plain or .gz)"
    return DataNotAvailable(
        f"{entry.title} is not available.\n"
        f"  Tried: {where} has no {names}; {tried}\n"
        f"  By hand: get {' '.join(map(str, _by_address(files)))} (page: {entry.page}) and put {what} "
        f"into {where}\n"
        f"  Without it: the lessons themselves run on the shop's data (load_user_behavior() and the other "
        f"load_* functions); only the notebooks in real_data/ need this file."
    )
