"""Which loops are passes over batches, where training and scoring stand in one loop."""

import pytest

from convlens.checking.checker import check_text
from convlens.checking.findings import Severity
from tests.checking.pieces import DATA, HEAD, MODEL, facts

STEP = """        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
"""
BATCHES = (
    "for epoch in range(3):\n    for i, (images, labels) in enumerate(train_loader):\n        model.train()\n" + STEP
)
SCORED = """        if i % 100 == 0:
            model.eval()
            correct = 0
            with torch.no_grad():
                for x, y in test_loader:
                    correct += (model(x).argmax(dim=1) == y).sum().item()
            print(correct / len(test_set))
"""
STORED = """X_train = train_set.data[:50000].float().view(-1, 784) / 255
y_train = train_set.targets[:50000]
X_val = train_set.data[50000:].float().view(-1, 784) / 255
y_val = train_set.targets[50000:]
"""
SCORED_AT_ONCE = """        if i % 100 == 0:
            model.eval()
            with torch.no_grad():
                print((model(X_val).argmax(dim=1) == y_val).float().mean())
"""
WHOLE = """for i in range(500):
        model.train()
        optimizer.zero_grad()
        loss = loss_fn(model(X_train), y_train)
        loss.backward()
        optimizer.step()
"""
STREAM = """stream = iter(train_loader)
step = 0
while step < 5000:
        images, labels = next(stream)
        model.train()
""" + STEP.replace("        images", "images") + "        step += 1\n" + SCORED.replace("if i", "if step")  # fmt: skip
SCRIPTS = {
    "a loader in the loop over batches": BATCHES + SCORED,
    "all pictures at once in the loop over batches": STORED + BATCHES + SCORED_AT_ONCE,
    "all pictures at once in a loop that trains on all": STORED + WHOLE + SCORED_AT_ONCE,
    "a loader in a loop that trains on all pictures": STORED + WHOLE + SCORED,
    "a loader in a loop over steps": STREAM,
}
MISTAKES = {
    "eval-mode-missing": ("            model.eval()\n", ""),
    "grad-in-evaluation": ("with torch.no_grad():", "if True:"),
    "zero-grad-missing": ("        optimizer.zero_grad()\n", ""),
    "backward-missing": ("        loss.backward()\n", ""),
    "optimizer-step-missing": ("        optimizer.step()\n", ""),
    "train-mode-not-restored": ("        model.train()\n", ""),
}


def _told(script: str) -> list[str]:
    findings = check_text(HEAD + DATA + MODEL + script)
    return [finding.rule for finding in findings if finding.severity is not Severity.INFO]


@pytest.mark.parametrize("name", SCRIPTS)
def test_training_and_scoring_in_one_loop_are_two_passes(name: str) -> None:
    found = facts(DATA, MODEL, SCRIPTS[name])
    assert {(one.trains, one.scores) for one in found.passes} == {(True, False), (False, True)}
    assert {forward.mode for one in found.training_passes() for forward in one.forwards} == {"train"}
    assert {forward.mode for one in found.scoring_passes() for forward in one.forwards} == {"eval"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_is_told_of_scoring_within_a_loop_that_trains(name: str) -> None:
    assert _told(SCRIPTS[name]) == []


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("slug", MISTAKES)
def test_a_mistake_in_either_pass_is_found(name: str, slug: str) -> None:
    right, wrong = MISTAKES[slug]
    assert right in SCRIPTS[name]
    assert _told(SCRIPTS[name].replace(right, wrong)) == [slug]


def test_a_batch_that_is_cut_into_smaller_ones_is_one_pass() -> None:
    script = """for images, labels in train_loader:
    optimizer.zero_grad()
    for x, y in zip(images.split(16), labels.split(16)):
        (loss_fn(model(x), y) / 4).backward()
    optimizer.step()
"""
    (one,) = facts(DATA, MODEL, script).passes
    assert [loop.site.line for loop in one.events[-1].loops] == [one.site.line]


def test_a_second_network_on_noise_that_is_kept_belongs_to_the_batches_where_it_is_trained() -> None:
    script = """noise = torch.randn(16, 784)
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = loss_fn(model(images), labels) + model(noise).square().mean()
    loss.backward()
    optimizer.step()
"""
    (one,) = facts(DATA, MODEL, script).passes
    assert len({forward.node for forward in one.forwards}) == 2


LOOK_ALIKES = {
    "batches that are only looked at": """class Stored:
    def __init__(self, images, labels):
        self.images, self.labels = images, labels
    def __iter__(self):
        for index in torch.randperm(len(self.images)).split(64):
            yield index, self.images[index], self.labels[index]
seen = 0
for index, images, labels in Stored(X_train, y_train):
    if seen % 4:
        with torch.no_grad():
            losses = F.cross_entropy(model(images), labels, reduction="none")
    else:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()
    seen += 1
""",
    "gradients computed by something that is not known": """import torch.distributed.autograd as apart
for step in range(100):
    optimizer.zero_grad()
    output = model(X_train)
    apart.backward(context, [loss_fn(output, y_train)])
    optimizer.step()
""",
    "the accuracy on the pictures that are trained on": """for epoch in range(100):
    optimizer.zero_grad()
    loss_fn(model(X_train), y_train).backward()
    optimizer.step()
    print((model(X_train).argmax(dim=1) == y_train).float().mean())
""",
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_belongs_to_training_is_no_pass_of_its_own(name: str) -> None:
    (one,) = facts(DATA, MODEL, STORED, LOOK_ALIKES[name]).passes
    assert one.trains
    assert _told(STORED + LOOK_ALIKES[name]) == []
