"""What a check tells: findings, and the changes of text that mend them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How grave a mistake is; the gravest first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


class Evidence(StrEnum):
    """Where a finding was seen."""

    SOURCE = "source"
    RUN = "run"
    BOTH = "both"


@dataclass(frozen=True, order=True)
class Edit:
    """One replacement of text. Lines count from 1, columns from 0 in characters, the end is not included."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True)
class Fix:
    """A change that mends a mistake.

    Attributes:
        edits: replacements that do not overlap; empty where only advice can be given.
        note: what the change does, as an imperative sentence: "Add model.eval() before the loop."
    """

    note: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A mistake at a place.

    Attributes:
        file: the file that was checked.
        line: the line a person would edit, from 1.
        column: from 1, in characters.
        rule: the slug.
        message: one sentence, what is wrong here, with the names and numbers of this script.
        why: one sentence, why it matters.
        fix: how to mend it; None where there is no single answer.
        evidence: whether the source, a run, or both showed it.
        end_line, end_column: the end of the marked text, not included.
        seen: what a run saw of it, as a sentence; empty where the source alone says it.
        code_line: the line in the code that was checked; of a notebook not that of its file. Edits count so too.
        cell: of a notebook, the number of the code cell and the line in it.
    """

    file: Path
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    why: str
    fix: Fix | None = None
    evidence: Evidence = Evidence.SOURCE
    end_line: int = 0
    end_column: int = 0
    code_line: int = 0
    seen: str = ""
    cell: tuple[int, int] | None = None

    @property
    def place(self) -> str:
        """How to tell a person where it is: `line 12`, in a notebook `cell 3, line 2`."""
        return f"line {self.line}" if self.cell is None else f"cell {self.cell[0]}, line {self.cell[1]}"

    @property
    def order(self) -> tuple[int, str, int, int, str]:
        """Sorts the gravest first, then from the top of the file."""
        return self.severity.rank, str(self.file), self.line, self.column, self.rule
