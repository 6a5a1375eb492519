"""The default network: the most accuracy that two processor cores learn in a minute."""

import torch
from torch import Tensor, nn


class Swift(nn.Module):
    """Four convolutions, shaped by what a processor does fast; how it was found: `docs/recipe.md`.

    Most of a small network's time goes into moving large maps of few channels through memory. So the first
    convolution leaves the full resolution at once (stride 2), each pooling stands before the normalisation and
    activation of its block, which then touch a quarter of the values, and channels grow as the maps shrink.
    Everything is kept channels-last, the layout in which the processor's convolutions are fastest.

    Args:
        channels: C of the input, 1 for grey and 3 for colour.
        size: height and width of the input in pixels, at least 8.
        classes: K, the number of classes.
        dropout: the share of the last maps' values that is silenced in each training step, 0 to 1.
    """

    def __init__(self, channels: int = 1, size: int = 28, classes: int = 10, dropout: float = 0.0) -> None:
        super().__init__()
        # Sizes for one 28x28 picture. No convolution has a bias: the batch normalisation after it would cancel it.
        self.conv1 = nn.Conv2d(channels, 16, kernel_size=5, stride=2, padding=2, bias=False)  # 16 x 14 x 14
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1, bias=False)  # 32 x 14 x 14
        self.pool2 = nn.MaxPool2d(kernel_size=2)  # 32 x 7 x 7
        self.norm2 = nn.BatchNorm2d(32)
        self.conv3 = nn.Conv2d(32, 48, kernel_size=3, padding=1, bias=False)  # 48 x 7 x 7
        # Overlapping windows, the last of which may stick out: 7 -> 3. Windows of 2 would drop the seventh row.
        self.pool3 = nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)  # 48 x 3 x 3
        self.norm3 = nn.BatchNorm2d(48)
        self.conv4 = nn.Conv2d(48, 96, kernel_size=3, padding=1, bias=False)  # 96 x 3 x 3
        self.norm4 = nn.BatchNorm2d(96)
        # The stride and the two poolings each halve the side, the stride rounding up: 28 -> 14 -> 7 -> 3. What larger
        # pictures arrive as is pooled to 3 x 3 too, so that the classifier stays small.
        side = (size + 1) // 2 // 2 // 2
        self.pool4 = nn.AdaptiveMaxPool2d(3) if side > 3 else nn.Identity()
        side = min(side, 3)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(96 * side * side, classes)  # 96 * 3 * 3 = 864 neurons after the last convolution
        self.relu = nn.ReLU(inplace=True)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a signature torch forgot

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Map normalised pictures (N, C, H, W) to logits (N, K) and the feature maps by name."""
        x = x.contiguous(memory_format=torch.channels_last)
        conv1 = self.relu(self.norm1(self.conv1(x)))  # (N, 16, 14, 14)
        conv2 = self.relu(self.norm2(self.pool2(self.conv2(conv1))))  # (N, 32, 7, 7)
        conv3 = self.relu(self.norm3(self.pool3(self.conv3(conv2))))  # (N, 48, 3, 3)
        conv4 = self.relu(self.norm4(self.conv4(conv3)))  # (N, 96, 3, 3)
        flat = self.pool4(conv4).flatten(start_dim=1)  # (N, 864)
        logits = self.output(self.dropout(flat))  # (N, 10)
        return logits, {"conv1": conv1, "conv2": conv2, "conv3": conv3, "conv4": conv4}
