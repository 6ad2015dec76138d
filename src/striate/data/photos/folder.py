"""A folder of images as a data set: ``FOLDER/train/CLASS/*.png``, with or without ``val`` and ``test`` beside train.

Classes are the names of the folders in train, sorted, and that order holds for every split. ``FOLDER/CLASS/*.png``
without ``train`` is read as train. What is looked at, and by which names, is in `striate.data.photos.survey`.
Images of one size keep it; where sizes differ, or when ``image_size`` is given, all become squares of that side.
All faults of a folder are reported together; what is equal, of one colour, or left out is said in notes.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from striate.base.disk.files import write_text
from striate.base.errors import DataError, StorageError, printable, sentence
from striate.data.equal_images import blank_notes, equal_notes
from striate.data.imageset import ImageSet, Split, image_set
from striate.data.photos.decode import size_of
from striate.data.photos.levels import Levels
from striate.data.photos.notes import notes_of
from striate.data.photos.resizing import USUAL, Resizing
from striate.data.photos.source import name_of
from striate.data.photos.stack import DEFAULT_SIDE, Stack, stacked
from striate.data.photos.survey import Survey, survey
from striate.data.resize import LARGEST_SIDE
from striate.data.subset import hold_out_test

_LISTED = 10  # faults in an error


def load_folder(
    folder: Path,
    *,
    image_size: int | None = None,
    skip_damaged: bool = False,
    levels: Levels | None = None,
    resizing: Resizing = USUAL,
) -> ImageSet:
    """Return the images below ``folder`` as `load_survey` does; raises DataError also where there is no such folder."""
    _check_size(image_size)
    return load_survey(
        survey_folder(folder), image_size=image_size, skip_damaged=skip_damaged, levels=levels, resizing=resizing
    )


def survey_folder(folder: Path) -> Survey:
    """Return what lies in ``folder``; raises DataError where there is none."""
    # os.path answers False where Path would raise: a name that is too long, a parent that may not be entered.
    if not os.path.isdir(folder):
        raise DataError(f"there is no folder {printable(str(folder))}; give one that holds train/CLASS/*.png")
    return survey(folder)


def load_survey(
    found: Survey,
    *,
    image_size: int | None = None,
    skip_damaged: bool = False,
    levels: Levels | None = None,
    resizing: Resizing = USUAL,
) -> ImageSet:
    """Return the images that were ``found``: uint8 (N, H, W, C), C is 1 when every image is grey and 3 otherwise.

    ``skip_damaged`` leaves out files that cannot be read as images, and a note counts them. ``levels`` are the 16-bit values
    that become 0 and 255; None finds those of these files. ``resizing`` says how an image gets another size.
    Without test images a fifth of train, class by class and always the same, is held out as the test split, unless a
    class has fewer than 5 images; a note says so. Raises DataError with the first ten faults and the name of a file with
    all of them: an empty class, a class of val or test that train does not have, a file that is not an image, is damaged or is
    too large; when there are fewer than two classes; and when the images would take more than a quarter of the memory and
    cannot be mapped from the cache.
    """
    _check_size(image_size)
    stack = stacked(found, image_size, levels, resizing)
    _refuse(found, skip_damaged)
    splits = _splits(found, stack)
    _refuse(found, skip_damaged)

    def name(split: str, index: int) -> str:
        return name_of(stack.files[split][index][0], found.root)

    notes = (*notes_of(found, stack, image_size, resizing), *blank_notes(splits, name), *equal_notes(splits, name))
    notes += hold_out_test(splits)
    made = image_set(
        os.path.basename(os.path.abspath(found.place)),
        found.classes,
        train=splits["train"],
        val=splits.get("val"),
        test=splits.get("test"),
        origin=str(found.place),
        notes=notes,
        known=stack.kept.fingerprint if stack.kept else None,
    )
    return replace(made, levels=stack.levels)


def _check_size(image_size: int | None) -> None:
    if image_size is not None and not 1 <= image_size <= LARGEST_SIDE:
        raise DataError(f"image_size is {image_size}, and must be from 1 to {LARGEST_SIDE} pixels")


def side_of(folder: Path) -> int | None:
    """Return the shorter side in pixels that the images of `load_folder` have, by their headers; None where it refuses them."""
    try:
        found = survey(folder)
    except DataError:
        return None
    sizes = (size_of(path) for files in found.files.values() for path, _ in files)
    first = next(filter(None, sizes), None)
    return DEFAULT_SIDE if any(size not in (None, first) for size in sizes) else min(first) if first else None


def _splits(found: Survey, stack: Stack) -> dict[str, Split]:
    """Return the splits, each a part of the stack; a class of train, or a split, without any image is a fault."""
    splits: dict[str, Split] = {}
    start = 0
    for split, files in stack.files.items():
        labels = np.array([label for _, label in files], dtype=np.int64)
        present = set(labels.tolist())
        if split == "train":
            for number, name in enumerate(found.classes):
                if number not in present:
                    found.faults.append(f"train has no image of the class {printable(name)} that can be read")
        elif not files:
            found.faults.append(f"{split} has no image that can be read")
        if files:
            marks = stack.kept.marks[start : start + len(files)] if stack.kept else ()
            groups = tuple(found.groups.get(source, "") for source, _ in files) if found.groups else ()
            splits[split] = Split(stack.images[start : start + len(files)], labels, marks, groups)
        start += len(files)
    return splits


def _refuse(found: Survey, skip_damaged: bool) -> None:
    """Raise DataError with what is wrong, if anything is; all of it goes into a file where the sentence has no room."""
    damaged = [] if skip_damaged else found.damaged
    faults = [*found.faults, *damaged]
    if not faults:
        return
    told = f"{printable(str(found.place))} cannot be used: {sentence(faults, _LISTED)}"
    if len(set(faults)) > _LISTED:
        told += _all_listed(faults)
    other = ", or leave out the files that cannot be read: `skip_damaged`" if damaged else ""
    raise DataError(f"{told}; correct or remove these{other}")


def _all_listed(faults: list[str]) -> str:
    try:
        path = Path(tempfile.mkdtemp(prefix="striate-")) / "faults.txt"
        write_text(path, "\n".join([*faults, ""]))
    except (OSError, StorageError):
        return ""
    return f" (all {len(faults)} are listed in {printable(str(path))})"
