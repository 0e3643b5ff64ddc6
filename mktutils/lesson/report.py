"""What `python -m mktutils run` shows: progress per cell, the table of results, and each failing cell."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mktutils.lesson.runner import Outcome

Move = Callable[..., None]
_STYLE = {"ok": "green", "failed": "bold red", "over budget": "bold red", "skipped": "yellow"}


def make_console(**options: Any) -> Any:
    """Return a rich console: as wide as the terminal, or 110 columns in a pipe."""
    from rich.console import Console

    if not sys.stdout.isatty():
        options.setdefault("width", 110)
    return Console(highlight=False, soft_wrap=False, **options)


def _cells(path: Path) -> int:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return sum(c["cell_type"] == "code" and bool("".join(c["source"]).strip()) for c in cells)
    except (ValueError, KeyError, TypeError):
        return 0


def _line(outcome: "Outcome") -> str:
    return f"{outcome.path.stem}: {outcome.cells} cells, {outcome.seconds:.1f} s, {outcome.result}"


@contextlib.contextmanager
def progress(console: Any, notebooks: Sequence[Path]) -> Iterator[Move]:
    """Yield `move(path, outcome=None, cells=1)`: it moves a notebook's bar, or ends it.

    In a pipe there are no bars, and one line per notebook when it is done.
    """
    if not console.is_terminal:

        def say(path: Path, outcome: "Outcome | None" = None, *, cells: int = 1) -> None:
            if outcome is not None:
                console.print(_line(outcome), markup=False)

        yield say
        return

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as bars:
        tasks = {p: bars.add_task(p.stem, total=_cells(p) or None, start=False) for p in notebooks}

        def move(path: Path, outcome: "Outcome | None" = None, *, cells: int = 1) -> None:
            task = tasks[path]
            if outcome is None:
                bars.start_task(task)  # does nothing the second time
                bars.advance(task, cells)
            else:
                bars.update(task, description=f"[{_STYLE[outcome.result]}]{path.stem}[/] {outcome.result}")
                bars.stop_task(task)

        yield move


def show(console: Any, outcomes: Sequence["Outcome"]) -> None:
    """Print each failing cell with its source and traceback, and then the table of results."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    for outcome in outcomes:
        if outcome.result == "ok":
            continue
        console.print()
        console.print(Text(f"{outcome.path.stem}: {outcome.result}", style=_STYLE[outcome.result]))
        console.print(Text(outcome.detail))
        if outcome.result == "failed":
            if outcome.source:
                console.print(Text("Source of the cell:"))
                console.print(Text("\n".join(f"    {line}" for line in outcome.source.splitlines())))
            if outcome.traceback:
                console.print(Text("Traceback:"))
                console.print(Text.from_ansi(outcome.traceback))
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column("lesson")
    for name in ("cells", "seconds", "budget"):
        table.add_column(name, justify="right")
    table.add_column("result")
    for o in outcomes:
        real = "real_data/" if o.path.parent.name == "real_data" else ""
        budget = "–" if o.budget is None else f"{o.budget:g}"
        row = f"{real}{o.path.stem}", str(o.cells), f"{o.seconds:.1f}", budget
        table.add_row(*row, Text(o.result, style=_STYLE[o.result]))
    console.print()
    console.print(table)
