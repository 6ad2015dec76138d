"""What probes tell beside their arrays: settings and numbers, one frozen record for each kind, which pages read by name.

`json_of` gives the JSON of any of them: field by field, in the order in which they stand here. A field marked UNSAID is left
out of it while it is None; any other None is written as null, for there it says something, as that nothing was tried.
A probe of a new kind may keep its record beside itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, NamedTuple

from striate.base.intervals import Share

UNSAID = {"unsaid": True}
Box = tuple[int, int, int, int]
"""Top, left, bottom and right of a rectangle of pixels, bottom and right exclusive."""


class Explained(NamedTuple):
    """What a map is: in words, and as a formula in LaTeX."""

    words: str
    formula: str = ""


def json_of(value: Any) -> Any:
    """Return records, and what they are made of, as JSON-able values; a record with a ``to_json`` of its own says it itself."""
    if hasattr(value, "to_json"):
        return value.to_json()
    if is_dataclass(value):
        told = {each.name: (getattr(value, each.name), each.metadata) for each in fields(value)}
        return {n: json_of(v) for n, (v, mark) in told.items() if not (v is None and mark.get("unsaid"))}
    if isinstance(value, Mapping):
        named: Mapping[Any, Any] = value
        return {name: json_of(each) for name, each in named.items()}
    if isinstance(value, (tuple, list)):
        several: tuple[Any, ...] | list[Any] = value
        return [json_of(each) for each in several]
    return value


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What all of them are: settings and numbers of one probe, JSON-able by `json_of`."""


@dataclass(frozen=True, kw_only=True)
class SaliencyFacts(Facts):
    """``samples``, ``noise`` and ``seed`` of smoothgrad alone; ``steps`` and ``completeness_gap`` of integrated gradients."""

    method: str
    samples: int | None = field(default=None, metadata=UNSAID)
    noise: float | None = field(default=None, metadata=UNSAID)
    seed: int | None = field(default=None, metadata=UNSAID)
    steps: int | None = field(default=None, metadata=UNSAID)
    completeness_gap: float | None = field(default=None, metadata=UNSAID)


@dataclass(frozen=True, kw_only=True)
class GradcamFacts(Facts):
    """``backward_pass``: one was needed; ``map``: height and width of the feature map ``tap``."""

    tap: str
    backward_pass: bool
    map: tuple[int, int]
    all_classes: bool


@dataclass(frozen=True, kw_only=True)
class OcclusionFacts(Facts):
    """``window`` and ``stride`` in pixels, ``fill`` in units of the normalized image, ``patches`` of each image."""

    window: int
    stride: int
    fill: float
    patches: int


@dataclass(frozen=True, kw_only=True)
class FilterFacts(Facts):
    """``first``: ``tap`` is the first convolution; of ``filters`` filters with ``channels`` channels, ``kernel`` (K, K)."""

    tap: str
    first: bool
    filters: int
    channels: int
    kernel: tuple[int, ...]


@dataclass(frozen=True)
class Patch:
    """The pixels ``window`` of image ``image``, and the number by which it was chosen."""

    image: int
    value: float
    window: Box


@dataclass(frozen=True)
class FeatureMap:
    """Channel ``channel`` of ``tap``: for each rule the images that it ranks first."""

    tap: str
    channel: int
    rules: Mapping[str, tuple[Patch, ...]]

    def to_json(self) -> dict[str, Any]:
        """Return tap, channel, and the images by the name of the rule."""
        return {"tap": self.tap, "channel": self.channel, **json_of(self.rules)}


@dataclass(frozen=True, kw_only=True)
class FeatureFacts(Facts):
    """The M ``maps`` over ``images`` images, of which each rule shows ``top``."""

    maps: tuple[FeatureMap, ...]
    images: int
    top: int
    first_dimension: str = "feature maps"


@dataclass(frozen=True, kw_only=True)
class PatchFacts(Facts):
    """``even[m]``: channel m answers the same everywhere; ``patches[m]``: those that excite it most, over ``images`` images."""

    tap: str
    channels: tuple[int, ...]
    images: int
    first_dimension: str = "channels"
    even: tuple[bool, ...]
    patches: tuple[tuple[Patch, ...], ...]


@dataclass(frozen=True, kw_only=True)
class MaximizeFacts(Facts):
    """``answers[m]``: the climbed number of channel m, ``largest[m]``: its map's largest cell, for the finished image.

    ``nowhere``: the channels whose climb ended no higher than it began; ``patches`` None for a tap that is not a map.
    """

    first_dimension: str = "channels"
    tap: str
    channels: tuple[int, ...]
    where: str
    steps: int
    rate: float
    parameters: str
    smoothness: float
    jitter: int
    seed: int
    answers: tuple[float, ...]
    largest: tuple[float, ...]
    nowhere: tuple[int, ...]
    patches: tuple[tuple[Patch, ...], ...] | None


@dataclass(frozen=True)
class Strongest:
    """The strongest single place of an image, ``place`` its row and column, and the class that answers there."""

    target: int
    response: float
    probability: float
    place: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        """Return class, response, probability and place."""
        place = list(self.place)
        return {"class": self.target, "response": self.response, "probability": self.probability, "place": place}


@dataclass(frozen=True)
class Overlap:
    """The mean over scenes with its 95 % t interval; None where nothing was tried, or too little for an interval."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class FoundObjects:
    """How well the objects of scenes were found (`striate.probes.places.scenes.found`)."""

    scenes: int
    objects: int
    blank: int
    pointing: Share
    overlap: Overlap
    overlap_half: Share
    chance: float


@dataclass(frozen=True, kw_only=True)
class LocaliseFacts(Facts):
    """``maps``: height and width of the map at each ``scale``; ``boxes`` and ``strongest``: one for each image.

    ``scenes``: where scenes were made, how well their objects were found.
    """

    tap: str
    scale: tuple[float, ...]
    threshold: float
    maps: tuple[tuple[int, int], ...]
    linear_head: bool
    boxes: tuple[Box, ...]
    strongest: tuple[Strongest, ...]
    scenes: FoundObjects | None = field(default=None, metadata=UNSAID)
