"""A set of images that was sent to another machine: files of arrays in one folder, found again by the set's fingerprint.

FINGERPRINT/set.json       names, classes, notes; written last
FINGERPRINT/SPLIT-images.npy, SPLIT-labels.npy      NumPy's format, mapped when they are read
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.disk.files import make_folder, read_json, refusals, write_json
from striate.base.errors import DataError, printable, reason
from striate.data.imageset import ImageSet, Split, image_set
from striate.data.photos.levels import Levels

SPLITS = ("train", "val", "test")
RECORD = "set.json"
Arrays = dict[str, NDArray[Any]]


def arrays_of(images: ImageSet) -> tuple[dict[str, Any], Arrays]:
    """Return what is to be sent of ``images``: a record for JSON, and the arrays of its splits by name."""
    splits = {name: split for name in SPLITS if (split := getattr(images, name)) is not None}
    record = {
        "name": images.name,
        "classes": list(images.classes),
        "origin": images.origin,
        "notes": list(images.notes),
        "levels": asdict(images.levels) if images.levels else None,
        "splits": list(splits),
    }
    arrays = Arrays()
    for name, split in splits.items():
        arrays |= {f"{name}-images": split.images, f"{name}-labels": split.labels}
    return record, arrays


def keep(place: Path, record: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write what `arrays_of` gave into the folder ``place``, whole or not at all; StorageError where there is no room."""
    make_folder(place.parent)
    folder = place.with_name(f".{place.name[:16]}-{secrets.token_hex(8)}")
    try:
        with refusals(place):
            folder.mkdir()
            for name, array in arrays.items():
                with (folder / f"{name}.npy").open("xb") as file:
                    np.save(file, array, allow_pickle=False)
                    file.flush()
                    os.fsync(file.fileno())
        write_json(folder / RECORD, dict(record))
        with contextlib.suppress(OSError):  # another was quicker, with the same
            folder.rename(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kept(place: Path, known: str) -> ImageSet:
    """Return the images in the folder ``place``; raises DataError where they do not have the fingerprint ``known``."""
    try:
        record = read_json(place / RECORD)
        splits = {
            name: Split(
                np.load(place / f"{name}-images.npy", mmap_mode="r", allow_pickle=False),
                np.load(place / f"{name}-labels.npy", allow_pickle=False),
            )
            for name in record["splits"]
        }
        levels = Levels(**record["levels"]) if record["levels"] else None
        found = image_set(
            *(record["name"], tuple(record["classes"])),
            train=splits["train"],
            val=splits.get("val"),
            test=splits.get("test"),
            origin=record["origin"],
            notes=tuple(record["notes"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"the images that were sent to {printable(str(place))} cannot be read ({reason(error)})"
        ) from error
    if found.fingerprint != known:
        raise DataError(f"the images that were sent to {printable(str(place))} are others (their fingerprint differs)")
    return replace(found, levels=levels)
