"""Loaders, splits, switches of gradients, scalers, trainers: objects of torch and its friends by qualified name."""

from collections.abc import Callable

from convlens.checking.events import Backward
from convlens.checking.library import (
    chance,
    data,
    ignite,
    launching,
    layers,
    opencv,
    operations,
    pictures,
    splitting,
)
from convlens.checking.library.creating import enumerate_arguments
from convlens.checking.library.signatures import bind
from convlens.checking.values import (
    Arguments,
    Constant,
    Dataset,
    Site,
    Tensor,
    Tool,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker

Handler = Callable[[Walker, str, Arguments, Site], Value]


def _loader(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    return data.loader(walker, arguments, site)


def _split(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    return splitting.random_split(walker, arguments, site)


def _tensor_dataset(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    made = Dataset(site=site, kind="TensorDataset", tensors=list(arguments.positional))
    first = made.tensors[0] if made.tensors else None
    if isinstance(first, Tensor):
        if isinstance(first.of, Dataset):
            made.split, made.classes, made.size = first.of.split, first.of.classes, first.of.size
        made.item = first.shape[1:] if first.shape else None
    labels = made.tensors[1] if len(made.tensors) > 1 else None
    if isinstance(labels, Tensor) and made.classes is None:
        made.classes = labels.below
    for tensor, role in zip(made.tensors, ("images", "labels"), strict=False):
        if isinstance(tensor, Tensor) and not tensor.role:
            tensor.role = role  # type: ignore[assignment]
    walker.made(made, site)
    return made


def _model_tool(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`torch.compile(model)` and the like give the same model back."""
    return arguments.get(0, "model") or Unknown(site=site)


def _no_grad(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    flag = arguments.get(0, "mode")
    known = flag.value if isinstance(flag, Constant) else None if flag is not None else True
    switches = {"no_grad": False, "enable_grad": True, "inference_mode": None if known is None else not known,
                "set_grad_enabled": None if known is None else bool(known)}  # fmt: skip
    if name == "set_grad_enabled":
        walker.grad = switches[name]  # as a function it holds from here on; `with` takes it back
    return Tool(site=site, kind="grad", name=name, arguments={"grad": Constant(value=switches[name])})


def _tool(kind: str) -> Handler:
    def make(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
        given = {} if kind == "parser" else dict(enumerate_arguments(arguments))
        return Tool(site=site, kind=kind, name=name, arguments=given)

    return make


def _autograd(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    walker.emit(Backward(site=site, loss=arguments.get(0), via=f"autograd.{name}"))
    return Unknown(site=site, name=name)


def _parameter(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    first = arguments.get(0, "data")
    return Tensor(site=site, role="parameter", graph=True, shape=first.shape if isinstance(first, Tensor) else None)


def _variable(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`Variable(images)` of the time before PyTorch 0.4: the tensor itself."""
    return arguments.get(0, "data") or Unknown(site=site, name=name)


def _checkpoint(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    function, *rest = arguments.positional or [Unknown()]
    return walker.call(function, Arguments(list(rest), {}, arguments.exact), site)


def _timm(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    bound = bind("model_name pretrained=False", arguments)
    known = bound.get("model_name")
    return layers.known_network(walker, str(known.value) if isinstance(known, Constant) else name, arguments, site)


def _stored_array(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """An array from a file, or several by name."""
    found = operations.operate(walker, "load", [], {}, site)
    if isinstance(found, Tensor):
        found.numpy, found.graph = True, False
    return found


FUNCTIONS: dict[str, Handler] = {
    **dict.fromkeys(("argparse.ArgumentParser", "configargparse.ArgumentParser", "configargparse.ArgParser"),
                    _tool("parser")),
    **dict.fromkeys(("numpy.load", "numpy.loadtxt", "numpy.genfromtxt"), _stored_array),
    "torch.utils.data.DataLoader": _loader,
    "torch_geometric.loader.DataLoader": _loader,
    "torch.utils.data.random_split": _split,
    "torch.utils.data.Subset": splitting.subset,
    **{f"torch.utils.data.{name}": splitting.sampler for name in splitting.SAMPLERS},
    "sklearn.model_selection.train_test_split": splitting.train_test_split,
    **dict.fromkeys(("numpy.random.permutation", "random.sample"), splitting.permuted),
    **dict.fromkeys(("PIL.Image.open", "PIL.Image.fromarray", "torchvision.transforms.functional.to_pil_image"),
                    pictures.opened),
    **opencv.FUNCTIONS,
    "torch.utils.data.TensorDataset": _tensor_dataset,
    **dict.fromkeys(("torch.compile", "torch.jit.script", "torch.jit.trace",
                     "torch.nn.SyncBatchNorm.convert_sync_batchnorm",
                     "torch.nn.utils.weight_norm", "torch.nn.utils.spectral_norm",
                     "torch.nn.utils.parametrizations.spectral_norm"), _model_tool),
    "torch.optim.swa_utils.AveragedModel": layers.averaged,
    **dict.fromkeys(("torch.no_grad", "torch.enable_grad", "torch.inference_mode", "torch.set_grad_enabled",
                     "torch.autograd.no_grad", "torch.autograd.set_grad_enabled"), _no_grad),
    **dict.fromkeys(("torch.cuda.amp.GradScaler", "torch.amp.GradScaler", "torch.GradScaler"), _tool("grad_scaler")),
    **dict.fromkeys(("accelerate.Accelerator",), _tool("accelerator")),
    **dict.fromkeys(("lightning.Fabric",), _tool("fabric")),
    **dict.fromkeys(("lightning.Trainer",), _tool("trainer")),
    **dict.fromkeys(("ignite.engine.create_supervised_trainer", "ignite.engine.create_supervised_evaluator",
                     "ignite.engine.Engine"), ignite.engine),
    **dict.fromkeys(launching.NAMES, launching.launch),
    "torch.device": _tool("device"),
    "torch.Generator": _tool("generator"),
    **dict.fromkeys(chance.FUNCTIONS, chance.random_array),
    **dict.fromkeys(("numpy.random.default_rng", "numpy.random.RandomState"), chance.generator),
    **dict.fromkeys(("torch.autograd.grad", "torch.autograd.backward"), _autograd),
    **dict.fromkeys(("torch.autograd.Variable", "torch.autograd.variable.Variable"), _variable),
    "torch.nn.Parameter": _parameter,
    "torch.nn.parameter.Parameter": _parameter,
    "torch.utils.checkpoint.checkpoint": _checkpoint,
    "timm.create_model": _timm,
}  # fmt: skip
"""Handlers by qualified name."""
