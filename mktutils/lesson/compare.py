"""Comparison of a quantity made by hand with the same quantity from a framework."""

import math
from typing import Any


def _array(what: str, value: Any) -> Any:
    """Return `value` as a numeric NumPy array; tensors, DataFrames, Series and scalars are accepted."""
    import numpy as np

    if hasattr(value, "detach"):  # a torch tensor that still belongs to a graph
        value = value.detach().cpu()
    array = np.asarray(value.numpy() if hasattr(value, "numpy") and callable(value.numpy) else value)
    if array.dtype == bool:
        array = array.astype(np.int64)
    elif array.dtype.kind not in "iufc":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{what} must hold numbers; got dtype {array.dtype}") from None
    return array


def _power_above(size: float) -> int:
    """Return the exponent of the smallest power of ten that is greater than `size`."""
    return math.floor(round(math.log10(size), 9)) + 1


def compare(
    name: str,
    mine: Any,
    reference: Any,
    *,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    show_exact: bool = True,
) -> None:
    """Print whether `mine` equals `reference` exactly, approximately, and how far apart they are at most.

    Accepts scalars, arrays, DataFrames, Series and tensors of the same shape. `approx` means
    |mine − reference| ≤ atol + rtol·|reference| for every element. So that the line is the same on every
    processor, the largest difference is rounded up to a power of ten, and never shown smaller than eight
    rounding errors of the data type. Where even `exact` may depend on the processor, pass `show_exact=False`.
    Raises ValueError for different shapes, for entries that are no numbers, and for NaN.

    >>> compare("sum", 0.1 + 0.2, 0.3)
    sum  | exact: False | approx: True | maxdiff: < 1e-15
    >>> compare("loss", [1.0, 2.0], [1.0, 2.0])
    loss  | exact: True | approx: True | maxdiff: 0
    >>> compare("loss", [1.0, 2.0], [1.0, 2.5])
    loss  | exact: False | approx: False | maxdiff: < 1
    """
    import numpy as np

    a, b = _array(f"{name}: the first value", mine), _array(f"{name}: the reference", reference)
    if a.shape != b.shape:
        raise ValueError(f"{name}: the shapes differ: {a.shape} against the reference's {b.shape}")
    for what, array in (("the first value", a), ("the reference", b)):
        bad = np.argwhere(np.isnan(array))
        if len(bad):
            where = f" at position {tuple(int(i) for i in bad[0])}" if array.ndim else ""
            raise ValueError(f"{name}: {what} holds {len(bad)} NaN, the first{where}")

    wide_a, wide_b = a, b
    if a.dtype.kind != "c" and b.dtype.kind != "c":
        wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
    exact = bool(np.array_equal(a, b))
    approx = bool(np.allclose(wide_a, wide_b, rtol=rtol, atol=atol))
    same = wide_a == wide_b  # infinite on both sides is no difference
    with np.errstate(invalid="ignore"):
        largest = float(np.max(np.where(same, 0.0, np.abs(wide_a - wide_b)), initial=0.0))
    finite = np.abs(wide_b[np.isfinite(wide_b)])
    eps = max((float(np.finfo(x.dtype).eps) for x in (a, b) if x.dtype.kind in "fc"), default=0.0)
    noise = 8 * eps * float(np.max(finite, initial=0.0))

    if largest == 0 and (show_exact or noise == 0):
        shown = "0"
    elif not math.isfinite(largest):
        shown = "infinite"
    else:
        exponent = _power_above(max(largest, noise))
        shown = f"< {10.0**exponent:.0e}" if exponent < 0 else f"< {10**exponent}"
    parts = [f"exact: {exact}"] if show_exact else []
    print(f"{name}  | " + " | ".join([*parts, f"approx: {approx}", f"maxdiff: {shown}"]))
