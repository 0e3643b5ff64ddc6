"""From a raw CSV to an array for Keras: reading, cleaning, splitting, encoding, checks for leakage.

Everything that learns from data (`Winsorizer`, `make_preprocessor`) is a scikit-learn estimator: fitted on
training rows only, saved with the model, and used unchanged at serving.
"""

from mktutils.preprocessing.clean import normalise_text, parse_date, parse_number
from mktutils.preprocessing.encode import ColumnHasher, Winsorizer, make_preprocessor
from mktutils.preprocessing.leakage import LeakageError, check_no_leakage
from mktutils.preprocessing.split import split_by_group, split_by_time
from mktutils.preprocessing.tables import TableError, read_table

__all__ = [
    "ColumnHasher",
    "LeakageError",
    "TableError",
    "Winsorizer",
    "check_no_leakage",
    "make_preprocessor",
    "normalise_text",
    "parse_date",
    "parse_number",
    "read_table",
    "split_by_group",
    "split_by_time",
]
