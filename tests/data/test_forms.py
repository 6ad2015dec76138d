"""The forms in which people have labelled images, on files that the libraries themselves wrote (tests/data/written).

Image k of class c is 8 x 8: red is 16 * row + k, green 16 * column, blue 100 * c.
"""

from __future__ import annotations

import gzip
import io
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from PIL import Image
from pyarrow import parquet

from striate.base.errors import DataError
from striate.data import load
from striate.data.forms import FORMS, form_of
from striate.data.photos.resizing import Resizing

WRITTEN = Path(__file__).parent / "written"
TRAIN, TEST = [(0, 0), (1, 1), (2, 0), (3, 1)], [(4, 0), (5, 1)]
LETTERS, DIGITS, NAMES = ("A/a", "B/b"), ("0", "1"), ("cat", "dog")

FOUND = {
    "hub": ("Parquet", NAMES),
    "hub/train-00000-of-00001.parquet": ("Parquet", NAMES),
    "shards": ("webdataset", DIGITS),
    "shards/train-000000.tar": ("webdataset", DIGITS),
    "imagefolder": ("imagefolder with metadata", NAMES),
    "medical.npz": ("MedMNIST's .npz", DIGITS),
    "svhn": ("SVHN's .mat", DIGITS),
    "svhn/train_32x32.mat": ("SVHN's .mat", DIGITS),
    "emnist": ("IDX", LETTERS),
    "emnist/emnist-letters-train-images-idx3-ubyte": ("IDX", LETTERS),
    "pixels.csv": ("CSV of pixels", DIGITS),
    "index.csv": ("CSV or TSV index", NAMES),
    "index.tsv": ("CSV or TSV index", NAMES),
}


def pixels(k: int, c: int, side: int, channels: int) -> NDArray[np.uint8]:
    row, column = np.indices((side, side))
    made = np.stack([(16 * row + k) % 256, (16 * column) % 256, np.full_like(row, 100 * c)], axis=-1)
    return made[..., :channels].astype(np.uint8)


@pytest.mark.parametrize("name", FOUND)
def test_what_the_libraries_wrote_is_read(name: str) -> None:
    form, classes = FOUND[name]
    found = form_of(WRITTEN / name)
    assert found is not None
    assert found.name == form
    made = load(WRITTEN / name)
    assert made.classes == classes
    side, _, channels = made.image_shape
    assert side == (32 if "svhn" in name else 8)
    assert made.train.labels.tolist() == [c for _, c in TRAIN]
    np.testing.assert_array_equal(made.train.images, [pixels(k, c, side, channels) for k, c in TRAIN])
    alone = (WRITTEN / name).is_file() and form in ("Parquet", "webdataset", "SVHN's .mat", "CSV of pixels")
    assert (made.test is None) == alone
    if made.test is not None:
        several = TEST[::-1] if form.startswith("Med") else TEST
        np.testing.assert_array_equal(made.test.images, [pixels(k, c, side, channels) for k, c in several])
    assert (made.val is not None) == form.startswith("Med")


def test_every_form_but_two_is_among_them() -> None:
    assert {form.name for form in FORMS} - {form for form, _ in FOUND.values()} == {"class folders", "STL-10's binary"}


@pytest.mark.parametrize("name", ["hub", "medical.npz", "index.csv"])
def test_every_form_is_brought_to_another_size(name: str) -> None:
    squashed = load(WRITTEN / name, image_size=4, resizing=Resizing("squash", "box"))
    assert squashed.image_shape == (4, 4, 3)
    assert squashed.train.images[1, 0, 0].tolist() == [1 + 8, 8, 100]  # the mean of 1, 1, 17, 17
    assert any("squashed (filter box)" in note for note in squashed.notes)


