"""Training and evaluation mode, and gradients while scoring, in the idioms that people write."""

import pytest

from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.training import EPOCHS, script

SLUGS = ["eval-mode-missing", "train-mode-not-restored", "train-mode-in-evaluation", "grad-in-evaluation"]

CASES: dict[str, str | tuple[str, ...]] = {
    "eval missing in a function called from a loop": """
        def evaluate(net, loader):  # <- eval-mode-missing
            right = 0
            with torch.no_grad():
                for x, y in loader:
                    right += (net(x).argmax(1) == y).sum().item()
            return right

        for epoch in range(3):
            model.train()
            for x, y in train_loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            print(evaluate(model, test_loader))
        """,
    "eval missing for a loss only": (
        EPOCHS,
        """
        with torch.inference_mode():
            for x, y in tqdm(test_loader):  # <- eval-mode-missing
                total = criterion(model(x), y).item()
        """,
    ),
    "eval missing, unknown network: warning": """
        from elsewhere import build
        network = build(10)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        network.train()
        for x, y in train_loader:
            optimizer.zero_grad()
            criterion(network(x), y).backward()
            optimizer.step()
        with torch.no_grad():
            for x, y in test_loader:  # <- eval-mode-missing/warning
                right = (network(x).argmax(1) == y).sum().item()
        """,
    "no dropout: info": """
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        right = 0
        with torch.no_grad():
            for x, y in test_loader:  # <- eval-mode-missing/info
                right += (model(x).argmax(1) == y).sum().item()
        """,
    "eval by train(False), by keyword, by the caller, by the trainer": """
        model.train(False)
        with torch.no_grad():
            for x, y in test_loader:
                right = (model(x).argmax(1) == y).sum().item()
        model.train(mode=False)
        with torch.no_grad():
            for x, y in test_loader:
                right = (model(x).argmax(1) == y).sum().item()

        @torch.no_grad()
        def score(net):
            for x, y in test_loader:
                right = (net(x).argmax(1) == y).sum().item()

        model.eval()
        score(model)
        """,
    "one function for both, by a flag": """
        def run(net, loader, training):
            net.train(training)
            for x, y in loader:
                with torch.set_grad_enabled(training):
                    loss = criterion(net(x), y)
                if training:
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()

        for epoch in range(3):
            run(model, train_loader, True)
            run(model, test_loader, False)
        """,
    "one function for both, by the optimizer": """
        def run(net, loader, opt=None):
            if opt is None:
                net.eval()
            else:
                net.train()
            with torch.no_grad() if opt is None else nullcontext():
                for x, y in loader:
                    loss = criterion(net(x), y)
                    if opt is not None:
                        opt.zero_grad()
                        loss.backward()
                        opt.step()

        for epoch in range(3):
            run(model, train_loader, optimizer)
            run(model, test_loader)
        """,
    "the training accuracy kept while training": """
        for epoch in range(3):
            model.train()
            right = 0
            for x, y in train_loader:
                optimizer.zero_grad()
                out = model(x)
                criterion(out, y).backward()
                optimizer.step()
                right += (out.argmax(1) == y).sum().item()
        """,
    "Monte-Carlo dropout that says so": """
        def predict_mc_dropout(net, loader, samples=20):
            net.train()
            with torch.no_grad():
                for x, y in loader:
                    mean = torch.stack([net(x).softmax(1) for _ in range(samples)]).mean(0)
                    right = (mean.argmax(1) == y).sum().item()

        predict_mc_dropout(model, test_loader)
        """,
    "not restored in a trainer": """
        class Trainer:
            def __init__(self, net, opt):
                self.net, self.opt = net, opt

            def fit(self, epochs):
                self.net.train()
                for epoch in range(epochs):
                    for x, y in train_loader:  # <- train-mode-not-restored
                        self.opt.zero_grad()
                        criterion(self.net(x), y).backward()
                        self.opt.step()
                    self.score()

            @torch.no_grad()
            def score(self):
                self.net.eval()
                right = sum((self.net(x).argmax(1) == y).sum().item() for x, y in test_loader)
                print(right)

        Trainer(model, optimizer).fit(10)
        """,
    "not restored after an evaluation now and then": """
        model.train()
        for epoch in range(10):
            for x, y in train_loader:  # <- train-mode-not-restored
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            if epoch % 2 == 0:
                model.eval()
                with torch.no_grad():
                    for x, y in test_loader:
                        right = (model(x).argmax(1) == y).sum().item()
        """,
    "restored at the end of the evaluation": """
        def evaluate(net):
            was = net.training
            net.eval()
            with torch.no_grad():
                for x, y in test_loader:
                    right = (net(x).argmax(1) == y).sum().item()
            net.train(was)

        for epoch in range(10):
            for x, y in train_loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            evaluate(model)
        """,
    "restored in the branch that evaluates": """
        for epoch in range(10):
            for i, (x, y) in enumerate(train_loader):
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
                if i % 100 == 0:
                    model.eval()
                    with torch.no_grad():
                        for a, b in test_loader:
                            right = (model(a).argmax(1) == b).sum().item()
                    model.train()
        """,
    "evaluation after all training": (
        EPOCHS,
        """
        model.eval()
        with torch.no_grad():
            for x, y in test_loader:
                right = (model(x).argmax(1) == y).sum().item()
        """,
    ),
    "a frozen teacher stays in evaluation mode": """
        teacher = Net()
        teacher.load_state_dict(torch.load("teacher.pt"))
        teacher.eval()
        for epoch in range(10):
            model.train()
            for x, y in train_loader:
                with torch.no_grad():
                    soft = teacher(x).softmax(1)
                optimizer.zero_grad()
                loss = F.kl_div(model(x).log_softmax(1), soft, reduction="batchmean")
                loss.backward()
                optimizer.step()
        """,
    "a fresh network for each seed": """
        for seed in range(3):
            torch.manual_seed(seed)
            net = Net()
            opt = torch.optim.SGD(net.parameters(), lr=0.1)
            for x, y in train_loader:
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()
            net.eval()
            with torch.no_grad():
                for x, y in test_loader:
                    right = (net(x).argmax(1) == y).sum().item()
        """,
    "train() in the evaluation, with an argument": """
        for epoch in range(3):
            model.train()
            for x, y in train_loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            model.train(True)  # <- train-mode-in-evaluation
            with torch.no_grad():
                for x, y in test_loader:
                    right = (model(x).argmax(1) == y).sum().item()
        """,
    "training mode on demand, to see the difference": """
        @torch.no_grad()
        def test(net, train):
            if train == True:
                net.train()
            if train == False:
                net.eval()
            for x, y in test_loader:
                right = (net(x).argmax(1) == y).sum().item()

        test(model, train=False)
        test(model, train=True)
        """,
    "train() inside the loop of the evaluation": """
        with torch.no_grad():
            for x, y in test_loader:
                model.train()  # <- train-mode-in-evaluation
                right = (model(x).argmax(1) == y).sum().item()
        """,
    "gradients while scoring": """
        model.eval()
        for x, y in test_loader:  # <- grad-in-evaluation/warning
            right = (model(x).argmax(1) == y).sum().item()
        """,
    "gradients in a method": """
        class Scorer:
            def __init__(self, net):
                self.net = net

            def score(self, loader):  # <- grad-in-evaluation/warning
                self.net.eval()
                right = 0
                for x, y in loader:
                    right += (self.net(x).argmax(1) == y).sum().item()
                return right

        Scorer(model).score(test_loader)
        """,
    "no gradients: decorators and statements": """
        @torch.inference_mode()
        def one(net):
            net.eval()
            for x, y in test_loader:
                right = (net(x).argmax(1) == y).sum().item()

        @torch.no_grad()
        def two(net):
            net.eval()
            for x, y in test_loader:
                right = (net(x).argmax(1) == y).sum().item()

        one(model)
        two(model)
        torch.set_grad_enabled(False)
        for x, y in test_loader:
            right = (model(x).argmax(1) == y).sum().item()
        """,
    "an attack needs gradients": """
        model.eval()
        for x, y in test_loader:
            x.requires_grad_()
            loss = criterion(model(x), y)
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                right = (model(x + 0.1 * x.grad.sign()).argmax(1) == y).sum().item()
        """,
    "Lightning switches modes and gradients itself": """
        import lightning as L

        class Lit(L.LightningModule):
            def __init__(self):
                super().__init__()
                self.net = Net()

            def training_step(self, batch, index):
                x, y = batch
                return F.cross_entropy(self.net(x), y)

            def validation_step(self, batch, index):
                x, y = batch
                logits = self.net(x)
                self.log("loss", F.cross_entropy(logits, y))
                self.log("right", (logits.argmax(1) == y).float().mean())
        """,
}


@pytest.mark.parametrize("name", CASES)
def test_modes(name: str) -> None:
    wanted, found = expected_and_found(script(CASES[name]), SLUGS)
    assert found == wanted
