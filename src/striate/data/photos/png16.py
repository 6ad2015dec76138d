"""Images of 16 bits a channel, whole: Pillow gives those of grey images, and of colours the upper byte alone.

Its decoder of PNG can be asked for the lower byte instead (``RGB;16L`` for ``RGB;16B``: the other byte order), so an image
of colours is decoded twice: value = 256 upper + lower. Grey with transparency is four bytes a pixel, as RGBA of 8 bits is.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

_GREY = ("I", "I;16", "I;16L", "I;16B", "I;16N")
_LOWER = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
_FOUR_BYTES = "LA;16B"


def is_grey(image: Image.Image) -> bool:
    """Return whether ``image`` has one channel of 16 bits."""
    return image.mode in _GREY


def is_deep(image: Image.Image) -> bool:
    """Return whether ``image``, opened and not yet decoded, has 16 bits a channel."""
    return is_grey(image) or _layout(image) in (*_LOWER, _FOUR_BYTES)


def values(image: Image.Image, file: BinaryIO) -> NDArray[np.uint16]:
    """Return the values of ``image``, opened from ``file`` and not yet decoded: uint16 (H, W), or (H, W, C) of colours.

    C is 3, or 4 where the last is the opacity; grey with opacity is (H, W, 2).
    """
    layout = _layout(image)
    if layout == _FOUR_BYTES:
        four = _decoded_as(image, "RGBA")
        return np.stack([_joined(four[..., 0], four[..., 1]), _joined(four[..., 2], four[..., 3])], axis=-1)
    if layout in _LOWER:
        upper = np.asarray(image)
        file.seek(0)
        with Image.open(file, formats=[image.format or "PNG"]) as again:
            return _joined(upper, _decoded_as(again, _LOWER[layout]))
    return np.asarray(image).clip(0, 65535).astype(np.uint16)


def shown(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return ``values`` of `values` without the opacity: the array itself where it has none."""
    channels = values.shape[2] if values.ndim == 3 else 1
    return values if channels in (1, 3) else values[..., 0] if channels == 2 else values[..., :3]


def _layout(image: Image.Image) -> str:
    tile = image.tile if isinstance(image, ImageFile.ImageFile) else []
    return tile[0].args if len(tile) == 1 and isinstance(tile[0].args, str) else ""


def _decoded_as(image: Image.Image, layout: str) -> NDArray[np.uint8]:
    assert isinstance(image, ImageFile.ImageFile)
    image.tile = [tile._replace(args=layout) for tile in image.tile]
    return np.asarray(image)


def _joined(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return upper * np.uint16(256) + lower
