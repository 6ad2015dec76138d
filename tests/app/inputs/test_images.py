"""IMAGE on the command line: files, folders, test images of a data set, addresses, and all faults together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.app.inputs import download as address
from striate.app.inputs.images import pictures
from striate.base.errors import DataError
from striate.data import load
from striate.data.photos.picture import Picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        Image.new("L", (9, 9), 7).save(tmp_path / f"{name}.png")
    return tmp_path


def test_files_folders_and_test_images_come_in_order(folder: Path) -> None:
    made = pictures([str(folder / "b.png"), str(folder), "digits:3"])
    assert [p.name for p in made] == ["b", "a", "b", f"digits 3, {made[3].label}"]
    data = load("digits")
    assert data.test is not None
    np.testing.assert_array_equal(made[3].pixels, data.test.images[3])
    assert (made[3].origin, made[3].label) == ("digits:3", int(data.test.labels[3]))


def test_the_test_images_of_a_folder_are_counted_as_its_data_set_counts_them(tmp_path: Path) -> None:
    for split, names in (("train", "abcde"), ("test", "fg")):
        for label, kind in enumerate(("cat", "dog")):
            (tmp_path / split / kind).mkdir(parents=True)
            for name in names:
                Image.new("L", (9, 9), 100 * label + ord(name)).save(tmp_path / split / kind / f"{name}.png")
    (made,) = pictures([f"{tmp_path}:3"])
    assert (made.name, made.label, int(made.pixels[0, 0, 0])) == (f"{tmp_path} 3, dog", 1, 100 + ord("g"))
    with pytest.raises(DataError, match=r"names no test image of .*; they are .*:0 to .*:3, and"):
        pictures([f"{tmp_path}:4"])


@pytest.mark.parametrize("index", ["359", "-1", "x", "", "٣", "7-6", "358-359", "1-2-3", "1-", "9" * 5000])
def test_an_index_that_is_none_is_refused(index: str) -> None:
    with pytest.raises(DataError, match=r'"digits:.*" names no test image of digits; they are digits:0 to digits:358'):
        pictures([f"digits:{index}"])


def test_a_range_is_all_between_its_ends() -> None:
    assert [p.origin for p in pictures(["digits:9", "digits:356-358", "digits:4-4"])] == [
        *("digits:9", "digits:356", "digits:357", "digits:358", "digits:4")
    ]


def test_all_faults_are_told_together(folder: Path) -> None:
    with pytest.raises(DataError, match=r"there is no image file .*none\.png.*; \"digits:9999\" names no test image"):
        pictures([str(folder / "none.png"), "digits:9999"])


def test_an_address_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "fetch", lambda url: Picture("cat", np.zeros((1, 1), np.uint8), url))
    assert pictures(["HTTPS://example.org/cat.png"])[0].origin == "HTTPS://example.org/cat.png"


def test_another_scheme_is_refused() -> None:
    with pytest.raises(DataError, match="it leads to ftp, and only https is followed"):
        pictures(["ftp://example.org/cat.png"])


def test_pictures_of_one_name_are_told_apart_by_the_end_of_their_paths(tmp_path: Path) -> None:
    for name in ("x/a/0.png", "x/b/0.png", "x/b/1.png", "x/b/1.bmp", "x/c.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (9, 9), 7).save(tmp_path / name)
    words = [str(tmp_path / name) for name in ("x/a/0.png", "x/a/0.png", "x/b", "x/c.png")]
    assert [p.name for p in pictures(words)] == ["a/0", "a/0", "b/0", "1.bmp", "1.png", "c"]


def test_addresses_of_one_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.zeros((9, 9, 3), np.uint8)
    monkeypatch.setattr(address, "fetch", lambda word: Picture("0", pixels, word))
    asked = ["https://a.example/0.png?n=1", "https://a.example/0.png?n=2", "https://b.example/0.png?n=1"]
    assert [p.name for p in pictures(asked[1:])] == ["a.example/0", "b.example/0"]
    assert [p.name for p in pictures(asked)] == ["a.example/0.png?n=1", "a.example/0.png?n=2", "b.example/0.png?n=1"]
