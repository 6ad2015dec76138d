"""A folder of images as a data set: ``FOLDER/train/CLASS/*.png``, with or without ``val`` and ``test`` beside train.

Classes are the names of the folders in train, sorted, and that order holds for every split. ``FOLDER/CLASS/*.png``
without ``train`` is read as train. Names that start with a dot are passed over, as are files that are no images.
Images of one size keep it; where sizes differ, or when ``image_size`` is given, all become squares of that side.
All faults of a folder are reported together; images that train shares with another split are counted in a note.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from striate.base.errors import DataError, printable, sentence
from striate.data.decode import FORMATS, Unreadable, decode, size_of, square
from striate.data.imageset import Images, ImageSet, Split, holdout, image_set
from striate.data.resize import LARGEST_SIDE

DEFAULT_SIDE = 64
TEST_SHARE = 0.2
LEAST_TO_SPLIT = 5  # so that a fifth is at least one image
_VAL_NAMES = ("val", "valid", "validation")
UNREAD = {".gif", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".ppm", ".pgm", ".svg", ".raw", ".dng"}
_SPLIT_NAMES = ("train", *_VAL_NAMES, "test")


@dataclass
class _Survey:
    """What was found so far: the image files of each split with their labels, what is wrong, what was passed over."""

    root: Path
    files: dict[str, list[tuple[Path, int]]] = field(default_factory=dict[str, list[tuple[Path, int]]])
    faults: list[str] = field(default_factory=list[str])
    ignored: list[Path] = field(default_factory=list[Path])

    def fault(self, path: Path, what: str) -> None:
        self.faults.append(printable(f"{path.relative_to(self.root)} {what}"))


def load_folder(folder: Path, *, image_size: int | None = None) -> ImageSet:
    """Return the images below ``folder``: uint8 (N, H, W, C), C is 1 when every image is grey and 3 otherwise.

    Without a test folder a fifth of train, class by class and always the same, is held out as the test split, unless a
    class has fewer than 5 images; a note says so. Raises DataError with the first ten faults and the count of the
    others: an empty class, a class of val or test that train does not have, a file that is no image, is damaged or is
    too large; and when there are fewer than two classes.
    """
    if image_size is not None and not 1 <= image_size <= LARGEST_SIDE:
        raise DataError(f"image_size is {image_size}, and must be from 1 to {LARGEST_SIDE} pixels")
    # os.path answers False where Path would raise: a name that is too long, a parent that may not be entered.
    if not os.path.isdir(folder):
        raise DataError(f"there is no folder {printable(str(folder))}; give one that holds train/CLASS/*.png")
    classes, survey = _survey(folder)
    pictures, resized = _decoded(survey, image_size)
    if survey.faults:
        raise DataError(f"{printable(str(folder))} cannot be used: {sentence(survey.faults)}; mend or remove these")
    splits = _stacked(survey, pictures)
    held = _hold_out_test(splits)
    leaks = _leaks(splits)
    return image_set(
        folder.resolve().name,
        classes,
        train=splits["train"],
        val=splits.get("val"),
        test=splits.get("test"),
        origin=str(folder),
        notes=_notes(survey, resized, image_size) + leaks + held,
    )


def side_of(folder: Path) -> int | None:
    """Return the shorter side in pixels that the images of `load_folder` have, by their headers; None where it refuses them."""
    try:
        _, survey = _survey(folder)
    except DataError:
        return None
    sizes = (size_of(path) for files in survey.files.values() for path, _ in files)
    first = next(filter(None, sizes), None)
    return DEFAULT_SIDE if any(size not in (None, first) for size in sizes) else min(first) if first else None


def _hold_out_test(splits: dict[str, Split]) -> tuple[str, ...]:
    """Move a fifth of train into a test split where the folder brings none and its classes are large enough for it."""
    train = splits["train"]
    if "test" in splits or np.bincount(train.labels).min() < LEAST_TO_SPLIT:
        return ()
    kept, held = holdout(train.labels, TEST_SHARE, seed=0)
    splits["train"] = Split(train.images[kept], train.labels[kept])
    splits["test"] = Split(train.images[held], train.labels[held])
    return (
        f"there is no test folder, so {len(held)} of {len(train.labels)} training images were held out as test images",
    )


def _survey(folder: Path) -> tuple[tuple[str, ...], _Survey]:
    """Return the class names and every image file, without opening any; raises DataError when there is no train."""
    survey = _Survey(folder)
    places = {name: folder / name for name in _SPLIT_NAMES if os.path.isdir(folder / name)}
    if "train" not in places:
        if places:
            raise DataError(f"{printable(str(folder))} has {', '.join(places)} but no train; add train/CLASS/*.png")
        places = {"train": folder}
    vals = [name for name in _VAL_NAMES if name in places]
    if len(vals) > 1:
        raise DataError(f"{printable(str(folder))} has {' and '.join(vals)}; keep one of them")
    classes = tuple(_class_folders(places["train"], survey))
    if len(classes) < 2:
        found = f" ({sentence(survey.faults, 3)})" if survey.faults else ""
        raise DataError(
            f"{printable(str(places['train']))} has {len(classes)} class folders{found}, and needs at least two;"
            " put the images of each class into a folder of its own"
        )
    for name, place in places.items():
        split = "val" if name in _VAL_NAMES else name
        found = classes if split == "train" else _class_folders(place, survey)
        survey.files[split] = []
        for class_name in found:
            if class_name in classes:
                images = _images(place / class_name, survey)
                survey.files[split] += [(path, classes.index(class_name)) for path in images]
            else:
                survey.fault(place / class_name, "is a class that train does not have")
        if not found:
            survey.fault(place, "has no class folder")
    return classes, survey


def _class_folders(place: Path, survey: _Survey) -> list[str]:
    names: list[str] = []
    for path in _listed(place, survey):
        if not os.path.isdir(path):
            if path.suffix.lower() in FORMATS:
                survey.fault(path, "lies outside the class folders")
            else:
                survey.ignored.append(path)
        elif not path.name.isprintable():
            survey.fault(path, "has a name that cannot be printed")
        else:
            names.append(path.name)
    return names


def _images(place: Path, survey: _Survey) -> list[Path]:
    images: list[Path] = []
    for path in _listed(place, survey):
        if os.path.isdir(path):
            survey.fault(path, "is a folder inside a class folder, where only images are read")
        elif path.suffix.lower() not in FORMATS:
            survey.ignored.append(path)
        elif not os.path.isfile(path):  # opening a pipe would wait for ever
            survey.fault(path, "is no regular file, or a link that leads nowhere")
        else:
            images.append(path)
    if not images:
        survey.fault(place, f"is an empty class: it has no {', '.join(sorted(FORMATS))} file")
    return images


def _listed(place: Path, survey: _Survey) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if not path.name.startswith("."))
    except OSError as error:
        survey.fault(place, f"could not be read ({error.strerror or error})")
        return []


def _decoded(survey: _Survey, image_size: int | None) -> tuple[list[Images], bool]:
    """Return every image in order, all of one height and width, and whether their sizes differed.

    As soon as a second size is seen, what was kept is resized: large photographs never lie in memory side by side.
    """
    pictures: list[Images] = []
    side = image_size
    kept = 0
    for path, _ in (item for files in survey.files.values() for item in files):
        try:
            picture = decode(path)
        except Unreadable as error:
            survey.fault(path, str(error))
            continue
        if side is None and pictures and picture.shape[:2] != pictures[0].shape[:2]:
            side = DEFAULT_SIDE
            pictures = [square(earlier, side) for earlier in pictures]
        pictures.append(picture if side is None else square(picture, side))
        kept += pictures[-1].nbytes
        if side is None and kept > _memory_limit():
            raise DataError(
                f"the images of {printable(str(survey.root))}, {picture.shape[1]} x {picture.shape[0]} each, do not fit"
                " into a quarter of this machine's memory; give image_size to have them made smaller"
            )
    return pictures, side is not None and image_size is None


def _memory_limit() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
    except (AttributeError, ValueError, OSError):
        return 4 << 30  # the system does not say


def _stacked(survey: _Survey, pictures: list[Images]) -> dict[str, Split]:
    channels = 1 if all(picture.ndim == 2 for picture in pictures) else 3
    height, width = pictures[0].shape[:2]
    remaining = iter(pictures)
    splits: dict[str, Split] = {}
    for name, files in survey.files.items():
        images = np.empty((len(files), height, width, channels), dtype=np.uint8)
        for row in images:
            picture = next(remaining)
            row[...] = picture[..., None] if picture.ndim == 2 else picture  # grey repeats itself in each channel
        splits[name] = Split(images, np.array([label for _, label in files], dtype=np.int64))
    return splits


def _notes(survey: _Survey, resized: bool, image_size: int | None) -> tuple[str, ...]:
    notes: list[str] = []
    if resized:
        notes.append(f"images of several sizes were cropped and resized to {DEFAULT_SIDE} x {DEFAULT_SIDE}")
    elif image_size is not None:
        notes.append(f"images were cropped and resized to {image_size} x {image_size}")
    if unread := [path for path in survey.ignored if path.suffix.lower() in UNREAD]:
        notes.append(
            f"{len(unread)} images are of formats that are not read ({_endings(unread)}); convert them to .png"
        )
    if others := [path for path in survey.ignored if path.suffix.lower() not in UNREAD]:
        notes.append(f"{len(others)} files that are no images were passed over ({_endings(others)})")
    return tuple(notes)


def _endings(paths: list[Path]) -> str:
    return ", ".join(sorted({printable(path.suffix.lower()) or "no ending" for path in paths})[:5])


def _leaks(splits: dict[str, Split]) -> tuple[str, ...]:
    trained = {_mark(row) for row in splits["train"].images} if len(splits) > 1 else set[bytes]()
    shared = {
        name: sum(_mark(row) in trained for row in split.images) for name, split in splits.items() if name != "train"
    }
    return tuple(
        f"{count} images of {name} are also in train, pixel for pixel" for name, count in shared.items() if count
    )


def _mark(image: Images) -> bytes:
    return hashlib.sha256(image.tobytes()).digest()
