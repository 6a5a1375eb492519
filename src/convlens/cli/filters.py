"""`convlens filters`."""

from pathlib import Path
from typing import Annotated

import typer


def filters(
    picture: Annotated[Path, typer.Argument(help="Any picture, grey or colour.", metavar="PICTURE")],
    kernel: Annotated[
        str | None,
        typer.Option(help="One more filter, odd sides up to 15; 1/9 * in front divides.", metavar='"0 1 0; ..."'),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A .png or .html file (default: PICTURE-filters.png, here).", metavar="FILE"),
    ] = None,
) -> None:
    """Write a sheet of the lecture's seven filters on a picture: operation, matrix, result; one page of A4 to print.

    [b]convlens filters cat.jpg[/b]
    [b]convlens filters cat.jpg --kernel "-2 -1 0; -1 1 1; 0 1 2" --out emboss.html[/b]
    """
    from convlens.byhand.kernels import parse_kernel
    from convlens.byhand.sheet import make_sheet, sheet_html
    from convlens.byhand.sheet_drawing import draw_sheet, png_bytes
    from convlens.errors import ConfigError
    from convlens.files import write_atomically
    from convlens.images.decode import read_picture

    own = parse_kernel(kernel) if kernel is not None else None
    target = out or Path(f"{picture.stem}-filters.png")
    if target.suffix.lower() not in {".png", ".html"}:
        raise ConfigError(f"The sheet should be a .png or a .html file, and {target} is neither.")
    sheet = make_sheet(read_picture(picture), picture.name, own)
    is_html = target.suffix.lower() == ".html"
    data = sheet_html(sheet).encode() if is_html else png_bytes(draw_sheet(sheet))
    try:
        write_atomically(target, data)
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}.") from error
    typer.echo(f"{len(sheet.cards)} filters on {sheet.subtitle}: {target}")
