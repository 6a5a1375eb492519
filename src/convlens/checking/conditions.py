"""On what an event depends: the tests around it."""

import ast
import re
from collections.abc import Iterable

from convlens.checking.events import (
    Condition,
    Event,
    Loop,
    LoopEntered,
)
from convlens.checking.facts import Facts, Pass

_PRINTS = re.compile(r"print\(|log\w*[.(]|writer\.|save\(")


def conditions_in(facts: Facts, one: Pass, event: Event) -> tuple[Condition, ...]:
    """The tests inside a pass that decide whether something happens in a turn, as far as they are open."""
    return open_tests(facts, one.loop, event)


def open_tests(facts: Facts, loop: Loop | None, event: Event) -> tuple[Condition, ...]:
    """The tests inside a loop (or all, without one) that lead to an event and are not decided."""
    entered = next((one for one in facts.of(LoopEntered) if one.loop is loop), None)
    around = len(entered.conditions) if entered else 0
    return tuple(test for test in event.conditions[around:] if not test.known)


def exclusive(one: Event, other: Event) -> bool:
    """Whether two events stand on the two sides of one branch, so that not both happen."""
    sides = {id(test.node): test.taken for test in one.conditions if not test.known}
    return any(not test.known and sides.get(id(test.node), test.taken) != test.taken for test in other.conditions)


def interval(conditions: Iterable[Condition]) -> ast.expr | None:
    """The k of a test such as `(i + 1) % k == 0`; None where no test counts like that."""
    for test in conditions:
        for node in ast.walk(test.node):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
                return node.right
    return None


def logs(facts: Facts, one: Pass, event: Event) -> bool:
    """Whether something stands in a branch that is taken now and then to print or save, not to collect batches."""
    for test in conditions_in(facts, one, event):
        every = interval([test])
        text = test.site.source.segment(every) if every is not None else ""
        number = next((node.value for node in ast.walk(every) if isinstance(node, ast.Constant)), 0) if every else 0
        if re.search(r"accum|grad|micro|step", text, re.I):
            continue
        branch = test.site.source.parents.get(test.node)
        inside = test.site.source.segment(branch) if branch is not None else ""
        prints = _PRINTS.search(inside) or re.search(r"log|print|report", text, re.I)
        if every is not None and (prints or _is_large(number)):
            return True
    return False


def _is_large(number: object) -> bool:
    return isinstance(number, int) and number >= 100
