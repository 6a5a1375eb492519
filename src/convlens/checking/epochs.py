"""Loops over epochs, and what is made anew in them."""

import ast
import re

from convlens.checking.conditions import open_tests
from convlens.checking.events import (
    Called,
    Loop,
    Made,
    ParameterSet,
    Turn,
)
from convlens.checking.facts import Facts, Pass, statement_of
from convlens.checking.findings import Edit
from convlens.checking.fixing import insert_before
from convlens.checking.values import (
    Constant,
    Module,
)
from convlens.checking.wording import moved

_REPEATS = re.compile(r"fold|split|seed|run|trial|repeat|restart|round|client|worker|task|member|ensemble|model|config"
                      r"|param|rate|lr\b|decay|stage|phase|experiment|setting|candidate", re.I)  # fmt: skip
_EPOCHS = re.compile(r"epoch|\bep\b|\be\b", re.I)


def loop_words(loop: Loop) -> str:
    """The head of a loop as text."""
    node = loop.site.node
    if isinstance(node, ast.For):
        return f"{loop.site.source.segment(node.target)} in {loop.site.source.segment(node.iter)}"
    return loop.site.source.segment(node.test) if isinstance(node, ast.While) else ""


def goes_over_epochs(loop: Loop) -> bool:
    """Whether the turns of a loop go on where the last one stopped: epochs, not folds, seeds or trials."""
    words = loop_words(loop)
    if _EPOCHS.search(words):
        return True
    return not _REPEATS.search(words) and ("range(" in words or isinstance(loop.site.node, ast.While))


def epochs_of(loop: Loop) -> int | None:
    """How many epochs a loop runs, where that is a constant."""
    over = getattr(loop.over, "over", None)
    numbers = [one.value for one in over or () if isinstance(one, Constant) and isinstance(one.value, int)]
    if not over or len(numbers) != len(over) or len(numbers) > 2:
        return None
    return numbers[-1] - (numbers[0] if len(numbers) == 2 else 0)


def batches_in(one: Pass) -> int | None:
    """How many batches a pass has, where sizes are known."""
    loader = one.loader
    dataset = getattr(loader, "dataset", None)
    size = getattr(dataset, "size", None)
    batch = loader.constant("batch_size") if loader is not None else None
    return -(-size // batch) if isinstance(size, int) and isinstance(batch, int) and batch > 0 else None


def remade_in_epochs(facts: Facts, made: Made) -> Pass | None:
    """The training pass before each execution of which an object is made anew, without a fresh start around it.

    None where the object is made once, for each fold, or under a condition.
    """
    loops = [turn for turn in made.turns if not turn.loop.unrolled]
    if not loops or loops[-1].loop is not made.turns[-1].loop:
        return None
    loop = loops[-1].loop
    if open_tests(facts, loop, made):
        return None
    for one in facts.training_passes():
        inside_batches = one.loop is loop
        directly_around = bool(one.turns) and one.turns[-1].loop is loop and one.turns[-1] is made.turns[-1]
        if inside_batches or (directly_around and goes_over_epochs(loop)):
            return one
    return None


def made_before(facts: Facts, module: Module, turn: Turn) -> bool:
    """Whether a network was there before a turn of a loop began, every part of it."""
    made = {id(event.value): event for event in facts.of(Made)}
    found = [made[id(part)] for part in module.modules() if id(part) in made]
    return not any(turn in event.turns for event in found)


def reset_in(facts: Facts, turn: Turn, made: Made, *, weights: bool = True) -> bool:
    """Whether training starts over in a turn of a loop: weights loaded or drawn again, a seed set, before a place."""
    for event in facts.events[: made.index]:
        if turn in event.turns:
            if isinstance(event, Called) and re.search(r"seed", event.name):
                return True
            loaded = isinstance(event, Called) and event.name in (".load_state_dict", ".reset_parameters", ".apply")
            if weights and (loaded or isinstance(event, ParameterSet)):
                return True
    return False


def taken_before_loop(made: Made) -> tuple[Edit, ...]:
    """The edits that take the construction of an object out of the loop it stands in, where nothing holds it there."""
    source, loop = made.site.source, made.turns[-1].loop.site.node
    statement = statement_of(source, made.node)
    if not isinstance(loop, ast.For | ast.While) or statement not in loop.body or not isinstance(statement, ast.Assign):
        return ()
    here = {id(node) for node in ast.walk(statement)}
    names = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and id(node) not in here]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    used = {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
    if used & bound:
        return ()
    return moved(source, statement, insert_before(source, loop, source.segment(statement)))
