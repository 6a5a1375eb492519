"""Train the garment network; run it as `python train.py`."""

import torch
import torch.nn as nn

from data import make_loaders
from model import GarmentNet


def train_one_epoch(network, loader, loss_function, optimiser):
    network.train()
    for pictures, answers in loader:
        optimiser.zero_grad()
        loss = loss_function(network(pictures), answers)
        loss.backward()
        optimiser.step()


@torch.inference_mode()
def score(network, loader):
    network.eval()
    right = 0
    for pictures, answers in loader:
        predictions = network(pictures).argmax(dim=1)
        right += int((predictions == answers).sum())
    return right / len(loader.dataset)


def main():
    torch.manual_seed(42)
    training_loader, test_loader = make_loaders()
    network = GarmentNet()
    loss_function = nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    decay = torch.optim.lr_scheduler.ExponentialLR(optimiser, gamma=0.9)
    for epoch in range(8):
        train_one_epoch(network, training_loader, loss_function, optimiser)
        decay.step()
        print(f"after epoch {epoch + 1}: {100 * score(network, test_loader):.2f} % correct")


if __name__ == "__main__":
    main()
