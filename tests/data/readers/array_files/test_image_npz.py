"""Image sets in .npz files are told from tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.data import load
from striate.data.catalog import is_table
from striate.data.readers.array_files.image_npz import is_image_npz

WRITTEN = Path(__file__).parents[2] / "written"


def test_images_are_told_from_a_table(tmp_path: Path) -> None:
    assert is_image_npz(WRITTEN / "medical.npz")
    assert not is_table(str(WRITTEN / "medical.npz"))
    np.savez(tmp_path / "table.npz", X=np.ones((8, 2)), y=np.arange(8) % 2)
    (tmp_path / "none.npz").write_bytes(b"PK")
    for name in ("table.npz", "none.npz", "absent.npz"):
        assert not is_image_npz(tmp_path / name)
        assert is_table(str(tmp_path / name))


def test_several_labels_volumes_and_objects_are_refused(tmp_path: Path) -> None:
    images = np.zeros((2, 4, 4), np.uint8)
    for name, held, words in (
        ("multi", {"train_images": images, "train_labels": np.ones((2, 14), np.uint8)}, "are 14 for each image"),
        ("volume", {"train_images": np.zeros((2, 4, 4, 4), np.uint8), "train_labels": [0, 1]}, "volumes are not"),
        ("object", {"train_images": images, "train_labels": np.array([{}, {}])}, "nothing of it was run"),
        ("half", {"train_images": images}, "train_labels is there 0 times"),
    ):
        np.savez(tmp_path / f"{name}.npz", **held)  # type: ignore[arg-type]
        with pytest.raises(DataError, match=words):
            load(tmp_path / f"{name}.npz")


def test_the_names_of_keras_and_of_arrays_that_are_not_split(tmp_path: Path) -> None:
    images = np.arange(4 * 9, dtype=np.uint8).reshape(4, 3, 3)
    labels = np.arange(4) % 2
    np.savez(tmp_path / "mnist.npz", x_test=images[:2], x_train=images, y_train=labels, y_test=labels[:2])
    made = load(tmp_path / "mnist.npz")
    assert made.test is not None
    assert (len(made.train), len(made.test), made.image_shape) == (4, 2, (3, 3, 1))
    assert not is_table(str(tmp_path / "mnist.npz"))
    for x, y in (("images", "labels"), ("X", "y")):
        np.savez(tmp_path / "one.npz", **{x: images, y: labels[:, None]})  # type: ignore[arg-type]
        assert load(tmp_path / "one.npz").train.images[1, 0, 0, 0] == 9
