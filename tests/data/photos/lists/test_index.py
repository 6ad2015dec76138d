"""Lists of image files, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from striate.base.errors import DataError
from striate.data import load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(4):
        Image.new("L", (3, 3), number).save(tmp_path / f"{number}.png")
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "path,label\n0.png,a\n1.png,b\n",
        "\ufefffile_name;Class\n0.png;a\n1.png;b\n",
        "0.png,a\n1.png,b\n",
        "0.png,a,train\n1.png,b,training\n",
        '"image"\t"category"\n"0.png"\ta\n1.png\tb\n\n',
    ],
)
def test_columns_and_their_absence(folder: Path, text: str) -> None:
    (folder / "list.csv").write_text(text, encoding="utf-8")
    made = load(folder / "list.csv")
    assert made.classes == ("a", "b")
    assert made.train.images[:, 0, 0, 0].tolist() == [0, 1]


def test_absent_files_and_missing_labels_are_told_and_may_be_left_out(folder: Path) -> None:
    rows = ["path,label", "0.png,a", "1.png,b", "gone.png,a", "2.png,", ",b", "list.csv,a"]
    (folder / "list.csv").write_text("\n".join(rows))
    with pytest.raises(DataError) as caught:
        load(folder / "list.csv")
    for words in (
        "row 3 of list.csv names gone.png, which is not there",
        "row 4 of list.csv has no label",
        "row 5 of list.csv names no file",
        "row 6 of list.csv names list.csv, which does not end in",
        "`skip_damaged`",
    ):
        assert words in str(caught.value)
    made = load(folder / "list.csv", skip_damaged=True)
    assert len(made.train) == 2
    assert any(note.startswith("4 files could not be read as images and were left out: row 3") for note in made.notes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path,size\n0.png,3\n", r"has the columns path, size; it needs one of paths .* and one of labels"),
        ("path,label\n0.png,a,b\n", "line 2 has 3 columns, and the first has 2"),
        ('path,label\n"0.png,a\n', "line 2 is not a row of a table"),
        ("path,label\n", "names 0 classes"),
    ],
)
def test_damaged_lists_are_refused_with_their_line(folder: Path, text: str, words: str) -> None:
    (folder / "list.csv").write_text(text)
    with pytest.raises(DataError, match=words):
        load(folder / "list.csv")


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "list.csv").write_bytes(b"path,label\n\xff\xfe,a\n")
    with pytest.raises(DataError, match=r"could not be read .* write the list as UTF-8"):
        load(folder / "list.csv")


def test_metadata_counts_what_it_does_not_list(folder: Path) -> None:
    (folder / "metadata.jsonl").write_text('{"file_name": "0.png", "label": "a"}\n{"file_name": "1.png", "label": 7}\n')
    made = load(folder)
    assert made.classes == ("7", "a")
    assert any(note.startswith("2 images lie there that metadata.jsonl does not list") for note in made.notes)
    (folder / "metadata.jsonl").write_text('{"file_name": "0.png", "label": "a"}\nnothing\n')
    with pytest.raises(DataError, match=r"metadata\.jsonl: line 2 is not JSON"):
        load(folder)
    (folder / "metadata.jsonl").write_text('{"file_name": "0.png", "label": "a"}\n[1]\n')
    with pytest.raises(DataError, match="line 2 is list, and an object is expected"):
        load(folder)


def test_metadata_without_labels_leaves_the_classes_to_the_folders(folder: Path) -> None:
    for number, name in enumerate(("cat", "dog")):
        (folder / "train" / name).mkdir(parents=True)
        (folder / f"{number}.png").rename(folder / "train" / name / "1.png")
    (folder / "train/metadata.csv").write_text("file_name,age\ncat/1.png,3\n")
    made = load(folder)  # Hugging Face's library would drop the dog and both labels
    assert (made.classes, len(made.train)) == (("cat", "dog"), 2)


def test_an_index_may_name_groups_which_go_with_their_images(tmp_path: Path) -> None:
    lines = ["path,label,split,group"]
    for number in range(24):
        split = "test" if number % 4 == 0 else "train"
        Image.fromarray(np.full((4, 4), number * 10, np.uint8)).save(tmp_path / f"{number}.png")
        lines.append(f"{number}.png,{'cat' if number % 2 else 'dog'},{split},{('day', 'night', '')[number % 3]}")
    (tmp_path / "index.csv").write_text("\n".join(lines), encoding="utf-8")
    found = load(tmp_path / "index.csv")
    assert found.test is not None
    assert found.test.groups == tuple(("day", "night", "")[n % 3] for n in range(0, 24, 4))
    assert found.train.take(np.array([3, 0])).groups == ("", "night")


def test_splits_are_the_folders_with_which_paths_begin_where_nothing_else_tells_them(folder: Path) -> None:
    for part, numbers in (("train", "0123"), ("Test", "45")):
        (folder / part).mkdir()
        for number in numbers:
            Image.new("L", (3, 3), int(number)).save(folder / part / f"{number}.png")
    rows = ["file_name,label", *(f"train/{n}.png,{n % 2}" for n in range(4)), "Test/4.png,0", "Test/5.png,1"]
    (folder / "metadata.csv").write_text("\n".join(rows))
    for made in (load(folder), load(folder / "metadata.csv")):
        assert made.test is not None
        assert (len(made.train), len(made.test)) == (4, 2)
        assert "the splits are the folders with which the paths begin: Test and train" in made.notes
    told = ["file_name,label,split", *(f"train/{n}.png,{n % 2},train" for n in range(4)), "Test/4.png,0,train"]
    (folder / "metadata.csv").write_text("\n".join(told))
    assert len(load(folder / "metadata.csv").train) == 5


def test_metadata_may_be_a_parquet_table_with_groups(folder: Path) -> None:
    told = {"info": {"features": {"label": {"_type": "ClassLabel", "names": ["cat", "ape"]}}}}
    columns: dict[str, Any] = {
        "file_name": [f"{n}.png" for n in range(4)],
        "label": [0, 1, 0, 1],
        "domain": ["a", "b", None, "b"],
    }
    columns["objects"] = [[1], [2, 3], [], None]
    table = pa.table(columns).replace_schema_metadata({"huggingface": json.dumps(told)})
    parquet.write_table(table, folder / "metadata.parquet")
    made = load(folder)
    assert made.classes == ("ape", "cat")
    assert made.train.labels.tolist() == [1, 0, 1, 0]
    assert made.train.groups == ("a", "b", "", "b")
    (folder / "metadata.parquet").write_bytes((folder / "metadata.parquet").read_bytes()[:-9])
    with pytest.raises(DataError, match=r"metadata\.parquet is damaged .*fetch it again"):
        load(folder)


def test_paths_of_windows_are_found(folder: Path) -> None:
    (folder / "train").mkdir()
    for number in range(2):
        (folder / f"{number}.png").rename(folder / "train" / f"{number}.png")
    (folder / "list.csv").write_text("path,label,age\ntrain\\0.png,a,3\ntrain\\1.png,b,4\n")
    made = load(folder / "list.csv")
    assert made.train.images[:, 0, 0, 0].tolist() == [0, 1]
    assert "path is read as the image and label as its class; 1 other column is not read: age" in made.notes


def test_several_classes_for_an_image_are_refused(folder: Path) -> None:
    (folder / "metadata.jsonl").write_text('{"file_name": "0.png", "label": ["a", "b"]}\n')
    with pytest.raises(DataError, match=r'line 1 has \["a", "b"\] as its label, and one class for each image'):
        load(folder)


def test_classes_that_differ_in_case_alone_are_told(folder: Path) -> None:
    (folder / "list.csv").write_text("path,label\n0.png,Cat\n1.png,cat\n2.png,dog\n")
    made = load(folder / "list.csv")
    assert made.classes == ("Cat", "cat", "dog")
    assert "the classes Cat and cat differ in small and capital letters alone" in made.notes


def test_a_list_of_records_may_be_given_itself(folder: Path) -> None:
    rows = ['{"file_name": "0.png", "label": 0}', '{"file_name": "1.png", "label": 1}']
    (folder / "list.jsonl").write_text("\n".join(rows))
    assert load(folder / "list.jsonl").classes == ("0", "1")
