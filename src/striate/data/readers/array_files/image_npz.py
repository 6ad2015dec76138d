"""Images in an .npz file, as MedMNIST's sets come: train_images and train_labels, and the same of val and test.

Images are uint8 (N, H, W) or (N, H, W, 3); labels (N) or (N, 1). Keras' sets have x_train, y_train, x_test and y_test; images
or X, and labels or y, are a set that is not split. The file does not name its classes: they are numbers. What has fewer
dimensions is a table. Source: Yang et al., MedMNIST v2, Scientific Data 2023.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from numpy.lib import format as npy

from striate.base.disk.foreign import open_regular
from striate.data.imageset import ImageSet
from striate.data.readers.array_files.arrays import array_set
from striate.data.readers.npz import Npz

_PAIRS = (
    *(("train_images", "train_labels"), ("x_train", "y_train"), ("X_train", "y_train")),
    *(("images", "labels"), ("X", "y"), ("x", "y")),
)
_PARTS = ("train", "val", "test")


def is_image_npz(path: Path) -> bool:
    """Return whether ``path`` is an .npz with images; False for whatever cannot be read."""
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if "train_images.npy" in names:
                return True
            pair = next(((x, y) for x, y in _PAIRS if f"{x}.npy" in names and f"{y}.npy" in names), None)
            if pair is None:
                return False
            with archive.open(f"{pair[0]}.npy") as stream:
                header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[npy.read_magic(stream)]
                return len(header(stream)[0]) > 2
    except Exception:  # a damaged archive can raise anything, and is told when it is read
        return False


def load_image_npz(path: Path) -> ImageSet:
    """Return the images in ``path``; raises DataError as `Npz` and `array_set` do."""
    with Npz(path) as held:
        x, y = next(((x, y) for x, y in _PAIRS if x in held.names and y in held.names), _PAIRS[0])
        split = "train" in x
        parts = {
            part: (held.array(x.replace("train", part)), held.array(y.replace("train", part)))
            for part in (_PARTS if split else _PARTS[:1])
            if x.replace("train", part) in held.names
        }
    return array_set(path, parts)
