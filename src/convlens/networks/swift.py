"""The default network: the most accuracy that two processor cores learn in a minute."""

import torch
from torch import Tensor, nn


class Swift(nn.Module):
    """Two convolutions and a hidden layer, shaped by what a processor does fast; how it was found: `docs/recipe.md`.

    In a minute, seeing the pictures often beats seeing them with more layers, and most of a small network's time goes
    into moving large maps of few channels through memory. So the first block leaves the full resolution at once
    (stride 2 and pooling), each pooling stands before the normalisation and activation of its block, which then touch
    a quarter of the values, and the matrix products of the classifier, the fastest operation there is, do the rest.
    Everything is kept channels-last, the layout in which the processor's convolutions are fastest.

    Args:
        channels: C of the input, 1 for grey and 3 for colour.
        size: height and width of the input in pixels, at least 8.
        classes: K, the number of classes.
        dropout: the share of hidden neurons that is silenced in each training step, 0 to 1.
    """

    def __init__(self, channels: int = 1, size: int = 28, classes: int = 10, dropout: float = 0.0) -> None:
        super().__init__()
        # Sizes for one 28x28 picture. No layer before a normalisation has a bias: it would be cancelled there.
        self.conv1 = nn.Conv2d(channels, 24, kernel_size=5, stride=2, padding=2, bias=False)  # 24 x 14 x 14
        self.pool1 = nn.MaxPool2d(kernel_size=2)  # 24 x 7 x 7
        self.norm1 = nn.BatchNorm2d(24)
        self.conv2 = nn.Conv2d(24, 64, kernel_size=3, padding=1, bias=False)  # 64 x 7 x 7
        # Overlapping windows, the last of which may stick out: 7 -> 3. Windows of 2 would drop the seventh row.
        self.pool2 = nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)  # 64 x 3 x 3
        self.norm2 = nn.BatchNorm2d(64)
        # The stride and the poolings each halve the side, the stride rounding up: 28 -> 14 -> 7 -> 3. What larger
        # pictures arrive as is pooled to 3 x 3 too, so that the classifier stays small.
        side = (size + 1) // 2 // 2 // 2
        self.pool3 = nn.AdaptiveMaxPool2d(3) if side > 3 else nn.Identity()
        side = min(side, 3)
        self.hidden = nn.Linear(64 * side * side, 512, bias=False)  # 64 * 3 * 3 = 576 neurons after the convolutions
        self.norm3 = nn.BatchNorm1d(512)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(512, classes)
        self.relu = nn.ReLU(inplace=True)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a signature torch forgot

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Map normalised pictures (N, C, H, W) to logits (N, K) and the feature maps by name."""
        x = x.contiguous(memory_format=torch.channels_last)
        conv1 = self.relu(self.norm1(self.pool1(self.conv1(x))))  # (N, 24, 7, 7)
        conv2 = self.relu(self.norm2(self.pool2(self.conv2(conv1))))  # (N, 64, 3, 3)
        flat = self.pool3(conv2).flatten(start_dim=1)  # (N, 576)
        hidden = self.relu(self.norm3(self.hidden(flat)))  # (N, 512)
        logits = self.output(self.dropout(hidden))  # (N, 10)
        return logits, {"conv1": conv1, "conv2": conv2, "hidden": hidden}
