"""Pictures read from files in a data set of the user: where their channels stand, what their pixels are."""

import pytest

from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.pieces import TRAIN, put_together

_SCRIPT = """
import cv2
from PIL import Image


class Pictures(Dataset):
    def __init__(self, files, labels, transform=None):
        self.files, self.labels, self.transform = files, labels, transform

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        BODY
        return image, self.labels[index]


train_loader = DataLoader(Pictures(FILES, LABELS, TRANSFORM), batch_size=64, shuffle=True)
model = nn.Sequential(
    nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10)
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
"""
_PILLOW = 'image = np.array(Image.open(self.files[index]).convert("RGB"))'
_SMALL = 'image = np.array(Image.open(self.files[index]).convert("RGB").resize((64, 48)), dtype=np.float32) / 255'
_CV = "image = cv2.imread(self.files[index])"
_CV_SMALL = "image = cv2.cvtColor(cv2.resize(cv2.imread(self.files[index]), (64, 48)), cv2.COLOR_BGR2RGB)"
_WRONG = "  # <- layout-wrong"
BODIES: dict[str, tuple[str, ...]] = {
    "reshaped": (_SMALL, "image = torch.from_numpy(image).reshape(3, 48, 64)" + _WRONG),
    "viewed": (_SMALL, "image = torch.from_numpy(image).view(3, 48, 64)" + _WRONG),
    "reshaped by NumPy": (_SMALL, "image = torch.tensor(np.reshape(image, (3, 48, 64)))" + _WRONG),
    "left as they are": (_SMALL, "image = torch.from_numpy(image)" + _WRONG),
    "by its own sides": (
        _PILLOW, "h, w, c = image.shape", "image = torch.from_numpy(image).view(c, h, w).float() / 255" + _WRONG
    ),
    "of unknown size": (_PILLOW, "image = torch.from_numpy(image.reshape(3, 224, 224)).float() / 255" + _WRONG),
    "of OpenCV": (_CV, "image = torch.from_numpy(image.reshape(3, 224, 224)).float() / 255" + _WRONG),
    "of OpenCV, resized": (_CV_SMALL, "image = torch.tensor(image).view(3, 48, 64).float() / 255" + _WRONG),
    "permuted": (_SMALL, "image = torch.from_numpy(image).permute(2, 0, 1)"),
    "transposed": (_SMALL, "image = torch.from_numpy(image.transpose(2, 0, 1))"),
    "axis moved": (_SMALL, "image = torch.from_numpy(np.moveaxis(image, -1, 0))"),
    "of OpenCV, permuted": (_CV_SMALL, "image = torch.from_numpy(image).permute(2, 0, 1).float().div(255)"),
    "turned by ToTensor": (_CV_SMALL, "image = ToTensor()(image)"),
    "turned by a transform that is given": (_PILLOW, "image = self.transform(image)"),
    "bytes": (
        _CV_SMALL,
        "image = torch.tensor(image.transpose(2, 0, 1), dtype=torch.float32)  # <- pixels-not-scaled",
    ),
    "floats, which ToTensor does not scale": (
        _CV_SMALL, "image = image.astype(np.float32)", "image = ToTensor()(image) / 255"
    ),
    "normalised by hand": (
        _PILLOW,
        "image = (image / 255.0 - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])",
        "image = torch.tensor(image, dtype=torch.float).permute(2, 0, 1)",
    ),
    "by a package that is not known": (_PILLOW, "image = self.transform(image=image)['image']"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_findings_stand_where_the_marks_ask_for_them(name: str) -> None:
    transform = "Compose([ToTensor(), transforms.Resize((64, 64))])"
    script = _SCRIPT.replace("BODY", "\n        ".join(BODIES[name])).replace("TRANSFORM", transform)
    expected, found = expected_and_found(put_together(script, TRAIN), ["layout-wrong", "pixels-not-scaled"])
    assert found == expected
