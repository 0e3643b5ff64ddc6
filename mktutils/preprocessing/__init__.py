"""From a raw CSV to an array for Keras: reading, cleaning, splitting, encoding, checks for leakage.

Everything that learns from data (`Winsorizer`, `make_preprocessor`) is a scikit-learn estimator: fitted on
training rows only, saved with the model, and used unchanged at serving.
"""

from mktutils.preprocessing.behavior import Behavior, behavior_preprocessor, behavior_rows, prepare_behavior
from mktutils.preprocessing.clean import normalise_text, parse_date, parse_number
from mktutils.preprocessing.encode import ColumnHasher, Winsorizer, make_preprocessor
from mktutils.preprocessing.leakage import LeakageError, check_no_leakage
from mktutils.preprocessing.split import split_by_group, split_by_time
from mktutils.preprocessing.tables import TableError, read_table

__all__ = [
    "Behavior",
    "ColumnHasher",
    "LeakageError",
    "TableError",
    "Winsorizer",
    "behavior_preprocessor",
    "behavior_rows",
    "check_no_leakage",
    "make_preprocessor",
    "normalise_text",
    "parse_date",
    "parse_number",
    "prepare_behavior",
    "read_table",
    "split_by_group",
    "split_by_time",
]
