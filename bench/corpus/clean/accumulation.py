# Large effective batches on a small card: gradients of ACCUM_STEPS batches are summed before each step.
import torch
import torch.nn as nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

ACCUM_STEPS = 4
EPOCHS = 6
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")

to_tensor = transforms.ToTensor()
train_data = datasets.FashionMNIST(".", train=True, download=True, transform=to_tensor)
test_data = datasets.FashionMNIST(".", train=False, download=True, transform=to_tensor)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
test_loader = DataLoader(test_data, batch_size=128)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_a = nn.Conv2d(1, 16, 5, padding=2)
        self.conv_b = nn.Conv2d(16, 32, 5, padding=2)
        self.pool = nn.MaxPool2d(2)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.4)
        self.hidden = nn.Linear(32 * 7 * 7, 128)
        self.output = nn.Linear(128, 10)
        self.apply(self._init_weights)

    def _init_weights(self, m):
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
            nn.init.constant_(m.bias, 0)

    def forward(self, x):
        n = x.size(0)
        x = self.pool(self.relu(self.conv_a(x)))
        x = self.pool(self.relu(self.conv_b(x)))
        x = x.view(n, -1)
        x = self.dropout(self.relu(self.hidden(x)))
        return self.output(x)


def evaluate(net, loader):
    net.eval()
    loss_total, n_correct, n_total = 0.0, 0, 0
    with torch.no_grad():
        for inputs, targets in loader:
            inputs, targets = inputs.to(DEVICE), targets.to(DEVICE)
            outputs = net(inputs)
            loss = criterion(outputs, targets)
            loss_total += loss.item() * inputs.size(0)
            n_correct += torch.eq(outputs.argmax(1), targets).sum().item()
            n_total += inputs.size(0)
    return loss_total / n_total, n_correct / n_total


model = Classifier().to(DEVICE)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for epoch in range(EPOCHS):
    model.train()
    optimizer.zero_grad()
    for step, (inputs, targets) in enumerate(train_loader):
        inputs, targets = inputs.to(DEVICE), targets.to(DEVICE)
        outputs = model(inputs)
        loss = criterion(outputs, targets) / ACCUM_STEPS
        loss.backward()
        if (step + 1) % ACCUM_STEPS == 0 or step + 1 == len(train_loader):
            optimizer.step()
            optimizer.zero_grad()
    test_loss, test_acc = evaluate(model, test_loader)
    print(f"Epoch {epoch + 1}: loss {test_loss:.4f} accuracy {test_acc:.4f}")
