"""Columns of a table to a float32 array for Keras, the same at training and at serving."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction import FeatureHasher
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)
from sklearn.utils.validation import check_is_fitted, validate_data

from mktutils.preprocessing.clean import shown


class Winsorizer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Pull values beyond two quantiles of the training rows back to them; missing values stay missing.

    `lower` and `upper` are quantile levels, 0 ≤ lower < upper ≤ 1. Shapes (n_rows, n_columns) in and out.
    After `fit`, `lower_` and `upper_` hold the bounds of each column.

    Raises ValueError for levels out of order and for a column without any value.

    >>> Winsorizer(lower=0, upper=0.75).fit_transform([[1.0], [2.0], [3.0], [4.0], [900.0]]).ravel().tolist()
    [1.0, 2.0, 3.0, 4.0, 4.0]
    """

    def __init__(self, *, lower: float = 0.01, upper: float = 0.99):
        """Keep the two levels; they are checked in `fit`."""
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None) -> "Winsorizer":
        """Learn the two quantiles of each column."""
        if not 0 <= self.lower < self.upper <= 1:
            raise ValueError(f"need 0 <= lower < upper <= 1; got lower={self.lower!r}, upper={self.upper!r}")
        X = validate_data(self, X, dtype="float64", ensure_all_finite="allow-nan")
        empty = np.isnan(X).all(axis=0)
        if empty.any():
            names = getattr(self, "feature_names_in_", np.arange(X.shape[1]))
            raise ValueError(f"column {shown(names[empty.argmax()])} has no value; leave it out")
        self.lower_, self.upper_ = np.nanquantile(X, [self.lower, self.upper], axis=0)
        return self

    def transform(self, X) -> np.ndarray:
        """Clip each column to its two bounds."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype="float64", ensure_all_finite="allow-nan", reset=False)
        return np.clip(X, self.lower_, self.upper_)

    def __sklearn_tags__(self):
        """Tell scikit-learn that missing values are allowed."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class ColumnHasher(TransformerMixin, BaseEstimator):
    """Spread each column of very many categories over `n_features` columns by `FeatureHasher`.

    Nothing is learnt, so new categories need no special treatment; different ones may share a column. Each
    row has one entry, +1 or -1, per hashed column. The hash is the same on every machine. Output (n_rows,
    n_columns * n_features).

    >>> ColumnHasher(n_features=4).fit_transform(pd.DataFrame({"city": ["Oslo", "Lima", "Oslo"]})).shape
    (3, 4)
    """

    def __init__(self, *, n_features: int = 32):
        """Keep the number of columns that each input column becomes."""
        self.n_features = n_features

    def fit(self, X: pd.DataFrame, y=None) -> "ColumnHasher":
        """Remember the names of the columns."""
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Hash each value of each column."""
        check_is_fitted(self)
        hasher = FeatureHasher(n_features=self.n_features, input_type="string", dtype=np.float32)
        columns = [[(str(value),) for value in X[name]] for name in self.feature_names_in_]
        return np.hstack([hasher.transform(values).toarray() for values in columns])

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Return "city_hash0", "city_hash1", … for each column."""
        check_is_fitted(self)
        return np.asarray(
            [f"{name}_hash{i}" for name in self.feature_names_in_ for i in range(self.n_features)],
            dtype=object,
        )


