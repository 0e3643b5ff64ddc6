"""The registry of real data sets: titles, licences, official addresses, checksums."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class DataFile:
    """One file of a data set; `sha256` and `bytes` describe its uncompressed content.

    `member` is the path inside the publisher's zip; two parts mean a zip inside a zip.
    """

    name: str
    bytes: int
    sha256: str
    url: str
    member: tuple[str, ...] = ()

    @property
    def converted(self) -> bool:
        """True where the publisher gives a workbook and the course reads a CSV."""
        return bool(self.member) and self.member[-1].endswith((".xls", ".xlsx"))

    @property
    def by_counts(self) -> bool:
        """True where published counts may stand in for the checksum."""
        return self.converted or not self.sha256

    @property
    def archive(self) -> str | None:
        """The name of the publisher's zip as a browser saves it; None where the file itself is published."""
        return unquote(urlsplit(self.url).path.rsplit("/", 1)[-1]) if self.member else None


@dataclass(frozen=True)
class Entry:
    """One data set of the registry; `extras` are files that only an option of its reader needs."""

    id: str
    title: str
    call: str
    lesson: str
    rows: int
    licence: str
    redistribution: str
    citation: str
    page: str
    files: tuple[DataFile, ...]
    note: str = ""
    extras: tuple[DataFile, ...] = ()

    def file(self, name: str) -> DataFile:
        """Return the file called `name`; KeyError where there is none."""
        for file in (*self.files, *self.extras):
            if file.name == name:
                return file
        raise KeyError(f"{self.id} has no file {name!r}; it has {[f.name for f in self.files]}")


def load_registry(path: str | Path | None = None, *, base: str | None = None) -> dict[str, Entry]:
    """Read the registry; `base` replaces the scheme and host of every address (a mirror, a test server).

    >>> registry = load_registry(base="http://127.0.0.1:8000")
    >>> registry["movielens-100k"].files[0].url
    'http://127.0.0.1:8000/datasets/movielens/ml-100k.zip'
    """
    source = Path(path) if path else resources.files(__package__) / "registry.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    return {id_: _entry(id_, dict(fields), base) for id_, fields in table.items()}


def _entry(id_: str, fields: dict, base: str | None) -> Entry:
    files, extras = (tuple(_file(file, base) for file in fields.pop(key, ())) for key in ("files", "extras"))
    return Entry(id=id_, files=files, extras=extras, **fields)


def _file(fields: dict, base: str | None) -> DataFile:
    file = DataFile(**{**fields, "member": tuple(fields.get("member", ()))})
    return replace(file, url=base.rstrip("/") + urlsplit(file.url).path) if base else file
