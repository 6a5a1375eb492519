"""The stand-ins for training frameworks: loops, modes and steps as the frameworks make them."""

from tests.checking.probe.conftest import Observe, confirmed
from tests.checking.probe.scripts import HEAD, LOADERS, NETWORK, line_of

LIT = """
import lightning as L
import pytorch_lightning as pl
import torchmetrics
from lightning.pytorch.callbacks import EarlyStopping, LearningRateMonitor, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger

class Lit(L.LightningModule):
    def __init__(self, width=4, lr=0.01):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(144, width), nn.ReLU(), nn.Dropout(0.5), nn.Linear(width, 4))
        self.accuracy = torchmetrics.Accuracy(task="multiclass", num_classes=4)
        self.epochs = []

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch, batch_idx):
        assert self.net.training and torch.is_grad_enabled()
        loss = F.cross_entropy(self(batch[0]), batch[1])
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        assert not self.net.training and not torch.is_grad_enabled()
        logits = self(batch[0])
        self.accuracy(logits, batch[1])
        self.log_dict({"val_loss": F.cross_entropy(logits, batch[1]), "val_acc": self.accuracy})

    def test_step(self, batch, batch_idx):
        self.log("test_acc", (self(batch[0]).argmax(1) == batch[1]).float().mean())

    def on_train_epoch_end(self):
        self.epochs.append(self.current_epoch)

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=self.hparams.lr)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": plateau, "monitor": "val_loss"}}

"""
FITTED = """
checkpoint = ModelCheckpoint(monitor="val_loss")
callbacks = [checkpoint, EarlyStopping("val_loss"), LearningRateMonitor()]
trainer = L.Trainer(max_epochs=7, callbacks=callbacks, logger=CSVLogger("logs"), accumulate_grad_batches=2)
model = Lit(width=8)
trainer.fit(model, train_loader, test_loader)
assert model.epochs == [0, 1] and model.training
assert trainer.global_step == 4, trainer.global_step  # of three batches two steps
assert {"train_loss", "val_loss", "val_acc"} <= set(trainer.callback_metrics)
assert 0 <= trainer.callback_metrics["val_acc"] <= 1
(scores,) = trainer.test(model, test_loader, ckpt_path="best")
assert list(scores) == ["test_acc"]
assert Lit.load_from_checkpoint(checkpoint.best_model_path).hparams.width == 8
assert len(trainer.predict(model, test_loader)) == 3

class ByHand(Lit):
    automatic_optimization = False

    def training_step(self, batch, batch_idx):
        self.optimizers().zero_grad()
        self.manual_backward(F.cross_entropy(self(batch[0]), batch[1]))
        self.optimizers().step()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)

class Data(L.LightningDataModule):
    stages = []

    def setup(self, stage):
        self.stages.append(stage)

    def train_dataloader(self):
        return train_loader

    def val_dataloader(self):
        return test_loader

hand = ByHand()
trainer = pl.Trainer(max_epochs=1)
trainer.fit(hand, datamodule=Data())
trainer.validate(hand, datamodule=Data())
assert Data.stages == ["fit", "validate"] and trainer.global_step == 3
print("all well")
"""


def test_lightning(watch: Observe) -> None:
    observation = watch(HEAD + LOADERS + LIT + FITTED)
    assert observation.output.endswith("all well\n"), observation.output
    assert [len(seen.sizes) for seen in observation.passes[:4]] == [3, 3, 3, 3]
    assert all(seen.by_framework for seen in observation.passes)
    assert confirmed(observation) == {}


BY_STEP = (
    HEAD
    + LOADERS
    + LIT.replace("lr_scheduler.ReduceLROnPlateau(optimizer)", "lr_scheduler.StepLR(optimizer, 2)")
    .replace('"monitor": "val_loss"', '"interval": "step"')
    .replace("self(batch[0]), batch[1])\n        self.log", "self(batch[0]).softmax(1), batch[1])\n        self.log")
    + "L.Trainer(max_epochs=5).fit(Lit(), train_loader)\n"
)  # fmt: skip


