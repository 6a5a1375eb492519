"""`convlens evaluate`."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run folder.", metavar="RUN")],
    network: Annotated[
        str | None, typer.Option(help="Where your own network's class is now, FILE.py:Class.", metavar="NAME")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder its pictures are in now, where they have moved.", metavar="FOLDER")
    ] = None,
    format: Annotated[Literal["text", "json"], typer.Option(help="For people or for programs.")] = "text",
) -> None:
    """Score a run on its test set: accuracy, per class, confusion, calibration.

    [b]convlens evaluate runs/20261122-101500-swift[/b]
    """
    import json
    from dataclasses import asdict

    from convlens.cli.tables import print_evaluation
    from convlens.trained import open_run

    opened = open_run(run, network=network)
    result = opened.evaluate(opened.load_data(data))
    if format == "json":
        typer.echo(json.dumps({"version": 1, "classes": opened.classes} | asdict(result)))
    else:
        print_evaluation(result, opened.classes)
