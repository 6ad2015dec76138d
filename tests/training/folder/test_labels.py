"""Labels come back from JSON as they went, and files of before there were engines are read too."""

from __future__ import annotations

import json

from striate.data.photos.levels import Levels
from striate.training.feed.normalization import Normalization
from striate.training.folder.labels import Labels, levels_told


def test_labels_are_written_and_read_in_the_order_of_earlier_files() -> None:
    normalization = Normalization((0.5,), (0.25,), per_image=True, permuted=True)
    labels = Labels("twin", "softmax", {"hidden": 3}, (8, 9, 1), ("a", "b"), normalization, Levels(3, 900))
    told = json.loads(json.dumps(labels.to_json()))
    assert list(told) == (
        [
            "engine",
            "net",
            "net_options",
            "image_shape",
            "classes",
            "mean",
            "std",
            "standardize",
            "permute_pixels",
            "levels",
        ]
    )
    assert (told["standardize"], told["levels"]) == ("image", [3, 900])
    assert Labels.of({"accuracy": 0.5, **told}) == labels
    plain = Labels("torch", "mlp", {}, (8, 9, 1), ("a", "b"), Normalization((0.5,), (0.25,)))
    assert "levels" not in plain.to_json()
    assert Labels.of(plain.to_json()) == plain
    assert not plain.by_hand


def test_levels_are_two_numbers() -> None:
    assert levels_told([1, 2]) == Levels(1, 2)
    assert [levels_told(each) for each in (None, [1], "12", 3)] == [None] * 4
