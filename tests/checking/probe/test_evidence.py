"""What only a run shows: values from files, hooks, data that changes, schedules in a whole training."""

from tests.checking.probe.conftest import Observe, confirmed, refuted
from tests.checking.probe.scripts import CLEAN, HEAD, LOADERS, MAKING, NETWORK, RUNNING, TESTING, TRAINING, line_of

GATHERED = CLEAN.replace(
    "    for x, y in train_loader:\n        optimizer.zero_grad()\n", "    for i, (x, y) in enumerate(train_loader):\n"
).replace(
    "        optimizer.step()\n",
    "        if i % 4 == 3:\n            optimizer.step()\n            optimizer.zero_grad()\n",
)


def test_gradients_are_gathered_until_a_step_is_made(watch: Observe) -> None:
    observation = watch(GATHERED)
    assert [step.backwards for step in observation.steps] == [4, 5]
    seen = confirmed(observation)
    assert list(seen) == ["accumulation-unscaled"]
    assert seen["accumulation-unscaled"].line == line_of(GATHERED, "loss.backward()")


def test_a_loss_that_is_divided_is_scaled(watch: Observe) -> None:
    observation = watch(GATHERED.replace("F.cross_entropy(net(x), y)", "F.cross_entropy(net(x), y) / 4"))
    assert confirmed(observation) == {}
    assert "accumulation-unscaled" in refuted(observation)


HOOKED = (
    HEAD
    + LOADERS
    + NETWORK.replace("F.relu(self.conv(x))", "self.conv(x)").replace("F.max_pool2d", "F.avg_pool2d")
    + MAKING.replace("net = Net()\n", "net = Net()\nnet.fc.register_forward_hook(lambda layer, x, y: y.softmax(1))\n")
    + TRAINING
    + RUNNING.replace("    test()\n", "")
)


def test_what_hooks_and_layers_do_is_seen_where_they_stand(watch: Observe) -> None:
    seen = confirmed(watch(HOOKED))
    assert {rule: found.line for rule, found in seen.items()} == {
        "softmax-before-cross-entropy": line_of(HOOKED, "register_forward_hook"),
        "activation-missing": line_of(HOOKED, "self.fc = "),
    }


def test_an_activation_may_come_from_a_hook(watch: Observe) -> None:
    observation = watch(HOOKED.replace("net.fc.", "net.conv.").replace("y.softmax(1)", "y.relu()"))
    assert confirmed(observation) == {}
    assert "activation-missing" in refuted(observation)


CHANGING = """
import numpy as np

class Pictures(torch.utils.data.Dataset):
    def __len__(self):
        return len(images)

    def __getitem__(self, index):
        picture = images[index]
        picture /= 255
        return picture, labels[index]

train_loader = DataLoader(Pictures(), batch_size=32, shuffle=True)
"""
DECAYED = (
    HEAD
    + LOADERS
    + CHANGING
    + NETWORK
    + MAKING.replace("StepLR(optimizer, step_size=2)", "LambdaLR(optimizer, lambda epoch: 1 - epoch / 4)")
    + TRAINING
    + """
@torch.no_grad()
def test():
    net.eval()
    shares = []
    for x, y in test_loader:
        shares.append((net(x).argmax(dim=1) == y).float().mean().item())
    return np.mean(shares)

"""
    + RUNNING
)


def test_data_that_changes_and_rates_that_fall_too_far(watch: Observe) -> None:
    seen = confirmed(watch(DECAYED))
    assert {rule: found.line for rule, found in seen.items()} == {
        "pixels-not-scaled": line_of(DECAYED, "def __getitem__"),
        "learning-rate-extreme": line_of(DECAYED, "LambdaLR"),
        "mean-of-batch-means": line_of(DECAYED, "np.mean"),
    }
    assert "after 5 of the 7 steps" in seen["learning-rate-extreme"].sentence


SHORT = CLEAN.replace("StepLR(optimizer, step_size=2)", "OneCycleLR(optimizer, max_lr=0.01, total_steps=20)").replace(
    "    scheduler.step()", "        scheduler.step()"
)


def test_a_schedule_that_is_too_short_for_the_whole_training(watch: Observe) -> None:
    seen = confirmed(watch(SHORT))
    assert {rule: found.line for rule, found in seen.items()} == {
        "scheduler-wrong-cadence": line_of(SHORT, "scheduler.step()")
    }
    assert "steps it 35 times, and it refuses to go on after 20" in seen["scheduler-wrong-cadence"].sentence


CHOSEN = (
    HEAD
    + """
import copy
from torchvision.datasets import KMNIST
from torchvision.transforms import ToTensor

train_set = KMNIST("data", train=True, transform=ToTensor())
test_set = KMNIST("data", train=False, transform=ToTensor())
train_set.targets = train_set.targets[torch.randperm(len(train_set))]
"""
    + LOADERS
    + NETWORK.replace("4 * 6 * 6, 4", "4 * 14 * 14, 10")
    + MAKING
    + TRAINING
    + TESTING
    + """
best, state = -1.0, None
for epoch in range(7):
    train()
    accuracy = test()
    if accuracy > best:
        best, state = accuracy, copy.deepcopy(net.state_dict())
net.load_state_dict(state)
test()
"""
)


def test_labels_of_other_pictures_and_a_test_score_that_chooses(watch: Observe) -> None:
    seen = confirmed(watch(CHOSEN))
    assert {rule: found.line for rule, found in seen.items()} == {
        "images-labels-desynchronised": line_of(CHOSEN, "F.cross_entropy"),
        "test-set-selects-model": line_of(CHOSEN, "copy.deepcopy"),
    }


REORDERED = CHOSEN.replace("[torch.randperm(len(train_set))]", "[:]").replace(", shuffle=True", "").replace(
    "    train()\n", "    order = torch.randperm(len(train_set))\n    train_set.data = train_set.data[order]\n"
    "    train_set.targets = train_set.targets[order]\n    train()\n"
).replace("if accuracy > best", "if epoch % 2")  # fmt: skip


def test_data_in_another_order_is_shuffled(watch: Observe) -> None:
    observation = watch(REORDERED)
    assert confirmed(observation) == {}
    assert {"train-not-shuffled", "images-labels-desynchronised"} <= refuted(observation)


SLICED = (
    HEAD.replace("torch.rand(200, 1, 12, 12)", "255 * torch.rand(200, 1, 12, 12)")
    + NETWORK
    + MAKING
    + """
for epoch in range(7):
    order = torch.randperm(130)
    for start in range(0, 130, 32):
        chosen = order[start:start + 32]
        loss = F.cross_entropy(net(images[chosen]), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()

    right = 0
    for start in range(130, 200, 32):
        right += (net(images[start:start + 32]).argmax(1) == labels[start:start + 32]).sum().item()
    print(right / 70)
"""
)


def test_batches_need_no_loader(watch: Observe) -> None:
    observation = watch(SLICED)
    assert [(len(seen.forwards), seen.steps) for seen in observation.loose_passes] == [(3, 3), (3, 0)] * 2
    seen = confirmed(observation)
    assert {rule: found.line for rule, found in seen.items()} == {
        "eval-mode-missing": line_of(SLICED, "range(130"),
        "grad-in-evaluation": line_of(SLICED, "range(130"),
        "pixels-not-scaled": line_of(SLICED, "loss = "),
    }
    assert seen["eval-mode-missing"].sentence == "in 3 of 3 test batches dropout was active"
