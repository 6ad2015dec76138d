"""Images in an .npz file, as MedMNIST's sets come: train_images and train_labels, and the same of val and test.

Images are uint8 (N, H, W) or (N, H, W, 3); labels (N, 1). The file does not name its classes: they are numbers. Source: Yang et
al., MedMNIST v2, Scientific Data 2023.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from striate.base.disk.foreign import open_regular
from striate.data.imageset import ImageSet
from striate.data.readers.array_files.arrays import array_set
from striate.data.readers.npz import Npz

_MARK = "train_images"


def is_image_npz(path: Path) -> bool:
    """Return whether ``path`` is an .npz with images; False for whatever cannot be read."""
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            return f"{_MARK}.npy" in archive.namelist()
    except Exception:  # a damaged archive can raise anything, and is told when it is read
        return False


def load_image_npz(path: Path) -> ImageSet:
    """Return the images in ``path``; raises DataError as `Npz` and `array_set` do."""
    with Npz(path) as held:
        parts = {
            part: (held.array(f"{part}_images"), held.array(f"{part}_labels"))
            for part in ("train", "val", "test")
            if f"{part}_images" in held.names
        }
    return array_set(path, parts)
