"""Reading a CSV so that what is wrong with it is said at once, with the line and the remedy."""

import csv
import difflib
import gzip
import io
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from mktutils.preprocessing.clean import parse_date, shown


class TableError(ValueError):
    """A table that cannot be used as it is; the message says where, what, and what to do."""


def read_table(
    path: str | Path,
    *,
    required: Iterable[str] = (),
    numeric: Iterable[str] = (),
    dates: Iterable[str] = (),
    label: str | None = None,
    key: str | Iterable[str] | None = None,
    allow_empty: Iterable[str] = (),
    sep: str = ",",
    encoding: str = "utf-8",
) -> pd.DataFrame:
    """Read a CSV (plain or .gz) and refuse what a model would silently suffer from; returns a DataFrame.

    `required`, `numeric`, `dates`, `label` and `key` name columns that must exist. `numeric` columns must
    hold numbers or nothing; `dates` are read by `parse_date`; `label` must be 0 or 1 in every row and comes
    back as int64; `key` (one column or several together) must be unique and is kept as text, so that "007"
    stays "007". Columns in `allow_empty` may be all missing. A byte-order mark, as Excel writes it, is read
    over. Line numbers in messages are those of the file: the header is line 1.

    Raises TableError (a ValueError) for: no file, empty file, header only, wrong encoding, wrong separator,
    rows of different length, unnamed or repeated columns, missing columns, a column without any value, text
    in a numeric column, unreadable dates, a label outside {0, 1} or missing, a missing or repeated key.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "customers.csv"
    ...     _ = path.write_text("id,age,bought\\n007,31,1\\n008,,0\\n")
    ...     read_table(path, numeric=["age"], label="bought", key="id")
        id   age  bought
    0  007  31.0       1
    1  008   NaN       0
    """
    numeric, dates, allow_empty = _names(numeric), _names(dates), _names(allow_empty)
    keys = [] if key is None else _names(key)
    text = _decode(Path(path), encoding)
    header, lines = _check_layout(text, Path(path).name, sep)
    wanted = [*_names(required), *numeric, *dates, *([label] if label is not None else []), *keys]
    _check_columns(header, wanted)
    kept_as_text = [*keys, *(column for column in dates if column not in keys)]
    df = pd.read_csv(io.StringIO(text), sep=sep, dtype=dict.fromkeys(kept_as_text, "str"), low_memory=False)
    if len(df) != len(lines):  # the two parsers disagree: no line number would be right
        raise TableError(f"{Path(path).name}: cannot tell rows apart; look for stray quotes or blank lines")

    for column in df.columns:
        if column not in allow_empty and df[column].isna().all():
            raise TableError(
                f"column {column!r} has no value in any of {len(df):,} rows. Correct the export, leave "
                f"the column "
                f"out of the file, or pass allow_empty=[{column!r}] if nothing uses it."
            )
    for column in numeric:
        if column != label:
            _check_numeric(df[column], lines)
    for column in dates:
        df[column] = _read_dates(df[column], lines)
    if label is not None:
        df[label] = _read_label(df[label], lines)
    if keys:
        _check_key(df[keys], lines)
    return df


def _names(columns: str | Iterable[str]) -> list[str]:
    return [columns] if isinstance(columns, str) else list(columns)


def _decode(path: Path, encoding: str) -> str:
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = gzip.decompress(raw)
    except FileNotFoundError:
        raise TableError(
            f"no file {str(path)!r}. Check the spelling and the folder ({Path.cwd()})."
        ) from None
    except (gzip.BadGzipFile, EOFError) as error:
        raise TableError(f"{path.name} is not a complete .gz file ({error}). Download it again.") from error
    if not raw.strip():
        raise TableError(f"{path.name} is empty ({len(raw)} bytes): no header, no rows. Export it again.")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise TableError(_explain_encoding(raw, path.name, encoding, error.start)) from error
    except LookupError:
        raise TableError(
            f"there is no encoding {encoding!r}. Common ones: 'utf-8', 'cp1252', 'gb18030'."
        ) from None
    if "\x00" in text:
        raise TableError(
            f"{path.name} holds zero bytes: it is probably UTF-16. Try encoding='utf-16', or save it as "
            f"CSV UTF-8."
        )
    return text.removeprefix("\ufeff")


def _explain_encoding(raw: bytes, name: str, encoding: str, position: int) -> str:
    """Show what the bad bytes would read as, because only a person can tell which reading is right."""
    line_start = raw.rfind(b"\n", 0, position) + 1
    line_end = raw.find(b"\n", position)
    line = raw[line_start : line_end if line_end >= 0 else len(raw)].rstrip(b"\r")
    line_number = raw.count(b"\n", 0, position) + 1
    readings = []
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        readings = ["'utf-16' (the file starts with its mark)"]
    else:
        for other in ("utf-8", "cp1252", "gb18030", "latin-1"):
            try:
                raw.decode(other)
                if other != "latin-1" or not readings:  # latin-1 reads everything: the last resort
                    readings.append(f"{other!r} (that line reads {line[:60].decode(other, 'replace')!r})")
            except UnicodeDecodeError:
                pass
    return (
        f"{name} is not {encoding}: byte {raw[position]:#04x} at position {position} "
        f"(line {line_number}). These encodings can read it: {'; '.join(readings)}. "
        f"Pass the right one as encoding=, or save the file as CSV UTF-8."
    )


