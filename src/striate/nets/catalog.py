"""The only place where the name of a net becomes a net."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from torch import nn

from striate.base.errors import NetError, nearest, sentence
from striate.nets.convnet import ConvNetOptions, build_convnet, cs7150_options


@dataclass(frozen=True)
class Entry:
    """One name of the catalogue: what it is in a line, and the options it starts from."""

    name: str
    summary: str
    default: ConvNetOptions


ENTRIES: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("convnet", "plain convolutional classifier, every part of it an option", ConvNetOptions()),
        Entry("convnet-cs7150", "the CIFAR-10 network of the CS 7150 solution, four convolutions", cs7150_options()),
    )
}


def names() -> tuple[str, ...]:
    """Return the names that `build` accepts."""
    return tuple(ENTRIES)


def entry(name: str) -> Entry:
    """Return the catalogue's entry; raises NetError with the nearest name and the list."""
    if name not in ENTRIES:
        raise NetError(f'net "{name}" is unknown{nearest(name, ENTRIES)}; accepted are {", ".join(ENTRIES)}')
    return ENTRIES[name]


def option_fields(name: str) -> tuple[str, ...]:
    """Return the names of the options that net ``name`` accepts."""
    return tuple(type(entry(name).default).model_fields)


def complete(name: str, options: Mapping[str, Any]) -> ConvNetOptions:
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


def build(name: str, options: Mapping[str, Any], image_shape: tuple[int, int, int], classes: int) -> nn.Module:
    """Return net ``name`` for images of (H, W, C) and that many classes, freshly initialized from torch's generator.

    Raises NetError for an unknown name, unacceptable options, or a net too deep for the image.
    """
    return build_convnet(complete(name, options), image_shape, classes)
