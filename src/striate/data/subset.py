"""A part of a labelled set in which each class keeps its share: for learning curves, and as the test of a set that has none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import DataError
from striate.base.seeds import generator
from striate.data.imageset import Labels, Split, holdout

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
