"""Which file is which part of a data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.data.readers.parts import all_part_files, files_in, part_files, part_of


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("train-00000-of-00002.parquet", "train"),
        ("Test_32x32.mat", "test"),
        ("validation.tar", "val"),
        ("t10k-images", "test"),
        ("trains.tar", None),
        ("contest-1.tar", None),
        ("0001.tar", None),
        ("imagenet-val-000000.tar", "val"),
        ("mnist_test.csv", "test"),
        ("train_test_split.parquet", "train"),
        ("my-test-data-train-0.tar", "train"),
        ("testset.tar", None),
    ],
)
def test_a_name_has_the_word_of_its_part(name: str, part: str | None) -> None:
    assert part_of(name) == part


def test_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("train-1.x", "train-0.x", "test.x", "extra.x", "train.y", ".train.x"):
        (tmp_path / name).touch()
    files, notes = all_part_files(tmp_path, (".x",))
    assert {part: [path.name for path in several] for part, several in files.items()} == {
        "train": ["train-0.x", "train-1.x"],
        "test": ["test.x"],
    }
    assert notes == ("1 file has no word for a part in its name, and was not read: extra.x",)
    with pytest.raises(DataError, match=r"has 2 files for train \(train-0\.x; train-1\.x\); keep one"):
        part_files(tmp_path, (".x",))
    with pytest.raises(DataError, match=r"has no file that ends in \.z"):
        all_part_files(tmp_path, (".z",))
    assert all_part_files(tmp_path / "test.x", (".x",)) == ({"train": [tmp_path / "test.x"]}, ())


def test_the_folder_data_and_names_without_a_part(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("b.x", "a.x"):
        (tmp_path / "data" / name).touch()
    assert [path.name for path in files_in(tmp_path, (".x",))] == ["a.x", "b.x"]
    assert [path.name for path in all_part_files(tmp_path, (".x",))[0]["train"]] == ["a.x", "b.x"]


def test_folders_that_are_called_as_parts_or_that_are_alone(tmp_path: Path) -> None:
    for name in (
        "split/train/1.x",
        "split/train/0.x",
        "split/Validation/0.x",
        "hub/plain_text/test-0.x",
        "a/b/1.x",
        "a/c/1.x",
        "class/train/old.x",
        "class/train/cat/0.png",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    files, notes = all_part_files(tmp_path / "split", (".x",))
    assert {part: [path.name for path in several] for part, several in files.items()} == {
        "train": ["0.x", "1.x"],
        "val": ["0.x"],
    }
    assert notes == ()
    assert all_part_files(tmp_path / "hub", (".x",))[0] == {"test": [tmp_path / "hub/plain_text/test-0.x"]}
    assert files_in(tmp_path / "a", (".x",)) == []
    assert files_in(tmp_path / "class", (".x",)) == []


def test_parts_whose_names_begin_with_the_set_are_not_one_part(tmp_path: Path) -> None:
    for name in ("imagenet-train-000000.tar", "imagenet-val-000000.tar"):
        (tmp_path / name).touch()
    files, _ = all_part_files(tmp_path, (".tar",))
    assert {part: [path.name for path in several] for part, several in files.items()} == {
        "train": ["imagenet-train-000000.tar"],
        "val": ["imagenet-val-000000.tar"],
    }
