"""What was found beside what is expected, counted."""

from collections import defaultdict
from dataclasses import dataclass

from corpus.building import Case, Expected

_NEAR = 2  # lines
_KINDS = ("single", "several", "shows in the source", "shows when run", "all")
_GRAVITY = {"info": 0, "warning": 1, "error": 2}


@dataclass(frozen=True)
class Found:
    """What is kept of a finding."""

    slug: str
    file: str
    line: int
    severity: str


@dataclass(frozen=True)
class Outcome:
    """A case and what was found in it."""

    case: Case
    found: set[Found]

    def finds(self, expected: Expected) -> bool:
        """Whether a mistake is found."""
        return any((f.slug, f.file) == (expected.slug, expected.file) for f in self.found)

    def locates(self, expected: Expected) -> bool:
        """Whether it is found near a line that a person would edit."""
        lines = self._lines(expected)
        return any(abs(line - right) <= _NEAR for line in lines for right in expected.lines)

    def miss(self, expected: Expected) -> str:
        """What is expected and where it was found, as a line of text."""
        lines = self._lines(expected)
        where = f"{expected.file}:{'/'.join(map(str, expected.lines))}"
        return f"{self.case.name}: {where} {expected.slug}" + (f", found at {lines}" if lines else "")

    def _lines(self, expected: Expected) -> list[int]:
        return sorted(f.line for f in self.found if (f.slug, f.file) == (expected.slug, expected.file))

    def unexpected(self) -> list[Found]:
        """The findings that nothing in the case calls for."""
        case = self.case
        right = {expected.slug for expected in case.expected} | case.also
        allowed = {slug: _GRAVITY[gravest] for slug, gravest in case.told.items()}
        return sorted(
            (f for f in self.found if f.slug not in right and _GRAVITY[f.severity] > allowed.get(f.slug, -1)),
            key=lambda f: (f.file, f.line, f.slug),
        )

    def alarms(self) -> set[tuple[str, str]]:
        """The errors and warnings among those, as slug and file: of one with two lines it counts one."""
        return {(f.slug, f.file) for f in self.unexpected() if f.severity != "info"}


@dataclass
class Tally:
    """Counts for one slug or one kind of case."""

    planted: int = 0
    found: int = 0
    located: int = 0

    def add(self, found: bool, located: bool) -> None:
        """One planted mistake."""
        self.planted += 1
        self.found += found
        self.located += located


class Score:
    """The tables over many outcomes."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self._cases = [outcome.case for outcome in outcomes]
        self._slugs: dict[str, Tally] = defaultdict(Tally)
        self._kinds: dict[str, Tally] = defaultdict(Tally)
        self._alarms: dict[str, list[str]] = defaultdict(list)
        self._misses: list[str] = []
        for outcome in outcomes:
            self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        case = outcome.case
        for expected in case.expected:
            found, located = outcome.finds(expected), outcome.locates(expected)
            shows = "shows when run" if expected.only_when_run else "shows in the source"
            for tally in (self._slugs[expected.slug], *(self._kinds[kind] for kind in (case.kind, shows, "all"))):
                tally.add(found, located)
            if not located:
                self._misses.append(outcome.miss(expected))
        for one in outcome.unexpected():
            self._alarms[f"{case.kind}, {one.severity}"].append(f"{case.name}: {one.file}:{one.line} {one.slug}")

    def print(self, verbose: bool) -> None:
        """The tables, and on demand what is wrong."""
        self._print_slugs()
        self._print_kinds()
        self._print_alarms()
        if verbose:
            print("\nMissed, or pointed at a line that is not near:", *self._misses, sep="\n  ")
            for kind, lines in sorted(self._alarms.items()):
                if lines:
                    print(f"\nNot expected in {kind}:", *lines, sep="\n  ")

    def _print_slugs(self) -> None:
        print(f"{'slug':36}planted   found  located")
        for slug, tally in sorted(self._slugs.items(), key=lambda item: (item[1].found / item[1].planted, item[0])):
            print(f"{slug:36}{tally.planted:7}{tally.found:8}{tally.located:9}")

    def _print_kinds(self) -> None:
        print(f"\n{'mistakes':36}planted   found  located")
        for kind in _KINDS:
            tally = self._kinds[kind]
            if tally.planted:
                shares = f"{tally.found / tally.planted:8.1%}{tally.located / tally.planted:9.1%}"
                print(f"{kind:36}{tally.planted:7}{shares}")

    def _print_alarms(self) -> None:
        """Per file; in files with mistakes they are those beside the planted ones."""
        print(f"\n{'not expected, per file':36}  files  errors warnings    infos")
        for kind in ("clean", "look-alike", "single", "several"):
            files = sum(len(case.scripts) for case in self._cases if case.kind == kind)
            if files:
                numbers = [
                    len(self._alarms[f"{kind}, {severity}"]) / files for severity in ("error", "warning", "info")
                ]
                print(f"{kind:36}{files:7}" + "".join(f"{number:8.3f}" for number in numbers))
