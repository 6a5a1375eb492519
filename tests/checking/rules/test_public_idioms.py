"""Idioms of published training scripts in which nothing is wrong: nothing graver than an info is told of them."""

import json
from pathlib import Path

import pytest

from convlens.checking.checker import check_file, check_text
from convlens.checking.findings import Finding, Severity
from tests.checking.rules.idioms import BLOCKS, COUNTED, OPTIMIZER, SILENT
from tests.checking.rules.idioms_in_functions import IN_FUNCTIONS
from tests.checking.rules.more_idioms import MORE
from tests.checking.rules.pieces import IMPORTS, LOADERS, SETS, TRAIN, put_together

IDIOMS = SILENT | MORE | IN_FUNCTIONS


def _grave(findings: list[Finding]) -> list[tuple[int, str]]:
    return [(finding.line, finding.rule) for finding in findings if finding.severity is not Severity.INFO]


@pytest.mark.parametrize("name", IDIOMS)
def test_an_idiom_that_is_no_mistake(name: str) -> None:
    assert _grave(check_text(put_together(*IDIOMS[name]))) == []


def test_a_row_of_blocks_keeps_its_order_in_a_branch() -> None:
    """The mistake in the same network is still seen: the head takes the channels of the wrong row."""
    wrong = BLOCKS.replace("nn.Linear(16, classes)", "nn.Linear(8, classes)")
    parts = (SETS, LOADERS, wrong, COUNTED, "if chosen.kind:\n    model = Deep(2)\n", OPTIMIZER, TRAIN)
    assert [rule for _, rule in _grave(check_text(put_together(*parts)))] == ["flatten-size-mismatch"]


def test_a_teacher_that_only_answers_needs_no_optimizer() -> None:
    script = """
import lightning as L
import torch
from torch import nn


class Taught(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.student = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        self.teacher = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))

    def training_step(self, batch, index):
        x, y = batch
        with torch.no_grad():
            told = self.teacher(x).softmax(dim=1)
        return nn.functional.cross_entropy(self.student(x), told)

    def configure_optimizers(self):
        return torch.optim.SGD(self.student.parameters(), lr=0.1)
"""
    assert _grave(check_text(script)) == []
    alike = script.replace("with torch.no_grad():", "if True:")
    assert [rule for _, rule in _grave(check_text(alike))] == ["optimizer-wrong-parameters"]


def test_an_element_that_is_changed_in_place_stands_in_its_statement() -> None:
    script = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        places = torch.zeros(7, 7, 2)
        places[:, :, 0] += 6  # 7x7x2
        self.fc = nn.Linear(98, 10)

    def forward(self, x):
        return self.fc(x)


Net()(torch.zeros(4, 98))
"""
    assert _grave(check_text(script)) == []


def test_a_line_that_begins_with_a_percent_sign_goes_on_with_the_one_before(tmp_path: Path) -> None:
    lines = ["%matplotlib inline\n", "print('epoch %d of %d'\n", "      %(1, 2))\n", "import torch"]
    cell = {"cell_type": "code", "source": lines}
    (tmp_path / "book.ipynb").write_text(json.dumps({"cells": [cell]}, indent=1))
    assert check_file(tmp_path / "book.ipynb") == []


def test_the_pictures_in_a_notebook_do_not_make_it_too_large(tmp_path: Path) -> None:
    picture = {"data": {"image/png": "A" * 3_000_000}}
    cell = {"cell_type": "code", "source": ["import torch\n", *IMPORTS.splitlines(True)], "outputs": [picture]}
    (tmp_path / "book.ipynb").write_text(json.dumps({"cells": [cell]}, indent=1))
    assert check_file(tmp_path / "book.ipynb") == []
