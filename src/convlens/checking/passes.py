"""Batches handled one after the other, and what is done with them."""

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from convlens.checking.events import (
    Backward,
    Call,
    Called,
    Event,
    Forward,
    Loop,
    LossComputed,
    Operation,
    Step,
    Turn,
)
from convlens.checking.relations import statement_of
from convlens.checking.values import (
    Dataset,
    Function,
    Items,
    Loader,
    Module,
    Site,
    Tensor,
    Value,
)

E = TypeVar("E", bound=Event)


@dataclass(eq=False)
class Pass:
    """Batches handled one after the other: one execution of a batch loop, with all that happens in its turns.

    A network applied to all data at once, outside of any batch loop, is a pass without a loop.

    Attributes:
        loop: None for a pass without a loop.
        events: everything that happens in it, in order, calls of functions included.
        turns, calls: what is around it, outermost first.
        hands_out: a function that nothing here calls returns its loss, of which the caller may take the gradients.
    """

    loop: Loop | None
    events: list[Event] = field(default_factory=list, repr=False)
    turns: tuple[Turn, ...] = field(default=(), repr=False)
    calls: tuple[Call, ...] = field(default=(), repr=False)
    hands_out: bool = False

    def of(self, kind: type[E]) -> list[E]:
        """Its events of one kind."""
        found = self._by_kind.get(kind)
        if found is None:
            found = self._by_kind[kind] = [event for event in self.events if isinstance(event, kind)]
        return found  # type: ignore[return-value]

    @cached_property
    def _by_kind(self) -> dict[type[Event], list[Event]]:
        return {}

    @property
    def site(self) -> Site:
        """The loop's head; without a loop the first forward call."""
        return self.loop.site if self.loop else self.of(Forward)[0].site

    @property
    def statement(self) -> ast.stmt:
        """The loop's statement; without a loop that of the first forward call."""
        return statement_of(self.site.source, self.site.node)

    @property
    def guessed(self) -> bool:
        """Whether it stands in a function that nothing calls."""
        return bool(self.events) and self.events[0].guessed

    @property
    def forwards(self) -> list[Forward]:
        """Networks applied."""
        return self.of(Forward)

    @property
    def models(self) -> list[Module]:
        """Networks applied, each once."""
        return list({id(event.module): event.module for event in self.forwards}.values())

    @property
    def loader(self) -> Loader | Dataset | None:
        """The loader (or data set) walked over, or the one the pictures came from."""
        if self.loop and isinstance(self.loop.loader, Loader | Dataset):
            return self.loop.loader
        sources = (value.of for event in self.forwards for value in event.inputs if isinstance(value, Tensor))
        return next((source for source in sources if isinstance(source, Loader | Dataset)), None)

    @property
    def function(self) -> Function | None:
        """The user's function it stands in."""
        return self.calls[-1].function if self.calls else None

    @property
    def trains(self) -> bool:
        """Whether gradients are computed or a step is taken in it."""
        return bool(self.of(Backward) or self.of(Step))

    @cached_property
    def scores(self) -> bool:
        """Whether accuracy or loss is measured in it, without training, or answers are gathered to be measured."""
        if self.trains or not self.forwards or self.hands_out:
            return False
        return self.counts_correct or bool(self.of(LossComputed)) or self._answers_are_kept

    @property
    def counts_correct(self) -> bool:
        """Whether predictions are made or compared with labels in it: argmax, `==`, a metric."""
        counting = ("argmax", "eq", "topk", "ne", "max")
        return any(event.op in counting and not event.inside for event in self.of(Operation))

    @cached_property
    def _answers_are_kept(self) -> bool:
        """Whether what the network answers is put into a list, or meets the labels in some other way than `==`."""
        answers = {id(one) for event in self.forwards for one in _tensors_in(event.output)}
        for event in self.events:
            if isinstance(event, Called) and event.name in (".append", ".extend"):
                if any(_stems_from(given, answers) for given in event.arguments):
                    return True
            elif isinstance(event, Operation | Called) and not getattr(event, "inside", ()):
                given = list(event.inputs if isinstance(event, Operation) else event.arguments)
                if any(_is_label(one) for one in given) and any(_stems_from(one, answers) for one in given):
                    return True
        return False


def _tensors_in(value: Value | None) -> list[Tensor]:
    """A tensor, or those of a tuple."""
    return [one for one in (value.elements if isinstance(value, Items) else [value]) if isinstance(one, Tensor)]


def _stems_from(value: Value, answers: set[int]) -> bool:
    return any(id(part) in answers for one in _tensors_in(value) for part in one.ancestry())


def _is_label(value: Value) -> bool:
    return any(part.role == "labels" for one in _tensors_in(value) for part in one.ancestry())
