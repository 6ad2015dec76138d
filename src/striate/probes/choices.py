"""What an argument of a probe may be where it is one of a few words; nothing else, so that a help text loads no more."""

from __future__ import annotations

from typing import Literal

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
