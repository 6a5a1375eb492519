"""Shares that are given in percent: where a number was multiplied by 100, and where it is multiplied again."""

import ast
from collections.abc import Iterator
from itertools import takewhile

from convlens.checking.events import Assigned, Called, Returned
from convlens.checking.facts import Facts
from convlens.checking.scores import score
from convlens.checking.values import NONE, Constant, Number, Site, Tensor, Value


def taken_twice(facts: Facts) -> Iterator[tuple[Site, str]]:
    """Where a percentage is multiplied by 100 once more, and its name; empty where it has none."""
    for value in _held(facts):
        factor = _second_factor(value)
        if factor is not None and factor.site is not None:
            yield factor.site, ""
    percentages = _percentages(facts)
    for node in facts.source.nodes:
        operand = _taken_as_percent(node)
        if operand is not None and (ast.unparse(operand), _function_of(facts, operand)) in percentages:
            yield Site.of(facts.source, node if isinstance(node, ast.BinOp) else operand), ast.unparse(operand)


def _held(facts: Facts) -> Iterator[Number]:
    """Numbers that are kept, returned or handed on."""
    for event in facts.events:
        if isinstance(event, Assigned | Returned) and isinstance(event.value, Number):
            yield event.value
        elif isinstance(event, Called):
            yield from (value for value in event.arguments if isinstance(value, Number))


def _second_factor(value: Number) -> Number | None:
    """The product by which a percentage was taken a second time."""
    one: Value = value
    while isinstance(one, Number) and one.percent >= 2:
        if one.op == "mul":
            return one
        one = max(one.parts, key=lambda part: part.percent if isinstance(part, Number) else 0, default=NONE)
    return None


def _percentages(facts: Facts) -> set[tuple[str, ast.AST | None]]:
    """Names, with the function they stand in, whose every value is an accuracy in percent."""
    held: dict[tuple[str, ast.AST | None], list[bool]] = {}
    for event in facts.of(Assigned):
        if facts.in_file(event.site) and not (isinstance(event.value, Constant)):
            key = event.target, event.function.node if event.function else None
            value = event.value
            is_percent = isinstance(value, Number) and value.kind in ("accuracy", "correct") and value.percent > 0
            held.setdefault(key, []).append(is_percent or _percent_tensor(value))
    return {key for key, found in held.items() if all(found)}


def _percent_tensor(value: Value) -> bool:
    """A tensor of right answers times 100, divided."""
    measured = score(value) if isinstance(value, Tensor) else None
    if measured is None or measured.kind == "loss" or not isinstance(value, Tensor):
        return False
    since = takewhile(lambda made: not made.compares_answers, (one.made_by for one in value.ancestry() if one.made_by))
    factors = [other for made in since if made.op == "mul" for other in made.inputs]
    return any(isinstance(factor, Constant) and factor.value in (100, 100.0) for factor in factors)


def _taken_as_percent(node: ast.AST) -> ast.expr | None:
    """What is multiplied by 100 or printed with `%` here, where it is a name."""
    found: ast.expr | None = None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(other, ast.Constant) and other.value in (100, 100.0):
                found = one
    elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
        spec = ast.unparse(node.format_spec).strip("'\"")
        found = node.value if spec.endswith("%") else None
    return found if isinstance(found, ast.Name | ast.Attribute) else None


def _function_of(facts: Facts, node: ast.AST) -> ast.AST | None:
    parents = facts.source.parents
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return node
    return None
