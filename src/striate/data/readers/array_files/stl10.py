"""STL-10's binary files: train_X.bin and train_y.bin, test_X.bin and test_y.bin, class_names.txt, in one folder.

Each image is 3 x 96 x 96 uint8, channel by channel and in each column by column; labels are uint8 from 1. The images of
unlabeled_X.bin have no label and are not read. Source: Coates, Lee and Ng, An Analysis of Single-Layer Networks, AISTATS 2011.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from striate.base.disk.foreign import open_regular, too_large
from striate.base.errors import DataError, printable, reason
from striate.data.imageset import Images, ImageSet
from striate.data.readers.array_files.arrays import Array, array_set

SIDE = 96
_BYTES = 3 * SIDE * SIDE
_NAMES = "class_names.txt"


def load_stl10(path: Path) -> ImageSet:
    """Return the images of the folder ``path``, or of the folder in which the file ``path`` lies."""
    folder = path if path.is_dir() else path.parent
    parts: dict[str, tuple[Array, Array]] = {}
    for part in ("train", "test"):
        if part == "train" or (folder / f"{part}_X.bin").exists():
            images = _values(folder / f"{part}_X.bin", _BYTES).reshape(-1, 3, SIDE, SIDE).transpose(0, 3, 2, 1)
            parts[part] = images, _values(folder / f"{part}_y.bin", 1)
    unlabelled = (folder / "unlabeled_X.bin").exists()
    notes = ("the images of unlabeled_X.bin have no label, and were not read",) if unlabelled else ()
    return array_set(folder, parts, names=_names(folder / _NAMES), notes=notes)


def _names(path: Path) -> dict[int, str] | None:
    try:
        with open_regular(path) as file:
            lines = file.read(1 << 16).decode("utf-8", "replace").split()
    except OSError:
        return None
    return {number: printable(line) for number, line in enumerate(lines, start=1)}


def _values(path: Path, each: int) -> Images:
    shown = printable(str(path))
    try:
        with open_regular(path) as file:
            size = file.seek(0, os.SEEK_END)
            if size % each or not size:
                raise DataError(f"{shown} has {size:,} bytes, which are not a whole number of {each:,}; fetch it again")
            if why := too_large(2 * size):
                raise DataError(f"{shown} cannot be held: {why}; give fewer images")
            file.seek(0)
            return np.frombuffer(file.read(size), np.uint8)
    except OSError as error:
        raise DataError(f"{shown} could not be read ({reason(error)}); STL-10 needs X and y of a part") from error
