"""The accuracy that a script reports, read from what it prints."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(
    r"(?P<label>[^\d\n]*?acc[^\d\n]*)(?P<value>\d+(?:\.\d+)?)(?:\s*/\s*(?P<of>\d+))?\s*(?P<sign>%?)", re.I
)
_SCORING = re.compile(r"test|val|eval", re.I)
_TRAINING = re.compile(r"train", re.I)


@dataclass(frozen=True)
class Printed:
    """A printed accuracy.

    Attributes:
        share: as a share of one; over one where the script says more than all.
        line: what it stands in.
    """

    share: float
    line: str


def last_accuracy(output: str) -> Printed | None:
    """The last accuracy that was printed: one that says test or validation, else any that does not say training."""
    scoring: Printed | None = None
    other: Printed | None = None
    heading = ""
    for line in output.splitlines():
        for found in _NUMBER.finditer(line):
            label = f"{heading} {found['label']}"
            printed = Printed(_share(found), line.strip())
            if _SCORING.search(found["label"]) or (_SCORING.search(heading) and not _TRAINING.search(found["label"])):
                scoring = printed
            elif not _TRAINING.search(label):
                other = printed
        # "Test Error:" on a line of its own says what the numbers below it are.
        heading = line if line.rstrip().endswith(":") and not _NUMBER.search(line) else ""
    return scoring or other


def _share(found: re.Match[str]) -> float:
    value = float(found["value"])
    if found["of"] is not None and int(found["of"]) > 0:
        return value / int(found["of"])
    # A number over one and a half can only be meant in per cent; in between it is a share that went wrong.
    return value / 100 if found["sign"] or value > 1.5 else value
