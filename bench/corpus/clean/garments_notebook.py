# %% [markdown]
# # What is in my wardrobe?
# A convolutional network for Fashion-MNIST, cell by cell.

# %%
# !pip install torchvision --quiet
# %matplotlib inline
import numpy as np
import torch
import matplotlib.pyplot as plt
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader
from torchvision import datasets
from torchvision.transforms import v2

# %% [markdown]
# ## The data

# %%
tfm = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.2860], [0.3530])])
train_data = datasets.FashionMNIST("data", train=True, transform=tfm, download=True)
test_data = datasets.FashionMNIST("data", train=False, transform=tfm, download=True)
train_loader = DataLoader(train_data, batch_size=100, shuffle=True)
test_loader = DataLoader(test_data, batch_size=500)

# %%
images, labels = next(iter(train_loader))
plt.imshow(images[0].squeeze(), cmap="gray")
plt.title(train_data.classes[labels[0]]);

# %%
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3)
        self.conv2 = nn.Conv2d(16, 32, 3)
        self.drop2d = nn.Dropout2d(0.1)
        self.drop = nn.Dropout(0.25)
        self.fc1 = nn.Linear(32 * 5 * 5, 100)
        self.fc2 = nn.Linear(100, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = self.drop2d(x)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.reshape(x.shape[0], -1)
        x = F.relu(self.fc1(x))
        x = self.drop(x)
        x = self.fc2(x)
        return x

# %%
dev = "cuda" if torch.cuda.is_available() else "cpu"
model = FashionCNN().to(dev)
loss_func = nn.CrossEntropyLoss()
optim = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
sched = torch.optim.lr_scheduler.MultiStepLR(optim, milestones=[4, 7], gamma=0.1)

# %% [markdown]
# ## Training

# %%
losses = []
for epoch in range(8):
    model.train()
    for images, labels in train_loader:
        optim.zero_grad()
        out = model(images.to(dev))
        loss = loss_func(out, labels.to(dev))
        loss.backward()
        optim.step()
        losses.append(loss.item())
    sched.step()
    print(f"Epoch {epoch}: mean loss of the last 100 batches {np.mean(losses[-100:]):.4f}")

plt.plot(losses);

# %% [markdown]
# ## How good is it?

# %%
model.eval()
hits = 0
with torch.inference_mode():
    for images, labels in test_loader:
        out = model(images.to(dev))
        hits += (out.argmax(1).cpu() == labels).sum().item()
print(f"Accuracy: {hits / len(test_data):.4f}")

# %% [markdown]
# A look at one answer

# %%
with torch.inference_mode():
    probs = F.softmax(model(test_data[0][0].unsqueeze(0).to(dev)), dim=1)
print(probs)
