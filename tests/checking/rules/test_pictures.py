"""What is done to pictures and labels on their way; a mark on a line asks for a finding there."""

import pytest

from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.pieces import FUNCTIONS, LOADERS, MODEL, SETS, TENSORS, TEST, TRAIN, put_together

AUGMENTED = {
    "one transform for both": (
        """
        t = Compose([transforms.RandomHorizontalFlip(), ToTensor()])
        train_set = datasets.CIFAR10("data", train=True, transform=t)
        test_set = datasets.CIFAR10("data", train=False, transform=t)  # <- augmented-evaluation
        """,
        LOADERS, MODEL, TRAIN, TEST,
    ),
    "a split of an augmented set": (
        """
        t = Compose([transforms.RandomCrop(32, padding=4), ToTensor()])
        full = datasets.CIFAR10("data", train=True, transform=t)
        part, val = random_split(full, [45000, 5000])  # <- augmented-evaluation
        train_loader, test_loader = DataLoader(part, 64, shuffle=True), DataLoader(val, 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "switched off": (
        """
        t = Compose([transforms.RandomHorizontalFlip(p=0.0), transforms.ColorJitter(), ToTensor()])
        test_set = datasets.CIFAR10("data", train=False, transform=t)
        test_loader = DataLoader(test_set, 500)
        """,
        MODEL, TEST,
    ),
    "test-time augmentation": (
        """
        # TTA: the mean over several random views
        t = Compose([transforms.RandomHorizontalFlip(), ToTensor()])
        test_set = datasets.CIFAR10("data", train=False, transform=t)
        test_loader = DataLoader(test_set, 500)
        """,
        MODEL, TEST,
    ),
    "the transform is exchanged": (
        """
        t = Compose([transforms.RandomHorizontalFlip(), ToTensor()])
        test_set = datasets.CIFAR10("data", train=False, transform=t)
        test_set.transform = ToTensor()
        test_loader = DataLoader(test_set, 500)
        """,
        MODEL, TEST,
    ),
    "the training accuracy": (
        """
        t = Compose([transforms.RandomHorizontalFlip(), ToTensor()])
        train_set = datasets.CIFAR10("data", train=True, transform=t)
        train_loader = DataLoader(train_set, 64, shuffle=True)
        """,
        FUNCTIONS, MODEL, "fit(model, train_loader, optimizer)\nprint('training', evaluate(model, train_loader))\n",
    ),
}  # fmt: skip

SCALING = {
    "missing for the test": (
        """
        train_set = datasets.MNIST("data", train=True, transform=Compose([ToTensor(), Normalize((0.13,), (0.31,))]))
        test_set = datasets.MNIST("data", train=False, transform=ToTensor())  # <- normalisation-differs
        """,
        LOADERS, MODEL, TRAIN, TEST,
    ),
    "rounded": (
        """
        train_set = datasets.MNIST("data", train=True, transform=Compose([ToTensor(), Normalize((0.13,), (0.31,))]))
        test_set = datasets.MNIST("data", train=False, transform=Compose([ToTensor(), Normalize(0.1307, 0.3081)]))
        """,
        LOADERS, MODEL, TRAIN, TEST,
    ),
    "written in another way": (
        """
        two = Compose([transforms.PILToTensor(), transforms.ConvertImageDtype(torch.float32)])
        train_set = datasets.MNIST("data", train=True, transform=two)
        test_set = datasets.MNIST("data", train=False, transform=ToTensor())
        """,
        LOADERS, MODEL, TRAIN, TEST,
    ),
    "each by its own mean": (
        TENSORS,
        """
        X_train = (X_train - X_train.mean()) / X_train.std()
        X_test = (X_test - X_test.mean()) / X_test.std()  # <- normalisation-differs
        train_loader = DataLoader(TensorDataset(X_train, y_train), 64, shuffle=True)
        test_loader = DataLoader(TensorDataset(X_test, y_test), 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "both by the training mean": (
        TENSORS,
        """
        mean, std = X_train.mean(), X_train.std()
        train_loader = DataLoader(TensorDataset((X_train - mean) / std, y_train), 64, shuffle=True)
        test_loader = DataLoader(TensorDataset((X_test - mean) / std, y_test), 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "numbers that are not known": (
        """
        from settings import MEAN, STD, OTHER
        train_set = datasets.MNIST("data", train=True, transform=Compose([ToTensor(), Normalize(MEAN, STD)]))
        test_set = datasets.MNIST("data", train=False, transform=Compose([ToTensor(), Normalize(OTHER, STD)]))
        """,
        LOADERS, MODEL, TRAIN, TEST,
    ),
    "bytes": (
        """
        raw = datasets.MNIST("data", train=True)
        x_all = raw.data.unsqueeze(1).float()  # <- pixels-not-scaled/warning
        train_loader = DataLoader(TensorDataset(x_all, raw.targets), 64, shuffle=True)
        """,
        MODEL, TRAIN,
    ),
    "bytes for a normalising first layer": (
        """
        raw = datasets.MNIST("data", train=True)
        train_loader = DataLoader(TensorDataset(raw.data.unsqueeze(1).float(), raw.targets), 64, shuffle=True)
        model = nn.Sequential(nn.BatchNorm2d(1), nn.Flatten(), nn.Linear(784, 10))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss_fn = nn.CrossEntropyLoss()
        """,
        TRAIN,
    ),
    "bytes scaled in the loop": (
        """
        raw = datasets.MNIST("data", train=True)
        train_loader = DataLoader(TensorDataset(raw.data, raw.targets), 64, shuffle=True)
        """,
        MODEL,
        """
        for epoch in range(5):
            for x, y in train_loader:
                optimizer.zero_grad()
                loss_fn(model(x.float() / 255), y).backward()
                optimizer.step()
        """,
    ),
    "twice": (
        SETS, LOADERS, MODEL,
        """
        for epoch in range(5):
            for x, y in DataLoader(datasets.MNIST("data", train=True, transform=ToTensor()), 64, shuffle=True):
                x = x / 255.0  # <- pixels-not-scaled/warning
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        """,
    ),
}  # fmt: skip

TRANSFORMS = {
    "no tensor at all": (
        """
        t = Compose([transforms.Resize(28), Normalize((0.5,), (0.5,))])  # <- transform-order
        test_set = datasets.MNIST("data", train=False, transform=t)
        """,
    ),
    "erased too early": (
        """
        t = Compose([
            transforms.RandomErasing(),  # <- transform-order
            ToTensor(),
        ])
        train_set = datasets.MNIST("data", train=True, transform=t)
        """,
    ),
    "colours of normalised pixels": (
        """
        t = Compose([ToTensor(), Normalize((0.5,), (0.5,)),
                     transforms.ColorJitter(brightness=0.2)])  # <- transform-order
        train_set = datasets.CIFAR10("data", train=True, transform=t)
        """,
    ),
    "flips of tensors": (
        """
        t = Compose([ToTensor(), transforms.RandomHorizontalFlip(), Normalize((0.5,), (0.5,)),
                     transforms.RandomCrop(32, padding=4), transforms.RandomErasing()])
        train_set = datasets.CIFAR10("data", train=True, transform=t)
        """,
    ),
    "by a function of its own": (
        """
        t = Compose([transforms.Lambda(lambda p: torch.tensor(np.array(p)).float()[None]), Normalize((0.5,), (0.5,))])
        train_set = datasets.MNIST("data", train=True, transform=t)
        """,
    ),
    "of tensors": (
        """
        t = Compose([Normalize((0.5,), (0.5,))])
        picture = t(torch.rand(1, 28, 28))
        """,
    ),
    "upside down": (
        """
        t = Compose([transforms.RandomRotation((-180, 180)), ToTensor()])  # <- label-destroying-augmentation/warning
        train_loader = DataLoader(datasets.FashionMNIST("data", train=True, transform=t), 64, shuffle=True)
        """,
        MODEL, TRAIN,
    ),
    "a small turn and a mirror": (
        """
        t = Compose([transforms.RandomRotation(15), transforms.RandomHorizontalFlip(), ToTensor()])
        train_loader = DataLoader(datasets.FashionMNIST("data", train=True, transform=t), 64, shuffle=True)
        """,
        MODEL, TRAIN,
    ),
    "flowers from above": (
        """
        t = Compose([transforms.RandomVerticalFlip(), ToTensor()])
        train_loader = DataLoader(datasets.Flowers102("data", split="train", transform=t), 64, shuffle=True)
        """,
        MODEL, TRAIN,
    ),
    "upside down by hand": (
        SETS, LOADERS, MODEL,
        """
        for epoch in range(5):
            for x, y in train_loader:
                if random.random() < 0.5:
                    x = torch.flip(x, dims=[2])  # <- label-destroying-augmentation/warning
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        """,
    ),
}  # fmt: skip

ORDERS = {
    "two permutations": (
        TENSORS,
        """
        X_train = X_train[torch.randperm(60000)]
        y_train = y_train[torch.randperm(60000)]  # <- images-labels-desynchronised
        train_loader = DataLoader(TensorDataset(X_train, y_train), 64, shuffle=True)
        """,
        MODEL, TRAIN,
    ),
    "only the labels": (
        TENSORS,
        """
        order = torch.randperm(60000)
        train_set = TensorDataset(X_train, y_train[order])  # <- images-labels-desynchronised
        """,
    ),
    "one permutation, cut": (
        TENSORS,
        """
        order = torch.randperm(60000)
        train_set = TensorDataset(X_train[order[:50000]], y_train[order[:50000]])
        """,
    ),
    "shuffled in place": (
        """
        X_train, y_train = np.load("x.npy"), np.load("y.npy")
        np.random.shuffle(X_train)
        np.random.shuffle(y_train)  # <- images-labels-desynchronised
        train_set = TensorDataset(torch.from_numpy(X_train), torch.from_numpy(y_train))
        """,
    ),
    "shuffled in place from one seed": (
        """
        X_train, y_train = np.load("x.npy"), np.load("y.npy")
        np.random.seed(3)
        np.random.shuffle(X_train)
        np.random.seed(3)
        np.random.shuffle(y_train)
        train_set = TensorDataset(torch.from_numpy(X_train), torch.from_numpy(y_train))
        """,
    ),
    "pairs shuffled": (
        """
        images, labels = np.load("x.npy"), np.load("y.npy")
        pairs = list(zip(images, labels))
        random.shuffle(pairs)
        train_loader = DataLoader(pairs, batch_size=64, shuffle=True)
        """,
    ),
    "two loaders": (
        TENSORS, MODEL,
        """
        pictures = DataLoader(X_train, batch_size=64, shuffle=True)
        labels = DataLoader(y_train, batch_size=64, shuffle=True)
        for x, y in zip(DataLoader(TensorDataset(X_train), 64, shuffle=True), DataLoader(TensorDataset(y_train), 64)):
            optimizer.zero_grad()
        """,
    ),
    "labels at random on purpose": (
        TENSORS,
        """
        # how well does it learn random labels?
        train_set = TensorDataset(X_train, y_train[torch.randperm(60000)])
        """,
    ),
    "mixed pictures": (
        SETS, LOADERS, MODEL,
        """
        for x, y in train_loader:
            other = torch.randperm(x.size(0))
            share = np.random.beta(1, 1)
            out = model(share * x + (1 - share) * x[other])
            optimizer.zero_grad()
            (share * loss_fn(out, y) + (1 - share) * loss_fn(out, y[other])).backward()
            optimizer.step()
        """,
    ),
}  # fmt: skip

SLUGS = [
    "train-not-shuffled",
    "test-uses-train-data",
    "augmented-evaluation",
    "normalisation-differs",
    "transform-order",
    "pixels-not-scaled",
    "label-destroying-augmentation",
    "train-validation-overlap",
    "images-labels-desynchronised",
    "drop-last-in-evaluation",
]
CASES = {
    f"{family}: {name}": parts
    for family, cases in {
        "augmented": AUGMENTED,
        "scaling": SCALING,
        "transforms": TRANSFORMS,
        "orders": ORDERS,
    }.items()
    for name, parts in cases.items()
}


@pytest.mark.parametrize("name", list(CASES))
def test_findings_stand_where_the_marks_ask_for_them(name: str) -> None:
    expected, found = expected_and_found(put_together(*CASES[name]), SLUGS)
    assert found == expected
