"""`python -m mktutils.shop` writes the shop's files."""

from pathlib import Path

import click

from mktutils.shop.build import DATA, write_shop


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=DATA,
    show_default="the project's data/",
    help="Folder for the files; it is made where it does not exist.",
)
def main(out: Path) -> None:
    """Make the simulated shop and write its files, the same bytes every time."""
    total = 0
    for name, size in write_shop(out):
        total += size
        click.echo(f"{name:<32}{size / 1e6:8.2f} MB")
    click.echo(f"{'in all':<32}{total / 1e6:8.2f} MB in {out}")


if __name__ == "__main__":
    main(prog_name="python -m mktutils.shop")
