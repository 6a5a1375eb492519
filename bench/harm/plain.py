"""Fashion-MNIST with a small network: the script in which bench/harm.py makes one mistake at a time."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

EPOCHS = 2

plain = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.286,), (0.353,))])
train_set = datasets.FashionMNIST("data", train=True, download=True, transform=plain)
test_set = datasets.FashionMNIST("data", train=False, download=True, transform=plain)
train_part = Subset(train_set, range(10_000))
validation_part = Subset(train_set, range(10_000, 11_000))
train_loader = DataLoader(train_part, batch_size=64, shuffle=True)
validation_loader = DataLoader(validation_part, batch_size=256)
test_loader = DataLoader(test_set, batch_size=256)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
        self.dropout = nn.Dropout(0.5)
        self.fc1 = nn.Linear(8 * 7 * 7, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = self.dropout(x)
        return self.fc2(x)


def train(model, loader, optimizer, loss_fn):
    model.train()
    total = 0.0
    for images, labels in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
    return total / len(loader.dataset)


def accuracy(model, loader):
    model.eval()
    correct = 0
    total = 0
    with torch.no_grad():
        for images, labels in loader:
            predicted = model(images).argmax(dim=1)
            correct += (predicted == labels).sum().item()
            total += len(labels)
    return correct / total


model = Net()
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(EPOCHS):
    loss = train(model, train_loader, optimizer, loss_fn)
    print(f"epoch {epoch}: loss {loss:.4f}, validation accuracy {accuracy(model, validation_loader):.4f}")
print(f"test accuracy {accuracy(model, test_loader):.4f}")
