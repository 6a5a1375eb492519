"""Networks in the idioms that people use, and broken ones; as text, because their lines matter.

In a broken network the line that a person would edit is marked with `# <--`.
"""

from dataclasses import dataclass

HEADER = """\
import torch
import torch.nn as nn
import torch.nn.functional as F

"""


@dataclass(frozen=True)
class Idiom:
    """A network that works.

    Attributes:
        name: the idiom.
        source: the file's text, after HEADER; the network is called Net.
        picture: (C, H, W).
        neurons: what the first linear layer after the last convolution receives; None without one.
    """

    name: str
    source: str
    picture: tuple[int, int, int]
    neurons: int | None

    @property
    def text(self) -> str:
        return HEADER + self.source


@dataclass(frozen=True)
class Broken:
    """A network that fails: the kind of mistake, both numbers, and the input."""

    kind: str
    source: str
    expected: int | list[int] | None
    found: int | list[int] | None
    picture: tuple[int, int, int] = (1, 28, 28)

    @property
    def text(self) -> str:
        return HEADER + self.source

    @property
    def line(self) -> int:
        return next(number for number, text in enumerate(self.text.splitlines(), 1) if "# <--" in text)


IDIOMS = [
    Idiom(
        "functional pooling",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = x.view(-1, 320)
        x = F.relu(self.fc1(x))
        x = F.dropout(x, training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)
""",
        (1, 28, 28),
        320,
    ),
    Idiom(
        "one pooling layer used twice",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)
""",
        (3, 32, 32),
        400,
    ),
    Idiom(
        "everything in one Sequential",
        """
Net = nn.Sequential(
    nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Dropout(0.5),
    nn.Linear(128, 10),
)
""",
        (1, 28, 28),
        3136,
    ),
    Idiom(
        "features and classifier",
        """
class Net(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(64, 192, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(192 * 6 * 6, 256), nn.ReLU(), nn.Linear(256, num_classes)
        )

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(x.view(x.size(0), 192 * 6 * 6))
""",
        (3, 64, 64),
        6912,
    ),
    Idiom(
        "residual blocks",
        """
class Block(nn.Module):
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.shortcut = nn.Sequential()
        if stride != 1 or c_in != c_out:
            self.shortcut = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu(out)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.layers = nn.Sequential(Block(16, 16), Block(16, 32, 2), Block(32, 64, 2))
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = self.layers(self.stem(x))
        x = F.avg_pool2d(x, 8)
        x = x.view(x.size(0), -1)
        return self.fc(x)
""",
        (3, 32, 32),
        64,
    ),
    Idiom(
        "mean over rows and columns",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3)
        self.conv2 = nn.Conv2d(16, 48, 3)
        self.out = nn.Linear(48, 10)

    def forward(self, x):
        x = self.conv1(x).relu()
        x = self.conv2(x).relu()
        return self.out(x.mean([2, 3]))
""",
        (1, 28, 28),
        48,
    ),
    Idiom(
        "branches joined by cat",
        """
class Inception(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a = nn.Conv2d(c, 8, 1)
        self.b = nn.Sequential(nn.Conv2d(c, 8, 1), nn.Conv2d(8, 12, 3, padding="same"))
        self.c = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(c, 4, 1))

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x), self.c(x)], dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inc1 = Inception(1)
        self.inc2 = Inception(24)
        self.fc = nn.Linear(24 * 14 * 14, 10)

    def forward(self, x):
        x = F.max_pool2d(self.inc1(x), 2)
        x = self.inc2(x)
        return self.fc(x.flatten(1))
