"""What real data sets there are, and which of them lie in the cache."""

from __future__ import annotations

import pandas as pd

from mktutils.datasets._cache import cache_folder, find_file
from mktutils.datasets._registry import Entry, load_registry


def list_datasets() -> pd.DataFrame:
    """List the real data sets: what they are, which lesson uses them, which are in the cache of this machine.

    `available` is "yes", "in part" or "no"; it looks for the files and does not read them.

    >>> list_datasets().columns.tolist()
    ['id', 'title', 'call', 'lesson', 'rows', 'licence', 'available']
    """
    rows = [
        {
            "id": entry.id,
            "title": entry.title,
            "call": entry.call,
            "lesson": entry.lesson,
            "rows": entry.rows,
            "licence": entry.licence,
            "available": _available(entry),
        }
        for entry in load_registry().values()
    ]
    return pd.DataFrame(rows)


def describe(name: str) -> pd.DataFrame:
    """Describe one data set, one row per property: title, rows, licence, source, citation, files, addresses.

    Raises ValueError for an unknown name.

    >>> describe("cdnow").loc["rows", "value"]
    '69,659'
    """
    registry = load_registry()
    if name not in registry:
        raise ValueError(f"name must be one of {sorted(registry)}; got {name!r}")
    entry = registry[name]
    table = {
        "title": entry.title,
        "call": f"{entry.call}()",
        "lesson": entry.lesson,
        "rows": f"{entry.rows:,}",
        "licence": entry.licence,
        "redistribution": entry.redistribution,
        "citation": entry.citation,
        "page": entry.page,
        "address": "\n".join(dict.fromkeys(file.url for file in entry.files)),
        "files": ", ".join(file.name for file in entry.files),
        "note": entry.note,
        "available": _available(entry),
    }
    return pd.DataFrame({"value": table.values()}, index=pd.Index(table, name="property"))


def _available(entry: Entry) -> str:
    folder = cache_folder()
    found = [find_file(entry, file, folder) is not None for file in entry.files]
    return "yes" if all(found) else "in part" if any(found) else "no"
