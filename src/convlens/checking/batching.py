"""Which loops go over batches, which around them over epochs, and what belongs to each pass over batches."""

import ast
from collections.abc import Iterator

from convlens.checking.events import (
    Assigned,
    Backward,
    Call,
    Event,
    Forward,
    Loop,
    LossComputed,
    Operation,
    Returned,
    Step,
    Turn,
    ZeroGrad,
)
from convlens.checking.library.operation_table import LOSSES
from convlens.checking.passes import Pass
from convlens.checking.relations import TRANSPARENT
from convlens.checking.values import Dataset, Items, Loader, Mapping, Tensor, Value

_TRAINING = (ZeroGrad, Backward, Step)
_MEASURING = ("eq", "ne", "equal", "argmax", "topk", "max", *LOSSES)


def passes_in(events: list[Event]) -> list[Pass]:
    """Every pass over batches, in order; what is applied outside of all is a pass of its own."""
    over = _Batches(events)
    found: dict[int, Pass] = {}
    alone = [over.alone(forward) for forward in over.forwards if over.stands_alone(forward)]
    returned = _losses_returned(events)
    for one in alone:
        one.hands_out = any(id(answer) in returned for forward in one.forwards for answer in _tensors(forward.output))
    taken = {event.index for one in alone for event in one.events if over.loop_of(event) is not None}
    for event in events:
        loop = over.loop_of(event)
        if loop is not None and event.index not in taken:
            one = found.setdefault(id(loop), Pass(loop, turns=loop.outer))
            if not one.events:
                one.calls = _calls_around(event, loop)
            one.events.append(event)
    kept = [one for one in found.values() if bool(one.forwards) or bool(one.of(Backward))]
    return sorted([*kept, *alone], key=lambda one: one.events[0].index)


