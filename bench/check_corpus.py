"""How many planted mistakes `convlens check` finds, where it points, and what it says of code without a mistake.

    python bench/check_corpus.py                   # from the source alone, under a minute
    python bench/check_corpus.py --verbose         # with every miss and every false alarm
    python bench/check_corpus.py --run --when-run  # what only a run can be sure of: with and without one, minutes
    python bench/check_corpus.py --run             # all of it, with and without a run, an hour
    python bench/check_corpus.py --write FOLDER    # only write the files, with what is expected in expected.json

The corpus is in bench/corpus; its README.md says how it is written.  A mistake is found when a finding has its slug in
its file, and located when such a finding is at most two lines from a line that a person would edit.  An alarm in a file
without a mistake is false when it is an error or a warning.
"""

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from corpus.building import Case, cases
from corpus.running import print_comparison, run
from corpus.scoring import Found, Outcome, Score


def main() -> None:
    """Build the corpus, check it, print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", action="store_true", help="let convlens run the scripts as well, and compare")
    parser.add_argument("--when-run", action="store_true", help="only cases that their text alone does not decide")
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases with this in their name")
    parser.add_argument("--verbose", action="store_true", help="list every miss and every false alarm")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the files there and check nothing")
    options = parser.parse_args()
    chosen = [case for case in cases() if options.only in case.name and (case.when_run or not options.when_run)]
    if options.write is not None:
        write(chosen, options.write)
        return
    with tempfile.TemporaryDirectory() as folder:
        write(chosen, Path(folder))
        alone = [from_source(case, Path(folder) / case.name) for case in chosen]
        ran = [run(case, Path(folder) / case.name) for case in chosen] if options.run else []
    Score([one.outcome for one in ran] or alone).print(options.verbose)
    if ran:
        print_comparison(alone, ran, options.verbose)


def from_source(case: Case, folder: Path) -> Outcome:
    """What the check says of the files of a case; those found twice, through two files, count once."""
    from convlens.checking.checker import check_file

    files = [folder / file for file in case.scripts]
    found = {Found(f.rule, Path(f.file).name, f.line, str(f.severity)) for file in files for f in check_file(file)}
    return Outcome(case, found)


def write(chosen: list[Case], folder: Path) -> None:
    """Each case in a folder of its own, and what is expected of it."""
    for case in chosen:
        (folder / case.name).mkdir(parents=True)
        for file, text in case.files.items():
            (folder / case.name / file).write_text(text)
    expected = {case.name: [asdict(e) for e in case.expected] for case in chosen}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
