import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

train_dl = DataLoader(MNIST("mnist", train=True, download=True, transform=ToTensor()), batch_size=50, shuffle=True)
test_dl = DataLoader(MNIST("mnist", train=False, download=True, transform=ToTensor()), batch_size=50)

cnn = nn.Sequential(
    nn.Conv2d(1, 8, kernel_size=3, stride=2, padding=1),
    nn.ReLU(),
    nn.Conv2d(8, 16, kernel_size=3, stride=2, padding=1),
    nn.ReLU(),
    nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Dropout(0.2),
    nn.Linear(32 * 4 * 4, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
)
print(cnn)

opt = torch.optim.Adam(cnn.parameters())
cost = nn.CrossEntropyLoss()

for epoch in range(5):
    cnn.train()
    for x, y in train_dl:
        y_hat = cnn(x)
        l = cost(y_hat, y)
        opt.zero_grad()
        l.backward()
        opt.step()

    cnn.eval()
    n_ok = 0
    with torch.no_grad():
        for x, y in test_dl:
            n_ok += (cnn(x).argmax(1) == y).sum().item()
    print("epoch", epoch, "correct", n_ok, "of", len(test_dl.dataset))
