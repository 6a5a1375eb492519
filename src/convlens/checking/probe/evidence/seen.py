"""One thing that a run says about one rule."""

from dataclasses import dataclass
from typing import Literal

from convlens.checking.probe.observation import Place

_ANYWHERE = (0, 1_000_000)


@dataclass(frozen=True)
class Seen:
    """A verdict about a rule at a place.

    Attributes:
        rule: the slug.
        file, line: the line a person would edit.
        first, last: the lines of the function or loop around it; a finding of the source about the same mistake
            stands on one of them. First is 0 where it may stand anywhere in the script and its neighbours.
        sentence: what was seen, as a sentence that can follow the finding.
    """

    rule: str
    file: str
    line: int
    verdict: Literal["confirmed", "refuted"]
    sentence: str
    first: int
    last: int


def confirmed(rule: str, place: Place, sentence: str, line: int | None = None) -> Seen:
    """A mistake that was seen; `line` where another one than the place's is to be edited."""
    return Seen(rule, place.file, line or place.line, "confirmed", sentence, place.first, place.last)


def confirmed_somewhere(rule: str, place: Place, sentence: str) -> Seen:
    """A mistake whose effect was seen here; where the source knows of it, its cause stands there."""
    return Seen(rule, place.file, place.line, "confirmed", sentence, *_ANYWHERE)


def refuted(rule: str, place: Place, sentence: str) -> Seen:
    """A mistake that was looked for here and is not there."""
    return Seen(rule, place.file, place.line, "refuted", sentence, place.first, place.last)


def refuted_everywhere(rule: str, place: Place, sentence: str) -> Seen:
    """A mistake of the whole script that is not there, wherever in the file it is suspected."""
    return Seen(rule, place.file, place.line, "refuted", sentence, *_ANYWHERE)


def head(place: Place) -> int:
    """The line that lacks what is missing in a function: its `def`; at the top level the loop."""
    return place.first if place.function else place.line


def counted(number: int, what: str) -> str:
    """`1 batch`, `2 batches`."""
    if number == 1:
        return f"1 {what}"
    return f"{number} {what}es" if what.endswith(("ch", "s")) else f"{number} {what}s"
