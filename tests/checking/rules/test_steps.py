"""Clearing, computing and applying gradients, in the idioms that people write."""

import pytest

from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.training import script

SLUGS = [
    "zero-grad-missing", "zero-grad-misplaced", "backward-missing", "optimizer-step-missing", "loss-detached",
    "accumulation-unscaled", "loss-graph-accumulated",
]  # fmt: skip

CASES = {
    "zero missing, in a class": """
        class Trainer:
            def __init__(self, net, opt, loader):
                self.net, self.opt, self.loader = net, opt, loader

            def fit(self):
                for x, y in self.loader:
                    loss = criterion(self.net(x), y)
                    loss.backward()  # <- zero-grad-missing
                    self.opt.step()

        Trainer(model, optimizer, train_loader).fit()
        """,
    "zero missing, mixed precision": """
        scaler = torch.cuda.amp.GradScaler()
        for x, y in train_loader:
            with torch.autocast(device_type="cuda"):
                loss = criterion(model(x), y)
            scaler.scale(loss).backward()  # <- zero-grad-missing
            scaler.step(optimizer)
            scaler.update()
        """,
    "zero missing, in a helper with parameters": """
        def train_batch(net, batch, opt, loss_fn):
            x, y = batch
            loss = loss_fn(net(x), y)
            loss.backward()  # <- zero-grad-missing
            opt.step()
            return loss.item()

        for epoch in range(3):
            total = sum(train_batch(model, batch, optimizer, criterion) for batch in train_loader)
        """,
    "zero missing for one of two optimizers": """
        head = nn.Linear(10, 10)
        other = torch.optim.SGD(head.parameters(), lr=0.1)
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(head(model(x)), y)
            loss.backward()  # <- zero-grad-missing
            optimizer.step()
            other.step()
        """,
    "cleared in other ways": """
        for x, y in train_loader:
            model.zero_grad(set_to_none=True)
            criterion(model(x), y).backward()
            optimizer.step()
        for x, y in train_loader:
            for p in model.parameters():
                p.grad = None
            criterion(model(x), y).backward()
            optimizer.step()
        for x, y in train_loader:
            criterion(model(x), y).backward()
            optimizer.step()
            for p in model.parameters():
                if p.grad is not None:
                    p.grad.zero_()
        """,
    "cleared by another name for the network": """
        net = nn.DataParallel(model)
        for x, y in train_loader:
            net.zero_grad()
            criterion(net(x), y).backward()
            optimizer.step()
        """,
    "one step without any loop": """
        loss = criterion(model(torch.randn(4, 1, 28, 28)), torch.tensor([0, 1, 2, 3]))
        loss.backward()
        optimizer.step()
        """,
    "the whole set as one batch, a step for each epoch": """
        images, labels = next(iter(DataLoader(train_set, batch_size=60000)))
        for epoch in range(100):
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
        """,
    "gradients of the whole epoch on purpose": """
        for epoch in range(100):
            optimizer.zero_grad()
            for x, y in train_loader:
                loss = criterion(model(x), y) / len(train_loader)
                loss.backward()
            optimizer.step()
        """,
    "cleared once for all": """
        optimizer.zero_grad()  # <- zero-grad-misplaced
        for epoch in range(3):
            for x, y in train_loader:
                criterion(model(x), y).backward()
                optimizer.step()
        """,
    "cleared between the two, by the model": """
        for x, y in train_loader:
            loss = criterion(model(x), y)
            loss.backward()
            model.zero_grad()  # <- zero-grad-misplaced
            optimizer.step()
        """,
    "cleared between the two, clipped": """
        scaler = torch.amp.GradScaler("cuda")
        for x, y in train_loader:
            loss = criterion(model(x), y)
            scaler.scale(loss).backward()
            optimizer.zero_grad()  # <- zero-grad-misplaced
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
        """,
    "cleared on every part of an accumulation": """
        for i, (x, y) in enumerate(train_loader):
            optimizer.zero_grad()  # <- zero-grad-misplaced
            loss = criterion(model(x), y) / 4
            loss.backward()
            if (i + 1) % 4 == 0:
                optimizer.step()
        """,
    "a generator every few batches": """
        critic, generator = Net(1), Net(1)
        opt_c = torch.optim.Adam(critic.parameters(), lr=1e-4)
        opt_g = torch.optim.Adam(generator.parameters(), lr=1e-4)
        for i, (x, y) in enumerate(train_loader):
            opt_c.zero_grad()
            loss = critic(x).mean()
            loss.backward()
            opt_c.step()
            opt_g.zero_grad()
            if i % 5 == 0:
                g_loss = -generator(x).mean()
                g_loss.backward()
                opt_g.step()
        """,
    "backward missing, in a function": """
        def train(net, loader, opt):
            for x, y in loader:
                opt.zero_grad()
                loss = criterion(net(x), y)
                opt.step()  # <- backward-missing

        for epoch in range(3):
            train(model, train_loader, optimizer)
        """,
    "backward named and not called": """
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward
            optimizer.step()  # <- backward-missing
        """,
    "backward by a framework or an engine": """
        from accelerate import Accelerator
        accelerator = Accelerator()
        net, opt, loader = accelerator.prepare(model, optimizer, train_loader)
        for x, y in loader:
            opt.zero_grad()
            loss = criterion(net(x), y)
            accelerator.backward(loss)
            opt.step()
        """,
    "backward in a helper of another package": """
        from elsewhere import scaled_backward
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            scaled_backward(loss, optimizer)
            optimizer.step()
        """,
    "a closure": """
        optimizer = torch.optim.LBFGS(model.parameters(), lr=1)
        for x, y in train_loader:
            def closure():
                optimizer.zero_grad()
                loss = criterion(model(x), y)
                loss.backward()
                return loss
            optimizer.step(closure)
        """,
    "step missing, in a function": """
        def train(net, loader, opt):
            for x, y in loader:
                opt.zero_grad()
                loss = criterion(net(x), y)
                loss.backward()  # <- optimizer-step-missing

        train(model, train_loader, optimizer)
        """,
    "step named and not called": """
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()  # <- optimizer-step-missing
            optimizer.step
        """,
    "step in the branch that prints": """
        for i, (x, y) in enumerate(train_loader):
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            if i % 50 == 0:
                print(i, loss.item())
                optimizer.step()  # <- optimizer-step-missing
        """,
    "step in one branch only": """
        scaler = torch.amp.GradScaler("cuda")
        use_amp = input() == "amp"
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            if use_amp:
                scaler.scale(loss).backward()
                scaler.step(optimizer)
                scaler.update()
            else:
                loss.backward()  # <- optimizer-step-missing
        """,
    "step behind the loop": """
        for epoch in range(3):
            for x, y in train_loader:
                optimizer.zero_grad()
                loss = criterion(model(x), y)
                loss.backward()
            optimizer.step()  # <- optimizer-step-missing
        """,
    "steps by hand, and gradients that are only looked at": """
        net = Net()
        for x, y in train_loader:
            loss = criterion(net(x), y)
            loss.backward()
            with torch.no_grad():
                for p in net.parameters():
                    p -= 0.1 * p.grad
                    p.grad = None
        """,
    "a step that is skipped for bad numbers": """
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            if torch.isfinite(norm):
                optimizer.step()
        """,
    "a framework takes the optimizer": """
        from elsewhere import Engine
        engine = Engine(model, optimizer)
        for x, y in train_loader:
            engine.zero_grad()
            loss = criterion(engine(x), y)
            engine.backward(loss)
            engine.step()
        """,
    "the loss as a number": """
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y).item()  # <- loss-detached
            loss.backward()
            optimizer.step()
        """,
    "the loss wrapped anew": """
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss = torch.tensor(loss, requires_grad=True)  # <- loss-detached
            loss.backward()
            optimizer.step()
        """,
    "the features detached on the way": """
        class Cut(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(1, 8, 3)
                self.fc = nn.Linear(8 * 26 * 26, 10)

            def forward(self, x):
                x = F.relu(self.conv(x)).detach()  # <- loss-detached
                return self.fc(x.flatten(1))

        net = Cut()
        opt = torch.optim.Adam(net.parameters(), lr=1e-3)
        for x, y in train_loader:
            opt.zero_grad()
            F.cross_entropy(net(x), y).backward()
            opt.step()
        """,
    "the features detached on purpose": """
        body, head = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU()), nn.Linear(64, 10)
        opt = torch.optim.Adam(head.parameters(), lr=1e-3)
        for x, y in train_loader:
            features = body(x).detach()
            opt.zero_grad()
            F.cross_entropy(head(features), y).backward()
            opt.step()
        """,
    "a teacher without gradients, and logging": """
        teacher = copy.deepcopy(model).eval()
        losses = []
        for x, y in train_loader:
            soft = teacher(x).detach().softmax(1)
            optimizer.zero_grad()
            out = model(x)
            loss = criterion(out, y) + F.mse_loss(out.softmax(1), soft)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach().item())
            right = (out.detach().argmax(1) == y).sum().item()
        """,
    "a generator against a discriminator": """
        g, d = nn.Sequential(nn.Linear(16, 784), nn.Tanh()), nn.Sequential(nn.Linear(784, 1))
        opt_g, opt_d = optim.Adam(g.parameters(), lr=2e-4), optim.Adam(d.parameters(), lr=2e-4)
        bce = nn.BCEWithLogitsLoss()
        for x, _ in train_loader:
            fake = g(torch.randn(len(x), 16))
            d_loss = bce(d(x.flatten(1)), torch.ones(len(x), 1)) + bce(d(fake.detach()), torch.zeros(len(x), 1))
            opt_d.zero_grad()
            d_loss.backward()
            opt_d.step()
            g_loss = bce(d(fake), torch.ones(len(x), 1))
            opt_g.zero_grad()
            g_loss.backward()
            opt_g.step()
        """,
    "accumulated and not divided, in mixed precision": """
        scaler = torch.amp.GradScaler("cuda")
        accumulation = 8
        for step, (x, y) in enumerate(train_loader, start=1):
            with torch.autocast("cuda"):
                loss = criterion(model(x), y)
            scaler.scale(loss).backward()  # <- accumulation-unscaled
            if step % accumulation == 0 or step == len(train_loader):
                scaler.step(optimizer)
                scaler.update()
                optimizer.zero_grad(set_to_none=True)
        """,
    "accumulated and not divided, negated test": """
        def fit(net, loader, opt, every=4):
            for i, (x, y) in enumerate(loader):
                loss = F.cross_entropy(net(x), y)
                loss.backward()  # <- accumulation-unscaled
                if not (i + 1) % every:
                    opt.step()
                    opt.zero_grad()

        fit(model, train_loader, optimizer)
        """,
    "accumulated and divided": """
        for i, (x, y) in enumerate(train_loader):
            loss = criterion(model(x), y)
            loss = loss / 4
            loss.backward()
            if (i + 1) % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
        for i, (x, y) in enumerate(train_loader):
            loss = criterion(model(x), y) * 0.25
            loss.backward()
            if (i + 1) % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
        """,
    "accumulated as a sum, the gradients divided": """
        summed = nn.CrossEntropyLoss(reduction="sum")
        for i, (x, y) in enumerate(train_loader):
            summed(model(x), y).backward()
            if (i + 1) % 4 == 0:
                for p in model.parameters():
                    p.grad /= 256
                optimizer.step()
                optimizer.zero_grad()
        """,
    "the graph kept in a sum": """
        for epoch in range(3):
            running = 0.0
            for x, y in train_loader:
                optimizer.zero_grad()
                loss = criterion(model(x), y)
                loss.backward()
                optimizer.step()
                running = running + loss  # <- loss-graph-accumulated
        """,
    "the graph kept in an attribute and in a list": """
        class Trainer:
            def __init__(self):
                self.total = 0.0
                self.losses = []

            def fit(self):
                for x, y in train_loader:
                    optimizer.zero_grad()
                    loss = criterion(model(x), y)
                    loss.backward()
                    optimizer.step()
                    self.total += loss * len(x)  # <- loss-graph-accumulated
                    self.losses.append(loss)  # <- loss-graph-accumulated

        Trainer().fit()
        """,
    "the graph kept by a meter": """
        class Meter:
            def __init__(self):
                self.sum = 0

            def update(self, value, n):
                self.sum += value * n

        meter = Meter()
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            meter.update(loss, len(x))  # <- loss-graph-accumulated
        """,
    "sums without a graph": """
        total, seen, kept = 0.0, 0, []
        for x, y in train_loader:
            optimizer.zero_grad()
            out = model(x)
            loss = criterion(out, y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            total += float(loss)
            total += loss.detach()
            total += loss.data
            seen += (out.argmax(1) == y).sum()
            kept.append(loss.detach().cpu())
        model.eval()
        with torch.no_grad():
            test = 0
            for x, y in test_loader:
                test += criterion(model(x), y)
        """,
    "terms of one loss added up": """
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = 0
            for part in (x, x.flip(3)):
                loss += criterion(model(part), y)
            loss = loss + 1e-4 * sum(p.pow(2).sum() for p in model.parameters())
            loss.backward()
            optimizer.step()
        """,
    "a sum of tasks that is stepped at the end": """
        for epoch in range(3):
            losses = []
            for x, y in train_loader:
                losses.append(criterion(model(x), y))
            optimizer.zero_grad()
            torch.stack(losses).mean().backward()
            optimizer.step()
        """,
}


@pytest.mark.parametrize("name", CASES)
def test_steps(name: str) -> None:
    wanted, found = expected_and_found(script(CASES[name]), SLUGS)
    assert found == wanted
