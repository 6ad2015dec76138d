"""Augmentation of whole batches as arrays: flip, pad and crop, translate, cutout.

Each function takes uint8 (N, H, W, C) and a generator, and returns a new array of the same shape and type; the input
is never written to. The draws are one call per batch, so they depend on N alone and not on what the images show.
Sources: pad and crop with flip, He et al., arXiv 1512.03385, section 4.2; cutout, DeVries and Taylor, arXiv 1708.04552;
alternating flip, K. Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv 2404.00498.

Measured: 128 images of 32 x 32 x 3 on one thread of a 2-core x86 server, NumPy 2.4, least of 300 calls:
flip 0.14 ms, pad_crop (4) 0.12 ms with zeros and 0.73 ms reflected, cutout (8) 0.15 ms.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from striate.base.errors import DataError
from striate.data.imageset import Images


def flip(images: Images, rng: np.random.Generator) -> Images:
    """Mirror each image left to right with probability 1/2."""
    return mirror(images, rng.random(len(images)) < 0.5)


def alternating(first: NDArray[np.bool_], epoch: int) -> NDArray[np.bool_]:
    """Return which images to mirror in ``epoch`` (1, 2, ...): those of ``first`` in epochs 1, 3, ..., the others in 2, 4, ...

    ``first`` bool (N,) is drawn once a run; two epochs in a row then show every image both ways.
    """
    return first if epoch % 2 else ~first


def mirror(images: Images, which: NDArray[np.bool_]) -> Images:
    """Mirror left to right the images that ``which`` bool (N,) marks."""
    chosen = np.flatnonzero(which)
    out = images.copy()
    # One channel at a time: NumPy copies a reversed row of single bytes much faster than one of three-byte pixels.
    source = images[chosen]
    for channel in range(images.shape[3]):
        out[chosen, :, :, channel] = source[:, :, ::-1, channel]
    return out


def translate(images: Images, pixels: int, rng: np.random.Generator) -> Images:
    """Shift each image by a number of pixels drawn from -pixels..pixels along each axis; what comes in is zero.

    The same as `pad_crop` with zeros, by the name that tells what one sees.
    """
    return pad_crop(images, pixels, rng)


def pad_crop(
    images: Images, padding: int, rng: np.random.Generator, mode: Literal["zero", "reflect"] = "zero"
) -> Images:
    """Surround each image with ``padding`` pixels and cut H x W out again, at a corner drawn from 0..2P in each axis.

    ``zero`` pads with zeros; ``reflect`` with the image mirrored at its border pixels, which are not repeated, and
    needs a padding below H and W (raises DataError).
    """
    count, height, width, channels = images.shape
    places = 2 * padding + 1
    corners = rng.integers(0, places, size=(count, 2))
    # A row of W pixels is W*C bytes in one piece, and that is what is copied.
    padded = np.zeros((count, height + 2 * padding, (width + 2 * padding) * channels), dtype=np.uint8)
    padded[:, padding : padding + height, padding * channels : (padding + width) * channels] = images.reshape(
        count, height, width * channels
    )
    per_image, per_row, per_byte = padded.strides
    if mode == "reflect":
        _reflect(padded.reshape(count, height + 2 * padding, width + 2 * padding, channels), padding)
    windows = as_strided(
        padded,
        shape=(count, places, places, height, width * channels),
        strides=(per_image, per_row, channels * per_byte, per_row, per_byte),
        writeable=False,
    )
    return windows[np.arange(count), corners[:, 0], corners[:, 1]].reshape(images.shape)


def _reflect(padded: Images, padding: int) -> None:
    """Fill the border of ``padded`` (N, H + 2P, W + 2P, C) in place with its inside, mirrored at the border pixels."""
    height, width = padded.shape[1] - 2 * padding, padded.shape[2] - 2 * padding
    if padding >= min(height, width):
        raise DataError(
            f"a padding of {padding} pixels cannot reflect images of {height} x {width}, which have"
            f" {min(height, width) - 1} beyond the border pixel; pad less, or with zeros"
        )
    for step in range(1, padding + 1):
        left, right = padding, padding + width - 1
        padded[:, :, left - step] = padded[:, :, left + step]
        padded[:, :, right + step] = padded[:, :, right - step]
    for step in range(1, padding + 1):
        top, bottom = padding, padding + height - 1
        padded[:, top - step] = padded[:, top + step]
        padded[:, bottom + step] = padded[:, bottom - step]


def cutout(images: Images, size: int, rng: np.random.Generator) -> Images:
    """Blacken a square of ``size`` pixels around a random pixel of each image; what falls outside is lost.

    The square covers rows centre - size // 2 up to, not including, centre - size // 2 + size; columns alike.
    """
    count, height, width, _ = images.shape
    first = rng.integers(0, (height, width), size=(count, 2)) - size // 2
    out = images.copy()
    # One slice an image takes a third of the time of a mask over the batch. A negative start would count from the other end.
    for image, (top, left), (bottom, right) in zip(
        out, np.maximum(first, 0).tolist(), (first + size).tolist(), strict=True
    ):
        image[top:bottom, left:right] = 0
    return out
