from pathlib import Path

import pytest
from torch import nn

from convlens.byhand.loading import Loaded, load
from convlens.byhand.source import Source
from convlens.byhand.trace import trace
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


@pytest.mark.parametrize(
    "script",
    [
        "config = dict(channels=1, num_classes=3 + 4)\ndef main():\n    net = Net(**config)\n",
        "def main():\n    names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']\n    net = Net(1, num_classes=len(names))\n",
        "class Config:\n    channels, classes = 1, 7\nnet = Net(Config().channels, Config.classes)\n",
        "import argparse\ndef main():\n    parser = argparse.ArgumentParser()\n"
        "    parser.add_argument('--classes', type=int, default=7)\n    args = parser.parse_args()\n"
        "    train(args)\n    net = Net(1, args.classes)\n",
    ],
    ids=["dictionary", "list", "class", "command line"],
)
def test_arguments_that_the_script_works_out(tmp_path: Path, script: str) -> None:
    made = network(tmp_path, NET + script)
    assert [tuple(p.shape) for p in made.parameters()] == [(2, 1, 3, 3), (2,), (7, 2), (7,)]


def test_no_function_of_the_script_runs_for_an_argument(tmp_path: Path) -> None:
    script = "def search():\n    open('found', 'w')\nwidth = search()\nnet = Net(width, temperature=width)\n"
    with pytest.raises(NetworkError, match="the call in line 14 depends on what only the running script knows"):
        loaded(tmp_path, NET.replace("num_classes,", "temperature,").replace("num_classes)", "2)") + script)


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


@pytest.mark.parametrize("init", ["", None, "raise ImportError('of another kind')"], ids=["package", "folder", "fails"])
def test_relative_imports(tmp_path: Path, init: str | None) -> None:
    folder = tmp_path / f"package_{'plain' if init is None else len(init)}" / "models"
    folder.mkdir(parents=True)
    if init is not None:
        (folder / "__init__.py").write_text(init)
        (folder.parent / "__init__.py").write_text("")
    (folder / "part.py").write_text("from torch import nn\nclass Part(nn.Conv2d):\n    pass\n")
    (folder.parent / "config.py").write_text("WIDTH = 4\n")
    source = "from .part import Part\nfrom ..config import WIDTH\nNet = nn.Sequential(Part(3, WIDTH, 5))"
    assert network(folder, source)[0].out_channels == 4  # type: ignore[index]


def test_classes_beside_the_picture(tmp_path: Path) -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 5)

    def forward(self, x, labels):
        return torch.cat([x.flatten(1), self.embed(labels)], 1)
"""
    found = loaded(tmp_path, source)
    assert (found.inputs, found.labels) == (2, (1,))
    assert found.network is not None
    traced = trace(found.network, (3, 4, 4), target="Net", file="net.py", inputs=found.inputs, labels=found.labels)
    assert [value.shape for value in traced.outputs] == [(2, 53)]
