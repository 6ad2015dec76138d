"""A data set of another size: the same images, the same labels, another fingerprint."""

from __future__ import annotations

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.data.imageset import ImageSet, Split, image_set
from striate.data.resize import resized


def a_set(channels: int) -> ImageSet:
    pixels = np.arange(2 * 4 * 6 * channels, dtype=np.uint8).reshape(2, 4, 6, channels)
    labels = np.array([0, 1], dtype=np.int64)
    return image_set("toy", ("a", "b"), train=Split(pixels, labels), test=Split(pixels[:1], labels[:1]), origin="here")


@pytest.mark.parametrize("channels", [1, 3])
def test_the_middle_is_kept_and_labels_stay(channels: int) -> None:
    before = a_set(channels)
    after = resized(before, 4)
    assert after.image_shape == (4, 4, channels)
    # Four rows stay four rows, so nothing is interpolated and the middle four of six columns are what is left.
    np.testing.assert_array_equal(after.train.images, before.train.images[:, :, 1:5])
    np.testing.assert_array_equal(after.train.labels, before.train.labels)
    assert after.val is None
    assert after.test is not None
    assert len(after.test) == 1
    assert after.fingerprint != before.fingerprint
    assert after.notes == ("images of 6 x 4 pixels were cropped and resized to 4 x 4",)


def test_a_constant_image_stays_constant_when_it_grows() -> None:
    grey = Split(np.full((1, 2, 2, 1), 77, dtype=np.uint8), np.array([0], dtype=np.int64))
    grown = resized(image_set("toy", ("a",), train=grey, origin="here"), 9)
    assert np.unique(grown.train.images).tolist() == [77]


def test_a_set_of_that_size_is_the_same_set() -> None:
    square = resized(a_set(3), 4)
    assert resized(square, 4) is square


@pytest.mark.parametrize("side", [0, 1025])
def test_a_side_out_of_range_is_refused(side: int) -> None:
    with pytest.raises(DataError, match=f"image_size is {side}, and must be from 1 to 1024"):
        resized(a_set(1), side)
