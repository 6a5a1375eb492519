"""The proof: both versions of a script are trained, its network is asked again, and what it prints is understood."""

import json
import math
from io import StringIO
from pathlib import Path

import pytest
import torch
from rich.console import Console

from convlens.checking import proving
from convlens.checking import source as sources
from convlens.checking.checker import Report, check_source
from convlens.checking.formats import proof as formats
from convlens.checking.mending import mend_all
from convlens.checking.printed import Printed, last_accuracy
from convlens.checking.probe.observation import Observation, Trained
from convlens.checking.probe.training.giving import EvenPart
from convlens.checking.probe.training.recounting import Preparation
from convlens.checking.proving import Proof, Run, prove

SCRIPT = """\
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

labels = torch.arange(320) % 4
images = torch.rand(320, 1, 8, 8) / 2
for row, label in enumerate(labels):
    images[row, :, 2 * label : 2 * label + 2] += 0.3
train_loader = DataLoader(TensorDataset(images[:200], labels[:200]), batch_size=20, shuffle=True)
test_loader = DataLoader(TensorDataset(images[200:], labels[200:]), batch_size=20)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 32)
        self.dropout = nn.Dropout(0.8)
        self.fc2 = nn.Linear(32, 4)

    def forward(self, x):
        return self.fc2(self.dropout(F.relu(self.fc1(torch.flatten(x, 1)))))


def test(model, loader):
    correct = total = 0
    with torch.no_grad():
        for images, labels in loader:
            correct += (model(2 * images - 1).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    return correct / total


model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for epoch in range(10):
    model.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(2 * images - 1), labels)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: test accuracy {test(model, test_loader)}")
"""


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    file = tmp_path_factory.mktemp("proof") / "script.py"
    file.write_text(SCRIPT)
    proof = prove(file, trust=True)
    assert file.read_text() == SCRIPT
    return proof


def test_both_versions_train_equally_long(proof: Proof) -> None:
    assert proof.verdict == ""
    assert [finding.rule for finding in proof.mended] == ["eval-mode-missing"]
    assert proof.as_it_is is not None
    assert proof.after is not None
    for run in (proof.as_it_is, proof.after):
        assert run.trained.steps == len(run.trained.losses) == proving.EPOCHS * 10
        assert not run.trained.ran_out
    assert proof.as_it_is.trained.losses[:10] == proof.after.trained.losses[:10]


def test_the_own_count_is_what_evaluation_mode_gives(proof: Proof) -> None:
    """The mended script measures it rightly, and prints it; the script as it is measures with dropout."""
    assert proof.as_it_is is not None
    assert proof.as_it_is.printed is not None
    assert proof.after is not None
    assert proof.after.printed is not None
    assert proof.after.trained.counted == 120
    assert proof.after.accuracy == pytest.approx(proof.after.printed.share)
    assert proof.as_it_is.accuracy != pytest.approx(proof.as_it_is.printed.share)


def test_a_proof_is_told_to_people_and_programs(proof: Proof) -> None:
    text = _shown(proof)
    assert "eval-mode-missing" in text
    assert "test accuracy, counted anew" in text
    assert "loss mended" in text
    assert "Trained twice, briefly and from the same seed" in text
    assert max(map(len, _shown(proof, width=80).splitlines())) <= 80
    document = json.loads(formats.render(Report([proof.file]), [proof]))
    assert document["files"] == 1
    assert document["proofs"][0]["after"]["counted"] == 120
    assert len(document["proofs"][0]["as_it_is"]["losses"]) == proving.EPOCHS * 10


def run(right: int, printed: float | None = None) -> Run:
    trained = Trained(losses=[2.0, 1.0], steps=2, correct=right, counted=100, data="the test pictures")
    return Run(trained, Printed(printed, "x") if printed is not None else None)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (run(60), run(80), "Mended, the network gets 20.0 points more."),
        (run(80), run(60), "Mended, the network gets 20.0 points less."),
        (run(60), run(61), "1.0 points more; a difference as small as this may be chance."),
        (run(60, 0.5), run(60), "As it is, the script printed 50.0 % for a network that gets 60.0 % right."),
    ],
)
def test_the_numbers_are_put_into_words(before: Run, after: Run, words: str) -> None:
    assert words in _shown(Proof(Path("script.py"), (), (), before, after))


def test_no_conclusion_without_numbers() -> None:
    text = _shown(Proof(Path("script.py"), (), (), run(60, 0.605), Run(Trained(losses=[1.0], steps=1), None)))
    assert "Mended, the network" not in text
    assert "the script printed 60" not in text


def test_the_time_it_takes_is_announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "observe", lambda *_, **__: Observation("script.py"))
    file = tmp_path / "script.py"
    file.write_text(SCRIPT)
    told: list[str] = []
    prove(file, told=told.append)
    assert told[0].endswith("as it is, and then mended: at most 120 seconds of the processor together")
    assert len(told) == 2


