"""A data set brought to another image size, for a net that needs it: VGG-11 halves five times, and digits are 8 x 8."""

from __future__ import annotations

import numpy as np

from striate.base.errors import DataError
from striate.data.imageset import ImageSet, Split, image_set
from striate.data.photos.resizing import USUAL, Resizing

LARGEST_SIDE = 1024


def resized(images: ImageSet, side: int, resizing: Resizing = USUAL) -> ImageSet:
    """Return ``images`` as squares of ``side`` pixels, 1 to 1024, by ``resizing``.

    The set itself is returned where it has that size. Raises DataError for a side out of range.
    """
    if not 1 <= side <= LARGEST_SIDE:
        raise DataError(f"image_size is {side}, and must be from 1 to {LARGEST_SIDE} pixels")
    height, width, _ = images.image_shape
    if height == width == side:
        return images
    return image_set(
        images.name,
        images.classes,
        train=_split(images.train, side, resizing),
        val=_split(images.val, side, resizing) if images.val else None,
        test=_split(images.test, side, resizing) if images.test else None,
        origin=images.origin,
        notes=(*images.notes, f"images of {width} x {height} pixels were {resizing.in_words()} to {side} x {side}"),
    )


def _split(split: Split, side: int, resizing: Resizing) -> Split:
    count, _, _, channels = split.images.shape
    made = np.empty((count, side, side, channels), dtype=np.uint8)
    for image, out in zip(split.images, made, strict=True):
        out[...] = resizing(image, side, side)
    return Split(made, split.labels)
