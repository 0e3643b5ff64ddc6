"""Writes environment.yml, for conda users, from requirements.lock: `python .ci/make_environment.py`.

Every pin with its marker, without the hashes, as pip refuses `-e .` beside them. The lock itself is made by
`uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes
-o requirements.lock`.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# For conda users, the same environment as requirements.lock:  conda env create -f environment.yml
# Made by `python .ci/make_environment.py`; a test compares the two. Do not edit.
name: mktutils
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.12
  - pip
  - pip:
"""


def pins(lock: str) -> list[str]:
    """The pins of a lock, `name==version` with ` ; marker` where there is one."""
    return [line.removesuffix("\\").rstrip() for line in re.findall(r"^[^\s#].*==.*$", lock, re.M)]


def environment(lock: str) -> str:
    """The text of environment.yml."""
    lines = [f'      - "{pin}"' if ";" in pin else f"      - {pin}" for pin in pins(lock)]
    return HEAD + "\n".join([*lines, "      - -e .", ""])


if __name__ == "__main__":
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (ROOT / "environment.yml").write_text(environment(lock), encoding="utf-8", newline="\n")
