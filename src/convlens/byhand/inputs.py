"""The shape of the pictures that a file's network is meant for, found in its text.

Looked for, in this order: an example call (`torch.randn(1, 1, 28, 28)`, `summary(net, (1, 28, 28))`), a data set by
name together with the sizes in its transforms, and a comment or docstring about the input.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from convlens.byhand.source import Source

Shape = tuple[int, ...]

_DATA_SETS: dict[str, Shape] = {
    **dict.fromkeys(("MNIST", "FashionMNIST", "KMNIST", "QMNIST", "EMNIST"), (1, 28, 28)),
    **dict.fromkeys(("CIFAR10", "CIFAR100", "SVHN"), (3, 32, 32)),
    "USPS": (1, 16, 16),
    "STL10": (3, 96, 96),
    "TinyImageNet": (3, 64, 64),
    "ImageNet": (3, 224, 224),
}
_FOLDERS = ("ImageFolder", "Flowers102", "OxfordIIITPet", "Food101", "CelebA", "Caltech101", "EuroSAT", "GTSRB")
_MAKERS = ("randn", "rand", "zeros", "ones", "empty", "Tensor", "FloatTensor")
_SUMMARIES = ("summary", "input_size", "input_shape", "input_data")


@dataclass(frozen=True)
class Found:
    """A shape without the batch, and where it was found."""

    shape: Shape
    where: str


def find_input(source: Source) -> Found | None:
    """The shape (C, H, W) of the network's pictures, or None where the file does not say."""
    return _example_call(source) or _data_set(source) or _in_words(source)


def _example_call(source: Source) -> Found | None:
    """The likeliest example picture: one that is given to a call or called x, before one that may be anything."""
    found = []
    for node, parents in _calls(source.tree):
        name = ast.unparse(node.func).rpartition(".")[2]
        if name in _MAKERS and (rank := _rank(node, parents)) is not None:
            sizes = _sizes(node.args)
            if sizes is not None and (len(sizes) == 4 or (len(sizes) in (2, 3, 5) and rank == 0)):
                found.append((len(sizes) != 4, rank, node.lineno, sizes[1:]))
        elif name in _SUMMARIES:
            given = [*node.args[1:2], *(k.value for k in node.keywords if k.arg in ("input_size", "input_shape"))]
            sizes = _sizes(given)
            if sizes is not None and len(sizes) in (3, 4):
                found.append((False, 0, node.lineno, sizes[-3:]))
    if not found:
        return None
    _, _, line, shape = min(found)
    return Found(shape, f"the example call in line {line}")


