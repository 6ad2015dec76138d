"""STL-10's binary files, written as its page describes them: channels, then columns, then rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.data import load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three images for train and two for test; red is the row, green the column, blue the number of the image."""
    row, column = np.indices((96, 96))
    for part, numbers in (("train", (0, 1, 2)), ("test", (3, 4))):
        images = np.stack([np.stack([row, column, np.full_like(row, number)]) for number in numbers]).astype(np.uint8)
        images.transpose(0, 1, 3, 2).tofile(tmp_path / f"{part}_X.bin")
        np.array([number % 2 + 1 for number in numbers], np.uint8).tofile(tmp_path / f"{part}_y.bin")
    (tmp_path / "class_names.txt").write_text("airplane\nbird\n")
    (tmp_path / "unlabeled_X.bin").touch()
    return tmp_path


def test_columns_become_rows_and_names_are_read(folder: Path) -> None:
    for path in (folder, folder / "train_X.bin"):
        made = load(path)
        assert (made.classes, made.image_shape) == (("airplane", "bird"), (96, 96, 3))
        assert made.train.labels.tolist() == [0, 1, 0]
        assert made.train.images[2, 5, 70].tolist() == [5, 70, 2]
        assert made.test is not None
        assert made.test.labels.tolist() == [1, 0]
        assert "the images of unlabeled_X.bin have no label, and were not read" in made.notes


def test_sizes_and_absence_are_told(folder: Path) -> None:
    (folder / "class_names.txt").unlink()
    assert load(folder).classes == ("1", "2")
    (folder / "test_y.bin").unlink()
    with pytest.raises(DataError, match=r"test_y\.bin could not be read \(No such file"):
        load(folder)
    with (folder / "train_X.bin").open("ab") as file:
        file.write(b"x")
    with pytest.raises(DataError, match="has 82,945 bytes, which are not a whole number of 27,648"):
        load(folder)
