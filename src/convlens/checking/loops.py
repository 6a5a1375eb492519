"""Loops: what they walk over, how often their bodies are walked."""

import ast

from convlens.checking.definitions import Definitions
from convlens.checking.events import Loop, LoopEntered, LoopLeft
from convlens.checking.iterating import Course, course, training_words
from convlens.checking.values import (
    Constant,
    Number,
    Site,
    Unknown,
    Value,
)

TURNS = 2
"""How often the body of a loop is walked whose turns are not known one by one."""


class Loops(Definitions):
    """Walks loops."""

    def elements(self, value: Value, site: Site) -> tuple[list[Value], bool]:
        """What walking over a value gives, and whether that is all."""
        found = course(self, value, site)
        return found.elements, found.complete

    def _stmt_for(self, node: ast.For) -> bool:
        over = self.evaluate(node.iter)
        found = course(self, over, self.at(node.iter))
        loop = Loop(
            site=self.at(node), over=over, loader=found.loader, batches=found.batches, outer=self.turns,
        )  # fmt: skip
        loop.unrolled = found.complete and not self._repeats(node, found)
        self._walk_loop(loop, node, self._turns_of(loop, found))
        return self.block(node.orelse)

    _stmt_asyncfor = _stmt_for

    def _repeats(self, node: ast.For, found: Course) -> bool:
        """Whether counted turns are epochs or batches, which are alike, and so walked as such."""
        numbered = all(isinstance(one, Constant) and isinstance(one.value, int) for one in found.elements)
        return numbered and (self.trains(node) or len(found.elements) > 32)

    def trains(self, node: ast.AST) -> bool:
        """Whether a piece of code, with the functions of this file it calls, trains or scores."""
        known = self._training
        if node not in known:
            known[node] = False
            known[node] = training_words(node) or any(self.trains(called) for called in self._called_in(node))
        return known[node]

    def _called_in(self, node: ast.AST) -> list[ast.AST]:
        found: list[ast.AST] = []
        for part in ast.walk(node):
            if isinstance(part, ast.Call):
                name = part.func.id if isinstance(part.func, ast.Name) else ""
                name = part.func.attr if isinstance(part.func, ast.Attribute) else name
                found += self.definitions.get(name, [])
        return found

    @property
    def definitions(self) -> dict[str, list[ast.AST]]:
        """The functions and methods of the file by name."""
        known = self._definitions
        if not known:
            known["(read)"] = []
            for part in self.source.nodes:
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                    known.setdefault(part.name, []).append(part)
        return known

    def _turns_of(self, loop: Loop, found: Course) -> list[Value]:
        if loop.unrolled:
            return found.elements
        if found.complete and found.elements and isinstance(found.elements[0], Constant):
            return [Number(site=loop.site, kind="index", of=found.loader)] * TURNS
        typical = found.elements[:1] or [Unknown(site=loop.site)]
        return (found.elements if len(found.elements) > 1 and found.complete else typical) * TURNS

    def _walk_loop(self, loop: Loop, node: ast.For, values: list[Value]) -> None:
        self.emit(LoopEntered(site=loop.site, loop=loop))
        for number, value in enumerate(values):
            with self.turn(loop, number):
                fresh = value if loop.unrolled or number == 0 or not loop.batches else self._next_batch(loop, node)
                self.assign(node.target, fresh or value)
                if self._turn_breaks(node.body):
                    break
        self.emit(LoopLeft(site=loop.site, loop=loop))

    def _turn_breaks(self, body: list[ast.stmt]) -> bool:
        """Walk one turn; whether it ends with `break` for certain. One under an unknown test leaves only its side."""
        self._broken = False
        goes_on = self.block(body)
        broken, self._broken = self._broken, False
        return broken and not goes_on

    def _next_batch(self, loop: Loop, node: ast.For) -> Value | None:
        """New pictures and labels for another turn."""
        if loop.over is None:
            return None
        elements = course(self, loop.over, self.at(node.iter)).elements
        return elements[0] if elements else None

    def _stmt_while(self, node: ast.While) -> bool:
        loop = Loop(site=self.at(node), outer=self.turns)
        test = self.evaluate(node.test)
        if isinstance(test, Constant) and test.certain and not test.value:
            return True
        self.emit(LoopEntered(site=loop.site, loop=loop))
        for number in range(TURNS):
            with self.turn(loop, number):
                self.evaluate(node.test)
                if self._turn_breaks(node.body):
                    break
        self.emit(LoopLeft(site=loop.site, loop=loop))
        return self.block(node.orelse)
