"""`convlens check --run`: each script is run, and what is seen joins what the source says."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from convlens.checking.checker import Report
    from convlens.checking.probe import Observation


def run_scripts(
    files: list[Path], report: "Report", rules: list[str], console: "Console", *, trust: bool, arguments: str
) -> bool:
    """Run each file that could be read, and join what is seen to the report; whether one could not be run to its end.

    Args:
        files: Python files and notebooks.
        report: takes the findings as they are after the runs.
        rules: the slugs that are asked for.
        console: shows what is being run.
        trust: run a script although the system cannot isolate it completely.
        arguments: what each script gets on its command line, as a shell would take it.
    """
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
        with console.status(f"running {file}: at most a minute"):
            try:
                observation = observe(file, trust=trust, arguments=shlex.split(arguments))
            except (IsolationError, UncheckableError) as error:
                typer.echo(f"convlens: {error}", err=True)
                stopped = True
                continue
        report.findings[:] = merge(report.findings, judge(observation), asked)
        stopped = _tell(file, observation) or stopped
    return stopped


def _tell(file: Path, observation: "Observation") -> bool:
    """Say why a run did not come to its end, or what stood in for what is not here; whether it could not answer."""
    from convlens.checking.probe import advise
    from convlens.checking.source import place_of

    crash = observation.crash
    if crash is None:
        if observation.replaced:
            standins = "; ".join(observation.replaced)
            typer.echo(f"convlens: {file} was run with stand-ins for what is not here: {standins}.", err=True)
        return False
    where = ""
    if crash.place is not None:
        stopped = Path(crash.place.file)
        where = f" in {place_of(stopped, crash.place.line)}"
        where += "" if stopped == file.resolve() else f" of {stopped.name}"
    typer.echo(f"convlens: {file} stopped{where} when it was run: {advise(crash)}.", err=True)
    return not crash.rule  # a crash that is a finding is told there
