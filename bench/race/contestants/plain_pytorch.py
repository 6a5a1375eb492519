"""The exercise in plain PyTorch: two convolutions, dropout, Adam, a rate that falls in steps, 10 epochs."""

import torch
import track
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(64 * 7 * 7, 128)
        self.dropout = nn.Dropout(0.25)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))  # (N, 32, 14, 14)
        x = self.pool(torch.relu(self.conv2(x)))  # (N, 64, 7, 7)
        x = torch.relu(self.fc1(x.flatten(1)))
        return self.fc2(self.dropout(x))


def data_set(images, labels):
    images = torch.from_numpy(images).unsqueeze(1).float() / 255
    return TensorDataset((images - 0.286) / 0.353, torch.from_numpy(labels).long())


def accuracy(net, loader):
    net.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in loader:
            correct += (net(images).argmax(1) == labels).sum().item()
    return correct / len(loader.dataset)


torch.manual_seed(track.SEED)
train_images, train_labels, test_images, test_labels = track.load()
train_loader = DataLoader(data_set(train_images, train_labels), batch_size=64, shuffle=True)
test_loader = DataLoader(data_set(test_images, test_labels), batch_size=64)

net = Net()
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)
for _ in range(track.rounds(10)):
    net.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = loss_function(net(images), labels)
        loss.backward()
        optimizer.step()
    scheduler.step()
    track.report(lambda: accuracy(net, test_loader))
