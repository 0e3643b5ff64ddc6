"""The house: importing is cheap, and arrows between modules run one way."""

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mktutils"
LAYERS = ["shop", "datasets", "preprocessing", "scratch", "metrics", "models", "plots"]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_importing_the_package_takes_under_a_third_of_a_second_and_loads_nothing_heavy():
    code = "import sys, time; t = time.perf_counter(); import mktutils; s = time.perf_counter() - t"
    code += "; print(s, *sys.modules)"
    begin = time.perf_counter()
    seconds, *modules = run(code).split()
    assert float(seconds) < 0.3 and time.perf_counter() - begin < 10
    assert not {"numpy", "pandas", "matplotlib", "sklearn", "keras", "tensorflow"} & set(modules)


@pytest.mark.parametrize(
    "name", ["shop", "datasets", "preprocessing", "scratch", "metrics", "models", "plots", "lesson"]
)
def test_no_module_loads_tensorflow_until_it_is_used(name):
    modules = run(f"import sys, mktutils.{name}; print(*sys.modules)").split()
    assert not {"tensorflow", "keras"} & set(modules)


def imported_layers(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mktutils"):
            parts = node.module.split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("mktutils.")}
    return names


FILES = [
    p for p in sorted(PACKAGE.rglob("*.py")) if p.relative_to(PACKAGE).parts[0].removesuffix(".py") in LAYERS
]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_no_module_imports_a_later_layer(path):
    own = LAYERS.index(path.relative_to(PACKAGE).parts[0].removesuffix(".py"))
    later = {*LAYERS[own + 1 :], "lesson", "exercises"}
    assert not imported_layers(path) & later


def test_no_file_of_the_package_is_longer_than_300_lines():
    lengths = {
        p.relative_to(PACKAGE).as_posix(): len(p.read_text(encoding="utf-8").splitlines())
        for p in PACKAGE.rglob("*.py")
    }
    assert {name: n for name, n in lengths.items() if n > 300} == {}