def test_without_a_safe_fix_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "observe", lambda *_, **__: pytest.fail("it was run"))
    file = tmp_path / "clean.py"
    file.write_text(SCRIPT.replace("    correct = total = 0\n", "    model.eval()\n    correct = total = 0\n"))
    proof = prove(file)
    assert proof.as_it_is is None
    assert proof.verdict == "No mistake was found, so there is nothing to compare."
    assert proof.verdict in _shown(proof)
    file.write_text(file.read_text().replace("lr=0.1", "lr=50"))  # which rate would be right, nobody knows
    assert prove(file).verdict.startswith("No fix here is safe enough")


def test_all_safe_fixes_are_applied_at_once() -> None:
    text = SCRIPT.replace(", shuffle=True", "").replace("        optimizer.zero_grad()\n", "")
    source = sources.parse(text, Path("script.py"))
    (mended,) = mend_all(source, check_source(source))
    found = {finding.rule for finding in mended.fixed}
    assert found == {"eval-mode-missing", "train-not-shuffled", "zero-grad-missing"}
    assert check_source(mended.after) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (Run(Trained(steps=9), None), Run(Trained(steps=9), None), ""),
        (Run(Trained(steps=9), None), Run(Trained(), None), "did not train"),
        (Run(Trained(), None), Run(Trained(steps=9), None), "as it is did not train"),
        (Run(Trained(), None, "It stopped."), Run(Trained(steps=9), None), ""),
        (Run(Trained(steps=9), None), Run(Trained(steps=9), None, "It stopped."), "did not come to its end"),
    ],
)
def test_the_verdict_says_what_was_not_compared(before: Run, after: Run, words: str) -> None:
    verdict = proving._verdict(before, after)
    assert words in verdict
    assert bool(words) == bool(verdict)


@pytest.mark.parametrize(
    ("output", "share"),
    [
        ("loss 0.5\nTest accuracy: 0.8125\n", 0.8125),
        ("Test set: Average loss: 0.0512, Accuracy: 9832/10000 (98%)", 0.9832),
        ("Test Error: \n Accuracy: 85.3%, Avg loss: 0.412345 \n", 0.853),
        ("epoch 1 train acc 99.10% val acc 91.20%\nsaved to model.pt", 0.912),
        ("val acc 0.5\ntrain acc 0.9", 0.5),
        ("epoch 3, acc 0.75", 0.75),
        ("test accuracy 5312.0%", 53.12),
        ("train accuracy 0.9", None),
        ("accelerating\nloss 0.3", None),
    ],
)
def test_printed_accuracies_are_understood(output: str, share: float | None) -> None:
    found = last_accuracy(output)
    assert (found.share if found else None) == (pytest.approx(share) if share is not None else None)


def test_a_sparkline_shows_height_and_what_is_no_number() -> None:
    assert formats.sparkline([2.0, 1.0, 0.0], 0.0, 2.0) == "█▅▁"
    assert formats.sparkline([9.0, math.nan], 0.0, 2.0) == "█×"
    assert len(formats.sparkline([1.0] * 1000, 0.0, 2.0)) <= 48


def test_the_preparation_of_pictures_is_found_out() -> None:
    pictures, labels = torch.rand(4, 1, 5, 5), torch.zeros(4)
    found = Preparation.between([pictures, labels], (pictures.flatten(1) - 0.5) / 0.25)
    assert found is not None
    assert found.shape == (25,)
    torch.testing.assert_close(found(pictures), pictures.flatten(1) * 4 - 2, atol=1e-4, rtol=0)
    assert Preparation.between([pictures, labels], torch.rand(4, 1, 5, 5)) is None
    assert Preparation.between([pictures, labels], pictures.flatten(1).sort(dim=1).values) is None


def test_bytes_are_recognised_whatever_their_scale() -> None:
    pixels = torch.arange(256.0).reshape(4, 1, 8, 8)
    found = Preparation.of_bytes(pixels / 127.5 - 1)
    assert found is not None
    torch.testing.assert_close(found(pixels), pixels / 127.5 - 1)
    assert Preparation.of_bytes(torch.rand(4, 1, 8, 8)) is None


def test_an_even_part_reaches_to_the_end() -> None:
    class Numbers:
        classes = ("a", "b")

        def __len__(self) -> int:
            return 100

        def __getitem__(self, index: int) -> int:
            return index

    part = EvenPart(Numbers(), 30)
    assert [part[index] for index in range(len(part))] == list(range(0, 100, 4))
    assert part.classes == ("a", "b")


def _shown(proof: Proof, width: int = 200) -> str:
    kept = StringIO()
    formats.show(proof, Console(file=kept, highlight=False, width=width))
    return kept.getvalue()
