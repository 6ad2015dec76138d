"""Parquet files of Hugging Face, with images that are not there, that lie beside, and without the names of classes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from striate.base.errors import DataError
from striate.data import load
from striate.data.photos import stack
from striate.data.photos.lists import parquet as reader

WRITTEN = Path(__file__).parents[2] / "written"


def test_null_images_are_told_and_may_be_left_out() -> None:
    with pytest.raises(DataError, match=r"nulls\.parquet:0:1 has no image: it is null; .*`skip_damaged`"):
        load(WRITTEN / "nulls.parquet")
    made = load(WRITTEN / "nulls.parquet", skip_damaged=True)
    assert made.train.labels.tolist() == [0, 1]
    assert any(note.startswith("1 file could not be read as an image and was left out") for note in made.notes)


def test_a_path_without_bytes_is_looked_for_beside(tmp_path: Path) -> None:
    assert load(WRITTEN / "paths.parquet").fingerprint == load(WRITTEN / "nulls.parquet", skip_damaged=True).fingerprint
    shutil.copy(WRITTEN / "paths.parquet", tmp_path / "inside.parquet")
    shutil.copy(WRITTEN / "a.png", tmp_path)
    with pytest.raises(
        DataError, match=r"b\.png holds the path b\.png without the bytes, and no such file lies beside"
    ):
        load(tmp_path / "inside.parquet")
    (tmp_path / "deeper").mkdir()
    table = parquet.read_table(WRITTEN / "paths.parquet")
    rows = [{"bytes": None, "path": f"../{name}.png"} for name in "aa"]
    image = pa.array(rows, table.schema.field("image").type)
    parquet.write_table(table.set_column(0, "image", image), tmp_path / "deeper/outside.parquet")
    with pytest.raises(DataError, match="no such file lies beside"):  # a stranger's file names none of ours
        load(tmp_path / "deeper/outside.parquet")


def test_dropped_metadata_leave_numbers_and_a_note(tmp_path: Path) -> None:
    table = parquet.read_table(WRITTEN / "hub/train-00000-of-00001.parquet").replace_schema_metadata(None)
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    made = load(tmp_path / "a.parquet")
    assert made.classes == ("0", "1")
    assert "the file does not name its classes, so their labels are their names" in made.notes
    np.testing.assert_array_equal(made.train.images, load(WRITTEN / "hub").train.images)


def named(path: Path, names: list[str] | None, labels: list[int], image: str = "image") -> None:
    """A file of grey images, each with the number of a class, whose names the file tells as Hugging Face's does."""
    table = pa.table({image: images("a") * len(labels), "label": labels})
    told = {"info": {"features": {"label": {"_type": "ClassLabel", "names": names}}}}
    parquet.write_table(table.replace_schema_metadata({"huggingface": json.dumps(told)} if names else None), path)


def test_each_file_is_read_by_its_own_names_of_classes(tmp_path: Path) -> None:
    named(tmp_path / "train-0.parquet", ["bird", "cat", "dog"], [0, 1, 2, 0, 1, 2])
    named(
        tmp_path / "test-0.parquet", ["cat", "dog"], [0, 1]
    )  # a set that was read from folders, none of them of birds
    made = load(tmp_path)
    assert made.classes == ("bird", "cat", "dog")
    assert made.train.labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert made.test.labels.tolist() == [1, 2]
    assert "its files number their classes differently, and each is read by its own names" in made.notes
    named(tmp_path / "test-0.parquet", ["cat", "fish"], [0, 1])
    with pytest.raises(DataError, match="fish"):
        load(tmp_path)
    named(tmp_path / "test-0.parquet", None, [0, 1])
    with pytest.raises(DataError, match="one alone names its classes; write both with names, or both without"):
        load(tmp_path)
    named(tmp_path / "test-0.parquet", ["cat", "dog"], [0, 1], image="img")
    with pytest.raises(DataError, match=r"has img and label where .* has image and label; write both with the same"):
        load(tmp_path)


