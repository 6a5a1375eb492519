"""Idioms in which nothing is wrong: functions that hand on a loss; networks, sums and sets made in one's own way."""

from tests.checking.rules.pieces import LOADERS, MODEL, SETS, TEST, TRAIN

HANDED_ON = {
    "a scaler that is given the loss and the optimizer": (
        """
        def one_epoch(model, loader, optimizer, loss_fn, scaler):
            model.train()
            for images, labels in loader:
                loss = loss_fn(model(images), labels)
                optimizer.zero_grad()
                scaler(loss, optimizer, clip=1.0)
        """,
    ),
    "networks that are applied one after the other in a step": (
        """
        from judging import judged

        class Steps:
            def __init__(self, backbone, classifier):
                self.features, self.head = backbone, classifier

            def begin(self):
                self.features.train(), self.head.train()

            def update(self, images, labels, optimizer):
                inner = self.features(images)
                side = F.cross_entropy(judged(inner), labels)
                loss = side + F.cross_entropy(self.head(inner), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        """,
    ),
    "a method that stands before the one that calls it": (
        """
        class Fitting:
            def __init__(self, model, loader):
                self.model, self.loader = model, loader

            def begin(self):
                self.model.train()

            def measured(self, images, labels):
                answer = self.model(images)
                return F.cross_entropy(answer, labels), (answer.argmax(1) == labels).sum()

            def fit(self):
                optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
                self.begin()
                for images, labels in self.loader:
                    optimizer.zero_grad()
                    loss, _ = self.measured(images, labels)
                    loss.backward()
                    optimizer.step()
        """,
    ),
    "a loss that is returned to whoever takes the gradients": (
        """
        def loss_of(model, images, labels):
            model.eval()
            noise = torch.randn_like(images)
            model.train()
            return F.cross_entropy(model(images), labels) + F.cross_entropy(model(images + noise), labels)
        """,
    ),
    "gradients of the test pictures": (
        SETS,
        LOADERS,
        MODEL,
        TRAIN,
        """
        from slopes import steepness
        model.eval()
        for x, y in test_loader:
            x.requires_grad = True
            answer = model(x)
            print((answer.argmax(1) == y).sum(), steepness(answer, x))
        """,
    ),
    "an optimizer that one call of a function does not use": (
        SETS,
        LOADERS,
        """
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))

        def one_epoch(looking):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x, y in train_loader:
                model.zero_grad()
                F.cross_entropy(model(x), y).backward()
                if looking:
                    print(model[1].weight.grad.norm())
                else:
                    optimizer.step()

        one_epoch(looking=True)
        one_epoch(looking=False)
        """,
    ),
}

