"""A net that takes photographs as they are: resizing and normalization are in front of it, in operations that ONNX has.

Pillow's resizing is two products with matrices of weights, one for columns and one for rows, each rounded to whole levels:

    out = round(A round(X B^T))     A[i, j] = f((j + 1/2 - c_i) / s) / sum_j of it
    c_i = start + (i + 1/2) scale   s = max(scale, 1)

with the filter f, and scale and start by the rule for crop, pad or squash. So any size of photograph can be written in a
graph, by filters that ONNX's own Resize lacks, and cropped by parts of a pixel. Left out are box and nearest,
which decide by the last bit where an edge lies on a pixel's. Pillow takes either axis first: where a filter overshoots, that
moves what is clipped.
Source: Pillow, src/libImaging/Resample.c (the rule; checked against its results).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from striate.training.feed.normalization import permutation

if TYPE_CHECKING:
    from striate.app.inputs.opened_net import Subject

_HALF = 0.5


def _sinc(x: Tensor) -> Tensor:
    inside = torch.where(x == 0, torch.ones_like(x), x) * torch.pi
    return torch.where(x == 0, torch.ones_like(x), torch.sin(inside) / inside)


def _cubic(x: Tensor) -> Tensor:
    a, x = -0.5, x.abs()
    near, far = ((a + 2) * x - (a + 3)) * x * x + 1, (((x - 5) * x + 8) * x - 4) * a
    return torch.where(x < 1, near, torch.where(x < 2, far, torch.zeros_like(x)))


def _hamming(x: Tensor) -> Tensor:
    return torch.where(x.abs() < 1, _sinc(x) * (0.54 + 0.46 * torch.cos(torch.pi * x)), torch.zeros_like(x))


FILTERS: dict[str, Callable[[Tensor], Tensor]] = {
    "bilinear": lambda x: (1 - x.abs()).clamp_min(0),
    "bicubic": _cubic,
    "lanczos": lambda x: torch.where(x.abs() < 3, _sinc(x) * _sinc(x / 3), torch.zeros_like(x)),
    "hamming": _hamming,
}


class Preprocessed(nn.Module):
    """From one photograph uint8 (H, W, C) to logits (1, classes) and the images (1, C, height, width) that gave them."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.net, self.inputs, self.resizing = subject.net, subject.inputs, subject.resizing

    def forward(self, photograph: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits and the normalized images that the net was given."""
        images = self.normalized(self.resized(photograph))
        return self.net(images), images

    def resized(self, photograph: Tensor) -> Tensor:
        """Return the photograph as float32 (height, width, C), whole levels 0 to 255."""
        height, width, _ = self.inputs.image_shape
        rows = torch.arange(photograph.shape[0], dtype=torch.float64)
        columns = torch.arange(photograph.shape[1], dtype=torch.float64)
        # As tensors, so that the graph computes with the size of whatever photograph it is given.
        h, w = rows[-1] + 1, columns[-1] + 1
        scale = torch.minimum(h / height, w / width)
        if self.resizing.fit == "crop":
            down = self.weights(rows, height, (h - scale * height) / 2, scale)
            along = self.weights(columns, width, (w - scale * width) / 2, scale)
        elif self.resizing.fit == "squash":
            zero = torch.zeros_like(h)
            down, along = self.weights(rows, height, zero, h / height), self.weights(columns, width, zero, w / width)
        else:
            least = torch.minimum(height / h, width / w)
            down, along = self.within_bars(rows, h, height, least), self.within_bars(columns, w, width, least)
        planes = photograph.float().permute(2, 0, 1)
        middle = (planes @ along.T + _HALF).floor().clamp(0, 255)
        return (down @ middle + _HALF).floor().clamp(0, 255).permute(1, 2, 0)

    def weights(self, places: Tensor, count: int, start: Tensor, scale: Tensor, before: Tensor | int = 0) -> Tensor:
        """Return the weights of the pixels at ``places`` in each of ``count`` new ones: float32 (count, places).

        ``before`` new ones lie before the first of the photograph.
        """
        centres = start + (torch.arange(count, dtype=torch.float64) - before + _HALF) * scale
        apart = (places + _HALF - centres[:, None]) / scale.clamp_min(1)
        weighed = FILTERS[self.resizing.filter](apart.float())
        return weighed / weighed.sum(1, keepdim=True)

    def within_bars(self, places: Tensor, length: Tensor, count: int, factor: Tensor) -> Tensor:
        """Return the weights of `pad` along one axis: rows of zeros are the bars."""
        inner = (length * factor).round().clamp_min(1)
        before = ((count - inner) / 2).floor()
        numbers = torch.arange(count, dtype=torch.float64)
        weighed = self.weights(places, count, torch.zeros_like(length), length / inner, before)
        return torch.where(
            ((numbers >= before) & (numbers < before + inner))[:, None], weighed, torch.zeros_like(weighed)
        )

    def normalized(self, pixels: Tensor) -> Tensor:
        """Return levels (height, width, C) as the net takes them: float32 (1, C, height, width)."""
        height, width, channels = self.inputs.image_shape
        if self.inputs.permuted:
            order = torch.from_numpy(permutation(height * width).copy())
            pixels = pixels.reshape(height * width, channels)[order].reshape(height, width, channels)
        images = pixels.permute(2, 0, 1)[None] / 255
        if self.inputs.per_image:
            centred = images - images.mean((1, 2, 3), keepdim=True)
            deviation = centred.square().mean((1, 2, 3), keepdim=True).sqrt()
            return centred / deviation.clamp_min((height * width * channels) ** -_HALF)
        mean, std = torch.tensor(self.inputs.mean), torch.tensor(self.inputs.std)
        return (images - mean[None, :, None, None]) / std[None, :, None, None]
