"""From pixels to what a net sees: normalized floats, by the numbers of the data set or of each image.

    channel   (x - mean_c) / std_c                         over all training images
    image     (x - mean) / max(std, 1 / sqrt(n))           over the n = H*W*C numbers of the image

with x = pixel / 255; the second is TensorFlow's ``tf.image.per_image_standardization``. Features of a table keep their units,
and are subtracted and divided in float64 before they become float32, which could not tell 1.7e9 from 1.7e9 + 1.

A column whose deviation is within the rounding of its numbers carries nothing, and is left undivided: divided by 1e-13, a value
of the validation rows that differs in the second decimal would become 1e11.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from striate.base.errors import DataError
from striate.base.seeds import generator
from striate.data.imageset import Cells
from striate.data.statistics import statistics
from striate.nets.inputs import Inputs
from striate.nets.standardized import standardized

_ROUNDING = 16  # units in the last place of the largest number, within which a column counts as one value
_SHOWN = 10  # columns in a note


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
    def measured(cls, images: Cells, per_image: bool = False, permuted: bool = False) -> Normalization:
        """Return the normalization by the statistics of training ``images``, as `Splits` hold them; a flat channel by 1."""
        mean, std = statistics(images)
        flat = flat_channels(images, std)
        scale = (1.0 if alone else float(s) for s, alone in zip(std, flat, strict=True))
        return cls(tuple(map(float, mean)), tuple(scale), per_image, permuted)

    @classmethod
    def expected(cls, inputs: Inputs) -> Normalization:
        """Return the normalization that a net expects."""
        return cls(inputs.mean, inputs.std, inputs.per_image, inputs.permuted)

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
        """Return uint8 images (N, H, W, C) as float32 (N, C, H, W) in channels-last memory on ``device``.

        Features of a table (N, 1, 1, D) give float32 (N, D, 1, 1); raises DataError where one is beyond float32 then.
        """
        if images.dtype != np.uint8:
            return self._of_features(images).to(device)
        if self.permuted:
            images = moved(images)
        # The view keeps the bytes in place: N,H,W,C in memory is what PyTorch calls channels_last.
        pixels = torch.from_numpy(np.require(images, requirements="W")).to(device).permute(0, 3, 1, 2)
        if self.per_image:
            return standardized(pixels.float().div_(255))
        std = torch.tensor(self.std, device=device) * 255
        shift = -torch.tensor(self.mean, device=device) * 255
        return pixels.float().add_(shift.view(1, -1, 1, 1)).div_(std.view(1, -1, 1, 1))

    def _of_features(self, rows: Cells) -> Tensor:
        with np.errstate(over="ignore"):
            normal = ((rows.astype(np.float64) - np.array(self.mean)) / np.array(self.std)).astype(np.float32)
        if not np.isfinite(normal).all():
            row, _, _, column = np.argwhere(~np.isfinite(normal))[0]
            raise DataError(
                f"feature {column} of a row is {rows[row, 0, 0, column]:g}, and those that train are {self.mean[column]:g} +-"
                f" {self.std[column]:g}: the net cannot be shown such a number; correct it or leave the row out"
            )
        return torch.from_numpy(normal).permute(0, 3, 1, 2)


def flat_channels(images: Cells, std: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each channel whether ``images`` (N, H, W, C) have one value there, up to the rounding of floats: bool (C,)."""
    if images.dtype == np.uint8:
        return ~(std > 0)
    rounding = np.finfo(images.dtype).eps * np.abs(images).max(axis=(0, 1, 2)).astype(np.float64)
    return ~(std > _ROUNDING * rounding)


def notes_on(images: Cells) -> tuple[str, ...]:
    """Return a sentence that names the columns of a table's training rows (N, 1, 1, D) that have one value; none for images."""
    if images.dtype == np.uint8:
        return ()
    mean, std = statistics(images)
    flat = np.flatnonzero(flat_channels(images, std))
    if not flat.size:
        return ()
    told = ", ".join(f"{column} ({mean[column]:g})" for column in flat[:_SHOWN])
    more = f" and {flat.size - _SHOWN} more" if flat.size > _SHOWN else ""
    what = "feature" if flat.size == 1 else "features"
    return (
        f"{what} {told}{more}: one value in all rows that train, but for rounding; left undivided, for nothing is learnt of it",
    )


def moved(images: Cells) -> Cells:
    """Return images (N, H, W, C) with the pixels of each, whole with their channels, moved by `permutation`."""
    count, height, width, channels = images.shape
    return (
        images.reshape(count, height * width, channels).take(permutation(height * width), axis=1).reshape(images.shape)
    )


@functools.lru_cache(maxsize=8)
def permutation(pixels: int) -> NDArray[np.int64]:
    """Return the permutation of that many pixel positions, int64 (pixels,): the same in every run, whatever its seed."""
    order = generator(0, "split", pixels).permutation(pixels)
    order.setflags(write=False)
    return order
