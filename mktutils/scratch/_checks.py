"""Checks at the boundary: they turn what a learner passes into arrays, or say what is wrong with it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from mktutils.scratch.layers import Layer, Shape
    from mktutils.scratch.losses import Loss


def as_float(values: ArrayLike) -> np.ndarray:
    """Return an array of floating-point numbers: float32 and float64 stay, whole numbers become float64."""
    array = np.asarray(values)
    return array if array.dtype.kind == "f" else array.astype("float64")


def as_numbers(values: ArrayLike, name: str, dtype: np.dtype) -> np.ndarray:
    """Return an array of `dtype`; text and objects raise ValueError."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        what = "text or mixed values" if array.dtype.kind in "USO" else str(array.dtype)
        raise ValueError(
            f"{name} holds {what}, not numbers: encode text first; for a table of numbers and True/False "
            f"pass np.asarray({name}, dtype='float32')"
        )
    with np.errstate(over="ignore"):  # a number too large for float32 becomes inf, which is refused later
        return array.astype(dtype, copy=False)


def refuse(wrong: np.ndarray, values: np.ndarray, what: str, remedy: str) -> None:
    """Raise ValueError for the first True in `wrong`, with its value and row."""
    if wrong.any():
        position = tuple(np.argwhere(wrong)[0])
        raise ValueError(f"{what}; got {values[position]:g} at row {position[0]}: {remedy}")


def targets(y_true: ArrayLike, shape: tuple[int, int], dtype: np.dtype, other: str) -> np.ndarray:
    """Return `y_true` with this shape and dtype, finite; `other` is what has shape[0] rows."""
    y = as_numbers(y_true, "y_true", dtype)
    if y.ndim and len(y) != shape[0]:
        raise ValueError(
            f"y_true has {len(y)} rows, {other} has {shape[0]}: they must describe the same rows"
        )
    if y.ndim == 1 and shape[1] == 1:
        y = y[:, None]
    if y.shape != shape:
        remedy = ": for classes pass one-hot rows, np.eye(n_classes)[y]" if shape[1] > 1 else ""
        raise ValueError(f"y_true must have shape {shape}; got {y.shape}{remedy}")
    _refuse_nan(y, "y_true")
    refuse(np.isinf(y), y, f"y_true must be finite as {y.dtype}", "remove or rescale it")
    return y


def predictions(y_pred: ArrayLike) -> np.ndarray:
    """Return `y_pred` as a matrix of floating-point numbers without NaN."""
    p = np.asarray(y_pred)
    p = as_numbers(p, "y_pred", p.dtype if p.dtype.kind == "f" else np.dtype("float64"))
    if p.ndim != 2:
        remedy = ": use y_pred[:, None]" if p.ndim == 1 else ""
        raise ValueError(f"y_pred must have shape (rows, outputs); got {p.shape}{remedy}")
    if not p.size:
        raise ValueError(f"y_pred is empty: its shape is {p.shape}")
    _refuse_nan(p, "y_pred")
    return p


def _refuse_nan(values: np.ndarray, name: str) -> None:
    wrong = np.isnan(values)
    if wrong.any():
        raise ValueError(f"{name} holds NaN at row {np.argwhere(wrong)[0][0]}: remove or fill this row")


def features(X: ArrayLike, dtype: np.dtype) -> np.ndarray:
    """Return X as an array of `dtype` with rows; refuse other shapes, no rows, text, NaN, infinite values."""
    array = as_numbers(X, "X", dtype)
    if array.ndim < 2:
        remedy = ": one column is X[:, None], one row is X[None, :]" if array.ndim == 1 else ""
        raise ValueError(f"X must have shape (rows, columns); got {array.shape}{remedy}")
    if not array.size:
        raise ValueError(f"X is empty: its shape is {array.shape}")
    if not np.isfinite(array).all():
        wrong, what = np.isnan(array), "NaN"
        if not wrong.any():
            wrong, what = np.isinf(array), f"infinite values (as {array.dtype})"
        row, *position = (int(i) for i in np.argwhere(wrong)[0])
        where = f"column {position[0]}" if array.ndim == 2 else f"position {tuple(position)}"
        raise ValueError(
            f"X holds {wrong.sum()} {what}, the first in row {row}, {where}: fill or remove them "
            "before training"
        )
    return array


def row_shape(X: np.ndarray) -> "Shape":
    """Return the shape of one row: the number of columns, or a tuple where rows have more than one axis."""
    return X.shape[1:] if X.ndim > 2 else X.shape[-1]


def weights(sample_weight: ArrayLike | None, n_rows: int, dtype: np.dtype) -> np.ndarray | None:
    """Return one weight per row, shape (n_rows,), or None; refuse other shapes and negative weights."""
    if sample_weight is None:
        return None
    weight = as_numbers(sample_weight, "sample_weight", dtype)
    if weight.shape not in ((n_rows,), (n_rows, 1)):
        raise ValueError(f"sample_weight needs one number per row, shape ({n_rows},); got {weight.shape}")
    weight = weight.reshape(n_rows)
    wrong = ~(np.isfinite(weight) & (weight >= 0))
    refuse(wrong, weight, "sample_weight must be finite and >= 0", "0 leaves a row out")
    return weight


def class_weights(y: np.ndarray, class_weight: dict[int, float]) -> np.ndarray:
    """Return the weight of each row's class; y of shape (n, 1) holds classes, (n, k) is one-hot."""
    classes = np.rint(y[:, 0]).astype(int) if y.shape[1] == 1 else y.argmax(axis=1)
    missing = sorted({int(c) for c in np.unique(classes)} - set(class_weight))
    if missing:
        raise ValueError(
            f"class_weight has no weight for class {missing[0]}, which y contains; it has "
            f"{sorted(class_weight)}. Add {{{missing[0]}: 1.0}}"
        )
    return weights([class_weight[int(c)] for c in classes], len(y), y.dtype)


def count(name: str, value: int) -> None:
    """Raise ValueError unless `value` is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a whole number >= 1; got {value!r}")


def last_activation(layer: "Layer", loss: "Loss") -> None:
    """Raise ValueError when a cross-entropy gets logits and expects probabilities, or the reverse."""
    name = getattr(getattr(layer, "activation", None), "name", None)
    from_logits = getattr(loss, "from_logits", None)
    if from_logits is True and name in ("sigmoid", "softmax"):
        raise ValueError(f"the {name} would be applied twice: use activation=None, or from_logits=False")
    if from_logits is False and name in ("linear", "relu", "leaky_relu", "gelu", "tanh"):
        raise ValueError(
            f"the last activation is {name}, not a probability: use from_logits=True with activation=None, "
            "or a sigmoid or softmax"
        )
