"""Data sets, loaders, parts of them, and the scale of pixels."""

import pytest

from convlens.checking.events import Forward
from convlens.checking.values import Constant, Dataset, Items, Loader, Slice, Tensor, Tool
from tests.checking.pieces import DATA, facts, values

SHAPES = {
    "datasets.MNIST('.', transform=transforms.ToTensor())": (1, 28, 28),
    "datasets.CIFAR10('.', train=False, transform=transforms.ToTensor())": (3, 32, 32),
    "datasets.CIFAR10('.', transform=transforms.Compose([transforms.Resize(64), transforms.ToTensor()]))": (3, 64, 64),
    "datasets.CIFAR10('.', transform=transforms.Compose([transforms.Grayscale(), transforms.ToTensor()]))": (1, 32, 32),
    "datasets.MNIST('.', transform=transforms.Compose([transforms.Pad(2), transforms.ToTensor()]))": (1, 32, 32),
    "datasets.ImageFolder('x', transforms.Compose([transforms.Resize((40, 50)), transforms.ToTensor()]))": (3, 40, 50),
    "datasets.ImageFolder('x', transforms.Compose([transforms.Resize(40), transforms.ToTensor()]))": (3, None, None),
    "datasets.FakeData(100, (3, 20, 20), 5, transforms.ToTensor())": (3, 20, 20),
}


@pytest.mark.parametrize("made", SHAPES)
def test_shapes_of_items(made: str) -> None:
    found = facts(f"ds = {made}\nfor x, y in DataLoader(ds, batch_size=8):\n    pass\n")
    assert found.datasets[0].item == SHAPES[made]


@pytest.mark.parametrize(
    ("made", "split"),
    [
        ("datasets.MNIST('.', train=True)", "train"),
        ("datasets.MNIST('.', False)", "test"),
        ("datasets.SVHN('.', split='test')", "test"),
        ("datasets.ImageFolder('data/val')", "validation"),
        ("datasets.ImageFolder(nowhere)", None),
    ],
)
def test_which_split_a_set_says_it_is(made: str, split: str | None) -> None:
    assert facts(f"ds = {made}\n").datasets[0].split == split


SCALES = {
    "ToTensor": ("transform=transforms.ToTensor()", "x", "0..1"),
    "Normalize": (
        "transform=transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.5, 0.5)])", "x", "normalised"
    ),
    "PILToTensor": ("transform=transforms.PILToTensor()", "x", "0..255"),
    "divided": ("transform=transforms.PILToTensor()", "x.float() / 255", "0..1"),
    "multiplied": ("transform=transforms.PILToTensor()", "x * (1 / 255)", "0..1"),
    "shifted": ("transform=transforms.ToTensor()", "(x - 0.5) / 0.5", "normalised"),
    "moved": ("transform=transforms.ToTensor()", "x.to('cuda').permute(0, 2, 3, 1)", "0..1"),
    "something unknown": ("transform=nowhere", "x", None),
    "a lambda": ("transform=transforms.Compose([transforms.ToTensor(), transforms.Lambda(f)])", "x", None),
}  # fmt: skip


@pytest.mark.parametrize("name", SCALES)
def test_the_scale_of_pixels(name: str) -> None:
    made, written, scale = SCALES[name]
    found = facts(
        f"loader = DataLoader(datasets.MNIST('.', {made}), 8)\nnet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"
        f"for x, y in loader:\n    net({written})\n"
    )
    given = found.of(Forward)[0].inputs[0]
    assert isinstance(given, Tensor)
    assert given.scale == scale


def test_the_pixels_of_a_set_kept_in_memory() -> None:
    last = values(DATA + "n = train_set.data.float().div(255).unsqueeze(1)", "n")[-1]
    assert isinstance(last, Tensor)
    assert (last.scale, last.shape) == ("0..1", ("N", 1, 28, 28))


def test_a_users_set_with_pictures_from_files() -> None:
    script = """
from PIL import Image
class Own(torch.utils.data.Dataset):
    def __init__(self, paths, transform):
        self.paths, self.transform = paths, transform
    def __getitem__(self, i):
        return self.transform(Image.open(self.paths[i]).convert("RGB")), 0
tfm = transforms.Compose([transforms.Resize((32, 32)), transforms.ToTensor()])
for x, y in DataLoader(Own(nowhere, tfm), 8):
    n = x
"""
    last = values(script, "n")[-1]
    assert isinstance(last, Tensor)
    assert (last.shape, last.scale) == (("N", 3, 32, 32), "0..1")


def test_parts_of_a_random_split() -> None:
    found = facts(DATA, "a, b = torch.utils.data.random_split(train_set, [50000, 10000])\n")
    parts = [one for one in found.made(Dataset) if one.kind == "Subset"]
    assert [(one.part, one.size, one.split, one.root().kind) for one in parts] == [
        (0, 50000, "train", "FashionMNIST"),
        (1, 10000, "validation", "FashionMNIST"),
    ]


@pytest.mark.parametrize("length", ["1e400", "float('nan')", "10 ** 400", "'all'"])
def test_a_part_of_no_sensible_length(length: str) -> None:
    found = facts(DATA, f"a, b = torch.utils.data.random_split(train_set, [{length}, 10])\n")
    assert found.made(Dataset)[-2].size is None


def test_a_list_that_was_cut_knows_what_from() -> None:
    whole, first = values("indices = list(range(60000))\nindices = indices[:50000]", "indices")
    assert isinstance(whole, Items)
    assert isinstance(first, Items)
    assert first.whole is whole
    assert isinstance(first.part, Slice)
    assert isinstance(first.part.upper, Constant)
    assert first.part.upper.value == 50000


def test_parts_of_train_test_split() -> None:
    script = "from sklearn.model_selection import train_test_split\nx = torch.randn(100, 3)\ny = list(range(100))\n"
    parts = values(f"{script}a, b, c, n = train_test_split(x, y, test_size=0.2)", "n")
    assert isinstance(parts[-1], Items)
    assert isinstance(parts[-1].part, Constant)
    assert parts[-1].part.value == 1


@pytest.mark.parametrize("written", ["torch.randperm(100)", "np.random.permutation(100)"])
def test_a_permutation(written: str) -> None:
    last = values(f"import numpy as np\nn = {written}", "n")[-1]
    assert isinstance(last, Tensor)
    assert last.op == "randperm"


def test_a_subset_and_a_sampler_keep_their_indices() -> None:
    script = """
part = torch.utils.data.Subset(train_set, range(0, 1000))
loader = DataLoader(train_set, 64, sampler=torch.utils.data.SubsetRandomSampler(range(1000, 2000)))
"""
    found = facts(DATA, script)
    assert found.made(Dataset)[-1].size == 1000
    sampler = found.made(Loader)[-1].arguments["sampler"]
    assert isinstance(sampler, Tool)
    assert (sampler.kind, sampler.name, "indices" in sampler.arguments) == ("sampler", "SubsetRandomSampler", True)


def test_the_bound_of_random_labels_counts_the_classes() -> None:
    found = facts("ds = torch.utils.data.TensorDataset(torch.randn(9, 3), torch.randint(0, 7, (9,)))\n")
    assert found.datasets[0].classes == 7
