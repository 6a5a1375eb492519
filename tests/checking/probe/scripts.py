"""Small training scripts, put together from parts so that a test can change one."""

HEAD = """\
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
images, labels = torch.rand(200, 1, 12, 12), torch.randint(0, 4, (200,))
train_set, test_set = TensorDataset(images[:130], labels[:130]), TensorDataset(images[130:], labels[130:])
"""
LOADERS = """\
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
test_loader = DataLoader(test_set, batch_size=32)
"""
NETWORK = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(4 * 6 * 6, 4)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(self.dropout(torch.flatten(x, 1)))

"""
MAKING = """
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2)
"""
TRAINING = """
def train():
    net.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
    scheduler.step()

"""
TESTING = """
@torch.no_grad()
def test():
    net.eval()
    correct = total = 0
    for x, y in test_loader:
        answer = net(x).argmax(dim=1)
        correct += (answer == y).sum().item()
        total += len(y)
    print("right:", correct, "of", total)
    return correct / total

"""
RUNNING = """
for epoch in range(7):
    train()
    test()
torch.save(net.state_dict(), "net.pth")
"""
CLEAN = HEAD + LOADERS + NETWORK + MAKING + TRAINING + TESTING + RUNNING


def line_of(script: str, words: str, occurrence: int = 1) -> int:
    """The number of the line that holds `words`."""
    found = [number for number, line in enumerate(script.splitlines(), 1) if words in line]
    return found[occurrence - 1]
