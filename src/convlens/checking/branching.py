"""Branches: `if`, `match`, `try`. Where the test is open each side is walked from the same start."""

import ast
from collections.abc import Callable

from convlens.checking.events import Condition
from convlens.checking.loops import Loops
from convlens.checking.values import Constant, Unknown, Value


class Branching(Loops):
    """Walks branches."""

    def _stmt_if(self, node: ast.If) -> bool:
        test = self.evaluate(node.test)
        truth = self.truth(test)
        certain = not isinstance(test, Constant) or test.certain
        if _is_main_guard(node.test):
            truth, certain = True, True
        if truth is not None and certain:
            return self._side(node.test, test, node.body if truth else node.orelse, taken=truth, known=True)()
        sides = [
            self._side(node.test, test, node.body),
            self._side(node.test, test, node.orelse, taken=False),
        ]
        return self.memory.branch(sides, self.at(node.test), 1 if truth is False else 0)

    def _side(
        self, node: ast.AST, test: Value, body: list[ast.stmt], *, taken: bool = True, known: bool = False
    ) -> Callable[[], bool]:
        """One side of a branch, to be walked under its test."""

        def walk() -> bool:
            with self.under(Condition(node, self.at(node), test, taken=taken, known=known)):
                return self.block(body)

        return walk

    def _stmt_match(self, node: ast.Match) -> bool:
        subject = self.evaluate(node.subject)
        fits = [_fits(case, subject) for case in node.cases]
        open_or_right = [number for number, fit in enumerate(fits) if fit is not False]
        first = open_or_right[0] if open_or_right else 0
        if fits[first] and isinstance(subject, Constant) and subject.certain:
            return self._side(node.cases[first].pattern, subject, node.cases[first].body, known=True)()
        sides = [self._case(node.cases, number, subject) for number in range(len(node.cases))]
        if not any(_fits(case, Unknown()) for case in node.cases):
            sides.append(lambda: True)
        return self.memory.branch(sides, self.at(node), first)

    def _case(self, cases: list[ast.match_case], number: int, subject: Value) -> Callable[[], bool]:
        """One case, after those before it that did not fit: like the end of a chain of `elif`."""
        walk = self._side(cases[number].pattern, subject, cases[number].body)
        for earlier in cases[:number]:
            walk = self._after(earlier.pattern, subject, walk)
        return walk

    def _after(self, node: ast.AST, test: Value, inner: Callable[[], bool]) -> Callable[[], bool]:
        def walk() -> bool:
            with self.under(Condition(node, self.at(node), test, taken=False, known=False)):
                return inner()

        return walk

    def _stmt_try(self, node: ast.Try) -> bool:
        raised = Unknown(name="an exception")
        handlers = [self._side(one.type or one, raised, one.body) for one in node.handlers]
        sides = [lambda: self.block([*node.body, *node.orelse]), *handlers]
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
