"""A folder of images as a data set: ``FOLDER/train/CLASS/*.png``, with or without ``val`` and ``test`` beside train.

Classes are the names of the folders in train, sorted, and that order holds for every split. ``FOLDER/CLASS/*.png``
without ``train`` is read as train. What is looked at, and by which names, is in `striate.data.readers.survey`.
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
from striate.data.imageset import ImageSet, Split, holdout, image_set
from striate.data.levels import Levels
from striate.data.readers.decode import size_of
from striate.data.readers.stack import DEFAULT_SIDE, Stack, stacked
from striate.data.readers.survey import UNREAD, Survey, survey
from striate.data.resize import LARGEST_SIDE

TEST_SHARE = 0.2
LEAST_TO_SPLIT = 5  # so that a fifth is at least one image
_SHOWN, _LISTED = 3, 10  # names in a note, faults in an error


def load_folder(
    folder: Path, *, image_size: int | None = None, skip_damaged: bool = False, levels: Levels | None = None
) -> ImageSet:
    """Return the images below ``folder``: uint8 (N, H, W, C), C is 1 when every image is grey and 3 otherwise.

    ``skip_damaged`` leaves out files that cannot be read as images, and a note counts them. ``levels`` are the 16-bit values
    that become 0 and 255; None finds those of this folder.
    Without a test folder a fifth of train, class by class and always the same, is held out as the test split, unless a
    class has fewer than 5 images; a note says so. Raises DataError with the first ten faults and the name of a file with
    all of them: an empty class, a class of val or test that train does not have, a file that is no image, is damaged or is
    too large; when there are fewer than two classes; and when the images would take more than a quarter of the memory.
    """
    if image_size is not None and not 1 <= image_size <= LARGEST_SIDE:
        raise DataError(f"image_size is {image_size}, and must be from 1 to {LARGEST_SIDE} pixels")
    # os.path answers False where Path would raise: a name that is too long, a parent that may not be entered.
    if not os.path.isdir(folder):
        raise DataError(f"there is no folder {printable(str(folder))}; give one that holds train/CLASS/*.png")
    found = survey(folder)
    stack = stacked(found, image_size, levels)
    _refuse(found, skip_damaged)
    splits = _splits(found, stack)
    _refuse(found, skip_damaged)

    def name(split: str, index: int) -> str:
        return str(stack.files[split][index][0].relative_to(folder))

    notes = (*_notes(found, stack, image_size), *blank_notes(splits, name), *equal_notes(splits, name))
    notes += _hold_out_test(splits)
    made = image_set(
        os.path.basename(os.path.abspath(folder)),
        found.classes,
        train=splits["train"],
        val=splits.get("val"),
        test=splits.get("test"),
        origin=str(folder),
        notes=notes,
    )
    return replace(made, levels=stack.levels)


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
            splits[split] = Split(stack.images[start : start + len(files)], labels)
        start += len(files)
    return splits


def _refuse(found: Survey, skip_damaged: bool) -> None:
    """Raise DataError with what is wrong, if anything is; all of it goes into a file where the sentence has no room."""
    damaged = [] if skip_damaged else found.damaged
    faults = [*found.faults, *damaged]
    if not faults:
        return
    told = f"{printable(str(found.root))} cannot be used: {sentence(faults, _LISTED)}"
    if len(set(faults)) > _LISTED:
        told += _all_listed(faults)
    other = ", or leave out the files that cannot be read: `skip_damaged`" if damaged else ""
    raise DataError(f"{told}; mend or remove these{other}")


def _all_listed(faults: list[str]) -> str:
    try:
        path = Path(tempfile.mkdtemp(prefix="striate-")) / "faults.txt"
        write_text(path, "\n".join([*faults, ""]))
    except (OSError, StorageError):
        return ""
    return f" (all {len(faults)} are listed in {printable(str(path))})"


def _hold_out_test(splits: dict[str, Split]) -> tuple[str, ...]:
    """Move a fifth of train into a test split where the folder brings none and its classes are large enough for it."""
    train = splits["train"]
    if "test" in splits or np.bincount(train.labels).min() < LEAST_TO_SPLIT:
        return ()
    try:
        kept, held = holdout(train.labels, TEST_SHARE, seed=0, firsts=train.firsts)
    except DataError:  # every class is one image, many times: nothing of it tests anything
        return ()
    splits["train"], splits["test"] = train.take(kept), train.take(held)
    return (
        f"there is no test folder, so {len(held)} of {len(train.labels)} training images were held out as test images",
    )


def _notes(found: Survey, stack: Stack, image_size: int | None) -> tuple[str, ...]:
    notes: list[str] = []
    if stack.resized and image_size is None:
        notes.append(f"images of several sizes were cropped and resized to {DEFAULT_SIDE} x {DEFAULT_SIDE}")
    elif image_size is not None:
        notes.append(f"images were cropped and resized to {image_size} x {image_size}")
    if stack.levels:
        scaled = f"{stack.levels.low} to {stack.levels.high} became 0 to 255"
        used = f"the images of 16 bits use the values {stack.range[0]} to {stack.range[1]}, and " if stack.range else ""
        notes.append(f"{used}{scaled}" if used else f"of the images of 16 bits, the values {scaled}")
    unread = {extension: n for extension, n in found.ignored.items() if extension in UNREAD}
    if unread:
        count = sum(unread.values())
        notes.append(f"{count} images are of formats that are not read ({_endings(unread)}); convert them to .png")
    if others := {extension: n for extension, n in found.ignored.items() if extension not in UNREAD}:
        notes.append(f"{sum(others.values())} files that are no images were passed over ({_endings(others)})")
    if found.beside:
        notes.append(f"beside train there are folders that were not read: {sentence(found.beside, _SHOWN)}")
    if found.damaged:
        count = len(found.damaged)
        notes.append(f"{count} files could not be read as images and were left out: {sentence(found.damaged, _SHOWN)}")
    for split, files in stack.files.items():
        present = {label for _, label in files}
        absent = [printable(name) for number, name in enumerate(found.classes) if number not in present]
        if absent and files:
            notes.append(f"{split} has no image of {len(absent)} classes: {sentence(absent, _SHOWN)}")
    return tuple(notes)


def _endings(counts: dict[str, int]) -> str:
    return ", ".join(sorted({printable(extension) or "no ending" for extension in counts})[:5])
