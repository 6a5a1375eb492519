"""What Lightning, Ignite, Accelerate and Fabric do themselves is not missed."""

import pytest

from convlens.checking.checker import check_text
from convlens.checking.events import Backward, Event, Forward, SchedulerStep, Step, ZeroGrad
from tests.checking.pieces import DATA, HEAD, MODEL, facts

LIGHTNING = """
import IMPORT as L
class Lit(L.LightningModule):
    def __init__(self, lr=1e-3):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Dropout(0.5), nn.Linear(100, 10))
    def forward(self, x):
        return self.net(x)
    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.cross_entropy(self(x), y)
        return RETURNED
    def validation_step(self, batch, batch_idx):
        x, y = batch
        self.log("acc", (self(x).argmax(1) == y).float().mean())
    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
        return CONFIGURED
"""


def lightning(imported: str = "lightning", returned: str = "loss", configured: str = "[optimizer], [scheduler]") -> str:
    return LIGHTNING.replace("IMPORT", imported).replace("RETURNED", returned).replace("CONFIGURED", configured)


def names(events: list[Event]) -> list[str]:
    wanted = {ZeroGrad: "zero", Backward: "backward", Step: "step", SchedulerStep: "scheduler"}
    found = [wanted.get(type(event), "") for event in events]
    forwards = {event.index: f"forward {event.mode}" for event in events if isinstance(event, Forward)}
    return [
        forwards.get(event.index, name)
        for event, name in zip(events, found, strict=True)
        if name or event.index in forwards
    ]


FIT = "trainer = L.Trainer(max_epochs=3)\ntrainer.fit(Lit(), train_loader, test_loader)\n"


@pytest.mark.parametrize("imported", ["lightning", "pytorch_lightning", "lightning.pytorch"])
def test_lightning_trains_and_validates(imported: str) -> None:
    happened = names(facts(DATA, lightning(imported), FIT).events)
    batch = ["forward train", "zero", "backward", "step"]
    assert happened == [*batch, *batch, "forward eval", "forward eval", "scheduler"] * 2


def test_a_schedule_by_the_step() -> None:
    configured = "{'optimizer': optimizer, 'lr_scheduler': {'scheduler': scheduler, 'interval': 'step'}}"
    happened = names(facts(DATA, lightning(configured=configured), FIT).events)
    assert happened[:5] == ["forward train", "zero", "backward", "step", "scheduler"]


def test_the_loss_in_a_dictionary() -> None:
    found = facts(DATA, lightning(returned="{'loss': loss, 'n': len(y)}"), FIT)
    assert all(event.loss is not None for event in found.of(Backward))


def test_a_module_alone_is_walked_as_a_trainer_would() -> None:
    happened = names(facts(lightning()).events)
    assert happened[:4] == ["forward train", "zero", "backward", "step"]
    assert "forward eval" in happened


def test_a_data_module_gives_the_loaders() -> None:
    module = """
class Data(L.LightningDataModule):
    def setup(self, stage=None):
        self.train_set = datasets.MNIST(".", train=True, transform=transforms.ToTensor())
    def train_dataloader(self):
        return DataLoader(self.train_set, batch_size=32, shuffle=True)
"""
    found = facts(lightning(), module, "L.Trainer().fit(Lit(), datamodule=Data())\n")
    assert {event.loops[-1].loader for event in found.of(Step)} == {found.loaders[0]}


def test_manual_optimisation_is_left_to_the_module() -> None:
    manual = lightning().replace("self.net =", "self.automatic_optimization = False\n        self.net =")
    manual = manual.replace(
        "return loss",
        "opt = self.optimizers()\n        opt.zero_grad()\n        self.manual_backward(loss)\n        opt.step()",
    )
    happened = names(facts(DATA, manual, FIT).events)
    assert happened[:4] == ["forward train", "zero", "backward", "step"]
    assert happened.count("step") == 4


IGNITE = """
from ignite.engine import Events, Engine, create_supervised_evaluator, create_supervised_trainer
from ignite.metrics import Accuracy
trainer = create_supervised_trainer(model, optimizer, loss_fn)
evaluator = create_supervised_evaluator(model, metrics={"a": Accuracy()})
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
@trainer.on(Events.EPOCH_COMPLETED)
def validate(engine):
    evaluator.run(test_loader)
trainer.add_event_handler(Events.EPOCH_COMPLETED, lambda engine: scheduler.step())
trainer.run(train_loader, max_epochs=3)
"""


def test_ignite_trains_and_evaluates() -> None:
    happened = names(facts(DATA, MODEL, IGNITE).events)
    batch = ["zero", "forward train", "backward", "step"]
    assert happened == [*batch, *batch, "forward eval", "forward eval", "scheduler"] * 2


def test_an_engine_of_ones_own() -> None:
    step = """
from ignite.engine import Engine
def update(engine, batch):
    x, y = batch
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.step()
Engine(update).run(train_loader)
"""
    assert names(facts(DATA, MODEL, step).events)[:4] == ["zero", "forward train", "backward", "step"]


@pytest.mark.parametrize(
    "made", ["from accelerate import Accelerator\nt = Accelerator()", "import lightning as L\nt = L.Fabric()"]
)
def test_prepared_objects_stay_what_they_are(made: str) -> None:
    prepare = "prepare" if "Accelerator" in made else "setup"
    script = f"""
{made}
model, optimizer = t.{prepare}(model, optimizer)
for x, y in train_loader:
    optimizer.zero_grad()
    t.backward(loss_fn(model(x), y))
    optimizer.step()
"""
    assert names(facts(DATA, MODEL, script).events)[:4] == ["zero", "forward train", "backward", "step"]


@pytest.mark.parametrize("script", [DATA + lightning() + FIT, DATA + MODEL + IGNITE])
def test_correct_scripts_give_nothing(script: str) -> None:
    assert check_text(HEAD + script) == []
