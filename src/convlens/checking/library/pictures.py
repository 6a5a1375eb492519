"""Pictures before they are tensors: Pillow's, and arrays as NumPy has them, channels last."""

from convlens.checking.values import Arguments, Constant, Items, Shape, Site, Tensor, Tool, Unknown, Value
from convlens.checking.walker import Walker


def opened(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`Image.open(path)`, `Image.fromarray(array)`: a picture that is no tensor yet."""
    return Tool(site=site, kind="picture", name=name)


def method(walker: Walker, picture: Tool, name: str, arguments: Arguments, site: Site) -> Value:
    """`picture.convert("RGB")` and other methods that give a picture."""
    kept = dict(picture.arguments)
    if name == "convert":
        mode = arguments.get(0, "mode")
        known = {"RGB": 3, "L": 1, "RGBA": 4}.get(str(mode.value)) if isinstance(mode, Constant) else None
        kept["channels"] = Constant(value=known)
    elif name in ("resize", "crop", "rotate", "transpose"):
        size = arguments.get(0, "size") if name == "resize" else None
        both = size.elements if isinstance(size, Items) and len(size.elements) == 2 else [Unknown(), Unknown()]
        kept |= {"columns": both[0], "rows": both[1]}
    elif name != "copy":
        return Unknown(site=site, name=name)
    return Tool(site=site, kind="picture", arguments=kept)


def array(picture: Tool, site: Site, dtype: str | None = "uint8") -> Tensor:
    """`np.array(picture)`: channels last."""
    channels, *sides = _sides(picture)
    shape = tuple(sides) if channels == 1 else (*sides, channels) if channels else None
    return Tensor(site=site, shape=shape, graph=False, numpy=True, dtype=dtype, scale="0..255", role="images")


def channels_first(given: Value | None) -> Shape | None:
    """The sizes of a picture, as a transform that makes a tensor of it arranges them."""
    if isinstance(given, Tool) and given.kind == "picture":
        return _sides(given)
    shape = given.shape if isinstance(given, Tensor) else None
    if isinstance(given, Tensor) and given.numpy and shape is not None:
        return (shape[2], *shape[:2]) if len(shape) == 3 else (1, *shape) if len(shape) == 2 else None
    return shape


def _sides(picture: Tool) -> Shape:
    """Channels, rows and columns, as far as known."""
    given = [picture.arguments.get(name) for name in ("channels", "rows", "columns")]
    return tuple(one.value if isinstance(one, Constant) and isinstance(one.value, int) else None for one in given)
