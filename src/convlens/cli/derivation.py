"""A network's sums in the terminal."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from convlens.byhand.arithmetic import by, flat_size
from convlens.byhand.document import line_of
from convlens.byhand.steps import Step
from convlens.byhand.work import Worked


def print_derivation(worked: Worked, console: Console | None = None) -> None:
    """Print every step with its sums, what they come to, and the first thing that is wrong."""
    console = console or Console(highlight=False)
    derivation, problem, file = worked.derivation, worked.problem, worked.derivation.trace.file
    steps = derivation.steps if problem is None else derivation.steps[: problem.steps]
    console.print(f"[b]{escape(worked.target.title)}[/] for pictures of {by(worked.target.picture)}\n", soft_wrap=True)
    if steps:
        console.print(_table(steps, file))
        _print_totals(worked, steps, console)
    if problem is not None:
        line = "" if problem.site is None else f"{escape(problem.site.file)}, line {problem.site.line}: "
        console.print(f"\n[red b]error:[/] {line}{escape(problem.message)}", soft_wrap=True)
        if steps:
            console.print("How it came about is worked out above, line by line.", style="dim")
    for comment in worked.comments:
        console.print(f"\n[yellow b]comment:[/] {escape(file)}, {escape(str(comment))}", soft_wrap=True)
    last = derivation.last_maps
    if last is not None:
        neurons = flat_size(last)
        total = f"{neurons.worked} = {neurons.result}" if len(last) > 1 else str(neurons.result)
        console.print(f"\n[b]{total} neurons after the last convolution[/]", soft_wrap=True)


def _table(steps: tuple[Step, ...], file: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("line", justify="right", style="dim", no_wrap=True)
    table.add_column("operation, and how its sizes come about", overflow="fold", min_width=44)
    table.add_column("gives", justify="right", no_wrap=True)
    for step in steps:
        line = line_of(step, file)
        table.add_row("" if line is None else str(line), _worked(step), by(step.output))
    return table


def _worked(step: Step) -> Text:
    """A step's name, and under it the sums."""
    head = Text(step.name, style="bold")
    if step.op not in step.name.split("."):
        head.append(f"  {step.op}", style="not bold dim")
    lines = [head, *(Text(f"  {one}") for one in step.derivation)]
    if step.windows and step.receptive_field is not None:
        apart = f", {float(step.fields[0].jump):g} apart" if step.fields else ""
        lines.append(Text(f"  sees {by(step.receptive_field)} pixels{apart}", style="dim"))
    return Text("\n").join(lines)


def _print_totals(worked: Worked, steps: tuple[Step, ...], console: Console) -> None:
    trace = worked.derivation.trace
    macs = sum(step.macs or 0 for step in steps)
    values = sum(flat_size(step.output).result for step in steps)
    buffers = f", {trace.buffers:,} more kept in buffers" if trace.buffers else ""
    console.print(
        f"{trace.learned:,} parameters are learned{buffers}; {macs:,} multiply-accumulates and {4 * values:,} bytes of "
        f"activations for one picture",
        soft_wrap=True,
    )
