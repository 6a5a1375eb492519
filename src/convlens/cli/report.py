"""`convlens report`."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(help="A run folder.", metavar="RUN")],
    network: Annotated[
        str | None, typer.Option(help="Where your own network's class is now, FILE.py:Class.", metavar="NAME")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder its pictures are in now, where they have moved.", metavar="FOLDER")
    ] = None,
) -> None:
    """Write RUN/report.html: one self-contained page with curves, confusions, mistakes and filters.

    [b]convlens report runs/20261122-101500-swift[/b]
    """
    from convlens.report import write
    from convlens.trained import open_run

    typer.echo(write(open_run(run, network=network), data))
