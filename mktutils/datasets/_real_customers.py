"""Readers of real tables about customers and their purchases; see `mktutils.datasets`."""

from __future__ import annotations

import pandas as pd

from mktutils.datasets._cache import contents
from mktutils.datasets._registry import Entry

Registry = dict[str, Entry]


def fetch_bank_marketing(*, version: str = "additional", registry: Registry | None = None) -> pd.DataFrame:
    """Fetch the calls of a Portuguese bank that sold term deposits by telephone, 2008-05 to 2010-11.

    `version="additional"`: 41,188 rows × 21 columns, with five macro indicators (bank-additional-full.csv).
    `version="full"`: 45,211 rows × 17 columns, with `balance` and `day` (bank-full.csv).
    Column names as published; numbers as integers or floats; categories as text ("unknown" stays a category);
    the label `y` as 1 (subscribed) or 0. Rows keep the order of the file, which is the order of time.

    Pitfalls: `duration` is known only after the call and decides the label (a leak). `pdays` = 999 ("full":
    -1) means never contacted before. The macro indicators encode the calendar: split by row order.
    "additional" has 12 duplicate rows. The two versions share calls: never train on one and test on the
    other.

    Raises ValueError for another version, DataNotAvailable, DataDamaged.
    Source: Moro, Cortez, Rita (2014), https://doi.org/10.1016/j.dss.2014.03.001 (CC BY 4.0).

    Example (needs the data)::

        bank = fetch_bank_marketing()
        bank["y"].mean()  # 0.1127
    """
    files = {"additional": "bank-additional-full.csv", "full": "bank-full.csv"}
    if version not in files:
        raise ValueError(f"version must be 'additional' or 'full'; got {version!r}")
    (file,) = contents("bank-marketing", files[version], registry=registry)
    bank = pd.read_csv(file, sep=";", keep_default_na=False)
    bank["y"] = (bank["y"] == "yes").astype("int64")
    return bank


def fetch_hillstrom(*, registry: Registry | None = None) -> pd.DataFrame:
    """Fetch Hillstrom's randomised e-mail test: 64,000 customers, three arms, outcomes of two weeks.

    Columns as published: recency (months), history_segment, history (USD in the last year), mens, womens,
    newbie (0 or 1), zip_code, channel; `segment` is the arm (Mens E-Mail, Womens E-Mail, No E-Mail); the
    outcomes are visit and conversion (0 or 1) and spend (USD).

    Pitfalls: the three outcomes leak into each other; conversion is rare (578 rows); `history_segment` is a
    binned copy of `history`; zip_code spells "Surburban" as published.

    Raises DataNotAvailable, DataDamaged.
    Source: https://blog.minethatdata.com/2008/03/minethatdata-e-mail-analytics-and-data.html (no licence).

    Example (needs the data)::

        fetch_hillstrom().groupby("segment")["visit"].mean()
    """
    (file,) = contents("hillstrom-email", "hillstrom.csv", registry=registry)
    return pd.read_csv(file, keep_default_na=False)


def fetch_online_retail(*, registry: Registry | None = None) -> pd.DataFrame:
    """Fetch the invoices of a British gift wholesaler: 541,909 lines, 2010-12-01 to 2011-12-09.

    Columns as published: InvoiceNo and StockCode (text), Description (text, 1,454 missing), Quantity
    (integer), InvoiceDate (datetime), UnitPrice (GBP), CustomerID (nullable Int64, 135,080 missing), Country
    (category).

    Pitfalls: an InvoiceNo that starts with "C" is a cancellation (9,288 lines, negative quantity); StockCode
    holds non-products (POST, D, M, ...); UnitPrice <= 0 in 2,517 lines; 5,268 duplicate lines; many customers
    are wholesalers; the last month is partial; two orders of 80,995 and 74,215 pieces were cancelled minutes
    later.

    The publisher gives an Excel workbook. With the optional package python-calamine it is converted (about 10
    s, once) into the CSV that is read here; without it, put the CSV into the cache folder by hand.

    Raises DataNotAvailable, DataDamaged.
    Source: https://archive.ics.uci.edu/dataset/352/online+retail (CC BY 4.0).

    Example (needs the data)::

        retail = fetch_online_retail()
        retail.dropna(subset="CustomerID").groupby("CustomerID")["InvoiceNo"].nunique()
    """
    (file,) = contents("online-retail", "online-retail-dataset.csv", registry=registry)
    retail = pd.read_csv(
        file,
        dtype={"InvoiceNo": "str", "StockCode": "str", "CustomerID": "Int64", "Country": "category"},
        keep_default_na=False,
        na_values={"Description": [""], "CustomerID": [""]},
    )
    retail["InvoiceDate"] = pd.to_datetime(retail["InvoiceDate"], format="%m/%d/%Y %H:%M")
    return retail


def fetch_cdnow(*, sample: bool = False, registry: Registry | None = None) -> pd.DataFrame:
    """Fetch the purchases of customers who first bought at CDNOW in 1997-01 to 1997-03, until 1998-06-30.

    69,659 rows of 23,570 customers; with `sample=True` the published 1/10 sample of the papers (6,919 rows of
    2,357 customers), which is a file of its own: its customers do not follow from their numbers in the master
    file. Columns: customer_id (integer), date (datetime), cds (number of CDs), value (USD).

    Pitfalls: sum several purchases of a customer on one day first; 80 rows have value 0; a few customers are
    resellers (up to 99 CDs at once).

    Raises DataNotAvailable, DataDamaged.
    Source: http://www.brucehardie.com/datasets/; Fader and Hardie (2001), Interfaces 31, S94-S107.

    Example (needs the data)::

        fetch_cdnow(sample=True).groupby("customer_id")["date"].nunique()
    """
    (file,) = contents("cdnow", "CDNOW_sample.txt" if sample else "CDNOW_master.txt", registry=registry)
    names = ["customer_id", *(["sample_id"] if sample else []), "date", "cds", "value"]
    cdnow = pd.read_csv(file, sep=r"\s+", names=names, dtype={"date": "str"})
    cdnow["date"] = pd.to_datetime(cdnow["date"], format="%Y%m%d")
    return cdnow[["customer_id", "date", "cds", "value"]]


def fetch_credit_default(*, registry: Registry | None = None) -> pd.DataFrame:
    """Fetch 30,000 credit card clients of a bank in Taiwan, 2005, with default in the next month.

    25 integer columns as published: ID, LIMIT_BAL (NT$), SEX, EDUCATION, MARRIAGE, AGE, PAY_0 and PAY_2 to
    PAY_6 (repayment status, September back to April), BILL_AMT1 to 6, PAY_AMT1 to 6 (NT$), and the label
    "default payment next month" (0 or 1).

    Pitfalls: drop ID; there is no PAY_1; EDUCATION 0, 5, 6 and MARRIAGE 0 are not documented, nor are the
    codes -2 and 0 of PAY_*; SEX, MARRIAGE and AGE are protected attributes.

    The publisher gives an Excel workbook; it is converted as described at `fetch_online_retail`.

    Raises DataNotAvailable, DataDamaged.
    Source: https://archive.ics.uci.edu/dataset/350/default+of+credit+card+clients (CC BY 4.0).

    Example (needs the data)::

        fetch_credit_default()["default payment next month"].mean()  # 0.2212
    """
    (file,) = contents("credit-card-default", "default of credit card clients.csv", registry=registry)
    return pd.read_csv(file)
