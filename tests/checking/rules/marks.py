"""Scripts whose lines say what is expected there: `# <- slug` at the end of a line, and nothing elsewhere."""

import re
from collections.abc import Iterable

from convlens.checking.checker import check_text
from convlens.checking.findings import Finding
from convlens.checking.fixing import apply

_MARK = re.compile(r"\s*# <- (.*)$")


def expected_and_found(script: str, rules: Iterable[str]) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """Line and slug (with `/severity` where the mark has one) as marked, and as the rules find them."""
    expected: set[tuple[int, str]] = set()
    bare = []
    for number, line in enumerate(script.split("\n"), start=1):
        found = _MARK.search(line)
        expected |= {(number, mark.strip()) for mark in found[1].split(",")} if found else set()
        bare.append(_MARK.sub("", line))
    findings = check_text("\n".join(bare), rules)
    graded = {(number, mark.split("/")[0]) for number, mark in expected if "/" in mark}
    return expected, {(f.line, f"{f.rule}/{f.severity}" if (f.line, f.rule) in graded else f.rule) for f in findings}


def left_after_fixes(script: str, rules: Iterable[str]) -> tuple[str, list[Finding]]:
    """The script with every fix that has edits applied, and those findings whose fix did not mend them."""
    text = "\n".join(_MARK.sub("", line) for line in script.split("\n"))
    fixed = [finding for finding in check_text(text, rules) if finding.fix and finding.fix.edits]
    mended = apply(text, [edit for finding in fixed for edit in (finding.fix.edits if finding.fix else ())])
    slugs = {finding.rule for finding in fixed}
    return mended, [finding for finding in check_text(mended, rules) if finding.rule in slugs]