class _Batches:
    """The loops of a script each turn of which handles one batch."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        self.forwards = [event for event in events if isinstance(event, Forward)]
        self._backwards = [event for event in events if isinstance(event, Backward)]
        self._learned = {
            id(part) for event in self._backwards if isinstance(event.loss, Tensor) for part in event.loss.ancestry()
        }
        self._training = {id(loop) for event in self._backwards for loop in event.loops}
        self._blindly = {id(loop) for event in self._backwards for loop in event.loops if not _is_tensor(event.loss)}
        self._taken = {key for event in events if isinstance(event, Assigned) for key in _from_a_loop(event)}
        measured = [event for event in events if isinstance(event, Operation) and event.op in _MEASURING]
        self._measuring = {id(loop) for event in measured for loop in event.loops}
        self._loops = self._found()

    def _found(self) -> set[int]:
        """Loops over a loader; the innermost ones around a network that is applied; those that make one step a turn."""
        applied: list[Event] = [*self.forwards, *self._backwards]
        batches = {id(loop) for event in applied for loop in event.loops if loop.batches}
        innermost = {id(loop): loop for loop in (_innermost(event) for event in applied) if loop is not None}
        outer = {id(turn.loop.site.node) for loop in innermost.values() for turn in loop.outer}
        outer |= {id(turn.loop.site.node) for event in applied for turn in _around_batches(event)}
        stepping = self._stepping()
        return batches | {
            key for key, loop in innermost.items() if id(loop.site.node) not in outer or id(loop.site.node) in stepping
        }

    def _stepping(self) -> set[int]:
        """Statements of loops that train in their own body and not in a loop inside: whatever is scored in there."""
        direct = [_innermost(event) for event in self._backwards]
        inner = {id(loop.site.node) for event in self._backwards for loop in _counted(event)[:-1]}
        return {id(loop.site.node) for loop in direct if loop is not None} - inner

    def loop_of(self, event: Event) -> Loop | None:
        """The loop over batches that an event belongs to.

        Of two around it the outer one, which is cut into smaller batches; unless the inner one has data of its own, or
        only scores while the outer one trains.
        """
        found: Loop | None = None
        for turn in event.turns:
            if id(turn.loop) in self._loops:
                only_scores = id(turn.loop) in self._measuring - self._training
                other = only_scores and id(found) in self._training
                if found is None or isinstance(turn.loop.loader, Loader | Dataset) or other:
                    found = turn.loop
        return found

    def stands_alone(self, forward: Forward) -> bool:
        """Whether a network is applied outside of all batches, or to a whole set while a loop trains on something."""
        loop = self.loop_of(forward)
        if loop is None:
            return True
        if id(loop) not in self._training or id(loop) in self._blindly or self._learns(forward):
            return False
        given = [_origin(value) for value in forward.inputs if isinstance(value, Tensor)]
        return bool(given) and all(self._is_other_data(one, loop) for one in given)

    def _learns(self, forward: Forward) -> bool:
        return any(id(one) in self._learned for one in _tensors(forward.output))

    def _is_other_data(self, origin: Tensor, loop: Loop) -> bool:
        """Whether data was there before the loop as a whole, and is not what the loop trains on."""
        if id(origin) in self._taken or isinstance(origin.of, Loader) or _made_in(origin, loop):
            return False
        trained = (one for one in self.forwards if one.within(loop) and self._learns(one))
        return not any(_origin(value) is origin for one in trained for value in one.inputs if isinstance(value, Tensor))

    def alone(self, forward: Forward) -> Pass:
        """A network applied outside of batches, with what follows in the same function until its next answer."""
        one = Pass(None, turns=forward.turns, calls=forward.calls)
        within = self.loop_of(forward) is not None
        later = [event for event in self.forwards if event.index > forward.index]
        following = (
            event for event in later if within or event.module is forward.module or event.turns != forward.turns
        )
        end = next((event.first if within else event.index for event in following), len(self.events))
        for event in self.events[forward.first : end]:
            if event.index > forward.index and (
                event.calls[: len(one.calls)] != one.calls or (within and _goes_on(event, forward))
            ):
                break
            one.events.append(event)
        return one


def _losses_returned(events: list[Event]) -> set[int]:
    """All that the losses were computed from that functions return which nothing in the script calls."""
    values = [one for event in events if isinstance(event, Returned) and event.guessed for one in _tensors(event.value)]
    parts = [list(value.ancestry()) for value in values if value.graph is not False]
    return {
        id(part) for found in parts if any(isinstance(part.made_by, LossComputed) for part in found) for part in found
    }


def _goes_on(event: Event, forward: Forward) -> bool:
    """Whether the training around a scored set goes on with an event."""
    return isinstance(event, _TRAINING) or event.turns[: len(forward.turns)] != forward.turns


def _counted(event: Event) -> list[Loop]:
    return [loop for loop in event.loops if not loop.unrolled]


def _innermost(event: Event) -> Loop | None:
    """The innermost loop around an event that is in no loop over batches."""
    loops = _counted(event)
    return loops[-1] if loops and not any(loop.batches for loop in loops) else None


def _around_batches(event: Event) -> tuple[Turn, ...]:
    """The turns around the outermost loop over batches."""
    return next((turn.loop.outer for turn in event.turns if turn.loop.batches), ())


def _origin(tensor: Tensor) -> Tensor:
    """The tensor before it was moved to a device and the like."""
    while tensor.op in TRANSPARENT and tensor.made_by is not None and tensor.made_by.input is not None:
        tensor = tensor.made_by.input
    return tensor


def _made_in(tensor: Tensor, loop: Loop) -> bool:
    """Whether a tensor was chosen or computed in a turn of the loop."""
    if tensor.made_by is not None:
        return tensor.made_by.within(loop)
    return tensor.site is not None and _stands_in(tensor.site.node, loop.site.node)


def _from_a_loop(event: Assigned) -> Iterator[int]:
    """The identities of the tensors that the turn of a loop gives a name: `for x, y in ...`."""
    around = event.turns[-1].loop.site.node if event.turns else None
    if isinstance(around, ast.For) and _stands_in(event.node, around.target):
        yield from (id(one) for one in _tensors_below(event.value, 2))


def _tensors_below(value: Value, depth: int) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield _origin(value)
    elif isinstance(value, Items | Mapping) and depth:
        for one in value.elements if isinstance(value, Items) else value.entries.values():
            yield from _tensors_below(one, depth - 1)


def _is_tensor(value: Value | None) -> bool:
    return isinstance(value, Tensor)


def _stands_in(node: ast.AST, loop: ast.AST) -> bool:
    return any(part is node for part in ast.walk(loop))


def _tensors(value: Value | None) -> list[Tensor]:
    """A tensor, or those of a tuple."""
    return [one for one in (value.elements if isinstance(value, Items) else [value]) if isinstance(one, Tensor)]


def _calls_around(event: Event, loop: Loop) -> tuple[Call, ...]:
    """The calls that were open when the loop was entered: those whose function holds the loop's statement."""
    kept: list[Call] = []
    for call in event.calls:
        kept.append(call)
        if _stands_in(loop.site.node, call.function.node):
            return tuple(kept)
    return ()
