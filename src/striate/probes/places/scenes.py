"""Generated scenes with known boxes: small images pasted on a large canvas; and how well a net finds them.

    pointing game   the largest response to the object's class lies inside its box (Zhang et al., arXiv 1608.00507)
    overlap         intersection over union of the response's box and the object's box

No two objects of a scene are of one class or touch each other, so each question has one right answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.base.intervals import Scale, mean_interval, share, useful
from striate.data.imageset import Split
from striate.probes.choices import Background
from striate.probes.facts import FoundObjects, Overlap
from striate.probes.places.boxes import holds, overlap
from striate.probes.places.localise import boxes_and_peaks, read_places
from striate.probes.places.responses import upsampled
from striate.probes.record import blank
from striate.probes.restoring import untouched

OVERLAP = Scale(0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Scenes:
    """``images`` uint8 (N, H, W, C); of the M objects in each, ``boxes`` int64 (N, M, 4) and ``labels`` int64 (N, M)."""

    images: NDArray[np.uint8]
    boxes: NDArray[np.int64]
    labels: NDArray[np.int64]


def scenes(
    split: Split,
    rng: np.random.Generator,
    *,
    count: int,
    objects: int = 2,
    side: int = 4,
    background: Background | str = "mean",
) -> Scenes:
    """Return ``count`` scenes of ``objects`` images of ``split``, the canvas ``side`` times as high and wide as one of them.

    The background is ``black``, the split's ``mean`` colour, or ``noise`` around it with the split's deviation. Raises
    ProbeError where so many objects of different classes do not exist, or are not sure to find a place.
    """
    height, width, channels = split.images.shape[1:]
    kinds = len(np.unique(split.labels))
    most = min(kinds, (side // 2) ** 2)
    if count < 1 or side < 1 or not 1 <= objects <= most or background not in get_args(Background):
        raise ProbeError(
            f"{count} scenes of {objects} objects on a canvas of side {side}, background {background}, are asked for; of"
            f" {kinds} classes at most {most} objects fit there, and backgrounds are {', '.join(get_args(Background))}"
        )
    canvas = (count, side * height, side * width, channels)
    images = _background(split, rng, background, canvas)
    boxes = np.zeros((count, objects, 4), dtype=np.int64)
    labels = np.zeros((count, objects), dtype=np.int64)
    for scene in range(count):
        picked = _different(split.labels, rng, objects)
        boxes[scene] = _apart(rng, objects, (height, width), canvas[1:3])
        labels[scene] = split.labels[picked]
        for index, (top, left, bottom, right) in zip(picked, boxes[scene].tolist(), strict=True):
            images[scene, top:bottom, left:right] = split.images[index]
    return Scenes(images, boxes, labels)


def found(
    net: nn.Module,
    images: Tensor,
    made: Scenes,
    *,
    scale: Sequence[float] = (1.0,),
    threshold: float = 0.2,
    tap: str | None = None,
    native: tuple[int, int] | None = None,
) -> FoundObjects:
    """Return how well ``net`` finds every object of ``made``, whose normalized ``images`` (N, C, H, W) are given.

    ``pointing`` is a share with its interval; ``overlap`` the mean over scenes with its 95 % t interval; ``overlap_half`` the
    share of at least 0.5; ``chance`` the share of the canvas that an object covers, which is what pointing anywhere gives. An
    object of whose class the response is blank has no place: ``blank`` counts these, and they are left out of the rest. The
    options are those of `localise`.
    """
    hits: list[bool] = []
    overlaps: list[list[float]] = []
    blanks = 0
    with untouched(net, images) as x, torch.no_grad():
        read, _, _ = read_places(net, x, scale, tap, native)
        for place, (labels, truths) in enumerate(zip(made.labels, made.boxes.tolist(), strict=True)):
            own = [each[place : place + 1, torch.from_numpy(labels).to(each.device)] for each in read]
            maps = upsampled(own, (x.shape[2], x.shape[3]))[0]
            shown = (~blank(maps)).tolist()
            boxes, peaks = boxes_and_peaks(maps, threshold)
            found_at = [
                pair for pair, sees in zip(zip(truths, peaks.tolist(), strict=True), shown, strict=True) if sees
            ]
            found_as = [
                pair for pair, sees in zip(zip(truths, boxes.tolist(), strict=True), shown, strict=True) if sees
            ]
            hits += [holds(t, *p) for t, p in found_at]
            overlaps.append([overlap(t, b) for t, b in found_as])
            blanks += shown.count(False)
    each = [value for row in overlaps for value in row]
    # Objects of one scene share its canvas and are no independent values: n of the interval is the number of scenes.
    per_scene = np.array([float(np.mean(row)) for row in overlaps if row], dtype=np.float64)
    top, left, bottom, right = made.boxes[0, 0].tolist()
    low, high = useful(mean_interval(per_scene.tolist(), OVERLAP), OVERLAP) or (None, None)
    return FoundObjects(
        scenes=len(made.images),
        objects=made.labels.shape[1],
        blank=blanks,
        pointing=share(sum(hits), len(hits)),
        overlap=Overlap(float(per_scene.mean()) if len(per_scene) else None, low, high),
        overlap_half=share(sum(value >= 0.5 for value in each), len(each)),
        chance=(bottom - top) * (right - left) / (made.images.shape[1] * made.images.shape[2]),
    )


def _background(split: Split, rng: np.random.Generator, kind: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    if kind == "black":
        return np.zeros(shape, dtype=np.uint8)
    some = split.images[:2048]
    mean, std = some.mean((0, 1, 2)), some.std((0, 1, 2))
    noise = rng.standard_normal(shape) * std if kind == "noise" else np.zeros(shape)
    return np.round(mean + noise).clip(0, 255).astype(np.uint8)


def _different(labels: NDArray[np.int64], rng: np.random.Generator, objects: int) -> list[int]:
    """Return the indices of that many images, each of another class."""
    kinds = rng.permutation(np.unique(labels))[:objects]
    return [int(rng.choice(np.flatnonzero(labels == kind))) for kind in kinds]


def _apart(rng: np.random.Generator, objects: int, size: tuple[int, int], canvas: Sequence[int]) -> NDArray[np.int64]:
    """Return that many boxes that do not overlap: each in a tile of its own of twice its size, anywhere in it."""
    (height, width), (rows, columns) = size, (canvas[0] // (2 * size[0]), canvas[1] // (2 * size[1]))
    tiles = rng.permutation(rows * columns)[:objects]
    high, wide = canvas[0] // rows, canvas[1] // columns
    top = (tiles // columns) * high + rng.integers(0, high - height + 1, objects)
    left = (tiles % columns) * wide + rng.integers(0, wide - width + 1, objects)
    return np.stack((top, left, top + height, left + width), axis=1)
