"""Networks: what they are made of, in which mode they are, what sizes come out of them."""

import pytest

from convlens.checking.events import Assigned, Forward, ModeSet, ShapeProblem
from convlens.checking.values import Module, Tensor
from tests.checking.pieces import DATA, MODEL, TRAINING, facts

NETWORKS = {
    "a class": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.fc = nn.Linear(8 * 13 * 13, 10)
    def forward(self, x):
        return self.fc(F.max_pool2d(F.relu(self.conv(x)), 2).flatten(1))
net = Net()
""",
    "an inherited constructor": """
class Base(nn.Module):
    def __init__(self, width):
        super(Base, self).__init__()
        self.conv = nn.Conv2d(1, width, 3)
class Net(Base):
    def __init__(self):
        super().__init__(8)
        self.fc = nn.Linear(1352, 10)
    def forward(self, x):
        return self.fc(torch.flatten(F.max_pool2d(torch.relu(self.conv(x)), 2), 1))
net = Net()
""",
    "nn.Module.__init__": """
class Net(nn.Module):
    def __init__(self):
        nn.Module.__init__(self)
        self.conv, self.fc = nn.Conv2d(1, 8, 3), nn.Linear(1352, 10)
    def forward(self, x):
        x = self.conv(x).relu()
        x = F.max_pool2d(x, kernel_size=2)
        return self.fc(x.view(x.size(0), -1))
net = Net()
""",
    "Sequential with appended layers": """
net = nn.Sequential()
net.add_module("conv", nn.Conv2d(1, 8, 3))
net.append(nn.ReLU())
for layer in [nn.MaxPool2d(2), nn.Flatten()]:
    net.append(layer)
net.append(nn.Linear(1352, 10))
""",
    "Sequential of a list": """
def block(i, o):
    return [nn.Conv2d(i, o, 3), nn.ReLU(), nn.MaxPool2d(2)]
net = nn.Sequential(*block(1, 8), nn.Flatten(), nn.Linear(1352, 10))
""",
    "Sequential of a dictionary": """
from collections import OrderedDict
net = nn.Sequential(OrderedDict([("c", nn.Conv2d(1, 8, 3)), ("p", nn.MaxPool2d(2)), ("f", nn.Flatten()),
                                 ("l", nn.Linear(1352, 10))]))
""",
    "a list of modules": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 8, 3)])
        self.head = nn.LazyLinear(10)
    def forward(self, x):
        for block in self.blocks:
            x = torch.relu(block(x))
        return self.head(x.flatten(start_dim=1))
net = Net()
""",
    "a factory with a configuration": """
def build(cfg):
    layers, channels = [], 1
    for width in cfg["widths"]:
        layers += [nn.Conv2d(channels, width, 3), nn.ReLU()]
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, cfg["classes"]))
net = build({"widths": [4, 8], "classes": 10})
""",
    "wrapped": "net = nn.DataParallel(nn.Sequential(nn.Flatten(), nn.Linear(784, 10)))\n",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_sizes_are_followed_to_the_end(name: str) -> None:
    found = facts(DATA, NETWORKS[name], "for x, y in test_loader:\n    out = net(x)\n")
    assert [event.output.shape for event in found.of(Forward)] == [("N", 10)] * 2  # type: ignore[union-attr]
    assert found.of(ShapeProblem) == []


SIZES = {
    "nn.Conv2d(1, 8, 3)": (8, 26, 26),
    "nn.Conv2d(1, 8, 5, stride=2, padding=2)": (8, 14, 14),
    "nn.Conv2d(1, 8, 3, padding='same', dilation=2)": (8, 28, 28),
    "nn.Conv2d(1, 8, (3, 5))": (8, 26, 24),
    "nn.ConvTranspose2d(1, 4, 4, stride=2, padding=1)": (4, 56, 56),
    "nn.MaxPool2d(3, ceil_mode=True)": (1, 10, 10),
    "nn.AvgPool2d(2, stride=1)": (1, 27, 27),
    "nn.AdaptiveAvgPool2d((7, None))": (1, 7, 28),
    "nn.BatchNorm2d(1)": (1, 28, 28),
    "nn.Flatten()": (784,),
    "lambda x: x.view(-1, 784)": (784,),
    "lambda x: x.reshape(x.shape[0], 28, -1)": (28, 28),
    "lambda x: x.permute(0, 2, 3, 1)": (28, 28, 1),
    "lambda x: x.transpose(1, 2)": (28, 1, 28),
    "lambda x: x.squeeze(1)": (28, 28),
    "lambda x: x.unsqueeze(-1)": (1, 28, 28, 1),
    "lambda x: torch.cat([x, x], dim=1)": (2, 28, 28),
    "lambda x: x.mean(dim=(2, 3))": (1,),
    "lambda x: x.sum(-1, keepdim=True)": (1, 28, 1),
    "lambda x: x + torch.relu(x) * 2": (1, 28, 28),
    "lambda x: F.pad(nowhere(x), (1, 1))": None,
}


@pytest.mark.parametrize("operation", SIZES)
def test_sizes_after_one_operation(operation: str) -> None:
    found = facts(DATA, f"f = {operation}\nfor x, y in test_loader:\n    out = f(x)\n")
    expected = SIZES[operation]
    last = [event.value for event in found.of(Assigned) if event.target == "out"][-1]
    assert isinstance(last, Tensor) or expected is None
    assert getattr(last, "shape", None) == (None if expected is None else ("N", *expected))


PROBLEMS = {
    "nn.Sequential(nn.Flatten(), nn.Linear(100, 10))": ("flatten-size", 100, 784),
    "nn.Sequential(nn.Flatten(), nn.Linear(784, 50), nn.Linear(40, 10))": ("features", 40, 50),
    "nn.Conv2d(3, 8, 3)": ("channels", 3, 1),
    "nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(4))": ("channels", 4, 8),
    "nn.Sequential(nn.MaxPool2d(10), nn.Conv2d(1, 8, 3))": ("pooled-to-nothing", 3, 2),
}


@pytest.mark.parametrize("network", PROBLEMS)
def test_sizes_that_do_not_fit(network: str) -> None:
    found = facts(DATA, f"net = {network}\nfor x, y in test_loader:\n    net(x)\n").of(ShapeProblem)[0]
    assert (found.kind, found.expected, found.found) == PROBLEMS[network]


MODES = {
    "at first": ("", "train"),
    "eval": ("model.eval()\n", "eval"),
    "train(False)": ("model.train(False)\n", "eval"),
    "train again": ("model.eval()\nmodel.train()\n", "train"),
    "a flag that is not known": ("model.train(nowhere)\n", None),
    "on one side of a branch": ("if nowhere:\n    model.eval()\n", None),
    "on both sides": ("if nowhere:\n    model.eval()\nelse:\n    model.train(mode=False)\n", "eval"),
    "through a wrapper": ("wrapped = nn.DataParallel(model)\nwrapped.eval()\n", "eval"),
    "through an attribute": ("class T:\n    pass\nt = T()\nt.net = model\nt.net.eval()\n", "eval"),
    "in a function": ("def freeze(m):\n    m.eval()\nfreeze(model)\n", "eval"),
    "given to something unknown": ("from elsewhere import prepare\nprepare(model)\n", None),
    "given to something that looks": ("from torchinfo import summary\nsummary(model)\nprint(model)\n", "train"),
}


@pytest.mark.parametrize("name", MODES)
def test_the_mode_at_a_forward_call(name: str) -> None:
    script, mode = MODES[name]
    assert facts(MODEL, f"{script}model(torch.randn(4, 784))\n").of(Forward)[-1].mode == mode


def test_the_mode_in_a_function_that_nothing_calls_is_not_known() -> None:
    found = facts(MODEL, "def score(model, x):\n    return model(x)\ndef score_global(x):\n    return model(x)\n")
    assert [(event.guessed, event.mode) for event in found.of(Forward)] == [(True, None)] * 2


def test_what_is_set_and_when() -> None:
    found = facts(
        DATA, MODEL, TRAINING.replace("    for images", "    model.train()\n    for images"), "model.eval()\n"
    )
    assert [(event.mode, event.before) for event in found.of(ModeSet)] == [("train", "train")] * 2 + [("eval", "train")]


def test_a_network_of_another_package_is_a_network_of_which_nothing_is_known() -> None:
    found = facts(DATA, "from elsewhere import build\nmodel = build(10)\nfor x, y in test_loader:\n    model(x)\n")
    assert [(event.module.kind, event.mode) for event in found.of(Forward)] == [("unknown", "train")] * 2
    assert found.reads_mode(found.models[0]) is None


def test_a_model_of_sklearn_is_none() -> None:
    found = facts("from sklearn.svm import SVC\nmodel = SVC()\nmodel(1)\n")
    assert found.of(Forward) == []


@pytest.mark.parametrize(
    ("layers", "reads"),
    [("nn.Linear(4, 2)", False), ("nn.Linear(4, 2), nn.Dropout()", True), ("nn.BatchNorm1d(4)", True)],
)
def test_whether_the_mode_matters(layers: str, reads: bool) -> None:
    found = facts(f"net = nn.Sequential({layers})\nnet(torch.randn(3, 4))\n")
    module = found.made(Module)[-1]
    assert found.reads_mode(module) is reads
