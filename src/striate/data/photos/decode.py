"""One image file to one uint8 array: what is accepted, what is refused, and how each kind of pixel is converted.

Accepted are PNG, JPEG, WebP and BMP of at most 50 million pixels, judged from the header before anything is decoded, in
files of at most 512 MiB; a name's extension must be that of its content. Pillow recognises many more formats, and those
are where its faults have been.
Conversion: the EXIF rotation is applied; what is transparent lies over white; 16 bits are scaled to 8 by the levels of the
data set (`striate.data.photos.levels`); grey stays grey, and palettes and all else become RGB; of several frames the first is
taken. Metadata that cannot be read are left out: they say nothing about the pixels. A JPEG that becomes smaller is decoded at
a half, a quarter or an eighth (`striate.data.photos.resizing`).
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

import numpy as np
from PIL import Image

from striate.base.errors import reason
from striate.data.cache import memory_limit
from striate.data.imageset import Images
from striate.data.photos import png16 as sixteen
from striate.data.photos import webp
from striate.data.photos.levels import FULL, Levels
from striate.data.photos.png import essential
from striate.data.photos.resizing import USUAL, Resizing
from striate.data.photos.source import FILE_LIMIT, Source, ending, opened
from striate.data.photos.upright import DAMAGE, LYING, orientation_of, turned

PIXEL_LIMIT = 50_000_000
# A JPEG of a telephone may hold a second picture after the first, which Pillow calls MPO.
_JPEG = ("JPEG", "MPO")
FORMATS = {
    ".png": ("PNG",),
    ".apng": ("PNG",),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".jpe": _JPEG,
    ".jfif": _JPEG,
    ".mpo": _JPEG,
    ".webp": ("WEBP",),
    ".bmp": ("BMP", "DIB"),
    ".dib": ("BMP", "DIB"),
}
_OPENED = ["PNG", "JPEG", "WEBP", "BMP"]
_OTHERS = (
    ("TIFF", rb"II[*+]\0|MM\0[*+]"),
    ("GIF", rb"GIF8"),
    ("JPEG 2000", rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"),
    ("HEIF or AVIF", rb"....ftyp(heic|heix|hevc|mif1|msf1|avif|avis)"),
)
_GREY = ("1", "L", "LA", "La")
_Wanted = TypeVar("_Wanted")


class Unreadable(Exception):
    """The file is not an acceptable image; the text says why, to stand after the file's name."""


