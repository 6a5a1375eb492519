"""What a run saw, joined with what the source says."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from convlens.checking.checker import check_file
from convlens.checking.findings import Evidence, Finding
from convlens.checking.merging import merge
from convlens.checking.rules import Rule, all_rules
from tests.checking.pieces import MISTAKEN
from tests.checking.test_source import notebook

RULES: dict[str, Rule] = {slug: rule for slug, (rule, _) in all_rules().items()}


@dataclass(frozen=True)
class Seen:
    rule: str
    file: str
    line: int
    verdict: str
    sentence: str
    first: int
    last: int


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(MISTAKEN)
    return tmp_path / "train.py"


@pytest.fixture
def findings(script: Path) -> list[Finding]:
    return check_file(script)


def seen(script: Path, line: int, verdict: str = "confirmed", rule: str = "eval-mode-missing", around: int = 0) -> Seen:
    return Seen(rule, str(script), line, verdict, "in 8 of 8 batches dropout was active", line - around, line + around)


@pytest.mark.parametrize(("distance", "around"), [(0, 0), (2, 0), (-2, 0), (5, 5)])
def test_a_finding_that_was_seen_is_confirmed(
    script: Path, findings: list[Finding], distance: int, around: int
) -> None:
    (merged,) = merge(findings, [seen(script, findings[0].line + distance, around=around)], RULES)
    assert merged.evidence is Evidence.BOTH
    assert merged.seen == "In 8 of 8 batches dropout was active."
    assert merged.message == findings[0].message


def test_what_was_seen_elsewhere_of_the_same_mistake_is_no_other_finding(script: Path, findings: list[Finding]) -> None:
    effect = Seen("eval-mode-missing", str(script.parent / "neighbour.py"), 90, "confirmed", "it was seen", 0, 10**6)
    (merged,) = merge(findings, [effect], RULES)
    assert (merged.evidence, merged.line) == (Evidence.BOTH, findings[0].line)


def test_a_finding_that_was_seen_not_to_be_there_is_dropped(script: Path, findings: list[Finding]) -> None:
    assert merge(findings, [seen(script, findings[0].line, "refuted")], RULES) == []


def test_seen_outweighs_not_seen(script: Path, findings: list[Finding]) -> None:
    both = [seen(script, findings[0].line, "refuted"), seen(script, findings[0].line)]
    assert [one.evidence for one in merge(findings, both, RULES)] == [Evidence.BOTH]


def test_what_only_the_run_saw_is_added(script: Path) -> None:
    (added,) = merge([], [seen(script, 17)], RULES)
    assert (added.evidence, added.line, added.message) == (Evidence.RUN, 17, "In 8 of 8 batches dropout was active.")
    assert added.severity is RULES["eval-mode-missing"].severity
    assert added.why


def test_what_only_the_run_saw_in_a_notebook_is_told_by_its_cell(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    file.write_text(notebook("x = 1", ["y = 2\n", "z = 3"]))
    (added,) = merge([], [seen(file, 3)], RULES)
    assert (added.cell, added.code_line) == ((2, 2), 3)
    assert file.read_text().splitlines()[added.line - 1].strip() == '"z = 3"'


def test_verdicts_about_other_places_change_nothing(script: Path, findings: list[Finding]) -> None:
    others = [
        seen(script, findings[0].line + 3, "refuted"),
        seen(script, findings[0].line, "refuted", rule="train-not-shuffled"),
        seen(script.with_name("other.py"), findings[0].line, "refuted"),
    ]
    assert merge(findings, others, RULES) == findings


def test_rules_that_nobody_asked_for_stay_silent(script: Path) -> None:
    assert merge([], [seen(script, 17)], {}) == []


def test_a_comment_silences_the_run_as_well(script: Path) -> None:
    lines = MISTAKEN.splitlines()
    lines[16] += "  # convlens: ignore[eval-mode-missing]"
    script.write_text("\n".join(lines))
    assert merge([], [seen(script, 17)], RULES) == []
