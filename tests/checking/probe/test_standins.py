from tests.checking.probe.conftest import Observe

PICTURES = """
import numpy as np
import torch
import torchvision
from PIL import Image
from torchvision import datasets, models, transforms as T
from torchvision.transforms import functional as TF, v2
from torchvision.models import ResNet18_Weights

to_tensor = T.ToTensor()
for name, shape, classes in [("MNIST", (1, 28, 28), 10), ("FashionMNIST", (1, 28, 28), 10), ("KMNIST", (1, 28, 28), 10),
                             ("CIFAR10", (3, 32, 32), 10), ("CIFAR100", (3, 32, 32), 100)]:
    train = getattr(datasets, name)("data", train=True, download=True, transform=to_tensor)
    test = getattr(datasets, name)("data", train=False, download=True, transform=to_tensor)
    picture, label = train[0]
    assert tuple(picture.shape) == shape and picture.dtype == torch.float32 and 0 <= picture.min() <= picture.max() <= 1
    assert isinstance(label, int) and len(train.classes) == classes
    assert max(train.targets) == classes - 1, name
    assert len(train) in (50000, 60000) and len(test) == 10000
    assert len(train.data) == len(train)
svhn = datasets.SVHN("data", split="test", transform=to_tensor)
assert tuple(svhn[3][0].shape) == (3, 32, 32)
folder = datasets.ImageFolder("photos/train", T.Compose([T.Resize(256), T.CenterCrop(224), to_tensor]))
assert tuple(folder[1][0].shape) == (3, 224, 224) and folder.class_to_idx == {"first": 0, "second": 1}

photo = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8))
for change in [T.RandomHorizontalFlip(), T.RandomVerticalFlip(), T.RandomRotation(10), T.ColorJitter(0.2, 0.2),
               T.RandomAffine(5, translate=(0.1, 0.1), scale=(0.9, 1.1)), T.RandAugment(), T.GaussianBlur(3),
               T.RandomGrayscale(), T.RandomPerspective()]:
    assert change(photo).size == photo.size, change
    assert change(to_tensor(photo)).shape == (3, 40, 60), change
assert to_tensor(T.RandomCrop(32, padding=4)(photo)).shape == (3, 32, 32)
assert to_tensor(T.RandomResizedCrop(24)(photo)).shape == (3, 24, 24)
assert to_tensor(T.Resize(20)(photo)).shape == (3, 20, 30)
assert to_tensor(T.Grayscale()(photo)).shape == (1, 40, 60)
assert T.RandomErasing(p=1)(to_tensor(photo)).shape == (3, 40, 60)
assert T.ToPILImage()(to_tensor(photo)).size == photo.size
modern = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.5] * 3)])
assert torch.allclose(modern(photo), (to_tensor(photo) - 0.5) / 0.5)
for wrong in (lambda: T.Normalize(0.5, 0.5)(photo), lambda: T.ToTensor()(to_tensor(photo))):
    try:
        wrong()
    except TypeError:
        continue
    raise AssertionError("a transform of the wrong kind was accepted")

batch = torch.rand(2, 3, 64, 64)
for name, width in [("resnet18", 512), ("resnet50", 2048)]:
    model = getattr(models, name)(weights=None)
    assert model.fc.in_features == width and model(batch).shape == (2, 1000)
assert models.resnet18(weights=ResNet18_Weights.DEFAULT).fc.out_features == 1000
mobile = models.mobilenet_v2(pretrained=True)
assert mobile.classifier[1].in_features == 1280 and mobile(batch).shape == (2, 1000)
assert models.squeezenet1_1()(batch).shape == (2, 1000)
assert torchvision.utils.make_grid(batch).shape[0] == 3
print("all well")
"""
OTHERS = """
import matplotlib.pyplot as plt
from torch.utils.tensorboard import SummaryWriter
from tqdm.auto import tqdm, trange
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split

figure, axes = plt.subplots(2, 2)
axes[0, 1].imshow([[1]], cmap="gray").set_title("x")
plt.savefig("x.png")
with SummaryWriter("runs") as writer:
    writer.add_scalar("loss", 1.0, 0)
bar = tqdm([1, 2, 3], desc="x")
bar.set_postfix(loss=1)
assert list(bar) == [1, 2, 3] and list(trange(2)) == [0, 1]
assert accuracy_score([0, 1, 1, 2], [0, 1, 2, 2]) == 0.75
assert confusion_matrix([0, 1, 1], [0, 1, 0]).tolist() == [[1, 0], [1, 1]]
one, other = train_test_split(list(range(10)), test_size=0.3, random_state=0)
assert sorted(one + other) == list(range(10)) and len(other) == 3
print("all well")
"""


def test_torchvision(watch: Observe) -> None:
    observation = watch(PICTURES)
    assert observation.output.endswith("all well\n"), observation.output
    assert "torchvision" in observation.replaced
    assert "CIFAR10: made-up pictures" in observation.replaced


def test_bars_plots_and_scores(watch: Observe) -> None:
    observation = watch(OTHERS)
    assert observation.output.endswith("all well\n"), observation.output
