"""Discs or squares? Pictures are drawn here, so nothing has to be downloaded."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class ShapesDataset(Dataset):
    """Grey pictures of 32 x 32 with one filled shape: 1 for a disc, 0 for a square."""

    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        self.labels = rng.integers(0, 2, size=n)
        self.images = np.stack([self._draw(rng, label) for label in self.labels])

    @staticmethod
    def _draw(rng, label):
        picture = rng.integers(0, 60, size=(32, 32)).astype(np.uint8)
        row, col = rng.integers(10, 22, size=2)
        radius = rng.integers(4, 9)
        rows, cols = np.ogrid[:32, :32]
        if label == 1:
            inside = (rows - row) ** 2 + (cols - col) ** 2 <= radius**2
        else:
            inside = (abs(rows - row) <= radius) & (abs(cols - col) <= radius)
        picture[inside] = 200
        return picture

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = torch.from_numpy(self.images[index]).float() / 255.0
        image = image.unsqueeze(0)
        label = torch.tensor(self.labels[index], dtype=torch.float32)
        return image, label


class ShapeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.drop = nn.Dropout(0.2)
        self.fc1 = nn.Linear(16 * 8 * 8, 32)
        self.fc2 = nn.Linear(32, 1)

    def forward(self, x):
        x = self.conv(x)
        x = torch.flatten(x, 1)
        x = self.drop(torch.relu(self.fc1(x)))
        return self.fc2(x).squeeze(1)


train_ds = ShapesDataset(6000, seed=0)
valid_ds = ShapesDataset(1000, seed=1)
train_dl = DataLoader(train_ds, batch_size=64, shuffle=True)
valid_dl = DataLoader(valid_ds, batch_size=64)

net = ShapeNet()
bce = nn.BCEWithLogitsLoss()
optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-3)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", patience=1)


def validate(model, loader):
    model.eval()
    correct = 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            predicted = (torch.sigmoid(logits) > 0.5).float()
            correct += (predicted == y).sum().item()
    return correct / len(loader.dataset)


for epoch in range(8):
    net.train()
    for x, y in train_dl:
        optimizer.zero_grad()
        loss = bce(net(x), y)
        loss.backward()
        optimizer.step()
    acc = validate(net, valid_dl)
    plateau.step(acc)
    print(f"epoch {epoch}: validation accuracy {acc:.3f}")
