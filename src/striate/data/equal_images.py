"""Images that are equal pixel for pixel: which they are, and what a reader of a result should know about them.

An image that is there twice must not be trained on and validated on: the score would be of memory. So a drawn split keeps
equal images on one side (`striate.data.imageset.holdout`), and what the user split is only counted and said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from striate.base.errors import counted, printable, sentence
from striate.data.cache.mapped import blocks
from striate.data.imageset import Cells, ImageSet, Split

Name = Callable[[str, int], str]
_SHOWN = 3


@dataclass(frozen=True)
class _Place:
    split: str
    index: int
    label: int


def notes_on(images: ImageSet) -> tuple[str, ...]:
    """Return the notes on ``images``, which have no names of their own, none for a table: see `equal_notes`, `blank_notes`."""
    if images.tabular:
        return ()
    splits = {
        name: split
        for name, split in (("train", images.train), ("val", images.val), ("test", images.test))
        if split is not None
    }
    return blank_notes(splits, _by_number) + equal_notes(splits, _by_number)


def _by_number(split: str, index: int) -> str:
    return f"{split} {index}"


def equal_notes(splits: Mapping[str, Split], name: Name) -> tuple[str, ...]:
    """Return what is equal within train, what is equal in different classes, and what of another split is in train too.

    ``name(split, index)`` names an image for people. Only the images of train count as known before.
    """
    first: dict[bytes, _Place] = {}
    again, contradictions = 0, list[str]()
    shared = dict.fromkeys(splits, 0)
    for split_name, split in splits.items():
        for index, (mark, label) in enumerate(zip(split.marks, split.labels.tolist(), strict=True)):
            earlier = first.setdefault(mark, _Place(split_name, index, label))
            if (earlier.split, earlier.index) == (split_name, index):
                continue
            again += split_name == "train"
            shared[split_name] += split_name != "train" and earlier.split == "train"
            if earlier.label != label:
                contradictions.append(
                    f"{printable(name(split_name, index))} is {printable(name(earlier.split, earlier.index))}"
                )
    notes: list[str] = []
    if again:
        side = "" if "val" in splits else "; the drawn validation split keeps equal images on one side"
        notes.append(
            f"{counted(again, 'image of train is', 'images of train are')} there before, pixel for pixel{side}"
        )
    if contradictions:
        notes.append(
            f"{counted(len(contradictions), 'image is', 'images are')} in another class before, pixel for pixel,"
            " so that one of the labels is wrong"
            f" or not enough is seen: {sentence(contradictions, _SHOWN)}"
        )
    return (
        *notes,
        *(
            f"{counted(count, f'image of {which} is', f'images of {which} are')} also in train, pixel for pixel"
            for which, count in shared.items()
            if count
        ),
    )


def blank_notes(splits: Mapping[str, Split], name: Name) -> tuple[str, ...]:
    """Return the note that names the images in which all pixels are the same, if there are any of more than one pixel."""
    blank = [
        (name(split_name, index), bool((split.images[index] == 255).all()))
        for split_name, split in splits.items()
        for index in _blank(split.images)
    ]
    if not blank:
        return ()
    white = sum(is_white for _, is_white in blank)
    why = f", {white} of them white, as what is transparent becomes" if white else ""
    return (
        f"{counted(len(blank), 'image is', 'images are')} of one colour{why}:"
        f" {sentence([printable(n) for n, _ in blank], _SHOWN)}",
    )


def _blank(images: Cells) -> list[int]:
    if images.shape[1] * images.shape[2] == 1:
        return []
    found: list[int] = []
    start = 0
    for block in blocks(images):
        pixels = np.ascontiguousarray(block).reshape(len(block), -1, block.shape[-1])
        first, places = pixels[:, 0], (pixels.shape[1] // 2, pixels.shape[1] - 1)
        # Most are ruled out by two pixels, and only the others are read whole.
        likely = np.logical_and.reduce([(first == pixels[:, place]).all(axis=1) for place in places])
        found += [start + int(i) for i in np.flatnonzero(likely) if (pixels[i] == pixels[i, 0]).all()]
        start += len(block)
    return found
