"""Raw rows of a table to the two inputs of a network: encoded numbers and codes of categories."""

import difflib
import json
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from mktutils.models.columns import Category, Number, Product
from mktutils.preprocessing.clean import normalise_text, parse_number, shown


class TableEncoder:
    """Turn raw rows into the two inputs of a network, the same at training and at serving.

    `columns` says what each column of the table is: `{"age": Number(missing=(-1,)), "city": Category()}`; a
    `Product` is made from two of them and counts as a number column. Other columns are ignored, and their
    order does not matter. `fit` learns from training rows only; `transform` returns

    - `numbers`, float32 of shape (n_rows, n_number_columns, bins + 2). Slots 0 to bins - 1 hold a piecewise
      linear encoding: with edges e_0 < e_1 < ... at the quantiles 0, 1/bins, ..., 1 of the training values,
      slot k is (x - e_k)/(e_{k+1} - e_k), cut to [0, 1]. Where quantiles coincide there are fewer slots, and
      the rest stays 0. Slot `bins` is 1 for a missing value, else 0. Slot `bins + 1` is sign(x)·log(1 + |x|),
      standardised and cut to ±4. A missing value is 0 in all slots but its own.
    - `codes`, int32 of shape (n_rows, n_category_columns): 1, 2, ... for the levels by falling frequency
      (then by alphabet), 0 for what is missing, was never seen, or stood in fewer than `min_count` training
      rows. Where no training row has code 0, a network learns nothing about it.

    After `fit`: `number_names`, `category_names`, `edges` (column to array), `levels` (column to the texts of
    codes 1, 2, ...), `n_codes` (number of codes of each category column, with code 0).

    Raises ValueError for a column that is absent or, in `fit`, has no value; for text that is no number and
    infinite numbers, with column, value and row; for use before `fit`.
    Source: Gorishniy, Rubachev and Babenko (2022), On embeddings for numerical features in tabular deep
    learning, arXiv 2203.05556 (the piecewise linear encoding; here its ends are cut to [0, 1] as well).

    >>> rows = pd.DataFrame({"spend": ["0", "€10,00", "n/a", "40"], "city": ["Rome", "rome ", "Oslo", None]})
    >>> encoder = TableEncoder({"spend": Number(), "city": Category()}, bins=2, min_count=1).fit(rows)
    >>> inputs = encoder.transform(rows)
    >>> inputs["numbers"][:, 0, :3].tolist()  # edges 0, 10, 40; then "missing"
    [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    >>> encoder.levels, inputs["codes"].ravel().tolist()
    ({'city': ['rome', 'oslo']}, [1, 1, 2, 0])
    """

    def __init__(
        self, columns: Mapping[str, Number | Category | Product], *, bins: int = 16, min_count: int = 20
    ):
        """Keep and check the settings; see the class."""
        if not isinstance(columns, Mapping) or not columns:
            raise ValueError(f"columns must name at least one column, {{'age': Number()}}; got {columns!r}")
        for name, kind in columns.items():
            if not isinstance(name, str) or not isinstance(kind, Number | Category | Product):
                raise ValueError(
                    f"columns must map names to Number() or Category(), with brackets, or Product(...); got "
                    f"{name!r}: {kind!r}"
                )
            for part in (kind.left, kind.right) if isinstance(kind, Product) else ():
                if not isinstance(columns.get(part), Number):
                    raise ValueError(f"{name!r} multiplies {part!r}, which must be named as Number() as well")
        for name, value in (("bins", bins), ("min_count", min_count)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise ValueError(f"{name} must be a whole number >= 1; got {value!r}")
        self.columns = dict(columns)
        self.bins, self.min_count = int(bins), int(min_count)
        self.number_names = [name for name, kind in columns.items() if not isinstance(kind, Category)]
        self.category_names = [name for name, kind in columns.items() if isinstance(kind, Category)]
        self._fitted: dict | None = None

    def fit(self, rows: pd.DataFrame) -> "TableEncoder":
        """Learn edges, means and levels from training rows."""
        fitted = {"edges": {}, "mean": {}, "sd": {}, "levels": {}, "seen": {}}
        for name in self._check(rows):
            values = self._read(rows, name).dropna()
            if not len(values):
                raise ValueError(f"column {name!r} has no value in any of {len(rows):,} rows; leave it out")
            if name in self.number_names:
                fitted["edges"][name] = _edges(values.to_numpy(), self.bins)
                scaled = _logarithm(values.to_numpy())
                constant = values.min() == values.max()  # its deviation may be 1e-17 by rounding
                fitted["mean"][name] = float(scaled.mean())
                fitted["sd"][name] = 1.0 if constant else float(scaled.std()) or 1.0
            else:
                counts = _by_frequency(values)
                fitted["seen"][name] = list(counts)
                fitted["levels"][name] = [text for text, n in counts.items() if n >= self.min_count]
        self._fitted = fitted
        return self

    def transform(self, rows: pd.DataFrame) -> dict[str, np.ndarray]:
        """Return `{"numbers": ..., "codes": ...}`; see the class. Takes 0 rows as well."""
        state = self._state()
        self._check(rows)
        numbers = np.zeros((len(rows), len(self.number_names), self.bins + 2), "float32")
        for j, name in enumerate(self.number_names):
            values = self._read(rows, name).to_numpy()
            there = ~np.isnan(values)
            x, edges = values[there, None], state["edges"][name]
            with np.errstate(over="ignore"):  # far beyond an edge is cut like any other
                numbers[there, j, : len(edges) - 1] = np.clip((x - edges[:-1]) / np.diff(edges), 0, 1)
            numbers[:, j, self.bins] = ~there
            scaled = (_logarithm(x[:, 0]) - state["mean"][name]) / state["sd"][name]
            numbers[there, j, self.bins + 1] = np.clip(scaled, -4, 4)
        codes = np.zeros((len(rows), len(self.category_names)), "int32")
        for j, name in enumerate(self.category_names):
            code = {text: k for k, text in enumerate(state["levels"][name], start=1)}
            codes[:, j] = [code.get(text, 0) for text in self._read(rows, name)]
        return {"numbers": numbers, "codes": codes}

    def fit_transform(self, rows: pd.DataFrame) -> dict[str, np.ndarray]:
        """Return `fit(rows).transform(rows)`."""
        return self.fit(rows).transform(rows)

    def unknown(self, rows: pd.DataFrame) -> dict[str, list[str]]:
        """Return, for each column that has some, labels that no training row had; rare labels are known.

        Labels are written as in `levels`, the most frequent first, at most 20 of a column. An empty answer
        means that nothing is new.

        >>> encoder = TableEncoder({"city": Category()}).fit(pd.DataFrame({"city": ["Rome", "Oslo"]}))
        >>> encoder.unknown(pd.DataFrame({"city": ["rome", "Lima"]}))
        {'city': ['lima']}
        """
        seen = self._state()["seen"]
        self._check(rows)
        new = {}
        for name in self.category_names:
            known = set(seen[name])
            new[name] = [text for text in _by_frequency(self._read(rows, name)) if text not in known][:20]
        return {name: texts for name, texts in new.items() if texts}

    @property
    def raw_columns(self) -> list[str]:
        """The columns that the rows must have: all but products."""
        return [name for name, kind in self.columns.items() if not isinstance(kind, Product)]

    @property
    def edges(self) -> dict[str, np.ndarray]:
        """The edges of each number column, ascending."""
        return self._state()["edges"]

    @property
    def levels(self) -> dict[str, list[str]]:
        """The texts of codes 1, 2, ... of each category column."""
        return self._state()["levels"]

    @property
    def n_codes(self) -> list[int]:
        """The number of codes of each category column: its levels and code 0."""
        levels = self.levels
        return [len(levels[name]) + 1 for name in self.category_names]

    def get_config(self) -> dict:
        """Return settings and what was learnt, in types that JSON keeps exactly."""
        columns = [[name, {"kind": type(kind).__name__, **vars(kind)}] for name, kind in self.columns.items()]
        columns = json.loads(json.dumps(columns))  # tuples become lists
        fitted = None
        if self._fitted is not None:
            edges = {name: values.tolist() for name, values in self.edges.items()}
            fitted = {key: dict(values) for key, values in self._fitted.items()} | {"edges": edges}
        return {"columns": columns, "bins": self.bins, "min_count": self.min_count, "fitted": fitted}

    @classmethod
    def from_config(cls, config: Mapping) -> "TableEncoder":
        """Return the encoder that `get_config` described.

        >>> encoder = TableEncoder({"age": Number()}, bins=2).fit(pd.DataFrame({"age": [20, 30, 60]}))
        >>> TableEncoder.from_config(encoder.get_config()).edges["age"].tolist()
        [20.0, 30.0, 60.0]
        """
        kinds = {"Number": Number, "Category": Category, "Product": Product}
        columns = {
            name: kinds[kind["kind"]](**{key: value for key, value in kind.items() if key != "kind"})
            for name, kind in config["columns"]
        }
        encoder = cls(columns, bins=config["bins"], min_count=config["min_count"])
        if config["fitted"] is not None:
            edges = {name: np.array(values, "float64") for name, values in config["fitted"]["edges"].items()}
            encoder._fitted = {key: dict(values) for key, values in config["fitted"].items()} | {
                "edges": edges
            }
        return encoder

    def _state(self) -> dict:
        if self._fitted is None:
            raise ValueError("this TableEncoder is not fitted yet: call fit(training_rows) first")
        return self._fitted

    def _check(self, rows: pd.DataFrame) -> list[str]:
        """Return the names of the columns, all of which stand in `rows`, once each."""
        if not isinstance(rows, pd.DataFrame):
            raise TypeError(
                f"rows must be a DataFrame; got {type(rows).__name__}. For one row: pd.DataFrame([row])"
            )
        present = [str(name) for name in rows.columns]
        for name in self.raw_columns:
            if name not in present:
                folded = {other.casefold(): other for other in present}
                near = difflib.get_close_matches(name.casefold(), folded, n=1)
                hint = f" (did you mean {folded[near[0]]!r}? Rename it)" if near else ""
                raise ValueError(f"missing column {name!r}{hint}. The rows have: {', '.join(present)}.")
            if present.count(name) > 1:
                raise ValueError(f"two columns are named {name!r}. Rename one.")
        return list(self.columns)

    def _read(self, rows: pd.DataFrame, name: str) -> pd.Series:
        """Return a column as float64 (missing: NaN) or as normalised text."""
        kind = self.columns[name]
        if isinstance(kind, Category):
            return normalise_text(_whole_numbers_as_text(rows[name]), synonyms=kind.synonyms)
        if isinstance(kind, Product):
            values = self._read(rows, kind.left) * self._read(rows, kind.right)
        else:
            try:
                values = parse_number(rows[name])
            except ValueError as error:
                what = re.split(r"\. (?:Correct it|Give their|Convert to)", str(error))[0]
                raise ValueError(f"{what}. Correct or empty the cell, or convert the column first.") from None
            values = values.mask(values.isin(kind.missing))
        infinite = np.isinf(values.to_numpy())
        if infinite.any():
            row = shown(values.index[infinite.argmax()])
            value = values.iloc[int(infinite.argmax())]
            raise ValueError(f"column {name!r} holds {value} at row {row}. Empty the cell if it is unknown.")
        return values


def _edges(values: np.ndarray, bins: int) -> np.ndarray:
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)))
    if len(edges) == 1:  # a constant; beyond 2^53, where adding 1 changes nothing, the next number
        edges = np.array([edges[0], max(edges[0] + 1, np.nextafter(edges[0], np.inf))])
    return edges


def _logarithm(values: np.ndarray) -> np.ndarray:
    return np.sign(values) * np.log1p(np.abs(values))


def _by_frequency(texts: pd.Series) -> dict[str, int]:
    """Count each text: falling frequency, then alphabet."""
    counts = texts.value_counts()
    return dict(sorted(zip(counts.index, counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0])))


def _whole_numbers_as_text(column: pd.Series) -> pd.Series:
    """Write 3.0 as "3": a column of whole numbers becomes float as soon as one value is missing."""
    if column.dtype.kind not in "fO":
        return column
    return column.map(
        lambda v: f"{v:.0f}" if isinstance(v, float | np.floating) and v.is_integer() else v,
        na_action="ignore",
    )
