"""Optimizers: PyTorch's own, with weight decay kept off the parameters it would only harm."""

from torch import nn, optim

from convlens.config import RunConfig


def make_optimizer(config: RunConfig, network: nn.Module) -> optim.Optimizer:
    """Make the optimizer of a run.

    Biases and normalisation weights (tensors of one dimension) are not decayed: decay would pull batch-norm scales
    to zero without making the network any simpler.
    """
    learned = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in learned if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in learned if p.ndim <= 1], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    rate, momentum = config.learning_rate, config.momentum
    # Not fused: PyTorch's fused updates on a processor silently mix up elements where a gradient lies in memory in
    # another order than its parameter, as it can in a network of one's own.
    match config.optimizer:
        case "sgd":
            return optim.SGD(groups, lr=rate, momentum=momentum, nesterov=momentum > 0)
        case "adam":
            return optim.Adam(groups, lr=rate)
        case "adamw":
            return optim.AdamW(groups, lr=rate)
