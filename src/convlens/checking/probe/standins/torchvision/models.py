"""Small networks with the names, the attributes and the widths of the published ones, with weights drawn at random."""

import enum
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from . import transforms


class Weights(enum.Enum):
    """Stands for published weights; none are loaded."""

    IMAGENET1K_V1 = "first"
    IMAGENET1K_V2 = "second"

    @property
    def meta(self) -> dict[str, Any]:
        """What is known about them."""
        return {"categories": [f"class {n}" for n in range(1000)]}

    def transforms(self, **_: Any) -> transforms.Compose:
        """What a picture goes through first."""
        steps = [transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor()]
        return transforms.Compose([*steps, transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])


class _WeightsByName:
    """`ResNet18_Weights.DEFAULT`, `VGG16_Weights.IMAGENET1K_V1`, ..."""

    IMAGENET1K_V1 = Weights.IMAGENET1K_V1
    IMAGENET1K_V2 = DEFAULT = Weights.IMAGENET1K_V2


def __getattr__(name: str) -> Any:
    if name.endswith("_Weights"):
        return _WeightsByName
    raise AttributeError(f"module 'torchvision.models' of convlens has no {name}")


def _unit(before: int, after: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    padding = kernel // 2
    return [nn.Conv2d(before, after, kernel, stride, padding, bias=False), nn.BatchNorm2d(after), nn.ReLU()]


class _Block(nn.Module):
    """A residual block with one thin convolution."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 1, stride, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.relu = nn.ReLU()
        self.downsample = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x: Tensor) -> Tensor:
        """N C H W to N C' H/stride W/stride."""
        return self.relu(self.bn1(self.conv1(x)) + self.downsample(x))  # type: ignore[no-any-return]


class ResNet(nn.Module):
    """The frame of a residual network with one block in each of its four layers."""

    def __init__(self, factor: int, num_classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(_Block(64, 64 * factor, 1))
        self.layer2 = nn.Sequential(_Block(64 * factor, 128 * factor, 2))
        self.layer3 = nn.Sequential(_Block(128 * factor, 256 * factor, 2))
        self.layer4 = nn.Sequential(_Block(256 * factor, 512 * factor, 2))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512 * factor, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """N 3 H W to logits N K."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))  # type: ignore[no-any-return]


class Featured(nn.Module):
    """Networks of a part called features and a part called classifier."""

    def __init__(self, widths: tuple[int, ...], side: int, classifier: nn.Module) -> None:
        super().__init__()
        pairs = list(zip((3, *widths), widths, strict=False))
        self.features = nn.Sequential(*[m for before, after in pairs for m in _unit(before, after, 3, 2)])
        self.avgpool = nn.AdaptiveAvgPool2d(side)
        self.classifier = classifier

    def forward(self, x: Tensor) -> Tensor:
        """N 3 H W to logits N K."""
        return torch.flatten(self.classifier(torch.flatten(self.avgpool(self.features(x)), 1)), 1)


class SqueezeNet(nn.Module):
    """Its classifier is a convolution."""

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.features = nn.Sequential(*_unit(3, 64, 3, 4), *_unit(64, 512, 1, 4))
        last = nn.Conv2d(512, num_classes, 1)
        self.classifier = nn.Sequential(nn.Dropout(0.5), last, nn.ReLU(), nn.AdaptiveAvgPool2d(1))

    def forward(self, x: Tensor) -> Tensor:
        """N 3 H W to logits N K."""
        return torch.flatten(self.classifier(self.features(x)), 1)


def _resnet(factor: int) -> Callable[..., ResNet]:
    def make(
        *, weights: Any = None, pretrained: bool = False, progress: bool = True, num_classes: int = 1000
    ) -> ResNet:
        return ResNet(factor, num_classes)

    return make


resnet18 = resnet34 = _resnet(1)
resnet50 = resnet101 = resnet152 = wide_resnet50_2 = resnext50_32x4d = _resnet(4)


def _three_layers(inputs: int, classes: int, first: bool) -> nn.Sequential:
    """The classifier of VGG and AlexNet; the latter begins with dropout."""
    drops = [nn.Dropout(), nn.Dropout()]
    one, two, three = nn.Linear(inputs, 4096), nn.Linear(4096, 4096), nn.Linear(4096, classes)
    if first:
        return nn.Sequential(drops[0], one, nn.ReLU(), drops[1], two, nn.ReLU(), three)
    return nn.Sequential(one, nn.ReLU(), drops[0], two, nn.ReLU(), drops[1], three)


def vgg16(*, weights: Any = None, pretrained: bool = False, progress: bool = True, num_classes: int = 1000) -> Featured:
    """The frame of VGG."""
    return Featured((32, 64, 128, 512), 7, _three_layers(512 * 49, num_classes, first=False))


vgg11 = vgg13 = vgg19 = vgg11_bn = vgg13_bn = vgg16_bn = vgg19_bn = vgg16


def alexnet(
    *, weights: Any = None, pretrained: bool = False, progress: bool = True, num_classes: int = 1000
) -> Featured:
    """The frame of AlexNet."""
    return Featured((64, 128, 256), 6, _three_layers(256 * 36, num_classes, first=True))


def _thin(last: int, rate: float, *hidden: int) -> Callable[..., Featured]:
    def make(
        *, weights: Any = None, pretrained: bool = False, progress: bool = True, num_classes: int = 1000, **_: Any
    ) -> Featured:
        layers: list[nn.Module] = [nn.Dropout(rate), nn.Linear(last, num_classes)]
        if hidden:
            layers = [nn.Linear(last, hidden[0]), nn.Hardswish(), nn.Dropout(rate), nn.Linear(hidden[0], num_classes)]
        return Featured((16, 32, 64, last), 1, nn.Sequential(*layers))

    return make


mobilenet_v2 = efficientnet_b0 = efficientnet_b1 = _thin(1280, 0.2)
mobilenet_v3_small, mobilenet_v3_large = _thin(576, 0.2, 1024), _thin(960, 0.2, 1280)


def densenet121(
    *, weights: Any = None, pretrained: bool = False, progress: bool = True, num_classes: int = 1000
) -> Featured:
    """The frame of DenseNet."""
    return Featured((16, 32, 64, 1024), 1, nn.Linear(1024, num_classes))


def squeezenet1_1(
    *, weights: Any = None, pretrained: bool = False, progress: bool = True, num_classes: int = 1000
) -> SqueezeNet:
    """The frame of SqueezeNet."""
    return SqueezeNet(num_classes)


squeezenet1_0 = squeezenet1_1
_MAKERS = {name: value for name, value in globals().items() if callable(value) and name[0].islower()}


def get_model(name: str, **kwargs: Any) -> nn.Module:
    """A network by its name."""
    made: nn.Module = _MAKERS[name.lower()](**kwargs)
    return made
