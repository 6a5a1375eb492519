"""Shapes that a person wrote in comments, compared with what the network really gives there."""

import ast
import io
import math
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from convlens.byhand.derivation import Derivation
from convlens.byhand.steps import Step

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Comment:
    """A shape in a comment.

    Attributes:
        line: where it stands.
        text: the shape as it was written.
        shape: its numbers, without what stands for the batch.
        batch: whether something stood for the batch, or may have: then the first number may be it.
        alone: whether nothing but the comment is in its line.
        last: whether no other shape follows in the comment.
    """

    line: int
    text: str
    shape: Shape
    batch: bool
    alone: bool
    last: bool


@dataclass(frozen=True)
class WrongComment:
    """A comment that says another shape than the one that is there."""

    line: int
    text: str
    truth: Shape

    def __str__(self) -> str:
        return f"line {self.line}: the comment says {self.text}, it is {' x '.join(map(str, self.truth))}"


def wrong_comments(text: str, file: str, derivation: Derivation) -> list[WrongComment]:
    """The comments in a file's text whose shape is not the network's at that line.

    A comment beside code is right if it says what its line gives, in the order C x H x W or H x W x C; of several
    shapes in one comment (`1x28x28 -> 8x24x24`) all but the last may be anything that goes in. A comment in a line of
    its own may speak of the code before or after it.
    """
    lines = _by_line(derivation, file)
    wrong = []
    for comment in shape_comments(text):
        near = [part for line in _near(comment, lines) for part in lines[line]]
        if near and not any(_agrees(comment, part) for part in near):
            wrong.append(WrongComment(comment.line, comment.text, _truth(comment, near)))
    return wrong


def _by_line(derivation: Derivation, file: str) -> dict[int, list[list[Step]]]:
    """For each line the runs of steps that it brought about, by defining layers or by calling."""
    found: dict[int, list[list[Step]]] = {}
    for kind in ("defined", "called"):
        before: set[int] = set()
        for step in derivation.steps:
            lines = {site.line for site in getattr(step, kind) if site.file == file}
            for line in lines:
                if line in before:
                    found[line][-1].append(step)
                else:
                    found.setdefault(line, []).append([step])
            before = lines
    return found


_BEFORE, _AFTER = 2, 6


def _near(comment: Comment, lines: dict[int, list[list[Step]]]) -> list[int]:
    """The lines of code that a comment may speak of."""
    if not comment.alone:
        return [comment.line] if comment.line in lines else []
    # Only between lines of the network is a comment about it; a remark elsewhere is about something else.
    if not any(comment.line < line <= comment.line + _BEFORE for line in lines):
        return []
    return [line for line in lines if comment.line - _BEFORE <= line <= comment.line + _AFTER]


def _agrees(comment: Comment, run: list[Step]) -> bool:
    last = run[-1]
    speaks_of_input = (
        comment.alone or not comment.last or last.op == "linear" or len(last.output) == 1 != len(last.input)
    )
    shapes = [shape for step in run for shape in (step.input, step.output)] if speaks_of_input else [last.output]
    if any(_is_shape(comment, shape) for shape in shapes):
        return True
    if len(comment.shape) == 1:
        return comment.shape[0] in [step.parameters for step in run] or not _counts_neurons(run)
    kernels = [tuple(w.kernel for w in step.windows) for step in run if step.windows]
    return comment.shape in kernels


def _counts_neurons(run: list[Step]) -> bool:
    """Whether a bare number in the line is about neurons or sides, and not a share or a rate."""
    return any(step.windows or step.op in ("linear", "flatten", "view", "reshape") for step in run)


def _is_shape(comment: Comment, shape: Shape) -> bool:
    said = comment.shape
    for one in (said, said[1:]) if comment.batch and len(said) > 1 else (said,):
        if one == shape or (len(shape) == 3 and one in ((*shape[1:], shape[0]), shape[1:])):
            return True
        if len(one) == 1 and (one[0] == math.prod(shape) or one[0] in shape):
            return True
        if len(one) == 3 and len(shape) == 1 and math.prod(one) == shape[0]:
            return True
    return False


