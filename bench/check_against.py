"""convlens beside torch-preflight, mldoct and TorchFix, on the corpus of planted mistakes, in one run.

    python bench/check_against.py     # some minutes; installs the three in an environment of their own

The tools have other names for mistakes, so names are not compared. A tool has *said something* of a planted mistake
when it gives a finding that it does not give for the same script without the mistake, *near* when that finding is at
most two lines from a line that a person would edit. This favours the others: a finding that is right by chance counts.
Alarms are errors and warnings in scripts without a mistake. Only single mistakes in one plain file are used, since not
every tool reads notebooks. mldoct names no lines.
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


def main() -> None:
    """Install the tools, let all read the same files, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        tools = _tools(_environment(Path(folder) / "environment"))
        chosen = [case for case in cases() if len(case.files) == 1 and next(iter(case.files)).endswith(".py")]
        write(chosen, Path(folder) / "corpus")
        clean = {_base(case): case for case in chosen if case.kind == "clean"}
        singles = [case for case in chosen if case.kind == "single" and _base(case) in clean]
        right = [*clean.values(), *(case for case in chosen if case.kind == "look-alike")]
        print(f"{len(singles)} single mistakes, {len(right)} scripts without a mistake\n")
        print(f"{'':24}{'said something':>16}{'near':>10}{'alarms a script without a mistake':>38}")
        for name, tool in tools.items():
            _row(name, tool, Path(folder) / "corpus", singles, clean, right)


def _row(
    name: str,
    tool: Callable[[Path], list[Said]],
    folder: Path,
    singles: list[Case],
    clean: dict[str, Case],
    right: list[Case],
) -> None:
    before = {base: tool(_file(folder, case)) for base, case in clean.items()}
    said = near = 0
    for case in singles:
        known = Counter(one.name for one in before[_base(case)])
        found = tool(_file(folder, case))
        new = Counter(one.name for one in found) - known
        lines = {line for expected in case.expected for line in expected.lines}
        said += bool(new)
        near += any(one.name in new and abs(one.line - line) <= _NEAR for one in found for line in lines)
    alarms = sum(one.alarm for case in right for one in tool(_file(folder, case)))
    shares = f"{said / len(singles):>16.1%}{near / len(singles):>10.1%}"
    print(f"{name:24}{shares}{alarms / len(right):>38.2f}", flush=True)


def _base(case: Case) -> str:
    return case.name.partition("--")[0]


def _file(folder: Path, case: Case) -> Path:
    return folder / case.name / next(iter(case.files))


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


def _tools(commands: Path) -> dict[str, Callable[[Path], list[Said]]]:
    return {
        "convlens": _convlens,
        "torch-preflight 0.5.0": lambda file: _preflight(commands, file),
        "mldoct 1.0.0": lambda file: _mldoct(commands, file),
        "TorchFix 0.7.0": lambda file: _torchfix(commands, file),
    }


def _convlens(file: Path) -> list[Said]:
    from convlens.checking.checker import check_file

    return [Said(one.rule, one.line, str(one.severity) != "info") for one in check_file(file)]


def _preflight(commands: Path, file: Path) -> list[Said]:
    document = json.loads(_output([commands / "torch-preflight", "check", "-f", "json", "-j", "1", file]))
    return [Said(one["code"], one["line"], one["severity"] != "note") for one in document["diagnostics"]]


def _mldoct(commands: Path, file: Path) -> list[Said]:
    """Its table has a row a finding, with severity and words, but no line."""
    rows = re.findall(r"│ (\w+) +│ ([^│]+?) +│", _output([commands / "mldoctor", "check", file]))
    return [Said(re.sub(r"'\w+'", "", words), 0, severity != "INFO") for severity, words in rows]


def _torchfix(commands: Path, file: Path) -> list[Said]:
    found = re.findall(r":(\d+):\d+: (TOR\d+)", _output([commands / "torchfix", "--select", "ALL", file]))
    return [Said(code, int(line), True) for line, code in found]


def _output(command: list[str | Path]) -> str:
    wide = os.environ | {"COLUMNS": "500"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=wide).stdout


if __name__ == "__main__":
    main()
