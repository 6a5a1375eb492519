"""The state of one walk through a script: where it is, what happened so far, what may be asked of it."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from convlens.checking.events import Call, Condition, Event, Loop, Made, Operation, Turn
from convlens.checking.memory import Memory
from convlens.checking.source import Source
from convlens.checking.values import Arguments, Module, Scope, Site, Tensor, Value

E = TypeVar("E", bound=Event)
FUEL = 60_000
"""Expressions and statements that are walked at most; a usual script needs a few thousand."""


class OutOfFuelError(Exception):
    """The walk has become too long; what was seen until then stands."""


class Walker:
    """Context and record. The layers above (expressions, calls, statements) add the walking."""

    def __init__(self, source: Source) -> None:
        self.source = source
        """The file whose code is being walked now."""
        self.events: list[Event] = []
        self.objects: list[Value] = []
        self.memory = Memory()
        self.scope = Scope(name="__main__", source=source)
        self.turns: tuple[Turn, ...] = ()
        self.calls: tuple[Call, ...] = ()
        self.conditions: tuple[Condition, ...] = ()
        self.inside: tuple[Module, ...] = ()
        self.grad: bool | None = True
        self.guessing = False
        self.fuel = FUEL
        self.walked: set[ast.AST] = set()
        """Bodies of functions that were walked."""

    def burn(self) -> None:
        """Count one step of the walk."""
        self.fuel -= 1
        if self.fuel <= 0:
            raise OutOfFuelError

    def at(self, node: ast.AST) -> Site:
        """The place of a node in the file being walked."""
        return Site.of(self.source, node)

    def emit(self, event: E) -> E:
        """Write an event down, with all that is around it."""
        event.index = len(self.events)
        event.turns, event.calls, event.conditions = self.turns, self.calls, self.conditions
        event.grad, event.guessed = self.grad, self.guessing
        if isinstance(event, Operation):
            event.inside = self.inside
        self.events.append(event)
        return event

    def made(self, value: Value, site: Site) -> None:
        """Write down that an object was constructed."""
        self.objects.append(value)
        self.emit(Made(site=site, value=value))

    @contextmanager
    def recording(self, grad: bool | None) -> Iterator[None]:
        """Inside, autograd is on, off, or not known."""
        before, self.grad = self.grad, grad
        try:
            yield
        finally:
            self.grad = before

    @contextmanager
    def turn(self, loop: Loop, number: int) -> Iterator[None]:
        """Inside, a turn of a loop is walked."""
        before = self.turns
        self.turns = (*before, Turn(loop, number))
        try:
            yield
        finally:
            self.turns = before

    @contextmanager
    def under(self, *conditions: Condition) -> Iterator[None]:
        """Inside, one side of a branch is walked."""
        before = self.conditions
        self.conditions = (*before, *conditions)
        try:
            yield
        finally:
            self.conditions = before

    def evaluate(self, node: ast.expr | None) -> Value:
        """The value of an expression. Implemented in expressions.py."""
        raise NotImplementedError

    def call(self, callee: Value, arguments: Arguments, site: Site) -> Value:
        """Call a value. Implemented in calls.py."""
        raise NotImplementedError

    def attribute(self, value: Value, name: str, site: Site) -> Value:
        """Read an attribute. Implemented in lookups.py."""
        raise NotImplementedError

    def elements(self, value: Value, site: Site) -> tuple[list[Value], bool]:
        """What walking over a value gives, and whether that is all. Implemented in loops.py."""
        raise NotImplementedError

    def emit_operation(self, op: str, tensor: Tensor, site: Site) -> None:
        """Write down an operation whose result is no tensor."""
        self.emit(Operation(site=site, op=op, inputs=(tensor,)))
