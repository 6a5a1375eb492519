import json
from pathlib import Path
from typing import Any

import pytest

from convlens.byhand.derivation import derive
from convlens.byhand.document import as_document
from convlens.byhand.facts import Trace
from convlens.byhand.loading import load
from convlens.byhand.problems import find_problem
from convlens.byhand.source import Source
from convlens.byhand.trace import trace
from tests.byhand.corpus import BROKEN, IDIOMS, Broken, Idiom


def document(folder: Path, text: str, picture: tuple[int, ...]) -> dict[str, Any]:
    """The document of the network Net in a file, traced here and not in a process of its own."""
    path = folder / "net.py"
    path.write_text(text)
    loaded = load(Source.read(path), "Net", picture)
    if loaded.network is None:
        found = Trace("Net", str(path), picture, (), (), 0, 0, loaded.fault)
    else:
        found = trace(loaded.network, picture, target="Net", file=str(path), definitions=loaded.definitions)
    found = Trace.from_json(found.to_json())
    derivation = derive(found)
    answer: dict[str, Any] = json.loads(json.dumps(as_document(derivation, find_problem(derivation))))
    return answer


@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: idiom.name)
def test_neurons_after_the_last_convolution(idiom: Idiom, tmp_path: Path) -> None:
    answer = document(tmp_path, idiom.text, idiom.picture)
    assert answer["error"] is None
    assert answer["neurons_after_last_convolution"] == idiom.neurons


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.kind)
def test_names_the_line_and_both_numbers(broken: Broken, tmp_path: Path) -> None:
    error = document(tmp_path, broken.text, broken.picture)["error"]
    assert error is not None
    assert (error["line"], error["expected"], error["found"]) == (broken.line, broken.expected, broken.found), error
