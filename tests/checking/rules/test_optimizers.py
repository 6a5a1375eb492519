"""What optimizers hold, how often they and the networks are made, how fast they go; in the idioms that people write."""

import pytest

from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.training import EPOCHS, script

SLUGS = [
    "optimizer-wrong-parameters", "optimizer-recreated", "model-recreated", "learning-rate-extreme",
    "parameters-frozen",
]  # fmt: skip
LOOP = """
for x, y in train_loader:
    opt.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
"""

CASES: dict[str, str | tuple[str, ...]] = {
    "another network's parameters": ("""
        net = Net()
        opt = optim.Adam(model.parameters(), lr=1e-3)  # <- optimizer-wrong-parameters
        """, LOOP),
    "the classifier only, from scratch": ("""
        net = Net()
        opt = optim.Adam(net.fc.parameters(), lr=1e-3)  # <- optimizer-wrong-parameters
        """, LOOP),
    "a list of parts with one left out": ("""
        body, head = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32)), nn.Linear(32, 10)
        net = nn.Sequential(body, nn.ReLU(), head)
        opt = optim.Adam([{"params": head.parameters()}], lr=1e-3)  # <- optimizer-wrong-parameters
        """, LOOP),
    "the head replaced after the optimizer was made": ("""
        net = models.resnet18(weights="DEFAULT")
        opt = optim.Adam(net.parameters(), lr=1e-3)  # <- optimizer-wrong-parameters
        net.fc = nn.Linear(512, 10)
        """, LOOP),
    "a layer added after the optimizer was made": ("""
        net = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU())
        opt = optim.Adam(net.parameters(), lr=1e-3)  # <- optimizer-wrong-parameters
        net.add_module("out", nn.Linear(64, 10))
        """, LOOP),
    "the old network after a new one was made": ("""
        net = Net()
        opt = optim.Adam(net.parameters(), lr=1e-3)  # <- optimizer-wrong-parameters
        net = Net()
        """, LOOP),
    "a frozen backbone, its head, and the groups": ("""
        net = models.resnet18(weights="DEFAULT")
        for p in net.parameters():
            p.requires_grad = False
        net.fc = nn.Linear(512, 10)
        opt = optim.Adam(filter(lambda p: p.requires_grad, net.parameters()), lr=1e-3)
        """, LOOP, """
        opt = optim.Adam([p for p in net.parameters() if p.requires_grad], lr=1e-3)
        """, LOOP, """
        opt = optim.Adam(net.fc.parameters(), lr=1e-3)
        """, LOOP),
    "the features of a known network frozen, its classifier held": ("""
        net = models.vgg16(weights="DEFAULT")
        for p in net.features.parameters():
            p.requires_grad = False
        net.classifier[6] = nn.Linear(4096, 10)
        opt = optim.SGD(net.classifier.parameters(), lr=1e-3)
        """, LOOP),
    "a block of a known network thawed": ("""
        net = models.resnet18(weights="DEFAULT")
        net.requires_grad_(False)
        for p in net.layer4.parameters():
            p.requires_grad = True
        opt = optim.SGD(filter(lambda p: p.requires_grad, net.parameters()), lr=1e-3)
        """, LOOP),
    "all parts of a network in groups": ("""
        net = Net()
        opt = optim.SGD([{"params": net.features.parameters(), "lr": 1e-3}, {"params": net.fc.parameters()}], lr=1e-2)
        """, LOOP, """
        opt = optim.SGD(list(net.features.parameters()) + list(net.fc.parameters()), lr=1e-2)
        """, LOOP, """
        decay = [p for n, p in net.named_parameters() if p.ndim > 1]
        rest = [p for n, p in net.named_parameters() if p.ndim <= 1]
        opt = optim.AdamW([{"params": decay, "weight_decay": 1e-2}, {"params": rest}], lr=1e-3)
        """, LOOP),
    "wrapped, compiled, moved": ("""
        net = nn.DataParallel(Net().cuda())
        opt = optim.Adam(net.module.parameters(), lr=1e-3)
        """, LOOP, """
        inner = Net()
        opt = optim.Adam(inner.parameters(), lr=1e-3)
        net = torch.compile(inner)
        """, LOOP),
    "two networks, two optimizers": """
        body, head = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU()), nn.Linear(64, 10)
        one, two = optim.Adam(body.parameters(), lr=1e-3), optim.Adam(head.parameters(), lr=1e-3)
        for x, y in train_loader:
            one.zero_grad()
            two.zero_grad()
            F.cross_entropy(head(body(x)), y).backward()
            one.step()
            two.step()
        """,
    "two networks, one optimizer": ("""
        body, head = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU()), nn.Linear(64, 10)
        params = list(body.parameters()) + list(head.parameters())
        opt = optim.Adam(params, lr=1e-3)
        net = lambda x: head(body(x))
        """, LOOP),
    "a fixed network measures the loss": """
        vgg = models.vgg16(weights="DEFAULT").eval()
        net = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1))
        opt = optim.Adam(net.parameters(), lr=1e-3)
        for x, y in train_loader:
            opt.zero_grad()
            F.mse_loss(vgg(net(x)), vgg(x)).backward()
            opt.step()
        """,
    "the optimizer made in each epoch": """
        for epoch in range(5):
            opt = optim.Adam(model.parameters(), lr=1e-3)  # <- optimizer-recreated
            for x, y in train_loader:
                opt.zero_grad()
                criterion(model(x), y).backward()
                opt.step()
        """,
    "the optimizer made in the function that trains an epoch": """
        def train(net, loader, lr):
            opt = optim.RMSprop(net.parameters(), lr=lr)  # <- optimizer-recreated
            for x, y in loader:
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()

        for epoch in range(5):
            train(model, train_loader, 1e-3)
        """,
    "the optimizer made for each batch, without a state": """
        for x, y in train_loader:
            opt = optim.SGD(model.parameters(), lr=1e-2)  # <- optimizer-recreated/info
            opt.zero_grad()
            criterion(model(x), y).backward()
            opt.step()
        """,
    "a fresh network and optimizer for each fold": """
        from sklearn.model_selection import KFold
        for fold, (a, b) in enumerate(KFold(5).split(range(60000))):
            net = Net()
            opt = optim.Adam(net.parameters(), lr=1e-3)
            for x, y in DataLoader(Subset(train_set, a), batch_size=64, shuffle=True):
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()
        """,
    "a fresh optimizer for each fold and stage, and after a reset": """
        start = copy.deepcopy(model.state_dict())
        for fold in range(5):
            model.load_state_dict(start)
            opt = optim.Adam(model.parameters(), lr=1e-3)
            for x, y in train_loader:
                opt.zero_grad()
                criterion(model(x), y).backward()
                opt.step()
        for rate in (1e-2, 1e-3):
            opt = optim.Adam(model.parameters(), lr=rate)
            for epoch in range(5):
                for x, y in train_loader:
                    opt.zero_grad()
                    criterion(model(x), y).backward()
                    opt.step()
        """,
    "a new optimizer when the backbone thaws": """
        opt = optim.Adam(model.fc.parameters(), lr=1e-3)
        model.features.requires_grad_(False)
        for epoch in range(5):
            if epoch == 3:
                model.features.requires_grad_(True)
                opt = optim.Adam(model.parameters(), lr=1e-4)
            for x, y in train_loader:
                opt.zero_grad()
                criterion(model(x), y).backward()
                opt.step()
        """,
    "clients that train a copy each": """
        for rnd in range(10):
            for client in range(5):
                local = copy.deepcopy(model)
                opt = optim.SGD(local.parameters(), lr=0.1, momentum=0.9)
                for x, y in train_loader:
                    opt.zero_grad()
                    criterion(local(x), y).backward()
                    opt.step()
        """,
    "the network made in each epoch": """
        epoch = 0
        while epoch < 5:
            net = Net().to(device)  # <- model-recreated
            opt = optim.Adam(net.parameters(), lr=1e-3)
            for x, y in train_loader:
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()
            epoch += 1
        """,
    "the network made in each epoch by a function": """
        def build():
            return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))

        for epoch in range(5):
            net = build()  # <- model-recreated
            opt = optim.Adam(net.parameters(), lr=1e-3)
            for x, y in train_loader:
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()
        """,
    "an ensemble, seeds, and a search": """
        members = []
        for i in range(5):
            net = Net()
            opt = optim.Adam(net.parameters(), lr=1e-3)
            for x, y in train_loader:
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()
            members.append(net)
        for i in range(5):
            torch.manual_seed(i)
            net = Net()
            opt = optim.Adam(net.parameters(), lr=1e-3)
            for x, y in train_loader:
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()
        for rate in [1e-2, 1e-3]:
            net = Net()
            opt = optim.Adam(net.parameters(), lr=rate)
            for x, y in train_loader:
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()
        """,
    "rates that are far off": """
        optim.Adam(model.parameters(), lr=0.1)  # <- learning-rate-extreme
        optim.AdamW(model.parameters(), 1)  # <- learning-rate-extreme
        optim.RMSprop(model.parameters(), lr=1.0)  # <- learning-rate-extreme
        optim.SGD(model.parameters(), lr=10)  # <- learning-rate-extreme
        optim.SGD(model.parameters(), lr=1e-9, momentum=0.9)  # <- learning-rate-extreme
        optim.Adam([{"params": model.fc.parameters(), "lr": 0.5}], lr=1e-3)  # <- learning-rate-extreme
        RATE = 0.3  # <- learning-rate-extreme
        optim.NAdam(model.parameters(), lr=RATE)
        config = {"lr": 0.0}  # <- learning-rate-extreme
        optim.SGD(model.parameters(), **config)
        """,
    "rates that are usual": """
        optim.Adam(model.parameters(), lr=0.05)
        optim.SGD(model.parameters(), lr=1.0)
        optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
        optim.Adadelta(model.parameters(), lr=1.0)
        optim.Adagrad(model.parameters(), lr=0.1)
        optim.LBFGS(model.parameters(), lr=1)
        optim.Adam(model.parameters(), lr=1e-6)
        """,
    "rates that a scheduler sets": """
        opt = optim.Adam(model.parameters(), lr=1.0)
        sched = LambdaLR(opt, lambda step: 1e-3 * min(1, step / 100))
        other = optim.SGD(model.parameters(), lr=1e-8)
        cycle = OneCycleLR(other, max_lr=0.1, total_steps=1000)
        third = optim.Adam(model.parameters(), lr=1e-3)
        bad = OneCycleLR(third, max_lr=1.0, total_steps=1000)  # <- learning-rate-extreme
        """,
    "rates that the loop sets": (EPOCHS, """
        opt = optim.Adam(model.parameters(), lr=0)
        for group in opt.param_groups:
            group["lr"] = 1e-3
        """),
    "frozen with the head": ("""
        net = models.resnet18(weights="DEFAULT")
        net.fc = nn.Linear(512, 10)
        net.requires_grad_(False)  # <- parameters-frozen
        opt = optim.Adam(net.parameters(), lr=1e-3)
        """, LOOP),
    "the parts of an imported network thawed": ("""
        from transformers import AutoModelForImageClassification
        net = AutoModelForImageClassification.from_pretrained("vit")
        for p in net.parameters():
            p.requires_grad = False
        for p in net.classifier.parameters():
            p.requires_grad = True
        opt = optim.Adam(net.parameters(), lr=1e-3)
        """, LOOP),
    "misspelt": ("""
        net = models.resnet18(weights="DEFAULT")
        for name, p in net.named_parameters():
            p.requires_gradient = False  # <- parameters-frozen
        net.fc = nn.Linear(512, 10)
        opt = optim.Adam(net.parameters(), lr=1e-3)
        """, LOOP),
    "set on a module": ("""
        net = Net()
        net.features.requires_grad = False  # <- parameters-frozen
        opt = optim.Adam(net.parameters(), lr=1e-3)
        """, LOOP),
    "frozen and thawed again": ("""
        net = Net()
        for p in net.parameters():
            p.requires_grad = False
        for p in net.fc.parameters():
            p.requires_grad = True
        opt = optim.Adam(net.fc.parameters(), lr=1e-3)
        """, LOOP),
    "other attributes of parameters": ("""
        net = Net()
        for p in net.parameters():
            p.is_shared = True
        opt = optim.Adam(net.parameters(), lr=1e-3)
        """, LOOP),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_optimizers(name: str) -> None:
    wanted, found = expected_and_found(script(CASES[name]), SLUGS)
    assert found == wanted
