"""What an argument of a probe may be where it is one of a few words, and which options each probe takes besides its images.

Nothing else stands here, so that a help text, and what hands options on, loads no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypedDict

Background = Literal["black", "mean", "noise"]
"""Of the scenes that `striate.probes.places.scenes` makes."""
Method = Literal["gradient", "signed", "times-input", "smoothgrad", "integrated"]
"""Which map `saliency` makes of the gradient."""
Norm = Literal["l2", "linf"]
"""In which the size of a change by `fool` is measured."""
Objective = Literal["score", "probability"]
"""What `fool` climbs."""
Parameters = Literal["fourier", "pixel"]
"""The numbers that `maximize` changes."""
Where = Literal["cell", "map"]
"""What `maximize` climbs: the middle cell of the map, or the mean of the whole map."""


class HeatmapOptions(TypedDict, total=False):
    """What the builtin probes of heatmaps take beside the class; the probe's own docstring says what each is."""

    method: Method
    tap: str | None
    window: int | None
    stride: int | None
    progress: Callable[[int, int], None] | None


class MaximizeOptions(TypedDict, total=False):
    """What `maximize` takes beside tap and channels; its own docstring says what each is."""

    where: Where
    steps: int
    rate: float
    parameters: Parameters
    smoothness: float
    jitter: int | None
    top: int
    seed: int


class FoolOptions(TypedDict, total=False):
    """What `fool` takes beside the classes and the other nets; its own docstring says what each is."""

    confidence: float
    steps: int | None
    step: float | None
    budget: float | None
    norm: Norm
    objective: Objective
    seed: int
