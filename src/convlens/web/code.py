"""Code that was pasted into the page: its mistakes from the source alone, and the sizes of the network in it."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convlens.errors import ConvlensError

NAME = "code.py"
"""What the code is called in findings and messages."""


def check(code: str) -> dict[str, Any]:
    """The document of `convlens check --format json`; nothing of the code is run.

    Raises:
        ConvlensError: it is not Python, or too long.
    """
    from convlens.checking.checker import check_files
    from convlens.checking.formats.json import render

    with _as_file(code) as file:
        report = check_files([file])
        if report.failures:
            raise report.failures[0]
        document: dict[str, Any] = json.loads(render(report))
        for finding in document["findings"]:
            finding["file"] = NAME
        return document


def shapes(code: str, name: str, sizes: str) -> dict[str, Any]:
    """The document of `convlens shapes --format json`: the definitions that the network needs are run, apart.

    Args:
        code: Python.
        name: a class or function in it; empty where there is only one network.
        sizes: one picture's channels, height and width, such as `1,28,28`; empty to find them in the code.

    Raises:
        ConvlensError: it cannot be traced.
    """
    from convlens.byhand.document import as_document
    from convlens.byhand.targets import sizes_of
    from convlens.byhand.work import work_out

    with _as_file(code) as file:
        worked = work_out(f"{file}:{name}" if name else str(file), sizes_of(sizes) if sizes else None)
        return as_document(worked.derivation, worked.problem)


@contextmanager
def _as_file(code: str) -> Iterator[Path]:
    """The code as a file in a folder of its own, so that it finds no neighbours to import; messages do not name it."""
    with tempfile.TemporaryDirectory(prefix="convlens-") as folder:
        file = Path(folder) / NAME
        file.write_text(code, encoding="utf-8", errors="replace")
        try:
            yield file
        except ConvlensError as error:
            raise ConvlensError(str(error).replace(str(file), NAME)) from None
