"""How many planted mistakes `convlens check` finds, where it points, and what it says of code without a mistake.

    python bench/check_corpus.py                # from the source alone, under a minute
    python bench/check_corpus.py --verbose      # with every miss and every false alarm
    python bench/check_corpus.py --run          # each script is run as well, some seconds each
    python bench/check_corpus.py --write FOLDER # only write the files, with what is expected in expected.json

The corpus is in bench/corpus; its README.md says how it is written.  A mistake is found when a finding has its slug in
its file, and located when such a finding is at most two lines from a line that a person would edit.  An alarm in a file
without a mistake is false when it is an error or a warning.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.building import Case, Expected, cases

_NEAR = 2  # lines
_KINDS = ("single", "several", "shows in the source", "shows when run", "all")
_GRAVITY = {"info": 0, "warning": 1, "error": 2}


@dataclass(frozen=True)
class Found:
    """What is kept of a finding."""

    slug: str
    file: str
    line: int
    severity: str


@dataclass
class Tally:
    """Counts for one slug or one kind of case."""

    planted: int = 0
    found: int = 0
    located: int = 0


def main() -> None:
    """Build the corpus, check it, print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", action="store_true", help="let convlens run the scripts as well")
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases with this in their name")
    parser.add_argument("--verbose", action="store_true", help="list every miss and every false alarm")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the files there and check nothing")
    options = parser.parse_args()
    chosen = [case for case in cases() if options.only in case.name]
    if options.write is not None:
        write(chosen, options.write)
        return
    with tempfile.TemporaryDirectory() as folder:
        write(chosen, Path(folder))
        report(chosen, Path(folder), _by_command if options.run else _from_source, options.verbose)


def write(chosen: list[Case], folder: Path) -> None:
    """Each case in a folder of its own, and what is expected of it."""
    for case in chosen:
        (folder / case.name).mkdir(parents=True)
        for file, text in case.files.items():
            (folder / case.name / file).write_text(text)
    expected = {case.name: [asdict(e) for e in case.expected] for case in chosen}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def _from_source(folder: Path) -> set[Found]:
    """What the check says of the files of a folder; those found twice, through two files, count once."""
    from convlens.checking.checker import check_file

    return {
        Found(f.rule, Path(f.file).name, f.line, str(f.severity))
        for file in sorted(folder.iterdir())
        for f in check_file(file)
    }


def _by_command(folder: Path) -> set[Found]:
    """The same with --run; in a program of several files only the one that trains is run."""
    files = sorted(folder.iterdir())
    starts = [f for f in files if f.name == "train.py"] or files
    command = [sys.executable, "-m", "convlens", "check", "--run", "--trust", "--format", "json", *map(str, starts)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{folder.name}: {done.stderr}")
    findings = json.loads(done.stdout)["findings"]
    return {Found(f["rule"], Path(f["file"]).name, f["line"], f["severity"]) for f in findings}


def report(chosen: list[Case], folder: Path, check: Callable[[Path], set[Found]], verbose: bool) -> None:
    """Check every case and print the tables."""
    by_slug: dict[str, Tally] = defaultdict(Tally)
    by_kind: dict[str, Tally] = defaultdict(Tally)
    alarms: dict[str, list[str]] = defaultdict(list)
    details: list[str] = []
    for case in chosen:
        found = check(folder / case.name)
        for expected in case.expected:
            kinds = [case.kind, "shows when run" if expected.only_when_run else "shows in the source", "all"]
            details += _score(case, expected, found, [by_slug[expected.slug], *(by_kind[kind] for kind in kinds)])
        for false in sorted(_unexpected(case, found), key=lambda f: (f.file, f.line)):
            alarms[f"{case.kind}, {false.severity}"].append(f"{case.name}: {false.file}:{false.line} {false.slug}")
    _print_slugs(by_slug)
    _print_kinds(by_kind)
    _print_alarms(chosen, alarms)
    if verbose:
        print("\nMissed, or pointed at a line that is not near:", *details, sep="\n  ")
        for kind, lines in sorted(alarms.items()):
            print(f"\nNot expected in {kind}:", *lines, sep="\n  ")


def _score(case: Case, expected: Expected, found: set[Found], tallies: list[Tally]) -> list[str]:
    """Count one expected finding; a line of text when something is wrong with it."""
    lines = [f.line for f in found if (f.slug, f.file) == (expected.slug, expected.file)]
    located = any(abs(line - right) <= _NEAR for line in lines for right in expected.lines)
    for tally in tallies:
        tally.planted += 1
        tally.found += bool(lines)
        tally.located += located
    if located:
        return []
    where = f"{expected.file}:{'/'.join(map(str, expected.lines))}"
    return [f"{case.name}: {where} {expected.slug}" + (f", found at {lines}" if lines else "")]


def _unexpected(case: Case, found: set[Found]) -> list[Found]:
    """The findings that nothing in the case calls for."""
    right = {expected.slug for expected in case.expected} | case.also
    return [
        f
        for f in found
        if f.slug not in right and not (f.slug in case.told and _GRAVITY[f.severity] <= _GRAVITY[case.told[f.slug]])
    ]


def _print_slugs(by_slug: dict[str, Tally]) -> None:
    print(f"{'slug':36}planted   found  located")
    for slug, tally in sorted(by_slug.items(), key=lambda item: (item[1].found / item[1].planted, item[0])):
        print(f"{slug:36}{tally.planted:7}{tally.found:8}{tally.located:9}")


def _print_kinds(by_kind: dict[str, Tally]) -> None:
    print(f"\n{'mistakes':36}planted   found  located")
    for kind in _KINDS:
        tally = by_kind[kind]
        if tally.planted:
            shares = f"{tally.found / tally.planted:8.1%}{tally.located / tally.planted:9.1%}"
            print(f"{kind:36}{tally.planted:7}{shares}")


def _print_alarms(chosen: list[Case], alarms: dict[str, list[str]]) -> None:
    """Findings per file that nothing calls for; in files with mistakes they are those beside the planted ones."""
    print(f"\n{'not expected, per file':36}  files  errors warnings    infos")
    for kind in ("clean", "look-alike", "single", "several"):
        files = sum(len(case.files) for case in chosen if case.kind == kind)
        if files:
            numbers = [len(alarms[f"{kind}, {severity}"]) / files for severity in ("error", "warning", "info")]
            print(f"{kind:36}{files:7}" + "".join(f"{number:8.3f}" for number in numbers))


if __name__ == "__main__":
    main()
