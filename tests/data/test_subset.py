"""A subset keeps the shares of the classes, is part of every larger one, and says what it cannot give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.base.errors import DataError
from striate.data.imageset import Split, image_set
from striate.data.subset import of_classes, subset

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


def classed(*labels: int) -> Split:
    """Return a split of 1 x 1 images, each of which is as grey as its place."""
    return Split(np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1, 1), np.array(labels, dtype=np.int64))


def test_images_of_some_classes_keep_their_order_and_get_labels_from_0() -> None:
    whole = image_set("birds", ("a", "b", "c", "d"), train=classed(3, 0, 1, 3, 2), test=classed(1, 1, 3), origin="here")
    for words in ("b, d", "d,b", "1::2", "-3::2"):
        part = of_classes(whole, words)
        assert part.classes == ("b", "d")
        assert part.train.labels.tolist() == [1, 0, 1]
        assert part.train.images.ravel().tolist() == [0, 2, 3]
        assert part.test is not None
        assert part.test.labels.tolist() == [0, 0, 1]
        assert part.fingerprint != whole.fingerprint
        assert part.notes == ("only 2 of 4 classes are kept: b; d",)
    assert of_classes(whole, "0:3").train.labels.tolist() == [0, 1, 2]
    assert of_classes(whole, "a, c").test is None
    named = image_set("odd", ("a", "b:c", "d, e"), train=classed(0, 1, 2), origin="here")
    assert of_classes(named, "1:").classes == ("b:c", "d, e")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("b", "leave 1 class of the 4"),
        ("::9", "leave 1 class of the 4"),
        ("4:", "leave 0 classes of the 4"),
        ("b, dd", 'class "dd" is unknown .did you mean "d"'),
        ("1:x", "is not a slice; write it as in Python"),
        ("::0", "is not a slice"),
        (":" * 9, "is not a slice"),
    ],
)
def test_classes_that_are_none_are_refused(words: str, told: str) -> None:
    whole = image_set("birds", ("a", "b", "c", "d"), train=classed(0, 1, 2, 3), origin="here")
    with pytest.raises(DataError, match=told):
        of_classes(whole, words)
