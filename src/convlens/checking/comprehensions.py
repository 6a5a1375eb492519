"""Comprehensions: walked like loops, with each element they see."""

import ast
from collections.abc import Callable

from convlens.checking.calls import Calls
from convlens.checking.events import (
    Loop,
)
from convlens.checking.iterating import course
from convlens.checking.values import (
    Constant,
    Items,
    Mapping,
    Parameters,
    Scope,
    StateDict,
    Value,
)


class Comprehensions(Calls):
    """Evaluates comprehensions."""

    def _eval_listcomp(self, node: ast.ListComp) -> Value:
        return self._comprehension(node, "list")

    def _eval_generatorexp(self, node: ast.GeneratorExp) -> Value:
        return self._comprehension(node, "list")

    def _eval_setcomp(self, node: ast.SetComp) -> Value:
        return self._comprehension(node, "set")

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, kind: str) -> Value:
        result = Items(site=self.at(node), kind="set" if kind == "set" else "list")
        parameters: list[Value] = []
        around = len(self.turns)

        def collect() -> None:
            value = self.evaluate(node.elt)
            result.grown = tuple(turn.loop for turn in self.turns[around:] if not turn.loop.unrolled)
            if isinstance(value, Parameters) and value.single:
                parameters.append(value)
            result.elements.append(value)

        complete = self._each(node.generators, collect)
        result.open = not complete
        if parameters and len(parameters) == len(result.elements):
            return _collected(parameters, result)
        return result

    def _eval_dictcomp(self, node: ast.DictComp) -> Value:
        mapping = Mapping(site=self.at(node))
        keys: list[Value] = []
        values: list[Value] = []

        def collect() -> None:
            keys.append(self.evaluate(node.key))
            values.append(self.evaluate(node.value))

        mapping.open = not self._each(node.generators, collect)
        if values and isinstance(values[0], StateDict):  # `{name: tensor for name, tensor in state.items()}`
            return StateDict(site=self.at(node), owner=values[0].owner, copied=values[0].copied)
        for key, value in zip(keys, values, strict=True):
            if isinstance(key, Constant):
                mapping.entries[key.value] = value
            else:
                mapping.open = True
        return mapping

    def _each(self, generators: list[ast.comprehension], collect: Callable[[], None]) -> bool:
        outer, self.scope = self.scope, Scope(name="comprehension", outer=self.scope, source=self.scope.source)
        try:
            return self._clauses(generators, collect)
        finally:
            self.scope = outer

    def _clauses(self, generators: list[ast.comprehension], collect: Callable[[], None]) -> bool:
        if not generators:
            collect()
            return True
        first, *rest = generators
        over = self.evaluate(first.iter)
        found = course(self, over, self.at(first.iter))
        loop = Loop(
            site=self.at(first.iter), over=over, loader=found.loader, batches=found.batches, outer=self.turns,
            unrolled=found.complete,
        )  # fmt: skip
        complete = found.complete
        for number, value in enumerate(found.elements[:256]):
            with self.turn(loop, number):
                self.assign(first.target, value)
                tests = [self.truth(self.evaluate(test)) for test in first.ifs]
                if False in tests:
                    continue
                complete = complete and None not in tests
                complete = self._clauses(rest, collect) and complete
        return complete


def _collected(parameters: list[Value], result: Items) -> Value:
    found = [one for one in parameters if isinstance(one, Parameters)]
    first = found[0]
    return Parameters(
        site=result.site, modules=first.modules, partial=first.partial or result.open,
        trainable_only=first.trainable_only,
    )  # fmt: skip
