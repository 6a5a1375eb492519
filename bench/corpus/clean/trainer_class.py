"""Train a digit classifier with early stopping on a validation split."""

import copy

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, random_split
from torchvision.datasets import MNIST
from torchvision.transforms import Compose, Normalize, ToTensor


class DigitNet(nn.Module):
    def __init__(self, width: int = 16):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, width, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.drop = nn.Dropout(0.3)
        self.head = nn.Linear(2 * width * 4 * 4, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = x.flatten(start_dim=1)
        x = self.drop(x)
        return self.head(x)


class Trainer:
    def __init__(self, model, train_loader, val_loader, lr=1e-3, patience=5, device="cpu"):
        self.model = model.to(device)
        self.train_loader = train_loader
        self.val_loader = val_loader
        self.device = device
        self.patience = patience
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=lr)
        self.scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, factor=0.3, patience=2)
        self.best_loss = float("inf")
        self.best_state = None

    def train_epoch(self):
        self.model.train()
        for images, targets in self.train_loader:
            images = images.to(self.device)
            targets = targets.to(self.device)
            logits = self.model(images)
            loss = self.criterion(logits, targets)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()

    @torch.no_grad()
    def evaluate(self, loader):
        self.model.eval()
        loss_sum, hits, count = 0.0, 0, 0
        for images, targets in loader:
            images = images.to(self.device)
            targets = targets.to(self.device)
            logits = self.model(images)
            loss_sum += self.criterion(logits, targets).item() * targets.size(0)
            hits += (logits.argmax(1) == targets).sum().item()
            count += targets.size(0)
        return loss_sum / count, hits / count

    def fit(self, epochs):
        waited = 0
        for epoch in range(1, epochs + 1):
            self.train_epoch()
            val_loss, val_acc = self.evaluate(self.val_loader)
            self.scheduler.step(val_loss)
            print(f"epoch {epoch}: val loss {val_loss:.4f}, val acc {val_acc:.4f}")
            if val_loss < self.best_loss:
                self.best_loss = val_loss
                self.best_state = copy.deepcopy(self.model.state_dict())
                waited = 0
            else:
                waited += 1
                if waited >= self.patience:
                    break
        self.model.load_state_dict(self.best_state)


def main():
    transform = Compose([ToTensor(), Normalize((0.1307,), (0.3081,))])
    full = MNIST("~/datasets", train=True, download=True, transform=transform)
    test_set = MNIST("~/datasets", train=False, download=True, transform=transform)
    train_set, val_set = random_split(full, [55000, 5000], generator=torch.Generator().manual_seed(1))

    train_loader = DataLoader(train_set, batch_size=100, shuffle=True)
    val_loader = DataLoader(val_set, batch_size=256)
    test_loader = DataLoader(test_set, batch_size=256)

    trainer = Trainer(DigitNet(), train_loader, val_loader)
    trainer.fit(epochs=30)
    test_loss, test_acc = trainer.evaluate(test_loader)
    print(f"test loss {test_loss:.4f}, test accuracy {test_acc:.4f}")


if __name__ == "__main__":
    main()
