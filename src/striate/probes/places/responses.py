"""Responses read from feature maps of several sizes, interpolated to one size and averaged, for some classes or places alone.

A photograph has millions of pixels and a net a thousand classes; all maps at the size of the picture would fill the memory.
Bilinear interpolation is separable, so the value of one pixel is u' R v, with u and v the weights of its row and its column.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def upsampled(read: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
    """Return the mean (N, K, H, W) of responses (N, K, h, w), each interpolated to ``size``."""
    total = F.interpolate(read[0], size, mode="bilinear", align_corners=False)
    for each in read[1:]:
        total += F.interpolate(each, size, mode="bilinear", align_corners=False)
    return total / len(read)


def strongest(read: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
    """Return for each image the class whose map in `upsampled` has the largest value, int64 (N,); the first of several.

    Interpolation makes nothing larger than the largest cell, so most classes need not be interpolated.
    """
    bounds = torch.stack([each.amax((2, 3)) for each in read]).mean(0)
    found: list[int] = []
    for row, bound in enumerate(bounds):
        best, highest = -1, -torch.inf
        ceilings = bound.sort(descending=True, stable=True)
        for limit, k in zip(ceilings.values.tolist(), ceilings.indices.tolist(), strict=True):
            if limit + 1e-6 * abs(limit) < highest:
                break
            value = float(upsampled([each[row : row + 1, k : k + 1] for each in read], size).max())
            if value > highest or (value == highest and k < best):
                best, highest = k, value
        found.append(best)
    return torch.tensor(found, device=bounds.device)


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
