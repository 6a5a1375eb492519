"""How things are called in the script, and small changes of its text."""

import ast
import re

from convlens.checking.events import (
    Assigned,
    Event,
    Made,
    Step,
)
from convlens.checking.facts import Facts, Pass, enclosing, statement_of
from convlens.checking.findings import Edit
from convlens.checking.fixing import delete_statement
from convlens.checking.source import Source
from convlens.checking.values import (
    Module,
    Site,
    Value,
)


def owner_text(event: Event) -> str | None:
    """What stands before the dot of a call: `optimizer` of `optimizer.step()`; of `scaler.step(optimizer)` as well."""
    node = event.node
    if not isinstance(node, ast.Call):
        return None
    if isinstance(event, Step) and event.via == "scaler" and node.args:
        return event.site.source.segment(node.args[0])
    return event.site.source.segment(node.func.value) if isinstance(node.func, ast.Attribute) else None


def network_text(one: Pass) -> str | None:
    """How the network is called in the function in which the pass stands; None where that is not said there."""
    for event in one.forwards:
        if event.calls == one.calls and isinstance(event.node, ast.Call):
            func = event.node.func
            if event.direct and isinstance(func, ast.Attribute):
                func = func.value
            if isinstance(func, ast.Name | ast.Attribute):
                return event.site.source.segment(func)
    return None


def name_of(facts: Facts, value: Value, near: Event) -> str | None:
    """The name or attribute that holds an object in the function of an event."""
    for event in reversed(facts.events[: near.index]):
        if isinstance(event, Assigned) and event.value is value and event.calls == near.calls:
            return event.target
    return None


def path_in(root: Module, part: Module) -> str:
    """How a part is called inside a network: `features.0`; its class where it is not in it."""
    queue = [("", root)]
    for prefix, one in queue:
        if one is part and prefix:
            return prefix
        if len(queue) < 2000:
            queue += [(f"{prefix}.{name}".lstrip("."), child) for name, child in one.children.items()]
    return part.name or "a layer"


def made_at(made: Made) -> Site:
    """The line of an object's construction that a person would edit: in a factory the call of the factory."""
    site = made.site
    for call in reversed(made.calls):
        if not isinstance(statement_of(site.source, site.node), ast.Return) or call.site is None:
            break
        site = call.site
    return site


def says(one: Pass, words: str) -> bool:
    """Whether the names of the functions around a pass, or its text and comments, match these words (a regex)."""
    pattern = re.compile(words, re.I)
    source, statement = one.site.source, one.statement
    around = [node for node in enclosing(source, statement) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if any(pattern.search(call.function.name) for call in one.calls):
        return True
    holder: ast.AST = around[0] if around else statement
    first = min(getattr(holder, "lineno", 1), statement.lineno)
    last = getattr(holder, "end_lineno", None) or statement.lineno
    text = "\n".join(source.line(line) for line in range(max(first - 3, 1), last + 1))
    return bool(pattern.search(text))


def is_alone(statement: ast.stmt, source: Source) -> bool:
    """Whether a statement is the only one of its block, so that it cannot be taken out."""
    parent = source.parents.get(statement)
    return any(getattr(parent, name, None) == [statement] for name in ("body", "orelse", "finalbody"))


def moved(source: Source, statement: ast.stmt, edit: Edit) -> tuple[Edit, ...]:
    """The edits that take a statement out and put it in elsewhere; none where it stands alone or on several lines."""
    if is_alone(statement, source) or statement.end_lineno != statement.lineno:
        return ()
    if edit.line == statement.lineno and edit.column:  # the last line of the block that the text goes behind
        return (Edit(edit.line, 0, edit.line + 1, 0, edit.text.lstrip("\n") + "\n"),)
    return delete_statement(source, statement), edit