""",
        (1, 28, 28),
        4704,
    ),
    Idiom(
        "lazy layers",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.LazyConv2d(8, 5, stride=2)
        self.bn = nn.LazyBatchNorm2d()
        self.conv2 = nn.LazyConv2d(16, 3)
        self.fc = nn.LazyLinear(10)

    def forward(self, x):
        x = torch.relu(self.bn(self.conv1(x)))
        x = torch.relu(self.conv2(x))
        return self.fc(torch.flatten(x, start_dim=1))
""",
        (1, 28, 28),
        1600,
    ),
    Idiom(
        "layers in a loop",
        """
class Net(nn.Module):
    def __init__(self, widths=(16, 32, 64)):
        super().__init__()
        self.convs = nn.ModuleList()
        c = 3
        for width in widths:
            self.convs.append(nn.Conv2d(c, width, 3, padding=1))
            c = width
        self.head = nn.Linear(c * 4 * 4, 10)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.head(x.reshape(x.shape[0], -1))
""",
        (3, 32, 32),
        1024,
    ),
    Idiom(
        "size found by a trial run in the constructor",
        """
class Net(nn.Module):
    def __init__(self, in_shape=(1, 28, 28)):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(in_shape[0], 12, 7, 2), nn.ReLU(), nn.AvgPool2d(2))
        with torch.no_grad():
            n = self.conv(torch.zeros(1, *in_shape)).numel()
        self.fc = nn.Linear(n, 10)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))
""",
        (1, 28, 28),
        300,
    ),
    Idiom(
        "autoencoder with transposed convolutions",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU())
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))
""",
        (1, 28, 28),
        None,
    ),
    Idiom(
        "U-shaped with skips",
        """
def double(c_in, c_out):
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(), nn.Conv2d(c_out, c_out, 3, padding=1), nn.ReLU()
    )


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = double(1, 8), double(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)
        self.merge = double(16, 8)
        self.classify = nn.Linear(8 * 28 * 28, 10)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        x = self.merge(torch.cat((self.up(b), a), 1))
        return self.classify(x.flatten(1))
