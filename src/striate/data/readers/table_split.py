"""Which rows of a table train, validate and test: half, a quarter and a quarter of each class, equal rows on one side.

A file that is sorted by its targets, in file order, would train on one class and test on another. So the rows of each class are
drawn at random, the same in every call; rows with equal features go together, or the test would ask what training has told.
A file that says itself which rows are which is taken at its word, and so is the course's ``data.pkl``, whose first half trains.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import DataError, counted, listed
from striate.base.seeds import generator

Array = NDArray[Any]
Parts = tuple[Array, Array, Array]
Groups = tuple[Array, Array]

_SHARES = (0.5, 0.75, 1.0)  # where training, validation and test end
NAMES = ("train", "validation", "test")


def in_order(rows: int) -> Parts:
    """Return the indices of the first half of ``rows``, the next quarter, and the rest; at least 4 rows."""
    if rows < 4:
        raise DataError(
            f"{counted(rows, 'row does', 'rows do')} not make a training, a validation and a test part; give at least 4"
        )
    return np.arange(rows // 2), np.arange(rows // 2, rows // 2 + rows // 4), np.arange(rows // 2 + rows // 4, rows)


def stratified(grouped: Groups, labels: Array) -> Parts:
    """Return sorted indices of half, a quarter and a quarter of each class of ``labels`` (N); equal rows stay together.

    A class of few rows trains first. Raises DataError where no row is left to validate or to test.
    """
    if len(labels) < 4:
        raise DataError(
            f"{counted(len(labels), 'row does', 'rows do')} not make a training, a validation and a test part; give at least 4"
        )
    group, first = grouped
    rng = generator(0, "split", len(labels))
    place = np.zeros(len(first))  # of each group in its class, from 0 to 1
    sizes, of_class = np.bincount(group), labels[first]  # equal rows go where the first of them belongs
    leading: list[int] = []
    for value in np.unique(of_class):
        drawn = rng.permutation(np.flatnonzero(of_class == value))
        place[drawn] = (np.cumsum(sizes[drawn]) - sizes[drawn] / 2) / sizes[drawn].sum()
        leading.append(int(drawn[0]))
    order = np.argsort(place, kind="stable")  # so that each class has its share of every stretch
    part = np.empty(len(first), dtype=np.int64)
    part[order] = np.searchsorted(np.array(_SHARES) * len(labels), np.cumsum(sizes[order]) - sizes[order] / 2)
    part[leading] = 0
    found = tuple(np.flatnonzero(part[group] == number) for number in range(3))
    if empty := [name for name, rows in zip(NAMES, found, strict=True) if not len(rows)]:
        raise DataError(
            f"the rows do not make a {listed(empty)} part: there {'is' if len(first) == 1 else 'are'}"
            f" {counted(len(first), 'different one')} in {counted(len(np.unique(of_class)), 'class')}; give more of each class"
        )
    return found[0], found[1], found[2]


def groups(features: Array) -> Groups:
    """Return for each row of ``features`` (N, D) the number of its group of equal rows, and for each group its first row."""
    plain = np.ascontiguousarray(features + 0.0)  # so that -0 is 0
    keys = plain.view(np.dtype((np.void, plain.dtype.itemsize * plain.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)  # numbered in the order of the file
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[inverse.ravel()], first[order]


def remarks(grouped: Groups, labels: Array, parts: Parts) -> list[str]:
    """Return sentences about equal rows on two sides, equal rows with two targets, and parts that lack a class."""
    group, first = grouped
    found: list[str] = []
    trained = np.isin(group, group[parts[0]])
    shared = [int(trained[rows].sum()) for rows in parts[1:]]
    if any(shared):
        told = [f"{count:,} of the {name} rows" for name, count in zip(NAMES[1:], shared, strict=True) if count]
        found.append(f"{listed(told)} are also in train, equal in every feature: they ask what training has told")
    low, high = np.full(len(first), labels.max()), np.full(len(first), labels.min())
    np.minimum.at(low, group, labels)
    np.maximum.at(high, group, labels)
    if contrary := int((low < high)[group].sum()):
        found.append(
            f"{counted(contrary, 'row has an equal', 'rows have equals')} with another target, which no net can tell apart"
        )
    classes = len(np.unique(labels))
    for name, rows in zip(NAMES[1:], parts[1:], strict=True):
        if (there := len(np.unique(labels[rows]))) < classes:
            found.append(
                f"the {name} rows hold {there} of the {counted(classes, 'class')}: what they say of the others is nothing"
            )
    return found
