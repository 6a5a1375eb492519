"""What `convlens check` says of training scripts that nobody wrote for it.

    python bench/check_public.py FOLDER            # FOLDER/OWNER/NAME are the repositories, checked out
    python bench/check_public.py FOLDER --all      # every Python file and notebook in them, not only those of the list

The list is public_scripts.txt: a repository and its commit on a line, its files below.  Each finding is judged by hand
in public_scripts.md.  To get the repositories:

    grep -v '^ ' bench/public_scripts.txt | while read -r name commit; do
        git clone https://github.com/$name FOLDER/$name && git -C FOLDER/$name checkout $commit
    done
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from convlens.checking.checker import check_file, python_files
from convlens.checking.findings import Finding
from convlens.checking.source import UncheckableError

_LIST = Path(__file__).with_name("public_scripts.txt")


def main() -> None:
    """Check the files, list the findings, print the totals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the repositories, each in OWNER/NAME")
    parser.add_argument("--all", action="store_true", help="every file of the folder")
    options = parser.parse_args()
    files = python_files(options.folder) if options.all else list(listed(options.folder))
    told: set[tuple[Path, int, str]] = set()
    totals: Counter[str] = Counter()
    slowest = (0.0, Path())
    for file in files:
        start = time.process_time()
        for finding in _findings(file):
            key = (finding.file.resolve(), finding.line, finding.rule)
            if key not in told:
                told.add(key)
                totals[finding.severity.value] += 1
                where = f"{finding.file.relative_to(options.folder)}:{finding.line}"
                print(f"{where} {finding.severity.value} {finding.rule}: {finding.message}")
        slowest = max(slowest, (time.process_time() - start, file))
    print(f"{len(files)} files: " + ", ".join(f"{count} {severity}" for severity, count in sorted(totals.items())))
    print(f"slowest: {slowest[0]:.2f} s, {slowest[1]}")


def listed(folder: Path) -> Iterator[Path]:
    """The files of the list, in its order."""
    repository = folder
    for line in _LIST.read_text().splitlines():
        if line.startswith("  "):
            yield repository / line.strip()
        else:
            repository = folder / line.split()[0]


def _findings(file: Path) -> list[Finding]:
    try:
        return check_file(file)
    except UncheckableError as error:
        print(f"{file}: {error}")
        return []


if __name__ == "__main__":
    main()