""",
        (1, 28, 28),
        6272,
    ),
    Idiom(
        "depthwise separable",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 32, 3, 2, 1),
            nn.Conv2d(32, 32, 3, 1, 1, groups=32), nn.Conv2d(32, 64, 1), nn.Hardswish(),
            nn.Conv2d(64, 64, 3, 2, 1, groups=64), nn.Conv2d(64, 128, 1), nn.Hardswish(),
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(128, 100)

    def forward(self, x):
        return self.fc(self.pool(self.body(x)).squeeze(-1).squeeze(-1))
""",
        (3, 32, 32),
        128,
    ),
    Idiom(
        "squeeze and excitation",
        """
class Excite(nn.Module):
    def __init__(self, c, r=4):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(c, c // r), nn.ReLU(), nn.Linear(c // r, c), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        return x * self.fc(x.mean((2, 3))).view(b, c, 1, 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.se, self.conv2 = nn.Conv2d(1, 16, 3), Excite(16), nn.Conv2d(16, 8, 3, stride=2)
        self.fc = nn.Linear(8 * 12 * 12, 10)

    def forward(self, x):
        x = self.conv2(self.se(self.conv1(x)))
        return self.fc(x.view(x.shape[0], -1))
""",
        (1, 28, 28),
        1152,
    ),
    Idiom(
        "branches on training",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.side = nn.Linear(8 * 26 * 26, 10)
        self.conv2 = nn.Conv2d(8, 16, 5, 2)
        self.fc = nn.Linear(16 * 11 * 11, 10)

    def forward(self, x):
        x = F.relu(self.conv(x))
        if self.training:
            side = self.side(x.flatten(1))
        x = F.relu(self.conv2(x)).flatten(1)
        x = self.fc(x)
        return (x, side) if self.training else x
""",
        (1, 28, 28),
        1936,
    ),
    Idiom(
        "ceil mode, dilation, not square",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, (3, 5), stride=(1, 2), padding=(1, 0), dilation=(2, 1))
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.fc = nn.Linear(4 * 13 * 6, 10)

    def forward(self, x):
        return self.fc(self.pool(self.conv1(x)).flatten(1))
""",
        (1, 28, 28),
        312,
    ),
    Idiom(
        "modules by name in a ModuleDict",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleDict({
            "stem": nn.Conv2d(3, 10, 4, 4),
            "mix": nn.Conv2d(10, 20, 2, bias=False),
        })
        self.fc = nn.Linear(20 * 7 * 7, 5)

    def forward(self, x):
        for name in ("stem", "mix"):
            x = F.gelu(self.parts[name](x))
        return self.fc(x.reshape(len(x), -1))
""",
        (3, 32, 32),
        980,
    ),
    Idiom(
        "own weights and F.conv2d",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(6, 1, 5, 5) * 0.1)
        self.b1 = nn.Parameter(torch.zeros(6))
        self.w2 = nn.Parameter(torch.randn(10, 6 * 12 * 12) * 0.01)

    def forward(self, x):
        x = F.conv2d(x, self.w1, self.b1)
        x = F.avg_pool2d(torch.tanh(x), 2)
        return F.linear(x.flatten(1), self.w2)
""",
        (1, 28, 28),
        864,
    ),
    Idiom(
        "patches and tokens",
        """
class Net(nn.Module):
    def __init__(self, dim=48):
        super().__init__()
        self.patch = nn.Conv2d(3, dim, 4, 4)
        self.norm = nn.LayerNorm(dim)
        self.attend = nn.MultiheadAttention(dim, 4, batch_first=True)
        self.head = nn.Linear(dim, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = self.norm(x)
        x = x + self.attend(x, x, x)[0]
        return self.head(x.mean(1))
""",
        (3, 32, 32),
        48,
    ),
    Idiom(
        "rows read by an LSTM",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.rnn = nn.LSTM(4 * 14, 32, batch_first=True)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        x = x.permute(0, 2, 1, 3).flatten(2)
        out, _ = self.rnn(x)
        return self.fc(out[:, -1])
""",
        (1, 28, 28),
        32,
    ),
    Idiom(
        "reflection padding and instance norm",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pad = nn.ReflectionPad2d(3)
        self.conv1 = nn.Conv2d(3, 8, 7)
        self.norm = nn.InstanceNorm2d(8)
        self.conv2 = nn.Conv2d(8, 4, 3, padding=1, padding_mode="circular", stride=3)
        self.fc = nn.Linear(4 * 11 * 11, 2)

    def forward(self, x):
        x = self.norm(self.conv1(self.pad(x)))
        return self.fc(self.conv2(x).flatten(1))
""",
        (3, 32, 32),
        484,
    ),
    Idiom(
        "a base class with the head",
        """
class Base(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.head = nn.Linear(n, 10)

    def forward(self, x):
        return self.head(self.body(x).view(x.size()[0], -1))


class Net(Base):
    def __init__(self):
        super().__init__(n=30 * 4 * 4)
        self.body = nn.Sequential(*[nn.Sequential(nn.Conv2d(i, o, 3), nn.MaxPool2d(2)) for i, o in [(1, 15), (15, 30)]],
                                  nn.AvgPool2d(2, 1))
""",
        (1, 28, 28),
        480,
    ),
    Idiom(
        "1x1 convolution as classifier",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.Conv2d(16, 10, 1), nn.AdaptiveMaxPool2d(1))

    def forward(self, x):
        return self.net(x)[:, :, 0, 0]
""",
        (1, 28, 28),
        None,
    ),
    Idiom(
        "device of the script and compile",
        """
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(1, 32, 5, padding=2), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2, 2))
        self.layer2 = nn.Sequential(nn.Conv2d(32, 64, 5), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2, 2))
        self.fc = nn.Linear(1600, 10)

    def forward(self, x):
        x = x.to(device)
        out = self.layer2(self.layer1(x))
        out = out.reshape(out.size(0), -1)
        return self.fc(out)


model = torch.compile(Net().to(device))
for epoch in range(3):
    raise SystemExit("training must not run")
