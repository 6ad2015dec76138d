"""Responses read from feature maps of several sizes, interpolated to one size and averaged, a part of the classes at a time.

A photograph has millions of pixels and a net a thousand classes; all maps at the size of the picture would fill the memory.
Bilinear interpolation is separable, so the value of one pixel is u' R v, with u and v the weights of its row and its column.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

MOST_VALUES = 2**25
"""Interpolated numbers that are held at once, 128 MiB in float32; one class's at least."""


def upsampled(read: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
    """Return the mean (N, K, H, W) of responses (N, K, h, w), each interpolated to ``size``."""
    total = F.interpolate(read[0], size, mode="bilinear", align_corners=False)
    for each in read[1:]:
        total += F.interpolate(each, size, mode="bilinear", align_corners=False)
    return total / len(read)


def largest(read: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
    """Return the largest value of each map of `upsampled`, (N, K)."""
    part = max(1, MOST_VALUES // (len(read[0]) * size[0] * size[1]))
    parts = zip(*(each.split(part, 1) for each in read), strict=True)
    return torch.cat([upsampled(some, size).amax((2, 3)) for some in parts], 1)


def of_class(read: Sequence[Tensor], size: tuple[int, int], chosen: Tensor) -> Tensor:
    """Return the map (N, H, W) of class ``chosen[n]`` in image n."""
    rows = torch.arange(len(chosen), device=chosen.device)
    return upsampled([each[rows, chosen][:, None] for each in read], size)[:, 0]


def at(read: Sequence[Tensor], size: tuple[int, int], place: Tensor) -> Tensor:
    """Return every class's value (N, K) at the pixel ``place[n]``, row and column, of image n."""
    made: list[Tensor] = []
    for each in read:
        down, across = (
            F.interpolate(torch.eye(cells).to(each)[None], pixels, mode="linear", align_corners=False)[0][
                :, place[:, axis]
            ]
            for axis, (cells, pixels) in enumerate(zip(each.shape[2:], size, strict=True))
        )
        made.append(torch.einsum("nkhw,hn,wn->nk", each, down, across))
    return torch.stack(made).mean(0)
