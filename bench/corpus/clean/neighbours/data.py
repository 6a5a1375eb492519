"""The loaders for the garments."""

from torch.utils.data import DataLoader
from torchvision import datasets, transforms


def make_loaders(root="data", batch_size=128):
    transform = transforms.Compose([
        transforms.ToTensor(),
        transforms.Normalize(mean=(0.2860,), std=(0.3530,)),
    ])
    training_data = datasets.FashionMNIST(root, train=True, download=True, transform=transform)
    test_data = datasets.FashionMNIST(root, train=False, download=True, transform=transform)
    training_loader = DataLoader(training_data, batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(test_data, batch_size=batch_size, shuffle=False)
    return training_loader, test_loader