def test_mistakes_within_a_framework(watch: Observe) -> None:
    seen = confirmed(watch(BY_STEP))
    assert {rule: found.line for rule, found in seen.items()} == {
        "scheduler-wrong-cadence": line_of(BY_STEP, "StepLR"),
        "softmax-before-cross-entropy": line_of(BY_STEP, ".softmax(1)"),
    }


IGNITE = """
import ignite.distributed as idist
from ignite.contrib.handlers import ProgressBar
from ignite.engine import Engine, Events, create_supervised_evaluator, create_supervised_trainer
from ignite.handlers import EarlyStopping, ModelCheckpoint, TerminateOnNan, global_step_from_engine
from ignite.metrics import Accuracy, ConfusionMatrix, Loss, Precision, RunningAverage

model = idist.auto_model(Net())
optimizer = torch.optim.Adam(model.parameters())
trainer = create_supervised_trainer(model, optimizer, F.cross_entropy)
metrics = {"accuracy": Accuracy(), "loss": Loss(F.cross_entropy), "precision": Precision(average=True)}
evaluator = create_supervised_evaluator(model, metrics | {"table": ConfusionMatrix(4)})
RunningAverage(output_transform=lambda loss: loss).attach(trainer, "running")
ProgressBar().attach(trainer)
trainer.add_event_handler(Events.ITERATION_COMPLETED, TerminateOnNan())
told = []

@trainer.on(Events.EPOCH_COMPLETED)
def validate(engine):
    assert model.training
    evaluator.run(test_loader)
    assert not model.training and 0 <= evaluator.state.metrics["accuracy"] <= 1
    assert int(evaluator.state.metrics["table"].sum()) == 70
    told.append((engine.state.epoch, evaluator.state.metrics["loss"]))

@trainer.on(Events.ITERATION_COMPLETED(every=2) | Events.COMPLETED)
def now_and_then():
    told.append("now")

saver = ModelCheckpoint("saved", "net", score_function=lambda engine: engine.state.metrics["accuracy"])
evaluator.add_event_handler(Events.COMPLETED, saver, {"model": model})
evaluator.add_event_handler(Events.COMPLETED, EarlyStopping(3, lambda engine: engine.state.epoch, trainer))
state = trainer.run(train_loader, max_epochs=9)
assert (state.epoch, state.iteration) == (2, 6) and state.metrics["running"] > 0
assert [one if one == "now" else one[0] for one in told] == ["now", 1, "now", "now", 2, "now"], told

class Counting:
    def __call__(self, engine, batch):
        return len(batch[1])

counted = Engine(Counting())
counted.add_event_handler(Events.ITERATION_COMPLETED, lambda engine, more: told.append(more), "more")
counted.run(test_loader)
assert told[-3:] == ["more"] * 3
print("all well")
"""


def test_ignite(watch: Observe) -> None:
    observation = watch(HEAD + LOADERS + NETWORK + IGNITE)
    assert observation.output.endswith("all well\n"), observation.output
    assert confirmed(observation) == {}


ACCELERATE = """
from accelerate import Accelerator
from accelerate.logging import get_logger
from accelerate.utils import set_seed

set_seed(3)
accelerator = Accelerator(gradient_accumulation_steps=2)
net = Net()
made = torch.optim.SGD(net.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(made, step_size=4)
net, made, train_loader, schedule = accelerator.prepare(net, made, train_loader, schedule)
changes = []
for epoch in range(4):
    net.train()
    for x, y in train_loader:
        with accelerator.accumulate(net):
            before = net.fc.weight.detach().clone()
            accelerator.backward(F.cross_entropy(net(x), y))
            accelerator.clip_grad_norm_(net.parameters(), 1.0)
            made.step()
            schedule.step()
            made.zero_grad()
            changes.append(not torch.equal(before, net.fc.weight))
assert changes == [False, True] * 3, changes
accelerator.wait_for_everyone()
get_logger("x").info("done")
print("all well")
"""


def test_accelerate(watch: Observe) -> None:
    observation = watch(HEAD + LOADERS + NETWORK + ACCELERATE)
    assert observation.output.endswith("all well\n"), observation.output
    assert len(observation.steps) == 3
    assert "accumulation-unscaled" not in confirmed(observation)
