"""`convlens train`."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from convlens.errors import ConfigError, ConvlensError, InterruptedTraining
from convlens.options import NETWORKS, Device, Optimizer, Schedule

_STEP = "The step"
_VARY = "Augmentation (training pictures only)"
_MACHINE = "Machine"


def train(
    context: typer.Context,
    data: Annotated[
        str | None,
        typer.Option(help="[b]fashion-mnist[/b], or a folder with a sub-folder of pictures per class.", metavar="DATA"),
    ] = None,
    network: Annotated[
        str | None, typer.Option(help=f"{', '.join(NETWORKS)}, or your own: FILE.py:Class.", metavar="NAME")
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="Train, validate and test within this time.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Train for this many passes over the data.")] = None,
    steps: Annotated[int | None, typer.Option(help="Train for this many steps.")] = None,
    seed: Annotated[int | None, typer.Option(help="Decides weights, order, augmentation and split.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="The run folder to make (default: runs/ and the time).", metavar="DIR")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Go on with the interrupted run in this folder; --data says where its pictures have moved.",
            metavar="DIR",
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Options from a TOML file, such as a run's config.toml.", metavar="FILE")
    ] = None,
    size: Annotated[int | None, typer.Option(help="Resize pictures to this many pixels square.")] = None,
    batch_size: Annotated[int | None, typer.Option(rich_help_panel=_STEP, help="Pictures in a step.")] = None,
    optimizer: Annotated[Optimizer | None, typer.Option(rich_help_panel=_STEP, help="PyTorch's own.")] = None,
    learning_rate: Annotated[
        float | None, typer.Option(rich_help_panel=_STEP, help="The rate; the highest one of one-cycle.")
    ] = None,
    schedule: Annotated[Schedule | None, typer.Option(rich_help_panel=_STEP, help="How the rate decays.")] = None,
    momentum: Annotated[float | None, typer.Option(rich_help_panel=_STEP, help="Nesterov momentum of sgd.")] = None,
    weight_decay: Annotated[float | None, typer.Option(rich_help_panel=_STEP, help="Pull towards zero.")] = None,
    dropout: Annotated[float | None, typer.Option(rich_help_panel=_STEP, help="Share of neurons silenced.")] = None,
    label_smoothing: Annotated[
        float | None, typer.Option(rich_help_panel=_STEP, help="Probability spread over all classes.")
    ] = None,
    average: Annotated[
        float | None, typer.Option(rich_help_panel=_STEP, help="Decay of the weights' running average; 0 is none.")
    ] = None,
    skip: Annotated[
        float | None, typer.Option(rich_help_panel=_STEP, help="Chance of a learnt picture to be left out; 0 is none.")
    ] = None,
    flip: Annotated[
        bool | None, typer.Option("--flip/--no-flip", rich_help_panel=_VARY, help="Mirror left to right.")
    ] = None,
    shift: Annotated[int | None, typer.Option(rich_help_panel=_VARY, help="Move by up to this many pixels.")] = None,
    erase: Annotated[int | None, typer.Option(rich_help_panel=_VARY, help="Blank a square of this side.")] = None,
    mirror: Annotated[
        bool | None, typer.Option("--mirror/--no-mirror", help="Predict from a picture and its mirror image.")
    ] = None,
    device: Annotated[Device | None, typer.Option(rich_help_panel=_MACHINE, help="Where to train.")] = None,
    threads: Annotated[int | None, typer.Option(rich_help_panel=_MACHINE, help="Processors to use.")] = None,
) -> None:
    """Train a network and score it on the test set.

    Settings that are not given come from the network's recipe. Ctrl-C saves; --resume goes on.

    [b]convlens train --minutes 1[/b]
    [b]convlens train --data photos/ --network lecture --epochs 20 --out runs/photos[/b]
    """
    from convlens import config as configuration
    from convlens.api import default_folder
    from convlens.cli.progress import TrainingProgress
    from convlens.quick_start import keep_memory, postpone_compiler

    postpone_compiler()  # of a budget of a minute it would take almost two seconds
    keep_memory()

    from convlens.training import session
    from convlens.training.workers import joined

    given = {name: value for name, value in context.params.items() if value is not None}
    lengths = [name for name in ("minutes", "epochs", "steps") if name in given]
    if len(lengths) > 1:
        raise ConfigError(f"The length of a run is given once; leave out --{lengths[0]} or --{lengths[1]}.")
    with joined() as workers:
        should_stop = _StopOnSignal(alone=workers.size == 1)
        if not workers.is_first:
            try:
                session.assist(workers, should_stop)
            except ConvlensError as error:  # the first one says it
                raise typer.Exit(130 if isinstance(error, InterruptedTraining) else 1) from None
            return
        if resume is not None:
            if given.keys() - {"resume", "data"}:
                other = sorted(given.keys() - {"resume", "data"})[0].replace("_", "-")
                raise ConfigError(f"--resume goes on with the run as it was configured; leave out --{other}.")
            moved_to = Path(data) if data is not None else None
            with TrainingProgress(resume) as progress:
                outcome = session.resume(
                    resume, observer=progress, should_stop=should_stop, moved_to=moved_to, workers=workers
                )
        else:
            options = {name: value for name, value in given.items() if name in configuration.RunConfig.model_fields}
            from_file = configuration.read_toml(config) if config is not None else {}
            settled = configuration.resolve(from_file, options)
            resume = out or default_folder(settled.network)
            with TrainingProgress(resume) as progress:
                outcome = session.begin(
                    settled,
                    resume,
                    observer=progress,
                    should_stop=should_stop,
                    started=context.obj,
                    workers=workers,
                )
    typer.echo(
        f"test accuracy {100 * outcome.correct / outcome.total:.2f} % ({outcome.correct} of {outcome.total}) "
        f"after {outcome.seconds:.0f} s; run in {resume}"
    )


class _StopOnSignal:
    """Ctrl-C and SIGTERM: before training they end the process, while it trains they let it finish the step and save.

    A second Ctrl-C ends at once. Not where the process is one of several: torchrun may send more than one signal, and
    ends by force what does not end in time.
    """

    def __init__(self, alone: bool) -> None:
        self.alone = alone
        self.training = self.received = False
        signal.signal(signal.SIGINT, self._remember)
        signal.signal(signal.SIGTERM, self._remember)

    def __call__(self) -> bool:
        """Whether to stop; asked after each step."""
        self.training = True
        return self.received

    def _remember(self, number: int, frame: object) -> None:
        if not self.training or (self.received and self.alone):
            raise KeyboardInterrupt
        self.received = True
