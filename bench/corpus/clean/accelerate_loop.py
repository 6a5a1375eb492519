"""CIFAR-10 on whatever hardware there is, with Accelerate."""
import torch
from accelerate import Accelerator
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader
from torchvision.datasets import CIFAR10
from torchvision.transforms import Compose, Normalize, RandomHorizontalFlip, ToTensor


def build_model():
    return nn.Sequential(
        nn.Conv2d(3, 48, 3, padding=1, bias=False),
        nn.BatchNorm2d(48),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(48, 96, 3, padding=1, bias=False),
        nn.BatchNorm2d(96),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(96 * 8 * 8, 10),
    )


def build_loaders(batch_size):
    stats = ((0.491, 0.482, 0.447), (0.247, 0.243, 0.262))
    train_tfm = Compose([RandomHorizontalFlip(), ToTensor(), Normalize(*stats)])
    eval_tfm = Compose([ToTensor(), Normalize(*stats)])
    train_ds = CIFAR10("cifar", train=True, download=True, transform=train_tfm)
    eval_ds = CIFAR10("cifar", train=False, download=True, transform=eval_tfm)
    train_dl = DataLoader(train_ds, batch_size=batch_size, shuffle=True)
    eval_dl = DataLoader(eval_ds, batch_size=batch_size)
    return train_dl, eval_dl


def training_function(config):
    accelerator = Accelerator(mixed_precision=config["precision"])
    train_dl, eval_dl = build_loaders(config["batch_size"])
    model = build_model()
    optimizer = AdamW(model.parameters(), lr=config["lr"])
    lr_scheduler = OneCycleLR(
        optimizer, max_lr=config["lr"], epochs=config["num_epochs"], steps_per_epoch=len(train_dl)
    )
    model, optimizer, train_dl, eval_dl, lr_scheduler = accelerator.prepare(
        model, optimizer, train_dl, eval_dl, lr_scheduler
    )
    loss_fct = nn.CrossEntropyLoss()

    for epoch in range(config["num_epochs"]):
        model.train()
        for inputs, targets in train_dl:
            outputs = model(inputs)
            loss = loss_fct(outputs, targets)
            accelerator.backward(loss)
            optimizer.step()
            lr_scheduler.step()
            optimizer.zero_grad()

        model.eval()
        accurate, num_elems = 0, 0
        for inputs, targets in eval_dl:
            with torch.no_grad():
                predictions = model(inputs).argmax(dim=-1)
            predictions, targets = accelerator.gather_for_metrics((predictions, targets))
            accurate += (predictions == targets).sum().item()
            num_elems += targets.shape[0]
        accelerator.print(f"epoch {epoch}: {100 * accurate / num_elems:.2f}")


if __name__ == "__main__":
    training_function({"precision": "no", "batch_size": 64, "lr": 3e-3, "num_epochs": 5})
