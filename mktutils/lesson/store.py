"""Storing an executed notebook without what differs from run to run, and the figures made from it."""

import base64
import json
import math
import os
import re
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# What JupyterLab writes itself, so that saving a notebook there changes nothing.
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
SECONDS = re.compile(r"(<!-- seconds -->)(.*?)(<!-- /seconds -->)", re.DOTALL)
LESSONS = re.compile(r"(<!-- lessons -->)(.*?)(<!-- /lessons -->)", re.DOTALL)


def text_of(value: str | Iterable[str]) -> str:
    """Return a notebook's multi-line string, which may be stored as a list of lines."""
    return value if isinstance(value, str) else "".join(value)


def write_atomically(path: Path, text: str) -> None:
    """Write a text file in one step, with line feeds on every system."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(text.encode("utf-8"))
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _merged(outputs: list[Any]) -> list[Any]:
    """Join neighbouring fragments of the same stream; leave stderr out."""
    merged: list[Any] = []
    for output in outputs:
        if output["output_type"] != "stream":
            merged.append(output)
        elif output["name"] == "stdout":
            last = merged[-1] if merged else None
            if last is not None and last["output_type"] == "stream":
                last["text"] = text_of(last["text"]) + text_of(output["text"])
            else:
                merged.append(output)
    return merged


def machine_folders(root: Path) -> list[str]:
    """Return the folders of this machine that must not appear in a stored notebook, the longest first."""
    folders = {
        sysconfig.get_path("purelib"),
        sysconfig.get_path("stdlib"),
        str(root),
        sys.prefix,
        str(Path.home()),
    }
    return sorted((f for f in folders if len(f) > 5), key=len, reverse=True)


def normalise(notebook: Any, root: Path) -> None:
    """Reduce an executed notebook, in place, to what is the same in every run.

    Execution times, kernel versions, stderr and output metadata go, but for alternative texts; fragments of
    stdout are joined; the folders of this machine are cut from tracebacks.
    """
    notebook.metadata["kernelspec"] = dict(KERNELSPEC)
    notebook.metadata["language_info"] = {"name": "python"}
    for name in ("widgets", "signature"):
        notebook.metadata.pop(name, None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        cell.outputs = _merged(cell.outputs)
        for output in cell.outputs:
            if "metadata" in output:  # of it only the alternative texts of pictures are for a reader
                output["metadata"] = {
                    kind: {"alt": about["alt"]}
                    for kind, about in output["metadata"].items()
                    if isinstance(about, dict) and "alt" in about
                }
            if output["output_type"] == "error":
                for folder in machine_folders(root):
                    output["traceback"] = [line.replace(folder + os.sep, "") for line in output["traceback"]]


def header_seconds(source: str, seconds: float) -> str:
    """Return a markdown source with the measured seconds in its marks, rounded up to steps of five.

    A figure that is at most ten seconds above the measured time stays, so that stored notebooks
    change only when the time does.

    >>> header_seconds("<!-- seconds -->?<!-- /seconds --> s", 12.3)
    '<!-- seconds -->15<!-- /seconds --> s'
    """

    def replaced(match: re.Match) -> str:
        old = match[2].strip()
        if old.isdigit() and int(old) - 10 < seconds <= int(old):
            return match[0]
        return f"{match[1]}{max(5, 5 * math.ceil(seconds / 5))}{match[3]}"

    return SECONDS.sub(replaced, source)


def _facts(path: Path) -> dict[str, Any] | None:
    """Return title, promise, seconds and number of exercises of a stored notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    markdown = "\n\n".join(text_of(c["source"]) for c in cells if c["cell_type"] == "markdown")
    code = "\n".join(text_of(c["source"]) for c in cells if c["cell_type"] == "code")
    title = re.search(r"^# +(.+)$", markdown, re.MULTILINE)
    if not title:
        return None
    rest = [p.strip() for p in markdown[title.end() :].split("\n\n")]
    promise = next((p for p in rest if p and p[0] not in "|#<![-*>`" and len(p) < 400), "")
    seconds = SECONDS.search(markdown)
    return {
        "title": title[1].strip(),
        "promise": " ".join(promise.split()).replace("|", "\\|"),
        "seconds": seconds[2].strip() if seconds else "",
        "exercises": len(set(re.findall(r'^exercise\("([\d.]+)"\)\.check', code, re.MULTILINE))),
    }


def lesson_table(root: Path, notebooks: Iterable[Path]) -> str:
    """Return the README's table of lessons from what the stored notebooks say."""
    lines = ["| No. | Lesson | Exercises | Seconds to run |", "|---|---|---:|---:|"]
    for path in notebooks:
        facts = _facts(path)
        if facts is None:
            continue
        link = f"[{facts['title']}]({path.relative_to(root).as_posix()})"
        real = " (real data)" if path.parent.name == "real_data" else ""
        promise = f"<br>{facts['promise']}" if facts["promise"] else ""
        exercises = facts["exercises"] or "–"
        lines.append(f"| {path.name[:2]}{real} | {link}{promise} | {exercises} | {facts['seconds'] or '–'} |")
    return "\n".join(lines)


def write_readme(root: Path, notebooks: Iterable[Path]) -> bool:
    """Write the table of lessons between the README's marks; return whether the file changed."""
    readme = root / "README.md"
    if not readme.is_file():
        return False
    old = readme.read_text(encoding="utf-8")
    table = lesson_table(root, notebooks)
    new = LESSONS.sub(lambda m: f"{m[1]}\n{table}\n{m[3]}", old)
    if new != old:
        write_atomically(readme, new)
    return new != old


def write_notebook(path: Path, notebook: Any) -> None:
    """Store a notebook in one step, with one space of indent and a line feed at the end, as Jupyter does.

    The picture of a cell with the tag `readme-picture` is also written beside it, as `overview.png`.
    """
    import nbformat

    write_atomically(path, nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n")
    for cell in notebook.cells:
        if "readme-picture" in cell.metadata.get("tags", []):
            pictures = [o["data"]["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
            path.with_name("overview.png").write_bytes(base64.b64decode(pictures[0]))
