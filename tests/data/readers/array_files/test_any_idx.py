"""IDX files of other names and sizes than MNIST's; EMNIST itself is in tests/data/test_forms.py."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.data import load

WRITTEN = Path(__file__).parents[2] / "written"


def put(folder: Path, prefix: str, count: int = 4) -> None:
    images = np.arange(count * 6, dtype=np.uint8).reshape(count, 2, 3)
    header = struct.pack(">HBB3I", 0, 8, 3, *images.shape)
    (folder / f"{prefix}train-images-idx3-ubyte").write_bytes(header + images.tobytes())
    labels = bytes(number % 2 for number in range(count))
    (folder / f"{prefix}train-labels-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, count) + labels)


def test_other_sets_are_not_turned(tmp_path: Path) -> None:
    put(tmp_path, "")
    made = load(tmp_path)
    assert made.image_shape == (2, 3, 1)
    assert made.train.images[0, ..., 0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert made.classes == ("0", "1")


def test_a_folder_of_several_sets_asks_which(tmp_path: Path) -> None:
    put(tmp_path, "a-")
    put(tmp_path, "b-", 6)
    with pytest.raises(
        DataError, match="has 2 sets of IDX files; give the path of one: a-train-images-idx3-ubyte or b-"
    ):
        load(tmp_path)
    assert len(load(tmp_path / "b-train-images-idx3-ubyte").train) == 6
    (tmp_path / "b-train-images-idx3-ubyte").rename(tmp_path / "b.images")
    with pytest.raises(DataError, match=r"b\.images must be called \.\.\.train-images-idx3-ubyte, beside its labels"):
        load(tmp_path / "b.images")


def test_damage_is_told(tmp_path: Path) -> None:
    for path in (WRITTEN / "emnist").glob("*train*"):
        shutil.copy(path, tmp_path)
    (labels,) = tmp_path.glob("*labels*")
    whole = labels.read_bytes()
    labels.write_bytes(whole[:-1])
    with pytest.raises(DataError, match="holds 3 values where 4 belong"):
        load(tmp_path)
    labels.write_bytes(b"\0\0\x08\x03" + whole[4:])
    with pytest.raises(DataError, match="is not an IDX file of uint8 with 1 dimensions; it begins with 00000803"):
        load(tmp_path)
    (images,) = tmp_path.glob("*images*")
    images.write_bytes(struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1))
    with pytest.raises(DataError, match=r"says that it holds 79,228,.* values, and cannot be held"):
        load(tmp_path)
    labels.unlink()
    images.write_bytes(struct.pack(">HBB3I", 0, 8, 3, 1, 1, 1) + b"x")
    with pytest.raises(DataError, match=r"could not be read .*; put it beside the others"):
        load(tmp_path)


def test_folders_of_a_files_name_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "")
    for path in list(tmp_path.iterdir()):  # an archive unpacks to both
        path.rename(tmp_path / path.name.replace("-idx", ".idx"))
        (tmp_path / path.name).mkdir()
    assert len(load(tmp_path).train) == 4
