"""The network for the garments."""

import torch.nn as nn


class Block(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(kernel_size=2)

    def forward(self, x):
        return self.pool(self.relu(self.norm(self.conv(x))))


class GarmentNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.block1 = Block(1, 24)
        self.block2 = Block(24, 48)
        self.fc = nn.Linear(48 * 7 * 7, 96)
        self.relu = nn.ReLU()
        self.out = nn.Linear(96, num_classes)

    def forward(self, x):
        x = self.block1(x)
        x = self.block2(x)
        x = x.flatten(1)
        x = self.relu(self.fc(x))
        x = self.out(x)
        return x