def make_preprocessor(
    *,
    numeric: Sequence[str] = (),
    skewed: Sequence[str] = (),
    onehot: Sequence[str] = (),
    ordinal: Mapping[str, Sequence[str]] | None = None,
    target: Sequence[str] = (),
    hashed: Sequence[str] = (),
    missing_flags: bool = True,
    min_frequency: int | float | None = 0.01,
    n_hash: int = 32,
    seed: int = 0,
) -> ColumnTransformer:
    """Build an unfitted ColumnTransformer: table in, float32 array of shape (n_rows, n_outputs) out.

    Each column is named in one list, which says what happens to it:

    - `numeric`: missing values become the training median; then standardised. `skewed`: first log(1 + x),
      then the same; values must be ≥ 0. With `missing_flags` a 0/1 column is added for each
      column of these two that has missing values in the training rows.
    - `onehot`: one 0/1 column per category. Categories below `min_frequency` (a share, or a count) share
      one column, and a category first seen at serving falls there too; where training had no rare category,
      it becomes all zeros. A missing value is the category "missing".
    - `ordinal`: `{column: categories from low to high}` → 0, 1, 2, …, then standardised. A category outside
      the list and a missing value count as -1, one step below the lowest.
    - `target`: the mean of the label in that category, shrunk to the overall mean, then standardised; an
      unknown category gets the overall mean. The trap: `fit_transform(train, y)` cross-fits, so that no row
      is encoded with its own label; `fit(train, y).transform(train)` is not cross-fitted and leaks the
      label. Use `fit_transform` on the training rows and `transform` on all others. The label must be a
      class, such as 0/1.
    - `hashed`: see `ColumnHasher`; `n_hash` output columns each.

    At serving: columns are found by name, so that order does not matter; columns not named here are left
    out; a missing column raises ValueError with its name. The fitted object can be pickled, works in a
    Pipeline, names its outputs by `get_feature_names_out()`, and gives a DataFrame after
    `set_output(transform="pandas")`.

    Raises ValueError when no column is named, or one is named twice; when fitted or applied, for text in a
    numeric column and for negative values in a skewed one.

    >>> shop = pd.DataFrame({"age": [20, None, 40], "country": ["DE", "FR", "DE"]})
    >>> preprocessor = make_preprocessor(numeric=["age"], onehot=["country"])
    >>> preprocessor.fit_transform(shop).round(2).tolist()
    [[-1.2200000286102295, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [1.2200000286102295, 0.0, 1.0, 0.0]]
    >>> preprocessor.get_feature_names_out().tolist()
    ['age', 'missingindicator_age', 'country_DE', 'country_FR']
    """
    ordinal = dict(ordinal or {})
    groups = {
        "numeric": numeric,
        "skewed": skewed,
        "onehot": onehot,
        "ordinal": list(ordinal),
        "target": target,
    }
    groups = _check_groups({**groups, "hashed": hashed})
    steps: dict[str, Pipeline] = {
        "numeric": make_pipeline(_step(_as_numbers), SimpleImputer(strategy="median"), *_scaled()),
        "skewed": make_pipeline(
            _step(_as_numbers), _step(_log1p), SimpleImputer(strategy="median"), *_scaled()
        ),
        "onehot": make_pipeline(
            _step(_as_categories),
            OneHotEncoder(
                handle_unknown="infrequent_if_exist",
                min_frequency=min_frequency,
                sparse_output=False,
                dtype=np.float32,
            ),
        ),
        "ordinal": make_pipeline(
            _step(_as_categories),
            OrdinalEncoder(
                categories=[[str(level) for level in levels] for levels in ordinal.values()],
                handle_unknown="use_encoded_value",
                unknown_value=-1,
            ),
            *_scaled(),
        ),
        "target": make_pipeline(
            _step(_as_categories),
            TargetEncoder(cv=StratifiedKFold(5, shuffle=True, random_state=seed)),
            *_scaled(),
        ),
        "hashed": make_pipeline(_step(_as_categories), ColumnHasher(n_features=n_hash)),
    }
    transformers = [(name, steps[name], columns) for name, columns in groups.items() if columns]
    with_gaps = groups["numeric"] + groups["skewed"]
    if missing_flags and with_gaps:
        flags = make_pipeline(_step(_as_numbers), MissingIndicator(error_on_new=False), _step(_as_float32))
        transformers.insert(1 + bool(groups["numeric"] and groups["skewed"]), ("missing", flags, with_gaps))
    return ColumnTransformer(transformers, sparse_threshold=0, verbose_feature_names_out=False)


def _check_groups(groups: dict[str, Iterable[str]]) -> dict[str, list[str]]:
    owner: dict[str, str] = {}
    for group, columns in groups.items():
        if isinstance(columns, str):
            raise ValueError(
                f"{group} must be a list of columns; got the text {columns!r}. Write [{columns!r}]."
            )
        for column in columns:
            if column in owner:
                raise ValueError(f"column {column!r} is named in {owner[column]} and in {group}. Keep one.")
            owner[column] = group
    if not owner:
        raise ValueError(
            "no column named. Give at least one of numeric, skewed, onehot, ordinal, target, hashed."
        )
    return {group: list(columns) for group, columns in groups.items()}


def _step(function) -> FunctionTransformer:
    return FunctionTransformer(function, feature_names_out="one-to-one")


def _scaled() -> list:
    return [StandardScaler(), _step(_as_float32)]


# Functions of a module, not lambdas: a fitted preprocessor must load in another process.
def _as_float32(X):
    return X.astype("float32")


def _as_numbers(X: pd.DataFrame) -> pd.DataFrame:
    """Make every column float64, also where a single row to score arrives as Python objects."""
    columns = {}
    for name in X.columns:
        numbers = pd.to_numeric(X[name], errors="coerce")
        unreadable = X[name].notna() & numbers.isna()
        if unreadable.any():
            row = unreadable.idxmax()
            raise ValueError(
                f"column {name!r} must be numeric; got {shown(X[name][unreadable].iloc[0])} at row "
                f"{shown(row)}. "
                f"Convert it with parse_number first."
            )
        columns[name] = numbers.to_numpy("float64", na_value=np.nan)
    return pd.DataFrame(columns, index=X.index)


def _as_categories(X: pd.DataFrame) -> pd.DataFrame:
    """Make every value text, so that 3 and 3.0 are one category; a missing value becomes "missing"."""
    columns = {}
    for name in X.columns:
        values = [
            "missing" if pd.isna(v) else str(int(v)) if isinstance(v, float) and v.is_integer() else str(v)
            for v in X[name]
        ]
        columns[name] = np.asarray(values, dtype=object)
    return pd.DataFrame(columns, index=X.index, dtype=object)


def _log1p(X: pd.DataFrame) -> pd.DataFrame:
    for name in X.columns:
        negative = X[name] < 0
        if negative.any():
            row = negative.idxmax()
            raise ValueError(
                f"skewed columns must be >= 0; got {shown(X[name][negative].iloc[0])} in column "
                f"{name!r} at row "
                f"{shown(row)}. Clip or shift the column, or name it in numeric."
            )
    return np.log1p(X)
