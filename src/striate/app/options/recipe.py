"""Options that are fields of the recipe: name, type, default, accepted values and meaning are the recipe's own."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import typer

from striate.app.options.groups import option

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class Changes:
    """The fields of a recipe that were given."""

    given: Mapping[str, Any]


@dataclass(frozen=True)
class RecipeFields:
    """These fields of the recipe as options; ``defaults`` says what they are without one.

    Values are not judged here but by the recipe, which names every fault at once.
    """

    names: tuple[str, ...]
    defaults: bool = False

    def parameters(self) -> Sequence[inspect.Parameter]:
        """Return an option for each field."""
        from striate.training.recipe.recipe import Recipe

        return [option(name, self._kind(Recipe.model_fields[name]), None) for name in self.names]

    def value(self, given: Mapping[str, Any]) -> Changes:
        """Return the fields that were given."""
        return Changes({name: value for name, value in given.items() if value is not None})

    def _kind(self, field: FieldInfo) -> Any:
        choices, kind = _choices(field.annotation), _plain(field.annotation)
        told = " ".join((field.description or "").split())
        if self.defaults and field.default is not None and kind is not bool:
            default = field.default
            told += f"  [default: {f'{default:g}' if isinstance(default, float) else default}]"
        metavar = f"<{'|'.join(choices)}>" if choices else None
        return Annotated[kind | None, typer.Option(metavar=metavar, help=told)]


def _parts(annotation: Any) -> list[Any]:
    """Return the types of a union without None, else the type alone; of an annotated one what is annotated."""
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [part for one in get_args(annotation) if one is not NoneType for part in _parts(one)]
    return [annotation]


def _choices(annotation: Any) -> tuple[str, ...]:
    return tuple(str(v) for part in _parts(annotation) if get_origin(part) is Literal for v in get_args(part))


def _plain(annotation: Any) -> Any:
    """Return int, float, bool or str, which the command line reads."""
    return next((part for part in _parts(annotation) if part in (int, float, bool)), str)