ONES_OWN_WAY = {
    "a sum that begins anew in each batch": (
        SETS,
        LOADERS,
        MODEL,
        """
        for epoch in range(3):
            for x, y in train_loader:
                distance = 0
                for part in range(3):
                    distance += F.cross_entropy(model(x) * part, y)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                print(loss.item(), distance.item())
        """,
    ),
    "a share whose answers were multiplied by 100": (
        SETS,
        LOADERS,
        """
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        model.load_state_dict(torch.load("kept.pt", weights_only=True))
        model.eval()
        rows = None
        with torch.no_grad():
            for x, y in test_loader:
                both = torch.cat([(100.0 * model(x)).argmax(1).view(-1, 1), y.view(-1, 1)], dim=1)
                rows = both if rows is None else torch.cat([rows, both])
        right = np.mean(np.array(rows)[:, 0] == np.array(rows)[:, 1])
        print(right * 100)
        """,
    ),
    "two networks that agree": (
        SETS,
        LOADERS,
        """
        one, other = nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        one.load_state_dict(torch.load("one.pt", weights_only=True))
        other.load_state_dict(torch.load("other.pt", weights_only=True))
        one.eval(), other.eval()
        alike = 0
        with torch.no_grad():
            for x, _ in test_loader:
                alike += (one(x).argmax(1) == other(x).argmax(1)).sum().item()
        print("alike in a batch on average:", alike / len(test_loader))
        """,
    ),
    "labels of many places in one row": (
        """
        places = TensorDataset(torch.zeros(100, 1, 8, 8), torch.zeros(100, 8, 8, dtype=torch.long))
        model = nn.Conv2d(1, 5, 3, padding=1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for x, y in DataLoader(places, batch_size=10, shuffle=True):
            optimizer.zero_grad()
            answer = model(x).permute(0, 2, 3, 1).reshape(-1, 5)
            F.cross_entropy(answer, y.view(-1)).backward()
            optimizer.step()
        """,
    ),
    "a transform that the caller chooses": (
        """
        def loaders(folder, kind):
            chosen = {
                "varied": Compose([transforms.RandomHorizontalFlip(), ToTensor()]),
                "plain": Compose([ToTensor()]),
            }
            pictures = datasets.ImageFolder(folder, transform=chosen[kind])
            test_loader = DataLoader(pictures, batch_size=64)
            return test_loader
        """,
    ),
    "the size of the tensor in a set of one's own": (
        """
        class Kept(Dataset):
            def __init__(self):
                self.rows = torch.cat([torch.load(name, weights_only=True) for name in ("one.pt", "other.pt")])
                self.labels = torch.load("labels.pt", weights_only=True)

            def __len__(self):
                return len(self.rows)

            def __getitem__(self, index):
                return self.rows[index], self.labels[index]

        test_set = Kept()
        test_loader = DataLoader(test_set, batch_size=100)
        model = nn.Linear(20, 2)
        model.load_state_dict(torch.load("kept.pt", weights_only=True))
        """,
        TEST,
        """
        print(correct / test_set.rows.size(0))
        """,
    ),
    "the best of a search that is made anew in each epoch": (
        SETS,
        LOADERS,
        MODEL,
        """
        from measures import Divider

        def distance(rows):
            x_test, y_test = rows[:, 1:], rows[:, 0]
            best = 1.0
            for strength in (0.1, 1.0, 10.0):
                best = min(best, np.mean(Divider(strength).predict(x_test) != y_test))
            return best

        for epoch in range(3):
            for x, y in train_loader:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
            print(distance(np.random.rand(20, 5)))
        """,
    ),
}

NETWORKS = {
    "layers with names of their own in a list": (
        SETS,
        LOADERS,
        """
        class Pair(nn.Module):
            def __init__(self):
                super().__init__()
                self.one = nn.Linear(784, 10)
                self.other = nn.Linear(784, 10)
                self.both = nn.ModuleList([self.one, self.other])

            def forward(self, x):
                x = x.flatten(1)
                return self.one(x) + self.other(x)

        model = Pair()
        """,
        """
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss_fn = nn.CrossEntropyLoss()
        """,
        TRAIN,
    ),
    "a list that becomes a ModuleList": (
        SETS,
        LOADERS,
        """
        class Row(nn.Module):
            def __init__(self, kind):
                super().__init__()
                if kind == "wide":
                    self.layers = [nn.Linear(784, 500), nn.Linear(500, 10)]
                else:
                    self.layers = [nn.Linear(784, 50), nn.Linear(50, 10)]
                self.layers = nn.ModuleList(self.layers)

            def forward(self, x):
                x = x.flatten(1)
                for layer in self.layers:
                    x = torch.tanh(layer(x)) if layer is not self.layers[-1] else layer(x)
                return x

        import sys
        model = Row(sys.argv[1])
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss_fn = nn.CrossEntropyLoss()
        """,
        TRAIN,
    ),
    "layers put in a row as they are called": (
        SETS,
        LOADERS,
        """
        class Row(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Sequential(nn.Flatten(), nn.Linear(784, 50), nn.ReLU())
                self.head = nn.Linear(50, 10)

            def forward(self, x):
                whole = nn.Sequential(self.body, self.head)
                return whole(x)

        model = Row()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss_fn = nn.CrossEntropyLoss()
        """,
        TRAIN,
    ),
    "dimensions that change places in the tensor itself": (
        """
        model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 26 * 26, 10))
        pictures = torch.zeros(1, 28, 28, 3)
        pictures.transpose_(1, 3)
        pictures.transpose_(2, 3)
        print(model(pictures).shape)
        """,
    ),
}

IN_FUNCTIONS = HANDED_ON | ONES_OWN_WAY | NETWORKS
