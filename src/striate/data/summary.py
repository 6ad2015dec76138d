"""What a data set holds, in numbers: images of each class and split, size, statistics, what is there twice or in two splits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from striate.data.imageset import ImageSet, Split
from striate.data.statistics import statistics


@dataclass(frozen=True)
class Summary:
    """Counts of images, all in the order of the classes.

    ``counts[split]`` is int (K,); ``repeated[split]`` the images that are equal, pixel for pixel, to an earlier one of their
    split; ``leaked[split]`` those of val and test that are in train too; ``contradicting`` those with an equal in another
    class.
    ``mean`` and ``deviation`` are of the training images, for each channel, in [0, 1] (of a table in its own units).
    """

    name: str
    origin: str
    classes: tuple[str, ...]
    shape: tuple[int, int, int]
    counts: dict[str, tuple[int, ...]]
    repeated: dict[str, int]
    leaked: dict[str, int]
    contradicting: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    fingerprint: str
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return JSON-able values by the names of the fields."""
        return {**vars(self), "counts": {split: list(row) for split, row in self.counts.items()}}


def splits_of(images: ImageSet) -> dict[str, Split]:
    """Return the splits that are there, by name."""
    named = {"train": images.train, "val": images.val, "test": images.test}
    return {name: split for name, split in named.items() if split is not None}


def summary(images: ImageSet) -> Summary:
    """Return what ``images`` hold."""
    splits = splits_of(images)
    mean, deviation = statistics(images.train.images)
    classes = len(images.classes)
    trained = set(images.train.marks)
    labels: dict[bytes, set[int]] = {}
    for split in splits.values():
        for mark, label in zip(split.marks, split.labels.tolist(), strict=True):
            labels.setdefault(mark, set()).add(label)
    return Summary(
        name=images.name,
        origin=images.origin,
        classes=images.classes,
        shape=images.image_shape,
        counts={name: tuple(np.bincount(split.labels, minlength=classes).tolist()) for name, split in splits.items()},
        repeated={name: len(split) - len(set(split.marks)) for name, split in splits.items()},
        leaked={
            name: sum(mark in trained for mark in split.marks) for name, split in splits.items() if name != "train"
        },
        contradicting=sum(len(labels[mark]) > 1 for split in splits.values() for mark in split.marks),
        mean=tuple(map(float, mean)),
        deviation=tuple(map(float, deviation)),
        fingerprint=images.fingerprint,
        notes=images.notes,
    )
