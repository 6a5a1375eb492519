from pathlib import Path

import pytest
from torch import nn

from convlens.byhand.loading import Loaded, load
from convlens.byhand.source import Source
from convlens.errors import NetworkError
from tests.byhand.corpus import HEADER

NET = """
class Net(nn.Module):
    def __init__(self, channels, num_classes, depth=2):
        super().__init__()
        self.conv = nn.Conv2d(channels, depth, 3)
        self.fc = nn.Linear(depth, num_classes)
"""


def loaded(folder: Path, source: str, name: str = "Net") -> Loaded:
    path = folder / "net.py"
    path.write_text(HEADER + source)
    return load(Source.read(path), name, (3, 32, 32))


def network(folder: Path, source: str, name: str = "Net") -> nn.Module:
    found = loaded(folder, source, name).network
    assert isinstance(found, nn.Module)
    return found


def test_arguments_of_the_example_call(tmp_path: Path) -> None:
    made = network(tmp_path, NET + "\nCLASSES = 7\nif __name__ == '__main__':\n    net = Net(1, num_classes=CLASSES)\n")
    assert [tuple(p.shape) for p in made.parameters()] == [(2, 1, 3, 3), (2,), (7, 2), (7,)]


def test_arguments_that_the_picture_and_their_names_decide(tmp_path: Path) -> None:
    found = loaded(tmp_path, NET + "\nnet = Net(parse(), parse())\n")
    assert isinstance(found.network, nn.Module)
    assert [tuple(p.shape) for p in found.network.parameters()] == [(2, 3, 3, 3), (2,), (10, 2), (10,)]
    assert "assumed" in found.notes[0]


def test_an_argument_that_nothing_decides_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="needs a value for 'temperature'"):
        loaded(tmp_path, NET.replace("num_classes,", "temperature,").replace("num_classes)", "2)"))


def test_what_cannot_be_imported_matters_only_when_it_is_used(tmp_path: Path) -> None:
    plots = (
        NET.replace("channels, num_classes", "channels=1, num_classes=2")
        + "    def plot(self):\n        nowhere.show()\n"
    )
    assert isinstance(network(tmp_path, "import nowhere\n" + plots), nn.Module)
    with pytest.raises(NetworkError, match="No module named 'nowhere'"):
        loaded(tmp_path, "import nowhere\n" + plots.replace("nn.Conv2d(", "nowhere.Conv2d("))


def test_functions_and_variables(tmp_path: Path) -> None:
    source = """
def make(width=4):
    return nn.Sequential(nn.Conv2d(3, width, 3))

def apply(x):
    return F.relu(x)

net = make(5)
"""
    assert isinstance(network(tmp_path, source, "make"), nn.Sequential)
    assert isinstance(network(tmp_path, source, "net"), nn.Sequential)
    applied = loaded(tmp_path, source, "apply").network
    assert callable(applied)
    assert not isinstance(applied, nn.Module)


def test_neighbouring_files_are_importable(tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_net.py").write_text("from torch import nn\nclass Part(nn.Conv2d):\n    pass\n")
    made = network(tmp_path, "from neighbour_of_net import Part\nNet = nn.Sequential(Part(3, 4, 5))")
    assert made[0].out_channels == 4  # type: ignore[index]
