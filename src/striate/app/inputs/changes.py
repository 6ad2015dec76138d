"""What a person writes about a recipe, ``field=value`` and single fields, as changes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from striate.base.errors import RecipeError, StriateError, printable


def settings_of(texts: Sequence[str] | None) -> dict[str, Any]:
    """Return the fields that ``texts`` name; raises RecipeError for one that is not FIELD=VALUE, or comes twice."""
    if not texts:
        return {}
    from striate.training.recipe.setting import parse_setting

    pairs = [parse_setting(text) for text in texts]
    names = [name for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise RecipeError(f"{printable(twice[0])} is set {names.count(twice[0])} times; set it once")
    return dict(pairs)


def changes_of(settings: Sequence[str] | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``fields`` that are not None, and the settings, as changes of a recipe; RecipeError for a field given twice.

    ``hidden`` may be one number where the net takes a list of them. A net of one's own that is named here is trusted.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    settled = settings_of(settings)
    if twice := [name for name in given if name in settled]:
        raise RecipeError(f"{twice[0]} is given by `{twice[0]}` and by `settings`; give it once")
    changes = given | settled
    if isinstance(net := changes.get("net"), str):
        from striate.nets.custom.trust import trust

        trust(net)
    if "hidden" in given and _of_any_depth(changes.get("engine"), changes.get("net")):
        changes["hidden"] = [given["hidden"]]
    return changes


def _of_any_depth(engine: str | None, net: str | None) -> bool:
    """Return whether the net takes the units of any number of hidden layers."""
    from striate.training.recipe.engine_nets import complete
    from striate.training.recipe.recipe import Recipe

    usual = Recipe()
    try:
        options = complete(engine or usual.engine, net or usual.net, {})
    except StriateError:
        return False  # said better when the recipe itself is made
    return isinstance(getattr(options, "hidden", None), (list, tuple))
