"""Several processes that train one network together, as torchrun starts them. One alone is the plain case."""

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from convlens.errors import ConfigError
from convlens.training.shared_layers import share_layers


@dataclass(frozen=True)
class Workers:
    """This process among those that train together. Every batch is cut into equal shares, one for each."""

    rank: int = 0
    size: int = 1
    on_this_machine: int = 1
    """How many of them share this machine's processors."""
    device: str = "cpu"
    """Where tensors have to be for the others to receive them."""

    @property
    def is_first(self) -> bool:
        """Whether this is the one that writes the run and speaks to the person."""
        return self.rank == 0

    def check_batch(self, batch_size: int) -> None:
        """Make sure that a batch can be cut into equal shares.

        Raises:
            ConfigError: it cannot.
        """
        if batch_size % self.size:
            raise ConfigError(
                f"A batch of {batch_size} pictures cannot be shared evenly among {self.size} processes; "
                f"use --batch-size {batch_size - batch_size % self.size or self.size}."
            )

    def share(self, rows: Tensor) -> Tensor:
        """This worker's share of (N, ...), a view."""
        return rows.tensor_split(self.size)[self.rank]

    def gather(self, rows: Tensor, total: int) -> Tensor:
        """The whole of (total, ...), of which `rows` is this worker's share."""
        if self.size == 1:
            return rows
        whole = torch.zeros((total, *rows.shape[1:]), dtype=rows.dtype, device=self.device)
        self.share(whole).copy_(rows)
        distributed.all_reduce(whole)
        return whole.to(rows.device)

    def agree(self, number: int) -> int:
        """The first worker's number."""
        if self.size == 1:
            return number
        told = torch.tensor([number], device=self.device)
        distributed.broadcast(told, 0)
        return int(told.item())

    def any(self, happened: bool) -> bool:
        """Whether it happened to one of the workers."""
        if self.size == 1:
            return happened
        told = torch.tensor([int(happened)], device=self.device)
        distributed.all_reduce(told)
        return bool(told.item())

    def from_first(self, data: bytes) -> bytes:
        """The first worker's bytes; the others' are not looked at."""
        if self.size == 1:
            return data
        content = torch.zeros(self.agree(len(data)), dtype=torch.uint8, device=self.device)
        if self.is_first and data:
            content.copy_(torch.frombuffer(bytearray(data), dtype=torch.uint8))
        distributed.broadcast(content, 0)
        return content.cpu().numpy().tobytes()

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """Let the first worker go through a block, which may fetch and write files, before the others."""
        if self.size > 1 and not self.is_first:
            distributed.barrier()
        yield
        if self.size > 1 and self.is_first:
            distributed.barrier()

    def together(self, network: nn.Module, *, all_learn: bool) -> nn.Module:
        """What to train instead of `network`, whose weights it shares: its gradients are the mean over all workers'.

        Batch norm takes its statistics from the whole batch, and the layers nn.Dropout... silence what they would in
        one process. Other chance, such as F.dropout's, is drawn for each share, and alike in all of them.

        Args:
            network: with initial weights.
            all_learn: whether each of its parameters is part of each loss.
        """
        if self.size == 1:
            return network
        tensors = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
        shared = share_layers(copy.deepcopy(network, tensors), self.share)
        return DistributedDataParallel(shared, find_unused_parameters=not all_learn)


ALONE = Workers()


@contextmanager
def joined() -> Iterator[Workers]:
    """Meet the processes that torchrun started beside this one; without torchrun there is nobody to meet."""
    if not distributed.is_torchelastic_launched():
        yield ALONE
        return
    on_this_machine = int(os.environ["LOCAL_WORLD_SIZE"])
    cuda = torch.cuda.is_available()
    device = f"cuda:{os.environ['LOCAL_RANK']}" if cuda else "cpu"
    if cuda:
        torch.cuda.set_device(device)
    distributed.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo")
    try:
        yield Workers(distributed.get_rank(), distributed.get_world_size(), on_this_machine, device)
    finally:
        distributed.destroy_process_group()
