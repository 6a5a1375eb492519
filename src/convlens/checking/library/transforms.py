"""Transforms of torchvision: constructed from their arguments; what they make of a picture's sizes."""

from convlens.checking.library.signatures import bind
from convlens.checking.values import Arguments, Constant, Items, Shape, Site, Transform
from convlens.checking.walker import Walker

TRANSFORMS = {
    "Compose": "transforms",
    "ToTensor": "",
    "PILToTensor": "",
    "ToImage": "",
    "ToPILImage": "mode=None",
    "ToDtype": "dtype scale=False",
    "ConvertImageDtype": "dtype",
    "Normalize": "mean std inplace=False",
    "Resize": "size interpolation=None max_size=None antialias=True",
    "CenterCrop": "size",
    "RandomCrop": "size padding=None pad_if_needed=False fill=0 padding_mode='constant'",
    "RandomResizedCrop": "size scale=(0.08,1.0) ratio=(0.75,1.3333)",
    "FiveCrop": "size",
    "TenCrop": "size vertical_flip=False",
    "Pad": "padding fill=0 padding_mode='constant'",
    "Grayscale": "num_output_channels=1",
    "RandomGrayscale": "p=0.1",
    "RandomHorizontalFlip": "p=0.5",
    "RandomVerticalFlip": "p=0.5",
    "RandomRotation": "degrees interpolation=None expand=False",
    "RandomAffine": "degrees translate=None scale=None shear=None",
    "RandomPerspective": "distortion_scale=0.5 p=0.5",
    "RandomErasing": "p=0.5",
    "RandomApply": "transforms p=0.5",
    "RandomChoice": "transforms",
    "RandomOrder": "transforms",
    "RandomInvert": "p=0.5",
    "RandomSolarize": "threshold p=0.5",
    "RandomAutocontrast": "p=0.5",
    "RandomAdjustSharpness": "sharpness_factor p=0.5",
    "RandomPosterize": "bits p=0.5",
    "ColorJitter": "brightness=0 contrast=0 saturation=0 hue=0",
    "GaussianBlur": "kernel_size sigma=(0.1,2.0)",
    "ElasticTransform": "alpha=50.0 sigma=5.0",
    "AutoAugment": "policy=None",
    "RandAugment": "num_ops=2 magnitude=9",
    "TrivialAugmentWide": "",
    "AugMix": "",
    "Lambda": "lambd",
    "RGB": "",
    "ToPureTensor": "",
    "GaussianNoise": "mean=0.0 sigma=0.1 clip=True",
    "RandomPhotometricDistort": "p=0.5",
    "RandomEqualize": "p=0.5",
}


def transform(walker: Walker, name: str, arguments: Arguments, site: Site) -> Transform:
    """A transform of torchvision."""
    bound = bind(TRANSFORMS[name], arguments)
    made = Transform(site=site, kind=name, arguments=bound)
    if "transforms" in bound:
        steps, complete = walker.elements(bound["transforms"], site)
        made.complete = complete and all(isinstance(step, Transform) for step in steps)
        made.steps = [
            step
            if isinstance(step, Transform)
            else Transform(site=step.site, kind="", complete=False, arguments={"lambd": step})
            for step in steps
        ]
    walker.made(made, site)
    return made


def sizes_after(shape: Shape | None, step: Transform) -> Shape | None:
    """The sizes of a picture after one step, channels first."""
    if shape is None or len(shape) != 3:
        return None
    if step.kind in ("Resize", "CenterCrop", "RandomCrop", "RandomResizedCrop"):
        return _resized(shape, step)
    if step.kind == "Grayscale":
        channels = step.constant("num_output_channels")
        return (channels if isinstance(channels, int) else None, *shape[1:])
    if step.kind == "Pad":
        border = step.constant("padding")
        if isinstance(border, int):
            return (shape[0], *(side + 2 * border if isinstance(side, int) else None for side in shape[1:]))
        return (shape[0], None, None)
    return shape if step.kind in TRANSFORMS and step.kind not in ("Lambda", "FiveCrop", "TenCrop") else None


def _resized(shape: Shape, step: Transform) -> Shape:
    size = step.arguments.get("size")
    if isinstance(size, Items) and len(size.elements) == 2:
        height, width = (
            e.value if isinstance(e, Constant) and isinstance(e.value, int) else None for e in size.elements
        )
        return shape[0], height, width
    if isinstance(size, Items) and len(size.elements) == 1:
        size = size.elements[0]
    side = size.value if isinstance(size, Constant) and isinstance(size.value, int) else None
    if step.kind == "Resize" and shape[1] != shape[2]:
        return shape[0], None, None
    if step.kind == "Resize" and shape[1] is None:
        return shape[0], None, None
    return shape[0], side, side