""",
        (1, 28, 28),
        1600,
    ),
    Idiom(
        "pictures one by one",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(1, 8, 3), nn.Linear(8 * 26 * 26, 2)

    def forward(self, x):
        return torch.stack([self.fc(self.conv(one[None]).flatten()) for one in x])
""",
        (1, 28, 28),
        5408,
    ),
    Idiom(
        "a list of layers at top level",
        """
layers = [nn.Conv2d(1, 4, 3)]
for _ in range(2):
    layers.append(nn.Conv2d(4, 4, 3))
layers.append(nn.Flatten())
layers.append(nn.Linear(4 * 22 * 22, 10))
Net = nn.Sequential(*layers)
""",
        (1, 28, 28),
        1936,
    ),
]

_TWO_CONVOLUTIONS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1){conv1}
        self.conv2 = nn.Conv2d({conv2})
        self.fc1 = nn.Linear({fc1})
        self.fc2 = nn.Linear({fc2})

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        {flatten}
        x = F.relu(self.fc1(x))
        return self.fc2(x)
"""


def _two(**changes: str) -> str:
    right = {
        "conv1": "",
        "conv2": "16, 32, 3, padding=1",
        "fc1": "32 * 7 * 7, 64",
        "fc2": "64, 10",
        "flatten": "x = torch.flatten(x, 1)",
    }
    return _TWO_CONVOLUTIONS.format(**{**right, **changes})


BROKEN = [
    Broken("flatten size", _two(fc1="1050, 64)  # <--\n        #"), 1050, 1568),
    Broken("wrong channels", _two(conv2="32, 32, 3, padding=1)  # <--\n        #"), 32, 16),
    Broken("linear after linear", _two(fc2="128, 10)  # <--\n        #"), 128, 64),
    Broken("view size", _two(flatten="x = x.view(-1, 32 * 5 * 5)  # <--"), 800, 1568),
    Broken("view that mixes pictures", _two(flatten="x = x.view(-1, 16 * 7 * 7)  # <--"), 784, 1568),
    Broken("batch size written into a view", _two(flatten="x = x.view(64, -1)  # <--"), 64, 2),
    Broken("batch size and neurons written", _two(flatten="x = x.view(64, 1568)  # <--"), 64, 2),
    Broken(
        "missing flatten",
        _two(flatten="pass").replace("F.relu(self.fc1(x))", "F.relu(self.fc1(x))  # <--"),
        1568,
        [32, 7, 7],
    ),
    Broken("flatten of the batch", _two(flatten="x = torch.flatten(x)  # <--"), 1568, 3136),
    Broken("reshape impossible", _two(flatten="x = x.reshape(x.size(0), 32, 50)  # <--"), 1600, 1568),
    Broken(
        "dimensions moved before the flattening",
        _two(flatten="x = x.permute(1, 0, 2, 3)\n        x = x.reshape(2, -1)  # <--"),
        [2, 32, 7, 7],
        [32, 2, 7, 7],
    ),
    Broken(
        "channels last",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)  # <--
""",
        3,
        32,
        (32, 32, 3),
    ),
    Broken(
        "input of another colour",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)  # <--

    def forward(self, x):
        return self.conv(x)
""",
        3,
        1,
    ),
    Broken(
        "pooled to nothing",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)

    def forward(self, x):
        x = self.conv(x)
        x = F.max_pool2d(x, 4)
        x = F.max_pool2d(x, 4)
        x = F.max_pool2d(x, 4)  # <--
        return x
""",
        4,
        1,
    ),
    Broken(
        "kernel larger than the map",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 5, stride=4)
        self.conv2 = nn.Conv2d(4, 8, 7)  # <--

    def forward(self, x):
        return self.conv2(self.conv1(x))
