"""`convlens predict`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from convlens.trained import Prediction, Run

_TOP = 3


def predict(
    run: Annotated[Path, typer.Argument(help="A run folder.", metavar="RUN")],
    pictures: Annotated[
        list[Path], typer.Argument(help="Photographs of any size, or folders of them.", metavar="PICTURE...")
    ],
    network: Annotated[
        str | None, typer.Option(help="Where your own network's class is now, FILE.py:Class.", metavar="NAME")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Save what the network saw of each picture in this folder.", metavar="DIR")
    ] = None,
    format: Annotated[Literal["text", "json"], typer.Option(help="For people or for programs.")] = "text",
) -> None:
    """Classify photographs: the three most probable classes of each, and what the network really saw.

    A file that is not a picture is named, the others are answered, and the exit status is 1.

    [b]convlens predict runs/20261122-101500-swift shoe.jpg --save seen[/b]
    """
    import json

    from convlens.trained import open_run

    opened = open_run(run, network=network)
    answers, faults = _answer(opened, list(_files(pictures)))
    saved = _save_seen(answers, save) if save is not None else {}
    if format == "json":
        rows = [_as_json(path, answer, saved.get(path)) for path, answer in answers.items()]
        errors = [{"file": str(path), "error": fault} for path, fault in faults.items()]
        typer.echo(json.dumps({"version": 1, "predictions": rows, "errors": errors}, indent=2))
    else:
        _print(answers, saved)
    for fault in faults.values():
        typer.echo(f"convlens: {fault}", err=True)
    if faults:
        raise typer.Exit(1)


def _files(paths: list[Path]) -> Iterator[Path]:
    """The pictures named, and those in the folders named, in the order of their names."""
    from convlens.errors import DataError
    from convlens.images.decode import SUFFIXES

    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        if not found:
            raise DataError(f"The folder {path} should hold pictures (PNG, JPEG, WebP, BMP or GIF), and holds none.")
        yield from found


def _answer(run: "Run", pictures: list[Path]) -> tuple[dict[Path, "Prediction"], dict[Path, str]]:
    """Predictions by file, and for files that are no pictures the reason."""
    from convlens.errors import DataError

    prepared, faults = {}, {}
    for path in pictures:  # one after the other: a photograph is large, what the network sees of it is not
        try:
            prepared[path] = run.prepare(path)
        except DataError as error:
            faults[path] = str(error)
    return dict(zip(prepared, run.answer(list(prepared.values())), strict=True)), faults


def _save_seen(answers: dict[Path, "Prediction"], folder: Path) -> dict[Path, Path]:
    """Save each picture the network saw, pixel by pixel; return where."""
    from convlens.images.picture import save_png

    folder.mkdir(parents=True, exist_ok=True)
    saved: dict[Path, Path] = {}
    for path, answer in answers.items():
        target = folder / f"{path.stem}-seen.png"
        number = 2
        while target in saved.values():  # two photographs of the same name from different folders
            target = folder / f"{path.stem}-seen-{number}.png"
            number += 1
        save_png(answer.seen.picture, target)
        saved[path] = target
    return saved


def _as_json(path: Path, answer: "Prediction", saved: Path | None) -> dict[str, Any]:
    return {
        "file": str(path),
        "class": answer.best,
        "probabilities": dict(zip(answer.classes, answer.probabilities, strict=True)),
        "box": answer.seen.box,
        "inverted": answer.seen.inverted,
        "note": answer.seen.note,
        "seen": str(saved) if saved is not None else None,
    }


def _print(answers: dict[Path, "Prediction"], saved: dict[Path, Path]) -> None:
    """One picture is drawn beside its answers; many become a table."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from convlens.cli.drawing import draw

    if not answers:
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 1000  # a pipe has no width: no line of a table is broken
    first = next(iter(answers.values()))
    if len(answers) == 1:
        console.file.write(draw(first.seen.picture, colour=console.is_terminal) + "\n")
    table = Table("picture", *("1st", "2nd", "3rd")[: len(first.classes)], box=box.SIMPLE_HEAD)
    for path, answer in answers.items():
        ranked = list(zip(answer.classes, answer.probabilities, strict=True))[:_TOP]
        table.add_row(escape(str(path)), *(f"{escape(name)} {100 * share:.1f} %" for name, share in ranked))
    console.print(table)
    for path, answer in answers.items():
        if answer.seen.note:
            console.print(f"[yellow]note:[/] {escape(str(path))}: {answer.seen.note}", soft_wrap=True)
        if path in saved:
            console.print(escape(f"{path}: the network saw {saved[path]}"), soft_wrap=True)
