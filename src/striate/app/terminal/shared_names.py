"""The options of a net that are called as fields of the recipe are, and how they are reached."""

from __future__ import annotations

from collections.abc import Sequence

from striate.app.terminal.speech import say
from striate.base.errors import listed, printable


def say_shared_names(net: str, names: Sequence[str]) -> None:
    """Say which options of ``net`` are reached by their full ``names`` alone, since a recipe has fields of these names."""
    if names:
        short = listed([name.partition(".")[2] for name in names])
        say(
            f"{short} of {printable(net)}: a recipe has fields of that name, so train and study reach the net's own by --set "
            f"{names[0]}=VALUE"
        )
