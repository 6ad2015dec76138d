"""What a checkpoint of weights says beside them: all that a reader needs to build the net again and to show it an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from striate.data.photos.levels import Levels
from striate.data.photos.resizing import Resizing, resizing_of
from striate.training.feed.normalization import Normalization


@dataclass(frozen=True)
class Labels:
    """``engine``, ``net`` and ``net_options`` build it; ``image_shape`` is (H, W, C); ``classes[k]`` is the name of output k.

    ``levels``: the 16-bit values that became 0 and 255 in the images that it was trained on; None where those had 8 bits.
    ``resizing``: how an image of another size became one of these; None for a table, and in older checkpoints.
    """

    engine: str
    net: str
    net_options: Mapping[str, Any]
    image_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    normalization: Normalization
    levels: Levels | None = None
    resizing: Resizing | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Labels:
        """Return the labels in the values of a checkpoint, of the form of `LabelsForm`; all else there is passed over."""
        height, width, channels = values["image_shape"]
        return cls(
            engine=values.get("engine", "torch"),
            net=values["net"],
            net_options=values["net_options"],
            image_shape=(height, width, channels),
            classes=tuple(map(str, values["classes"])),
            normalization=Normalization.of(values),
            levels=levels_told(values.get("levels")),
            resizing=resizing_of(values.get("resize")),
        )

    @property
    def by_hand(self) -> bool:
        """Whether the weights are those of a net by hand."""
        return self.engine == "scratch"

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON-able values by name; ``levels`` and ``resize`` only where there are any."""
        return {
            "engine": self.engine,
            "net": self.net,
            "net_options": self.net_options,
            "image_shape": list(self.image_shape),
            "classes": list(self.classes),
            **self.normalization.labels(),
            **({"levels": [self.levels.low, self.levels.high]} if self.levels else {}),
            **({"resize": self.resizing.to_json()} if self.resizing else {}),
        }


def levels_told(told: object) -> Levels | None:
    """Return the levels that a run or a file tells as [low, high]; None where it tells none."""
    return Levels(*map(int, told)) if isinstance(told, (list, tuple)) and len(told) == 2 else None
