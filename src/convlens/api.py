"""`convlens.train`: the command line's `train`, for Python."""

from datetime import datetime
from pathlib import Path
from typing import TypedDict, Unpack

from convlens.config import resolve
from convlens.options import Device, Optimizer, Schedule
from convlens.trained import Run, open_run
from convlens.training import session
from convlens.training.observer import Observer


class TrainOptions(TypedDict, total=False):
    """The options of a run; what each means, its unit and range: `convlens.RunConfig`."""

    size: int
    dropout: float
    minutes: float
    epochs: int
    steps: int
    batch_size: int
    optimizer: Optimizer
    learning_rate: float
    schedule: Schedule
    momentum: float
    weight_decay: float
    label_smoothing: float
    average: float
    skip: float
    flip: bool
    shift: int
    erase: int
    mirror: bool
    seed: int
    device: Device
    threads: int


def train(
    data: str | Path = "fashion-mnist",
    network: str = "swift",
    *,
    out: str | Path | None = None,
    observer: Observer | None = None,
    **options: Unpack[TrainOptions],
) -> Run:
    """Train a network, score it once on the test set, and open the finished run.

    Args:
        data: `fashion-mnist`, or a folder with a sub-folder of pictures per class.
        network: `swift`, `lecture`, or FILE.py:Class.
        out: the run folder to make; None is `runs/` and the time.
        observer: told what happens; None is silence.
        options: changes to the network's recipe. Without `minutes`, `epochs` or `steps` it trains for a minute.

    Raises:
        ConvlensError: see `convlens.errors`.
    """
    config = resolve({"data": str(data), "network": network}, options)
    path = Path(out) if out is not None else default_folder(network)
    session.begin(config, path, observer=observer or Observer())
    return open_run(path)


def default_folder(network: str) -> Path:
    """A new folder under `runs/`, named after the time and the network."""
    name = network.rpartition(":")[2]
    stem = f"{datetime.now():%Y%m%d-%H%M%S}-{name}"
    taken = sum(1 for _ in Path("runs").glob(f"{stem}*"))
    return Path("runs") / (f"{stem}-{taken + 1}" if taken else stem)
