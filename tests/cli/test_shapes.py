import json
from pathlib import Path

import pytest

from tests.byhand.corpus import BROKEN, HEADER, IDIOMS
from tests.cli.conftest import Command, Result

STEP_KEYS = {"op", "name", "line", "input", "output", "derivation", "parameters", "macs", "receptive_field", "dropped"}


def test_derives_the_lectures_network(convlens: Command) -> None:
    result = convlens("shapes", "lecture")
    assert result.status == 0, result.errors
    assert "n_out = floor((28 + 2*1 - 3) / 1) + 1 = 28" in result.output
    assert "3*3*1*32 + 32 = 320" in result.output
    assert result.last_line == "64 x 7 x 7 = 3136 neurons after the last convolution"
    assert all(len(line) <= 80 for line in result.output.splitlines() if "parameters are learned" not in line)


def test_the_document_is_as_agreed(convlens: Command, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(IDIOMS[0].text + "\nprint('noise')\n")
    result = convlens("shapes", f"{path}:Net", "--input", "1,28,28", "--format", "json")
    document = json.loads(result.output)
    assert set(document) == {"version", "steps", "parameters", "neurons_after_last_convolution", "error"}
    assert all(set(step) == STEP_KEYS for step in document["steps"])
    assert document["neurons_after_last_convolution"] == 320
    assert document["parameters"] == {"learned": 21840, "buffers": 0}
    assert [step["op"] for step in document["steps"][:3]] == ["conv2d", "max_pool2d", "relu"]
    assert document["steps"][0]["line"] == 9
    assert "runs" in result.errors.lower() or "running" in result.errors.lower()


def test_a_network_that_fails(convlens: Command, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(BROKEN[0].text)
    result = convlens("shapes", path, "--input", "1x28x28")
    assert result.status == 1
    assert (
        f"line {BROKEN[0].line}: `Linear(1050, 64)` expects 1050, but what reaches it is 32 x 7 x 7 = 1568"
        in result.output
    )


def test_the_page_is_one_file_and_escapes(convlens: Command, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        HEADER + "Net = nn.Sequential()\nNet.add_module('<script>alert(1)</script>', nn.Conv2d(1, 2, 5, 2))\n"
    )
    result = convlens("shapes", f"{path}:Net", "--input", "1,28,28", "--format", "html")
    assert result.status == 0, result.errors
    assert "<script" not in result.output
    assert "&lt;script&gt;" in result.output
    assert 'class="cell dropped"' in result.output
    assert "http://" not in result.output
    assert "https://" not in result.output


@pytest.mark.parametrize(
    ("text", "target", "said"),
    [
        ("x = 1", "net.py", "has no class derived from nn.Module"),
        (IDIOMS[0].text, "net.py:Nat", "should define a network called 'Nat'"),
        (IDIOMS[0].text, "net.py:Net", "add for instance --input 1,28,28"),
        ("import nowhere\nNet = nowhere.Net()\n# input 1x28x28", "net.py:Net", "No module named 'nowhere'"),
        (IDIOMS[0].text, "nothing", "There is no network and no run called 'nothing'"),
    ],
)
def test_what_cannot_be_traced_is_said_in_a_sentence(
    convlens: Command, tmp_path: Path, text: str, target: str, said: str
) -> None:
    (tmp_path / "net.py").write_text(text)
    result = convlens("shapes", target, folder=tmp_path)
    assert result.status == 2
    assert said in result.errors
    assert "Traceback" not in result.errors


def test_nothing_is_written_and_nothing_trains(convlens: Command, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        HEADER
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)

    def forward(self, x):
        torch.save(x, "one.pt")
        try:
            open("two.txt", "w")
        except PermissionError:
            pass
        return self.conv(x)

raise SystemExit("the script has run")
"""
    )
    result: Result = convlens("shapes", "net.py", "--input", "1,8,8", folder=tmp_path)
    assert result.status == 0, result.errors
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.py"]


def test_what_pytorch_writes_by_itself_is_not_the_networks_fault(convlens: Command, tmp_path: Path) -> None:
    text = """
from torch.utils.checkpoint import checkpoint

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(1, 8, 3), nn.Linear(8 * 26 * 26, 2)

    def forward(self, x):
        return self.fc(checkpoint(self.conv, x, use_reentrant=False).flatten(1))
"""
    (tmp_path / "net.py").write_text(HEADER + text)
    result = convlens("shapes", "net.py", "--input", "1,28,28", folder=tmp_path)
    assert result.status == 0, result.errors
    assert result.last_line == "8 x 26 x 26 = 5408 neurons after the last convolution"


def test_a_run_is_derived_with_its_own_pictures(convlens: Command, trained: tuple[Path, Result]) -> None:
    result = convlens("shapes", trained[0], "--format", "json")
    assert result.status == 0, result.errors
    assert json.loads(result.output)["neurons_after_last_convolution"] == 3136
