"""The exercise's network: two blocks of convolution, activation and pooling, then a classifier with dropout."""

from torch import Tensor, nn


class Lecture(nn.Module):
    """Two convolutions and two linear layers, as one would write them after the first lecture.

    Args:
        channels: C of the input, 1 for grey and 3 for colour.
        size: height and width of the input in pixels, at least 4.
        classes: K, the number of classes.
        dropout: the share of hidden neurons that is silenced in each training step, 0 to 1.
    """

    def __init__(self, channels: int = 1, size: int = 28, classes: int = 10, dropout: float = 0.25) -> None:
        super().__init__()
        # Sizes by hand for one 28x28 picture, with n_out = floor((n_in + 2p - k) / s) + 1.
        #                                                                          1 x 28 x 28
        self.conv1 = nn.Conv2d(channels, 32, kernel_size=3, padding=1)
        # floor((28 + 2*1 - 3) / 1) + 1 = 28                                      32 x 28 x 28
        self.pool1 = nn.MaxPool2d(kernel_size=2)
        # floor((28 + 2*0 - 2) / 2) + 1 = 14                                      32 x 14 x 14
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        # floor((14 + 2*1 - 3) / 1) + 1 = 14                                      64 x 14 x 14
        self.pool2 = nn.MaxPool2d(kernel_size=2)
        # floor((14 + 2*0 - 2) / 2) + 1 = 7                                       64 x 7 x 7
        side = size // 2 // 2  # each pooling halves the side and drops an odd last row: 28 -> 14 -> 7
        self.hidden = nn.Linear(64 * side * side, 128)  # 64 * 7 * 7 = 3136 neurons after the last convolution
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(128, classes)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Map normalised pictures (N, C, H, W) to logits (N, K) and the feature maps by name."""
        conv1 = self.relu(self.conv1(x))  # (N, 32, 28, 28)
        pool1 = self.pool1(conv1)  # (N, 32, 14, 14)
        conv2 = self.relu(self.conv2(pool1))  # (N, 64, 14, 14)
        pool2 = self.pool2(conv2)  # (N, 64, 7, 7)
        flat = pool2.flatten(start_dim=1)  # (N, 3136)
        hidden = self.relu(self.hidden(flat))  # (N, 128)
        logits = self.output(self.dropout(hidden))  # (N, 10)
        return logits, {"conv1": conv1, "pool1": pool1, "conv2": conv2, "pool2": pool2, "hidden": hidden}
