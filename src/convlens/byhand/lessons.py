"""The lecture's worked examples as data: what terminal, report and page draw, with anyone's own numbers.

A `Lesson` is what there is to say about a topic, its examples, and what to remember.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from convlens.byhand import kernels
from convlens.byhand.arithmetic import conv_size, pool_size
from convlens.byhand.kernels import Kernel, Matrix
from convlens.byhand.sliding import Example, OperationName, check_numbers, slide, unreached_sentences
from convlens.errors import ConfigError

Topic = Literal["convolution", "filters", "pooling", "stride", "padding", "formula"]
TOPICS: tuple[Topic, ...] = get_args(Topic)

BINARY_PICTURE: Matrix = ((1, 1, 1, 0, 0), (0, 1, 1, 1, 0), (0, 0, 1, 1, 1), (0, 0, 1, 1, 0), (0, 1, 1, 0, 0))
CROSS = Kernel("Cross", ((1, 0, 1), (0, 1, 0), (1, 0, 1)))
POOLING_PICTURE: Matrix = ((1, 1, 2, 4), (5, 6, 7, 8), (3, 2, 1, 0), (1, 2, 3, 4))
# A bright square on dark ground: even parts, an edge and a corner.
SQUARE_PICTURE: Matrix = ((0, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0, 0, 9, 9, 9), (0, 0, 9, 9, 9), (0, 0, 9, 9, 9))
_LARGEST_DRAWN = 30


@dataclass(frozen=True)
class OwnNumbers:
    """What a person may change in a lesson; None is the lesson's own.

    Attributes:
        picture: the numbers that the window slides over.
        size: instead of a picture: the side of one that is made up; in the formula n_in.
        kernel: the weights of a convolution.
        kernel_size: the window's side, for pooling and for the formula.
        stride, padding, dilation: as in PyTorch.
    """

    picture: Matrix | None = None
    size: int | None = None
    kernel: Kernel | None = None
    kernel_size: int | None = None
    stride: int | None = None
    padding: int | None = None
    dilation: int | None = None

    @property
    def given(self) -> bool:
        """Whether anything is."""
        return any(value is not None for value in vars(self).values())


@dataclass(frozen=True)
class Formula:
    """`n_out = floor((n_in + 2p - k) / s) + 1` with its numbers, line by line.

    Attributes:
        title: what it shows.
        lines: the sum as the lecture writes it, then its parts.
        code: the line of PyTorch that makes it.
        unreached: sentences that name the rows that no window reaches.
    """

    title: str
    lines: tuple[str, ...]
    code: str
    unreached: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """A topic.

    Attributes:
        topic: its name.
        introduction: what happens, in a few sentences.
        examples: to be walked through; formulas only in the lesson of that name.
        highlights: for each example the numbers of the steps worth walking through.
        remember: the one sentence to keep.
    """

    topic: Topic
    introduction: str
    examples: tuple[Example | Formula, ...]
    highlights: tuple[tuple[int, ...], ...]
    remember: str


def lesson(topic: Topic, own: OwnNumbers | None = None) -> Lesson:
    """Make a lesson with the lecture's numbers, or with a person's own in their place.

    Raises:
        ConfigError: a number is out of its range, or does not fit the others.
    """
    own = own or OwnNumbers()
    if own.picture is not None and own.size is not None:
        raise ConfigError("Give either a picture or its size: a picture has the size that it has.")
    return _MAKERS[topic](own)


def _convolution(own: OwnNumbers) -> Lesson:
    example = _convolved("A 3 x 3 kernel slides over a 5 x 5 picture", own)
    return Lesson(
        "convolution",
        "A kernel slides over the picture. At every place the numbers under it are multiplied by the kernel's, one by "
        "one, and the products are added up: that is one number of the feature map. As in PyTorch the kernel is not "
        "turned round first; in mathematics this is called cross-correlation.",
        (example,),
        (_worth_showing(example),),
        "One number of the result: window times kernel, number by number, all added up.",
    )


def _filters(own: OwnNumbers) -> Lesson:
    chosen = kernels.LECTURE if own.kernel is None else (own.kernel,)
    picture = _picture(own, SQUARE_PICTURE)
    examples = tuple(
        slide(kernel.name, picture, kernel=kernel, stride=_or(own.stride, 1), padding=_or(own.padding, 0),
              dilation=_or(own.dilation, 1))
        for kernel in chosen
    )  # fmt: skip
    return Lesson(
        "filters",
        "The same sum with other numbers in the kernel does other things to a picture. Weights that add up to 1 keep "
        "the brightness; weights that add up to 0 answer 0 wherever the picture is even, and so find edges.",
        examples,
        tuple((len(example.steps) // 2,) for example in examples),  # the middle: the corner of the bright square
        "What a filter finds is decided by its numbers alone; a convolutional network learns them.",
    )


def _pooling(own: OwnNumbers) -> Lesson:
    kernel_size = _or(own.kernel_size, 2)
    stride = _or(own.stride, kernel_size)
    kinds: tuple[tuple[str, OperationName], ...] = (("Max-pooling", "maximum"), ("Average pooling", "average"))
    examples = tuple(
        slide(
            f"{name}, {kernel_size} x {kernel_size}, stride {stride}",
            _picture(own, POOLING_PICTURE),
            operation=operation,
            kernel_size=kernel_size,
            stride=stride,
            padding=_or(own.padding, 0),
            dilation=1 if operation == "average" else _or(own.dilation, 1),  # PyTorch's AvgPool2d has none
        )
        for name, operation in kinds
    )
    return Lesson(
        "pooling",
        "Pooling makes a map smaller and keeps what matters: of the numbers under the window only the largest, or "
        "their mean, goes on. Nothing is learned here, and every channel is pooled by itself. The stride is the "
        "window's own size unless another one is given.",
        examples,
        tuple(_worth_showing(example) for example in examples),
        "nn.MaxPool2d(2) halves height and width, and drops a last odd row and column.",
    )


def _stride(own: OwnNumbers) -> Lesson:
    changed = OwnNumbers(**{**vars(own), "stride": _or(own.stride, 2)})
    examples = [_convolved(f"Stride {changed.stride}", changed)]
    if not own.given:
        left_over = slide("What floor leaves over: a 2 x 2 window with stride 2 on 5 x 5", BINARY_PICTURE,
                          operation="maximum", kernel_size=2, stride=2)  # fmt: skip
        examples.append(left_over)
    return Lesson(
        "stride",
        "The stride is how far the window moves from one place to the next. With stride 2 every other place is left "
        "out, so the result has about half the rows and half the columns.",
        tuple(examples),
        tuple(_worth_showing(example) for example in examples),
        "n_out = floor((n_in + 2p - k) / s) + 1: the stride divides, and what is left over is dropped.",
    )


def _padding(own: OwnNumbers) -> Lesson:
    changed = OwnNumbers(**{**vars(own), "padding": _or(own.padding, 1)})
    example = _convolved(f"Padding {changed.padding}, stride {_or(own.stride, 1)}", changed)
    return Lesson(
        "padding",
        "Without padding the result shrinks, and the pixels at the edge are seen less often than those in the middle. "
        "A frame of zeros around the picture lets the window begin outside: with a 3 x 3 kernel, padding 1 keeps the "
        "size.",
        (example,),
        (_worth_showing(example),),
        "Padding (k - 1) / 2 with stride 1 keeps height and width: 1 for 3 x 3, 2 for 5 x 5.",
    )


def _formula(own: OwnNumbers) -> Lesson:
    if own.picture is not None:
        raise ConfigError("The formula needs the size of a picture only: give --size instead of --picture.")
    if own.given:
        kernel_size = _or(own.kernel_size, len(own.kernel.entries) if own.kernel else 3)
        examples = [_worked("Your numbers", _or(own.size, 28), kernel_size, _or(own.stride, 1), _or(own.padding, 0),
                            _or(own.dilation, 1))]  # fmt: skip
    else:
        examples = [
            _worked("A 3 x 3 convolution with padding 1 keeps the size", 28, 3, 1, 1),
            _worked("Without padding it shrinks", 28, 5, 1, 0),
            _worked("Max-pooling 2 x 2 halves it", 28, 2, 2, 0, pooling=True),
            _worked("A stride of 2 does, too", 5, 3, 2, 0),
            _worked("What is left over is dropped", 7, 2, 2, 0, pooling=True),
            _worked("Dilation spreads the kernel", 28, 3, 1, 0, 2),
        ]
    return Lesson(
        "formula",
        "One formula gives the size after every convolution and every pooling: n_in is the side of the picture, k of "
        "the kernel, p the padding on each side, s the stride. Height and width have each their own.",
        tuple(examples),
        tuple((0,) for _ in examples),
        "Height x width x channels after the last convolution or pooling is what the first linear layer receives.",
    )


def _worked(
    title: str, size: int, kernel: int, stride: int, padding: int, dilation: int = 1, *, pooling: bool = False
) -> Formula:
    check_numbers(size=size, kernel_size=kernel, stride=stride, padding=padding, dilation=dilation)
    n_out = (pool_size if pooling else conv_size)(size, kernel, stride, padding, dilation)
    places = size + 2 * padding - dilation * (kernel - 1) - 1
    strides = places // stride
    options = f"kernel_size={kernel}, stride={stride}, padding={padding}"
    options += f", dilation={dilation}" if dilation > 1 else ""
    code = f"nn.MaxPool2d({options})" if pooling else f"nn.Conv2d(C_in, C_out, {options})"
    if places < 0:
        lines = (
            f"n_out = {n_out.formula}",
            str(n_out),
            "Less than 1: the kernel does not fit; more padding is needed.",
        )
        return Formula(title, lines, code, ())
    lines = (
        f"n_out = {n_out.formula}",
        str(n_out),
        f"room to move: {places} = {strides} x {stride}"
        + (f" and {places % stride} left over" if places % stride else "")
        + f"; {strides} moves and the first place make {n_out.result}",
    )
    unreached = tuple(unreached_sentences("row", size, n_out.result, kernel, stride, padding, dilation))
    return Formula(title, lines, code, unreached)


def _convolved(title: str, own: OwnNumbers) -> Example:
    return slide(
        title if not own.picture and not own.kernel and not own.size else "Your numbers",
        _picture(own, BINARY_PICTURE),
        kernel=own.kernel or CROSS,
        stride=_or(own.stride, 1),
        padding=_or(own.padding, 0),
        dilation=_or(own.dilation, 1),
    )


def _picture(own: OwnNumbers, usual: Matrix) -> Matrix:
    if own.size is not None:
        if not 1 <= own.size <= _LARGEST_DRAWN:
            raise ConfigError(f"A picture of 1 to {_LARGEST_DRAWN} rows can be drawn; {own.size} were asked for.")
        return tuple(tuple((row * own.size + column) % 10 for column in range(own.size)) for row in range(own.size))
    return own.picture or usual


_MANY = 16  # steps; of more than these only those that differ in kind are walked through


def _worth_showing(example: Example) -> tuple[int, ...]:
    """All steps; or of many the first with each amount of padding under the window, and the last."""
    if len(example.steps) <= _MANY:
        return tuple(range(len(example.steps)))
    first: dict[int, int] = {}
    for number, step in enumerate(example.steps):
        padding = sum(example.is_padding(row, column) for row in step.rows for column in step.columns)
        first.setdefault(padding, number)
    return tuple(sorted({*first.values(), len(example.steps) - 1}))


def _or(value: int | None, usual: int) -> int:
    return usual if value is None else value


_MAKERS: dict[Topic, Callable[[OwnNumbers], Lesson]] = {
    "convolution": _convolution,
    "filters": _filters,
    "pooling": _pooling,
    "stride": _stride,
    "padding": _padding,
    "formula": _formula,
}
