"""The only place where the name of a net becomes a net.

A name is one of the table here, or that of a net from elsewhere: ``package.module:callable`` (`nets/custom/load.py`),
``timm:NAME`` or ``torchvision:NAME`` (`nets/published/zoo.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from torch import nn

from striate.base.errors import NetError, nearest, sentence
from striate.nets.custom.load import is_own, own_entry
from striate.nets.custom.options import PREFIX, unprefixed
from striate.nets.custom.trust import trust
from striate.nets.entry import Entry, ImageShape
from striate.nets.families.convnet import ConvNetOptions, build_convnet, cs7150_options
from striate.nets.families.mlp import MLPOptions, build_mlp
from striate.nets.families.mobilenet import MobileNetOptions, build_mobilenet
from striate.nets.families.resnet import ResNetOptions, build_resnet
from striate.nets.families.shallownet import ShallowNetOptions, build_shallownet
from striate.nets.families.vgg import VGGOptions, build_vgg, small_options
from striate.nets.inputs import CIFAR10, IMAGENET_PLUS_MINUS_ONE
from striate.nets.published.zoo import is_zoo, zoo_entry


def _published(depth: int) -> Entry:
    n = (depth - 2) // 6
    summary = f"the residual net of {depth} layers with option-A shortcuts, whose CIFAR-10 weights are published"
    return Entry(f"resnet{depth}", summary, ResNetOptions(n=n, shortcut="pad"), build_resnet, CIFAR10)


_SIMPLE = ConvNetOptions(widths=((32, 32), (64, 64), (128, 128)), hidden=(256,))
_V2 = ResNetOptions(block="bottleneck", order="pre")
_CS7150 = "the CIFAR-10 network of the CS 7150 solution, four convolutions"
_VGG_SMALL = "VGG11 at an eighth of its width, without activations, as EECS 498/598, Homework 1 describes it"
_MOBILE = "thirteen depthwise-separable convolutions; ImageNet weights of width 0.25 are published"

ENTRIES: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("convnet", "plain convolutional classifier, every part an option", ConvNetOptions(), build_convnet),
        Entry("convnet-cs7150", _CS7150, cs7150_options(), build_convnet),
        Entry("shallownet", "one convolution, as a sequence or as a class", ShallowNetOptions(), build_shallownet),
        Entry(
            "simpleconvnet", "six convolutions, with or without norm and residual connections", _SIMPLE, build_convnet
        ),
        Entry("mlp", "dense layers alone, which do not know where a pixel lies", MLPOptions(), build_mlp),
        Entry("vgg11-small", _VGG_SMALL, small_options(), build_vgg),
        Entry("vgg11", "VGG11 at full width, with or without batch norm", VGGOptions(), build_vgg),
        Entry("resnet", "residual net of any depth, width, block, order and shortcut", ResNetOptions(), build_resnet),
        Entry("resnet-v1", "residual net of standard blocks, 6n + 2 layers", ResNetOptions(), build_resnet),
        Entry("resnet-v2", "residual net of pre-activated bottlenecks, 9n + 2 layers", _V2, build_resnet),
        *(_published(depth) for depth in (20, 32, 44, 56)),
        Entry("mobilenet-v1", _MOBILE, MobileNetOptions(), build_mobilenet, IMAGENET_PLUS_MINUS_ONE),
    )
}

ELSEWHERE: dict[str, str] = {
    "package.module:callable": "a net of your own: a function or class that returns a torch.nn.Module",
    "timm:NAME": "a net of timm, with its published weights if you like (extra zoo)",
    "torchvision:NAME": "a net of torchvision, with its published weights if you like (extra zoo)",
}
"""The forms of the other names that `build` accepts."""


def names() -> tuple[str, ...]:
    """Return the names in the table; `build` also accepts names of the forms in `ELSEWHERE`."""
    return tuple(ENTRIES)


def entry(name: str) -> Entry:
    """Return what is known of a net; raises NetError with the nearest name and all that are accepted.

    A net of one's own must have been trusted before, for importing it runs its code.
    """
    if name in ENTRIES:
        return ENTRIES[name]
    if is_zoo(name):
        return zoo_entry(name)
    if is_own(name):
        return own_entry(name)
    accepted = ", ".join((*ENTRIES, *ELSEWHERE))
    raise NetError(f'net "{name}" is unknown{nearest(name, ENTRIES)}; accepted are {accepted}')


def option_fields(name: str) -> tuple[str, ...]:
    """Return the names of the options that net ``name`` accepts."""
    return tuple(type(entry(name).default).model_fields)


def complete(name: str, options: Mapping[str, Any]) -> Any:
    """Return the net's full options: its defaults with ``options`` replaced; raises NetError listing every fault.

    An option may also be given by its full name, ``net.OPTION``.
    """
    default = entry(name).default
    # The defaults of a net of one's own may be anything, and are taken as they stand; ours follow from no field's default.
    kept = {} if is_own(name) else default.model_dump(mode="json")
    # JSON in, so that lists become tuples under strict validation; NaN passes here, and the ranges of the fields refuse it.
    try:
        return type(default).model_validate_json(json.dumps({**kept, **unprefixed(options)}, default=str))
    except ValidationError as error:
        raise NetError(sentence(faults_of(error, type(default).model_fields, PREFIX))) from error


def faults_of(error: ValidationError, fields: Iterable[str], full: str = "") -> list[str]:
    """Return one clause for each fault of a validation, with the field, what was given and what is accepted.

    ``full`` is what stands before a field's name where it has to be told from others.
    """
    clauses: list[str] = []
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            known = nearest(where, fields) or f" (accepted are {', '.join(fields)})"
            clauses.append(f"field {where} is unknown{known}")
        elif fault["type"] == "missing":
            clauses.append(f"{where} has no default and must be given{f', as {full}{where}' if full else ''}")
        elif not where:
            clauses.append(fault["msg"].removeprefix("Value error, "))
        else:
            given = str(fault["input"])
            shown = given if len(given) <= 60 else given[:57] + "..."
            rule = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            rule = rule.replace("a valid array", "a list such as [1, 2]")
            accepted = re.findall(r"'([^']*)'", rule) if fault["type"] == "literal_error" else []
            clauses.append(f"{where} is {shown}, and must be {rule}{nearest(given, accepted)}")
    return clauses


def build(name: str, options: Mapping[str, Any], image_shape: ImageShape, classes: int) -> nn.Module:
    """Return net ``name`` for images of (H, W, C) and that many classes, freshly initialized from torch's generator.

    Who calls this names the net, and so trusts one of their own. Raises NetError for an unknown name, unacceptable options, or
    a net too deep for the image.
    """
    trust(name)
    return build_again(name, options, image_shape, classes)


def build_again(name: str, options: Mapping[str, Any], image_shape: ImageShape, classes: int) -> nn.Module:
    """Build as `build` does, from a name that a file holds: a net of one's own must have been trusted before."""
    return entry(name).build(complete(name, options), image_shape, classes)
