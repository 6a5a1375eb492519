"""Findings as SARIF 2.1.0, which editors and code hosts show."""

import json
from pathlib import Path
from typing import Any

from convlens import __version__
from convlens.checking.checker import Report
from convlens.checking.findings import Edit, Finding, Severity
from convlens.checking.rules import Rule, all_rules
from convlens.checking.source import STDIN

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report) -> str:
    """The log, with one run."""
    rules = [rule for rule, _ in all_rules().values()]
    index = {rule.slug: position for position, rule in enumerate(rules)}
    told = [("error", str(failure)) for failure in report.failures] + [("note", note) for note in report.notes]
    notifications = [{"level": level, "message": {"text": text}} for level, text in told]
    run = {
        "tool": {"driver": {"name": "convlens", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not report.failures, "toolExecutionNotifications": notifications}],
        "results": [_result(finding, index[finding.rule]) for finding in report.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.slug,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    text = " ".join(part for part in (finding.message, finding.seen, finding.why) if part)
    artifact = {"uri": _uri(finding.file)}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [_location(finding, artifact)],
    }
    # The lines of edits count in the code of a notebook, those of SARIF in its file.
    if finding.fix and finding.fix.edits and finding.cell is None:
        changes = [{"artifactLocation": artifact, "replacements": [_replacement(edit) for edit in finding.fix.edits]}]
        result["fixes"] = [{"description": {"text": finding.fix.note}, "artifactChanges": changes}]
    return result


def _location(finding: Finding, artifact: dict[str, str]) -> dict[str, Any]:
    """Where it is; in a notebook the line of its file, and in words the cell, whose columns its file does not have."""
    if finding.cell is not None:
        place = {"artifactLocation": artifact, "region": {"startLine": finding.line}}
        return {"physicalLocation": place, "message": {"text": finding.place}}
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": max(finding.end_line, finding.line),
        "endColumn": max(finding.end_column, finding.column + 1),
    }
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _replacement(edit: Edit) -> dict[str, Any]:
    region = {
        "startLine": edit.line,
        "startColumn": edit.column + 1,
        "endLine": edit.end_line,
        "endColumn": edit.end_column + 1,
    }
    return {"deletedRegion": region, "insertedContent": {"text": edit.text}}


def _uri(file: Path) -> str:
    """Relative to where the command was called, as code hosts want it; a whole address for a file elsewhere."""
    if file == STDIN:
        return "stdin"
    try:
        return file.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return file.absolute().as_uri()
