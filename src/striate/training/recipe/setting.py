"""One setting of a command line, ``field=value``, as a field and its value."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from striate.base.errors import RecipeError


def parse_setting(text: str) -> tuple[str, Any]:
    """Return (field, value) of ``field=value``; the value is read as JSON where that is possible, else as text.

    Raises RecipeError when there is no equals sign.
    """
    field, equals, written = text.partition("=")
    if not equals or not field.strip():
        raise RecipeError(f'"{text}" is not a setting; write field=value, for example lr=0.001')
    try:
        value = json.loads(written)
    except ValueError:
        value = {"true": True, "false": False, "none": None}.get(written.lower(), written)
        with contextlib.suppress(ValueError):
            value = float(written)  # .001 is a number to a person, though not to JSON
    return field.strip().replace("-", "_"), value
