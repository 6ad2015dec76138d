"""A part of a labelled set: some of its classes, or fewer images of each, for learning curves and as a test split."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from striate.base.catalog import unknown
from striate.base.errors import DataError, counted, sentence
from striate.base.seeds import generator
from striate.data.imageset import ImageSet, Labels, Split, holdout, image_set

TEST_SHARE = 0.2
LEAST_TO_SPLIT = 5  # so that a fifth is at least one image


def subset(labels: Labels, count: int, seed: int) -> NDArray[np.int64]:
    """Return the indices of ``count`` of the ``labels`` (N,), sorted int64: one of each class, then each in proportion.

    The members of a class are shuffled (stream ``split``), and the one of rank r = 0, 1, ... of n comes at (r + 1/2) / n:
    Webster's method. A smaller subset is therefore part of every larger one. Raises DataError when count is below the
    number of classes or above N.
    """
    classes, counts = np.unique(labels, return_counts=True)
    if not len(classes) <= count <= len(labels):
        raise DataError(
            f"train_images is {count}, and must be from {len(classes)} (one for each class) to {len(labels)}"
            " (all that are there to train on)"
        )
    rng = generator(seed, "split", len(labels))
    place = np.empty(len(labels))
    for value, size in zip(classes, counts, strict=True):
        rank = rng.permutation(int(size))
        place[labels == value] = np.where(rank == 0, -1.0, (rank + 0.5) / size)
    return np.sort(np.argsort(place, kind="stable")[:count]).astype(np.int64)


def of_classes(images: ImageSet, chosen: str) -> ImageSet:
    """Return the images of the classes that ``chosen`` names, in the order of all classes, with labels from 0 on.

    ``chosen`` holds names with commas between them, or is a slice of all classes as Python writes it: ``::2`` is every other
    one. Raises DataError for an unknown name, where fewer than two classes are left, or none of their training images.
    """
    kept = _named(images.classes, chosen)
    if len(kept) < 2:
        raise DataError(
            f'classes "{chosen}" leave {counted(len(kept), "class")} of the {len(images.classes)} of {images.name}, and a'
            " classifier needs two; name more"
        )
    number = np.full(len(images.classes), -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))

    def part(split: Split | None) -> Split | None:
        found = np.flatnonzero(number[split.labels] >= 0) if split is not None else np.empty(0, dtype=np.int64)
        if split is None or not found.size:
            return None
        taken = split.take(found)
        return replace(taken, labels=number[taken.labels])

    train = part(images.train)
    if train is None:
        raise DataError(f'no training image of {images.name} is of the classes "{chosen}"; name others')
    names = tuple(images.classes[label] for label in kept)
    note = f"only {len(names)} of {len(images.classes)} classes are kept: {sentence(list(names), 10)}"
    val, test = part(images.val), part(images.test)
    made = image_set(
        images.name, names, train=train, val=val, test=test, origin=images.origin, notes=(*images.notes, note)
    )
    return replace(made, levels=images.levels)


def _named(classes: tuple[str, ...], chosen: str) -> list[int]:
    """Return the labels that ``chosen`` names, in order."""
    if ":" in chosen and chosen not in classes:
        if not re.fullmatch(r"\s*-?\d{0,9}\s*(:\s*-?\d{0,9}\s*){1,2}", chosen) or re.fullmatch(
            r".*:.*:\s*-?0+\s*", chosen
        ):
            raise DataError(
                f'classes "{chosen}" is not a slice; write it as in Python, 0:5 for the first five and ::2 for every other one,'
                " or names with commas between them"
            )
        bounds = [int(part) if part.strip() else None for part in chosen.split(":")]
        return sorted(range(len(classes))[slice(*bounds)])
    names = [chosen] if chosen in classes else [name.strip() for name in chosen.split(",")]
    for name in names:
        if name not in classes:
            raise DataError(unknown("class", name, classes))
    return sorted({classes.index(name) for name in names})


def hold_out_test(splits: dict[str, Split], what: str = "test folder") -> tuple[str, ...]:
    """Move a fifth of train into a test split where there is none and its classes are large enough; return the note on it."""
    train = splits["train"]
    if "test" in splits or np.bincount(train.labels).min() < LEAST_TO_SPLIT:
        return ()
    try:
        kept, held = holdout(train.labels, TEST_SHARE, seed=0, firsts=train.firsts)
    except DataError:  # every class is one image, many times: nothing of it tests anything
        return ()
    splits["train"], splits["test"] = train.take(kept), train.take(held)
    return (f"there is no {what}, so {len(held)} of {len(train.labels)} training images were held out as test images",)
