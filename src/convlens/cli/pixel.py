"""`convlens pixel`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from torch import Tensor

    from convlens.byhand.recording import Recording
    from convlens.predictor import Predictor


def pixel(
    run: Annotated[Path, typer.Argument(help="A run folder.", metavar="RUN")],
    picture: Annotated[Path, typer.Argument(help="A photograph of any size.", metavar="PICTURE")],
    layer: Annotated[
        str | None, typer.Option(help="A layer, or an operation after it; left out, all are listed.", metavar="NAME")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="Row and column in the layer's output, from 0.", metavar="ROW,COLUMN")
    ] = None,
    channel: Annotated[int, typer.Option(help="Channel, or neuron, from 0.")] = 0,
    network: Annotated[
        str | None, typer.Option(help="Where your own network's class is now, FILE.py:Class.", metavar="NAME")
    ] = None,
) -> None:
    """Work out one value of a trained network by hand: products, sum, bias, normalisation, activation.

    [b]convlens pixel runs/20261122-101500-lecture shoe.jpg --layer conv2 --at 5,7 --channel 3[/b]
    [b]convlens pixel runs/20261122-101500-lecture shoe.jpg --layer conv2.max_pool2d --at 2,3 --channel 3[/b]
    """
    from rich.console import Console

    from convlens.byhand.pixels import explain
    from convlens.cli.workings import print_explanation, print_layers
    from convlens.trained import open_run

    place = _place(at)
    opened = open_run(run, network=network)
    prediction = opened.predict(picture)
    recording = _record(opened.predictor, prediction.seen.picture)
    explained = None if layer is None else explain(recording, layer, place, channel)
    console = Console(highlight=False)
    console.print(f"{picture}: the network says {prediction.best}", markup=False, soft_wrap=True)
    if explained is None:
        print_layers(console, recording)
    else:
        print_explanation(console, explained)


def _place(at: str | None) -> tuple[int, ...]:
    from convlens.errors import ConfigError

    if at is None:
        return ()
    words = at.split(",")
    if len(words) != 2 or not all(word.strip().isdecimal() for word in words):
        raise ConfigError(f"--at should be a row and a column such as 5,7, and is {at!r}.")
    return tuple(int(word) for word in words)


def _record(predictor: "Predictor", seen: "Tensor") -> "Recording":
    """Record the network on the picture as it sees it: normalised, and not on its mirror image too."""
    from convlens.byhand.recording import record
    from convlens.predictor import normalise

    picture = normalise(seen[None].to(predictor.device), predictor.mean, predictor.std)
    return record(predictor.network, picture)
