"""Batches as a function of (epoch, step): order and augmentation come from named streams, so nothing has to be stored."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from striate.base.errors import DataError
from striate.base.seeds import generator
from striate.data import ImageSet, Split, holdout
from striate.data.augment import cutout, flip, pad_crop
from striate.data.imageset import Cells, statistics
from striate.training.recipe import Recipe


@dataclass(frozen=True)
class Normalization:
    """Per channel: (pixel / 255 - mean) / std. ``mean`` and ``std`` are in units of [0, 1], one per channel.

    Features of a table keep their own units: (feature - mean) / std.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __call__(self, images: Cells, device: torch.device) -> Tensor:
        """Return images (N, H, W, C) as float32 (N, C, H, W) in channels-last memory on ``device``."""
        unit = 255 if images.dtype == np.uint8 else 1
        std = torch.tensor(self.std, device=device) * unit
        shift = -torch.tensor(self.mean, device=device) * unit
        # The view keeps the bytes in place: N,H,W,C in memory is what PyTorch calls channels_last.
        pixels = torch.from_numpy(np.require(images, requirements="W")).to(device).permute(0, 3, 1, 2)
        return pixels.float().add_(shift.view(1, -1, 1, 1)).div_(std.view(1, -1, 1, 1))


@dataclass(frozen=True)
class Splits:
    """The images a run trains on and those it validates on, and how both are normalized."""

    train: Split
    val: Split
    normalization: Normalization


def split(images: ImageSet, recipe: Recipe) -> Splits:
    """Return the training and validation images of ``recipe``; raises DataError when test images are asked for and absent."""
    train, val = images.train, images.val
    if recipe.validate_on_test:
        if images.test is None:
            raise DataError(f"validate_on_test needs a test split, and {images.name} has none; leave it off")
        val = images.test
    elif val is None:
        # Which images are held out belongs to the data, not to the seed: all runs of a study share one validation set.
        kept, held = holdout(train.labels, recipe.validation, seed=0)
        val = Split(train.images[held], train.labels[held])
        train = Split(train.images[kept], train.labels[kept])
    mean, std = statistics(train.images)
    # A channel without any contrast would divide by zero; leave it unscaled.
    scale = tuple(float(s) if s > 0 else 1.0 for s in std)
    return Splits(train, val, Normalization(tuple(float(m) for m in mean), scale))


class Feed:
    """The training batches of a run: `batch(epoch, step)` gives normalized images and labels on the device."""

    def __init__(self, splits: Splits, recipe: Recipe, device: torch.device) -> None:
        self._train, self._normalize = splits.train, splits.normalization
        self._recipe, self._device = recipe, device
        images, size = len(self._train.labels), recipe.batch_size
        # A last batch of a single image has no variance for batch norm to divide by, so it is left out.
        self.steps = images // size + (1 if images % size > 1 or images < size else 0)
        self.images = min(images, self.steps * size)
        self._order = functools.lru_cache(maxsize=1)(self._shuffle)

    def _shuffle(self, epoch: int) -> NDArray[np.int64]:
        return generator(self._recipe.seed, "order", epoch).permutation(len(self._train.labels))

    def batch(self, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Return float32 images (N, C, H, W) and int64 labels (N,) of ``step`` (0, 1, ...) in ``epoch`` (1, 2, ...)."""
        recipe = self._recipe
        chosen = self._order(epoch)[step * recipe.batch_size : (step + 1) * recipe.batch_size]
        images = self._train.images[chosen]
        rng = generator(recipe.seed, "augment", epoch, step)
        if recipe.flip:
            images = flip(images, rng)
        if recipe.pad_crop:
            images = pad_crop(images, recipe.pad_crop, rng)
        if recipe.cutout:
            images = cutout(images, recipe.cutout, rng)
        labels = torch.from_numpy(self._train.labels[chosen]).to(self._device)
        return self._normalize(images, self._device), labels


def in_order(
    images: Split, normalize: Normalization, device: torch.device, size: int = 500
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield every image of a split once, in order, ``size`` at a time, as `Feed.batch` does."""
    for start in range(0, len(images.labels), size):
        labels = torch.from_numpy(np.array(images.labels[start : start + size]))
        yield normalize(images.images[start : start + size], device), labels.to(device)
