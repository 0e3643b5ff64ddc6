"""The course's command line: `python -m mktutils`."""

import contextlib
import sys
from pathlib import Path

import click

from mktutils import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mktutils")
def main() -> None:
    """The course "Deep learning for marketing": check the computer, run lessons, see your progress."""
    for stream in (sys.stdout, sys.stderr):  # a console that cannot show ✓ shows ? and goes on
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")


@main.command(short_help="Check this computer, with remedies.")
def doctor() -> None:
    """Check that this computer can run the course; each fault comes with its remedy."""
    from mktutils.lesson.doctor import examine

    sys.exit(0 if examine() else 1)


@main.command(short_help="Show the exercises that you have passed.")
@click.option("--reset", is_flag=True, help="Delete your progress, after a question.")
def progress(reset: bool) -> None:
    """Show which exercises you have passed; the record stays on this computer."""
    from mktutils.lesson import progress as record

    if reset:
        click.confirm(f"Delete the progress file {record.path()}?", abort=True)
        try:
            record.reset()
        except OSError as e:
            raise click.ClickException(f"The progress file cannot be deleted: {e}.") from None
        click.echo("Progress deleted.")
        return
    from rich import box
    from rich.table import Table

    from mktutils.lesson.exercises import exercises_of, lessons
    from mktutils.lesson.report import make_console

    try:
        records = record.load()
    except OSError as e:
        raise click.ClickException(f"The progress file cannot be read: {e}.") from None
    table = Table("lesson", box=box.SIMPLE, pad_edge=False)
    for name in ("passed", "of", "attempts"):
        table.add_column(name, justify="right")
    table.add_column("next")
    for lesson in lessons():
        ids = list(exercises_of(lesson))
        mine = {id: records[id] for id in ids if id in records}
        passed = [id for id, r in mine.items() if r["passed"]]
        left = [id for id in ids if id not in passed]
        attempts = sum(r["attempts"] for r in mine.values())
        counts = len(passed), len(ids), attempts
        table.add_row(lesson, *map(str, counts), left[0] if left else "✓ all passed")
    make_console().print(table)
    click.echo(f"The record is {record.path()}.")


@main.command(short_help="Execute lessons and show a table.")
@click.argument("lessons", nargs=-1, metavar="[NN]...")
@click.option("--write", is_flag=True, help="Store outputs in the notebooks and seconds in the README.")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=600, show_default=True, help="Seconds per cell."
)
@click.option("--offline", is_flag=True, help="Refuse every connection to another computer.")
def run(lessons: tuple[str, ...], write: bool, timeout: float, offline: bool) -> None:
    """Execute lessons without a browser and show a table of the results.

    Give numbers of lessons, such as `00 01`, or none for all. A lesson brings its real-data notebooks with
    it; one whose data are not on this computer and cannot be downloaded is skipped. The exit code is 1
    when a lesson failed or took longer than its budget.
    """
    from mktutils.lesson import runner

    try:
        root = runner.project_root(Path.cwd())
        code = runner.run(root, lessons, write=write, timeout=timeout, offline=offline)
    except (ValueError, FileNotFoundError) as e:
        raise click.ClickException(str(e)) from None
    except ImportError as e:
        raise click.ClickException(f"{e}; make the environment with `python3 course.py doctor`") from None
    sys.exit(code)


@main.command(short_help="List or download the real data sets.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def data(names: tuple[str, ...]) -> None:
    """List the real data sets, or download those that you name.

    The shop's own data come with the course; `python3 course.py shop` makes them anew.
    """
    from mktutils import datasets

    registry = datasets.load_registry()
    for name in names:
        if name not in registry:
            raise click.ClickException(f"There is no data set {name!r}; data sets: {', '.join(registry)}.")
    for name in names:
        try:
            getattr(datasets, registry[name].call)()
        except (datasets.DataNotAvailable, datasets.DataDamaged) as e:
            raise click.ClickException(str(e)) from None
        click.echo(f"{name}: ready")
    if names:
        return
    from mktutils.lesson.doctor import data_set_present

    folder = datasets.cache_folder()
    for name, entry in registry.items():
        state = "here" if data_set_present(entry, folder) else "not downloaded"
        click.echo(f"{name:<24} lesson {entry.lesson:<12}{state:<16} {entry.title}")
    click.echo(f"Folder: {folder} (choose another one with MKTUTILS_DATA).")


@main.command(short_help="Write the files of the simulated shop anew.")
@click.option("--out", type=click.Path(file_okay=False), help="Another folder than the course's data/.")
def shop(out: str | None) -> None:
    """Make the simulated shop and write its files, the same content every time."""
    from mktutils.shop.__main__ import main as write

    write.main(["--out", out] if out else [], standalone_mode=False)


if __name__ == "__main__":
    main(prog_name="python -m mktutils")
