"""A part of a labelled set in which each class keeps its share: for learning curves over the number of images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import DataError
from striate.base.seeds import generator
from striate.data.imageset import Labels


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
