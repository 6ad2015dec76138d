"""Which layers of a net lie on shortcuts: found by following back, from an addition, what each layer reads.

The two operands of an addition come from one place, the fork; the branch with fewer layers on it, or
less work at the same number, is the shortcut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from striate.nets.measure.anatomy import Layer


@dataclass(frozen=True)
class Branch:
    """The shortcut that ends in an addition: the name of the layer after which it starts (empty: the image), its layers."""

    fork: str
    layers: tuple[Layer, ...]


def branches(layers: Sequence[Layer]) -> dict[str, Branch]:
    """Return the shortcut of every addition of two branches that come from one place, by the name of the addition."""
    known = {layer.name: layer for layer in layers}
    found: dict[str, Branch] = {}
    for layer in layers:
        if layer.kind == "add" and len(layer.reads) == 2:
            first, second = (_back(name, known) for name in layer.reads)
            fork = next((name for name in first if name in second), None)
            if fork is None:
                continue
            sides = [first[: first.index(fork)], second[: second.index(fork)]]
            side = min(sides, key=lambda names: (len(names), sum(known[name].macs for name in names)))
            found[layer.name] = Branch(fork, tuple(known[name] for name in reversed(side)))
    return found


def _back(name: str, known: dict[str, Layer]) -> list[str]:
    """Return the names from ``name`` back to the image, along what each layer reads first."""
    path = [name]
    while path[-1] in known and known[path[-1]].reads and known[path[-1]].reads[0] not in path:
        path.append(known[path[-1]].reads[0])
    return path
