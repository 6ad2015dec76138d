"""The only place where the name of a net becomes a net.

A name is an entry of the table here, or that of a net from elsewhere (`nets/elsewhere.py`): ``package.module:callable``,
``timm:NAME`` or ``torchvision:NAME``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from torch import nn

from striate.base.errors import NetError, nearest, sentence
from striate.nets.convnet import ConvNetOptions, build_convnet, cs7150_options
from striate.nets.inputs import CIFAR10, Inputs
from striate.nets.resnet import ResNetOptions, build_resnet

ImageShape = tuple[int, int, int]


@dataclass(frozen=True)
class Entry:
    """One name: what it is in a line, the options it starts from, how it is built from them, and what it was trained on.

    ``build(options, image_shape, classes)`` takes options of the type of ``default``; ``inputs`` is None where no weights
    are published.
    """

    name: str
    summary: str
    default: BaseModel
    build: Callable[[Any, ImageShape, int], nn.Module]
    inputs: Inputs | None = None


def _published(depth: int) -> Entry:
    n = (depth - 2) // 6
    summary = f"the residual net of {depth} layers with option-A shortcuts, whose CIFAR-10 weights are published"
    return Entry(f"resnet{depth}", summary, ResNetOptions(n=n, shortcut="pad"), build_resnet, CIFAR10)


_V2 = ResNetOptions(block="bottleneck", order="pre")

ENTRIES: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("convnet", "plain convolutional classifier, every part of it an option", ConvNetOptions(), build_convnet),
        Entry(
            "convnet-cs7150",
            "the CIFAR-10 network of the CS 7150 solution, four convolutions",
            cs7150_options(),
            build_convnet,
        ),
        Entry(
            "resnet",
            "residual net for small images: depth, width, block, order, shortcut",
            ResNetOptions(),
            build_resnet,
        ),
        Entry("resnet-v1", "residual net of standard blocks, 6n + 2 layers", ResNetOptions(), build_resnet),
        Entry("resnet-v2", "residual net of pre-activated bottlenecks, 9n + 2 layers", _V2, build_resnet),
        *(_published(depth) for depth in (20, 32, 44, 56)),
    )
}


def names() -> tuple[str, ...]:
    """Return the names in the table; `build` accepts those of nets from elsewhere too."""
    return tuple(ENTRIES)


def entry(name: str) -> Entry:
    """Return the catalogue's entry; raises NetError with the nearest name and the list."""
    if name not in ENTRIES:
        raise NetError(f'net "{name}" is unknown{nearest(name, ENTRIES)}; accepted are {", ".join(ENTRIES)}')
    return ENTRIES[name]


def option_fields(name: str) -> tuple[str, ...]:
    """Return the names of the options that net ``name`` accepts."""
    return tuple(type(entry(name).default).model_fields)


def complete(name: str, options: Mapping[str, Any]) -> Any:
    """Return the net's full options: its defaults with ``options`` replaced; raises NetError listing every fault."""
    default = entry(name).default
    # JSON in, so that lists become tuples under strict validation; NaN passes here, and the ranges of the fields refuse it.
    try:
        return type(default).model_validate_json(
            json.dumps({**default.model_dump(mode="json"), **options}, default=str)
        )
    except ValidationError as error:
        raise NetError(sentence(faults_of(error, type(default).model_fields))) from error


def faults_of(error: ValidationError, fields: Iterable[str]) -> list[str]:
    """Return one clause for each fault of a validation, with the field, what was given and what is accepted."""
    clauses: list[str] = []
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            known = nearest(where, fields) or f" (accepted are {', '.join(fields)})"
            clauses.append(f"field {where} is unknown{known}")
        elif not where:
            clauses.append(fault["msg"].removeprefix("Value error, "))
        else:
            given = str(fault["input"])
            shown = given if len(given) <= 60 else given[:57] + "..."
            rule = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            accepted = re.findall(r"'([^']*)'", rule) if fault["type"] == "literal_error" else []
            clauses.append(f"{where} is {shown}, and must be {rule}{nearest(given, accepted)}")
    return clauses


def build(name: str, options: Mapping[str, Any], image_shape: ImageShape, classes: int) -> nn.Module:
    """Return net ``name`` for images of (H, W, C) and that many classes, freshly initialized from torch's generator.

    Raises NetError for an unknown name, unacceptable options, or a net too deep for the image.
    """
    return entry(name).build(complete(name, options), image_shape, classes)
