"""The rules' documentation, made from their own files: `python -m convlens.checking.pages docs/rules`."""

import sys
from difflib import unified_diff
from itertools import groupby
from pathlib import Path

from convlens import files
from convlens.checking import harm
from convlens.checking.checker import check_text
from convlens.checking.rules import Rule, all_rules

INDEX = "README.md"


def pages() -> dict[str, str]:
    """Every page by its file name: one a rule, and the index."""
    rules = [rule for rule, _ in all_rules().values()]
    return {INDEX: index(rules)} | {f"{rule.slug}.md": page(rule) for rule in rules}


def index(rules: list[Rule]) -> str:
    """All rules by what a person sees, and by severity."""
    by_symptom = sorted(rules, key=lambda rule: rule.symptom.lower())
    lines = ["# What `convlens check` finds", "", "## By symptom", "", "| what you see | the mistake |", "|---|---|"]
    lines += [f"| {_cell(rule.symptom)} | [{rule.title}]({rule.slug}.md) |" for rule in by_symptom]
    lines += ["", "## By severity", ""]
    lines += [
        "An *error* makes the result wrong or the script fail, a *warning* makes it worse, slower or fragile; *info* is"
    ]
    lines += ["harmless and worth knowing. The page of a rule says where a finding is told at another severity."]
    for severity, group in groupby(sorted(rules, key=lambda rule: (rule.severity.rank, rule.slug)), _severity):
        lines += ["", f"### {severity.capitalize()}", ""]
        lines += [f"- [`{rule.slug}`]({rule.slug}.md): {rule.title.lower()}" for rule in group]
    return "\n".join(lines) + "\n"


def page(rule: Rule) -> str:
    """One rule: symptom, mistake, why, evidence, fix."""
    findings = check_text(rule.bad)
    parts = [f"# {rule.title}", f"`{rule.slug}`, {rule.severity}", f"**What you see:** {_sentence(rule.symptom)}"]
    parts += [f"**The mistake:** {finding.message}" for finding in findings[:1]]
    parts += [f"**Why it matters:** {rule.why}"]
    measured = harm.harm_of(rule.slug)
    if measured is not None:
        parts += ["## What it costs", _code("\n".join(harm.lines(measured)), "text")]
    parts += ["## The mistake in a script", _code(rule.bad, "python"), "## Without it", _difference(rule)]
    parts += [f"To keep a line as it is: `# convlens: ignore[{rule.slug}]`."]
    return "\n\n".join(parts) + "\n"


def _difference(rule: Rule) -> str:
    before, after = (text.strip("\n").splitlines() for text in (rule.bad, rule.good))
    lines = list(unified_diff(before, after, lineterm="", n=1))[2:]
    return _code("\n".join(line for line in lines if not line.startswith("@@")), "diff")


def _code(text: str, language: str) -> str:
    return f"```{language}\n{text.strip(chr(10))}\n```"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _severity(rule: Rule) -> str:
    return str(rule.severity)


def main() -> None:
    """Write all pages into a folder, and take away those of rules that are gone."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for name, text in made.items():
        files.write_atomically(folder / name, text.encode())
    for old in set(folder.glob("*.md")) - {folder / name for name in made}:
        old.unlink()


if __name__ == "__main__":
    main()
