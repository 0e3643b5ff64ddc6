"""Checkers of lesson 04 for the use of rows: oversampling and scoring."""

import numpy as np
import pandas as pd

from mktutils.lesson import Wrong, call, need_function

# 04.14 ----------------------------------------------------------------------------------------------------


def _customers(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = {
        "customer_id": [f"C{i:04d}" for i in range(n)],
        "visits": rng.integers(0, 30, n),
        "purchased": (np.arange(n) % 8 == 0).astype(int),
    }
    return pd.DataFrame(table).sample(frac=1, random_state=seed).reset_index(drop=True)


def check_make_parts(answer) -> None:
    """Raise Wrong that names the rows that stand in both parts, or the part that was balanced by mistake."""
    need_function(answer)
    for n, seed in [(400, 1), (240, 2)]:
        rows = _customers(n, seed)
        got = call(answer, rows, seed)
        if got is None:
            raise Wrong("The function returned None: end it with `return train, test`.")
        if not (
            isinstance(got, tuple | list) and len(got) == 2 and all(isinstance(t, pd.DataFrame) for t in got)
        ):
            raise Wrong("Return two tables: `return train, test`.")
        train, test = got
        if any(list(part.columns) != list(rows.columns) for part in (train, test)):
            raise Wrong(f"Both tables must keep the columns {list(rows.columns)}.")
        _explain_parts(rows, train, test)


def _explain_parts(rows: pd.DataFrame, train: pd.DataFrame, test: pd.DataFrame) -> None:
    size, n = len(rows) // 4, len(rows)
    if len(train) == size < len(test) and train["customer_id"].is_unique:
        raise Wrong(
            "The two parts are exchanged: `return train, test`, with a quarter of the customers in `test`."
        )
    twins = test["customer_id"].isin(train["customer_id"])
    if twins.any():
        if len(test) == size and test["customer_id"].is_unique:
            if (test.loc[twins, "purchased"] == 0).any():
                raise Wrong(
                    f"{twins.sum()} of the {len(test)} test customers stand in the training rows as well: the balanced table was made of all `rows`. After the split "
                    "everything comes from `train`."
                )
            raise Wrong(
                f"The split comes first now, but {twins.sum()} of the {len(test)} test customers stand in the training rows as well: the extra buyers were drawn from all "
                "`rows`. Draw them from the buyers of `train`."
            )
        raise Wrong(
            f"{twins.sum()} of the {len(test)} test rows have a twin in the training rows: the buyers were multiplied before the split. A model recognises them, and its "
            "score says nothing about new customers. Split first, then oversample the training rows alone."
        )
    if not test["customer_id"].is_unique or test["purchased"].mean() > 0.3:
        raise Wrong(
            f"The test rows were oversampled as well: {test['purchased'].mean():.0%} of them are buyers, against {rows['purchased'].mean():.0%} of the customers. The test "
            "must look like the months in which the model works: leave it as it is."
        )
    if len(test) != size:
        raise Wrong(f"`test` has {len(test)} rows; a quarter of the {n} customers are {size}.")
    original = rows.set_index("customer_id")
    for name, part in (("train", train), ("test", test)):
        known = part["customer_id"].isin(original.index).all()
        if (
            not known
            or not (original.loc[part["customer_id"]].to_numpy() == part.iloc[:, 1:].to_numpy()).all()
        ):
            raise Wrong(
                f"Some rows of `{name}` are not those of the table. Copy whole rows; change no value."
            )
    buyers, others = (int((train["purchased"] == label).sum()) for label in (1, 0))
    left = int((rows["purchased"] == 0).sum() - (test["purchased"] == 0).sum())
    if others < left:
        raise Wrong(
            f"{left - others} non-buyers are missing in the training rows. Oversampling repeats buyers; it takes no row away."
        )
    if others > left:
        raise Wrong("Some non-buyers stand in the training rows more than once. Repeat the buyers alone.")
    if buyers != others:
        why = "The training rows were not balanced: " if train["customer_id"].is_unique else ""
        more = (
            " The buyers of `train` stay, and `len(others) - len(buyers)` are added; or `len(others)` are drawn, and they replace them."
            if buyers > others
            else ""
        )
        raise Wrong(
            f"{why}`train` has {buyers} buyers and {others} non-buyers; both numbers must be equal.{more}"
        )


# 04.15 ----------------------------------------------------------------------------------------------------


class _Encoder:
    """An encoder that was fitted on the training rows: it standardises, and it counts the fits."""

    def __init__(self) -> None:
        self.mean, self.std, self.fits = np.array([12.0, 300.0]), np.array([5.0, 150.0]), 0

    def fit(self, rows):
        values = self._values(rows)
        self.mean, self.std, self.fits = values.mean(axis=0), values.std(axis=0) + 1e-9, self.fits + 1
        return self

    def transform(self, rows) -> np.ndarray:
        return ((self._values(rows) - self.mean) / self.std).astype("float32")

    def fit_transform(self, rows) -> np.ndarray:
        return self.fit(rows).transform(rows)

    def __deepcopy__(self, memo):
        return self

    def _values(self, rows) -> np.ndarray:
        if not isinstance(rows, pd.DataFrame):
            raise Wrong("Give the encoder the table `rows` as it came: it knows the columns by their names.")
        return rows[["visits", "spend"]].to_numpy(dtype=float)


class _Tensor(np.ndarray):
    """An array with the method `numpy`, as a tensor of Keras has it."""

    def numpy(self) -> np.ndarray:
        return np.asarray(self)


class _Network:
    """A network with two inputs: called, or by `predict`, it returns an array of shape (n, 1)."""

    def __call__(self, inputs, training: bool = False) -> np.ndarray:
        if isinstance(inputs, pd.DataFrame):
            raise Wrong(
                "The network got raw rows. It needs what the encoder makes of them: `encoder.transform(rows)`."
            )
        z = np.asarray(inputs, dtype=float) @ np.array([[0.9], [0.6]]) - 1.5
        return (1 / (1 + np.exp(-z))).view(_Tensor)

    def predict(self, inputs, batch_size=None, verbose="auto") -> np.ndarray:
        return self(inputs)

    predict_on_batch = predict


def check_score_new(answer) -> None:
    """Raise Wrong for a refit, a wrong shape, and a row that scores differently alone."""
    need_function(answer)
    rng = np.random.default_rng(15)
    rows = pd.DataFrame({"visits": rng.integers(0, 60, 7), "spend": rng.gamma(2.0, 150.0, 7).round(2)})
    rows.index = [40, 7, 19, 3, 88, 21, 5]
    network, right = _Network(), _Network()(_Encoder().transform(rows))[:, 0]
    batch = _scores(answer, rows, network)
    alone = np.array([_scores(answer, rows.iloc[[i]], network)[0] for i in range(len(rows))])
    for got, how in ((batch, "seven rows at once"), (alone, "one row at a time")):
        if np.allclose(got, right, atol=1e-5):
            continue
        if np.isin(got, [0, 1]).all():
            raise Wrong(
                "These are decisions, 0 or 1. Return the probabilities; the threshold comes later, from the costs."
            )
        if np.allclose(got, 1 - right, atol=1e-5):
            raise Wrong("These are probabilities of *no* order: return what the network gives.")
        if np.allclose(np.sort(got), np.sort(right), atol=1e-5):
            raise Wrong("The scores are right and stand in another order. Keep the order of `rows`.")
        raise Wrong(f"With {how} the first score is {got[0]:.4f}; it must be {right[0]:.4f}.")


def _scores(answer, rows: pd.DataFrame, network: _Network) -> np.ndarray:
    encoder = _Encoder()
    got = call(answer, rows, encoder, network)
    if encoder.fits:
        raise Wrong(
            "The encoder was fitted again, on the rows that are to be scored. Its means now come from this batch: a row alone lies exactly at its own mean, so that each "
            "customer who is scored alone gets the same score. At scoring nothing is learnt: `encoder.transform(rows)`."
        )
    if got is None:
        raise Wrong("The function returned None: end it with `return ...`.")
    got, n = np.asarray(got, dtype=float), len(rows)
    if got.shape == (n, 1):
        raise Wrong(
            f"The result has the shape ({n}, 1). Return one number for each row, shape ({n},): `[:, 0]`."
        )
    if got.shape == () and n == 1:
        raise Wrong(
            "For one row the function returned a number without a dimension, as `np.squeeze` does. Return shape (1,): `[:, 0]`."
        )
    if got.shape != (n,):
        raise Wrong(f"The result has the shape {got.shape}; it must be ({n},), one score for each row.")
    return got