def _check_layout(text: str, name: str, sep: str) -> tuple[list[str], list[int]]:
    """Return the header and, for each row, the line of the file where it starts."""
    top = text.strip().splitlines()[0]
    for other in (";", "\t", "|", ","):
        if sep not in top and other in top:
            raise TableError(
                f"{name} has one column, {top[:60]!r}: it is separated by {other!r}. Pass sep={other!r}."
            )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sep, strict=True)
    header: list[str] = []
    lines: list[int] = []
    start = 1
    try:
        for row in reader:
            first, start = start, reader.line_num + 1
            if not row or (len(row) == 1 and row[0] and not row[0].strip()):
                continue  # blank, and skipped by pandas too
            if not header:
                header = row
                _check_header(header, name)
            elif len(row) != len(header):
                raise TableError(
                    f"{name}, line {first}: {len(row)} fields, but the header has {len(header)}. A "
                    f"value that contains "
                    f"{sep!r} must stand in double quotes."
                )
            else:
                lines.append(first)
    except csv.Error as error:
        raise TableError(
            f"{name}, record starting at line {start}: {error}. Look for a double quote without its pair."
        ) from error
    if not lines:
        raise TableError(f"{name} has a header ({', '.join(header)}) but no rows. Export it again.")
    return header, lines


def _check_header(header: list[str], name: str) -> None:
    for position, column in enumerate(header, start=1):
        if not column.strip():
            raise TableError(
                f"{name}: column {position} has no name. If pandas wrote the file, write it again with "
                f"index=False; "
                "otherwise name the column."
            )
        if column in header[: position - 1]:
            raise TableError(f"{name}: two columns are named {column!r}. Rename one.")


def _check_columns(header: list[str], wanted: list[str]) -> None:
    absent = [column for column in dict.fromkeys(wanted) if column not in header]
    if not absent:
        return
    folded = {re.sub(r"[\W_]+", "", column.casefold()): column for column in header}
    hints = []
    for column in absent:
        near = difflib.get_close_matches(re.sub(r"[\W_]+", "", column.casefold()), folded, n=2, cutoff=0.7)
        guess = f" (did you mean {' or '.join(repr(folded[n]) for n in near)}?)" if near else ""
        hints.append(f"{column!r}{guess}")
    raise TableError(f"missing column {', '.join(hints)}. The file has: {', '.join(header)}.")


def _check_numeric(values: pd.Series, lines: list[int]) -> None:
    numbers = pd.to_numeric(values, errors="coerce")
    text = values.notna() & numbers.isna()
    if text.any():
        first = int(text.to_numpy().argmax())
        raise TableError(
            f"column {values.name!r} should be numeric, but line {lines[first]} holds "
            f"{shown(values.iloc[first])} ({int(text.sum()):,} "
            f"such values). Read the table without numeric=[{values.name!r}] and convert: "
            f"df[{values.name!r}] = parse_number(df[{values.name!r}])."
        )
    if np.isinf(numbers.to_numpy("float64", na_value=np.nan)).any():
        first = int(np.isinf(numbers.to_numpy("float64", na_value=np.nan)).argmax())
        raise TableError(
            f"column {values.name!r} holds {shown(values.iloc[first])} at line {lines[first]}. Leave the "
            f"cell empty if unknown."
        )


def _read_dates(values: pd.Series, lines: list[int]) -> pd.Series:
    at_lines = values.set_axis(lines)
    try:
        return parse_date(at_lines).set_axis(values.index)
    except ValueError as error:
        raise TableError(str(error).replace(" at row ", " at line ")) from error


def _read_label(values: pd.Series, lines: list[int]) -> pd.Series:
    if values.isna().any():
        first = int(values.isna().to_numpy().argmax())
        raise TableError(
            f"label {values.name!r} is missing at line {lines[first]} ({int(values.isna().sum()):,} "
            f"rows). A row without "
            "label cannot train or test a model: drop it, or score it later."
        )
    numbers = pd.to_numeric(values, errors="coerce")
    wrong = ~numbers.isin([0, 1]).to_numpy()
    if wrong.any():
        first = int(wrong.argmax())
        raise TableError(
            f"label {values.name!r} must be 0 or 1; line {lines[first]} holds {shown(values.iloc[first])} "
            f"(all values: "
            f"{sorted(values.unique().tolist(), key=str)[:5]}). Read the table without label= and map "
            f"its values, e.g. "
            f"df[{values.name!r}].map({{'no': 0, 'yes': 1}})."
        )
    return numbers.astype("int64")


def _check_key(values: pd.DataFrame, lines: list[int]) -> None:
    name = list(values.columns) if values.shape[1] > 1 else values.columns[0]
    absent = values.isna().any(axis=1).to_numpy()
    if absent.any():
        raise TableError(
            f"key {name!r} is missing at line {lines[int(absent.argmax())]}. Every row needs one."
        )
    repeated = values.duplicated(keep=False).to_numpy()
    if repeated.any():
        first = values.iloc[int(repeated.argmax())]
        same = [line for line, equal in zip(lines, (values == first).all(axis=1), strict=True) if equal]
        raise TableError(
            f"key {name!r} is not unique: {' / '.join(map(str, first))} stands at lines "
            f"{', '.join(map(str, same[:5]))}"
            f" ({int(values.duplicated().sum()):,} rows too many). Read without key= and look at them; "
            f"drop exact "
            "copies with df.drop_duplicates(), or give all columns that make a row unique."
        )