class Deep(Exception):
    """The image has 16 bits a channel, and its levels are not known yet."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """``pixels`` uint8 (H, W) or (H, W, 3); ``width`` and ``height`` of the file's image, upright; ``facts`` worth a note.

    Facts are `turned` (by its EXIF orientation), `frames` (the first of several), `transparent` (now over white), `CMYK`.
    """

    pixels: Images
    width: int
    height: int
    facts: frozenset[str] = frozenset()


def decode(source: Source, levels: Levels | None = FULL, side: int | None = None, resizing: Resizing = USUAL) -> Images:
    """Return the image of ``source``: uint8 (H, W) when it is grey, (H, W, 3) otherwise.

    ``levels`` are the 16-bit values that become 0 and 255. With ``side`` a JPEG is decoded at the scale at which `photograph`
    decodes it before it brings it to that side. Raises Unreadable, also where a 16-bit value lies outside the levels; Deep
    where they are None and the image has 16 bits. The extension of a path must be a key of FORMATS.
    """

    def made(image: Image.Image, file: BinaryIO) -> Images:
        _scaled_down(image, file, side, resizing)
        return _pixels(image, file, levels)[0]

    with unwarned():
        return _read(source, made)


def photograph(source: Source, levels: Levels | None, side: int | None, resizing: Resizing) -> Decoded:
    """Return the image as `decode` does, brought to ``side`` x ``side`` if given; threads hold `unwarned`."""

    def made(image: Image.Image, file: BinaryIO) -> Decoded:
        width, height = _scaled_down(image, file, side, resizing)
        with memory_limit.side_by_side(image.width * image.height):
            pixels, facts = _pixels(image, file, levels)
        return Decoded(pixels if side is None else resizing(pixels, side, side), width, height, facts)

    return _read(source, made)


def _scaled_down(image: Image.Image, file: BinaryIO, side: int | None, resizing: Resizing) -> tuple[int, int]:
    """Return width and height of the file's image, upright; its JPEG will be decoded no larger than ``side`` needs."""
    width, height = _size(image, file)
    if side is not None and (scale := resizing.scale_of(width, height, side)) > 1:
        image.draft(None, (image.width // scale, image.height // scale))
    return width, height


def range_of(source: Source) -> tuple[int, int] | None:
    """Return the smallest and the largest value of a 16-bit image; None where it has 8 bits or is damaged."""
    try:
        with unwarned():
            return _read(source, _range)
    except Unreadable:
        return None


def size_of(source: Source) -> tuple[int, int] | None:
    """Return width and height of an image by its header, as `decode` turns it; None where it has no good one."""
    try:
        with unwarned():
            return _read(source, _size)
    except Unreadable:
        return None


def unwarned() -> AbstractContextManager[object]:
    """Silence Pillow: it warns at its limit and refuses at twice that; ours is lower, and is judged here."""
    return warnings.catch_warnings(action="ignore")


def _read(source: Source, what: Callable[[Image.Image, BinaryIO], _Wanted]) -> _Wanted:
    """Return ``what(image, file)`` of the image, opened and judged; without metadata where they hinder a PNG."""
    try:
        file = opened(source)
    except OSError as error:
        raise Unreadable(f"could not be opened ({reason(error)})") from error
    with file:
        if (size := file.seek(0, os.SEEK_END)) > FILE_LIMIT:
            raise Unreadable(f"has {size:,} bytes, more than {FILE_LIMIT:,}")
        extension = ending(source)
        try:
            try:
                return _judged(file, extension, what)
            except DAMAGE:
                kept = essential(file)
                if kept is None:
                    raise
                return _judged(kept, extension, what)
        except Image.UnidentifiedImageError as error:
            file.seek(0)
            head = file.read(12)
            if other := next((name for name, mark in _OTHERS if re.match(mark, head, re.DOTALL)), ""):
                raise Unreadable(f"holds {other}, and PNG, JPEG, WebP and BMP are read; convert it") from error
            raise Unreadable("is not a PNG, JPEG, WebP or BMP image, or its header is damaged") from error
        except Image.DecompressionBombError as error:
            raise Unreadable(f"has more than {PIXEL_LIMIT:,} pixels") from error
        except MemoryError as error:
            raise Unreadable("needs more memory to be decoded than there is") from error
        except DAMAGE as error:
            raise Unreadable(f"is cut off or damaged ({reason(error)})") from error


def _judged(file: BinaryIO, extension: str, what: Callable[[Image.Image, BinaryIO], _Wanted]) -> _Wanted:
    _refuse_large(webp.declared(file) or (0, 0))
    file.seek(0)
    with Image.open(file, formats=_OPENED) as image:
        if extension and image.format not in FORMATS[extension]:
            raise Unreadable(f"holds {image.format}, which its extension does not say; rename it")
        width, height = image.size
        _refuse_large((width, height))
        if width < 1 or height < 1:
            raise Unreadable(f"has {width} x {height} pixels")
        return what(image, file)


def _refuse_large(size: tuple[int, int]) -> None:
    if size[0] * size[1] > PIXEL_LIMIT:
        raise Unreadable(f"has {size[0]} x {size[1]} pixels, more than {PIXEL_LIMIT:,}")


def _size(image: Image.Image, _file: BinaryIO) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if orientation_of(image) in LYING else (width, height)


def _range(image: Image.Image, file: BinaryIO) -> tuple[int, int] | None:
    if not sixteen.is_deep(image):
        return None
    values = sixteen.shown(sixteen.values(image, file))
    return int(values.min()), int(values.max())


def _pixels(image: Image.Image, file: BinaryIO, levels: Levels | None) -> tuple[Images, frozenset[str]]:
    orientation = orientation_of(image)
    facts = {"turned"} if orientation != 1 else set[str]()
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:  # a telephone's second picture is none
        facts.add("frames")
    if sixteen.is_deep(image):
        if levels is None:
            raise Deep
        # Of colours at the full range Pillow's own upper byte is taken, within 1 of the rounded value, and decoded once.
        if levels != FULL or sixteen.is_grey(image):
            return _scaled(image, file, levels), frozenset(facts)
    image.load()
    if image.mode == "CMYK":
        facts.add("CMYK")
    upright = turned(image, orientation)
    grey = upright.mode in _GREY
    if upright.has_transparency_data:
        upright = _over_white(upright.convert("RGBA"))
        facts.add("transparent")
    return np.array(upright.convert("L" if grey else "RGB")), frozenset(facts)


def _scaled(image: Image.Image, file: BinaryIO, levels: Levels) -> Images:
    values = sixteen.values(image, file)
    told = sixteen.shown(values)
    if told.min() < levels.low or told.max() > levels.high:
        raise Unreadable(
            f"has 16-bit values from {told.min()} to {told.max()}, and those of the data set lie between {levels.low} and"
            f" {levels.high}; what is outside could only be clipped"
        )
    pixels = Image.fromarray(levels.eight_bits(told))
    if told is not values:
        pixels.putalpha(Image.fromarray(FULL.eight_bits(values[..., -1])))
        pixels = _over_white(pixels.convert("RGBA"))
    return np.array(turned(pixels, orientation_of(image)))


def _over_white(image: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
