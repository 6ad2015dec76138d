"""The only place where the name of a net becomes a net.

A name is one of the table here, or that of a net from elsewhere: ``package.module:callable`` (`nets/custom/load.py`),
``timm:NAME`` or ``torchvision:NAME`` (`nets/published/zoo.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from striate.base.catalog import Catalog, later, loaded
from striate.base.errors import NetError, printable, sentence
from striate.nets.custom.naming import PREFIX, is_own, is_zoo, other_form, unprefixed
from striate.nets.custom.trust import trust
from striate.nets.entry import Entry, ImageShape
from striate.nets.inputs import CIFAR10, IMAGENET_PLUS_MINUS_ONE

if TYPE_CHECKING:
    from pydantic import BaseModel
    from torch import nn


def _at(family: str) -> Callable[..., nn.Module]:
    return later(f"striate.nets.families.{family}:build_{family}")


def _options(name: str, **given: Any) -> Callable[[], BaseModel]:
    """Return what makes the options of this class in `nets/families/options.py`, with the fields that are ``given``.

    They are ours, and are checked by a test rather than anew by everyone who only reads them.
    """
    return lambda: loaded(f"striate.nets.families.options:{name}").model_construct(**given)


def _published(depth: int) -> Entry:
    n = (depth - 2) // 6
    summary = f"the residual net of {depth} layers with option-A shortcuts, whose CIFAR-10 weights are published"
    return Entry(f"resnet{depth}", summary, _options("ResNetOptions", n=n, shortcut="pad"), _at("resnet"), CIFAR10)


_SIMPLE = _options("ConvNetOptions", widths=((32, 32), (64, 64), (128, 128)), hidden=(256,))
_RESNET = _options("ResNetOptions")
_CS7150 = _options("ConvNetOptions", widths=((32,), (64,), (64, 64)), hidden=(512,))  # as far as its text determines it
_SMALL = _options("VGGOptions", width=8, hidden=(64,), activation="none", dropout=0.0)  # to the letter
_V2 = _options("ResNetOptions", block="bottleneck", order="pre")
_OF_CS7150 = "the CIFAR-10 network of the CS 7150 solution, four convolutions"
_VGG_SMALL = "VGG11 at an eighth of its width, without activations, as EECS 498/598, Homework 1 describes it"
_MOBILE = "thirteen depthwise-separable convolutions; ImageNet weights of width 0.25 are published"

ELSEWHERE: dict[str, str] = {
    "package.module:callable": "a net of your own: a function or class that returns a torch.nn.Module",
    "timm:NAME": "a net of timm, with its published weights if you like (extra zoo)",
    "torchvision:NAME": "a net of torchvision, with its published weights if you like (extra zoo)",
}
"""The forms of the other names that `build` accepts."""

ENTRIES: Catalog[Entry] = Catalog(
    "net",
    NetError,
    (
        Entry(
            "convnet",
            "plain convolutional classifier, every part an option",
            _options("ConvNetOptions"),
            _at("convnet"),
        ),
        Entry("convnet-cs7150", _OF_CS7150, _CS7150, _at("convnet")),
        Entry(
            "shallownet",
            "one convolution, as a sequence or as a class",
            _options("ShallowNetOptions"),
            _at("shallownet"),
        ),
        Entry(
            "simpleconvnet", "six convolutions, with or without norm and residual connections", _SIMPLE, _at("convnet")
        ),
        Entry("mlp", "dense layers alone, which do not know where a pixel lies", _options("MLPOptions"), _at("mlp")),
        Entry("vgg11-small", _VGG_SMALL, _SMALL, _at("vgg")),
        Entry("vgg11", "VGG11 at full width, with or without batch norm", _options("VGGOptions"), _at("vgg")),
        Entry(
            "resnet",
            "residual net of any depth, width, block, order and shortcut",
            _options("ResNetOptions"),
            _at("resnet"),
        ),
        Entry("resnet-v1", "residual net of standard blocks, 6n + 2 layers", _options("ResNetOptions"), _at("resnet")),
        Entry("resnet-v2", "residual net of pre-activated bottlenecks, 9n + 2 layers", _V2, _at("resnet")),
        *(_published(depth) for depth in (20, 32, 44, 56)),
        Entry("mobilenet-v1", _MOBILE, _options("MobileNetOptions"), _at("mobilenet"), IMAGENET_PLUS_MINUS_ONE),
    ),
    also=lambda: ", ".join(ELSEWHERE),
)


def names() -> tuple[str, ...]:
    """Return the names in the table; `build` also accepts names of the forms in `ELSEWHERE`."""
    return ENTRIES.names


def entry(name: str) -> Entry:
    """Return what is known of a net; raises NetError with the nearest name and all that are accepted.

    A net of one's own must have been trusted before, for importing it runs its code.
    """
    if name in ENTRIES:
        return ENTRIES[name]
    if todo := other_form(name):
        raise NetError(f'net "{printable(name)}" is a file of your own, and no net is named so; {todo}')
    if is_zoo(name):
        from striate.nets.published.zoo import zoo_entry

        return zoo_entry(name)
    if is_own(name):
        from striate.nets.custom.load import own_entry

        return own_entry(name)
    return ENTRIES.entry(name)


def option_fields(name: str) -> tuple[str, ...]:
    """Return the names of the options that net ``name`` accepts."""
    return tuple(type(entry(name).default).model_fields)


def complete(name: str, options: Mapping[str, Any]) -> Any:
    """Return the net's full options: its defaults with ``options`` replaced; raises NetError listing every fault.

    An option may also be given by its full name, ``net.OPTION``.
    """
    from pydantic import ValidationError

    from striate.base.validation import faults_of

    default = entry(name).default
    # The defaults of a net of one's own may be anything, and are taken as they stand; ours follow from no field's default.
    kept = {} if is_own(name) else default.model_dump(mode="json")
    # JSON in, so that lists become tuples under strict validation; NaN passes here, and the ranges of the fields refuse it.
    try:
        return type(default).model_validate_json(json.dumps({**kept, **unprefixed(options)}, default=str))
    except ValidationError as error:
        raise NetError(sentence(faults_of(error, type(default).model_fields, PREFIX))) from error


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
