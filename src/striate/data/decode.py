"""One image file to one uint8 array: what is accepted, what is refused, and how each kind of pixel is converted.

Accepted are PNG, JPEG, WebP and BMP of at most 50 million pixels, judged from the header before anything is decoded;
an ending must name its content. Pillow recognises many more formats, and those are where its faults have been.
Conversion: the EXIF rotation is applied; what is transparent lies over white; 16-bit grey is scaled to 8 bits; grey
stays grey, and palettes and all else become RGB; of several frames the first is taken.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from striate.data.imageset import Images

PIXEL_LIMIT = 50_000_000
# A JPEG of a telephone may hold a second picture behind the first, which Pillow calls MPO.
FORMATS = {
    ".png": ("PNG",),
    ".jpg": ("JPEG", "MPO"),
    ".jpeg": ("JPEG", "MPO"),
    ".webp": ("WEBP",),
    ".bmp": ("BMP", "DIB"),
}
_OPENED = ["PNG", "JPEG", "WEBP", "BMP"]
ORIENTATION = 0x0112  # of EXIF
LYING = (5, 6, 7, 8)  # turned by a quarter
_GREY = ("1", "L", "LA", "La")
_SIXTEEN_BITS = ("I", "I;16", "I;16L", "I;16B", "I;16N")
# What Pillow's decoders are known to raise on damaged bytes.
_DAMAGE = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    LookupError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    AttributeError,
    struct.error,
    zlib.error,
)


class Unreadable(Exception):
    """The file is no acceptable image; the text says why, to stand after the file's name."""


def decode(path: Path) -> Images:
    """Return the image in ``path``: uint8 (H, W) when it is grey, (H, W, 3) otherwise.

    Raises Unreadable; the ending of ``path`` must be a key of FORMATS.
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns at its limit and refuses at twice that; ours is lower, and is judged here.
            warnings.simplefilter("ignore")
            with path.open("rb") as file, Image.open(file, formats=_OPENED) as image:
                _judge(image, path.suffix.lower())
                return _pixels(image)
    except Image.UnidentifiedImageError as error:
        raise Unreadable("is no PNG, JPEG, WebP or BMP image, or its header is damaged") from error
    except Image.DecompressionBombError as error:
        raise Unreadable(f"has more than {PIXEL_LIMIT:,} pixels") from error
    except _DAMAGE as error:
        raise Unreadable(f"is cut off or damaged ({error})") from error


def size_of(path: Path) -> tuple[int, int] | None:
    """Return width and height of the image in ``path`` by its header, as `decode` turns it; None where it has no good one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with path.open("rb") as file, Image.open(file, formats=_OPENED) as image:
                width, height = image.size
                # Of PNG, Pillow's own method decodes the whole image, for what may stand behind it.
                turned = Image.Image.getexif(image).get(ORIENTATION, 1) in LYING
                return (height, width) if turned else (width, height)
    except (*_DAMAGE, Image.DecompressionBombError):
        return None


def square(pixels: Images, side: int) -> Images:
    """Bring (H, W) or (H, W, 3) to ``side`` x ``side``: the shorter edge becomes ``side``, the middle is kept.

    The result is that of resizing the whole (bilinear, widened when shrinking, so that fine patterns do not alias) and
    cutting out the middle, but only the middle is computed.
    """
    height, width = pixels.shape[:2]
    if height == width == side:
        return pixels
    edge = min(height, width)
    left, top = (width - edge) / 2, (height - edge) / 2
    resized = Image.fromarray(pixels).resize(
        (side, side), Image.Resampling.BILINEAR, box=(left, top, left + edge, top + edge)
    )
    return np.asarray(resized)


def _judge(image: Image.Image, ending: str) -> None:
    if image.format not in FORMATS[ending]:
        raise Unreadable(f"holds {image.format} in spite of its ending; rename it")
    width, height = image.size
    if width * height > PIXEL_LIMIT:
        raise Unreadable(f"has {width} x {height} pixels, more than {PIXEL_LIMIT:,}")
    if width < 1 or height < 1:
        raise Unreadable(f"has {width} x {height} pixels")


def _pixels(image: Image.Image) -> Images:
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode in _SIXTEEN_BITS:
        return _eight_bits(np.asarray(upright).astype(np.int64))
    grey = upright.mode in _GREY
    if upright.has_transparency_data:
        colours = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", colours.size, "white"), colours).convert("RGB")
    return np.array(upright.convert("L" if grey else "RGB"))


def _eight_bits(values: NDArray[np.int64]) -> Images:
    """Scale 0..65535 to 0..255, rounding to the nearest."""
    return ((values.clip(0, 65535) * 255 + 32767) // 65535).astype(np.uint8)
