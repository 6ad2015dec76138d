"""Batches as a function of (epoch, step): order and augmentation come from named streams, so nothing has to be stored."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from striate.base.errors import DataError, counted, printable, sentence
from striate.base.seeds import generator
from striate.data import ImageSet, Split, holdout
from striate.data.augment.mixing import soft_labels
from striate.data.cache.mapped import blocks, gather
from striate.data.subset import subset
from striate.training.engines.pieces import most_images
from striate.training.feed.augmentation import check, first_flips, mix_of, treat
from striate.training.feed.normalization import Normalization, notes_on
from striate.training.recipe.recipe import Recipe


@dataclass(frozen=True)
class Splits:
    """The images a run trains on and those it validates on, how both are normalized, the number of classes, and notes."""

    train: Split
    val: Split
    normalization: Normalization
    classes: int
    notes: tuple[str, ...] = ()


def split(images: ImageSet, recipe: Recipe) -> Splits:
    """Return the training and validation images of ``recipe``.

    Raises DataError when test images or more training images are asked for than there are, RecipeError when its treatments
    do not go with the data.
    """
    check(recipe, images.image_shape, images.tabular)
    train, val = images.train, images.val
    if recipe.validate_on_test:
        if images.test is None:
            raise DataError(f"validate_on_test needs a test split, and {images.name} has none; leave it off")
        val = images.test
    elif val is None:
        # Which images are held out belongs to the data, not to the seed: all runs of a study share one validation set.
        try:
            kept, held = holdout(
                train.labels, recipe.validation, seed=0, firsts=None if images.tabular else train.firsts
            )
        except DataError as error:  # the notes may know why, as where all that was drawn is transparent
            raise DataError("; ".join([f"{images.name}: {error}", *images.notes])) from error
        train, val = train.take(kept), train.take(held)
    if recipe.train_images is not None:
        # Drawn like the validation images: the same for all seeds, and part of every larger choice.
        chosen = subset(train.labels, recipe.train_images, seed=0)
        train = train.take(chosen)
    normalization, said = _normalization(train, images, recipe)
    notes = (*notes_on(train.images), *said, *_lacking(images.classes, train, val))
    return Splits(train, val, normalization, len(images.classes), notes)


def _normalization(train: Split, images: ImageSet, recipe: Recipe) -> tuple[Normalization, tuple[str, ...]]:
    """Return the recipe's own normalization or the measured one, and a note where start weights know other channels.

    Raises DataError where the recipe's own numbers are not one for each channel.
    """
    channels = images.image_shape[2]
    if recipe.mean is not None and recipe.std is not None:
        if len(recipe.mean) == channels:
            return Normalization(tuple(recipe.mean), tuple(recipe.std), permuted=recipe.permute_pixels), ()
        told = f"mean and std have {len(recipe.mean)} numbers, and the images of {images.name} {channels} channels"
        if recipe.start is None:
            raise DataError(f"{told}; give one for each channel, or leave them out")
    else:
        told = ""
    measured = Normalization.measured(train.images, recipe.standardize == "image", recipe.permute_pixels)
    return measured, (f"{told}: the images are normalized by their own",) if told else ()


def _lacking(classes: tuple[str, ...], train: Split, val: Split) -> tuple[str, ...]:
    """Return the note that names the classes which are trained and not validated, if there are any."""
    lacking = [printable(classes[label]) for label in np.setdiff1d(train.labels, val.labels)]
    return (
        (f"the validation images have none of {counted(len(lacking), 'class')}: {sentence(lacking, 3)}",)
        if lacking
        else ()
    )


class Feed:
    """The training batches of a run: `batch(epoch, step)` gives normalized images and labels on the device."""

    def __init__(self, splits: Splits, recipe: Recipe, device: torch.device) -> None:
        self._train, self._normalize = splits.train, splits.normalization
        self._recipe, self._device, self._classes = recipe, device, splits.classes
        images, size = len(self._train.labels), recipe.batch_size
        # A last batch of a single image has no variance for batch norm to divide by, so it is left out.
        self.steps = images // size + (1 if images % size > 1 or images < size else 0)
        self.images = min(images, self.steps * size)
        self._first_flips = first_flips(recipe, images)
        self._order = functools.lru_cache(maxsize=1)(self._shuffle)

    def _shuffle(self, epoch: int) -> NDArray[np.int64]:
        return generator(self._recipe.seed, "order", epoch).permutation(len(self._train.labels))

    def batch(self, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Return float32 images (N, C, H, W) and labels of ``step`` (0, 1, ...) in ``epoch`` (1, 2, ...).

        Labels are int64 (N,), or float32 shares (N, classes) where the recipe mixes images.
        """
        recipe = self._recipe
        chosen = self._order(epoch)[step * recipe.batch_size : (step + 1) * recipe.batch_size]
        images, labels = gather(self._train.images, chosen), self._train.labels[chosen]
        images = treat(images, recipe, self._first_flips[chosen], epoch, step)
        mix = mix_of(recipe, len(images), images.shape[1:3], epoch, step)
        if mix is None:
            return self._normalize(images, self._device), torch.from_numpy(labels).to(self._device)
        normal = self._normalize(mix.paste(images), self._device)
        if mix.box is None:
            normal = normal.lerp(normal[torch.from_numpy(mix.partner)], 1 - mix.share)
        return normal, torch.from_numpy(soft_labels(labels, self._classes, mix)).to(self._device)


def in_order(
    images: Split, normalize: Normalization, device: torch.device, size: int = 500
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield every image of a split once, in order, as `Feed.batch` does: ``size`` at a time, or fewer where they are large."""
    size = min(size, most_images(math.prod(images.images.shape[1:])))
    start = 0
    for block in blocks(images.images, size):
        labels = torch.from_numpy(np.array(images.labels[start : start + size]))
        yield normalize(block, device), labels.to(device)
        start += size
