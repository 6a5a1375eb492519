"""Findings for people, and as JSON and SARIF."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from convlens.checking.checker import Report, check_files
from convlens.checking.findings import Evidence, Finding, Severity
from convlens.checking.formats import json as as_json
from convlens.checking.formats import sarif, text
from convlens.checking.rules import all_rules
from tests.checking.pieces import MISTAKEN


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(MISTAKEN)
    return Path("train.py")


@pytest.fixture
def report(script: Path) -> Report:
    return check_files([script])


def printed(report: Report, *, colour: bool = False) -> str:
    stream = io.StringIO()
    text.show(
        report, Console(file=stream, force_terminal=colour, color_system="standard" if colour else None, width=60)
    )
    return stream.getvalue()


def test_people_see_the_line_the_mark_what_why_and_the_change(report: Report) -> None:
    lines = printed(report).splitlines()
    line = next(
        number
        for number, code in enumerate(MISTAKEN.splitlines(), 1)
        if code == "    for images, labels in test_loader:"
    )
    assert lines[0] == "Errors"
    assert lines[2] == f"train.py:{line}:5 error eval-mode-missing"
    assert lines[3] == f"  {line} | for images, labels in test_loader:"
    assert lines[4] == f"     | {'^' * 34}"
    assert "`model.eval()` is missing" in lines[5]
    assert lines[6].startswith("  In training mode dropout")
    assert lines[8] == "    +     model.eval()"
    assert lines[-1] == "1 error in 1 file."


def test_no_line_is_broken_in_a_pipe_and_there_are_no_colours(report: Report) -> None:
    assert "\x1b" not in printed(report)
    assert max(map(len, printed(report).splitlines())) > 60
    assert "\x1b" in printed(report, colour=True)


def test_the_gravest_first(report: Report) -> None:
    finding = report.findings[0]
    for severity in (Severity.INFO, Severity.WARNING):
        report.findings.append(replace(finding, severity=severity, line=1))
    report.findings.sort(key=lambda one: one.order)
    headings = [line for line in printed(report).splitlines() if line in ("Errors", "Warnings", "Worth knowing")]
    assert headings == ["Errors", "Warnings", "Worth knowing"]
    assert printed(report).endswith("1 error, 1 warning and 1 note in 1 file.\n")


def test_markup_in_the_source_is_printed_as_it_stands(script: Path, report: Report) -> None:
    script.write_text(MISTAKEN.replace("in test_loader:", "in test_loader:  # [bold]x[/bold]"))
    assert "# [bold]x[/bold]" in printed(report)


def test_without_findings(script: Path) -> None:
    script.write_text("x = 1\n")
    assert printed(check_files([script])) == "No mistakes found in 1 file.\n"


def test_what_a_run_saw_is_told(report: Report) -> None:
    seen = replace(report.findings[0], seen="In 8 of 8 test batches dropout was active.", evidence=Evidence.BOTH)
    report.findings[:] = [seen]
    assert "  When run: In 8 of 8 test batches dropout was active.\n" in printed(report)
    document = json.loads(as_json.render(report))
    assert document["findings"][0]["evidence"] == "both"
    assert document["findings"][0]["message"].endswith("dropout was active.")


def test_the_json_document_is_as_agreed(report: Report) -> None:
    document = json.loads(as_json.render(report))
    assert (document["version"], document["files"]) == (1, 1)
    assert set(document) == {"version", "findings", "files"}
    (finding,) = document["findings"]
    assert set(finding) == {"file", "line", "column", "rule", "severity", "message", "fix", "evidence"}
    assert (finding["file"], finding["rule"], finding["severity"]) == ("train.py", "eval-mode-missing", "error")
    assert finding["evidence"] == "source"
    assert finding["fix"] == report.findings[0].fix.note  # type: ignore[union-attr]


def test_sarif_has_rules_results_and_fixes(report: Report) -> None:
    log = json.loads(sarif.render(report))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    (result,) = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert len(rules) == len(all_rules())
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "eval-mode-missing"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "train.py"
    lines = MISTAKEN.splitlines()
    region = place["region"]
    assert lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1].startswith("for images")
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"]["text"] == "    model.eval()\n"
    assert replacement["deletedRegion"]["startColumn"] == 1


def test_sarif_levels_and_failures(report: Report, tmp_path: Path) -> None:
    finding: Finding = report.findings[0]
    report.findings[:] = [replace(finding, severity=severity) for severity in Severity]
    report.failures += check_files([tmp_path / "gone.py"]).failures
    (run,) = json.loads(sarif.render(report))["runs"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "gone.py" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
