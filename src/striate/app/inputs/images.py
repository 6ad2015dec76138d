"""The pictures that a command looks at, from the words that name them: IMAGE is one of

cat.png             an image file
photos/             a folder of image files
cifar10:7           the index of a test image, of a data set of `striate list data`, or of the images at a path (my_photos:7)
cifar10:0-7         these and all between them
https://...         an address, with limits of size and time
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from striate.base.errors import DataError, printable, sentence

if TYPE_CHECKING:
    from striate.data.imageset import ImageSet
    from striate.data.photos.picture import Picture, Reading


def pictures(
    words: Sequence[str | Picture],
    data_dir: Path | None = None,
    *,
    how: Reading | None = None,
    skip_damaged: bool = False,
    tell: Callable[[str], None] | None = None,
) -> list[Picture]:
    """Return the pictures that ``words`` name, in order; raises DataError listing all that cannot be had.

    A picture that was read before stands for itself.
    ``how`` says how files are read; images of a path are brought to its side. With ``skip_damaged`` the files of a folder
    that cannot be read are left out, and ``tell`` is called with what a report should say of that.
    """
    from striate.data.photos.picture import AS_IT_IS, Picture, told_apart

    asked = _Asked(data_dir, how or AS_IT_IS, skip_damaged, tell or (lambda _: None))
    made: list[Picture] = []
    faults: list[str] = []
    sets: dict[str, ImageSet] = {}
    for word in words:
        try:
            made += [word] if isinstance(word, Picture) else _named(word, asked, sets)
        except DataError as error:
            faults.append(str(error))
    if faults:
        raise DataError(sentence(faults))
    return told_apart(made)


@dataclass(frozen=True)
class _Asked:
    data_dir: Path | None
    how: Reading
    skip_damaged: bool
    tell: Callable[[str], None]


def _named(word: str, asked: _Asked, sets: dict[str, ImageSet]) -> list[Picture]:
    from striate.data import names
    from striate.data.forms import form_of
    from striate.data.photos.decode import FORMATS
    from striate.data.photos.picture import read_folder, read_picture

    if re.match(r"[a-z][a-z0-9+.-]*://", word, re.IGNORECASE):
        from striate.app.inputs.download import fetch

        return [fetch(word, asked.how)]
    name, colon, index = word.rpartition(":")
    if colon and (name in names() or (os.path.exists(name) and not os.path.exists(word))):
        return _of_data(name, index, asked, sets)
    if os.path.isdir(word):
        return read_folder(Path(word), asked.how, skip_damaged=asked.skip_damaged, tell=asked.tell)
    path = Path(word)
    if path.suffix.lower() not in FORMATS and os.path.isfile(path) and form_of(path) is not None:
        shown = printable(word)
        raise DataError(f"{shown} holds many images; name a test image of it, {shown}:0, or several, {shown}:0-7")
    return [read_picture(path, asked.how)]


def _of_data(name: str, index: str, asked: _Asked, sets: dict[str, ImageSet]) -> list[Picture]:
    from striate.data import load, names
    from striate.data.catalog import is_table
    from striate.data.photos.notes import ENLARGED
    from striate.data.photos.picture import Picture

    if name not in sets:
        # Photographs of a path are read as the net's were: at their own size they may fill the disk, or be of several sizes.
        how = asked.how
        sets[name] = load(
            name,
            data_dir=asked.data_dir,
            image_size=None if is_table(name) or (name in names() and name != how.own) else how.side,
            skip_damaged=asked.skip_damaged,
            levels=how.levels,
            resizing=how.resizing,
        )
        for note in sets[name].notes:
            if asked.skip_damaged or note.endswith(ENLARGED):
                asked.tell(note)
    data = sets[name]
    if data.test is None:
        raise DataError(f"{name} has no test images to look at")
    count = len(data.test)
    found = re.fullmatch(r"([0-9]{1,12})(?:-([0-9]{1,12}))?", index)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (count, count)
    if not first <= last < count:
        raise DataError(
            f'"{name}:{printable(index)}" names no test image of {name}; they are {name}:0 to {name}:{count - 1}, and'
            f" {name}:0-{min(7, count - 1)} is several"
        )
    made: list[Picture] = []
    for place in range(first, last + 1):
        pixels, label = data.test.images[place], int(data.test.labels[place])
        made.append(Picture(f"{name} {place}, {data.classes[label]}", pixels, f"{name}:{place}", label))
    return made
