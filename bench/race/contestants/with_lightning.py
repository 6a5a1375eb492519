"""The MNIST classifier of Lightning's own examples as a LightningModule: Adadelta, a falling rate, 14 epochs."""

import lightning
import torch
import track
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset


class Classifier(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.dropout1 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(9216, 128)
        self.dropout2 = nn.Dropout(0.5)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = functional.relu(self.conv1(x))  # (N, 32, 26, 26)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)  # (N, 64, 12, 12)
        x = functional.relu(self.fc1(self.dropout1(x).flatten(1)))
        return functional.log_softmax(self.fc2(self.dropout2(x)), dim=1)

    def training_step(self, batch, _):
        images, labels = batch
        return functional.nll_loss(self(images), labels)

    def configure_optimizers(self):
        optimizer = torch.optim.Adadelta(self.parameters(), lr=1.0)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)]


class Report(lightning.Callback):
    def on_train_epoch_end(self, trainer, module):
        module.eval()
        track.report(lambda: accuracy(module))
        module.train()


@torch.no_grad()
def accuracy(model):
    return sum((model(images).argmax(1) == labels).sum().item() for images, labels in test_loader) / len(test_labels)


def loader(images, labels, shuffle):
    images = (torch.from_numpy(images).unsqueeze(1).float() / 255 - 0.286) / 0.353
    return DataLoader(TensorDataset(images, torch.from_numpy(labels).long()), batch_size=64, shuffle=shuffle)


lightning.seed_everything(track.SEED)
train_images, train_labels, test_images, test_labels = track.load()
train_loader = loader(train_images, train_labels, shuffle=True)
test_loader = loader(test_images, test_labels, shuffle=False)
trainer = lightning.Trainer(
    accelerator="cpu", max_epochs=track.rounds(14), enable_progress_bar=False, callbacks=[Report()]
)
trainer.fit(Classifier(), train_loader)
