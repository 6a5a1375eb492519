"""Everything that can be turned is in CONFIG; the factories below read it."""
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader
import torchvision
import torchvision.transforms as T

CONFIG = {
    "seed": 7,
    "epochs": 20,
    "channels": [32, 64, 128],
    "dropout": 0.3,
    "optimizer": {"name": "adamw", "lr": 2e-3, "weight_decay": 1e-2},
    "scheduler": {"name": "cosine", "T_max": 20},
    "train_loader": {"batch_size": 256, "shuffle": True, "num_workers": 4, "drop_last": True},
    "test_loader": {"batch_size": 512, "shuffle": False, "num_workers": 4},
}

OPTIMIZERS = {"adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
SCHEDULERS = {
    "cosine": torch.optim.lr_scheduler.CosineAnnealingLR,
    "step": torch.optim.lr_scheduler.StepLR,
}


def conv_block(n_in, n_out):
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
    )


class PlainNet(nn.Module):
    def __init__(self, channels, dropout, n_classes=10):
        super().__init__()
        sizes = [3] + list(channels)
        self.blocks = nn.ModuleList([conv_block(a, b) for a, b in zip(sizes[:-1], sizes[1:])])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(p=dropout)
        self.classifier = nn.Linear(channels[-1], n_classes)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        x = self.pool(x).flatten(1)
        x = self.dropout(x)
        x = self.classifier(x)
        return x


def build_optimizer(cfg, params):
    cfg = dict(cfg)
    name = cfg.pop("name")
    return OPTIMIZERS[name](params, **cfg)


def build_scheduler(cfg, optimizer):
    cfg = dict(cfg)
    name = cfg.pop("name")
    return SCHEDULERS[name](optimizer, **cfg)


def build_data(cfg):
    normalise = T.Normalize(mean=[0.4914, 0.4822, 0.4465], std=[0.247, 0.2435, 0.2616])
    augment = T.Compose([T.RandomHorizontalFlip(), T.RandomCrop(32, 4), T.ToTensor(), normalise])
    plain = T.Compose([T.ToTensor(), normalise])
    train_ds = torchvision.datasets.CIFAR10("./data", train=True, transform=augment, download=True)
    test_ds = torchvision.datasets.CIFAR10("./data", train=False, transform=plain, download=True)
    train_dl = DataLoader(train_ds, **cfg["train_loader"])
    test_dl = DataLoader(test_ds, **cfg["test_loader"])
    return train_dl, test_dl


def evaluate(model, loader, device):
    was_training = model.training
    model.eval()
    n_right = 0
    n_seen = 0
    with torch.inference_mode():
        for x, y in loader:
            scores = model(x.to(device))
            n_right += (scores.argmax(-1) == y.to(device)).sum().item()
            n_seen += y.shape[0]
    model.train(was_training)
    return n_right / n_seen


def run(cfg):
    random.seed(cfg["seed"])
    np.random.seed(cfg["seed"])
    torch.manual_seed(cfg["seed"])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    train_dl, test_dl = build_data(cfg)
    model = PlainNet(cfg["channels"], cfg["dropout"]).to(device)
    optimizer = build_optimizer(cfg["optimizer"], model.parameters())
    scheduler = build_scheduler(cfg["scheduler"], optimizer)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)

    for epoch in range(cfg["epochs"]):
        for x, y in train_dl:
            x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scheduler.step()
        print(f"epoch {epoch + 1}/{cfg['epochs']}: test accuracy {evaluate(model, test_dl, device):.4f}")
    return model


if __name__ == "__main__":
    run(CONFIG)
