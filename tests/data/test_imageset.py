"""Splits, statistics, fingerprint and hold-out, against NumPy in float64 and numbers worked by hand."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.base.errors import DataError
from striate.data.imageset import Split, fingerprint, holdout, image_set
from striate.data.statistics import statistics


def split(images: list[int] | np.ndarray, labels: list[int]) -> Split:
    pixels = np.asarray(images, dtype=np.uint8).reshape(len(labels), 1, -1, 1)
    return Split(pixels, np.array(labels, dtype=np.int64))


def test_arrays_cannot_be_written_and_the_value_cannot_be_changed() -> None:
    part = split([1, 2], [0, 1])
    with pytest.raises(ValueError, match="read-only"):
        part.images[0] = 3
    with pytest.raises(ValueError, match="read-only"):
        part.labels[0] = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        part.labels = part.labels
    assert len(part) == 2


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (np.zeros((2, 3, 3, 1), np.float32), np.zeros(2, np.int64), "float32 with 4 dimensions, and must be uint8"),
        (np.zeros((2, 3, 3), np.uint8), np.zeros(2, np.int64), "uint8 with 3 dimensions"),
        (np.zeros((2, 3, 3, 1), np.uint8), np.zeros(3, np.int64), r"shape \(3,\), and must be int64 of shape \(2,\)"),
        (np.zeros((2, 3, 3, 1), np.uint8), np.zeros(2, np.int32), "labels are int32"),
        (np.zeros((0, 3, 3, 1), np.uint8), np.zeros(0, np.int64), "holds no image"),
    ],
)
def test_arrays_of_another_kind_are_refused(images: np.ndarray, labels: np.ndarray, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Split(images, labels)


def test_a_set_knows_its_image_shape() -> None:
    images = np.zeros((2, 5, 7, 3), np.uint8)
    whole = image_set("x", ("a", "b"), train=Split(images, np.array([0, 1])), origin="hand")
    assert whole.image_shape == (5, 7, 3)
    assert whole.val is None
    assert whole.test is None


def test_labels_without_a_class_and_other_shapes_are_refused() -> None:
    train = split([1, 2], [0, 1])
    with pytest.raises(DataError, match="image 1 of test has the label 2, and labels are 0 to 1"):
        image_set("x", ("a", "b"), train=train, test=split([1, 2], [0, 2]), origin="hand")
    with pytest.raises(DataError, match=r"images of val are \(1, 2, 1\) and those of train \(1, 1, 1\)"):
        image_set("x", ("a", "b"), train=train, val=split([1, 2, 3, 4], [0, 1]), origin="hand")


def test_statistics_worked_by_hand() -> None:
    # Channel 0 holds 0 and 255: mean 1/2, deviation 1/2. Channel 1 is 51 everywhere: mean 1/5, deviation 0.
    images = np.array([[0, 51], [255, 51]], dtype=np.uint8).reshape(2, 1, 1, 2)
    mean, std = statistics(images)
    np.testing.assert_array_equal(mean, np.array([0.5, 0.2], np.float32))
    np.testing.assert_array_equal(std, np.array([0.5, 0.0], np.float32))
    assert mean.dtype == std.dtype == np.float32


@pytest.mark.parametrize("count", [1, 2047, 2048, 2049])
def test_statistics_agree_with_numpy_across_blocks(count: int) -> None:
    images = np.random.default_rng(count).integers(0, 256, (count, 3, 2, 3), dtype=np.uint8)
    mean, std = statistics(images)
    np.testing.assert_allclose(mean, (images / 255).mean(axis=(0, 1, 2)), rtol=1e-6)
    np.testing.assert_allclose(std, (images / 255).std(axis=(0, 1, 2)), rtol=1e-6)


def test_statistics_of_nothing_are_refused() -> None:
    with pytest.raises(DataError, match="at least one image"):
        statistics(np.zeros((0, 2, 2, 1), np.uint8))


def test_the_fingerprint_is_the_documented_hash() -> None:
    train = split([7, 9], [0, 1])
    header = b'{"classes": ["a", "b"], "shapes": {"test": null, "train": [2, 1, 1, 1], "val": null}}'
    content = header + bytes([0] * 8) + bytes([1] + [0] * 7) + bytes([7, 9])
    assert fingerprint(("a", "b"), train, None, None) == hashlib.sha256(content).hexdigest()


def test_the_fingerprint_sees_every_part_and_nothing_else() -> None:
    train, other = split([7, 9], [0, 1]), split([7, 8], [0, 1])
    values = [
        fingerprint(("a", "b"), train, None, None),
        fingerprint(("b", "a"), train, None, None),
        fingerprint(("a", "b"), other, None, None),
        fingerprint(("a", "b"), split([7, 9], [1, 0]), None, None),
        fingerprint(("a", "b"), train, other, None),
        fingerprint(("a", "b"), train, None, other),
        fingerprint(("a", "b"), Split(train.images.reshape(1, 1, 2, 1), np.array([0])), None, None),
    ]
    assert len(set(values)) == len(values)
    one = image_set("x", ("a", "b"), train=train, origin="here")
    two = image_set("y", ("a", "b"), train=split([7, 9], [0, 1]), origin="there", notes=("n",))
    assert one.fingerprint == two.fingerprint


@given(
    counts=st.lists(st.integers(2, 40), min_size=1, max_size=6),
    fraction=st.floats(0.01, 0.99),
    seed=st.integers(0, 1000),
)
def test_a_holdout_is_a_stratified_partition(counts: list[int], fraction: float, seed: int) -> None:
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    train, val = holdout(labels, fraction, seed)
    assert sorted([*train, *val]) == list(range(len(labels)))
    assert (np.diff(train) > 0).all()
    assert (np.diff(val) > 0).all()
    for value, count in enumerate(counts):
        held = int((labels[val] == value).sum())
        assert 1 <= held <= count - 1
        assert abs(held - fraction * count) <= 1


def test_a_holdout_follows_its_seed() -> None:
    labels = np.repeat(np.arange(3), 20)
    first, again, other = (holdout(labels, 0.25, seed)[1] for seed in (1, 1, 2))
    assert first.size == 15
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_a_holdout_is_drawn_at_random_within_a_class() -> None:
    # Each of 10 images is held out in about 1/5 of the seeds: 40 of 200, six standard deviations are 34.
    hits = np.zeros(10)
    for seed in range(200):
        hits[holdout(np.zeros(10, np.int64), 0.2, seed)[1]] += 1
    assert (abs(hits - 40) < 34).all()


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan"), float("inf")])
def test_a_fraction_outside_its_range_is_refused(fraction: float) -> None:
    with pytest.raises(DataError, match="between 0 and 1"):
        holdout(np.array([0, 0, 1, 1]), fraction, 0)


def test_a_class_of_one_image_and_no_image_at_all_are_refused() -> None:
    with pytest.raises(DataError, match=r"class 1 has a single image \(2 such classes\)"):
        holdout(np.array([0, 0, 1, 2]), 0.5, 0)
    with pytest.raises(DataError, match="no label"):
        holdout(np.array([], np.int64), 0.5, 0)


def table(features: list[list[float]] | np.ndarray, kind: str = "float64") -> Split:
    rows = np.asarray(features, dtype=kind)
    return Split(rows.reshape(len(rows), 1, 1, -1), np.arange(len(rows), dtype=np.int64) % 2)


def test_the_features_of_a_table_keep_their_units() -> None:
    part = table([[1.0, -300.0], [3.0, 500.0]])
    mean, std = statistics(part.images)
    assert mean.tolist() == [2.0, 100.0]
    assert std.tolist() == [1.0, 400.0]
    made = image_set("t", ("a", "b"), train=part, origin="here")
    assert made.tabular
    assert made.image_shape == (1, 1, 2)
    assert not image_set("i", ("a", "b"), train=split([1, 2], [0, 1]), origin="here").tabular


def test_the_fingerprint_of_a_table_tells_its_type_and_its_last_bit() -> None:
    prints = {
        image_set("t", ("a", "b"), train=part, origin="").fingerprint
        for part in (table([[1.0], [2.0]]), table([[1.0], [2.0]], "float32"), table([[1.0], [np.nextafter(2, 3)]]))
    }
    assert len(prints) == 3


def test_a_feature_that_is_no_number_is_named_with_its_place() -> None:
    with pytest.raises(DataError, match=r"feature 1 of row 2 is nan, and must be a finite number"):
        table([[1, 2], [1, 2], [1, np.nan], [np.inf, 2]])
