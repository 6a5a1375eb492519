"""What findings say: with the numbers of the script, and without those of any other."""

import json
import re
from pathlib import Path

import pytest

from convlens.checking.checker import check_file, check_text
from convlens.checking.rules import all_rules
from tests.checking.pieces import DATA, HEAD, MISTAKEN, MODEL, TRAINING
from tests.checking.test_source import notebook


@pytest.mark.parametrize("slug", all_rules())
def test_reasons_hold_for_every_script(slug: str) -> None:
    """Sizes of maps, sets and batches belong into the message, where they are the script's own."""
    numbers = re.findall(r"(?<![.\d])\d+(?![.\d])", all_rules()[slug][0].why)
    assert [number for number in numbers if int(number) > 9 and number != "255"] == []


@pytest.mark.parametrize(
    ("optimizer", "words"),
    [
        ("Adam(model.parameters(), lr=0.3)", "Adam moves every weight .* a few steps of 0.3 overwrite"),
        ("SGD(model.parameters(), lr=20)", "leap over the minimum"),
        ("SGD(model.parameters(), lr=1e-9)", "change nothing that shows"),
        ("SGD(model.parameters(), lr=0.0)", "With a rate of 0"),
    ],
)
def test_a_rate_is_explained_as_it_is(optimizer: str, words: str) -> None:
    script = HEAD + DATA + MODEL.replace("Adam(model.parameters(), lr=0.001)", optimizer) + TRAINING
    (finding,) = check_text(script)
    assert finding.rule == "learning-rate-extreme"
    assert re.search(words, finding.why)


def test_what_is_harmless_as_yet_is_told_so() -> None:
    (finding,) = check_text(MISTAKEN.replace("nn.Dropout(0.5), ", ""))
    assert finding.severity == "info"
    assert "nothing changes yet" in finding.message
    assert finding.why.startswith("Once it has such a layer")


def test_places_in_messages_are_those_of_the_notebook(tmp_path: Path) -> None:
    outside = """correct = 0
model.eval()
with torch.no_grad():
    for images, labels in test_loader:
        predicted = model(images).argmax(dim=1)
    correct += (predicted == labels).sum().item()
print(correct / len(test_set))
"""
    file = tmp_path / "n.ipynb"
    file.write_text(notebook(HEAD + DATA + MODEL, TRAINING, outside))
    (finding,) = check_file(file)
    assert finding.message == "This stands behind the loop in cell 3, line 4, so only its last batch is scored."
    assert (finding.place, finding.line) == ("cell 3, line 6", _line_in(file, "    correct += "))


def _line_in(file: Path, code: str) -> int:
    lines = file.read_text().splitlines()
    whole = next(number for number, line in enumerate(lines, 1) if json.dumps(code)[1:-1] in line)
    assert '"source"' in lines[whole - 1]  # the cell is one string, and so one line
    return whole
