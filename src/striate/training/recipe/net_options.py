"""The options of a net within a recipe: how they are told from its fields, and how they are written down."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from striate.base.errors import NetError, RecipeError
from striate.nets.custom.naming import PREFIX, unprefixed


def taken(changes: dict[str, Any], options: Iterable[str], fields: Collection[str]) -> dict[str, Any]:
    """Take out of ``changes`` what is an option of the net, by its name or its full name ``net.NAME``, and return it.

    ``options`` are those of the net and ``fields`` those of the recipe, which have the short name where both have it.
    Raises RecipeError where one option is given under both of its names.
    """
    short = [name for name in options if name in changes and name not in fields]
    full = [name for name in changes if name.startswith(PREFIX)]
    try:
        return unprefixed({name: changes.pop(name) for name in (*short, *full)})
    except NetError as error:
        raise RecipeError(f"the recipe is not accepted: {error}") from error


def written(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a net as they come back from JSON, so that a recipe equals itself after a round trip.

    Paths become texts, and NumPy's numbers numbers. Raises RecipeError for what JSON cannot hold: a class, a tensor.
    """

    def plain(value: Any) -> Any:
        if isinstance(value, Path):
            return str(value)
        if isinstance(value, (set, frozenset)):
            return sorted(value, key=repr)
        from striate.nets.custom.options import is_number, readable  # which know NumPy's numbers and PyTorch's tensors

        if is_number(value):
            return value.item()

        raise RecipeError(
            f"the recipe is not accepted: net_options hold {readable(value)}, of type {type(value).__name__}, and a recipe "
            "holds numbers, texts and lists; give a text, from which the net takes its part"
        )

    return json.loads(json.dumps(unprefixed(options), default=plain))
