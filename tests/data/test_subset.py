"""A subset keeps the shares of the classes, is part of every larger one, and says what it cannot give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.base.errors import DataError
from striate.data.subset import subset

LABELS = np.repeat(np.arange(3), (60, 30, 10)).astype(np.int64)


def test_classes_keep_their_shares() -> None:
    assert np.bincount(LABELS[subset(LABELS, 50, seed=0)]).tolist() == [30, 15, 5]
    assert np.bincount(LABELS[subset(LABELS, 10, seed=0)]).tolist() == [6, 3, 1]
    assert np.bincount(LABELS[subset(LABELS, 3, seed=0)]).tolist() == [1, 1, 1]
    assert subset(LABELS, 100, seed=0).tolist() == list(range(100))


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6), seed=st.integers(0, 5), data=st.data())
def test_a_smaller_subset_is_part_of_every_larger_one_and_each_class_is_in_it(
    sizes: list[int], seed: int, data: st.DataObject
) -> None:
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes)).astype(np.int64)
    small = data.draw(st.integers(len(sizes), len(labels)))
    large = data.draw(st.integers(small, len(labels)))
    chosen, more = subset(labels, small, seed), subset(labels, large, seed)
    assert set(chosen) <= set(more)
    assert (len(set(chosen)), len(set(more))) == (small, large)
    counts = np.bincount(labels[chosen], minlength=len(sizes))
    assert counts.min() >= 1
    # One more or one fewer than the exact share, besides the one that every class gets.
    exact = small * np.array(sizes) / len(labels)
    assert (np.abs(counts - exact) <= 1 + len(sizes) / 2).all()


def test_the_draw_depends_on_the_seed_alone() -> None:
    assert (subset(LABELS, 20, seed=1) == subset(LABELS, 20, seed=1)).all()
    assert (subset(LABELS, 20, seed=1) != subset(LABELS, 20, seed=2)).any()


@pytest.mark.parametrize("count", [2, 101])
def test_too_few_or_too_many_are_refused(count: int) -> None:
    words = rf"train_images is {count}, and must be from 3 \(one for each class\) to 100"
    with pytest.raises(DataError, match=words):
        subset(LABELS, count, seed=0)
