"""A user's own network: found, built, tried, and refused in one plain sentence where it does not fit."""

import copy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from convlens.errors import NetworkError
from convlens.networks.own import build_own, check_on_one_batch, check_unchanged, is_own, keep_copy

GREY = (1, 8, 8)
IMPORTS = "import torch\nfrom torch import nn\n\n"
FINE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(64, 3)
    def forward(self, x):
        return self.output(x.flatten(1))
"""

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of a user's; return the network's name, FILE.py:Class."""

    def make(code: str, name: str = "Net", file: str = "nets.py") -> str:
        (tmp_path / file).write_text(IMPORTS + code)
        return f"{tmp_path / file}:{name}"

    return make


def net(body: str, layers: str = "self.output = nn.Linear(64, 3)") -> str:
    """The code of a network with these layers and this body of `forward`."""
    return f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {layers}
    def forward(self, x):
        {body}
"""


def build(network: str) -> nn.Module:
    return build_own(network, GREY, 3, dropout=0.25)


def build_and_check(network: str) -> nn.Module:
    module = build(network)
    check_on_one_batch(module, GREY, 3)
    return module


def refusal(action: Callable[[], object]) -> str:
    """The one sentence with which `action` is refused."""
    with pytest.raises(NetworkError) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("name", "own"),
    [("nets.py:Net", True), ("/a/b.py:C", True), ("C:\\nets.py:Net", True), ("lecture", False), ("nets.py", False)],
)
def test_a_network_of_ones_own_is_named_by_file_and_class(name: str, own: bool) -> None:
    assert is_own(name) == own


# Loading


def test_the_class_is_built(write: Write) -> None:
    assert type(build_and_check(write(FINE))).__name__ == "Net"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refusal(lambda: build(f"{tmp_path}/absent.py:Net")) == (
        f"There is no file {tmp_path}/absent.py; a network of your own is named FILE.py:Class."
    )


@pytest.mark.parametrize("name", ["Other", "helper", "nn", "Plain", ""])
def test_a_class_that_is_missing_or_no_module_is_named(write: Write, name: str) -> None:
    network = write(FINE + "\nhelper = Net()\nclass Plain: pass\n", name)
    message = refusal(lambda: build(network))
    assert message.endswith(f"nets.py should define an nn.Module called {name!r}, and does not.")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ValueError('half done')", "ValueError: half done"),
        ("import no_such_package", "ModuleNotFoundError: No module named 'no_such_package'"),
        ("def forward(:", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
    ],
)
def test_a_file_that_cannot_be_imported_is_told_with_the_reason(write: Write, code: str, reason: str) -> None:
    message = refusal(lambda: build(write(code)))
    assert "nets.py cannot be imported: " in message
    assert reason in message


def test_a_file_may_import_its_neighbours(write: Write, tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_nets.py").write_text("classes = 3\n")
    path_before = list(sys.path)
    build_and_check(write("from neighbour_of_nets import classes\n" + FINE))
    assert sys.path == path_before


def test_a_file_may_define_dataclasses(write: Write) -> None:
    # Dataclasses look their module up in sys.modules.
    build_and_check(
        write(
            "from dataclasses import dataclass\n@dataclass\nclass Widths:\n    hidden: 'int' = 3\n" + FINE,
        )
    )


# Building


def test_constructor_arguments_are_filled_by_name(write: Write) -> None:
    module = build(
        write(
            """
class Net(nn.Module):
    def __init__(self, num_classes, in_channels, dropout, image_size, hidden=7):
        super().__init__()
        self.received = (num_classes, in_channels, dropout, image_size, hidden)
"""
        )
    )
    assert module.received == (3, 1, 0.25, 8, 7)


def test_arguments_that_are_not_named_are_not_passed(write: Write) -> None:
    module = build(
        write(
            """
class Net(nn.Module):
    def __init__(self, **rest):
        super().__init__()
        self.received = rest
