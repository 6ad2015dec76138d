"""From arrays of images and labels, as most formats hold them, to a checked data set: what all readers of arrays share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import DataError, counted, listed, printable
from striate.data.equal_images import notes_on
from striate.data.imageset import ImageSet, Labels, Split, image_set
from striate.data.subset import hold_out_test

Array = NDArray[Any]
MOST_CLASSES = 10_000


def array_set(
    path: Path,
    parts: Mapping[str, tuple[Array, Array]],
    *,
    names: Mapping[int, str] | None = None,
    notes: tuple[str, ...] = (),
) -> ImageSet:
    """Return the data set of ``parts`` (train, and val and test where there are any): images and their labels.

    Images are uint8 (N, H, W), or (N, H, W, C) with 1 or 3 channels; labels are whole numbers (N,) or (N, 1), from 0 or not.
    The classes are the values in train, in order, called by ``names`` or by their numbers. Without test images a fifth of train
    is held out. Raises DataError naming ``path`` where something is not acceptable.
    """
    shown = printable(str(path))
    if "train" not in parts:
        raise DataError(
            f"{shown} has {listed(list(parts)) or 'no part'} but no train; give the file with the training images"
        )
    values = np.unique(_whole(parts["train"][1], f"{shown}: the labels of train"))
    if not 2 <= len(values) <= MOST_CLASSES:
        raise DataError(f"{shown} has {counted(len(values), 'class')} in train, and 2 to {MOST_CLASSES:,} are accepted")
    splits = {name: _split(images, labels, values, f"{shown}: {name}") for name, (images, labels) in parts.items()}
    held = hold_out_test(splits, "test part")
    made = image_set(
        path.name.partition(".")[0] or path.name,
        tuple((names or {}).get(value, str(value)) for value in values.tolist()),
        train=splits["train"],
        val=splits.get("val"),
        test=splits.get("test"),
        origin=str(path),
        notes=notes,
    )
    # What is equal is looked for before anything is held out, as in a folder.
    return replace(made, notes=(*notes, *notes_on(made), *held))


def _split(images: Array, labels: Array, values: Labels, where: str) -> Split:
    if images.dtype != np.uint8:
        raise DataError(f"{where} has images of {images.dtype}, and uint8 from 0 to 255 is accepted; convert them")
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[3] not in (1, 3):
        raise DataError(
            f"{where} has images of shape {images.shape}, and (N, H, W) or (N, H, W, 3) is accepted; volumes are not"
        )
    told = _whole(labels, f"{where}: the labels")
    if len(told) != len(images):
        raise DataError(
            f"{where} has {counted(len(images), 'image')} and {counted(len(told), 'label')}, and needs one for each"
        )
    strange = np.setdiff1d(told, values)
    if strange.size:
        raise DataError(f"{where} has the label {strange[0]}, of which train has no image; leave these images out")
    return Split(images, np.searchsorted(values, told).astype(np.int64))


def _whole(labels: Array, where: str) -> Labels:
    """Return labels as int64 (N,); raises DataError where they are none, or several for an image."""
    if labels.ndim == 2 and labels.shape[1] > 1:
        raise DataError(f"{where} are {labels.shape[1]} for each image, and one class for each is accepted")
    flat = labels.reshape(-1)
    if flat.dtype.kind not in "iuf" or (flat.dtype.kind == "f" and not (np.trunc(flat) == flat).all()):
        raise DataError(f"{where} are {flat.dtype}, and must be whole numbers")
    return flat.astype(np.int64)
