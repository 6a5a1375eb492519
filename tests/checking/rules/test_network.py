"""The rules about the network: variants of each mistake in other words, and look-alikes that must stay silent.

A line that ends in `#!` carries the finding; without such a line there must be none.
"""

from textwrap import dedent, indent

import pytest

from convlens.checking.checker import check_text
from convlens.checking.fixing import apply

_NET = """
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
{body}


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""


def network(body: str, after: str = "") -> str:
    """A script around the body of a class `Net`."""
    return _NET.format(body=indent(dedent(body).strip("\n"), "    ")) + dedent(after)


def init(lines: str, forward: str, after: str = "", more: str = "") -> str:
    """A script around lines of a constructor and of a `forward`, with a convolution, a pool and a head at hand."""
    first = """\
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(3136, 10)
        """
    constructor = "def __init__(self, p=0.25, keep_prob=0.7):\n" + indent(dedent(first) + dedent(lines), "    ")
    return network(f"{constructor}\n\ndef forward(self, x):\n{indent(dedent(forward), '    ')}\n{dedent(more)}", after)


_PLAIN = """\
x = self.pool(F.relu(self.conv(x)))
return self.fc(x.flatten(1))
"""
_WITH = """\
x = self.pool(F.relu(self.conv(x)))
x = x.flatten(1)
{}
return self.fc(x)
"""

CASES = {
    "layer-unused": [
        init("self.drop = nn.Dropout(p)  #!", _PLAIN),
        init("self.bn, self.act = nn.BatchNorm2d(16), nn.ReLU()  #!", _PLAIN.replace("F.relu", "self.act")),
        init("self.extra = nn.Sequential(nn.Linear(10, 10), nn.ReLU())  #!", _PLAIN),
        init(("self.fc2 = nn.Linear(100, 10)  #!\nnn.init.xavier_uniform_(self.fc2.weight)"), _PLAIN),
        init("self.drop = nn.Dropout(p) if p else nn.Identity()", _WITH.format("x = self.drop(x)")),
        init(
            ("self.act = nn.ReLU()\nself.body = nn.Sequential(self.conv, self.act)"),
            _PLAIN.replace("F.relu(self.conv(x))", "self.body(x)"),
        ),
        init("self.softmax = nn.Softmax(dim=1)", _PLAIN, "\nprint(model.softmax(model(images))[0])"),
        init(
            ("for i in range(2):\n    setattr(self, f'extra{i}', nn.Linear(16, 16))\nself.a0 = nn.ReLU()"),
            _PLAIN.replace("F.relu", "getattr(self, 'a' + '0')"),
        ),
        init("self.act1 = nn.ReLU()", _PLAIN.replace("F.relu", "getattr(self, 'act1')")),
        init(
            "self.drop = nn.Dropout(p)",
            _WITH.format("x = self.head(x)"),
            more="def head(self, x):\n    return self.drop(x)",
        ),
        init("self.loss = nn.CrossEntropyLoss()", _PLAIN),
    ],
    "layers-not-registered": [
        init(
            "self.convs = [nn.Conv2d(16, 16, 3, padding=1) for _ in range(3)]  #!",
            _PLAIN.replace("return", ("for c in self.convs:\n    x = F.relu(c(x))\nreturn")),
        ),
        init(
            ("self.convs = []  #!\nfor _ in range(3):\n    self.convs.append(nn.Conv2d(16, 16, 3, padding=1))"),
            _PLAIN.replace("return", ("for c in self.convs:\n    x = F.relu(c(x))\nreturn")),
        ),
        init(
            "self.parts = {'a': nn.Conv2d(16, 16, 3, padding=1)}  #!",
            _PLAIN.replace("return", "x = F.relu(self.parts['a'](x))\nreturn"),
        ),
        init(
            ("layers = [nn.Conv2d(16, 16, 3, padding=1), nn.ReLU()]\nself.layers = layers  #!"),
            _PLAIN.replace("return", ("for c in self.layers:\n    x = c(x)\nreturn")),
        ),
        init(
            ("layers = [nn.Conv2d(16, 16, 3, padding=1), nn.ReLU()]\nself.layers = nn.Sequential(*layers)"),
            _PLAIN.replace("return", "x = self.layers(x)\nreturn"),
        ),
        init(
            "self.convs = nn.ModuleList(nn.Conv2d(16, 16, 3, padding=1) for _ in range(3))",
            _PLAIN.replace("return", ("for c in self.convs:\n    x = F.relu(c(x))\nreturn")),
        ),
        init("self.acts = {'relu': nn.ReLU(), 'tanh': nn.Tanh()}", _PLAIN.replace("F.relu", "self.acts['relu']")),
        init(
            "self.steps = [self.conv, self.pool]",
            ("for step in self.steps:\n    x = step(x)\nreturn self.fc(F.relu(x).flatten(1))"),
        ),
        init(
            (
                "self.convs = []\n"
                "for i in range(2):\n"
                "    layer = nn.Conv2d(16, 16, 3, padding=1)\n"
                "    self.add_module(f'conv_{i}', layer)\n"
                "    self.convs.append(layer)"
            ),
            _PLAIN.replace("return", ("for c in self.convs:\n    x = F.relu(c(x))\nreturn")),
        ),
    ],
    "super-init-missing": [
        network(
            "def __init__(self, width=100):  #!\n"
            "    self.fc = nn.Linear(784, width)\n"
            "    self.out = nn.Linear(width, 10)\n"
            "\n"
            "def forward(self, x):\n"
            "    return self.out(F.relu(self.fc(x.flatten(1))))"
        ),
        network(
            "def __init__(self):\n"
            "    self.fc = nn.Linear(784, 10)  #!\n"
            "    super().__init__()\n"
            "\n"
            "def forward(self, x):\n"
            "    return self.fc(x.flatten(1))"
        ),
        network(
            "def __init__(self):\n"
            "    super(Net, self).__init__()\n"
            "    self.fc = nn.Linear(784, 10)\n"
            "\n"
            "def forward(self, x):\n"
            "    return self.fc(x.flatten(1))"
        ),
        network(
            "def __init__(self):\n"
            "    nn.Module.__init__(self)\n"
            "    self.fc = nn.Linear(784, 10)\n"
            "\n"
            "def forward(self, x):\n"
            "    return self.fc(x.flatten(1))"
        ),
        network(
            "def __init__(self):\n"
            "    width = 784\n"
            "    super().__init__()\n"
            "    self.fc = nn.Linear(width, 10)\n"
            "\n"
            "def forward(self, x):\n"
            "    return self.fc(x.flatten(1))"
        ),
        network("scale = 1.0\nfc = None\n\ndef forward(self, x):\n    return x.flatten(1) * self.scale"),
    ],
    "layer-built-in-forward": [
        init(
            "",
            (
                "x = self.pool(F.relu(self.conv(x)))\n"
                "x = nn.Linear(3136, 3136)(x.flatten(1))  #!\n"
                "return self.fc(F.relu(x))"
            ),
        ),
        init(
            "",
            ("norm = nn.BatchNorm2d(16)  #!\nx = self.pool(F.relu(norm(self.conv(x))))\nreturn self.fc(x.flatten(1))"),
        ).replace("Conv2d(1, 16, 3, padding=1)", "Conv2d(1, 16, 3, padding=1, bias=False)"),
        init(
            "",
            _PLAIN.replace("self.fc(x.flatten(1))", "self.head(x.flatten(1))"),
            more=("def head(self, x):\n    return self.fc(nn.Dropout(0.2)(x))  #!"),
        ),
        init("", ("x = self.conv(x)\nx = nn.ReLU()(x)  #!\nreturn self.fc(self.pool(x).flatten(1))")),
        init(
            "self.lazy = None",
            (
                "x = self.pool(F.relu(self.conv(x))).flatten(1)\n"
                "if self.lazy is None:\n"
                "    self.lazy = nn.Linear(3136, 3136)\n"
                "return self.fc(F.relu(self.lazy(x)))"
            ),
        ),
        init("self.drop = nn.Dropout(0.2)", _WITH.format("x = self.drop(x)")),
        init("", _PLAIN, ("\ndemo = nn.Conv2d(1, 4, 3)(torch.rand(1, 1, 8, 8))\nprint(demo.shape)\n")),
    ],
    "functional-dropout-always-on": [
        init("", _WITH.format("x = F.dropout(x)  #!")),
        init("", _WITH.format("x = nn.functional.dropout(x, 0.3, True)  #!")),
        init("", _WITH.format("x = torch.dropout(x, 0.3, train=True)  #!")),
        init("", _WITH.format("x = F.alpha_dropout(x, 0.1, training=True)  #!")),
        init("", _WITH.format("x = F.dropout(x, 0.3, self.training)")),
        init("", _WITH.format("if self.training:\n    x = F.dropout(x, 0.3)")),
        init("", _WITH.format("x = F.dropout(x, 0.3) if self.training else x")),
        init("", _WITH.format("x = F.dropout(x, 0.3)  # Monte-Carlo dropout: also when predicting")),
        init("", _WITH.format("x = F.alpha_dropout(x, 0.1)")),
        init("", _PLAIN).replace("model(images), labels", "model(F.dropout(images, 0.1)), labels"),
    ],
    "dropout-rate-extreme": [
        init("self.drop = nn.Dropout(0.9)  #!", _WITH.format("x = self.drop(x)")),
        init("self.drop = nn.Dropout(p=keep_prob)  #!", _WITH.format("x = self.drop(x)")),
        init(
            ("self.keep_prob = keep_prob\nself.drop = nn.Dropout(self.keep_prob)  #!"), _WITH.format("x = self.drop(x)")
        ),
        init("", _WITH.format("x = F.dropout(x, self.training)  #!")),
        init("", _WITH.format("x = F.dropout(x, p=0.95, training=self.training)  #!")),
        init("self.drop = nn.Dropout(1 - keep_prob)", _WITH.format("x = self.drop(x)")),
        init("self.drop = nn.Dropout(0.8)", _WITH.format("x = self.drop(x)")),
        init("self.bn = nn.BatchNorm1d(3136, momentum=0.99)", _WITH.format("x = self.bn(x)")),
    ],
    "dropout2d-on-vector": [
        init("self.drop = nn.Dropout2d(p)  #!", _WITH.format("x = self.drop(x)")),
        init(
            "self.drop = nn.Dropout2d(p)",
            ("x = self.drop(self.pool(F.relu(self.conv(x))))\nx = self.drop(x.flatten(1))  #!\nreturn self.fc(x)"),
        ),
        init(
            "self.drop = nn.Dropout2d(p)",
            ("x = self.drop(self.pool(F.relu(self.conv(x))))\nreturn self.fc(x.flatten(1))"),
        ),
        init(
            "self.drop = nn.Dropout2d(p)",
            (
                "x = self.pool(F.relu(self.conv(x)))\n"
                "x = self.drop(x.mean((2, 3), keepdim=True) * x)\n"
                "return self.fc(x.flatten(1))"
            ),
        ),
        init(
            "self.up = nn.Linear(3136, 3136)\nself.drop = nn.Dropout2d(p)",
            _WITH.format("x = self.drop(F.relu(self.up(x)).view(-1, 16, 14, 14)).flatten(1)"),
        ),
    ],
    "constant-initialisation": [
        init("nn.init.constant_(self.fc.weight, 0.5)  #!", _PLAIN),
        init("self.fc.weight.data.fill_(0.1)  #!", _PLAIN),
        init("nn.init.ones_(self.conv.weight)  #!", _PLAIN),
        init("nn.init.zeros_(self.conv.weight)  #!", _PLAIN),
        init("self.fc.weight.data = torch.ones_like(self.fc.weight)  #!", _PLAIN),
        init("", _PLAIN).replace(
            "optimizer = ",
            (
                "def start(m):\n"
                "    if isinstance(m, nn.Conv2d):\n"
                "        nn.init.constant_(m.weight, 0.02)  #!\n"
                "\n"
                "\n"
                "model.apply(start)\n"
                "optimizer = "
            ),
        ),
        init("", _PLAIN).replace(
            "optimizer = ",
            (
                "for name, p in model.named_parameters():\n"
                "    if 'weight' in name:\n"
                "        nn.init.constant_(p, 0.02)  #!\n"
                "optimizer = "
            ),
        ),
        init("", _PLAIN).replace(
            "optimizer = ",
            (
                "for name, p in model.named_parameters():\n"
                "    if 'bias' in name:\n"
                "        nn.init.constant_(p, 0.0)\n"
                "optimizer = "
            ),
        ),
        init("", _PLAIN).replace(
            "optimizer = ",
            (
                "for p in model.parameters():\n"
                "    if p.dim() > 1:\n"
                "        nn.init.xavier_uniform_(p)\n"
                "    else:\n"
                "        nn.init.zeros_(p)\n"
                "optimizer = "
            ),
        ),
        init("nn.init.zeros_(self.fc.bias)", _PLAIN),
        init("nn.init.zeros_(self.fc.weight)", _PLAIN),
        init(
            (
                "self.bn = nn.BatchNorm1d(3136)\n"
                "nn.init.constant_(self.bn.weight, 1)\n"
                "nn.init.constant_(self.bn.bias, 0)"
            ),
            _WITH.format("x = self.bn(x)"),
        ),
        init("", _PLAIN).replace(
            "optimizer = ",
            (
                "def start(m):\n"
                "    name = m.__class__.__name__\n"
                "    if name.find('Conv') != -1:\n"
                "        nn.init.normal_(m.weight, 0.0, 0.02)\n"
                "    elif name.find('BatchNorm') != -1:\n"
                "        nn.init.constant_(m.weight, 1.0)\n"
                "\n"
                "\n"
                "model.apply(start)\n"
                "optimizer = "
            ),
        ),
        init(
            (
                "self.fc.weight = nn.Parameter(torch.ones(10, 3136))\n"
                "self.conv.weight = nn.Parameter(torch.full((16, 1, 3, 3), 0.1))  #!"
            ),
            _PLAIN,
        ),
        init(
            (
                "self.blur = nn.Conv2d(1, 1, 3, padding=1, bias=False)\n"
                "self.blur.weight.data.fill_(1 / 9)\n"
                "self.blur.weight.requires_grad = False"
            ),
            "return self.fc(self.pool(F.relu(self.conv(self.blur(x)))).flatten(1))",
        ),
        init(
            "self.gate = nn.Parameter(torch.zeros(1))",
            "return self.fc(self.pool(F.relu(self.conv(x))).flatten(1)) * (1 + self.gate)",
        ),
    ],
    "result-discarded": [
        init("self.drop = nn.Dropout(p)", _WITH.format("self.drop(x)  #!")),
        init(
            "", _PLAIN.replace("return self.fc(x.flatten(1))", "torch.flatten(x, 1)  #!\nreturn self.fc(x.flatten(1))")
        ),
        init("", _PLAIN).replace("    optimizer.zero_grad()\n", ("    images.cuda()  #!\n    optimizer.zero_grad()\n")),
        init("", _PLAIN).replace(
            "    optimizer.zero_grad()\n", ("    images.to('cpu'), labels.to('cpu')  #!\n    optimizer.zero_grad()\n")
        ),
        init(
            "self.more = nn.ModuleList([nn.Linear(3136, 3136), nn.ReLU(), nn.Linear(3136, 3136), nn.ReLU()])",
            _WITH.format("for layer in self.more:\n    out = layer(x)  #!").replace("self.fc(x)", "self.fc(out)"),
        ),
        init("self.drop = nn.Dropout(p)", _WITH.format("dropped = self.drop(x)  #!")),
        init(
            "",
            _PLAIN.replace(
                "return self.fc(x.flatten(1))",
                ("F.relu(x, inplace=True)\nx.clamp_(0, 6)\nreturn self.fc(x.flatten(1))"),
            ),
        ),
        init("self.act = nn.ReLU(inplace=True)", _WITH.format("self.act(x)")),
        init("", _PLAIN).replace(
            "model = Net()\n", ("model = Net()\nmodel.to('cpu')\nmodel(torch.rand(1, 1, 28, 28))\n")
        ),
        init(
            "self.more = nn.ModuleList([nn.Linear(3136, 10), nn.Linear(3136, 10)])",
            _WITH.format(
                "outs = []\nfor layer in self.more:\n    out = layer(x)\n    outs.append(out)\nextra = sum(outs)"
            ).replace("self.fc(x)", "self.fc(x) + extra"),
        ),
        init(
            "self.more = nn.ModuleList([nn.Linear(3136, 3136), nn.ReLU(), nn.Linear(3136, 3136), nn.ReLU()])",
            _WITH.format("for layer in self.more:\n    x = layer(x)"),
        ),
    ],
    "batch-norm-reused": [
        init(
            ("self.conv2 = nn.Conv2d(16, 16, 3, padding=1)\nself.bn = nn.BatchNorm2d(16)"),
            (
                "x = F.relu(self.bn(self.conv(x)))\n"
                "x = F.relu(self.bn(self.conv2(x)))  #!\n"
                "return self.fc(self.pool(x).flatten(1))"
            ),
        ).replace("padding=1)", "padding=1, bias=False)"),
        init(
            "self.block = nn.Sequential(nn.Conv2d(16, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU())",
            (
                "x = F.relu(self.conv(x))\n"
                "x = self.block(x)\n"
                "x = self.block(x)  #!\n"
                "return self.fc(self.pool(x).flatten(1))"
            ),
        ),
        init(
            "self.block = nn.Sequential(nn.Conv2d(16, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU())",
            ("x = self.pool(self.block(F.relu(self.conv(x))))\nreturn self.fc(x.flatten(1))"),
        ),
        init(
            ("self.relu = nn.ReLU()\nself.bn = nn.BatchNorm2d(16)\nself.bn2 = nn.BatchNorm1d(3136)"),
            (
                "x = self.relu(self.bn(self.conv(x)))\n"
                "x = self.relu(self.bn2(self.pool(x).flatten(1)))\n"
                "return self.fc(x)"
            ),
        ).replace("padding=1)", "padding=1, bias=False)"),
        init(
            "self.bn = nn.BatchNorm2d(16)",
            (
                "# a Siamese network: both halves share one branch\n"
                "a = self.pool(F.relu(self.bn(self.conv(x))))\n"
                "b = self.pool(F.relu(self.bn(self.conv(x.flip(3)))))\n"
                "return self.fc((a + b).flatten(1))"
            ),
        ).replace("padding=1)", "padding=1, bias=False)"),
    ],
    "bias-before-batch-norm": [
        init("self.bn = nn.BatchNorm2d(16)", _PLAIN.replace("self.conv(x)", "self.bn(self.conv(x))")).replace(
            "padding=1)", "padding=1)  #!"
        ),
        init(
            ("self.hidden = nn.Linear(3136, 3136, bias=True)  #!\nself.bn = nn.BatchNorm1d(3136)"),
            _WITH.format("x = F.relu(self.bn(self.hidden(x)))"),
        ),
        init("self.bn = nn.BatchNorm2d(16)", _PLAIN.replace("F.relu(self.conv(x))", "self.bn(F.relu(self.conv(x)))")),
        init(
            "self.bn = nn.BatchNorm2d(16)",
            ("x = self.conv(x)\nx = F.relu(self.bn(x)) + x\nreturn self.fc(self.pool(x).flatten(1))"),
        ),
        init("self.ln = nn.GroupNorm(4, 16)", _PLAIN.replace("self.conv(x)", "self.ln(self.conv(x))")),
    ],
    "forward-called-directly": [
        init("", _PLAIN.replace("self.conv(x)", "self.conv.forward(x)")).replace(
            "conv.forward(x)))", "conv.forward(x)))  #!"
        ),
        (
            init("", _PLAIN, more=("def predict(self, x):\n    return self.forward(x).argmax(1)  #!"))
            + ("\nmodel.eval()\nwith torch.no_grad():\n    print(model.predict(images))\n")
        ),
        network(
            (
                "def __init__(self):\n"
                "    super().__init__()\n"
                "    self.fc = nn.Linear(784, 10)\n"
                "\n"
                "def forward(self, x):\n"
                "    return self.fc(x.flatten(1))"
            ),
            "",
        ).replace(
            "model = Net()",
            (
                "class Louder(Net):\n"
                "    def forward(self, x):\n"
                "        return 2 * super().forward(x)\n"
                "\n"
                "\n"
                "model = Louder()"
            ),
        ),
        init("", _PLAIN),
    ],
}
TABLE = [(slug, script) for slug, scripts in CASES.items() for script in scripts]


@pytest.mark.parametrize(("slug", "script"), TABLE)
def test_it_is_found_where_it_is_and_nowhere_else(slug: str, script: str) -> None:
    compile(script, "script", "exec")
    marked = [number for number, line in enumerate(script.splitlines(), 1) if line.endswith("#!")]
    found = check_text(script, [slug])
    assert [finding.line for finding in found] == marked


@pytest.mark.parametrize(("slug", "script"), [pair for pair in TABLE if "#!" in pair[1]])
def test_a_fix_mends_it_and_leaves_python(slug: str, script: str) -> None:
    (found,) = check_text(script, [slug])
    if found.fix is None or not found.fix.edits:
        pytest.skip("advice only")
    mended = apply(script, found.fix.edits)
    assert check_text(mended, [slug]) == []
