"""Result bands, comparisons, the version line."""

import math
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mktutils.lesson import band, bands_seen, compare, versions
from mktutils.lesson.compare import _power_above

SEEDS = [0.866, 0.868, 0.867, 0.869, 0.865]  # mean 0.867, sd 0.00158: band 0.861 to 0.873


@pytest.mark.parametrize("value", [0.861, 0.867, 0.873, np.float32(0.865)])
def test_a_value_within_the_band_prints_the_limits_and_never_the_value(value, capsys):
    assert band("test AUC", value, seeds=SEEDS) is None
    assert capsys.readouterr().out == "✓ test AUC within 0.861–0.873 (band of 5 seeds)\n"
    assert bands_seen()[-1] == ("test AUC", float(value), 0.861, 0.873, True)


@pytest.mark.parametrize("value", [0.842, 0.9, 0.8604, 0.5])
def test_a_value_outside_the_band_prints_it_and_does_not_raise(value, capsys):
    band("test AUC", value, seeds=SEEDS)
    out = capsys.readouterr().out
    assert out.startswith(f"✗ test AUC {value:.3f} lies outside 0.861–0.873")
    assert "restart the kernel" in out
    assert bands_seen()[-1].ok is False


def test_a_value_outside_by_less_than_the_printed_decimals_shows_more_of_them(capsys):
    band("test AUC", 0.8609999, seeds=SEEDS)
    assert capsys.readouterr().out.startswith("✗ test AUC 0.8609999 lies outside 0.861–")


def test_identical_seeds_get_the_floor_as_half_width(capsys):
    band("loss", 0.5, seeds=[0.5] * 5)
    band("loss", 0.5, seeds=[0.5] * 5, floor=0.01, digits=2)
    assert capsys.readouterr().out.splitlines() == [
        "✓ loss within 0.498–0.502 (band of 5 seeds)",
        "✓ loss within 0.49–0.51 (band of 5 seeds)",
    ]


@given(st.lists(st.floats(0.4, 0.402), min_size=5, max_size=9))
def test_every_measured_seed_lies_in_its_own_band(seeds):
    band("x", seeds[0], seeds=seeds, digits=6)
    assert all(bands_seen()[-1].low <= s <= bands_seen()[-1].high for s in seeds)


