"""Text to numbers, dates and categories, with an error for whatever cannot be read."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
import pandas as pd

MISSING_WORDS = ("", "n/a", "na", "nan", "nat", "none", "null", "-", "–", "—", "?")
DATE_FORMATS = (
    "%Y-%m-%d",  # 2024-03-05
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d.%m.%Y",  # 05.03.2024
    "%b %d, %Y",  # Mar 5, 2024
    "%B %d, %Y",  # March 5, 2024
)

_CURRENCY = r"[€$£¥₹]|EUR|USD|GBP|CHF|JPY|CNY|RMB|INR"
_NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+]?)\s*(?P<before>{_CURRENCY})?\s*(?P<sign2>[-+]?)\s*"
    r"(?P<body>(?:\d{1,3}(?:[ ']\d{3})+(?!\d)|\d)[\d.,]*|[.,]\d+)(?P<exponent>e[-+]?\d+)?"
    rf"\s*(?P<after>{_CURRENCY})?\s*(?P<unit>%|[^\W\d_]+\.?)?\s*(?P<close>\))?",
    re.IGNORECASE,
)
# "1,234.50": comma between thousands, point before decimals. A leading 0 is no thousands group: "0,123" is
# 0.123.
_ENGLISH = re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+")
_CONTINENTAL = re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d*)?|,\d+")
_MULTIPLIERS = {"k", "e", "m", "mio", "mn", "mrd", "bn", "b", "million", "billion", "thousand"}


def parse_number(
    series: pd.Series,
    *,
    decimal: Literal["auto", ".", ","] = "auto",
    units: Mapping[str, float] | None = None,
    missing: Iterable[str] = MISSING_WORDS,
    errors: Literal["raise", "coerce"] = "raise",
) -> pd.Series:
    """Read numbers that were typed in mixed formats; returns float64 with the index and name of `series`.

    Read are thousands separators (comma, point, space, apostrophe), both decimal signs, a currency, a unit
    word ("12 min"), a percent sign (12 % is 12), a sign, accounting brackets ("(5.00)" is -5) and exponents
    ("1e3"). Words in `missing` (compared without case) become NaN.

    The rule for what could be both: a comma between one to three digits and exactly three digits separates
    thousands, a single point is a decimal point. So "1,234" is 1234 and "1.234" is 1.234, as Python and
    pandas read them. Where the column is known to be continental, say `decimal=","`: then "1.234" is 1234
    and "1,234" is 1.234.

    `units` maps each unit word to its factor, e.g. `{"min": 1, "h": 60}`. Without it one unit word in the
    whole column is read over; two different ones, or two currencies, raise, because their numbers cannot be
    compared.

    Raises ValueError with value and row for what cannot be read, unless `errors="coerce"` (then NaN).

    >>> parse_number(pd.Series(["1,234.50", "€1.234,50", "12 min", "12,5", "n/a"])).tolist()
    [1234.5, 1234.5, 12.0, 12.5, nan]
    """
    _check_choice("decimal", decimal, ("auto", ".", ","))
    _check_choice("errors", errors, ("raise", "coerce"))
    _check_series(series)
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return pd.Series(series.to_numpy("float64", na_value=np.nan), index=series.index, name=series.name)
    missing_words = {word.strip().casefold() for word in missing}
    factors = None if units is None else {word.casefold().rstrip("."): f for word, f in units.items()}
    seen: dict[str, dict[str, tuple]] = {"currencies": {}, "units": {}}

    numbers = np.full(len(series), np.nan)
    for position, (row, value) in enumerate(zip(series.index, series, strict=True)):
        if pd.isna(value):
            continue
        text = " ".join(str(value).split()).replace("−", "-").replace("’", "'")
        if text.casefold() in missing_words:
            continue
        number = _read_number(text, decimal, factors, seen, row)
        if number is None and errors == "raise":
            raise ValueError(
                f"cannot read {shown(value)} as a number{_where(series, row)}. Correct it, name it in "
                f"missing=, "
                "name its unit in units=, or pass errors='coerce' to make it NaN."
            )
        numbers[position] = np.nan if number is None else number
    for kind, found in seen.items():
        if len(found) > 1 and errors == "raise":
            examples = ", ".join(f"{word!r} (row {shown(row)})" for word, row in list(found.items())[:3])
            remedy = "Give their factors in units=." if kind == "units" else "Convert to one currency first."
            raise ValueError(f"different {kind} in one column{_where(series)}: {examples}. {remedy}")
    return pd.Series(numbers, index=series.index, name=series.name)


def _read_number(text: str, decimal: str, factors: dict | None, seen: dict, row: object) -> float | None:
    """Return the number in `text`, or None; what stands around it is noted in `seen`."""
    match = _NUMBER.fullmatch(text)
    if match is None or bool(match["open"]) != bool(match["close"]) or (match["sign"] and match["sign2"]):
        return None
    body = match["body"].replace(" ", "").replace("'", "")
    if decimal != "," and _ENGLISH.fullmatch(body):
        body = body.replace(",", "")
    elif decimal != "." and _CONTINENTAL.fullmatch(body):
        body = body.replace(".", "").replace(",", ".")
    else:
        return None
    unit = (match["unit"] or "").casefold().rstrip(".")
    factor = 1.0
    if unit and unit != "%":
        if factors is None:
            if unit in _MULTIPLIERS:  # "12k" read as 12 would be a silent error
                return None
            seen["units"].setdefault(unit, row)
        elif unit not in factors:
            return None
        else:
            factor = float(factors[unit])
    for currency in (match["before"], match["after"]):
        if currency:
            seen["currencies"].setdefault(currency.upper(), row)
    negative = match["open"] or "-" in (match["sign"], match["sign2"])
    return (-1.0 if negative else 1.0) * factor * float(body + (match["exponent"] or ""))


def parse_date(
    series: pd.Series,
    *,
    formats: Iterable[str] = DATE_FORMATS,
    missing: Iterable[str] = MISSING_WORDS,
    errors: Literal["raise", "coerce"] = "raise",
) -> pd.Series:
    """Read dates in several formats; returns datetime64[us] with the index and name of `series`.

    Read by default: "2024-03-05" (also with a time), "05.03.2024" (day first), "Mar 5, 2024". Not read by
    default: "03/05/2024", which is March in the United States and May in Europe; name the one that holds,
    "%m/%d/%Y" or "%d/%m/%Y". Words in `missing` become NaT. Format codes as in `datetime.strptime`.

    Raises ValueError with value and row for what fits no format (NaT with `errors="coerce"`), and for what
    fits two formats with different results.

    >>> parse_date(pd.Series(["2024-03-05", "05.03.2024", "Mar 5, 2024"])).astype("str").tolist()
    ['2024-03-05', '2024-03-05', '2024-03-05']
    """
    _check_choice("errors", errors, ("raise", "coerce"))
    _check_series(series)
    if isinstance(formats, str):
        formats = (formats,)
    if pd.api.types.is_datetime64_any_dtype(series):
        return series.copy()
    text = pd.Series(
        [None if pd.isna(v) else " ".join(str(v).split()) for v in series], index=series.index, dtype="str"
    )
    missing_words = {word.strip().casefold() for word in missing}
    absent = text.isna() | text.str.casefold().isin(missing_words).to_numpy()
    unique = pd.Series(text[~absent].unique(), dtype="str")
    dates = pd.Series(pd.NaT, index=unique, dtype="datetime64[us]")
    fitting = pd.Series("", index=unique, dtype="object")
    for fmt in formats:
        found = pd.to_datetime(unique, format=fmt, errors="coerce").astype("datetime64[us]")
        found.index = dates.index
        clash = found.notna() & dates.notna() & (found != dates)
        if clash.any():
            value = clash.idxmax()
            row = text.index[(text == value).to_numpy()][0]
            raise ValueError(
                f"{value!r}{_where(series, row)} fits both {fitting[value]!r} and {fmt!r} with "
                f"different results. "
                "Keep the format that holds for this column."
            )
        fitting[found.notna() & dates.isna()] = fmt
        dates = dates.fillna(found)
    unread = dates.index[dates.isna()]
    if len(unread) and errors == "raise":
        row = text.index[(text == unread[0]).to_numpy()][0]
        raise ValueError(
            f"cannot read {unread[0]!r} as a date{_where(series, row)} with the formats {list(formats)}. "
            "Add its format to formats=, or pass errors='coerce' to make it NaT."
        )
    return pd.Series(dates.reindex(text).to_numpy(), index=series.index, name=series.name)


def normalise_text(
    series: pd.Series, *, synonyms: Mapping[str, str] | None = None, joiner: str | None = None
) -> pd.Series:
    """Write category labels in one way: no outer spaces, no case, one kind of space and hyphen; as `str`.

    Applied in this order: Unicode NFKC, case folding, every dash to "-" and every run of white space to one
    space, spaces around a hyphen removed. With `joiner="-"` spaces, hyphens and underscores all become "-"
    ("t shirt" and "T_Shirt" become "t-shirt"). Then `synonyms` replaces whole values; its keys are
    normalised in the same way. Empty text becomes missing; missing stays missing.

    Raises ValueError when two keys of `synonyms` become equal but name different values.

    >>> normalise_text(pd.Series([" E–Mail ", "e-mail", "Mail"]), synonyms={"mail": "e-mail"}).tolist()
    ['e-mail', 'e-mail', 'e-mail']
    """
    _check_series(series)
    text = _tidy(series, joiner)
    if synonyms:
        keys = _tidy(pd.Series(list(synonyms), dtype="str"), joiner)
        table: dict[str, str] = {}
        for key, value in zip(keys, synonyms.values(), strict=True):
            if table.setdefault(key, value) != value:
                raise ValueError(
                    f"synonyms name two values for {key!r}: {table[key]!r} and {value!r}. Keep one."
                )
        text = text.map(lambda value: table.get(value, value), na_action="ignore").astype("str")
    return text


def _tidy(series: pd.Series, joiner: str | None) -> pd.Series:
    text = series.astype("str").where(series.notna())
    text = text.str.normalize("NFKC").str.casefold()
    text = text.str.replace(r"[\u2010-\u2015\u2212\u00ad]", "-", regex=True)
    text = text.str.replace(r"\s+", " ", regex=True).str.strip().str.replace(r" ?- ?", "-", regex=True)
    if joiner is not None:
        text = text.str.replace(r"[-_ ]+", lambda _: joiner, regex=True)
    return text.mask(text == "")


def shown(value: object) -> str:
    """Write a value as it is typed: 5, not np.int64(5)."""
    return repr(value.item() if isinstance(value, np.generic) else value)


def _check_choice(name: str, value: object, allowed: tuple) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {list(allowed)}; got {value!r}")


def _check_series(series: object) -> None:
    if not isinstance(series, pd.Series):
        raise TypeError(f"expected a pandas Series, such as df['column']; got {type(series).__name__}")


def _where(series: pd.Series, row: object = None) -> str:
    column = "" if series.name is None else f" in column {series.name!r}"
    return column + ("" if row is None else f" at row {shown(row)}")
