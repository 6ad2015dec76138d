"""What `--set` can change: the fields of a recipe and the options of a net, with default, accepted values and meaning."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from striate.base.errors import listed
from striate.scratch.catalog import entry as scratch_entry

_NOTHING = object()  # where there is no default, as none is one


def fields_of(engine: str, net: str) -> list[tuple[str, str, str, str, str]]:
    """Return (whose, field, default, accepted, what it is) of a recipe, then of the net; raises NetError for an unknown net."""
    from striate.nets.catalog import entry
    from striate.nets.custom.options import anything, readable, writable
    from striate.nets.custom.trust import trust
    from striate.training.recipe.recipe import Recipe

    own: Iterator[tuple[str, str, str, str]]
    if engine == "torch":
        trust(net)
        default = entry(net).default
        shown = {name: value if writable(value) else readable(value) for name, value in dict(default).items()}
        own = _of_model(type(default), anything().dump_python(shown, mode="json"))
    else:
        own = _of_dataclass(scratch_entry(net).options)
    recipe = _of_model(Recipe, {})
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
    try:
        schema = model.model_json_schema(schema_generator=_Quiet)
    except PydanticInvalidForJsonSchema:  # an own net's option of a type that JSON has not
        schema = {"properties": {name: {} for name in model.model_fields}}
    for name, told in schema.get("properties", {}).items():
        default = defaults.get(name, told.get("default", _NOTHING))
        meaning = " ".join(told.get("description", "").split())
        yield name, "must be given" if default is _NOTHING else _value(default), accepted(told), meaning


def _of_dataclass(kind: type[Any]) -> Iterator[tuple[str, str, str, str]]:
    for field in dataclasses.fields(kind):
        yield field.name, _value(field.default), field.metadata.get("accepted", ""), ""


class _Quiet(GenerateJsonSchema):
    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Say nothing of a default that JSON has not: it is told beside the schema."""


def _value(value: Any) -> str:
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value)


def accepted(schema: Mapping[str, Any]) -> str:
    """Return in words what a JSON schema accepts: ``whole number from 1 to 64``, ``channel or image``, ``list of ...``."""
    if "enum" in schema or "const" in schema:
        return listed([str(value) for value in schema.get("enum", [schema.get("const")])], "or")
    if "anyOf" in schema:
        return " or ".join(accepted(part) for part in schema["anyOf"])
    kind = schema.get("type")
    if kind == "array":
        inner = accepted(schema.get("items", {}))
        return f"list of [{inner}]" if inner.startswith("list") else f"list of {inner}" if inner else "list"
    names = {
        "boolean": "true or false",
        "null": "none",
        "string": "text",
        "integer": "whole number",
        "number": "number",
    }
    return " ".join([names.get(str(kind), ""), *_bounds(schema)]).strip()


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    told = [f"{word} {_bound(schema[key])}" for key, word in words.items() if key in schema]
    yield from told[:1]
    yield from (f"and {bound}" if bound.startswith("below") else bound for bound in told[1:])


def _bound(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
