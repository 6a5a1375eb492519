"""Findings as one JSON document: the contract of `convlens check --format json`."""

import json
from typing import Any

from convlens.checking.checker import Report
from convlens.checking.findings import Finding


def render(report: Report) -> str:
    """The document."""
    findings = [as_dict(finding) for finding in report.findings]
    return json.dumps({"version": 1, "findings": findings, "files": len(report.files)}, indent=2)


def as_dict(finding: Finding) -> dict[str, Any]:
    """One finding; `fix` is what to do in one sentence, null where there is no single answer."""
    return {
        "file": str(finding.file),
        "line": finding.line,
        "column": finding.column,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": f"{finding.message} {finding.seen}".strip(),
        "fix": finding.fix.note if finding.fix else None,
        "evidence": str(finding.evidence),
    }