@pytest.mark.parametrize(
    ("value", "seeds", "options", "message"),
    [
        (float("nan"), SEEDS, {}, "must be a finite number; got nan"),
        (math.inf, SEEDS, {}, "must be a finite number"),
        ("0.867", SEEDS, {}, "must be one number; got '0.867'"),
        (True, SEEDS, {}, "must be one number; got True"),
        (None, SEEDS, {}, "must be one number; got None"),
        (np.array([0.867]), SEEDS, {}, "must be one number"),
        (0.867, SEEDS[:4], {}, "at least 5 seeds; got 4"),
        (0.867, [*SEEDS, float("nan")], {}, "seed 5 of 'test AUC' must be a finite number"),
        (0.867, [0.8, 0.9, 0.85, 0.86, 0.84], {}, "would accept a broken model"),
        (0.867, SEEDS, {"max_width": 0.011}, "more than max_width=0.011"),
    ],
)
def test_a_band_that_proves_nothing_is_refused(value, seeds, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        band("test AUC", value, seeds=seeds, **options)


@pytest.mark.parametrize(
    ("mine", "reference", "line"),
    [
        (1.0, 1.0, "exact: True | approx: True | maxdiff: 0"),
        ([1, 2], [1, 2], "exact: True | approx: True | maxdiff: 0"),
        ([True, False], [True, False], "exact: True | approx: True | maxdiff: 0"),
        (0.1 + 0.2, 0.3, "exact: False | approx: True | maxdiff: < 1e-15"),
        (1.0 + 3e-8, 1.0, "exact: False | approx: True | maxdiff: < 1e-07"),
        (1.001, 1.0, "exact: False | approx: False | maxdiff: < 1e-02"),
        (3.0, 1.0, "exact: False | approx: False | maxdiff: < 10"),
        (25.0, 1.0, "exact: False | approx: False | maxdiff: < 100"),
        (2.0, 1.0, "exact: False | approx: False | maxdiff: < 10"),
        (math.inf, math.inf, "exact: True | approx: True | maxdiff: 0"),
        (math.inf, 1.0, "exact: False | approx: False | maxdiff: infinite"),
        (1 + 1j, 1 + 1j, "exact: True | approx: True | maxdiff: 0"),
        ([], [], "exact: True | approx: True | maxdiff: 0"),
        (pd.Series([1.0, 2.0]), np.array([1.0, 2.0]), "exact: True | approx: True | maxdiff: 0"),
        (pd.DataFrame({"a": [1], "b": [2.5]}), [[1, 2.5]], "exact: True | approx: True | maxdiff: 0"),
        (pd.Series([1, 2], dtype=object), [1, 2], "exact: True | approx: True | maxdiff: 0"),
    ],
)
def test_compare_prints_one_line_and_returns_nothing(mine, reference, line, capsys):
    assert compare("loss", mine, reference) is None
    assert capsys.readouterr().out == f"loss  | {line}\n"


def test_differences_of_a_few_rounding_errors_print_the_same_bound_on_every_processor(capsys):
    reference = np.array([0.7, 0.9], dtype=np.float32)
    for steps in (1, 2, 5):
        mine = reference + steps * np.spacing(reference)
        compare("loss", mine, reference)
    assert set(capsys.readouterr().out.splitlines()) == {
        "loss  | exact: False | approx: True | maxdiff: < 1e-06"
    }


def test_without_exact_an_equal_value_prints_the_same_line_as_a_rounded_one(capsys):
    reference = np.array([0.7, 0.9], dtype=np.float32)
    compare("loss", reference, reference, show_exact=False)
    compare("loss", reference + np.spacing(reference), reference, show_exact=False)
    first, second = capsys.readouterr().out.splitlines()
    assert first == second == "loss  | approx: True | maxdiff: < 1e-06"


@given(st.floats(1e-300, 1e300))
def test_the_printed_bound_is_above_the_difference(size):
    assert size < 10.0 ** _power_above(size) * (1 + 1e-8)
    assert size > 10.0 ** (_power_above(size) - 1) * (1 - 1e-8)


def test_compare_accepts_tensors(capsys):
    class Tensor:
        def detach(self):
            return self

        cpu = detach

        def numpy(self):
            return np.array([1.0, 2.0])

    compare("loss", Tensor(), [1.0, 2.0])
    assert "exact: True" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mine", "reference", "message"),
    [
        ([1.0, 2.0], [1.0], "loss: the shapes differ: (2,) against the reference's (1,)"),
        ([1.0, math.nan], [1.0, 2.0], "loss: the first value holds 1 NaN, the first at position (1,)"),
        (1.0, math.nan, "loss: the reference holds 1 NaN, the first"),
        (["a"], [1.0], "loss: the first value must hold numbers"),
    ],
)
def test_compare_refuses_what_cannot_be_compared(mine, reference, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        compare("loss", mine, reference)


def test_versions_prints_major_and_minor_of_each_package_in_one_line(capsys):
    versions("keras", "sklearn", "tensorflow", "pandas")
    out = capsys.readouterr().out
    assert re.fullmatch(
        r"mktutils [\d.]+ · keras \d+\.\d+ · sklearn \d+\.\d+ · tensorflow \d+\.\d+ · pandas \d+\.\d+\n", out
    )
    assert f"keras {'.'.join(metadata.version('keras').split('.')[:2])} ·" in out


@pytest.mark.parametrize("name", ["numpy", "scipy", "Python"])
def test_versions_refuses_packages_that_differ_between_python_versions(name):
    with pytest.raises(ValueError, match="differs between Python versions"):
        versions(name)


def test_versions_of_a_missing_package_points_to_the_doctor():
    with pytest.raises(ValueError, match="'no_such_package' is not installed"):
        versions("no_such_package")


def test_packages_with_several_locked_versions_are_the_refused_ones():
    from mktutils.lesson.bands import _VARYING

    lock = Path(__file__).parent.parent / "requirements.lock"
    if not lock.exists():
        pytest.skip("no lock file")
    pins = re.findall(r"^([\w-]+)==([\d.]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    pinned = {}
    for name, version in pins:
        pinned.setdefault(name, set()).add(tuple(version.split(".")[:2]))
    shown = {"pandas", "keras", "scikit-learn", "tensorflow", "tensorflow-cpu", "matplotlib"}
    for name in shown & set(pinned):
        assert len(pinned[name]) == 1 or name in _VARYING, name


def test_importing_the_lesson_tools_loads_no_heavy_library():
    code = (
        "import sys, mktutils.lesson; "
        "heavy = {'numpy', 'pandas', 'keras', 'tensorflow', 'IPython', 'rich', 'click', 'nbformat'}; "
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
