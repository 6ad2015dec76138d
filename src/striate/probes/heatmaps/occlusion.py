"""Occlusion (Zeiler and Fergus, arXiv 1311.2901): how far the score falls when a patch of the image is covered.

    heatmap(place) = mean over the patches that cover the place of  S(x) - S(x with the patch covered)

Patches of ``window`` x ``window`` pixels start every ``stride`` pixels, and one more ends at the far edge where the stride
would leave a rest. What covers is ``fill`` in the units of the normalized image: 0 is the mean colour. Covered images go
through the net in full batches, whichever image and patch they belong to; 64 is where the maps of small images still lie in
the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.probes.facts import Explained, OcclusionFacts
from striate.probes.memory_format import quickest
from striate.probes.record import EVEN, Record, Target, described, full, logits, targets
from striate.probes.restoring import untouched

Progress = Callable[[int, int], None]
MOST_PATCHES = 2**15
"""Patches of one image at most, each a forward pass: minutes for a small net, hours for a large one."""
SIGN = (
    "positive where the score falls when the place is covered, so that it speaks for the class; negative where it rises"
)
EXPLAINED = {
    "occlusion": Explained(
        "A patch of the image is covered, and the fall of the score is noted; a pixel shows the mean over the patches on it.",
        r"M_{ij} = \frac{1}{n_{ij}} \sum_{P \ni ij} \left( S(x) - S(x \setminus P) \right)",
    ),
}


def occlusion(
    net: nn.Module,
    images: Tensor,
    *,
    target: Target = None,
    window: int | None = None,
    stride: int | None = None,
    fill: float = 0.0,
    batch: int = 64,
    progress: Progress | None = None,
) -> Record[OcclusionFacts]:
    """Return the occlusion map of images (N, C, H, W) for class ``target``: ``heatmap`` (N, H, W), in units of the score.

    ``drops`` (N, rows, columns) holds the fall for each patch. The window is an eighth of the shorter edge, at least 1, and the
    stride half of the window, unless they are given. ``progress`` is called with how many images went through the net,
    and of how many. Raises ProbeError when they do not fit the image, or make more than MOST_PATCHES.
    """
    with untouched(net, images) as x, torch.no_grad():
        height, width = x.shape[2:]
        window = window if window is not None else max(1, min(height, width) // 8)
        stride = stride if stride is not None else max(1, window // 2)
        if not 1 <= window <= min(height, width) or not 1 <= stride <= window:
            raise ProbeError(
                f"window is {window} and stride {stride} for images of {width} x {height} pixels; a window is 1 to"
                f" {min(height, width)}, and a stride 1 to the window, so that every pixel is covered"
            )
        patches = count(height, window, stride) * count(width, window, stride)
        if patches > MOST_PATCHES:
            raise ProbeError(
                f"window {window} and stride {stride} make {patches:,} patches of an image of {width} x {height} pixels, each"
                f" of which is a forward pass, and at most {MOST_PATCHES:,} are taken; give a larger `window` or `stride`"
            )
        told = progress or _unseen
        passes = len(x) * (1 + patches)
        told(0, passes)
        scores = torch.cat([logits(net, part.clone()) for part in x.split(batch)])
        told(len(x), passes)
        chosen = targets(scores, target)
        own = full(scores).gather(1, chosen[:, None])[:, 0]
        tops, lefts = starts(height, window, stride), starts(width, window, stride)
        covered = _covered(net, x, chosen, tops, lefts, window, fill, batch, told)
        drops = own[:, None] - covered
        # A difference of two scores below their own rounding is none.
        drops = torch.where(drops.abs() <= EVEN * own.abs()[:, None], torch.zeros_like(drops), drops)
        return Record(
            "occlusion",
            "heatmap",
            {
                "heatmap": _painted(drops, tops, lefts, window, (height, width)).to(images.device),
                "drops": drops.view(len(x), len(tops), len(lefts)).to(images.device),
            },
            SIGN,
            OcclusionFacts(window=window, stride=stride, fill=fill, patches=len(tops) * len(lefts)),
            described(scores, chosen),
            signed=True,
        )


def count(length: int, window: int, stride: int) -> int:
    """Return how many windows there are along an edge, without listing them."""
    return 1 + -(-(length - window) // stride)


def starts(length: int, window: int, stride: int) -> list[int]:
    """Return where the windows start along an edge: every ``stride``, and once more so that the last one ends at the edge."""
    places = list(range(0, length - window + 1, stride))
    return places if places[-1] == length - window else [*places, length - window]


def _unseen(done: int, of: int) -> None:
    """Tell nobody."""


def _covered(
    net: nn.Module,
    x: Tensor,
    chosen: Tensor,
    tops: list[int],
    lefts: list[int],
    window: int,
    fill: float,
    batch: int,
    progress: Progress,
) -> Tensor:
    """Return the score (N, P) of each image with each of the P patches covered."""
    corners = [(top, left) for top in tops for left in lefts]
    layout = quickest(net, x)
    made: list[Tensor] = []
    for start in range(0, len(x) * len(corners), batch):
        flat = range(start, min(start + batch, len(x) * len(corners)))
        image = torch.tensor([i // len(corners) for i in flat], device=x.device)
        some = x[image].contiguous(memory_format=layout)
        for row, i in zip(some, flat, strict=True):
            top, left = corners[i % len(corners)]
            row[:, top : top + window, left : left + window] = fill
        made.append(full(logits(net, some)).gather(1, chosen[image][:, None])[:, 0])
        progress(len(x) + flat.stop, len(x) * (1 + len(corners)))
    return torch.cat(made).view(len(x), len(corners))


def _painted(drops: Tensor, tops: list[int], lefts: list[int], window: int, size: tuple[int, int]) -> Tensor:
    """Return the mean of the drops (N, P) over the patches that cover each pixel: (N, H, W)."""
    total = drops.new_zeros(len(drops), *size)
    count = drops.new_zeros(size)
    place = 0
    for top in tops:
        for left in lefts:
            part = (slice(top, top + window), slice(left, left + window))
            total[:, part[0], part[1]] += drops[:, place, None, None]
            count[part] += 1
            place += 1
    return total / count
