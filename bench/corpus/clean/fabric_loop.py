import torch
import torch.nn as nn
from lightning.fabric import Fabric
from torch.utils.data import DataLoader
from torchvision.datasets import FashionMNIST
from torchvision.transforms import ToTensor


class Net(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, hidden, 7, stride=2, padding=3),
            nn.GELU(),
            nn.Conv2d(hidden, hidden, 3, padding=1),
            nn.GELU(),
            nn.AdaptiveAvgPool2d((1, 1)),
        )
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(hidden, 10)

    def forward(self, x):
        features = torch.flatten(self.body(x), start_dim=1)
        return self.head(self.drop(features))


def main(max_epochs=6):
    fabric = Fabric(accelerator="auto", devices=1)
    fabric.launch()
    fabric.seed_everything(11)

    trainset = FashionMNIST("data", train=True, download=True, transform=ToTensor())
    testset = FashionMNIST("data", train=False, download=True, transform=ToTensor())
    trainloader = DataLoader(trainset, batch_size=64, shuffle=True)
    testloader = DataLoader(testset, batch_size=250)

    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-4)
    net, optimizer = fabric.setup(net, optimizer)
    trainloader, testloader = fabric.setup_dataloaders(trainloader, testloader)
    criterion = nn.CrossEntropyLoss()

    for epoch in range(max_epochs):
        net.train()
        for image, label in trainloader:
            optimizer.zero_grad()
            loss = criterion(net(image), label)
            fabric.backward(loss)
            optimizer.step()

        net.eval()
        correct, total = 0, 0
        with torch.no_grad():
            for image, label in testloader:
                correct += (net(image).argmax(1) == label).sum().item()
                total += len(label)
        fabric.print(f"epoch {epoch}: {correct / total:.4f}")


if __name__ == "__main__":
    main()
