"""Branches: `if`, `match`, `try`. Where the test is open each side is walked from the same start."""

import ast
from collections.abc import Callable

from convlens.checking.events import Condition
from convlens.checking.loops import Loops
from convlens.checking.values import Constant, Unknown, Value


class Branching(Loops):
    """Walks branches."""

    def _stmt_if(self, node: ast.If) -> bool:
        """A chain of `elif` is one branch with many sides: each is walked from the same start."""
        sides: list[Callable[[], bool]] = []
        passed: list[Condition] = []
        preferred: int | None = None
        rest: list[ast.stmt] = [node]
        while len(rest) == 1 and isinstance(one := rest[0], ast.If):
            with self.under(*passed):
                test = self.evaluate(one.test)
            truth, known = self._decided(one.test, test)
            passed.append(Condition(one.test, self.at(one.test), test, taken=truth is True and known, known=known))
            if known and truth:
                rest = one.body
                break
            if not known:
                preferred = len(sides) if preferred is None and truth is not False else preferred
                taken = Condition(one.test, self.at(one.test), test, taken=True, known=False)
                sides.append(self._side([*passed[:-1], taken], one.body))
            rest = one.orelse
        sides.append(self._side(passed, rest))
        if len(sides) == 1:
            return sides[0]()
        return self.memory.branch(sides, self.at(node.test), len(sides) - 1 if preferred is None else preferred)

    def _decided(self, node: ast.expr, test: Value) -> tuple[bool | None, bool]:
        """Whether a test holds, and whether that is certain."""
        if _is_main_guard(node):
            return True, True
        truth = self.truth(test)
        return truth, truth is not None and (not isinstance(test, Constant) or test.certain)

    def _side(self, conditions: list[Condition], body: list[ast.stmt]) -> Callable[[], bool]:
        """One side of a branch, to be walked under what led to it."""
        led = tuple(conditions)

        def walk() -> bool:
            with self.under(*led):
                return self.block(body)

        return walk

    def _stmt_match(self, node: ast.Match) -> bool:
        subject = self.evaluate(node.subject)
        fits = [_fits(case, subject) for case in node.cases]
        open_or_right = [number for number, fit in enumerate(fits) if fit is not False]
        first = open_or_right[0] if open_or_right else 0
        if fits[first] and isinstance(subject, Constant) and subject.certain:
            pattern = node.cases[first].pattern
            right = Condition(pattern, self.at(pattern), subject, taken=True, known=True)
            return self._side([right], node.cases[first].body)()
        sides = [self._case(node.cases[: number + 1], subject) for number in range(len(node.cases))]
        if not any(_fits(case, Unknown()) for case in node.cases):
            sides.append(lambda: True)
        return self.memory.branch(sides, self.at(node), first)

    def _case(self, cases: list[ast.match_case], subject: Value) -> Callable[[], bool]:
        """The last of these cases, after those before it that did not fit: like the end of a chain of `elif`."""
        led = [
            Condition(one.pattern, self.at(one.pattern), subject, taken=one is cases[-1], known=False) for one in cases
        ]
        return self._side(led, cases[-1].body)

    def _stmt_try(self, node: ast.Try) -> bool:
        raised = Unknown(name="an exception")
        sides = [self._side([], [*node.body, *node.orelse])]
        for one in node.handlers:
            caught = one.type or one
            sides.append(self._side([Condition(caught, self.at(caught), raised, taken=True, known=False)], one.body))
        goes_on = self.memory.branch(sides, self.at(node))
        return self.block(node.finalbody) and goes_on

    _stmt_trystar = _stmt_try


def _fits(case: ast.match_case, subject: Value) -> bool | None:
    """Whether a case is taken for sure (`case _`, the constant itself), or not at all; None where that is open."""
    fit = _matches(case.pattern, subject)
    return None if fit and case.guard is not None else fit


def _matches(pattern: ast.pattern, subject: Value) -> bool | None:
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        return True
    if isinstance(pattern, ast.MatchOr):
        found = [_matches(one, subject) for one in pattern.patterns]
        return True if True in found else None if None in found else False
    value = getattr(pattern, "value", None)
    plain = value.value if isinstance(value, ast.Constant) else value
    if isinstance(pattern, ast.MatchValue | ast.MatchSingleton) and isinstance(subject, Constant):
        known = isinstance(pattern, ast.MatchSingleton) or isinstance(value, ast.Constant)
        return subject.value == plain if known else None
    return None


def _is_main_guard(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))