def _calls(tree: ast.AST, parents: tuple[ast.AST, ...] = ()) -> Iterator[tuple[ast.Call, tuple[ast.AST, ...]]]:
    """Every call with the nodes around it, the outermost first."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Call):
            yield child, parents
        yield from _calls(child, (*parents, child))


def _rank(call: ast.Call, parents: tuple[ast.AST, ...]) -> int | None:
    """How likely a tensor is an example picture: 0 is likely, 1 less; None for weights and what `forward` makes."""
    functions = [p.name for p in parents if isinstance(p, ast.FunctionDef)]
    around = [ast.unparse(p.func).rpartition(".")[2] for p in parents if isinstance(p, ast.Call)]
    if "forward" in functions or any(name in ("Parameter", "register_buffer") for name in around):
        return None
    assigned = [t.id for p in parents if isinstance(p, ast.Assign) for t in p.targets if isinstance(t, ast.Name)]
    is_in_class = any(isinstance(p, ast.ClassDef) for p in parents)
    if is_in_class:
        return 1
    return 0 if (around and around[-1] not in _MAKERS) or any(_PICTURE.fullmatch(name) for name in assigned) else 1


_PICTURE = re.compile(
    r"(x|t|data|(\w+_)?(inputs?|images?|imgs?|batch|pictures?|tensor|x)|(dummy|example|sample|fake|test)\w*)\d?"
)


def _sizes(args: list[ast.expr]) -> Shape | None:
    """The whole numbers of `f(1, 2, 3)`, `f((1, 2, 3))`; a name for the batch may come first."""
    if len(args) == 1 and isinstance(args[0], ast.Tuple | ast.List):
        args = args[0].elts
    if not args:
        return None
    first = args[0].value if isinstance(args[0], ast.Constant) else 1
    rest = [a.value if isinstance(a, ast.Constant) else None for a in args[1:]]
    numbers = [first, *rest]
    if all(type(n) is int and n > 0 for n in numbers):
        return tuple(n for n in numbers if isinstance(n, int))
    return None


def _data_set(source: Source) -> Found | None:
    named = [
        (node.lineno, name)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute | ast.Name)
        for name in [node.attr if isinstance(node, ast.Attribute) else node.id]
        if name in _DATA_SETS or name in _FOLDERS
    ]
    if not named:
        return None
    line, name = min(named)
    shape = _transformed(source, _DATA_SETS.get(name, (3, 0, 0)))
    return Found(shape, f"{name} in line {line}") if all(shape) else None


def _transformed(source: Source, shape: Shape) -> Shape:
    """The shape after the first Resize, CenterCrop, RandomCrop, Pad and Grayscale of the file's transforms."""
    channels, height, width = shape
    calls = sorted(
        (n for n in ast.walk(source.tree) if isinstance(n, ast.Call)), key=lambda n: (n.lineno, n.col_offset)
    )
    seen = set()
    for call in calls:
        name = ast.unparse(call.func).rpartition(".")[2]
        if name in seen:  # the second pipeline, for the test set, does the same
            continue
        given = [
            *call.args[:1],
            *(k.value for k in call.keywords if k.arg in ("size", "padding", "num_output_channels")),
        ]
        sizes = _sizes(given)
        if name in ("Resize", "CenterCrop", "RandomCrop", "RandomResizedCrop") and sizes is not None:
            height, width = (sizes * 2)[:2]
        elif name == "Pad" and sizes is not None and len(sizes) == 1:
            height, width = height + 2 * sizes[0], width + 2 * sizes[0]
        elif name == "Grayscale":
            channels = sizes[0] if sizes else 1
        else:
            continue
        seen.add(name)
    return channels, height, width


_SHAPE = re.compile(r"(?<![\d.x×*@])(\d{1,4})\s*(?:[x×,]|@)\s*(\d{1,4})\s*[x×,]\s*(\d{1,4})(?![\dx×*]|\s*[x×]|\.\d)")
_FOUR = re.compile(r"(?:\d{1,4}|[A-Za-z_]{1,10}|-1)\s*[x×,]\s*(\d{1,4})\s*[x×,]\s*(\d{1,4})\s*[x×,]\s*(\d{1,4})\b")
_SIDES = re.compile(r"(?<![\d.x×*])(\d{2,4})\s*[x×]\s*(\d{2,4})(?!\d|\.\d|\s*[x×*])")
_ABOUT_INPUT = re.compile(
    r"\b(inputs?|images?|pictures?|digits?|photos?|grayscale|greyscale|rgb|takes|expects?)\b", re.I
)


def _in_words(source: Source) -> Found | None:
    words = _comments(source.text) + _docstrings(source.tree)
    for line, text in words:
        if _ABOUT_INPUT.search(text):
            shape = _shape_in(text)
            if shape is not None:
                return Found(shape, f"the words in line {line}")
    for line, text in words:
        plain = re.sub(r"[-_ ]", "", text).lower()
        for name, shape in _DATA_SETS.items():
            if name.lower() in plain and name not in ("ImageNet",):
                best = "FashionMNIST" if "fashionmnist" in plain else name
                return Found(shape, f"{best} in line {line}")
    return None


def _shape_in(text: str) -> Shape | None:
    if four := _FOUR.search(text):
        return tuple(int(n) for n in four.groups())
    if three := _SHAPE.search(text):
        first, second, third = (int(n) for n in three.groups())
        # Height x width x channels, as a person may write it, is turned round.
        return (third, first, second) if third in (1, 3) and first not in (1, 3) else (first, second, third)
    if two := _SIDES.search(text):
        channels = 3 if re.search(r"\b(rgb|colou?r)\b", text, re.I) else 1 if re.search(r"\bgr[ae]y", text, re.I) else 0
        return (channels, int(two[1]), int(two[2])) if channels else None
    return None


def _comments(text: str) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def _docstrings(tree: ast.Module) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                lines = first.value.value.splitlines()
                found += [(first.lineno + offset, text) for offset, text in enumerate(lines)]
    return found
