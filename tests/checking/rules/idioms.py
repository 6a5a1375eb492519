"""Scripts with idioms of published training code, in words of our own, in which nothing is wrong."""

from tests.checking.rules.pieces import LOADERS, MODEL, SETS, TEST, TRAIN

BLOCKS = """
class Block(nn.Module):
    def __init__(self, before, after, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, padding=1, stride=stride)
        self.side = nn.Sequential()
        if stride != 1 or before != after:
            self.side = nn.Sequential(nn.Conv2d(before, after, 1, stride=stride))

    def forward(self, x):
        return F.relu(F.relu(self.conv(x)) + self.side(x))


def row(before, after, count):
    blocks = nn.Sequential()
    for number in range(count):
        blocks.add_module("{}-{}".format("block", number), Block(before, after))
        before = after
    return blocks


class Deep(nn.Module):
    def __init__(self, count=2, classes=10):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU())
        self.rows = row(8, 16, count)
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        return self.fc(self.rows(self.first(x)).mean((2, 3)))
"""
COUNTED = """
import argparse
options = argparse.ArgumentParser()
options.add_argument("--kind")
options.add_argument("--depth", type=int, required=True)
chosen = options.parse_args()
"""
OPTIMIZER = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
"""

SILENT = {
    "a network made in a branch": (
        SETS,
        LOADERS,
        BLOCKS,
        COUNTED,
        """
        if chosen.kind == "deep":
            model = Deep(2)
        elif chosen.kind == "deeper":
            model = Deep(3)
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "a chain whose first block is another": (
        SETS,
        LOADERS,
        BLOCKS,
        COUNTED,
        """
        def chain(before, after, count):
            blocks = nn.Sequential()
            for number in range(count):
                if number == 0:
                    blocks.add_module(f"block{number}", Block(before, after, 2))
                else:
                    blocks.add_module(f"block{number}", Block(after, after))
            return blocks

        model = nn.Sequential(chain(1, 8, chosen.depth), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10))
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "a linear shortcut beside a bent branch": (
        SETS,
        LOADERS,
        """
        class Preactivated(nn.Module):
            def __init__(self):
                super().__init__()
                self.stem = nn.Conv2d(1, 8, 3, padding=1)
                self.norm = nn.BatchNorm2d(8)
                self.conv = nn.Conv2d(8, 16, 3, padding=1)
                self.side = nn.Conv2d(8, 16, 1)
                self.fc = nn.Linear(16, 10)

            def forward(self, x):
                x = self.stem(x)
                x = self.conv(F.relu(self.norm(x))) + self.side(x)
                return self.fc(F.relu(x).mean((2, 3)))

        model = Preactivated()
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "a depthwise convolution whose groups are not known": (
        SETS,
        LOADERS,
        COUNTED,
        """
        width = chosen.depth

        class Cheap(nn.Module):
            def __init__(self):
                super().__init__()
                self.stem = nn.Conv2d(1, width, 3, padding=1)
                self.each = nn.Conv2d(width, width, 3, padding=1, groups=width)
                self.mix = nn.Conv2d(width, 16, 1)
                self.fc = nn.Linear(16, 10)

            def forward(self, x):
                x = self.mix(self.each(F.relu(self.stem(x))))
                return self.fc(F.relu(x).mean((2, 3)))

        model = Cheap()
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "pictures cut together from two, with the labels of both": (
        SETS,
        LOADERS,
        MODEL,
        """
        for epoch in range(3):
            for x, y in train_loader:
                order = torch.randperm(x.size(0))
                x[:, :, 4:12, 4:12] = x[order, :, 4:12, 4:12]
                share = 1 - 64 / 784
                optimizer.zero_grad()
                answer = model(x)
                loss = share * loss_fn(answer, y) + (1 - share) * loss_fn(answer, y[order])
                loss.backward()
                optimizer.step()
        """,
    ),
    "a head found by a method": (
        SETS,
        LOADERS,
        """
        import timm
        model = timm.create_model("resnet18", pretrained=True, num_classes=10, in_chans=1)
        for weight in model.parameters():
            weight.requires_grad = False
        for weight in model.get_classifier().parameters():
            weight.requires_grad = True
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "the losses of one batch's parts in a list": (
        SETS,
        LOADERS,
        MODEL,
        """
        for epoch in range(3):
            for x, y in train_loader:
                optimizer.zero_grad()
                parts = []
                for few, their in zip(x.chunk(2), y.chunk(2)):
                    loss = loss_fn(model(few), their) / 2
                    parts.append(loss)
                    loss.backward()
                optimizer.step()
                print(sum(parts).item())
        """,
    ),
    "probabilities for whoever looks": (
        SETS,
        LOADERS,
        """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(784, 10)

            def forward(self, x):
                answer = self.fc(x.flatten(1))
                shares = F.softmax(answer, dim=1)
                return answer

        model = Net()
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "a parameter that makes a network": (
        SETS,
        LOADERS,
        """
        def fit(make_net, loader, loss_fn):
            model = make_net()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        """,
    ),
    "a schedule inside another package's": (
        SETS,
        LOADERS,
        MODEL,
        """
        from schedulers import Warming
        after = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=5)
        schedule = Warming(optimizer, epochs=1, after=after)
        for epoch in range(5):
            for x, y in train_loader:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        """,
    ),
    "the mean loss of a batch times its size, in the style of long ago": (
        SETS,
        LOADERS,
        MODEL,
        TRAIN,
        """
        from torch.autograd import Variable
        total = 0
        model.eval()
        with torch.no_grad():
            for x, y in test_loader:
                x, y = Variable(x), Variable(y)
                total += loss_fn(model(x), y).data * y.size(0)
        print(total / len(test_set))
        """,
    ),
    "a loader for counting the labels": (
        """
        train_set = datasets.FashionMNIST("data", train=True, transform=ToTensor())
        train_loader = DataLoader(train_set, batch_size=64)
        for _, labels in train_loader:
            print(labels.bincount())
        part, rest = random_split(train_set, [50000, 10000])
        """,
        MODEL,
        """
        fitting = DataLoader(part, batch_size=64, shuffle=True)
        checking = DataLoader(rest, batch_size=64)
        for epoch in range(3):
            for x, y in fitting:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                correct = sum((model(x).argmax(1) == y).sum().item() for x, y in checking)
            print(correct / len(rest))
        """,
    ),
    "one batch out of a loader": (
        SETS,
        """
        train_loader = DataLoader(train_set, batch_size=5000)
        """,
        MODEL,
        """
        x, y = next(iter(train_loader))
        for turn in range(100):
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
        """,
    ),
    "one large batch of the test set scored between the training batches": (
        SETS,
        LOADERS,
        MODEL,
        """
        pictures, answers = next(iter(DataLoader(test_set, batch_size=5000)))
        for x, y in train_loader:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
            with torch.no_grad():
                correct = torch.eq(model(pictures).argmax(1), answers).sum().item() / answers.size(0)
            print(correct)
        """,
    ),
    "a data set that draws its own pairs": (
        """
        class Pairs(Dataset):
            def __init__(self, stored):
                self.stored = stored

            def __len__(self):
                return 10000

            def __getitem__(self, index):
                one, other = random.choice(self.stored), random.choice(self.stored)
                return torch.cat([one[0], other[0]]), float(one[1] == other[1])

        stored = datasets.FashionMNIST("data", train=True, transform=ToTensor())
        train_loader = DataLoader(Pairs(stored), batch_size=64)
        model = nn.Sequential(nn.Flatten(), nn.Linear(2 * 784, 1), nn.Flatten(0))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss_fn = nn.BCEWithLogitsLoss()
        """,
        TRAIN,
    ),
    "a single step": (
        """
        model = nn.Linear(3, 2)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss = F.mse_loss(model(torch.zeros(5, 3)), torch.zeros(5, 2))
        loss.backward()
        optimizer.step()
        """,
    ),
    "gradients of an engine over several machines": (
        SETS,
        LOADERS,
        MODEL,
        """
        import torch.distributed.autograd as engine
        for x, y in train_loader:
            with engine.context() as number:
                engine.backward(number, [loss_fn(model(x), y)])
                optimizer.step(number)
                optimizer.zero_grad()
        """,
    ),
    "steps put into a transform one by one": (
        COUNTED,
        """
        to_train = Compose([])
        if chosen.kind == "varied":
            to_train.transforms.append(transforms.RandomCrop(28, padding=2))
        to_train.transforms.append(ToTensor())
        to_train.transforms.append(Normalize((0.286,), (0.353,)))
        to_test = Compose([ToTensor(), Normalize((0.286,), (0.353,))])
        train_set = datasets.FashionMNIST("data", train=True, transform=to_train)
        test_set = datasets.FashionMNIST("data", train=False, transform=to_test)
        """,
        LOADERS,
        MODEL,
        TRAIN,
        TEST,
    ),
    "one picture squeezed": (
        SETS,
        LOADERS,
        MODEL,
        TRAIN,
        """
        with torch.no_grad():
            for x, _ in DataLoader(test_set):
                print(torch.softmax(torch.squeeze(model(x)), dim=0))
        """,
    ),
    "a rate of nothing for an optimizer out of a checkpoint": (
        SETS,
        LOADERS,
        """
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        kept = torch.load("kept.pt", weights_only=True)
        optimizer = torch.optim.SGD(model.parameters(), lr=0)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        loss_fn = nn.CrossEntropyLoss()
        """,
        TRAIN,
    ),
}
