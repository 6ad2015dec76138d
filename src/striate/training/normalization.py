"""From pixels to what a net sees: normalized floats, by the numbers of the data set or of each image.

    channel   (x - mean_c) / std_c                         over all training images
    image     (x - mean) / max(std, 1 / sqrt(n))           over the n = H*W*C numbers of the image

with x = pixel / 255; the second is TensorFlow's ``tf.image.per_image_standardization``. Features of a table keep their units.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from striate.base.seeds import generator
from striate.data.imageset import Cells


@dataclass(frozen=True)
class Normalization:
    """``mean`` and ``std``, one per channel, are in units of [0, 1]; ``per_image`` has each image use its own instead.

    ``permuted`` moves the pixels of each image, whole with their channels, by one fixed permutation.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    per_image: bool = False
    permuted: bool = False

    @classmethod
    def of(cls, labels: Mapping[str, Any]) -> Normalization:
        """Return the normalization that the labels of a checkpoint describe (see `labels`)."""
        per_image = labels.get("standardize", "channel") == "image"
        permuted = bool(labels.get("permute_pixels", False))
        return cls(tuple(labels["mean"]), tuple(labels["std"]), per_image, permuted)

    def labels(self) -> dict[str, Any]:
        """Return this as JSON-able values by name: mean, std, standardize (channel or image), permute_pixels."""
        standardize = "image" if self.per_image else "channel"
        return {
            "mean": list(self.mean),
            "std": list(self.std),
            "standardize": standardize,
            "permute_pixels": self.permuted,
        }

    def __call__(self, images: Cells, device: torch.device) -> Tensor:
        """Return uint8 images (N, H, W, C) as float32 (N, C, H, W) in channels-last memory on ``device``."""
        scale = 255 if images.dtype == np.uint8 else 1
        if self.permuted:
            count, height, width, channels = images.shape
            moved = images.reshape(count, height * width, channels).take(permutation(height * width), axis=1)
            images = moved.reshape(images.shape)
        # The view keeps the bytes in place: N,H,W,C in memory is what PyTorch calls channels_last.
        pixels = torch.from_numpy(np.require(images, requirements="W")).to(device).permute(0, 3, 1, 2)
        if self.per_image:
            return _standardized(pixels.float().div_(scale))
        std = torch.tensor(self.std, device=device) * scale
        shift = -torch.tensor(self.mean, device=device) * scale
        return pixels.float().add_(shift.view(1, -1, 1, 1)).div_(std.view(1, -1, 1, 1))


def _standardized(x: Tensor) -> Tensor:
    numbers = (1, 2, 3)
    mean, std = x.mean(numbers, keepdim=True), x.std(numbers, correction=0, keepdim=True)
    return x.sub_(mean).div_(std.clamp_min_(1 / math.sqrt(x[0].numel())))


@functools.lru_cache(maxsize=8)
def permutation(pixels: int) -> NDArray[np.int64]:
    """Return the permutation of that many pixel positions, int64 (pixels,): the same in every run, whatever its seed."""
    order = generator(0, "split", pixels).permutation(pixels)
    order.setflags(write=False)
    return order
