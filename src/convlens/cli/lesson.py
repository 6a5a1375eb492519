"""`convlens lesson`."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from convlens.byhand.lessons import Formula, Lesson, OwnNumbers
    from convlens.byhand.sliding import Example, Step
    from convlens.cli.grids import Block

_Topic = Literal["convolution", "filters", "pooling", "stride", "padding", "formula"]
_YOURS = "Your own numbers"


def lesson(
    topic: Annotated[_Topic, typer.Argument(help="What to walk through.", show_default=False)],
    picture: Annotated[
        str | None, typer.Option(help="Rows of numbers.", metavar='"1 0 1; ..."', rich_help_panel=_YOURS)
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="The picture's side, instead of a picture.", rich_help_panel=_YOURS)
    ] = None,
    kernel: Annotated[
        str | None,
        typer.Option(
            help="Rows of weights; for pooling and the formula the window's side, 2.",
            metavar='"0 1 0; ..."',
            rich_help_panel=_YOURS,
        ),
    ] = None,
    stride: Annotated[int | None, typer.Option(help="How far the window moves.", rich_help_panel=_YOURS)] = None,
    padding: Annotated[int | None, typer.Option(help="Frames of zeros around.", rich_help_panel=_YOURS)] = None,
    dilation: Annotated[int | None, typer.Option(help="Spread of the window.", rich_help_panel=_YOURS)] = None,
) -> None:
    """Walk through an example by hand, step by step: Enter goes on, q and Enter ends.

    In a pipe all steps are printed at once. Rows and columns are counted from 0.

    [b]convlens lesson convolution[/b]
    [b]convlens lesson pooling --picture "1 5 2; 0 3 4; 7 1 1" --kernel 2 --stride 1[/b]
    [b]convlens lesson formula --size 32 --kernel 5 --stride 2 --padding 2[/b]
    """
    from rich.console import Console

    from convlens.byhand.lessons import lesson as make_lesson

    own = _own_numbers(topic, picture, size, kernel, stride, padding, dilation)
    made = make_lesson(topic, own)
    console = Console(highlight=False)
    try:
        _walk(console, made)
    except EOFError:  # Ctrl-D, or q
        console.print()


def _own_numbers(
    topic: str,
    picture: str | None,
    size: int | None,
    kernel: str | None,
    stride: int | None,
    padding: int | None,
    dilation: int | None,
) -> "OwnNumbers":
    from convlens.byhand.kernels import parse_kernel, parse_matrix
    from convlens.byhand.lessons import OwnNumbers
    from convlens.errors import ConfigError

    by_size = topic in {"pooling", "formula"}
    if by_size and kernel is not None and not kernel.strip().isdecimal():
        raise ConfigError(f"For {topic} --kernel is the window's side, such as 2, and not {kernel!r}.")
    return OwnNumbers(
        picture=None if picture is None else parse_matrix(picture, "--picture"),
        size=size,
        kernel=None if kernel is None or by_size else parse_kernel(kernel),
        kernel_size=int(kernel) if kernel is not None and by_size else None,
        stride=stride,
        padding=padding,
        dilation=dilation,
    )


def _walk(console: "Console", made: "Lesson") -> None:
    from convlens.byhand.lessons import Formula

    console.print(f"\n[b]{made.topic.capitalize()}[/]\n")
    console.print(made.introduction)
    for number, example in enumerate(made.examples):
        _pause(console)
        console.print(f"\n[b]{example.title}[/]\n")
        if isinstance(example, Formula):
            _print_formula(console, example)
            continue
        _walk_through(console, example, made.highlights[number])
        following = made.examples[number + 1 :]
        if not (
            following and getattr(following[0], "sizes", None) == example.sizes
        ):  # said once for all that are equal
            _print_sizes(console, example)
    console.print(f"\n[b]Remember:[/] {made.remember}\n")


def _pause(console: "Console") -> None:
    """Wait for Enter where a person sits at a terminal."""
    if not (sys.stdin.isatty() and console.is_terminal):
        return
    if console.input("[grey50]Enter: go on, q: end [/]").strip().lower() == "q":
        raise EOFError


def _print_formula(console: "Console", formula: "Formula") -> None:
    from convlens.cli.grids import FILTER, PADDING, RESULT

    letters, numbers, *rest = formula.lines
    console.print(f"  {letters}", markup=False)
    console.print(f"  [{RESULT}]{numbers}[/]")
    for line in (*rest, *formula.unreached):
        console.print(f"  [{PADDING}]{line}[/]")
    console.print(f"  [{FILTER}]{formula.code}[/]")


def _walk_through(console: "Console", example: "Example", highlights: tuple[int, ...]) -> None:
    for count, number in enumerate(highlights):
        if count:
            _pause(console)
        _print_step(console, example, number, fills_up=len(highlights) == len(example.steps))


def _print_step(console: "Console", example: "Example", number: int, *, fills_up: bool) -> None:
    """Draw one step; the result fills up step by step where every step is shown, and is whole where some are."""
    from convlens.byhand.sliding import written_out
    from convlens.cli.grids import FILTER, PADDING, RESULT, grid, side_by_side

    step = example.steps[number]
    row, column = step.at
    console.print(f"Step {number + 1} of {len(example.steps)}: row {row}, column {column} of the result\n")
    blocks = [_picture_block(example, step)]
    if example.kernel is not None and (products := step.products) is not None:
        divisor = example.kernel.divisor
        blocks.append(grid("kernel" if divisor == 1 else f"1/{divisor} x kernel", example.kernel.entries, FILTER))
        blocks.append(grid("products", products, lambda r, c: "" if products[r][c] else PADDING))
    last = number if fills_up else len(example.steps)
    width = len(example.result[0])
    results = [_word(done.result) if at <= last else "." for at, done in enumerate(example.steps)]
    so_far = [results[start : start + width] for start in range(0, len(results), width)]
    blocks.append(grid("result", so_far, RESULT, marked=[step.at]))
    console.print(side_by_side(blocks, console.width))
    console.print(f"\n{written_out(example, step)}\n", markup=False)


def _picture_block(example: "Example", step: "Step") -> "Block":
    """The picture with its padding around; what is under the window stands in brackets."""
    from convlens.cli.grids import PADDING, PICTURE, grid

    p = example.window.padding
    height, width = len(example.picture), len(example.picture[0])
    outside = "-inf" if example.operation == "maximum" else "0"
    cells = [
        [outside if example.is_padding(r, c) else _word(example.picture[r][c]) for c in range(-p, width + p)]
        for r in range(-p, height + p)
    ]
    under = [(r + p, c + p) for r in step.rows for c in step.columns]
    heading = "picture" if not p else "picture within padding"
    return grid(heading, cells, lambda r, c: PADDING if example.is_padding(r - p, c - p) else PICTURE, under, frame=p)


def _word(value: float) -> str:
    from convlens.byhand.sliding import shown

    return shown(value)


def _print_sizes(console: "Console", example: "Example") -> None:
    from convlens.cli.grids import RESULT

    rows, columns = example.sizes
    if str(rows) == str(columns):
        console.print(f"[{RESULT}]{rows}[/] rows and columns")
    else:
        console.print(f"[{RESULT}]{rows}[/] rows\n[{RESULT}]{columns}[/] columns")
    for sentence in example.unreached:
        console.print(sentence)
