"""What a data set holds, counted by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from striate.data.imageset import Split, image_set
from striate.data.summary import splits_of, summary


def test_counts_duplicates_and_leaks_by_hand() -> None:
    def split(shades: list[int], labels: list[int]) -> Split:
        images = np.zeros((len(shades), 2, 2, 1), np.uint8)
        images[:, 0] = np.array(shades)[:, None, None]
        return Split(images, np.array(labels))

    made = image_set(
        "toy",
        ("a", "b"),
        train=split([10, 10, 20, 30], [0, 0, 1, 1]),
        test=split([20, 40, 40, 10], [1, 0, 0, 1]),
        origin="here",
        notes=("a note",),
    )
    told = summary(made)
    assert list(splits_of(made)) == ["train", "test"]
    assert told.counts == {"train": (2, 2), "test": (2, 2)}
    assert told.repeated == {"train": 1, "test": 1}
    assert told.leaked == {"test": 2}
    assert told.contradicting == 3  # the two tens of class a in train, and that of class b in test
    # Half of all pixels are 0, the others 10, 10, 20, 30: their mean is 17.5, and that of the squares 375.
    assert told.mean == pytest.approx([8.75 / 255])
    assert told.deviation == pytest.approx([np.sqrt(375 / 2 - 8.75**2) / 255])
    written = json.loads(json.dumps(told.to_json()))
    assert written["counts"]["test"] == [2, 2]
    assert written["fingerprint"] == made.fingerprint
