"""The first residual network of fastai's course, from its lessons on Fashion-MNIST, trained by fastai: 5 epochs."""

import itertools

import fastai.callback.schedule  # noqa: F401  gives the learner fit_one_cycle
import torch
import track
from fastai.basics import Callback, CancelValidException, DataLoader, DataLoaders, Learner, set_seed
from torch import nn
from torch.nn import functional
from torch.utils.data import TensorDataset


class Activation(nn.Module):
    """A leaky ReLU, moved down so that its mean is near zero."""

    def forward(self, x):
        return functional.leaky_relu(x, 0.1) - 0.4


def convolution(inputs, outputs, kernel_size, stride=1, norm=True, activation=True):
    layer = nn.Conv2d(inputs, outputs, kernel_size, stride, padding=kernel_size // 2, bias=not norm)
    nn.init.kaiming_normal_(layer.weight, a=0.1)
    return nn.Sequential(layer, *[nn.BatchNorm2d(outputs)] * norm, *[Activation()] * activation)


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.convolutions = nn.Sequential(
            convolution(inputs, outputs, 3),
            convolution(outputs, outputs, 3, stride, activation=False),
        )
        self.shortcut = nn.Sequential(
            nn.Identity() if stride == 1 else nn.AvgPool2d(2, ceil_mode=True),
            convolution(inputs, outputs, 1, norm=False, activation=False),
        )
        self.activation = Activation()

    def forward(self, x):
        return self.activation(self.convolutions(x) + self.shortcut(x))


def network(channels=(8, 16, 32, 64, 128, 256)):
    halving = [ResidualBlock(a, b, stride=2) for a, b in itertools.pairwise(channels)]
    head = [nn.Flatten(), nn.Linear(channels[-1], 10, bias=False), nn.BatchNorm1d(10)]
    return nn.Sequential(ResidualBlock(1, channels[0]), *halving, *head)


def loader(images, labels, shuffle):
    images = (torch.from_numpy(images).unsqueeze(1).float() / 255 - 0.28) / 0.35
    data = TensorDataset(images, torch.from_numpy(labels).long())
    return DataLoader(data, bs=1024, shuffle=shuffle, num_workers=0)


class Report(Callback):
    """The course scores the test pictures after each epoch; here that is the race's scoring."""

    def before_validate(self):
        track.report(self.accuracy)
        raise CancelValidException

    def accuracy(self):
        with torch.no_grad():
            correct = sum((self.learn.model(x).argmax(1) == y).sum().item() for x, y in self.learn.dls.valid)
        return correct / self.learn.dls.valid.n


set_seed(track.SEED)
train_images, train_labels, test_images, test_labels = track.load()
loaders = DataLoaders(loader(train_images, train_labels, True), loader(test_images, test_labels, False))
learner = Learner(loaders, network(), loss_func=nn.CrossEntropyLoss(), cbs=[Report()])
with learner.no_logging():
    learner.fit_one_cycle(track.rounds(5), 2e-2)
