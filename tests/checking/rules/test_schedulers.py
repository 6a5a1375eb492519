"""When schedulers step, in the idioms that people write."""

import pytest

from tests.checking.rules.marks import expected_and_found
from tests.checking.rules.training import script

SLUGS = [
    "scheduler-never-stepped", "scheduler-wrong-cadence", "scheduler-before-optimizer", "scheduler-missing-metric",
]  # fmt: skip

_EPOCH = """
for epoch in range(20):
    {before}
    for i, (x, y) in enumerate(train_loader):
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        {ahead}
        optimizer.step()
        {batch}
    {after}
"""


def loop(before: str = "pass", ahead: str = "pass", batch: str = "pass", after: str = "pass") -> str:
    """Epochs with something at each place where a scheduler may step."""
    return _EPOCH.format(before=before, ahead=ahead, batch=batch, after=after)


STEP = "sched.step()"
WRONG = "sched.step()  # <- scheduler-wrong-cadence"
CASES: dict[str, str | tuple[str, ...]] = {
    "never stepped": ("sched = StepLR(optimizer, 5)  # <- scheduler-never-stepped", loop()),
    "never stepped, named only": ("sched = StepLR(optimizer, 5)", loop(after="sched.step")),
    "never stepped, one of two": (
        "a = LinearLR(optimizer)\nb = ExponentialLR(optimizer, 0.9)  # <- scheduler-never-stepped",
        loop(after="a.step()"),
    ),
    "never stepped, in a class": """
        class Trainer:
            def __init__(self, net):
                self.net = net
                self.opt = optim.Adam(net.parameters(), lr=1e-3)
                self.sched = CosineAnnealingLR(self.opt, T_max=10)  # <- scheduler-never-stepped

            def fit(self):
                for x, y in train_loader:
                    self.opt.zero_grad()
                    criterion(self.net(x), y).backward()
                    self.opt.step()

        Trainer(model).fit()
        """,
    "stepped through others": (
        "warm = LinearLR(optimizer)\nrest = CosineAnnealingLR(optimizer, T_max=20)\n"
        "sched = SequentialLR(optimizer, [warm, rest], milestones=[5])", loop(after=STEP),
    ),
    "stepped by a framework": """
        import lightning as L

        class Lit(L.LightningModule):
            def __init__(self):
                super().__init__()
                self.net = Net()

            def training_step(self, batch, index):
                x, y = batch
                return F.cross_entropy(self.net(x), y)

            def configure_optimizers(self):
                opt = torch.optim.Adam(self.parameters(), lr=1e-3)
                sched = torch.optim.lr_scheduler.StepLR(opt, step_size=5)
                return [opt], [sched]
        """,
    "given to another package": (
        "from elsewhere import Trainer\nsched = StepLR(optimizer, 5)\n"
        "trainer = Trainer(model, optimizer, scheduler=sched)", loop(),
    ),
    "chosen by a branch": (
        "if input():\n    sched = StepLR(optimizer, 5)\nelse:\n    sched = ExponentialLR(optimizer, 0.9)",
        loop(after=STEP),
    ),
    "stepped in a list": (
        "every = [StepLR(optimizer, 5), ExponentialLR(optimizer, 0.9)]", loop(after="for one in every: one.step()"),
    ),
    "epochs: step": ("sched = StepLR(optimizer, step_size=7, gamma=0.1)", loop(batch=WRONG)),
    "epochs: milestones": ("sched = MultiStepLR(optimizer, [10, 15])", loop(batch=WRONG)),
    "epochs: exponential": ("sched = ExponentialLR(optimizer, gamma=0.95)", loop(batch=WRONG)),
    "epochs: cosine": ("sched = CosineAnnealingLR(optimizer, T_max=20)", loop(batch=WRONG)),
    "epochs: plateau": (
        "sched = ReduceLROnPlateau(optimizer)", loop(batch="sched.step(0.5)  # <- scheduler-wrong-cadence"),
    ),
    "epochs: in a function": """
        def train(net, loader, opt, sched):
            for x, y in tqdm(loader):
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()
                sched.step()  # <- scheduler-wrong-cadence

        sched = StepLR(optimizer, 5)
        for epoch in range(20):
            train(model, train_loader, optimizer, sched)
        """,
    "batches: one cycle": (
        "sched = OneCycleLR(optimizer, max_lr=0.1, steps_per_epoch=len(train_loader), epochs=20)", loop(after=WRONG),
    ),
    "batches: one cycle by its sum": (
        "sched = OneCycleLR(optimizer, 0.1, total_steps=20 * len(train_loader))", loop(after=WRONG),
    ),
    "batches: cyclic": ("sched = CyclicLR(optimizer, 1e-3, 0.1)", loop(after=WRONG)),
    "batches: cosine": ("sched = CosineAnnealingLR(optimizer, 20 * len(train_loader))", loop(after=WRONG)),
    "right: epochs": ("sched = CosineAnnealingLR(optimizer, T_max=20)", loop(after=STEP)),
    "right: batches": (
        "sched = OneCycleLR(optimizer, max_lr=0.1, steps_per_epoch=len(train_loader), epochs=20)", loop(batch=STEP),
    ),
    "right: one cycle of epochs": ("sched = OneCycleLR(optimizer, max_lr=0.1, total_steps=20)", loop(after=STEP)),
    "right: cosine in batches": ("sched = CosineAnnealingLR(optimizer, 20 * len(train_loader))", loop(batch=STEP)),
    "right: steps in batches": ("sched = StepLR(optimizer, step_size=5 * len(train_loader))", loop(batch=STEP)),
    "right: a slow decay by batch": ("sched = ExponentialLR(optimizer, gamma=0.9999)", loop(batch=STEP)),
    "right: milestones in batches": ("sched = MultiStepLR(optimizer, [8000, 12000])", loop(batch=STEP)),
    "right: in the last batch only": (
        "sched = StepLR(optimizer, 5)",
        loop(batch="if i == len(train_loader) - 1:\n            sched.step()"),
    ),
    "right: restarts with a fraction": (
        "sched = CosineAnnealingWarmRestarts(optimizer, T_0=5)",
        loop(batch="sched.step(epoch + i / len(train_loader))"),
    ),
    "right: the whole set as one batch": """
        x, y = next(iter(DataLoader(train_set, batch_size=60000)))
        sched = StepLR(optimizer, 30)
        for epoch in range(100):
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
            sched.step()
        """,
    "right: where an epoch ends in a stream of batches": """
        sched = StepLR(optimizer, 5)
        stream = iter(train_loader)
        for step in range(5000):
            try:
                x, y = next(stream)
            except StopIteration:
                stream = iter(train_loader)
                sched.step()
                x, y = next(stream)
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
        """,
    "before, at the head of the epoch": (
        "sched = StepLR(optimizer, 5)", loop(before="sched.step()  # <- scheduler-before-optimizer"),
    ),
    "before, in the batch": (
        "sched = OneCycleLR(optimizer, 0.1, epochs=20, steps_per_epoch=len(train_loader))",
        loop(ahead="sched.step()  # <- scheduler-before-optimizer"),
    ),
    "not before: from the second epoch on": (
        "sched = StepLR(optimizer, 5)", loop(before="if epoch > 0:\n        sched.step()"),
    ),
    "not before: caught up after a restart": (
        "sched = StepLR(optimizer, 5)\nfor _ in range(3):\n    sched.step()", loop(after=STEP),
    ),
    "no metric": (
        "sched = ReduceLROnPlateau(optimizer, 'min')", loop(after="sched.step()  # <- scheduler-missing-metric"),
    ),
    "metric by name": ("sched = ReduceLROnPlateau(optimizer)", loop(after="sched.step(metrics=0.1)")),
    "metric for the one kind, none for the other": (
        "sched = ReduceLROnPlateau(optimizer) if input() else StepLR(optimizer, 5)",
        loop(
            after="if isinstance(sched, ReduceLROnPlateau):\n        sched.step(0.5)\n    else:\n        sched.step()",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_schedulers(name: str) -> None:
    parts = CASES[name]
    wanted, found = expected_and_found(
        script(parts if isinstance(parts, str) else tuple(f"{p}\n" for p in parts)), SLUGS
    )
    assert found == wanted
