"""The pictures that a command looks at, from the words that name them: IMAGE is one of

cat.png             an image file
photos/             a folder of image files
cifar10:7           the index of a test image, of a data set of `striate list data` or of an image folder (my_photos:7)
https://...         an address, with limits of size and time
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from striate.base.errors import DataError, printable, sentence

if TYPE_CHECKING:
    from striate.data.imageset import ImageSet
    from striate.data.picture import Picture


def pictures(words: Sequence[str], data_dir: Path | None = None) -> list[Picture]:
    """Return the pictures that ``words`` name, in order; raises DataError listing all that cannot be had."""
    made: list[Picture] = []
    faults: list[str] = []
    sets: dict[str, ImageSet] = {}
    for word in words:
        try:
            made += _named(word, data_dir, sets)
        except DataError as error:
            faults.append(str(error))
    if faults:
        raise DataError(sentence(faults))
    return made


def _named(word: str, data_dir: Path | None, sets: dict[str, ImageSet]) -> list[Picture]:
    from striate.data import names
    from striate.data.picture import read_folder, read_picture

    if re.match(r"[a-z][a-z0-9+.-]*://", word, re.IGNORECASE):
        from striate.app.address import fetch

        return [fetch(word)]
    name, colon, index = word.rpartition(":")
    if colon and (name in names() or (os.path.isdir(name) and not os.path.exists(word))):
        return [_of_data(name, index, data_dir, sets)]
    if os.path.isdir(word):
        return read_folder(Path(word))
    return [read_picture(Path(word))]


def _of_data(name: str, index: str, data_dir: Path | None, sets: dict[str, ImageSet]) -> Picture:
    from striate.data import load
    from striate.data.picture import Picture

    if name not in sets:
        sets[name] = load(name, data_dir=data_dir)
    data = sets[name]
    if data.test is None:
        raise DataError(f"{name} has no test images to look at")
    count = len(data.test)
    if not index.isascii() or not index.isdecimal() or int(index) >= count:
        raise DataError(
            f'"{name}:{printable(index)}" names no test image of {name}; they are {name}:0 to {name}:{count - 1}'
        )
    place = int(index)
    pixels = data.test.images[place]
    label = int(data.test.labels[place])
    shown = pixels[..., 0] if pixels.shape[2] == 1 else pixels
    return Picture(f"{name} {place}, {data.classes[label]}", shown, f"{name}:{place}", label)
