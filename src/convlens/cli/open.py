"""`convlens open`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from convlens.web.content import Content


def open(
    run: Annotated[Path | None, typer.Argument(help="A run folder; none for the lecture alone.", metavar="RUN")] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser, or only say where it is.")
    ] = True,
    port: Annotated[int | None, typer.Option(help="The page's port (default: any free one).", min=1, max=65535)] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write the page into one file that works offline, instead.", metavar="FILE.html")
    ] = None,
    network: Annotated[
        str | None, typer.Option(help="Where your own network's class is now, FILE.py:Class.", metavar="NAME")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder its pictures are in now, where they have moved.", metavar="FOLDER")
    ] = None,
) -> None:
    """See a network think: the lecture to play with, and a run's own network number by number, in the browser.

    [b]convlens open runs/20261122-101500-swift[/b]
    [b]convlens open runs/20261122-101500-swift --export swift.html[/b]
    """
    from convlens.quick_start import postpone_compiler

    postpone_compiler()
    load = None if run is None else _loader(run, network, data)
    if export is not None:
        from convlens.web.export import write

        typer.echo(write(export, None if load is None else load()))
    else:
        _serve(load, port, browser)


def _loader(run: Path, network: str | None, data: Path | None) -> "Callable[[], Content]":
    """What opens the run. That there is one is seen at once, and PyTorch is not loaded for it."""
    if not (run / "metrics.json").is_file():
        from convlens.runs import RunFolder

        RunFolder(run).read_metrics()

    def load() -> "Content":
        from convlens.web import content

        return content.load(run, network=network, data=data)

    return load


def _serve(load: "Callable[[], Content] | None", port: int | None, browser: bool) -> None:
    """Serve the page until Ctrl-C."""
    import threading
    import webbrowser

    from convlens.web import serving
    from convlens.web.keys import Keys
    from convlens.web.server import application
    from convlens.web.static import Files

    listening = serving.listen(port)
    port = listening.getsockname()[1]
    keys = Keys(port)
    typer.echo(f"The page is at {keys.address} (Ctrl-C ends it).")
    if browser:  # in a thread of its own: some browsers are waited for
        threading.Thread(target=webbrowser.open, args=(keys.address_for_once,), daemon=True).start()
    serving.serve(application(Files(), port, load, keys), listening)
