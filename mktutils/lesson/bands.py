"""The version line of a notebook, and the band that a trained model's number must lie in."""

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

# The lock holds several versions of these, one per Python version: a compared cell must not show them.
_VARYING = {"numpy", "python", "scipy"}
_DISTRIBUTIONS = {"sklearn": ("scikit-learn",), "tensorflow": ("tensorflow", "tensorflow-cpu")}


def versions(*packages: str) -> None:
    """Print the course's version and the major and minor version of each package, in one line.

    No package is imported for it. Raises ValueError for a package that is not installed, and for
    numpy, scipy and Python, whose versions differ between the environments that the lock allows.

    >>> versions()
    mktutils 0.1.0
    >>> versions("numpy")
    Traceback (most recent call last):
    ...
    ValueError: versions() cannot show 'numpy': its version differs between Python versions; leave it out
    """
    from importlib.metadata import PackageNotFoundError, version

    from mktutils import __version__

    shown = [f"mktutils {__version__}"]
    for package in packages:
        if package.lower() in _VARYING:
            raise ValueError(
                f"versions() cannot show {package!r}: "
                "its version differs between Python versions; leave it out"
            )
        for distribution in _DISTRIBUTIONS.get(package, (package,)):
            try:
                number = version(distribution)
            except PackageNotFoundError:
                continue
            shown.append(f"{package} {'.'.join(number.split('.')[:2])}")
            break
        else:
            raise ValueError(
                f"package {package!r} is not installed; run `python3 course.py doctor` to see what is missing"
            )
    print(" · ".join(shown))


class Band(NamedTuple):
    """One comparison made by `band`: the value, the limits, and whether the value lies within them."""

    name: str
    value: float
    low: float
    high: float
    ok: bool


_SEEN: list[Band] = []


def bands_seen() -> list[Band]:
    """Return every comparison that `band` has made in this kernel, in order."""
    return list(_SEEN)


def _number(what: str, value: object) -> float:
    """Return `value` as a float; a text, a truth value, an array or NaN is refused."""
    if isinstance(value, (str, bytes, bool)) or getattr(value, "shape", ()) != ():
        raise ValueError(f"{what} must be one number; got {value!r}")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be one number; got {value!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{what} must be a finite number; got {number}")
    return number


def band(
    name: str,
    value: float,
    *,
    seeds: Sequence[float],
    digits: int = 3,
    floor: float = 0.002,
    max_width: float = 0.06,
) -> None:
    """Print whether a trained model's number lies within the band of at least five seeds.

    The band is the mean of `seeds` ± max(4 standard deviations, `floor`), rounded to `digits` decimals;
    the rounded limits, which are the printed ones, belong to it. The value itself is printed only
    when it lies outside, so that the line is the same on every processor. A value outside raises nothing:
    you may experiment. Raises ValueError for a value that is no finite number, fewer than five seeds, or
    a band wider than `max_width`, which would accept a broken model.

    >>> band("test AUC", 0.868, seeds=[0.866, 0.868, 0.867, 0.869, 0.865])
    ✓ test AUC within 0.861–0.873 (band of 5 seeds)
    >>> band("test AUC", 0.842, seeds=[0.866, 0.868, 0.867, 0.869, 0.865])
    ✗ test AUC 0.842 lies outside 0.861–0.873 (band of 5 seeds). If you changed nothing, restart the kernel, \
run all cells in order, and compare your versions with `python3 course.py doctor`.
    """
    number = _number(f"the value of {name!r}", value)
    measured = [_number(f"seed {i} of {name!r}", seed) for i, seed in enumerate(seeds)]
    if len(measured) < 5:
        raise ValueError(
            f"the band of {name!r} needs at least 5 seeds; got {len(measured)}: train with more seeds"
        )
    half = max(4 * statistics.stdev(measured), floor)
    middle = statistics.fmean(measured)
    low, high = round(middle - half, digits), round(middle + half, digits)
    if high - low > max_width + 1e-12:
        raise ValueError(
            f"the band of {name!r} is {high - low:.{digits}f} wide, more than max_width={max_width}: "
            "it would accept a broken model; use more rows, more epochs, or a steadier metric"
        )
    ok = low <= number <= high
    _SEEN.append(Band(name, number, low, high, ok))
    limits = f"{low:.{digits}f}–{high:.{digits}f}"
    if ok:
        print(f"✓ {name} within {limits} (band of {len(measured)} seeds)")
        return
    shown = f"{number:.{digits}f}"
    if low <= float(shown) <= high:  # outside by less than the printed decimals: show why it failed
        shown = repr(number)
    print(
        f"✗ {name} {shown} lies outside {limits} (band of {len(measured)} seeds). If you changed nothing, "
        "restart the kernel, run all cells in order, and compare your versions with "
        "`python3 course.py doctor`."
    )
