"""Executing lessons without a browser: each in a fresh kernel, judged, and stored when asked."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mktutils.lesson import store
from mktutils.lesson.kernel import kernel_env, kernel_manager

__all__ = ["Outcome", "execute", "find_notebooks", "kernel_env", "project_root", "run"]

FAULT = re.compile(r"^✗.*|.*\| approx: False \|.*", re.MULTILINE)
EXPECTED = "expected-failure"  # tag of a cell that shows a fault on purpose


@dataclass
class Outcome:
    """How one notebook went; `result` is "ok", "failed", "over budget" or "skipped"."""

    path: Path
    cells: int
    seconds: float = 0.0
    budget: float | None = None
    result: str = "ok"
    detail: str = ""
    source: str = ""
    traceback: str = ""

    @property
    def outputs_right(self) -> bool:
        """Whether the outputs may be stored."""
        return self.result in {"ok", "over budget"}


def project_root(start: Path) -> Path:
    """Return the folder that holds `notebooks/`: `start`, a folder above it, or the package's own.

    Raises FileNotFoundError when there is none.
    """
    package = Path(__file__).resolve().parents[2]
    for folder in (start.resolve(), *start.resolve().parents, package):
        if (folder / "notebooks").is_dir():
            return folder
    raise FileNotFoundError(f"no folder `notebooks` in {start} or above it; run this in the course's folder")


def find_notebooks(root: Path, lessons: Sequence[str] = ()) -> list[Path]:
    """Return the notebooks of the lessons, each with its real-data notebooks; all without numbers.

    Raises ValueError for a lesson that has no notebook.
    """
    folder = root / "notebooks"
    found = [*folder.glob("[0-9][0-9]_*.ipynb"), *folder.glob("real_data/[0-9][0-9]_*.ipynb")]
    found.sort(key=lambda p: (p.name[:2], p.parent != folder, p.name))
    if not lessons:
        return found
    wanted = [lesson.zfill(2) for lesson in lessons]
    known = sorted({p.name[:2] for p in found})
    for lesson in wanted:
        if lesson not in known:
            raise ValueError(f"there is no lesson {lesson}; lessons: {', '.join(known) or 'none'}")
    return [p for p in found if p.name[:2] in wanted]


def _faults(notebook: Any, root: Path, *, strict: bool) -> tuple[int, str] | None:
    """Return (cell number, what is wrong) of the first cell whose outputs show a fault."""
    folders = store.machine_folders(root)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code":
            continue
        streams = [o for o in cell.outputs if o["output_type"] == "stream"]
        out = "".join(store.text_of(o["text"]) for o in streams if o["name"] == "stdout")
        err = "".join(store.text_of(o["text"]) for o in streams if o["name"] == "stderr")
        if EXPECTED not in cell.metadata.get("tags", []) and (fault := FAULT.search(out)):
            return number, fault[0]
        if not strict:
            continue
        if err.strip():
            return number, f"the cell wrote to stderr; a warning is a fault of the lesson:\n{err.strip()}"
        data = [o.get("data", {}) for o in cell.outputs]
        shown = out + "".join(store.text_of(d.get(k, "")) for d in data for k in ("text/plain", "text/html"))
        for folder in folders:
            if folder in shown:
                return number, f"the output shows a folder of this machine: {folder}"
    return None


def execute(
    path: Path,
    *,
    root: Path,
    env: dict[str, str],
    timeout: float = 600,
    strict: bool = False,
    on_cell: Callable[[], None] = lambda: None,
) -> tuple[Outcome, Any]:
    """Execute one notebook in a fresh kernel, in its own folder; return how it went, and the notebook.

    `timeout` is in seconds per cell. With `strict`, stderr and folders of this machine in outputs are faults.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(path, as_version=4)
    budget = notebook.metadata.get("mktutils", {}).get("budget_s")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outcome = Outcome(path, len(code), budget=budget)
    current = {"number": 0, "source": ""}

    def started(cell: Any, cell_index: int) -> None:
        current.update(number=cell_index + 1, source=cell.source)

    def executed(**_: Any) -> None:
        on_cell()

    client = NotebookClient(
        notebook,
        km=kernel_manager(),
        timeout=timeout,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=started,
        on_cell_executed=executed,
    )
    begin = time.perf_counter()
    try:
        client.execute(env=env, cleanup_kc=True)
    except CellExecutionError as e:
        outcome.source = current["source"]
        errors = (
            o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "error"
        )
        outcome.traceback = "\n".join(list(errors)[-1].traceback)
        first = (e.evalue or "").strip().split("\n")[0]
        if e.ename == "DataNotAvailable":
            outcome.result = "skipped"
            outcome.detail = (
                f"{first} Get it with `python3 course.py data NAME` (without a name it lists them), or set "
                "MKTUTILS_DATA to a folder that holds it; the lessons do not need it."
            )
        else:
            outcome.result, outcome.detail = "failed", f"cell {current['number']}: {e.ename}: {first}"
    except CellTimeoutError:
        outcome.result, outcome.source = "failed", current["source"]
        outcome.detail = (
            f"cell {current['number']}: still running after {timeout:g} s; raise --timeout if it may"
        )
    except (DeadKernelError, RuntimeError) as e:
        outcome.result, outcome.source = "failed", current["source"]
        why = "a full memory is the usual cause" if isinstance(e, DeadKernelError) else str(e)
        outcome.detail = f"cell {current['number']}: the kernel died; {why}"
    outcome.seconds = time.perf_counter() - begin
    if outcome.result == "ok" and (fault := _faults(notebook, root, strict=strict)):
        outcome.result, outcome.detail = "failed", f"cell {fault[0]}: {fault[1]}"
        outcome.source = notebook.cells[fault[0] - 1].source
    if outcome.result == "ok" and budget is not None and outcome.seconds > budget:
        outcome.result = "over budget"
        outcome.detail = f"{outcome.seconds:.0f} s, and the lesson's budget is {budget:g} s"
    return outcome, notebook


def _store(outcome: Outcome, notebook: Any, root: Path) -> None:
    store.normalise(notebook, root)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = store.header_seconds(cell.source, outcome.seconds)
    store.write_notebook(outcome.path, notebook)


def run(
    root: Path,
    lessons: Sequence[str] = (),
    *,
    write: bool = False,
    timeout: float = 600,
    offline: bool = False,
    console: Any = None,
) -> int:
    """Execute lessons, show progress and a table; return the exit code, 1 when one failed or was too slow.

    With `write`, a notebook whose outputs are right is stored in place with its measured seconds, and the
    README's table is made anew; a failed one stays as it was.
    """
    from mktutils.lesson import report

    console = console or report.make_console()
    notebooks = find_notebooks(root, lessons)
    if not notebooks:
        raise ValueError(f"no notebook in {root / 'notebooks'}")
    outcomes = []
    with report.progress(console, notebooks) as move:
        for path in notebooks:
            move(path, cells=0)
            outcome, notebook = execute(
                path,
                root=root,
                env=kernel_env(offline),
                timeout=timeout,
                strict=write,
                on_cell=partial(move, path),
            )
            if write and outcome.outputs_right:
                _store(outcome, notebook, root)
            outcomes.append(outcome)
            move(path, outcome)
    if write:
        store.write_readme(root, find_notebooks(root))
    report.show(console, outcomes)
    return 1 if any(o.result in {"failed", "over budget"} for o in outcomes) else 0
