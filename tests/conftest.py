"""What several tests share: where the course lies, and where real data may lie."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(
    path
    for path in (ROOT / "notebooks").glob("**/[0-9][0-9]_*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)


def real_data_folder() -> Path | None:
    """Return the folder of real data: MKTUTILS_DATA, else ../shared/data beside the course, else None."""
    for folder in (os.environ.get("MKTUTILS_DATA"), ROOT.parent / "shared" / "data"):
        if folder and Path(folder).is_dir():
            return Path(folder)
    return None


def benchmark(name: str) -> ModuleType:
    """Return a script of tests/benchmarks as a module; its studies run only when it is called by name."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tests" / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