def _truth(comment: Comment, near: Sequence[list[Step]]) -> Shape:
    """What the line gives: the last output, of those that are written the same way if there are any."""
    # Beside a linear layer, a product of sides is about what goes in.
    outputs = [run[-1].input if run[-1].op == "linear" and len(comment.shape) > 1 else run[-1].output for run in near]
    alike = [shape for shape in outputs if len(shape) == len(comment.shape)]
    return (alike or outputs)[-1]


# ------------------------------------------------------------------------------------------------- reading the comments

_BATCH = r"(?:[NBb]|bs|BS|batch(?:[_ ]?size)?|Batch|None|-1|\?|_|n)"
_BRACKETS = re.compile(rf"(?:torch\.Size\()?[\[(]\s*((?:{_BATCH}|\d+)(?:\s*[,x×*]\s*(?:\d+))+)\s*,?\s*[\])]")
_PRODUCT = re.compile(rf"(?<![\w.@/+-])((?:{_BATCH}\s*[x×*]\s*)?\d+(?:\s*[x×X*@]\s*\d+)+)(?![\w.@/]|\s*[-+/]\s*\w)")
_NUMBER = re.compile(
    r"(?:->|=>|→|=)?\s*(\d[\d,_]*)(?:\s*(?:neurons?|features?|inputs?|outputs?|units?|values?|numbers?|in total))?"
)
_RESULT = re.compile(r".*\d\s*[-+*/)].*=\s*(\d[\d,_]*)")  # (28 - 5) / 1 + 1 = 24
_ABOUT_KERNELS = re.compile(
    r"\b(kernels?|filters?|conv\w*|pool\w*|windows?|strides?|padding|max|avg|mean|blur)\b", re.I
)


def shape_comments(text: str) -> list[Comment]:
    """The shapes in the comments of a Python file; comments that hold code are left out."""
    found = []
    for line, column, comment, whole in _comments(text):
        said = comment.lstrip("#").strip()
        if not _is_code(said):
            alone = not whole[:column].strip()
            shapes = list(_shapes_in(said))
            found += [
                Comment(line, written, shape, batch, alone, last=number == len(shapes))
                for number, (written, shape, batch) in enumerate(shapes, start=1)
            ]
    return found


def _comments(text: str) -> Iterator[tuple[int, int, str, str]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.start[1], token.string, token.line
    except (tokenize.TokenError, IndentationError):
        return


def _is_code(text: str) -> bool:
    """Whether a comment is a statement that was commented out."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False
    coded = (ast.Assign, ast.AugAssign, ast.Return, ast.Import, ast.ImportFrom, ast.Call)
    return any(isinstance(node, coded) and not _is_size(node) for node in ast.walk(tree))


def _is_size(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Size")


def _shapes_in(text: str) -> Iterable[tuple[str, Shape, bool]]:
    """The shapes in one comment as written, as numbers, and whether the first number may be the batch."""
    brackets = list(_BRACKETS.finditer(text))
    for match in brackets:
        inside = re.split(r"\s*[,x×*]\s*", match[1].strip().rstrip(","))
        numbers = tuple(int(part) for part in inside if part.isdigit())
        named = not inside[0].isdigit()
        if len(numbers) + named >= 2 and numbers:
            yield match[0], numbers, not named and len(numbers) in (2, 4)
    if brackets:
        return
    products = [match for match in _PRODUCT.finditer(text) if not _is_part_of_formula(text, match)]
    for match in products:
        parts = re.split(r"\s*[x×X*@]\s*", match[1])
        numbers = tuple(int(part) for part in parts if part.isdigit())
        if len(numbers) == 2 and parts[0].isdigit() and ("*" in match[1] or _ABOUT_KERNELS.search(text)):
            continue  # a 3x3 convolution, 2*2
        yield match[1], numbers, parts[0].isdigit() and len(numbers) == 4
    if products:
        return
    if whole := _NUMBER.fullmatch(text) or _RESULT.fullmatch(text):
        yield whole[1], (int(re.sub(r"[,_]", "", whole[1])),), False


def _is_part_of_formula(text: str, match: re.Match[str]) -> bool:
    """Whether a product is one term of a sum, as 2*1 in (28 + 2*1 - 3) / 1 + 1."""
    before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
    arrow = before.endswith(("->", "=>"))
    return (before.endswith(("+", "-", "/", "*")) and not arrow) or after.startswith(("+", "/", "*"))
