"""Users' functions as transforms: what they make of pixels and of labels."""

import pytest

from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.pieces import MODEL, TRAIN, put_together

_SET = """
from torchvision.transforms import v2
transform = Compose([STEPS])MARK
train_set = datasets.FashionMNIST("data", train=True, transform=transform)
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
"""
_UNSCALED = "  # <- pixels-not-scaled"
STEPS = {
    "divided": ("transforms.PILToTensor(), transforms.Lambda(lambda x: x / 255)", ""),
    "divided by a plain function": ("transforms.PILToTensor(), lambda x: x.float().div(255)", ""),
    "brought to -1 to 1": ("transforms.PILToTensor(), transforms.Lambda(lambda x: x.float() / 127.5 - 1)", ""),
    "shifted after scaling": ("ToTensor(), transforms.Lambda(lambda x: x * 2 - 1)", ""),
    "by its own mean": ("ToTensor(), transforms.Lambda(lambda x: (x - x.mean()) / (x.std() + 1e-6))", ""),
    "with noise": ("ToTensor(), transforms.Lambda(lambda x: x + 0.1 * torch.randn_like(x))", ""),
    "only turned into floats": ("transforms.PILToTensor(), transforms.Lambda(lambda x: x.float())", _UNSCALED),
    "floats of version 2": ("v2.ToImage(), v2.ToDtype(torch.float32)", _UNSCALED),
    "twice": ("ToTensor(), transforms.Lambda(lambda x: x / 255)", _UNSCALED),
    "twice by plain functions": ("ToTensor(), lambda t: t.div(255.0)", _UNSCALED),
    "twice by two functions": ("transforms.PILToTensor(), lambda x: x / 255, lambda x: x / 255", _UNSCALED),
}


@pytest.mark.parametrize("name", STEPS)
def test_pixels_scaled_by_a_function(name: str) -> None:
    steps, mark = STEPS[name]
    script = put_together(_SET.replace("STEPS", steps).replace("MARK", mark), MODEL, TRAIN)
    expected, found = expected_and_found(script, ["pixels-not-scaled"])
    assert found == expected


@pytest.mark.parametrize(
    ("scored", "mark"),
    [
        ("transform", ""),
        ("Compose([ToTensor(), Normalize((0.5,), (0.5,))])", ""),
        ("Compose([ToTensor()])", "  # <- normalisation-differs"),
    ],
)
def test_a_function_is_compared_with_other_transforms(scored: str, mark: str) -> None:
    steps = "ToTensor(), transforms.Lambda(lambda x: x * 2 - 1)"
    script = f"""
    other = {scored}{mark}
    test_loader = DataLoader(datasets.FashionMNIST("data", train=False, transform=other), batch_size=500)
    """
    test = "model.eval()\nfor x, y in test_loader:\n    print((model(x).argmax(1) == y).sum())\n"
    whole = put_together(_SET.replace("STEPS", steps).replace("MARK", ""), script, MODEL, TRAIN, test)
    expected, found = expected_and_found(whole, ["normalisation-differs"])
    assert found == expected


_LABELS = """
def shift(label):MARK_IN_FUNCTION
    return label + 1

train_set = datasets.FashionMNIST("data", train=True, transform=ToTensor(), target_transform=CHANGED)MARK
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
"""
_WRONG = "  # <- class-count-mismatch/error"
CHANGED = {
    "from 1": ("lambda y: y + 1", _WRONG),
    "from -1": ("lambda y: y - 1", _WRONG),
    "from 1, as a transform": ("transforms.Lambda(lambda y: y + 1)", _WRONG),
    "turned round": ("lambda y: 9 - y", ""),
    "as they are": ("int", ""),
    "something unknown": ("nowhere", ""),
    "a tensor": ("lambda y: torch.tensor(y)", ""),
}


@pytest.mark.parametrize("name", CHANGED)
def test_labels_changed_by_a_function(name: str) -> None:
    changed, mark = CHANGED[name]
    script = _LABELS.replace("CHANGED", changed).replace("MARK_IN_FUNCTION", "").replace("MARK", mark)
    expected, found = expected_and_found(put_together(script, MODEL, TRAIN), ["class-count-mismatch"])
    assert found == expected


def test_labels_changed_by_a_named_function_are_wrong_there() -> None:
    script = _LABELS.replace("CHANGED", "shift").replace("MARK_IN_FUNCTION", _WRONG).replace("MARK", "")
    expected, found = expected_and_found(put_together(script, MODEL, TRAIN), ["class-count-mismatch"])
    assert found == expected


@pytest.mark.parametrize(
    ("changed", "outputs", "mark"),
    [
        ("lambda y: int(y >= 5)", 2, ""),
        ("lambda y: y // 2", 5, ""),
        ("lambda y: y // 2", 4, "  # <- class-count-mismatch/error"),
        ("lambda y: y % 2", 10, "  # <- class-count-mismatch/warning"),
    ],
)
def test_fewer_classes_by_a_function(changed: str, outputs: int, mark: str) -> None:
    script = _LABELS.replace("CHANGED", changed).replace("MARK_IN_FUNCTION", "").replace("MARK", "")
    model = MODEL.replace("nn.Linear(100, 10))", f"nn.Linear(100, {outputs})){mark}")
    expected, found = expected_and_found(put_together(script, model, TRAIN), ["class-count-mismatch"])
    assert found == expected
