"""Options that nobody gave, and words that stay words, are taken as they stand.

Typer hands every value but a switch to Pydantic, which takes as long to load as all else that a short command does. Only what
has to become something else, a number, a path, one of a few choices, is worth that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import typer

PYDANTIC = "Value error, "
_PLAIN = (str, int, float, Path)


def as_given(parameters: Iterable[Any]) -> list[Any]:
    """Return the parameters of a command, each of which converts no value that is what it should be already."""
    made = list(parameters)
    for parameter in made:
        if "process_value" not in vars(parameter):
            vars(parameter)["process_value"] = _sparing(parameter, parameter.process_value)
    return made


def _told(converted: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """Return the converted value; what refuses it speaks without a word of Pydantic's."""
    try:
        return converted(context, value)
    except typer.BadParameter as error:
        if not str(error.message).startswith(PYDANTIC):
            raise
        said = error.message.removeprefix(PYDANTIC)
        raise typer.BadParameter(said, error.ctx, error.param, error.param_hint) from error


def _sparing(parameter: Any, converted: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    several = getattr(parameter, "multiple", False) or parameter.nargs == -1
    is_text = getattr(getattr(parameter, "type_descriptor", None), "annotation", None) is str

    def process_value(context: Any, value: Any) -> Any:
        stands = value is parameter.default and isinstance(value, _PLAIN)
        if value is None and not parameter.required:
            kept = () if several else None
        elif not several and (stands or (is_text and isinstance(value, str))):
            kept = value
        else:
            return _told(converted, context, value)
        return kept if parameter.callback is None else parameter.callback(context, parameter, kept)

    return process_value
