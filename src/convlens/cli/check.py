"""`convlens check`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from convlens.checking.checker import Report

_MANY = 20  # files, from which on a bar is worth showing
_MOST_ROUNDS = 5  # of mending a file


def check(
    files: Annotated[
        list[Path], typer.Argument(help="Python files, notebooks, or folders of them.", metavar="FILE...")
    ],
    run: Annotated[
        bool, typer.Option("--run", help="Also run each script briefly, apart and watched, to see what happens.")
    ] = False,
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
    fix: Annotated[bool, typer.Option("--fix", help="Mend the files: show the change, then write it.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With --fix: also write files whose present state is not committed to git.")
    ] = False,
    format: Annotated[
        Literal["text", "json", "sarif"], typer.Option(help="For people, for programs, for editors and code hosts.")
    ] = "text",
) -> None:
    """Find the mistakes in training code; by default from the source alone, which is never imported or run.

    Exit status: 0 no error or warning, 1 some, 2 something could not be checked.

    [b]convlens check train.py[/b]   [b]convlens check src --format sarif[/b]
    """
    from rich.console import Console

    from convlens.checking import settings
    from convlens.checking.checker import check_files
    from convlens.errors import ConfigError

    if prove and format == "sarif":
        typer.echo("convlens: SARIF has no place for what --prove finds out; ask for text or json.", err=True)
        raise typer.Exit(2)
    try:
        rules = settings.load(Path.cwd()).rules()
        chosen = _files(files)
    except ConfigError as error:
        typer.echo(f"convlens: {error}", err=True)
        raise typer.Exit(2) from None
    errors = Console(stderr=True, highlight=False)
    with _bar(errors, len(chosen)) as move:
        report = check_files(chosen, rules, move)
        stopped = _run(chosen, report, rules, trust, errors) if run else False
    if not prove or format == "text":
        _show(report, format)
    if prove:
        stopped = _prove(chosen, report, rules, trust, format, errors) or stopped
    for failure in report.failures:
        typer.echo(f"convlens: {failure}", err=True)
    mended = _mend(report, rules, force) if fix else True
    if report.failures or stopped or not mended:
        raise typer.Exit(2)
    if report.has_mistakes:
        raise typer.Exit(1)


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


def _show(report: "Report", format: str) -> None:
    from rich.console import Console

    from convlens.checking.formats import json, sarif, text

    if format == "json":
        typer.echo(json.render(report))
    elif format == "sarif":
        typer.echo(sarif.render(report))
    else:
        text.show(report, Console(highlight=False))


def _run(files: list[Path], report: "Report", rules: list[str], trust: bool, console: "Console") -> bool:
    """Run each file that could be read, and join what is seen to the report; whether one could not be run."""
    from convlens.checking.merging import merge
    from convlens.checking.probe import IsolationError, judge, observe
    from convlens.checking.rules import all_rules
    from convlens.checking.source import UncheckableError

    asked = {slug: all_rules()[slug][0] for slug in rules}
    unreadable = {failure.file for failure in report.failures}
    stopped = False
    for file in files:
        if file in unreadable:
            continue
        with console.status(f"running {file}"):
            try:
                observation = observe(file, trust=trust)
            except (IsolationError, UncheckableError) as error:
                typer.echo(f"convlens: {error}", err=True)
                stopped = True
                continue
        report.findings[:] = merge(report.findings, judge(observation), asked)
        if observation.crash is not None and observation.crash.kind != "exit":
            place = observation.crash.place
            where = f" in line {place.line}" if place is not None else ""
            said = observation.crash.message.splitlines()[0] if observation.crash.message else observation.crash.error
            typer.echo(f"convlens: {file} stopped{where} when it was run: {said}", err=True)
            # A crash that is a finding is told there; any other means that the run could not answer.
            stopped = stopped or not observation.crash.rule
        elif observation.replaced:
            typer.echo(f"convlens: {file} was run briefly, with {'; '.join(observation.replaced)}", err=True)
    return stopped


def _prove(files: list[Path], report: "Report", rules: list[str], trust: bool, format: str, console: "Console") -> bool:
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
        with console.status("") as status:
            try:
                one = prove(file, trust=trust, rules=rules, told=status.update)
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


def _mend(report: "Report", rules: list[str], force: bool) -> bool:
    """Show and write the changes; whether every file that should be written was."""
    from convlens.checking import mending
    from convlens.checking import source as sources
    from convlens.checking.checker import check_file
    from convlens.checking.findings import Severity

    done = True
    for file in dict.fromkeys(finding.file for finding in report.findings):
        findings = [one for one in report.findings if one.file == file]
        count = 0
        # One change can lay another mistake bare: where evaluation gets its `eval()`, training needs its `train()`.
        for round_ in range(_MOST_ROUNDS):
            mended = mending.mend(sources.read(file), findings)
            if not mended.fixed:
                break
            typer.echo(mended.diff, err=True)
            try:
                mending.write(mended, force=force or round_ > 0)
            except mending.UnmendableError as error:
                typer.echo(f"convlens: {error}", err=True)
                done = False
                break
            count += len(mended.fixed)
            findings = [one for one in check_file(file, rules) if one.file == file]
        if count:
            left = sum(one.severity is not Severity.INFO for one in findings)
            rest = f", {left} left" if left else ""
            typer.echo(f"convlens: {file}: {count} mistake{'s' * (count != 1)} mended{rest}", err=True)
    return done
