"""A net layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.app.actions.choices import Engine
from striate.app.actions.fields import shared_names
from striate.app.inputs.net_anatomy import net_anatomy
from striate.nets.measure.anatomy import Anatomy


@dataclass(frozen=True)
class ShownNet:
    """A net measured; ``shared`` are the net's options that are reached by their full names alone, as ``net.seed``."""

    anatomy: Anatomy
    shared: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the layers and their sums as JSON-able values."""
        whole = self.anatomy
        return {**whole.to_json(), "parameters": whole.parameters, "macs": whole.macs, "memory": whole.memory}


def show_net(
    name: str,
    options: Mapping[str, Any] | None = None,
    image_shape: str | None = None,
    classes: int | None = None,
    *,
    engine: Engine = "torch",
) -> ShownNet:
    """Return what there is to see of net ``name``, or of that of a run folder, for images ``image_shape`` (as ``3x32x32``).

    Raises NetError as `striate.app.inputs.net_anatomy.net_anatomy` does.
    """
    given = dict(options or {})
    anatomy = net_anatomy(name, given, image_shape, classes, by_hand=engine == "scratch")
    shared = shared_names(name) if engine == "torch" and not Path(name).is_dir() else []
    return ShownNet(anatomy, tuple(shared))