""",
        7,
        6,
    ),
    Broken(
        "addition of two sizes",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.b = nn.Conv2d(1, 8, 1)

    def forward(self, x):
        return self.a(x) + self.b(x)  # <--
""",
        [8, 14, 14],
        [8, 28, 28],
    ),
    Broken(
        "addition of other channels",
        """
class Block(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 3, padding=1)

    def forward(self, x):
        y = self.conv(x)
        y += x  # <--
        return y


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 8, 3), Block(8, 16))

    def forward(self, x):
        return self.net(x)
""",
        16,
        8,
    ),
    Broken(
        "concatenation of two sizes",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, 8, 3)
        self.b = nn.Conv2d(1, 4, 5)

    def forward(self, x):
        a, b = self.a(x), self.b(x)
        return torch.cat([a, b], dim=1)  # <--
""",
        [4, 26, 26],
        [4, 24, 24],
    ),
    Broken(
        "batch normalisation of other channels",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.bn = nn.BatchNorm2d(16)  # <--

    def forward(self, x):
        return self.bn(self.conv(x))
""",
        16,
        8,
    ),
    Broken(
        "groups that do not divide",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 10, 3)
        self.depth = nn.Conv2d(10, 20, 3, groups=4)  # <--

    def forward(self, x):
        return self.depth(self.conv(x))
""",
        4,
        10,
    ),
    Broken(
        "transposed convolution of other channels",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(1, 16, 3, 2, 1)
        self.up = nn.ConvTranspose2d(8, 1, 2, 2)  # <--

    def forward(self, x):
        return self.up(self.down(x))
""",
        8,
        16,
    ),
    Broken(
        "matrix product",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(700, 10))

    def forward(self, x):
        x = x.flatten(1)
        return x @ self.w  # <--
""",
        700,
        784,
    ),
    Broken(
        "convolution after the flattening",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 8, 3)

    def forward(self, x):
        x = self.conv1(x).flatten(1)
        return self.conv2(x)  # <--
""",
        4,
        [2704],
    ),
    Broken(
        "helper called with the wrong channels",
        """
def block(c_in, c_out):
    return nn.Sequential(nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.b1 = block(1, 16)
        self.b2 = block(32, 64)  # <--

    def forward(self, x):
        return self.b2(self.b1(x))
""",
        32,
        16,
    ),
    Broken(
        "a pooling layer used once too often",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(4)

    def forward(self, x):
        x = self.pool(x)
        x = self.pool(x)
        x = self.pool(x)  # <--
        return x
""",
        4,
        1,
    ),
    Broken(
        "layer normalisation of another size",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.norm = nn.LayerNorm([8, 28, 28])  # <--

    def forward(self, x):
        return self.norm(self.conv(x))
""",
        [8, 28, 28],
        [8, 26, 26],
    ),
    Broken(
        "rows of another length into an LSTM",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(32, 16, batch_first=True)  # <--

    def forward(self, x):
        return self.rnn(x.squeeze(1))[0]
""",
        32,
        28,
    ),
    Broken(
        "batch normalisation for maps on rows",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 32)
        self.bn = nn.BatchNorm2d(32)

    def forward(self, x):
        return self.bn(self.fc(x.flatten(1)))  # <--
""",
        32,
        [32],
    ),
    Broken(
        "missing flatten in a Sequential that no line calls",
        """
Net = nn.Sequential(
    nn.Conv2d(1, 8, 3),
    nn.MaxPool2d(2),
    nn.Linear(8 * 13 * 13, 10),  # <--
)
""",
        1352,
        [8, 13, 13],
    ),
    Broken("view without a batch", _two(flatten="x = x.view(32 * 7 * 7)  # <--"), 1568, 3136),
    Broken(
        "attention of another width",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(1, 48, 4, 4)
        self.attend = nn.MultiheadAttention(64, 4, batch_first=True)  # <--

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        return self.attend(x, x, x)[0]
""",
        64,
        48,
    ),
    Broken(
        "a gate without sides",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.gate = nn.Conv2d(1, 8, 3), nn.Linear(8, 8)

    def forward(self, x):
        x = self.conv(x)
        return x * self.gate(x.mean((2, 3)))  # <--
""",
        [8, 26, 26],
        [8],
    ),
]
