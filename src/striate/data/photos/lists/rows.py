"""Images that a list names, row by row, with a label each: from rows to what `load_survey` reads.

A list says of each image where it is, to which class it belongs, and perhaps to which split. A row without an image or without
a label is told, and left out only where files that cannot be read may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from striate.base.errors import DataError, counted, nearest, printable, sentence
from striate.data.photos.source import Source
from striate.data.photos.survey import Survey
from striate.data.readers.parts import WORDS

_SPLITS = ("train", "val", "test")
GROUPS = ("group", "subgroup", "group_name", "domain")
"""The columns of a list that may say to which group an image belongs."""


@dataclass(frozen=True)
class Row:
    """One row: its ``name`` for people, the ``source`` or why there is none (``fault``), ``label`` and ``split`` as they stand.

    A label of None is missing; a split of None is train. ``group`` is the name of a group that the image belongs to.
    """

    name: str
    source: Source | None
    label: str | None
    split: str | None = None
    fault: str = ""
    group: str = ""


def survey_of(path: Path, rows: Iterable[Row], classes: Sequence[str] | None = None) -> Survey:
    """Return what the rows of ``path``, a file or a folder, name; ``classes`` are all names that labels may have, or None.

    Without them the classes are the labels of train. Of ``classes`` those that no row has are left out, with a note; so is a
    part other than train of which no row has a label.

    Labels are sorted, those that are all whole numbers as numbers. Raises DataError for fewer than two classes.
    """
    found = Survey(path) if path.is_dir() else Survey(path.parent, file=path)
    every = list(rows)
    splits = [_split_of(row, found) for row in every]
    if every and "train" not in splits:  # or it would be said to have no class
        there = f"names no image of train; its splits are {', '.join(s for s in _SPLITS if s in splits)}"
        why = f"cannot be used: {sentence(found.faults, 3)}; correct these" if found.faults else there
        raise DataError(f"{printable(str(path))} {why}")
    for part in _unlabelled(every, splits):
        found.notes.append(
            f"no image of {part} has a label, and {part} was not read: {counted(splits.count(part), 'image')}"
        )
        splits = [None if split == part else split for split in splits]
    # The classes are those of train alone: a label that only test has is a fault to be told, never a class without
    # training.
    labels = {row.label for row, split in zip(every, splits, strict=True) if split == "train" and row.label is not None}
    found.classes = tuple(classes) if classes is not None else tuple(sorted(labels, key=_order))
    if classes is not None:
        _leave_out(found, {row.label for row, split in zip(every, splits, strict=True) if split is not None})
    if len(found.classes) < 2:
        raise DataError(
            f"{printable(str(path))} names {counted(len(found.classes), 'class')}"
            f" ({sentence([printable(name[:60]) for name in found.classes], 3) or 'no label'}), and needs at least two"
        )
    numbers = {name: number for number, name in enumerate(found.classes)}
    for row, split in zip(every, splits, strict=True):
        if split is None:
            continue
        files = found.files.setdefault(split, [])
        if row.fault or row.source is None:
            found.damaged.append(f"{printable(row.name)} {row.fault}")
        elif row.label is None:
            found.damaged.append(f"{printable(row.name)} has no label")
        elif (number := numbers.get(row.label)) is None:
            found.faults.append(
                f"{printable(row.name)} of {split} has the label {printable(row.label)}, which train does not have"
                f"{nearest(row.label, found.classes)}"
            )
        else:
            files.append((row.source, number))
            if row.group:
                found.groups[row.source] = row.group
    found.files = {split: found.files[split] for split in _SPLITS if split in found.files}
    return found


def _leave_out(found: Survey, used: set[str | None]) -> None:
    """Take from the classes those that no row has: a set that was filtered keeps the names of all."""
    absent = [printable(name[:60]) for name in found.classes if name not in used]
    found.classes = tuple(name for name in found.classes if name in used)
    if absent:
        one, several = "class is named and has no image, and was", "classes are named and have no image, and were"
        found.notes.append(f"{counted(len(absent), one, several)} left out: {sentence(absent, 3)}")


def _unlabelled(rows: Sequence[Row], splits: Sequence[str | None]) -> list[str]:
    """Return the parts other than train of which no row has a label, as the test images of a contest have none."""
    labelled = {split for row, split in zip(rows, splits, strict=True) if row.label is not None}
    return [part for part in _SPLITS[1:] if part in splits and part not in labelled]


def _split_of(row: Row, found: Survey) -> str | None:
    if row.split is None or not row.split.strip():
        return "train"
    split = WORDS.get(row.split.strip().lower())
    if split is None:
        found.faults.append(
            f"{printable(row.name)} has the split {printable(row.split)}, and train, val and test are accepted"
        )
    return split


def _order(label: str) -> tuple[int, int, str]:
    try:
        return 0, int(label), label
    except ValueError:
        return 1, 0, label
