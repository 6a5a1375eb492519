from tests.checking.probe.conftest import Observe, confirmed, refuted
from tests.checking.probe.scripts import CLEAN, HEAD, LOADERS, MAKING, NETWORK, RUNNING, TESTING, TRAINING, line_of


def test_a_clean_script_has_no_mistake_to_be_seen(watch: Observe) -> None:
    observation = watch(CLEAN)
    assert observation.finished
    assert observation.crash is None
    assert confirmed(observation) == {}
    assert {
        "eval-mode-missing",
        "grad-in-evaluation",
        "train-mode-not-restored",
        "zero-grad-missing",
        "scheduler-never-stepped",
        "scheduler-wrong-cadence",
        "train-not-shuffled",
        "train-validation-overlap",
        "softmax-before-cross-entropy",
        "accuracy-wrong-dim",
        "accuracy-wrong-denominator",
    } <= refuted(observation)


def test_loops_are_cut_and_the_last_batch_is_given(watch: Observe) -> None:
    observation = watch(CLEAN)
    epochs = [cut for cut in observation.cut if cut.kind == "epochs"]
    assert [(cut.place.line, cut.asked, cut.given) for cut in epochs] == [(line_of(CLEAN, "range(7)"), 7, 2)]
    assert [seen.sizes for seen in observation.passes] == [[32, 32, 2], [32, 32, 6]] * 2
    assert len(observation.steps) == 6
    assert "right: " in observation.output


def test_every_batch_is_counted_anew(watch: Observe) -> None:
    observation = watch(CLEAN)
    printed = [int(line.split()[1]) for line in observation.output.splitlines() if line.startswith("right:")]
    own = [sum(f.correct or 0 for f in seen.forwards) for seen in observation.passes[1::2]]
    assert printed == own
    assert [d.denominator for d in observation.divisions] in ([70.0, 70.0], [])


FORGETFUL = (
    HEAD
    + LOADERS.replace(", shuffle=True", "")
    + NETWORK
    + MAKING
    + TRAINING.replace("        optimizer.zero_grad()\n", "").replace("    scheduler.step()\n", "")
    + TESTING.replace("@torch.no_grad()\n", "").replace("    net.eval()\n", "")
    + RUNNING
)


def test_what_is_left_out_is_seen_to_be_missing(watch: Observe) -> None:
    seen = confirmed(watch(FORGETFUL))
    assert {rule: found.line for rule, found in seen.items()} == {
        "train-not-shuffled": line_of(FORGETFUL, "train_loader ="),
        "zero-grad-missing": line_of(FORGETFUL, "loss.backward()"),
        "scheduler-never-stepped": line_of(FORGETFUL, "scheduler ="),
        "eval-mode-missing": line_of(FORGETFUL, "def test"),
        "grad-in-evaluation": line_of(FORGETFUL, "def test"),
    }
    assert seen["eval-mode-missing"].sentence == "in 3 of 3 test batches dropout was active"
    assert seen["train-not-shuffled"].sentence.startswith("the first 2 batches were items 0 to 63 in file order")
    assert seen["zero-grad-missing"].sentence == "5 of 6 steps applied gradients that had been applied already"


WRONG = (
    HEAD
    + LOADERS.replace("test_set, ", "train_set, ")
    + NETWORK.replace("self.fc(", "torch.softmax(self.fc(").replace("(x, 1)))\n", "(x, 1))), dim=1)\n")
    + MAKING.replace("step_size=2", "step_size=3").replace("1e-3", "0.5")
    + TRAINING.replace("    scheduler.step()", "        scheduler.step()").replace("    net.train()\n", "")
    + TESTING.replace("correct / total", "correct / len(test_loader)")
    + RUNNING
)


def test_what_is_wrong_is_seen(watch: Observe) -> None:
    seen = confirmed(watch(WRONG))
    assert {rule: found.line for rule, found in seen.items()} == {
        "test-uses-train-data": line_of(WRONG, "test_loader ="),
        "softmax-before-cross-entropy": line_of(WRONG, "torch.softmax"),
        "learning-rate-extreme": line_of(WRONG, "optimizer ="),
        "scheduler-wrong-cadence": line_of(WRONG, "scheduler.step()"),
        "train-mode-not-restored": line_of(WRONG, "def train"),
        "accuracy-wrong-denominator": line_of(WRONG, "correct / len"),
    }


NEIGHBOUR = "from torch import nn\n" + NETWORK.replace("F.", "nn.functional.").replace(
    "torch.flatten(x, 1)", "x.flatten(1)"
)
USING_IT = HEAD + "from model import Net\n" + LOADERS + MAKING + TRAINING + RUNNING.replace("    test()\n", "")


def test_a_neighbour_is_read_where_it_lies(watch: Observe) -> None:
    observation = watch(USING_IT, model=NEIGHBOUR)
    assert observation.finished, observation.output
    assert observation.models[0].name == "Net"


OWN_LAYERS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = [nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)]
        self.spare = nn.Linear(3, 3)
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        x = F.dropout(x, 0.2)
        return self.fc(x.mean((2, 3)))

"""
ODD = HEAD + LOADERS + OWN_LAYERS + MAKING + TRAINING + TESTING + RUNNING


def test_layers_are_seen_as_they_ran(watch: Observe) -> None:
    seen = confirmed(watch(ODD))
    assert {rule: found.line for rule, found in seen.items()} == {
        "layers-not-registered": line_of(ODD, "self.convs ="),
        "layer-unused": line_of(ODD, "self.spare"),
        "functional-dropout-always-on": line_of(ODD, "F.dropout"),
    }
