"""The anatomy of a net of the catalogue, for images of a size given in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from striate.base.disk.files import read_json
from striate.base.errors import NetError, printable, reason
from striate.nets.catalog import build, entry
from striate.nets.custom.naming import is_zoo
from striate.nets.custom.surroundings import seeded
from striate.nets.custom.trust import trust
from striate.nets.measure.anatomy import Anatomy, anatomy, anatomy_from_json
from striate.training.folder.restore_net import blank_twin

USUAL_SHAPE, USUAL_CLASSES = (32, 32, 3), 10


def net_anatomy(
    name: str,
    options: Mapping[str, Any],
    shape: str | None = None,
    classes: int | None = None,
    *,
    by_hand: bool = False,
) -> Anatomy:
    """Return the anatomy of net ``name`` for images of ``shape``, written CxHxW, for example 3x32x32.

    ``name`` may be a run folder too, whose net and images are given; raises NetError where anything else is given with it.
    Without a shape or a number of classes, they are what the net's published weights expect, else 3x32x32 and 10. ``by_hand``
    means the nets of the engine scratch, of which the PyTorch twin is measured.
    """
    if (file := Path(name) / "anatomy.json").is_file():
        if options or shape or classes or by_hand:
            raise NetError(
                f'"{printable(name)}" is a run, whose net is what it is; leave out `settings`, `image_shape`,'
                " `classes` and `engine`"
            )
        return _kept(file)
    if by_hand:
        given = _shape(shape) if shape is not None else USUAL_SHAPE
        return anatomy(blank_twin(name, options, given, classes or USUAL_CLASSES), given, name)
    trust(name)
    inputs = entry(name).inputs
    image_shape = _shape(shape) if shape is not None else inputs.image_shape if inputs else USUAL_SHAPE
    if classes is None:
        classes = len(inputs.classes) if inputs and inputs.classes else USUAL_CLASSES
    with seeded(0):  # its weights are not looked at, and the generators of the caller not used
        net = build(name, options, image_shape, classes)
    return anatomy(net, image_shape, name)


def remarks(name: str, options: Mapping[str, Any]) -> list[str]:
    """Return what two nets of one name may differ in and no table of layers shows: first scales of zero, the crop of the test.

    A net whose weights are given says nothing of its first ones.
    """
    if not is_zoo(name):
        return []
    inputs = entry(name).inputs
    said = [inputs.tested] if inputs is not None and inputs.tested else []
    if options.get("pretrained") or options.get("weights"):
        return said
    shape, classes = (inputs.image_shape, len(inputs.classes) or 1000) if inputs else (USUAL_SHAPE, USUAL_CLASSES)
    with seeded(0):
        scales = list(_scales(build(name, options, shape, classes)))
    zeros = sum(not bool(scale.any()) for scale in scales)
    if zeros:
        return [
            f"{zeros} of its {len(scales)} norms start with a scale (gamma) of 0, so that their branch starts as nothing",
            *said,
        ]
    return [
        f"all of its {len(scales)} norms start with a scale (gamma) above 0" if scales else "it has no norms",
        *said,
    ]


def _scales(net: nn.Module) -> Iterator[Tensor]:
    for module in net.modules():
        scale = getattr(module, "weight", None)
        if isinstance(scale, Tensor) and scale.dim() == 1 and "norm" in type(module).__name__.lower():
            yield scale


def _kept(file: Path) -> Anatomy:
    try:
        return anatomy_from_json(read_json(file))
    except (OSError, ValueError) as error:
        raise NetError(
            f"{printable(str(file))} is not the anatomy of a net that striate train wrote ({reason(error)}); "
            f"striate resume {printable(str(file.parent))} makes it again"
        ) from error


def _shape(text: str) -> tuple[int, int, int]:
    sizes = text.lower().split("x")
    if len(sizes) != 3 or not all(size.isdecimal() and 0 < int(size) <= 4096 for size in sizes):
        raise NetError(f'input "{text}" is not an image shape; write channels, height and width, for example 3x32x32')
    channels, height, width = (int(size) for size in sizes)
    return height, width, channels
