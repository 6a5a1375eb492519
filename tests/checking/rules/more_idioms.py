"""More idioms in which nothing is wrong: things of other packages, loaders that take no part, tools of one's own."""

from tests.checking.rules.pieces import LOADERS, MODEL, SETS, TEST, TRAIN

OF_OTHERS = {
    "a drawing of another package": (
        """
        from drawing import sheet
        page = sheet()
        for number in torch.arange(6):
            place = page.add(2, 3, number)
            place.draw(number)
            place.title(number)
        """,
    ),
    "a network's class found by its name": (
        SETS,
        LOADERS,
        """
        import importlib
        Network = getattr(importlib.import_module("kinds"), "Small")

        def built(classes):
            return Network(classes)

        model = built(10)
        model.to("cuda")
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss_fn = nn.CrossEntropyLoss()
        """,
        TRAIN,
        TEST,
    ),
    "methods that are called for what they do": (
        """
        torch.zeros(1).to("cuda")
        rows = torch.zeros(3, requires_grad=True)
        rows.register_hook(print)
        """,
    ),
    "a network inside another package's wrapper": (
        SETS,
        LOADERS,
        """
        from spreading import Spread

        def fit(model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            model = Spread(model)
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                F.cross_entropy(model(x), y).backward()
                optimizer.step()
        """,
    ),
    "a loader that an engine exchanges": (
        SETS,
        """
        from engines import Engine
        train_loader = DataLoader(train_set, batch_size=64)
        """,
        MODEL,
        """
        model, optimizer, train_loader = Engine().drawn_at_random(model, optimizer, train_loader)
        """,
        TRAIN,
    ),
}

TAKING_NO_PART = {
    "a loader that is made and not used": (
        """
        from engines import fit
        varied = Compose([transforms.RandomCrop(28, padding=2), ToTensor()])
        part, rest = random_split(datasets.FashionMNIST("data", train=True, transform=varied), [50000, 10000])
        train_loader = DataLoader(part, batch_size=64, shuffle=True)
        valid_loader = DataLoader(rest, batch_size=64)
        """,
        MODEL,
        """
        fit(model, train_loader)
        """,
    ),
    "a loader that is only shown": (
        """
        varied = Compose([transforms.RandomHorizontalFlip(), ToTensor()])
        train_loader = DataLoader(datasets.FashionMNIST("data", train=True, transform=varied), 64, shuffle=True)
        test_loader = DataLoader(datasets.FashionMNIST("data", train=False, transform=varied), 64)
        train_loader, test_loader

        def score(model, test_loader):
            model.eval()
            with torch.no_grad():
                return sum((model(x).argmax(1) == y).sum().item() for x, y in test_loader)

        plain = DataLoader(datasets.FashionMNIST("data", train=False, transform=ToTensor()), 64)
        """,
        MODEL,
        TRAIN,
        """
        print(score(model, plain))
        """,
    ),
    "a loader whose name another one is given": (
        SETS,
        LOADERS,
        """
        part, rest = random_split(train_set, [50000, 10000])
        train_loader = DataLoader(part, batch_size=64, shuffle=True)
        val_loader = DataLoader(rest, batch_size=64)
        """,
        MODEL,
        TRAIN,
        TEST.replace("test_loader", "val_loader"),
    ),
    "a network that is only shown": (
        SETS,
        """
        class Straight(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(784, 10)

            def forward(self, x):
                return self.fc(x)

        print(Straight())
        """,
    ),
    "a mean that a meter keeps and nobody reads": (
        SETS,
        LOADERS,
        MODEL,
        TRAIN,
        """
        class Meter:
            def __init__(self):
                self.total, self.count = 0, 0

            def update(self, value, count):
                self.total += value * count
                self.count += count
                self.mean = self.total / self.count

        model.eval()
        losses, right = Meter(), Meter()
        with torch.no_grad():
            for x, y in test_loader:
                answer = model(x)
                losses.update(loss_fn(answer, y).item(), len(y))
                right.update((answer.argmax(1) == y).sum().item(), 1)
        print(losses.mean, right.total / len(test_set))
        """,
    ),
}

OF_ONES_OWN = {
    "a set that begins somewhere else in each epoch": (
        SETS,
        """
        train_loader = DataLoader(train_set, batch_size=64)
        """,
        MODEL,
        """
        for epoch in range(5):
            train_loader.dataset.offset = random.randrange(60000)
            for x, y in train_loader:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        """,
    ),
    "pictures that an optimizer holds": (
        SETS,
        """
        test_loader = DataLoader(test_set, batch_size=500)
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        model.load_state_dict(torch.load("kept.pt", weights_only=True))
        model.eval()
        for x, y in test_loader:
            worst = x.clone().requires_grad_(True)
            for turn in range(10):
                moving = torch.optim.SGD([worst], lr=0.001)
                moving.zero_grad()
                F.cross_entropy(model(worst), y).backward()
                worst = (worst + 0.01 * worst.grad.sign()).detach().requires_grad_(True)
            print((model(worst).argmax(1) == y).sum())
        """,
    ),
    "an optimizer of one's own that clears the gradients": (
        SETS,
        LOADERS,
        """
        class Twice(torch.optim.Optimizer):
            def __init__(self, weights, inner):
                super().__init__(weights, {})
                self.inner = inner

            def second(self):
                self.inner.step()
                self.zero_grad()

        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        optimizer = Twice(model.parameters(), torch.optim.SGD(model.parameters(), lr=0.1))
        for epoch in range(5):
            for x, y in train_loader:
                F.cross_entropy(model(x), y).backward()
                optimizer.second()
        """,
    ),
    "a rate for another of the optimizers to choose from": (
        SETS,
        LOADERS,
        """
        import argparse
        options = argparse.ArgumentParser()
        options.add_argument("--adam", action="store_true")
        options.add_argument("--lr", type=float, default=0.1)
        chosen = options.parse_args()
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        loss_fn = nn.CrossEntropyLoss()
        if chosen.adam:
            optimizer = torch.optim.Adam(model.parameters(), lr=chosen.lr)
        else:
            optimizer = torch.optim.SGD(model.parameters(), lr=chosen.lr)
        """,
        TRAIN,
    ),
    "zeros in the only layer": (
        SETS,
        LOADERS,
        """
        class Straight(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(784, 10)
                self.fc.weight.detach().zero_()

            def forward(self, x):
                answer = self.fc(x.flatten(1))
                return answer, answer.softmax(dim=1)

        model = Straight()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for epoch in range(5):
            for x, y in train_loader:
                optimizer.zero_grad()
                F.cross_entropy(model(x)[0], y).backward()
                optimizer.step()
        """,
    ),
    "labels of one kind, counted by batch": (
        SETS,
        LOADERS,
        MODEL,
        TRAIN,
        """
        ones = 0
        for x, y in train_loader:
            ones += (y == 1).sum().item()
        print("in a batch on average:", ones / len(train_loader))
        """,
    ),
}

MORE = OF_OTHERS | TAKING_NO_PART | OF_ONES_OWN
