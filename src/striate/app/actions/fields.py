"""What `--set` can change: the fields of a recipe and the options of a net, with default, accepted values and meaning."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from striate.base.errors import listed
from striate.scratch.catalog import entry as scratch_entry


def fields_of(engine: str, net: str) -> list[tuple[str, str, str, str, str]]:
    """Return (whose, field, default, accepted, what it is) of a recipe, then of the net; raises NetError for an unknown net."""
    from striate.nets.catalog import entry
    from striate.nets.custom.options import readable, writable
    from striate.nets.custom.trust import trust
    from striate.training.recipe.recipe import Recipe

    own: Iterator[tuple[str, str, str, str]]
    if engine == "torch":
        trust(net)
        default = entry(net).default
        shown = {name: value if writable(value) else readable(value) for name, value in dict(default).items()}
        own = _of_model(type(default), to_jsonable_python(shown))
    else:
        own = _of_dataclass(scratch_entry(net).options)
    recipe = _of_model(
        Recipe, {name: field.get_default(call_default_factory=True) for name, field in Recipe.model_fields.items()}
    )
    return [
        *(("recipe", *row) for row in recipe if row[0] != "net_options"),
        *((net, *_full(row, row[0] in Recipe.model_fields)) for row in own),
    ]


def shared_names(net: str) -> list[str]:
    """Return the full names of the options of ``net`` that are called as a field of the recipe is."""
    from striate.nets.catalog import option_fields
    from striate.nets.custom.naming import PREFIX
    from striate.training.recipe.recipe import Recipe

    return [f"{PREFIX}{name}" for name in option_fields(net) if name in Recipe.model_fields]


def _full(row: tuple[str, str, str, str], shared: bool) -> tuple[str, str, str, str]:
    from striate.nets.custom.naming import PREFIX

    name, default, accepted, meaning = row
    if not shared:
        return row
    told = f"{meaning} By this full name, for {name} is a field of the recipe.".strip()
    return f"{PREFIX}{name}", default, accepted, told


def _of_model(model: type[BaseModel], defaults: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for name, field in model.model_fields.items():
        default = _value(defaults[name]) if name in defaults else "must be given"
        yield name, default, accepted(field.annotation, field.metadata), " ".join((field.description or "").split())


def _of_dataclass(kind: type[Any]) -> Iterator[tuple[str, str, str, str]]:
    for field in dataclasses.fields(kind):
        yield field.name, _value(field.default), field.metadata.get("accepted", ""), ""


def _value(value: Any) -> str:
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value)


def accepted(annotation: Any, bounds: Sequence[Any] = ()) -> str:
    """Return in words what a field accepts: ``whole number from 1 to 64``, ``channel or image``, ``list of ...``.

    ``bounds`` are those of annotated_types, or fields that hold such. Nothing is said of a type that `--set` has no word for.
    It is read from the annotation, since the JSON schema that says the same takes as long as all else that a list needs.
    """
    parts, made = get_args(annotation), get_origin(annotation)
    if made is Annotated:
        return accepted(parts[0], [*parts[1:], *bounds])
    if made is Literal:
        return listed([str(value) for value in parts], "or")
    if made in (Union, UnionType):
        return " or ".join(accepted(part, bounds) for part in parts)
    if isinstance(made, type) and issubclass(made, Collection) and not issubclass(made, Mapping):
        one = len(parts) == 1 or parts[1:] == (...,)
        inner = accepted(parts[0]) if one else ""
        return f"list of [{inner}]" if inner.startswith("list") else f"list of {inner}" if inner else "list"
    word = _WORDS.get(annotation, "")
    return " ".join([word, *(_bounds(bounds) if word.endswith("number") else ())]).strip()


_WORDS: dict[Any, str] = {
    bool: "true or false",
    type(None): "none",
    str: "text",
    Path: "text",
    int: "whole number",
    float: "number",
    list: "list",
    tuple: "list",
    set: "list",
}
"""A type -> what it is called."""


def _bounds(given: Sequence[Any]) -> Iterator[str]:
    single = [part for one in given for part in (one.metadata if isinstance(one, FieldInfo) else [one])]
    words = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
    told = [f"{word} {_bound(getattr(one, key))}" for key, word in words.items() for one in single if hasattr(one, key)]
    yield from told[:1]
    yield from (f"and {bound}" if bound.startswith("below") else bound for bound in told[1:])


def _bound(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