def test_an_archive_beside_class_folders_is_passed_over(tmp_path: Path) -> None:
    for number, name in enumerate(("cat", "dog")):
        (tmp_path / name).mkdir()
        shutil.copy(WRITTEN / f"imagefolder/train/{number}.png", tmp_path / name)
    shutil.copy(WRITTEN / "shards/train-000000.tar", tmp_path / "pets.tar")
    found = form_of(tmp_path)
    assert found is not None
    assert found.name == "class folders"
    assert any("(.tar)" in note for note in load(tmp_path).notes)
    shutil.copytree(WRITTEN / "hub", tmp_path / "hub" / "data")
    assert load(tmp_path / "hub").fingerprint == load(WRITTEN / "hub").fingerprint


def test_packed_idx_is_the_same(tmp_path: Path) -> None:
    for path in (WRITTEN / "emnist").iterdir():
        if path.suffix == ".txt":
            shutil.copy(path, tmp_path)
        else:
            (tmp_path / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert load(tmp_path).fingerprint == load(WRITTEN / "emnist").fingerprint
    packed = tmp_path / "emnist-letters-train-images-idx3-ubyte.gz"
    assert load(packed).fingerprint == load(WRITTEN / "emnist").fingerprint


def test_what_is_in_no_form_is_refused(tmp_path: Path) -> None:
    strange = tmp_path / "a.xyz"
    strange.write_bytes(b"whatever")
    with pytest.raises(DataError, match=r"a\.xyz is in no form that is known; they are Parquet, webdataset, "):
        load(strange)
    with pytest.raises(DataError, match="there is no folder"):
        load(tmp_path / "absent")


def test_what_is_known_and_not_read_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    for name in ("state.json", "data-00000-of-00001.arrow"):
        (tmp_path / "disk" / name).touch()
    with pytest.raises(
        DataError, match=r"is what save_to_disk of .* writes, and is not read; write each split with its to_parq"
    ):
        load(tmp_path / "disk")
    (tmp_path / "packed").mkdir()
    packed = gzip.compress((WRITTEN / "shards/train-000000.tar").read_bytes())
    (tmp_path / "packed/train-000000.tar.gz").write_bytes(packed)
    for path in (tmp_path / "packed", tmp_path / "packed/train-000000.tar.gz"):
        with pytest.raises(DataError, match=r"tar\.gz is compressed, .*; unpack it with gunzip"):
            load(path)
    for ending, name in (("gif", "GIF"), ("tiff", "TIFF")):
        with io.BytesIO() as file:
            Image.new("P", (3, 3)).save(file, ending)
            table = pa.table({"image": [file.getvalue()] * 2, "label": [0, 1]})
        parquet.write_table(table, tmp_path / "a.parquet")
        with pytest.raises(
            DataError, match=rf"a\.parquet cannot be used: .* holds {name}, and PNG, JPEG, .* are read; conv"
        ):
            load(tmp_path / "a.parquet")


def test_a_file_of_images_gives_its_name() -> None:
    made = load(WRITTEN / "paths.parquet")
    assert (made.name, made.origin) == ("paths.parquet", str(WRITTEN / "paths.parquet"))
    assert load(WRITTEN / "hub").name == "hub"


def test_a_folder_with_a_file_of_images_alone_names_it(tmp_path: Path) -> None:
    shutil.copy(WRITTEN / "medical.npz", tmp_path)
    with pytest.raises(
        DataError, match=r"has no class folders; it holds medical\.npz \(MedMNIST's \.npz\): give the path"
    ):
        load(tmp_path)


def test_matlab_files_of_a_folder_are_data_where_their_names_say_a_part(tmp_path: Path) -> None:
    for name in ("svhn_train.mat", "svhn_test.mat"):
        shutil.copy(WRITTEN / "svhn" / f"{name[5:-4]}_32x32.mat", tmp_path / name)
    assert load(tmp_path).fingerprint == load(WRITTEN / "svhn").fingerprint
    (tmp_path / "svhn_train.mat").rename(tmp_path / "landmarks.mat")
    (tmp_path / "svhn_test.mat").unlink()
    assert (found := form_of(tmp_path)) is not None
    assert found.name == "class folders"
