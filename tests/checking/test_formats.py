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
from tests.checking.test_source import notebook


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
    assert lines[5].startswith("  `model` is scored here in training mode")
    assert lines[7].startswith("  In training mode dropout")
    assert lines[-1] == "1 error in 1 file."


def test_the_change_is_shown_with_its_line_and_what_stands_around_it(report: Report) -> None:
    lines = printed(report).splitlines()
    start = lines.index("    @@ -19,4 +19,5 @@")
    assert lines[start + 1 : start + 6] == [
        "     correct = 0",
        "     with torch.no_grad():",
        "    +    model.eval()",
        "         for images, labels in test_loader:",
        "             correct += (model(images).argmax(dim=1) == labels).sum().item()",
    ]
    stream = io.StringIO()
    text.show(report, Console(file=stream), changes=False)
    assert "Call model.eval()" in stream.getvalue()
    assert "@@" not in stream.getvalue()


def test_sentences_are_as_wide_as_the_console_and_code_is_as_it_stands(script: Path) -> None:
    long = "    for images, labels in test_loader:  # " + "x" * 80
    script.write_text(MISTAKEN.replace("    for images, labels in test_loader:", long))
    lines = printed(check_files([script])).splitlines()
    assert any(line.endswith("x" * 80) for line in lines)
    sentences = [line for line in lines if line.startswith("  ") and line[2].isalpha()]
    assert len(sentences) > 3
    assert max(map(len, sentences)) <= 60


def test_there_are_no_colours_in_a_pipe(report: Report) -> None:
    assert "\x1b" not in printed(report)
    assert "\x1b" in printed(report, colour=True)


def test_the_gravest_first(report: Report) -> None:
    finding = report.findings[0]
    for severity in (Severity.INFO, Severity.WARNING):
        report.findings.append(replace(finding, severity=severity, line=1))
    report.findings.sort(key=lambda one: one.order)
    headings = [line for line in printed(report).splitlines() if line in ("Errors", "Warnings", "Worth knowing")]
    assert headings == ["Errors", "Warnings", "Worth knowing"]
    assert printed(report).endswith("1 error, 1 warning and 1 info in 1 file.\n")


def test_markup_in_the_source_is_printed_as_it_stands(script: Path) -> None:
    script.write_text(MISTAKEN.replace("in test_loader:", "in test_loader:  # [bold]x[/bold]"))
    assert "# [bold]x[/bold]" in printed(check_files([script]))


def test_without_findings(script: Path) -> None:
    script.write_text("import torch\n")
    assert printed(check_files([script])) == "No mistakes found in 1 file.\n"
    script.write_text("import tensorflow\n")
    assert printed(check_files([script])) == "No mistakes found in 1 file, which does not use PyTorch.\n"
    Path("other.py").write_text("import torch\n")
    both = check_files([script, Path("other.py")])
    assert printed(both) == "No mistakes found in 2 files, of which 1 without PyTorch.\n"


def test_many_findings_end_with_the_most_frequent_rules(report: Report) -> None:
    finding = report.findings[0]
    report.findings[:] = [finding] * 12 + [replace(finding, rule="unsafe-load")] * 8
    assert "Most often: eval-mode-missing (12), unsafe-load (8).\n20 errors in 1 file.\n" in printed(report)


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


@pytest.fixture
def in_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """A mistake in line 3 of the third code cell."""
    monkeypatch.chdir(tmp_path)
    head, tail = MISTAKEN.split("correct = 0\n")
    Path("n.ipynb").write_text(notebook("!pip list", head, ["correct = 0\n", *tail.splitlines(keepends=True)]))
    return check_files([Path("n.ipynb")])


def test_people_are_told_the_cell(in_notebook: Report) -> None:
    lines = printed(in_notebook).splitlines()
    assert lines[2] == "n.ipynb, cell 3, line 3 error eval-mode-missing"
    assert lines[3] == "  3 | for images, labels in test_loader:"
    assert "    @@ -1,4 +1,5 @@" in lines


def test_a_change_in_another_cell_says_in_which(in_notebook: Report) -> None:
    elsewhere = replace(in_notebook.findings[0], cell=(2, 1))
    in_notebook.findings[:] = [elsewhere]
    assert "    in cell 3:" in printed(in_notebook).splitlines()


def test_programs_are_told_the_line_of_the_notebooks_file_and_the_cell(in_notebook: Report) -> None:
    (finding,) = json.loads(as_json.render(in_notebook))["findings"]
    assert finding["cell"] == {"number": 3, "line": 3}
    line = Path("n.ipynb").read_text().splitlines()[finding["line"] - 1]
    assert line.strip().startswith('"    for images, labels in test_loader')
    (result,) = json.loads(sarif.render(in_notebook))["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": finding["line"]}
    assert location["message"]["text"] == "cell 3, line 3"
    assert "fixes" not in result


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


def test_sarif_notes_are_no_failures(script: Path) -> None:
    script.write_text("x = 1  # convlens: ignore[eval]\n")
    (run,) = json.loads(sarif.render(check_files([script])))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["toolExecutionNotifications"][0]["level"] == "note"
