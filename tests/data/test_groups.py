"""Whole groups of equal images: on one side always, in the numbers worked by hand, and the old draw where none are equal."""

from __future__ import annotations

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.data.groups import groups_of
from striate.data.imageset import Labels, holdout

FRACTIONS = (0.1, 0.2, 0.5, 0.9)


def ints(*values: int) -> Labels:
    return np.array(values, dtype=np.int64)


def test_the_groups_are_those_of_two_and_more() -> None:
    found = groups_of(ints(0, 1, 0, 3, 1, 0))
    assert {key: part.tolist() for key, part in found.items()} == {
        0: [0, 2, 5],
        2: [0, 2, 5],
        5: [0, 2, 5],
        1: [1, 4],
        4: [1, 4],
    }


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_without_equal_images_the_draw_is_the_old_one(fraction: float) -> None:
    labels = np.random.default_rng(0).integers(0, 7, 500)
    alone = np.arange(500)
    # An image that is there twice elsewhere must not change the rule for the others: both code paths draw the same.
    for seed in range(5):
        plain, grouped = holdout(labels, fraction, seed), holdout(labels, fraction, seed, alone)
        for expected, found in zip(plain, grouped, strict=True):
            np.testing.assert_array_equal(expected, found)


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_a_pair_moves_no_more_than_it_must(fraction: float) -> None:
    labels = np.repeat(np.arange(5), 40).astype(np.int64)
    before = holdout(labels, fraction, 0)[1]
    inside, outside = before[0], np.setdiff1d(np.flatnonzero(labels == 0), before)[0]
    firsts = np.arange(200)
    firsts[max(inside, outside)] = min(inside, outside)
    after = holdout(labels, fraction, 0, firsts)[1]
    assert len(after) == len(before)
    assert len(np.setxor1d(before, after)) <= 2
    assert (np.isin(before[labels[before] > 0], after)).all()


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_equal_images_stay_on_one_side_and_every_class_on_both(fraction: float) -> None:
    rng = np.random.default_rng(1)
    for seed in range(30):
        count = int(rng.integers(30, 120))
        kind = rng.integers(0, count // 2, count)  # equal kinds are equal images, in whatever class
        labels = np.where(rng.random(count) < 0.9, kind % 3, rng.integers(0, 3, count)).astype(np.int64)
        first: dict[int, int] = {}
        firsts = ints(*(first.setdefault(int(k), index) for index, k in enumerate(kind)))
        train, val = holdout(labels, fraction, seed, firsts)
        assert sorted([*train.tolist(), *val.tolist()]) == list(range(count))
        assert not set(firsts[train]) & set(firsts[val])
        assert set(labels[train]) == set(labels[val]) == {0, 1, 2}
        assert abs(len(val) - fraction * count) <= 0.1 * count + 6


def test_each_image_six_times() -> None:
    # 20 pictures a class, each six times: a tenth of 120 are two pictures whole.
    kind = np.repeat(np.arange(40), 6)
    labels, firsts = (kind // 20).astype(np.int64), kind * 6
    _, val = holdout(labels, 0.1, 0, firsts)
    assert np.bincount(labels[val]).tolist() == [12, 12]
    assert len(np.unique(firsts[val])) == 4


def test_a_group_that_is_too_large_is_held_only_where_nothing_else_is() -> None:
    labels = ints(0, 0, 0, 0, 0, 0, 1, 1)
    # Two groups of three in class 0, of which one image would be held: one group is.
    _, val = holdout(labels, 0.2, 0, ints(0, 0, 0, 3, 3, 3, 6, 7))
    assert np.bincount(labels[val]).tolist() == [3, 1]


def test_a_class_of_one_picture_is_only_trained_on() -> None:
    labels = ints(0, 0, 0, 1, 1, 1)
    _, val = holdout(labels, 0.4, 0, ints(0, 0, 0, 3, 4, 5))
    assert labels[val].tolist() == [1]
    with pytest.raises(
        DataError, match="all images of each class are equal, and a validation split needs two different"
    ):
        holdout(labels, 0.4, 0, ints(0, 0, 0, 3, 3, 3))


def test_a_picture_in_two_classes_takes_its_other_label_along() -> None:
    labels = ints(0, 0, 0, 0, 1, 1, 1, 1)
    firsts = ints(0, 1, 2, 3, 0, 5, 6, 7)
    seen = set()
    for seed in range(20):
        train, val = holdout(labels, 0.25, seed, firsts)
        assert (0 in val) == (4 in val)
        assert len(train) == 6
        seen.add(0 in val)
    assert seen == {True, False}
