"""skorch's MNIST notebook, its convolutional network: Adam, batches of 128, a fifth kept apart, 10 epochs."""

import torch
import track
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback
from torch import nn
from torch.nn import functional


class Cnn(nn.Module):
    def __init__(self, dropout=0.5):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3)
        self.conv2_drop = nn.Dropout2d(p=dropout)
        self.fc1 = nn.Linear(1600, 100)
        self.fc1_drop = nn.Dropout(p=dropout)
        self.fc2 = nn.Linear(100, 10)

    def forward(self, x):
        x = torch.relu(functional.max_pool2d(self.conv1(x), 2))  # (N, 32, 13, 13)
        x = torch.relu(functional.max_pool2d(self.conv2_drop(self.conv2(x)), 2))  # (N, 64, 5, 5)
        x = torch.relu(self.fc1_drop(self.fc1(x.flatten(1))))
        return torch.softmax(self.fc2(x), dim=-1)


class Report(Callback):
    def on_epoch_end(self, net, **_):
        track.report(lambda: net.score(x_test, y_test))


x_train, y_train, x_test, y_test = track.load()
x_train, x_test = (images.reshape(-1, 1, 28, 28).astype("float32") / 255 for images in (x_train, x_test))
y_train, y_test = (labels.astype("int64") for labels in (y_train, y_test))

torch.manual_seed(track.SEED)
net = NeuralNetClassifier(Cnn, max_epochs=track.rounds(10), lr=0.002, optimizer=torch.optim.Adam, callbacks=[Report()])
net.fit(x_train, y_train)
