"""From rows to images with labels, and what of them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.data.photos.lists.rows import Row, survey_of

PLACE = Path("x.png")


def test_labels_are_sorted_as_what_they_are() -> None:
    rows = [Row(str(number), PLACE, label) for number, label in enumerate(("10", "9", "1"))]
    assert survey_of(Path(), rows).classes == ("1", "9", "10")
    assert survey_of(Path(), [*rows, Row("a", PLACE, "b")]).classes == ("1", "9", "10", "b")
    assert survey_of(Path(), rows, ("9", "10", "1")).classes == ("9", "10", "1")


def test_every_fault_is_told_and_nothing_else_is_lost() -> None:
    found = survey_of(
        Path(),
        [
            Row("one", PLACE, "cat"),
            Row("two", PLACE, "dog", "Training"),
            Row("three", None, "cat", "train", "is not there"),
            Row("four", PLACE, None),
            Row("five", PLACE, "cow", "test"),
            Row("six", PLACE, "cat", "some"),
            Row("seven", PLACE, "dog", "valid"),
        ],
    )
    assert found.files == {"train": [(PLACE, 0), (PLACE, 1)], "val": [(PLACE, 1)], "test": []}
    assert found.damaged == ["three is not there", "four has no label"]
    assert found.faults == [
        "six has the split some, and train, val and test are accepted",
        "five of test has the label cow, which train does not have",
    ]


def test_one_class_and_no_train_are_refused() -> None:
    with pytest.raises(DataError, match=r"names 1 class \(cat\), and needs at least two"):
        survey_of(Path("d"), [Row("one", PLACE, "cat")])
    with pytest.raises(DataError, match="names no image of train; its splits are test"):
        survey_of(Path("d"), [Row("one", PLACE, "cat", "test")], ("cat", "dog"))


def test_a_part_without_any_label_and_classes_without_any_row_are_left_out_and_said() -> None:
    rows = [
        Row("1", PLACE, "cat"),
        Row("2", PLACE, "dog"),
        Row("3", PLACE, None, "test"),
        Row("4", PLACE, None, "test"),
    ]
    found = survey_of(Path(), rows, ("ant", "cat", "cow", "dog"))
    assert found.classes == ("cat", "dog")
    assert found.files == {"train": [(PLACE, 0), (PLACE, 1)]}
    assert not found.damaged
    assert found.notes == [
        "no image of test has a label, and test was not read: 2 images",
        "2 classes are named and have no image, and were left out: ant; cow",
    ]


def test_splits_that_are_none_are_told_and_not_a_want_of_classes() -> None:
    rows = [Row("one", PLACE, "cat", "0"), Row("two", PLACE, "dog", "1")]
    with pytest.raises(DataError, match="one has the split 0, and train, val and test are accepted; two has"):
        survey_of(Path("d"), rows)
