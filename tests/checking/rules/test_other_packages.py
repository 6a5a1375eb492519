"""Data, optimizers and searches of packages besides torchvision; a mark on a line asks for a finding there."""

import pytest

from convlens.checking.rules import all_rules
from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.pieces import FUNCTIONS, LOADERS, MODEL, SETS, TEST, TRAIN, put_together

TABLE = """
import albumentations as A
import cv2
import pandas as pd
from albumentations.pytorch import ToTensorV2
from sklearn.model_selection import train_test_split


class Leaves(Dataset):
    def __init__(self, rows, change):
        self.rows = rows.reset_index(drop=True)
        self.change = change

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows.iloc[index]
        picture = cv2.cvtColor(cv2.imread(row.file), cv2.COLOR_BGR2RGB)
        return self.change(image=picture)["image"], torch.tensor(row.label)


table = pd.read_csv("leaves.csv")
plain = A.Compose([A.Resize(64, 64), A.Normalize(), ToTensorV2()])
changed = A.Compose([A.Resize(64, 64), A.HorizontalFlip(), A.Rotate(limit=10), A.Normalize(), ToTensorV2()])
"""
SPLIT = "train_rows, test_rows = train_test_split(table, test_size=0.2, random_state=0)\n"
SETS_OF_LEAVES = """
train_loader = DataLoader(Leaves(train_rows, changed), batch_size=32, shuffle=True)
test_loader = DataLoader(Leaves(test_rows, plain), batch_size=64)
"""
LEAF_MODEL = MODEL.replace("784", "3 * 64 * 64")
TABLES = {
    "albumentations as it should be": (TABLE, SPLIT, SETS_OF_LEAVES, LEAF_MODEL, TRAIN, TEST),
    "the training steps for the test pictures": (
        TABLE, SPLIT,
        """
        train_loader = DataLoader(Leaves(train_rows, changed), batch_size=32, shuffle=True)
        test_loader = DataLoader(Leaves(test_rows, changed), batch_size=64)  # <- augmented-evaluation
        """,
        LEAF_MODEL, TRAIN, TEST,
    ),
    "other numbers for the test pictures": (
        TABLE, SPLIT,
        """
        half = (0.5, 0.5, 0.5)
        scaled = A.Normalize(mean=half, std=half)  # <- normalisation-differs
        other = A.Compose([A.Resize(64, 64), scaled, ToTensorV2()])
        train_loader = DataLoader(Leaves(train_rows, changed), batch_size=32, shuffle=True)
        test_loader = DataLoader(Leaves(test_rows, other), batch_size=64)
        """,
        LEAF_MODEL, TRAIN, TEST,
    ),
    "two splits of one table": (
        TABLE,
        """
        train_rows, _ = train_test_split(table, test_size=0.2, random_state=0)
        _, test_rows = train_test_split(table, test_size=0.3, random_state=0)  # <- train-validation-overlap
        """,
        SETS_OF_LEAVES, LEAF_MODEL, TRAIN, TEST,
    ),
    "two splits that are drawn alike": (
        TABLE,
        """
        train_rows, _ = train_test_split(table, test_size=0.2, random_state=0)
        _, test_rows = train_test_split(table, test_size=0.2, random_state=0)
        """,
        SETS_OF_LEAVES, LEAF_MODEL, TRAIN, TEST,
    ),
}  # fmt: skip
DIGITS = """
from sklearn.datasets import load_digits

digits = load_digits()
X = torch.from_numpy((digits.images / 16).astype("float32")[:, None])
Y = torch.from_numpy(digits.target)
rng = np.random.default_rng(0)
net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 6 * 6, 10))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(20):
    order = rng.permutation(len(X))
    for start in range(0, len(X), 64):
        rows = torch.from_numpy(order[start : start + 64])
        optimizer.zero_grad()
        F.cross_entropy(net(X[rows]), Y[LABELS]).backward()
        optimizer.step()
"""
ARRAYS = {
    "digits in minibatches": (DIGITS.replace("LABELS", "rows"),),
    "digits with the labels in file order": (
        DIGITS.replace("Y[LABELS]).backward()", "Y[start : start + 64]).backward()  # <- images-labels-desynchronised"),
    ),
    "digits, channels last": (
        DIGITS.replace("[:, None])", "[..., None])").replace(
            "Y[LABELS]).backward()", "Y[rows]).backward()  # <- layout-wrong"
        ),
    ),
    "MedMNIST's pictures have 28 x 28 pixels": (
        """
        from medmnist import BloodMNIST

        part = BloodMNIST(split="train", transform=ToTensor(), download=True)
        train_loader = DataLoader(part, batch_size=64, shuffle=True)
        model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(),
                              nn.Linear(8 * 24 * 24, 8))  # <- flatten-size-mismatch
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for x, y in train_loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y.squeeze(1)).backward()
            optimizer.step()
        """,
    ),
}  # fmt: skip
OWN = {
    "an optimizer from a configuration": (
        """
        full = datasets.FashionMNIST("data", train=True, transform=ToTensor())
        order = torch.randperm(len(full)).tolist()
        train_loader = DataLoader(Subset(full, order), batch_size=64, shuffle=True)
        val_loader = DataLoader(Subset(full, order[:5000]), batch_size=500)  # <- train-validation-overlap
        """,
        FUNCTIONS,
        """
        from hydra.utils import instantiate

        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        optimizer = instantiate(settings.optimizer, params=model.parameters())
        for epoch in range(5):
            fit(model, train_loader, optimizer)
            print(evaluate(model, val_loader))
        """,
    ),
    "a sampler for several processes that does not shuffle": (
        SETS,
        """
        from torch.utils.data.distributed import DistributedSampler

        sampler = DistributedSampler(train_set, shuffle=False)
        train_loader = DataLoader(train_set, batch_size=64, sampler=sampler)  # <- train-not-shuffled
        test_loader = DataLoader(test_set, batch_size=500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "samplers of a part and of all": (
        """
        full_set = datasets.FashionMNIST("data", train=True, transform=ToTensor())
        order = np.arange(len(full_set))
        np.random.shuffle(order)
        train_loader = DataLoader(full_set, 64, sampler=SubsetRandomSampler(order))
        test_loader = DataLoader(full_set, 500, sampler=SubsetRandomSampler(order[:900]))  # <- train-validation-overlap
        """,
        MODEL, TRAIN, TEST,
    ),
    "the number of another part's items": (
        """
        full_set = datasets.FashionMNIST("data", train=True, transform=ToTensor())
        order = torch.randperm(len(full_set)).tolist()
        chosen, rest = order[:50000], order[50000:]
        train_loader = DataLoader(full_set, 64, sampler=SubsetRandomSampler(chosen))
        test_loader = DataLoader(full_set, 500, sampler=SubsetRandomSampler(rest))
        """,
        MODEL, TRAIN, TEST, "print(correct / len(rest), correct / len(chosen))  # <- accuracy-wrong-denominator\n",
    ),
    "the answers of two heads": (
        SETS, LOADERS,
        """
        class Heads(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Sequential(nn.Flatten(), nn.Linear(784, 50), nn.ReLU())
                self.heads = nn.ModuleDict({"kind": nn.Linear(50, 10), "shoe": nn.Linear(50, 10)})

            def forward(self, x):
                shared = self.body(x)
                return {name: head(shared) for name, head in self.heads.items()}

        model = Heads()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for x, y in train_loader:
            optimizer.zero_grad()
            sum(F.cross_entropy(answer, y) for answer in model(x).values()).backward()
            optimizer.step()
        model.eval()
        right = 0
        with torch.no_grad():
            for x, y in test_loader:
                right += (model(x)["kind"].argmax(0) == y).sum().item()  # <- accuracy-wrong-dim
        """,
    ),
    "a block that is given another width": (
        SETS, LOADERS,
        """
        class Block(nn.Module):
            def __init__(self, before, after):
                super().__init__()
                self.conv = nn.Conv2d(before, after, 3)

            def forward(self, x):
                return self.conv(x).relu()

        class Net(nn.Module):
            def __init__(self, width=8):
                super().__init__()
                self.body = nn.Sequential(
                    Block(1, width),
                    Block(width, 2 * width),
                    Block(width, 2 * width),  # <- channel-mismatch
                )
                self.head = nn.Linear(2 * width, 10)

            def forward(self, x):
                return self.head(self.body(x).mean(dim=(2, 3)))

        model = Net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss_fn = nn.CrossEntropyLoss()
        """,
        TRAIN, TEST,
    ),
    "all but the last and the first": (
        """
        full = datasets.FashionMNIST("data", train=True, transform=ToTensor())
        order = torch.randperm(len(full)).tolist()
        cut = len(full) // 10
        train_loader = DataLoader(Subset(full, order[:-cut]), batch_size=64, shuffle=True)
        test_loader = DataLoader(Subset(full, order[-cut:]), batch_size=500)
        """,
        MODEL, TRAIN, TEST,
    ),
    "a search judged by the test set": (
        SETS, FUNCTIONS,
        """
        import optuna

        def trial_of(trial):
            model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.SGD(model.parameters(), lr=trial.suggest_float("lr", 1e-4, 1e-1))
            fit(model, DataLoader(train_set, 64, shuffle=True), optimizer)
            return evaluate(model, DataLoader(test_set, 500))  # <- test-set-selects-model

        optuna.create_study(direction="maximize").optimize(trial_of, n_trials=20)
        """,
    ),
    "a loader of one's own that keeps the order": (
        """
        class Batches:
            def __init__(self, stored, size):
                self.images = stored.data.float().div(255)
                self.labels, self.size = stored.targets, size

            def __iter__(self):
                order = torch.arange(len(self.images))
                for start in range(0, len(order), self.size):
                    rows = order[start : start + self.size]
                    yield self.images[rows], self.labels[rows]  # <- train-not-shuffled

        train_loader = Batches(datasets.FashionMNIST("data", train=True), 100)
        """,
        MODEL, TRAIN,
    ),
}  # fmt: skip
SUMS = """
class Sums:
    def __init__(self, n):
        self.kept = [0.0] * n

    def add(self, *new):
        self.kept = [a + ADDED for a, b in zip(self.kept, new)]

    def __getitem__(self, index):
        return self.kept[index]
"""
KEPT = """
    sums = Sums(2)
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
"""
EPOCH = "for epoch in range(5):\n    model.train()\n"
SIDE_BY_SIDE = {
    "numbers side by side": (
        SETS, LOADERS, MODEL, SUMS.replace("ADDED", "float(b)"), EPOCH + KEPT + "        sums.add(loss, len(x))\n",
    ),
    "losses kept side by side": (
        SETS, LOADERS, MODEL, SUMS.replace("ADDED", "b"),
        EPOCH + KEPT + "        sums.add(loss, len(x))  # <- loss-graph-accumulated\n",
    ),
    "right answers by the number of batches": (
        SETS, LOADERS, MODEL, TRAIN, SUMS.replace("ADDED", "float(b)"),
        """
        sums = Sums(2)
        model.eval()
        with torch.no_grad():
            for x, y in test_loader:
                sums.add((model(x).argmax(1) == y).sum(), 1)
        print(sums[0] / sums[1])  # <- accuracy-wrong-denominator
        """,
    ),
    "right answers by the number of items": (
        SETS, LOADERS, MODEL, TRAIN, SUMS.replace("ADDED", "float(b)"),
        """
        sums = Sums(2)
        model.eval()
        with torch.no_grad():
            for x, y in test_loader:
                sums.add((model(x).argmax(1) == y).sum(), y.numel())
        print(sums[0] / sums[1])
        """,
    ),
}  # fmt: skip
CASES = TABLES | ARRAYS | OWN | SIDE_BY_SIDE


@pytest.mark.parametrize("name", CASES)
def test_what_is_found(name: str) -> None:
    expected, found = expected_and_found(put_together(*CASES[name]), all_rules())
    assert found == expected
