# %% imports
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

# %% data
mean, std = 0.1307, 0.3081
train_transform = transforms.Compose([
    transforms.RandomRotation(10),
    transforms.ToTensor(),
    transforms.Normalize((mean,), (std,)),
])
eval_transform = transforms.Compose([
    transforms.ToTensor(),
    transforms.Normalize((mean,), (std,)),
])
augmented = datasets.MNIST("./mnist", train=True, download=True, transform=train_transform)
plain = datasets.MNIST("./mnist", train=True, download=True, transform=eval_transform)
order = torch.randperm(len(plain), generator=torch.Generator().manual_seed(3)).tolist()
train_dataset = Subset(augmented, order[:50000])
valid_dataset = Subset(plain, order[50000:])
test_dataset = datasets.MNIST("./mnist", train=False, download=True, transform=eval_transform)

trainloader = DataLoader(train_dataset, batch_size=64, shuffle=True)
validloader = DataLoader(valid_dataset, batch_size=1000)
testloader = DataLoader(test_dataset, batch_size=1000)


# %% network
class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool = nn.AvgPool2d(2)
        self.act = nn.Tanh()
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.drop = nn.Dropout(0.2)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.act(self.conv1(x))  # (N, 6, 28, 28)
        x = self.pool(x)  # (N, 6, 14, 14)
        x = self.act(self.conv2(x))  # (N, 16, 10, 10)
        x = self.pool(x)  # (N, 16, 5, 5)
        x = torch.flatten(x, 1)
        x = self.act(self.fc1(x))
        x = self.act(self.fc2(x))
        x = self.drop(x)
        return self.fc3(x)


# %% set-up
device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
model = LeNet().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
lr_scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=12)


# %% one pass over a loader, for scoring
def accuracy(loader):
    model.eval()
    right = count = 0
    with torch.no_grad():
        for data, target in loader:
            output = model(data.to(device))
            guess = output.argmax(dim=1)
            right += (guess == target.to(device)).sum().item()
            count += target.numel()
    return right / count


# %% training
best = 0.0
for epoch in range(12):
    model.train()
    for data, target in trainloader:
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = criterion(output, target)
        loss.backward()
        optimizer.step()
    lr_scheduler.step()
    val_acc = accuracy(validloader)
    print(epoch, val_acc)
    if val_acc > best:
        best = val_acc
        torch.save(model.state_dict(), "lenet.pt")

# %% the final number
model.load_state_dict(torch.load("lenet.pt", weights_only=True))
print("test accuracy", accuracy(testloader))
