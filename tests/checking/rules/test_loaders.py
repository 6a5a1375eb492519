"""Loaders and the order of what they give; a mark on a line asks for a finding there."""

import pytest

from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.pieces import FUNCTIONS, LOADERS, MODEL, SETS, TENSORS, TEST, TRAIN, put_together

SHUFFLING = {
    "keyword in a dictionary": (
        SETS,
        """
        options = {"batch_size": 64, "shuffle": False}  # <- train-not-shuffled
        train_loader = DataLoader(train_set, **options)
        """,
        MODEL, TRAIN,
    ),
    "positional": (SETS, "train_loader = DataLoader(train_set, 64, False)  # <- train-not-shuffled\n", MODEL, TRAIN),
    "through a factory": (
        SETS,
        """
        def make(dataset, shuffle=False):
            return DataLoader(dataset, batch_size=64, shuffle=shuffle)
        train_loader = make(train_set)  # <- train-not-shuffled
        """,
        MODEL, TRAIN,
    ),
    "through a factory that is told to": (
        SETS,
        """
        def make(dataset, shuffle=False):
            return DataLoader(dataset, batch_size=64, shuffle=shuffle)
        train_loader, test_loader = make(train_set, True), make(test_set)
        """,
        MODEL, TRAIN, TEST,
    ),
    "only on a graphics card": (
        SETS,
        """
        use_cuda = torch.cuda.is_available()
        more = {"num_workers": 2, "shuffle": True} if use_cuda else {}  # <- train-not-shuffled
        train_loader = DataLoader(train_set, batch_size=64, **more)
        """,
        MODEL, TRAIN,
    ),
    "on every device": (
        SETS,
        """
        use_cuda = torch.cuda.is_available()
        more = {"pin_memory": True, "shuffle": True} if use_cuda else {"shuffle": True}
        train_loader = DataLoader(train_set, batch_size=64, **more)
        """,
        MODEL, TRAIN,
    ),
    "the flag is the device": (
        SETS, "train_loader = DataLoader(train_set, shuffle=torch.cuda.is_available())  # <- train-not-shuffled\n",
        MODEL, TRAIN,
    ),
    "in a trainer class": (
        SETS,
        """
        class Trainer:
            def __init__(self, model, data):
                self.model = model
                self.loader = DataLoader(data, batch_size=64)  # <- train-not-shuffled
                self.opt = torch.optim.Adam(model.parameters())

            def run(self):
                for _ in range(3):
                    for x, y in self.loader:
                        self.opt.zero_grad()
                        F.cross_entropy(self.model(x), y).backward()
                        self.opt.step()


        Trainer(nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), train_set).run()
        """,
    ),
    "a part of a random split was mixed once": (
        SETS,
        """
        part, rest = random_split(train_set, [50000, 10000])
        train_loader = DataLoader(part, batch_size=64)  # <- train-not-shuffled/warning
        """,
        MODEL, TRAIN,
    ),
    "a sampler": (
        SETS,
        """
        sampler = SubsetRandomSampler(range(50000))
        train_loader = DataLoader(train_set, batch_size=64, sampler=sampler)
        """,
        MODEL, TRAIN,
    ),
    "shuffle unless there is a sampler": (
        SETS,
        """
        sampler = None
        train_loader = DataLoader(train_set, batch_size=64, shuffle=(sampler is None), sampler=sampler)
        """,
        MODEL, TRAIN,
    ),
    "a stream": (
        """
        class Stream(torch.utils.data.IterableDataset):
            def __iter__(self):
                yield torch.rand(1, 28, 28), 3


        train_loader = DataLoader(Stream(), batch_size=64)
        """,
        MODEL, TRAIN,
    ),
    "pairs drawn at random": (
        """
        class Pairs(Dataset):
            def __init__(self, images):
                self.images = images

            def __len__(self):
                return len(self.images)

            def __getitem__(self, index):
                other = random.randint(0, len(self.images) - 1)
                return self.images[other], other % 10


        train_loader = DataLoader(Pairs(torch.rand(100, 1, 28, 28)), batch_size=10)
        """,
        MODEL,
        TRAIN,
    ),
    "a loader for the training accuracy": (
        SETS, LOADERS, "train_eval_loader = DataLoader(train_set, batch_size=500)\n", FUNCTIONS, MODEL,
        """
        fit(model, train_loader, optimizer)
        print("training accuracy", evaluate(model, train_eval_loader), "test accuracy", evaluate(model, test_loader))
        """,
    ),
    "only prepared here": (
        SETS,
        """
        train_dl = DataLoader(train_set, batch_size=64)  # <- train-not-shuffled
        valid_dl = DataLoader(test_set, batch_size=64)
        trainer.fit(model, train_dl, valid_dl)
        """,
    ),
    "slices in order": (
        TENSORS, MODEL,
        """
        for epoch in range(5):
            for i in range(0, len(X_train), 100):  # <- train-not-shuffled
                x, y = X_train[i:i + 100], y_train[i:i + 100]
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        """,
    ),
    "slices of a permutation": (
        TENSORS, MODEL,
        """
        for epoch in range(5):
            order = torch.randperm(len(X_train))
            for i in range(0, len(X_train), 100):
                chosen = order[i:i + 100]
                optimizer.zero_grad()
                loss_fn(model(X_train[chosen]), y_train[chosen]).backward()
                optimizer.step()
        """,
    ),
    "an attack on the test pictures needs gradients": (
        SETS, LOADERS, MODEL, TRAIN,
        """
        model.eval()
        for x, y in test_loader:
            x.requires_grad_(True)
            loss = F.cross_entropy(model(x), y)
            model.zero_grad()
            loss.backward()
            worst = x + 0.1 * x.grad.sign()
        """,
    ),
}  # fmt: skip

DROPPING = {
    "in a dictionary of loaders": (
        SETS,
        """
        loaders = {
            "train": DataLoader(train_set, batch_size=64, shuffle=True, drop_last=True),
            "test": DataLoader(test_set, batch_size=64, drop_last=True),  # <- drop-last-in-evaluation/warning
        }
        """,
        FUNCTIONS, MODEL, 'fit(model, loaders["train"], optimizer)\nprint(evaluate(model, loaders["test"]))\n',
    ),
    "nothing is left over": (
        SETS, "test_loader = DataLoader(test_set, batch_size=100, drop_last=True)\n", MODEL, TEST,
    ),
    "while training": (
        SETS, "train_loader = DataLoader(train_set, batch_size=64, shuffle=True, drop_last=True)\n", MODEL, TRAIN,
    ),
    "only prepared here": (
        SETS, "val_dataloader = DataLoader(test_set, 64, drop_last=True)  # <- drop-last-in-evaluation/warning\n",
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
    for family, cases in {"shuffling": SHUFFLING, "dropping": DROPPING}.items()
    for name, parts in cases.items()
}


@pytest.mark.parametrize("name", list(CASES))
def test_findings_stand_where_the_marks_ask_for_them(name: str) -> None:
    expected, found = expected_and_found(put_together(*CASES[name]), SLUGS)
    assert found == expected
