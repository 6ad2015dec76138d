"""Colour jitter of whole batches: brightness, contrast and saturation of every image, by factors of its own.

    brightness   f x                            contrast     m + f (x - m), m the mean grey of the image
    saturation   g + f (x - g), g the grey of the pixel

in this order, each clipped to 0..255; the result is rounded. Grey is 0.2989 R + 0.587 G + 0.114 B (ITU-R BT.601), for
other than three channels their mean. These are the equations of torchvision's ColorJitter, which draws the order too.

Measured: 128 images of 32 x 32 x 3 on one thread of a 2-core x86 server, NumPy 2.4, least of 300 calls: 1.5 ms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from striate.data.imageset import Images

LUMA = np.array([0.2989, 0.587, 0.114], dtype=np.float32)


def jitter(images: Images, strength: float, rng: np.random.Generator) -> Images:
    """Change each uint8 image (N, H, W, C) by three factors drawn evenly from 1 - strength..1 + strength."""
    return tint(images, *rng.uniform(1 - strength, 1 + strength, size=(3, len(images))))


def tint(
    images: Images,
    brightness: NDArray[np.float64],
    contrast: NDArray[np.float64],
    saturation: NDArray[np.float64],
) -> Images:
    """Return uint8 images (N, H, W, C) changed by factors (N,) of at least 0; factors of 1 leave an image as it is."""
    bright, contrasted, saturated = (
        factor.astype(np.float32)[:, None, None] for factor in (brightness, contrast, saturation)
    )
    count, height, width, channels = images.shape
    x = images.reshape(count, height * width, channels) * bright
    np.minimum(x, 255, out=x)
    mean = _grey(x).mean(axis=1, keepdims=True)
    x *= contrasted
    x += mean * (1 - contrasted)
    np.clip(x, 0, 255, out=x)
    if channels > 1:
        shade = _grey(x) * (1 - saturated)
        x *= saturated
        x += shade
        np.clip(x, 0, 255, out=x)
    x += np.float32(0.5)
    return x.astype(np.uint8).reshape(images.shape)


def _grey(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the grey (N, H*W, 1) of pixels (N, H*W, C)."""
    channels = x.shape[2]
    weights = LUMA if channels == 3 else np.full(channels, 1 / channels, dtype=np.float32)
    return (x @ weights)[..., None]
