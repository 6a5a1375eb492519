"""convlens beside torch-preflight, mldoct and TorchFix, on the corpus of planted mistakes, in one run.

    python bench/check_against.py     # about five minutes; installs the three in an environment of their own

The tools have other names for mistakes, so names are not compared. A tool has *said something* of a planted mistake
when it gives a finding that it does not give for the same script without the mistake, *near* when that finding is at
most two lines from a line that a person would edit. This favours the others: a finding that is right by chance counts.
Alarms are errors and warnings in scripts without a mistake. Only single mistakes in one plain file are used, since not
every tool reads notebooks. mldoct prints no lines; those that it knows are taken.
"""

import json
import os
import re
import subprocess
import sysconfig
import tempfile
import venv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from check_corpus import write
from corpus.building import Case, cases

_PACKAGES = ("torch-preflight==0.5.0", "mldoct==1.0.0", "torchfix==0.7.0")
# What they need, PyTorch apart, which they borrow from this environment.
_NEEDED = ("libcst>=1.5,<1.6", "PyYAML", "rich", "flake8", "numpy", "pandas", "scikit-learn")
_NEAR = 2  # lines


@dataclass(frozen=True)
class Said:
    """A finding as a tool gives it: its own name, its line (0 where none is named), and whether it is an alarm."""

    name: str
    line: int
    alarm: bool


Findings = dict[str, list[Said]]
"""What a tool says of each file."""


def main() -> None:
    """Install the tools, let all read the same files, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        commands = _environment(Path(folder) / "environment")
        chosen = [case for case in cases() if len(case.files) == 1 and next(iter(case.files)).endswith(".py")]
        corpus = Path(folder) / "corpus"
        write(chosen, corpus)
        clean = {_base(case): case for case in chosen if case.kind == "clean"}
        singles = [case for case in chosen if case.kind == "single" and _base(case) in clean]
        right = [*clean.values(), *(case for case in chosen if case.kind == "look-alike")]
        print(f"{len(singles)} single mistakes, {len(right)} scripts without a mistake\n")
        print(f"{'':24}{'said something':>16}{'near':>10}{'alarms a script without a mistake':>38}")
        names = [_file(case) for case in (*singles, *right)]
        for title, tool in _TOOLS.items():
            _row(title, tool(commands, corpus, names), singles, clean, right)


def _row(title: str, found: Findings, singles: list[Case], clean: dict[str, Case], right: list[Case]) -> None:
    said = near = 0
    for case in singles:
        known = Counter(one.name for one in found[_file(clean[_base(case)])])
        new = Counter(one.name for one in found[_file(case)]) - known
        lines = {line for expected in case.expected for line in expected.lines}
        said += bool(new)
        near += any(one.name in new and abs(one.line - line) <= _NEAR for one in found[_file(case)] for line in lines)
    alarms = sum(one.alarm for case in right for one in found[_file(case)])
    shares = f"{said / len(singles):>16.1%}{near / len(singles):>10.1%}"
    print(f"{title:24}{shares}{alarms / len(right):>38.2f}", flush=True)


def _base(case: Case) -> str:
    return case.name.partition("--")[0]


def _file(case: Case) -> str:
    """Its path below the corpus."""
    return f"{case.name}/{next(iter(case.files))}"


def _environment(folder: Path) -> Path:
    """The folder of the commands of an environment with the tools."""
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    install = [str(commands / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, *_NEEDED], check=True)
    subprocess.run([*install, "--no-deps", *_PACKAGES], check=True)
    asked = [str(commands / "python"), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
    place = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    (Path(place) / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return commands


def _convlens(_: Path, corpus: Path, names: list[str]) -> Findings:
    from convlens.checking.checker import check_file

    return {
        name: [Said(one.rule, one.line, str(one.severity) != "info") for one in check_file(corpus / name)]
        for name in names
    }


def _preflight(commands: Path, corpus: Path, names: list[str]) -> Findings:
    document = json.loads(_output(corpus, [commands / "torch-preflight", "check", "-f", "json", *names]))
    found: Findings = {name: [] for name in names}
    for one in document["diagnostics"]:
        found[_name(one["path"])].append(Said(one["code"], one["line"], one["severity"] != "note"))
    return found


def _mldoct(commands: Path, corpus: Path, names: list[str]) -> Findings:
    """Its command reads one file and prints no lines, so what that calls is called, which knows some."""
    script = "import json, sys; from mldoctor.linter import lint_script; "
    script += "print(json.dumps({name: lint_script(name)[0] for name in sys.argv[1:]}))"
    document = json.loads(_output(corpus, [commands / "python", "-c", script, *names]))
    return {
        name: [Said(one["type"], one["line"] or 0, one["severity"] != "INFO") for one in findings]
        for name, findings in document.items()
    }


def _torchfix(commands: Path, corpus: Path, names: list[str]) -> Findings:
    found: Findings = {name: [] for name in names}
    printed = _output(corpus, [commands / "torchfix", "--select", "ALL", *names])
    for path, line, code in re.findall(r"^(.+?):(\d+):\d+: (TOR\d+)", printed, re.MULTILINE):
        found[_name(path)].append(Said(code, int(line), True))
    return found


_TOOLS: dict[str, Callable[[Path, Path, list[str]], Findings]] = {
    "convlens": _convlens,
    "torch-preflight 0.5.0": _preflight,
    "mldoct 1.0.0": _mldoct,
    "TorchFix 0.7.0": _torchfix,
}


def _name(path: str) -> str:
    """A file's path below the corpus, of a path as a tool prints it."""
    return "/".join(Path(path).parts[-2:])


def _output(corpus: Path, command: list[str | Path]) -> str:
    return subprocess.run(command, cwd=corpus, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    main()
