"""Qualified names: many spellings, one name."""

import re

_SAME = (
    ("torch.nn.modules.", "torch.nn."),
    ("torchvision.transforms.v2.", "torchvision.transforms."),
    ("torchvision.transforms.transforms.", "torchvision.transforms."),
    ("torchvision.datasets.mnist.", "torchvision.datasets."),
    ("torchvision.datasets.cifar.", "torchvision.datasets."),
    ("torch.utils.data.dataloader.", "torch.utils.data."),
    ("torch.utils.data.dataset.", "torch.utils.data."),
    ("torch.utils.data.sampler.", "torch.utils.data."),
    ("torch.utils.data.distributed.", "torch.utils.data."),
    ("torch.optim.sgd.", "torch.optim."),
    ("torch.optim.adam.", "torch.optim."),
    ("torch.optim.adamw.", "torch.optim."),
    ("torch.nn.parallel.", "torch.nn."),
    ("torchvision.models.resnet.", "torchvision.models."),
    ("torch.distributed.fsdp.", "torch.nn."),
    ("pytorch_lightning.", "lightning."),
    ("lightning.pytorch.", "lightning."),
    ("lightning_fabric.", "lightning."),
    ("lightning.fabric.", "lightning."),
)
CONVENTIONS = {
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "optim": "torch.optim",
    "torch": "torch",
    "np": "numpy",
    "DataLoader": "torch.utils.data.DataLoader",
    "datasets": "torchvision.datasets",
    "transforms": "torchvision.transforms",
    "torchvision": "torchvision",
}
"""What these names mean by convention, where a fragment does not import them."""

_NETWORK = re.compile(r"^(model|net|network|cnn|classifier|backbone)$|_(model|net)$", re.I)
_OTHER_MODELS = ("sklearn", "xgboost", "lightgbm", "catboost", "tensorflow", "keras", "cv2", "gensim", "ultralytics",
                 "statsmodels", "spacy", "onnxruntime", "numpy", "jax", "flax")  # fmt: skip


_OPTIMIZER = re.compile(r"^(opt|optim|optimi[sz]er)$|_(opt|optim|optimi[sz]er)$", re.I)


def says_optimizer(name: str) -> bool:
    """Whether a variable or parameter is an optimizer by its name."""
    return _OPTIMIZER.search(name) is not None


def says_network(variable: str, maker: str) -> bool:
    """Whether what something unknown made is a network of PyTorch, by the name of its variable."""
    is_class = variable[:1].isupper() and not variable.isupper()
    named = _NETWORK.search(variable) is not None and not is_class
    return named and maker.partition(".")[0] not in _OTHER_MODELS


def canonical(name: str) -> str:
    """The one name of a thing that can be imported under several."""
    for spelling, plain in _SAME:
        if name.startswith(spelling):
            return plain + name[len(spelling) :]
    return name
