"""From pictures to probabilities: the one path that validation, evaluation, report, export and page share."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from convlens.networks import logits_of

# Large enough to keep two cores busy, small enough for the maps of a batch to stay in the cache.
_BATCH = 250


def normalise(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Turn pictures into network input: uint8 (N, C, H, W) to float32 of mean 0 and deviation 1 on training data.

    mean, std: float32 (C,), in units of 0 to 1.
    """
    scale, offset = 1 / (255 * std), mean / std
    return images.float().mul_(scale[:, None, None]).sub_(offset[:, None, None])


class Predictor:
    """A network with the normalisation it was trained with.

    Args:
        network: returns logits, or (logits, feature maps).
        mean, std: per channel, in units of 0 to 1.
        mirror: predict with the mean of the logits of a picture and its mirror image.
    """

    def __init__(
        self, network: nn.Module, *, mean: Sequence[float], std: Sequence[float], mirror: bool = False
    ) -> None:
        self.network = network
        self.mirror = mirror
        self.device = next(network.parameters()).device
        self.mean = torch.tensor(mean, device=self.device)
        self.std = torch.tensor(std, device=self.device)

    def logits(self, images: Tensor) -> Tensor:
        """Logits, float32 (N, K) on the CPU, of uint8 pictures (N, C, H, W). The network's mode is left as it was."""
        mode = self.network.training
        self.network.eval()
        try:
            with torch.inference_mode():
                return torch.cat([self._logits_of_batch(part) for part in images.split(_BATCH)]).cpu()
        finally:
            self.network.train(mode)

    def probabilities(self, images: Tensor) -> Tensor:
        """Probabilities, float32 (N, K) with rows that sum to 1, of uint8 pictures (N, C, H, W)."""
        return self.logits(images).softmax(dim=1)

    def _logits_of_batch(self, images: Tensor) -> Tensor:
        x = normalise(images.to(self.device), self.mean, self.std)
        logits = logits_of(self.network, x)
        if self.mirror:
            logits = (logits + logits_of(self.network, x.flip(-1))) / 2
        return logits.float()