def test_images_are_kept_in_the_cache_and_read_anew_when_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stack, "CACHED", 0)
    expected = load(WRITTEN / "hub")
    with monkeypatch.context() as patch:
        patch.setattr(stack, "photograph", lambda *_: pytest.fail("decoded again"))
        assert load(WRITTEN / "hub").fingerprint == expected.fingerprint


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"label": [0, 1]}, "has the columns label, and none of images"),
        ({"image": [b"x", b"y"], "size": [1, 2]}, "has the columns image and size, and none of labels"),
        ({"image": [b"x", b"y"], "label": [0, None]}, "has no label"),
        ({"image": [b"x", b"y"], "label": [0, 1]}, "is not a PNG, JPEG, WebP or BMP image"),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, columns: dict[str, list[object]], words: str) -> None:
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=words if "no label" not in words else "names 1 class"):
        load(tmp_path / "a.parquet")


def test_damage_is_a_sentence(tmp_path: Path) -> None:
    whole = (WRITTEN / "hub/train-00000-of-00001.parquet").read_bytes()
    rng = np.random.default_rng(0)
    path = tmp_path / "a.parquet"
    told: list[str] = []
    for number in range(60):
        changed = bytearray(whole[: -rng.integers(1, 500)] if number % 2 else whole)
        for place in rng.integers(4, len(changed), 3):
            changed[place] = int(rng.integers(256))
        path.write_bytes(changed)
        try:
            load(path)
        except DataError as error:
            told.append(str(error))
    assert len(told) > 30
    assert all(map(str.isprintable, told))
    assert os.path.getsize(path)


def test_groups_are_those_of_a_column_by_name_or_number(tmp_path: Path) -> None:
    told = {"info": {"features": {"Domain": {"_type": "ClassLabel", "names": ["day", "night"]}}}}
    pixels = [(WRITTEN / f"{name}.png").read_bytes() for name in "ab"] * 2
    columns = {"image": pixels, "label": ["x", "y", "x", "y"], "Domain": [0, 1, None, 1]}
    table = pa.table(columns).replace_schema_metadata({"huggingface": json.dumps(told)})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert load(tmp_path / "a.parquet").train.groups == ("day", "night", "", "night")
    columns["subgroup"] = ["m", "n", "m", ""]
    parquet.write_table(pa.table(columns), tmp_path / "b.parquet")
    assert load(tmp_path / "b.parquet").train.groups == ("m", "n", "m", "")


def test_a_text_that_a_dictionary_repeats_is_refused_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "free_memory", lambda: 10_000)
    pixels = [(WRITTEN / f"{name}.png").read_bytes() for name in "ab"] * 2
    parquet.write_table(pa.table({"image": pixels, "label": ["x" * 3000, "y"] * 2}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"is damaged \(its texts would fill 12\.0 kB of memory\)"):
        load(tmp_path / "a.parquet")


def images(*names: str) -> list[bytes]:
    return [(WRITTEN / f"{name}.png").read_bytes() for name in names]


def test_of_two_columns_of_images_the_one_with_a_usual_name_is_read(tmp_path: Path) -> None:
    columns = {"mask": images("b", "b"), "image": images("a", "b"), "label": ["x", "y"], "age": [1, 2]}
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    made = load(tmp_path / "a.parquet")
    assert made.train.images[0, 0, 0, 2] == 0  # of a.png; b.png has 100
    note = "image is read as the image and label as its class; 2 other columns are not read: mask; age"
    assert note in made.notes
    columns["scan"] = columns.pop("image")
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"has 2 columns of images \(mask and scan\); call the one that is meant image"):
        load(tmp_path / "a.parquet")


def test_several_classes_for_an_image_are_refused(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"image": images("a", "b"), "label": [[0, 1], [1]]}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="the column label holds lists or records, and one class for each image is"):
        load(tmp_path / "a.parquet")


def test_a_column_of_splits_counts_where_no_name_tells_the_part(tmp_path: Path) -> None:
    columns = {"image": images(*"abababab"), "label": [0.0, 1.0] * 4, "split": ["train"] * 6 + ["test"] * 2}
    parquet.write_table(pa.table(columns), tmp_path / "all.parquet")
    made = load(tmp_path / "all.parquet")
    assert made.test is not None
    assert (len(made.train), len(made.test), made.classes) == (6, 2, ("0", "1"))
    columns["split"] = [str(number) for number in range(8)]  # of folds
    parquet.write_table(pa.table(columns), tmp_path / "all.parquet")
    made = load(tmp_path / "all.parquet")
    assert any("1 other column is not read: split" in note for note in made.notes)
