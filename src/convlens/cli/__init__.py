"""The command line: one small file per command that parses, calls and prints."""

import sys

import typer

from convlens import __version__
from convlens.cli import check, evaluate, filters, lesson, open, pixel, predict, report, rules, shapes, train
from convlens.errors import ConfigError, ConvlensError, InterruptedTraining

app = typer.Typer(
    name="convlens",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Train, explain and debug small convolutional networks.",
)
for command in (
    train.train,
    evaluate.evaluate,
    predict.predict,
    report.report,
    open.open,
    check.check,
    rules.rules,
    shapes.shapes,
    pixel.pixel,
    lesson.lesson,
    filters.filters,
):
    app.command()(command)


@app.callback(invoke_without_command=True)
def _options(
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
    debug: bool = typer.Option(False, "--debug", help="Show a traceback with an error."),  # for --help; see `run`
) -> None:
    if version:
        typer.echo(f"convlens {__version__}")
        raise typer.Exit


def run(started: float) -> None:
    """Run the command named in `sys.argv`; errors for people become one sentence and an exit status.

    Status: 0 done, 1 it failed, 2 it was asked for wrongly, 130 it was interrupted.

    Args:
        started: `time.monotonic()` when the process began.
    """
    debug = "--debug" in sys.argv
    sys.argv[1:] = [argument for argument in sys.argv[1:] if argument != "--debug"]  # before or after the command
    try:
        app(obj=started)
    except InterruptedTraining as stopped:
        sys.exit(_say(f"{stopped}", 130))
    except ConvlensError as error:
        if debug:
            raise
        sys.exit(_say(f"convlens: {error}", 2 if isinstance(error, ConfigError) else 1))
    except OSError as error:  # a full disk, a folder that may not be written
        if debug:
            raise
        sys.exit(_say(f"convlens: {error}", 1))


def _say(text: str, status: int) -> int:
    print(text, file=sys.stderr)
    return status
