"""The EXIF orientation of a photograph, and the photograph turned by it."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

ORIENTATION = 0x0112  # of EXIF
LYING = (5, 6, 7, 8)  # turned by a quarter
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's decoders are known to raise on damaged bytes.
DAMAGE = (
    *(OSError, ValueError, TypeError, SyntaxError, LookupError, EOFError, ArithmeticError, RuntimeError),
    *(AttributeError, AssertionError, MemoryError, struct.error, zlib.error),
)


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where there is none, or nothing that can be read."""
    try:
        # Of PNG, Pillow's own method decodes the whole image, for what may stand after it.
        told = Image.Image.getexif(image).get(ORIENTATION, 1)
    except DAMAGE:
        return 1
    return told if told in _UPRIGHT else 1


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Return the image as its EXIF ``orientation`` means it to be seen; itself at 1."""
    method = _UPRIGHT.get(orientation)
    return image if method is None else image.transpose(method)
