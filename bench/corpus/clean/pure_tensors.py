# No DataLoader: the whole data set is two tensors, batches are slices of a permutation.
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.datasets import CIFAR10

device = "cuda" if torch.cuda.is_available() else "cpu"
train_raw = CIFAR10("data", train=True, download=True)
test_raw = CIFAR10("data", train=False, download=True)

X_train = torch.tensor(train_raw.data).float() / 255
X_train = X_train.permute(0, 3, 1, 2)
y_train = torch.tensor(train_raw.targets)
X_test = torch.tensor(test_raw.data).float() / 255
X_test = X_test.permute(0, 3, 1, 2)
y_test = torch.tensor(test_raw.targets)

mean = X_train.mean(dim=(0, 2, 3), keepdim=True)
std = X_train.std(dim=(0, 2, 3), keepdim=True)
X_train = (X_train - mean) / std
X_test = (X_test - mean) / std


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(3, 24, 3)
        self.c2 = nn.Conv2d(24, 48, 3)
        self.drop = nn.Dropout(0.25)
        self.fc = nn.Linear(48 * 6 * 6, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        x = self.drop(x.flatten(1))
        return self.fc(x)


net = Tiny().to(device)
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
batch = 100
n = len(X_train)

for epoch in range(10):
    net.train()
    order = torch.randperm(n)
    for start in range(0, n, batch):
        idx = order[start:start + batch]
        xb = X_train[idx].to(device)
        yb = y_train[idx].to(device)
        logits = net(xb)
        loss = F.cross_entropy(logits, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()

    net.eval()
    correct = 0
    with torch.no_grad():
        for start in range(0, len(X_test), 500):
            xb = X_test[start:start + 500].to(device)
            yb = y_test[start:start + 500].to(device)
            correct += (net(xb).argmax(1) == yb).sum().item()
    print(f"epoch {epoch}: {correct / len(X_test):.4f}")
