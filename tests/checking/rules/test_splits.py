"""What is trained on and what is scored on; a mark on a line asks for a finding there."""

import pytest

from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.pieces import FUNCTIONS, LOADERS, MODEL, SETS, TENSORS, TEST, TRAIN, put_together

SAME_DATA = {
    "the loader's own set": (
        SETS,
        """
        train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
        test_loader = DataLoader(train_set, batch_size=500)  # <- test-uses-train-data
        """,
        MODEL, TRAIN, TEST,
    ),
    "train=True twice in a function": (
        FUNCTIONS, MODEL,
        """
        def load():
            a = datasets.CIFAR10("data", train=True, transform=ToTensor())
            testset = datasets.CIFAR10("data", train=True, transform=ToTensor())  # <- test-uses-train-data
            return DataLoader(a, 64, shuffle=True), DataLoader(testset, 64)
        first, second = load()
        fit(model, first, optimizer)
        print(evaluate(model, second))
        """,
    ),
    "the training accuracy, named so": (
        SETS, LOADERS, FUNCTIONS, MODEL,
        """
        fit(model, train_loader, optimizer)
        train_acc = evaluate(model, train_loader)
        test_acc = evaluate(model, test_loader)
        """,
    ),
    "the training loader called a test": (
        SETS, "train_loader = DataLoader(train_set, batch_size=64, shuffle=True)\n", FUNCTIONS, MODEL,
        """
        fit(model, train_loader, optimizer)
        test_acc = evaluate(model, train_loader)  # <- test-uses-train-data
        """,
    ),
    "the loss on the training loader": (
        SETS, "train_loader = DataLoader(train_set, batch_size=64, shuffle=True)\n", FUNCTIONS, MODEL,
        """
        fit(model, train_loader, optimizer)
        accuracy = evaluate(model, train_loader)
        print("how well it fits", accuracy)
        """,
    ),
    "folders": (
        """
        train_set = datasets.ImageFolder("flowers/train", transform=ToTensor())
        val_set = datasets.ImageFolder("flowers/train", transform=ToTensor())  # <- test-uses-train-data
        train_loader = DataLoader(train_set, 32, shuffle=True)
        test_loader = DataLoader(val_set, 32)
        """,
        MODEL, TRAIN, TEST,
    ),
    "two views of one set, split by indices": (
        """
        moved = datasets.MNIST("data", train=True, transform=Compose([transforms.RandomRotation(9), ToTensor()]))
        plain = datasets.MNIST("data", train=True, transform=ToTensor())
        order = torch.randperm(60000).tolist()
        train_loader = DataLoader(Subset(moved, order[:50000]), 64, shuffle=True)
        test_loader = DataLoader(Subset(plain, order[50000:]), 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "the same tensors": (
        TENSORS,
        """
        train_loader = DataLoader(TensorDataset(X_train, y_train), 64, shuffle=True)
        test_loader = DataLoader(TensorDataset(X_train, y_train), 500)  # <- test-uses-train-data
        """,
        MODEL, TRAIN, TEST,
    ),
    "one loader, two samplers": (
        SETS,
        """
        indices = list(range(60000))
        train_loader = DataLoader(train_set, 64, sampler=SubsetRandomSampler(indices[:50000]))
        test_loader = DataLoader(train_set, 64, sampler=SubsetRandomSampler(indices[50000:]))
        """,
        MODEL, TRAIN, TEST,
    ),
}  # fmt: skip

OVERLAP = {
    "ranges": (
        SETS,
        """
        train_loader = DataLoader(Subset(train_set, range(0, 50000)), 64, shuffle=True)
        test_loader = DataLoader(Subset(train_set, range(40000, 60000)), 500)  # <- train-validation-overlap
        """,
        MODEL, TRAIN, TEST,
    ),
    "ranges side by side": (
        SETS,
        """
        train_loader = DataLoader(Subset(train_set, range(50000)), 64, shuffle=True)
        test_loader = DataLoader(Subset(train_set, range(50000, 60000)), 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "the whole is trained on": (
        SETS,
        """
        part, val = random_split(train_set, [0.9, 0.1])
        train_loader = DataLoader(train_set, 64, shuffle=True)  # <- train-validation-overlap
        test_loader = DataLoader(val, 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "two splits": (
        SETS,
        """
        part, _ = random_split(train_set, [50000, 10000])
        _, val = random_split(train_set, [50000, 10000])  # <- train-validation-overlap
        train_loader = DataLoader(part, 64, shuffle=True)
        test_loader = DataLoader(val, 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "two splits from one seed": (
        SETS,
        """
        plain = datasets.FashionMNIST("data", train=True, transform=transform)
        part, _ = random_split(train_set, [50000, 10000], generator=torch.Generator().manual_seed(1))
        _, val = random_split(plain, [50000, 10000], generator=torch.Generator().manual_seed(1))
        train_loader = DataLoader(part, 64, shuffle=True)
        test_loader = DataLoader(val, 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "two permutations": (
        SETS,
        """
        train_loader = DataLoader(Subset(train_set, torch.randperm(60000)[:50000]), 64, shuffle=True)
        test_loader = DataLoader(Subset(train_set, torch.randperm(60000)[50000:]), 500)  # <- train-validation-overlap
        """,
        MODEL, TRAIN, TEST,
    ),
    "one permutation": (
        SETS,
        """
        order = np.random.permutation(len(train_set))
        split = int(0.1 * len(train_set))
        train_loader = DataLoader(train_set, 64, sampler=SubsetRandomSampler(order[split:]))
        test_loader = DataLoader(train_set, 64, sampler=SubsetRandomSampler(order[:split]))
        """,
        MODEL, TRAIN, TEST,
    ),
    "only the validation is sampled": (
        SETS,
        """
        some = SubsetRandomSampler(np.random.permutation(len(train_set))[:5000])
        train_loader = DataLoader(train_set, 64, shuffle=True)
        test_loader = DataLoader(train_set, 64, sampler=some)  # <- train-validation-overlap
        """,
        MODEL, TRAIN, TEST,
    ),
    "a few training pictures for the training accuracy": (
        SETS, LOADERS, "train_part_loader = DataLoader(Subset(train_set, range(5000)), 500)\n", FUNCTIONS, MODEL,
        """
        fit(model, train_loader, optimizer)
        print(evaluate(model, train_part_loader), evaluate(model, test_loader))
        """,
    ),
    "tensors": (
        TENSORS,
        """
        train_loader = DataLoader(TensorDataset(X_train[:50000], y_train[:50000]), 64, shuffle=True)
        val_set = TensorDataset(X_train[45000:], y_train[45000:])  # <- train-validation-overlap
        test_loader = DataLoader(val_set, 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "tensors side by side": (
        TENSORS,
        """
        train_loader = DataLoader(TensorDataset(X_train[:-5000], y_train[:-5000]), 64, shuffle=True)
        test_loader = DataLoader(TensorDataset(X_train[-5000:], y_train[-5000:]), 500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "folds": (
        "from sklearn.model_selection import KFold\n", SETS, FUNCTIONS,
        """
        for train_idx, val_idx in KFold(5, shuffle=True).split(range(60000)):
            model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            fit(model, DataLoader(Subset(train_set, train_idx), 64, shuffle=True), torch.optim.Adam(model.parameters()))
            print(evaluate(model, DataLoader(Subset(train_set, val_idx), 500)))
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
    for family, cases in {"same data": SAME_DATA, "overlap": OVERLAP}.items()
    for name, parts in cases.items()
}


@pytest.mark.parametrize("name", list(CASES))
def test_findings_stand_where_the_marks_ask_for_them(name: str) -> None:
    expected, found = expected_and_found(put_together(*CASES[name]), SLUGS)
    assert found == expected
