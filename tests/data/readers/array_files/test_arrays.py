"""Arrays of images and labels become a data set, or are refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.data.readers.array_files.arrays import array_set

PATH = Path("some/digits.mat")
GREY = np.arange(4 * 6, dtype=np.uint8).reshape(4, 2, 3)


def test_any_numbers_are_classes() -> None:
    made = array_set(PATH, {"train": (GREY, np.array([[7], [-1], [7], [300]]))}, names={7: "seven"})
    assert (made.name, made.classes, made.image_shape) == ("digits", ("-1", "seven", "300"), (2, 3, 1))
    assert made.train.labels.tolist() == [1, 0, 1, 2]
    assert made.test is None


def test_a_fifth_is_held_out_where_there_is_no_test() -> None:
    images = np.arange(20 * 4, dtype=np.uint8).reshape(20, 2, 2)
    made = array_set(PATH, {"train": (images, np.arange(20) % 2)}, notes=("a note",))
    assert made.test is not None
    assert (len(made.train), len(made.test)) == (16, 4)
    assert made.notes == (
        "a note",
        "there is no test part, so 4 of 20 training images were held out as test images",
    )


LABELS = np.array([0, 1, 0, 1])
REFUSED: list[tuple[dict[str, tuple[Any, Any]], str]] = [
    ({"test": (GREY, LABELS)}, "has test but no train"),
    ({}, "has no part but no train"),
    ({"train": (GREY.astype(float), LABELS)}, "train has images of float64, and uint8"),
    ({"train": (GREY[..., None].repeat(2, 3), LABELS)}, r"images of shape \(4, 2, 3, 2\), .*; volumes are not"),
    ({"train": (GREY, LABELS[:3])}, "has 4 images and 3 labels"),
    ({"train": (GREY, np.zeros(4, int))}, "has 1 class in train"),
    ({"train": (GREY, np.zeros((4, 2), int))}, "are 2 for each image, and one class"),
    ({"train": (GREY, np.array([0, 1, 0.5, 1]))}, "are float64, and must be whole numbers"),
    ({"train": (GREY, np.array(["a", "b", "a", "b"]))}, "must be whole numbers"),
    ({"train": (GREY, LABELS), "test": (GREY, LABELS + 1)}, "test has the label 2, of which train has no image"),
]


@pytest.mark.parametrize(("parts", "words"), REFUSED)
def test_what_does_not_fit_is_refused(parts: dict[str, tuple[Any, Any]], words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        array_set(PATH, parts)
    assert str(caught.value).startswith("some/digits.mat")
