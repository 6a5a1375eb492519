"""`convlens shapes`."""

from typing import Annotated, Literal

import typer


def shapes(
    target: Annotated[
        str, typer.Argument(help="A network's name, a run's folder, or your own FILE.py:Class.", metavar="TARGET")
    ],
    input: Annotated[
        str | None, typer.Option(help="One picture's channels, height and width.", metavar="C,H,W")
    ] = None,
    format: Annotated[
        Literal["text", "json", "html"], typer.Option(help="For people, programs or a browser.")
    ] = "text",
) -> None:
    """Work out every size of a network by hand: layer by layer, and up to the mistake if it has one.

    [b]convlens shapes lecture[/b]   [b]convlens shapes net.py:Net --input 1,28,28[/b]
    """
    import json

    from convlens.byhand.document import as_document
    from convlens.byhand.targets import sizes_of
    from convlens.byhand.work import work_out
    from convlens.errors import ConvlensError

    try:
        sizes = None if input is None else sizes_of(input)
        worked = work_out(target, sizes, say=lambda text: typer.echo(text, err=True))
    except ConvlensError as error:
        typer.echo(f"convlens: {error}", err=True)
        raise typer.Exit(2) from None
    if format == "json":
        typer.echo(json.dumps(as_document(worked.derivation, worked.problem)))
    elif format == "html":
        from convlens.byhand.page import render

        typer.echo(render(worked))
    else:
        from convlens.cli.derivation import print_derivation

        print_derivation(worked)
    if format != "text":
        for comment in worked.comments:
            typer.echo(f"{target}, {comment}", err=True)
    if worked.problem is not None:
        raise typer.Exit(1)
