"""Tables for the terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from convlens.evaluation import Evaluation


def print_evaluation(result: Evaluation, classes: Sequence[str], console: Console | None = None) -> None:
    """Print accuracy, the score of each class, and the confusions."""
    console = console or Console(highlight=False)
    low, high = result.interval
    console.print(
        f"[b]accuracy {100 * result.accuracy:.2f} %[/] ({result.correct} of {result.total}; "
        f"95 % interval {100 * low:.2f} to {100 * high:.2f} %)"
    )
    console.print(f"loss {result.loss:.4f}, calibration error {100 * result.calibration_error:.2f} %\n")
    console.print(_class_table(result, classes))
    console.print(_confusion_table(result, classes))


def _class_table(result: Evaluation, classes: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="Per class, in %", title_justify="left")
    table.add_column("class")
    for name in ("pictures", "precision", "recall", "f1"):
        table.add_column(name, justify="right")
    for name, score in zip(classes, result.per_class, strict=True):
        shares = (f"{100 * share:.1f}" for share in (score.precision, score.recall, score.f1))
        table.add_row(escape(name), str(score.pictures), *shares)
    return table


def _confusion_table(result: Evaluation, classes: Sequence[str]) -> Table:
    """Rows are what a picture is, columns what it was taken for, by the number of the row."""
    table = Table(box=box.SIMPLE_HEAD, title="Taken for (rows: the true class)", title_justify="left")
    table.add_column("class")
    for number in range(len(classes)):
        table.add_column(str(number), justify="right")
    for number, (name, row) in enumerate(zip(classes, result.confusion, strict=True)):
        cells = [
            f"[green]{count}[/]" if number == other else (str(count) if count else "[dim]·[/]")
            for other, count in enumerate(row)
        ]
        table.add_row(escape(f"{number} {name}"), *cells)
    return table
