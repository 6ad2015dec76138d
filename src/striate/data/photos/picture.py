"""Pictures to look at: one image file each, read by the rules of `striate.data.photos.decode`, at the size a net takes.

``fitted``: brought to the wanted size as the images were that the net was trained on (`striate.data.photos.resizing`).
Unless ``enlarge`` a picture is never made larger: one that is smaller than the net's images is refused, for what a probe would
show there is mostly the interpolation. Grey is repeated in three channels for a net of colours; colours become grey (ITU-R 601
luma) for a net of one channel.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from striate.base.errors import DataError, counted, printable, sentence
from striate.data.imageset import Images
from striate.data.photos.decode import FORMATS, Unreadable, decode
from striate.data.photos.levels import FULL, Levels
from striate.data.photos.notes import left_out
from striate.data.photos.resizing import USUAL, Resizing

MOST = 1000
"""Pictures of one folder that are taken."""


@dataclass(frozen=True, eq=False)
class Picture:
    """``pixels`` uint8 (H, W, C), C 1 when grey, else 3, upright; ``name`` is short, ``origin`` says where it came from.

    ``label`` is the class that is known of it, None for a file.
    """

    name: str
    pixels: Images
    origin: str
    label: int | None = None


@dataclass(frozen=True)
class Reading:
    """How the images were read that a net was trained on: `decode`'s ``levels``, ``side`` and ``resizing``.

    None: nothing is known. ``own`` is the data set that it was trained on, whose images are brought to its side in any case.
    """

    levels: Levels | None = None
    side: int | None = None
    resizing: Resizing = USUAL
    own: str = ""


AS_IT_IS = Reading()


def read_picture(path: Path, how: Reading = AS_IT_IS) -> Picture:
    """Return the image in ``path``, read as ``how`` says; raises DataError saying why it cannot be used."""
    shown = printable(str(path))
    if not os.path.isfile(path):
        raise DataError(f"there is no image file {shown}; give a PNG, JPEG, WebP or BMP file, or a folder of them")
    if path.suffix.lower() not in FORMATS:
        raise DataError(f"{shown} does not end in {', '.join(FORMATS)}; convert or rename it")
    try:
        pixels = decode(path, how.levels or FULL, how.side, how.resizing)
        return Picture(printable(path.stem), pixels if pixels.ndim == 3 else pixels[..., None], shown)
    except Unreadable as error:
        raise DataError(f"{shown} {error}") from error


def read_folder(
    folder: Path, how: Reading = AS_IT_IS, *, skip_damaged: bool = False, tell: Callable[[str], None] | None = None
) -> list[Picture]:
    """Return the images that lie in ``folder`` itself, sorted by name; raises DataError listing all that cannot be used.

    With ``skip_damaged`` those are left out instead, and ``tell`` is called with a sentence that counts them.
    """
    shown = printable(str(folder))
    try:
        files = sorted(p for p in folder.iterdir() if p.suffix.lower() in FORMATS and not p.name.startswith("."))
    except OSError as error:
        raise DataError(f"the folder {shown} could not be read ({error.strerror or error})") from error
    if not files:
        inside = sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
        within = f", and has the folders {sentence(list(map(printable, inside)), 3)}: name these" if inside else ""
        raise DataError(f"{shown} itself holds no image{within}; accepted extensions are {', '.join(FORMATS)}")
    if len(files) > MOST:
        raise DataError(f"{shown} holds {len(files):,} images, and at most {MOST:,} are looked at; name some of them")
    pictures: list[Picture] = []
    faults: list[str] = []
    for file in files:
        try:
            pictures.append(read_picture(file, how))
        except DataError as error:
            faults.append(str(error))
    # Where all are damaged there is nothing left to go on with, whatever was asked.
    if faults and not (skip_damaged and pictures):
        raise DataError(sentence(faults))
    if faults and tell:
        tell(left_out(faults))
    return pictures


def enlarged(pictures: Sequence[Picture], image_shape: tuple[int, int, int], resizing: Resizing = USUAL) -> list[str]:
    """Return a note on the pictures that become larger, where there are any."""
    small = [printable(each.origin) for each in pictures if is_smaller(each, image_shape, resizing)]
    one, several = (
        "picture is smaller than the net's images, and was",
        "pictures are smaller than the net's images, and were",
    )
    return [f"{counted(len(small), one, several)} made larger: {sentence(small, 3)}"] if small else []


def told_apart(pictures: Sequence[Picture]) -> list[Picture]:
    """Return the pictures; those of one name by as much of where they come from as tells them apart: a/0 and b/0."""
    origins: dict[str, dict[str, None]] = {}
    for picture in pictures:
        origins.setdefault(picture.name, {})[picture.origin] = None
    names = {name: _apart(list(several)) for name, several in origins.items() if len(several) > 1}
    return [replace(p, name=names[p.name][p.origin]) if p.name in names else p for p in pictures]


def _apart(origins: Sequence[str]) -> dict[str, str]:
    """Return the shortest ends of these paths, without their extensions if they can do without, that are all different."""
    for whole in (False, True):
        parts = {each: (each if whole else os.path.splitext(each)[0]).split("/") for each in origins}
        for count in range(1, max(map(len, parts.values())) + 1):
            names = {each: "/".join(part[-count:]) for each, part in parts.items()}
            if len(set(names.values())) == len(names):
                return names
    return {each: each for each in origins}


def fitted(
    picture: Picture, image_shape: tuple[int, int, int], resizing: Resizing = USUAL, *, enlarge: bool = False
) -> Images:
    """Return the picture as uint8 (H, W, C) of ``image_shape``; raises DataError where it must become larger and may not."""
    height, width, channels = image_shape
    if not enlarge and is_smaller(picture, image_shape, resizing):
        given_height, given_width = picture.pixels.shape[:2]
        raise DataError(
            f"{picture.origin} has {given_width} x {given_height} pixels, and the net needs {width} x {height} or more;"
            " give a larger picture"
        )
    return coloured(resizing(picture.pixels, height, width), channels)


def is_smaller(picture: Picture, image_shape: tuple[int, int, int], resizing: Resizing = USUAL) -> bool:
    """Return whether the picture becomes larger as one of ``image_shape``; between bars its longer side counts."""
    (given_height, given_width), (height, width) = picture.pixels.shape[:2], image_shape[:2]
    if resizing.fit == "pad":
        return given_height < height and given_width < width
    return given_height < height or given_width < width


def coloured(pixels: Images, channels: int) -> Images:
    """Return (H, W, 1) or (H, W, 3) as (H, W, C) for 1 or 3 channels; raises DataError for any other number."""
    if channels not in (1, 3):
        raise DataError(f"the net takes images of {counted(channels, 'channel')}, and a picture has 1 or 3")
    if pixels.shape[2] == channels:
        return pixels
    return (
        np.repeat(pixels, 3, axis=2) if channels == 3 else np.asarray(Image.fromarray(pixels).convert("L"))[..., None]
    )


def all_fitted(
    pictures: Sequence[Picture], image_shape: tuple[int, int, int], resizing: Resizing = USUAL, *, enlarge: bool = False
) -> Images:
    """Return the pictures as uint8 (N, H, W, C); raises DataError that lists all which are too small, unless ``enlarge``."""
    made: list[Images] = []
    faults: list[str] = []
    for picture in pictures:
        try:
            made.append(fitted(picture, image_shape, resizing, enlarge=enlarge))
        except DataError as error:
            faults.append(str(error))
    if faults:
        raise DataError(sentence(faults))
    return np.stack(made)
