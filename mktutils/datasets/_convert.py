"""Three files that have no checksum of the publisher's own bytes: conversion and check by published counts.

UCI publishes two data sets as Excel workbooks. The CSV files whose checksums the registry holds are
conversions made by others. A workbook converted here gives the same bytes if its cells are the same; where it
does not, and for the sample of CDNOW, the published counts decide.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd


class ConversionError(ValueError):
    """A file cannot be converted, or is not the published one."""


def workbook_to_csv(id_: str, workbook: bytes) -> bytes:
    """Return the CSV of a workbook of the data set `id_`; raises ConversionError."""
    header, text, write = _RECIPES[id_]
    try:
        table = pd.read_excel(
            io.BytesIO(workbook),
            header=header,
            engine="calamine",
            dtype=text,
            keep_default_na=False,
            na_values=[""],
        )
    except ImportError as error:
        raise ConversionError(
            "the publisher gives an Excel workbook, which the package python-calamine reads; install it with "
            "`python -m pip install python-calamine`, or put the CSV there by hand"
        ) from error
    except Exception as error:  # calamine raises its own exceptions for a workbook that is none
        raise ConversionError(f"the workbook cannot be read ({error})") from error
    return write(table)


def check_counts(name: str, content: bytes) -> None:
    """Raise ConversionError unless the file called `name` has the published counts."""
    try:
        if name == "CDNOW_sample.txt":
            table = pd.read_csv(io.BytesIO(content), sep=r"\s+", header=None)
            found = {"rows": len(table), "columns": table.shape[1], "customers": int(table[0].nunique())}
        elif name == "online-retail-dataset.csv":
            table = pd.read_csv(io.BytesIO(content), dtype={"CustomerID": "str"})
            found = {"rows": len(table), "columns": table.shape[1]}
            for column in ("InvoiceNo", "StockCode", "CustomerID", "Country"):
                found[column] = int(table[column].nunique())
            found["without CustomerID"] = int(table["CustomerID"].isna().sum())
            found["without Description"] = int(table["Description"].isna().sum())
        else:
            table = pd.read_csv(io.BytesIO(content))
            found = {"rows": len(table), "columns": table.shape[1], "defaults": int(table.iloc[:, -1].sum())}
            found["sum of LIMIT_BAL"] = int(table["LIMIT_BAL"].sum())
    except (KeyError, TypeError, ValueError) as error:
        raise ConversionError(f"it is not the published table ({type(error).__name__}: {error})") from error
    expected = _COUNTS[name]
    wrong = [
        f"{key} {got:,} instead of {expected[key]:,}" for key, got in found.items() if got != expected[key]
    ]
    if wrong:
        raise ConversionError(f"it is not the published table: {', '.join(wrong)}")


def _retail(table: pd.DataFrame) -> bytes:
    date = pd.to_datetime(table["InvoiceDate"]).dt.round("min").dt
    clock = date.hour.astype(str) + ":" + date.strftime("%M")
    table["InvoiceDate"] = date.month.astype(str) + "/" + date.day.astype(str) + date.strftime("/%Y ") + clock
    table["CustomerID"] = pd.to_numeric(table["CustomerID"]).astype("Int64")
    table["UnitPrice"] = [f"{price:.3f}".rstrip("0").rstrip(".") for price in table["UnitPrice"]]
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def _credit(table: pd.DataFrame) -> bytes:
    return table.astype("int64").to_csv(index=False, lineterminator="\r").encode("utf-8") + b"\n"


# data set: (row of the header, columns read as text, writer)
_RECIPES: dict[str, tuple[int, dict[str, str], Callable[[pd.DataFrame], bytes]]] = {
    "online-retail": (0, {"InvoiceNo": "str", "StockCode": "str", "Description": "str"}, _retail),
    "credit-card-default": (1, {}, _credit),
}
_COUNTS = {
    "online-retail-dataset.csv": {
        "rows": 541_909,
        "columns": 8,
        "InvoiceNo": 25_900,
        "StockCode": 4_070,
        "CustomerID": 4_372,
        "Country": 38,
        "without CustomerID": 135_080,
        "without Description": 1_454,
    },
    "default of credit card clients.csv": {
        "rows": 30_000,
        "columns": 25,
        "defaults": 6_636,
        "sum of LIMIT_BAL": 5_024_529_680,
    },
    "CDNOW_sample.txt": {"rows": 6_919, "columns": 5, "customers": 2_357},
}
