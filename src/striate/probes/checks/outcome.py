"""What the checks of a heatmap found (`striate.probes.checks.sanity`), as numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Cascade:
    """``stages[s]`` is the layer made random last; ``correlations[s][n]`` is that of image n's map with the trained net's."""

    stages: tuple[str, ...]
    correlations: tuple[tuple[float | None, ...], ...]

    def defined(self) -> tuple[tuple[float, ...], ...]:
        """The correlations that are defined, for each stage."""
        return tuple(tuple(value for value in row if value is not None) for row in self.correlations)

    def means(self) -> tuple[float | None, ...]:
        """The mean over the images for each stage, of the defined ones; None where there is none."""
        return tuple(sum(row) / len(row) if row else None for row in self.defined())

    def to_json(self) -> dict[str, Any]:
        """Return stages, correlations and their means."""
        return {**asdict(self), "means": self.means()}


@dataclass(frozen=True)
class Curves:
    """Probabilities of the class, mean over images, when the shares ``shares`` of the pixels are taken away or put in.

    ``moved_deletion`` and ``moved_insertion`` are the control: the map moved to a random place. ``image_areas`` names the four
    curves; under each are the areas below it, by the trapezoidal rule, one for each image.
    """

    shares: tuple[float, ...]
    deletion: tuple[float, ...]
    insertion: tuple[float, ...]
    moved_deletion: tuple[float, ...]
    moved_insertion: tuple[float, ...]
    image_areas: Mapping[str, tuple[float, ...]]

    def areas(self) -> dict[str, float]:
        """The mean area under each curve."""
        return {name: sum(areas) / len(areas) for name, areas in self.image_areas.items()}

    def to_json(self) -> dict[str, Any]:
        """Return the curves and the areas below them."""
        return {**asdict(self), "areas": self.areas()}


@dataclass(frozen=True)
class Conclusions:
    """One sentence for each check, without its full stop."""

    weights: str
    deletion: str
    insertion: str


@dataclass(frozen=True)
class Checks:
    """Both checks of one kind of map; None for one that was not begun, for lack of images."""

    cascade: Cascade | None
    curves: Curves | None
    conclusions: Conclusions
