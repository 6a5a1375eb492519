"""Which pictures a step takes: walks through all of them in random order, on which learnt ones may be left out."""

from typing import Any

import torch
from torch import Tensor

from convlens import seeds
from convlens.images.batches import order

# In the last part of a run every walk takes all the pictures, so that what was left out by chance evens out.
_SKIP_UNTIL = 0.85


class Walk:
    """Where a run is on its walk through the training pictures, and what it remembers of them.

    A walk's order is a pure function of (seed, number of the walk); what is left out depends on that and on the losses
    so far, which are part of every checkpoint.

    A picture is learnt when its loss was under the mean when it was last seen. With the probability `skip` a walk
    leaves it out, and where it does not, its loss counts 1 / (1 - skip) times: over a walk the expected sum of the
    gradients stays that of all the pictures, in fewer and therefore longer steps (Qin et al., "InfoBatch", 2023; what
    it gives here: `docs/recipe.md`).

    Args:
        pictures: their number.
        batch_size: pictures in a step, at most `pictures`. The rest of a walk that fills no batch is left out.
        seed: of the run.
        skip: the probability above, 0 to 1.
    """

    def __init__(self, pictures: int, batch_size: int, seed: int, skip: float) -> None:
        self.batch_size, self.seed, self.skip = batch_size, seed, skip
        self.number = -1
        """Walks begun before this one."""
        self.first_step = 0
        """Steps of the run before this walk."""
        self.losses = torch.full((pictures,), torch.inf)
        """Of each picture when it was last seen, float32 (pictures,); infinite before."""
        self.order = torch.empty(0, dtype=torch.int32)
        """The numbers of this walk's pictures."""
        self.weights = torch.empty(0)
        """What the loss of each picture in `order` counts, float32."""

    def take(self, step: int, steps: int) -> tuple[Tensor, Tensor]:
        """The pictures of step number `step` of `steps`, the first being 0: their numbers, int64 (N,), and weights."""
        begin = (step - self.first_step) * self.batch_size
        if begin + self.batch_size > len(self.order):
            self._begin_next(step, steps)
            begin = 0
        part = slice(begin, begin + self.batch_size)
        return self.order[part].long(), self.weights[part]

    def remember(self, pictures: Tensor, losses: Tensor) -> None:
        """Keep the losses (N,) of the pictures with these numbers."""
        self.losses[pictures] = losses

    def _begin_next(self, step: int, steps: int) -> None:
        self.number += 1
        self.first_step = step
        self.order = order(len(self.losses), self.seed, self.number).int()
        self.weights = torch.ones(len(self.order))
        seen = self.losses.isfinite()
        if not self.skip or not seen.any() or step >= _SKIP_UNTIL * steps:
            return
        learnt = (self.losses < self.losses[seen].mean())[self.order]
        chance = torch.rand(len(self.order), generator=seeds.generator(self.seed, "skip", self.number))
        kept = ~learnt | (chance >= self.skip)
        if kept.sum() >= self.batch_size:
            self.weights[learnt] = 1 / (1 - self.skip)
            self.order, self.weights = self.order[kept], self.weights[kept]

    def pack(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """The state as tensors and plain numbers."""
        tensors = {"losses": self.losses, "order": self.order, "weights": self.weights}
        return tensors, {"number": self.number, "first_step": self.first_step}

    def unpack(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
        """Become the state that `pack` described."""
        self.losses, self.order, self.weights = tensors["losses"], tensors["order"], tensors["weights"]
        self.number, self.first_step = numbers["number"], numbers["first_step"]