"""
        )
    )
    assert module.received == {}


@pytest.mark.parametrize(
    ("constructor", "reason"),
    [
        ("def __init__(self, hidden): super().__init__()", "missing 1 required positional argument: 'hidden'"),
        ("def __init__(self): raise ValueError('too wide')", "ValueError: too wide"),
        ("def __init__(self): self.layer = nn.Linear(1, 1)", "cannot assign module before Module.__init__"),
        ("def __init__(self): raise KeyError", "KeyError: no message"),
    ],
)
def test_a_class_that_cannot_be_built_is_told_with_the_reason(write: Write, constructor: str, reason: str) -> None:
    message = refusal(lambda: build(write(f"class Net(nn.Module):\n    {constructor}\n")))
    assert "Net of " in message
    assert "cannot be built: " in message
    assert reason in message


# The check on one batch


def test_logits_with_feature_maps_are_fine(write: Write) -> None:
    build_and_check(write(net("return self.output(x.flatten(1)), {'input': x}")))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return torch.cat([self.output(x.flatten(1))] * 2, 1)", "of shape (2, 3) for two pictures of 3 classes"),
        ("return self.output(x.flatten(1)).argmax(1)", "and returns (2,)."),
        ("return self.output(x.flatten(1)).sum()", "and returns ()."),
        ("return self.output(x.flatten(1))[:1]", "and returns (1, 3)."),
        ("return {'logits': self.output(x.flatten(1))}", "and returns dict."),
        ("return [self.output(x.flatten(1))]", "and returns list."),
        ("self.output(x.flatten(1))", "and returns NoneType."),
        ("return self.output(x.flatten(1)).detach()", "do not depend on its parameters"),
        ("return self.output(x.flatten(1)).round().long()", "do not depend on its parameters"),
        ("return torch.zeros(2, 3)", "do not depend on its parameters"),
    ],
)
def test_an_answer_that_is_no_logits_is_refused(write: Write, body: str, reason: str) -> None:
    message = refusal(lambda: build_and_check(write(net(body))))
    assert message.startswith("Net ")
    assert reason in message


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return self.output(x)", "RuntimeError: mat1 and mat2 shapes cannot be multiplied"),
        ("return self.outptu(x)", "AttributeError: 'Net' object has no attribute 'outptu'"),
        ("raise ValueError('not today')", "ValueError: not today"),
        ("raise ValueError", "ValueError: no message"),
        ("return ()", "IndexError"),
    ],
)
def test_a_forward_pass_that_fails_is_told_with_the_reason(write: Write, body: str, reason: str) -> None:
    message = refusal(lambda: build_and_check(write(net(body))))
    assert message.startswith("Net fails on two pictures of 1 x 8 x 8: ")
    assert reason in message


def test_a_backward_pass_that_fails_is_told(write: Write) -> None:
    # `sigmoid` needs its result for the gradient, and it is overwritten.
    body = "y = self.output(x.flatten(1)).sigmoid(); y += 1; return y"
    assert "modified by an inplace operation" in refusal(lambda: build_and_check(write(net(body))))


def test_a_network_without_parameters_is_refused(write: Write) -> None:
    network = write(net("return x.flatten(1)[:, :3]", layers="pass"))
    assert "has no parameter that requires a gradient" in refusal(lambda: build_and_check(network))


def test_a_network_that_is_frozen_is_refused(write: Write) -> None:
    layers = "self.output = nn.Linear(64, 3).requires_grad_(False)"
    network = write(net("return self.output(x.flatten(1))", layers=layers))
    assert "has no parameter that requires a gradient" in refusal(lambda: build_and_check(network))


def test_lazy_layers_learn_their_sizes(write: Write) -> None:
    layers = "self.conv, self.output = nn.LazyConv2d(4, 3), nn.LazyLinear(3)"
    module = build_and_check(write(net("return self.output(self.conv(x).flatten(1))", layers=layers)))
    assert module.get_parameter("output.weight").shape == (3, 4 * 6 * 6)


class Counting(nn.Module):
    """Batch norm, and a buffer that counts training batches."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(1)
        self.output = nn.Linear(64, 3)
        self.seen: Tensor
        self.register_buffer("seen", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.seen.add_(1)
        logits: Tensor = self.output(self.norm(x).flatten(1))
        return logits


def test_the_check_leaves_weights_and_buffers_as_they_were_and_no_gradients() -> None:
    module = Counting()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    check_on_one_batch(module, GREY, 3)
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())


def test_a_network_that_keeps_its_feature_maps_can_still_be_copied(write: Write) -> None:
    # Measuring the machine and averaging the weights both work on a copy.
    module = build_and_check(write(net("self.maps = self.output(x.flatten(1)); return self.maps")))
    assert len(list(copy.deepcopy(module).parameters())) == 2


# The copy in the run folder


def test_the_text_is_kept_with_the_run(write: Write, tmp_path: Path) -> None:
    keep_copy(write(FINE), tmp_path / "network.py")
    assert (tmp_path / "network.py").read_text() == IMPORTS + FINE


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where a run keeps the text, apart from the file itself."""
    (tmp_path / "run").mkdir()
    return tmp_path / "run" / "network.py"


def test_an_unchanged_file_goes_on(write: Write, kept: Path) -> None:
    network = write(FINE)
    keep_copy(network, kept)
    check_unchanged(network, kept)


def test_a_changed_file_is_refused_and_the_kept_text_named(write: Write, kept: Path) -> None:
    keep_copy(write(FINE), kept)
    message = refusal(lambda: check_unchanged(write(FINE + "\n# changed"), kept))
    assert "no longer the file that the run was trained with" in message
    assert f"--network {kept}:Net" in message
    assert kept.read_text() == IMPORTS + FINE


def test_a_file_that_is_gone_is_told(write: Write, tmp_path: Path, kept: Path) -> None:
    network = write(FINE)
    keep_copy(network, kept)
    (tmp_path / "nets.py").unlink()
    assert "no longer the file" in refusal(lambda: check_unchanged(network, kept))


def test_the_kept_copy_itself_is_never_taken_for_the_users_file(write: Write, kept: Path) -> None:
    keep_copy(write(FINE), kept)
    for disguise in (f"{kept}:Net", "network.py:Net", f"{kept.parent / '..' / 'run' / 'network.py'}:Net"):
        assert "no longer the file" in refusal(lambda network=disguise: check_unchanged(network, kept))  # type: ignore[misc]
