"""Findings as SARIF 2.1.0, which editors and code hosts show."""

import json
from pathlib import Path
from typing import Any

from convlens import __version__
from convlens.checking.checker import Report
from convlens.checking.findings import Edit, Finding, Severity
from convlens.checking.rules import Rule, all_rules

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report) -> str:
    """The log, with one run."""
    rules = [rule for rule, _ in all_rules().values()]
    index = {rule.slug: position for position, rule in enumerate(rules)}
    failures = [
        {"level": "error", "message": {"text": str(failure)}} for failure in report.failures
    ]  # fmt: skip
    run = {
        "tool": {"driver": {"name": "convlens", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not failures, "toolExecutionNotifications": failures}],
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
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": max(finding.end_line, finding.line),
        "endColumn": max(finding.end_column, finding.column + 1),
    }
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }
    # The lines of edits count in the code of a notebook, those of SARIF in its file.
    if finding.fix and finding.fix.edits and finding.code_line == finding.line:
        changes = [{"artifactLocation": artifact, "replacements": [_replacement(edit) for edit in finding.fix.edits]}]
        result["fixes"] = [{"description": {"text": finding.fix.note}, "artifactChanges": changes}]
    return result


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
    try:
        return file.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return file.absolute().as_uri()
