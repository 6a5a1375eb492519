"""`convlens check`."""

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from convlens.checking.checker import Report
    from convlens.checking.source import Source

_STDIN = Path("-")
_MANY = 20  # files, from which on a bar is worth showing


def check(
    files: Annotated[
        list[Path],
        typer.Argument(help="Python files, notebooks, folders of them, or - for standard input.", metavar="FILE..."),
    ],
    run: Annotated[
        bool,
        typer.Option(
            "--run",
            help="Also run each script and watch it: in a process and a folder of its own, without the network, for at "
            "most 60 s of the processor and 4 GiB of memory. Loops over epochs get two turns and loaders three "
            "batches; torchvision, data sets and frameworks that are not here are replaced by stand-ins.",
        ),
    ] = False,
    arguments: Annotated[
        str,
        typer.Option(help='With --run or --prove: what the script gets on its command line: "--epochs 5 --lr 0.1".'),
    ] = "",
    prove: Annotated[
        bool,
        typer.Option("--prove", help="Also train each script as it is and mended, and compare: two minutes at most."),
    ] = False,
    trust: Annotated[
        bool,
        typer.Option(
            "--trust", help="With --run or --prove: run it even where this system cannot isolate it completely."
        ),
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend the files that are committed to git: show the changes, then write them.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With --fix: also write files that git could not bring back.")
    ] = False,
    format: Annotated[
        Literal["text", "json", "sarif"], typer.Option(help="For people, for programs, for editors and code hosts.")
    ] = "text",
) -> None:
    """Find the mistakes in training code; by default from the source alone, which is never imported or run.

    Exit status: 0 no error or warning, 1 some, 2 something could not be checked; with --fix, of what is left.

    [b]convlens check train.py[/b]   [b]convlens check train.ipynb --fix[/b]   [b]convlens check src --format sarif[/b]
    """
    from rich.console import Console

    from convlens.checking import settings
    from convlens.checking.checker import check_files
    from convlens.checking.mending import key
    from convlens.cli.mending import mend
    from convlens.cli.running import run_scripts
    from convlens.errors import ConfigError

    try:
        _refuse(files, format, arguments, run=run, prove=prove, trust=trust, fix=fix, force=force)
        rules = settings.load(Path.cwd()).rules()
        chosen = _files(files)
    except ConfigError as error:
        typer.echo(f"convlens: {error}", err=True)
        raise typer.Exit(2) from None
    errors = Console(stderr=True, highlight=False)
    with _bar(errors, len(chosen)) as move:
        report = check_files(chosen, rules, move, _read)
    known = {key(finding) for finding in report.findings}
    stopped = run_scripts(chosen, report, rules, errors, trust=trust, arguments=arguments) if run else False
    if not prove or format == "text":
        _show(report, format, changes=not fix)
    if prove:
        stopped = _prove(chosen, report, rules, trust, arguments, format, errors) or stopped
    for told in (*report.notes, *report.failures):
        typer.echo(f"convlens: {told}", err=True)
    status = int(report.has_mistakes)
    if fix:
        refuted = frozenset(known - {key(finding) for finding in report.findings})
        status = mend(report, rules, refuted, force, errors).status
    raise typer.Exit(2 if report.failures or stopped else status)


def _refuse(
    files: list[Path], format: str, arguments: str, *, run: bool, prove: bool, trust: bool, fix: bool, force: bool
) -> None:
    """Raise ConfigError for options that do not go together."""
    from convlens.errors import ConfigError

    if prove and format == "sarif":
        raise ConfigError("SARIF has no place for what --prove finds out; ask for text or json.")
    if force and not fix:
        raise ConfigError("--force belongs to --fix: it writes files whose present state is not committed to git.")
    if arguments and not (run or prove):
        raise ConfigError("--arguments belongs to --run and --prove: without them nothing is run.")
    try:
        shlex.split(arguments)
    except ValueError as error:
        raise ConfigError(f"--arguments cannot be taken apart: {error}.") from None
    if trust and not (run or prove):
        raise ConfigError("--trust belongs to --run and --prove: without them nothing is run.")
    if _STDIN in files and (run or prove or fix):
        raise ConfigError("what comes from standard input is only read; save it in a file for --run, --prove or --fix.")


def _read(file: Path) -> "Source":
    """Read a file, or standard input where it is named `-`."""
    from convlens.checking import source as sources

    if file != _STDIN:
        return sources.read(file)
    return sources.from_bytes(sys.stdin.buffer.read(sources.MAX_NOTEBOOK_BYTES), sources.STDIN)


def _files(given: list[Path]) -> list[Path]:
    """The files that were named, and those in the folders that were named."""
    from convlens.checking.checker import python_files
    from convlens.errors import ConfigError

    found: dict[Path, None] = {}
    for path in given:
        inside = python_files(path) if path.is_dir() else [path]
        if not inside:
            raise ConfigError(f"{path} holds no Python file and no notebook.")
        found.update(dict.fromkeys(inside))
    return list(found)


@contextmanager
def _bar(console: "Console", total: int) -> Iterator[Callable[[Path], None]]:
    """A bar for many files in a terminal; nothing otherwise."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    if total < _MANY or not console.is_terminal:
        yield lambda file: None
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda file: progress.update(task, advance=1, description=file.name)


def _show(report: "Report", format: str, *, changes: bool) -> None:
    from rich.console import Console

    from convlens.checking.formats import json, sarif, text

    if format == "json":
        typer.echo(json.render(report))
    elif format == "sarif":
        typer.echo(sarif.render(report))
    else:
        text.show(report, Console(highlight=False), changes=changes)


def _prove(
    files: list[Path],
    report: "Report",
    rules: list[str],
    trust: bool,
    arguments: str,
    format: str,
    console: "Console",
) -> bool:
    """Train each file that could be read as it is and mended, and show both; whether one could not be run."""
    from rich.console import Console

    from convlens.checking.formats import proof as proofs
    from convlens.checking.probe import IsolationError
    from convlens.checking.proving import prove
    from convlens.checking.source import UncheckableError

    unreadable = {failure.file for failure in report.failures}
    proved, stopped = [], False
    for file in files:
        if file in unreadable:
            continue
        with console.status(f"checking {file}") as status:
            # A pipe shows no status: there each is a line.
            told = status.update if console.is_terminal else lambda doing: typer.echo(f"convlens: {doing}", err=True)
            try:
                one = prove(file, trust=trust, arguments=shlex.split(arguments), rules=rules, told=told)
            except (IsolationError, UncheckableError) as error:
                typer.echo(f"convlens: {error}", err=True)
                stopped = True
                continue
        proved.append(one)
        if format == "text":
            proofs.show(one, Console(highlight=False))
    if format == "json":
        typer.echo(proofs.render(report, proved))
    return stopped
