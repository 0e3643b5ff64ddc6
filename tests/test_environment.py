"""pyproject.toml, requirements.lock and environment.yml say the same; citation and style are right."""

import re
import runpy
import subprocess
import sys
import tomllib

import pytest
import yaml
from conftest import ROOT
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
MAKER = runpy.run_path(str(ROOT / ".ci" / "make_environment.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
SYSTEMS = {  # sys_platform, os_name, platform_system, platform_machine
    "linux": ("linux", "posix", "Linux", "x86_64"),
    "linux-arm": ("linux", "posix", "Linux", "aarch64"),
    "mac": ("darwin", "posix", "Darwin", "arm64"),
    "windows": ("win32", "nt", "Windows", "AMD64"),
}
PYTHONS = ("3.11", "3.12", "3.13")


def pins() -> list[Requirement]:
    return [Requirement(pin) for pin in MAKER["pins"](LOCK)]


def loose() -> list[Requirement]:
    """The lower bounds of pyproject.toml, extras included."""
    lists = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    return [Requirement(text) for entries in lists for text in entries]


def computer(system: str, python: str) -> dict[str, str]:
    """The variables of markers on one computer."""
    names = ("sys_platform", "os_name", "platform_system", "platform_machine")
    mine = dict(zip(names, SYSTEMS[system], strict=True))
    return {**default_environment(), **mine, "python_version": python, "python_full_version": f"{python}.9"}


def installed(system: str, python: str) -> dict[str, str]:
    """name -> version of what the lock installs on one computer."""
    fitting = [p for p in pins() if p.marker is None or p.marker.evaluate(computer(system, python))]
    versions = {canonicalize_name(p.name): str(p.specifier).removeprefix("==") for p in fitting}
    assert len(versions) == len(fitting), "two versions of one package"
    return versions


def test_every_pin_has_hashes():
    blocks = re.split(r"(?m)^(?=[^\s#])", LOCK)[1:]
    assert len(blocks) == len(pins()) > 100
    assert [b.split("\n")[0] for b in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", b)] == []


def test_the_lock_names_no_index_and_no_host():
    assert (
        re.findall(r"https?://\S+|file:\S+|--(?:extra-)?index-url.*|--find-links.*|^-i\b.*| @ .*", LOCK, re.M)
        == []
    )


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_lock_meets_each_lower_bound_on_each_system(system, python):
    versions = installed(system, python)
    for wanted in loose():
        if wanted.marker is None or wanted.marker.evaluate(computer(system, python)):
            assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)]), wanted


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_each_system_gets_one_tensorflow(system, python):
    versions = installed(system, python)
    assert ("tensorflow" in versions) + ("tensorflow-cpu" in versions) == 1
    assert ("tensorflow-cpu" in versions) == (system == "linux")
    assert ("appnope" in versions, "pywinpty" in versions) == (system == "mac", system == "windows")


def test_the_supported_pythons_agree_everywhere():
    bounds = Requirement(f"python{PROJECT['requires-python']}").specifier
    assert [f"3.{n}" for n in range(9, 20) if bounds.contains(f"3.{n}.0")] == list(PYTHONS)
    source = (ROOT / "course.py").read_text(encoding="utf-8")
    assert f"not in {PYTHONS!r}".replace("'", '"') in source
    (conda,) = (entry for entry in CONDA["dependencies"] if str(entry).startswith("python="))
    assert conda.removeprefix("python=") in PYTHONS


def test_lower_bounds_are_loose():
    exact = [r for r in loose() if {s.operator for s in r.specifier} != {">="}]
    assert exact == []


def test_environment_yml_has_every_pin_of_the_lock_and_the_package():
    *packages, package = CONDA["dependencies"][-1]["pip"]
    assert [str(Requirement(p)) for p in packages] == [str(p) for p in pins()]
    assert package == "-e ."
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]


def test_environment_yml_is_what_its_maker_writes():
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == MAKER["environment"](LOCK)


def test_the_environment_in_use_is_the_locked_one():
    from importlib.metadata import version

    here = [p for p in pins() if p.marker is None or p.marker.evaluate()]
    assert {p.name: version(p.name) for p in here} == {p.name: str(p.specifier)[2:] for p in here}


def test_ruff_finds_nothing_in_package_tests_and_notebooks():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--quiet", "--no-cache", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.fail(done.stdout[-5000:] + done.stderr, pytrace=False)


def test_the_citation_file_is_complete():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["message"] and citation["title"]
    assert citation["version"] == PROJECT["version"]
    assert all(author["name"] for author in citation["authors"])
    for name in ("LICENSE", "LICENSE-CONTENT.md"):
        assert (ROOT / name).stat().st_size > 500
