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
    """One finding.

    `line` counts in the file, also in that of a notebook, which is JSON; a finding in a notebook has one more key,
    `cell`, with the number of the code cell and the line in it. `column` counts in the line of code. `fix` is what
    to do in one sentence, null where there is no single answer.
    """
    found = {
        "file": str(finding.file),
        "line": finding.line,
        "column": finding.column,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": f"{finding.message} {finding.seen}".strip(),
        "fix": finding.fix.note if finding.fix else None,
        "evidence": str(finding.evidence),
    }
    if finding.cell is not None:
        found["cell"] = {"number": finding.cell[0], "line": finding.cell[1]}
    return found
