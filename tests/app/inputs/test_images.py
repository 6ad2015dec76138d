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
from striate.data.photos.picture import Picture, Reading
from striate.data.photos.resizing import Resizing


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
    monkeypatch.setattr(address, "fetch", lambda url, _how: Picture("cat", np.zeros((1, 1), np.uint8), url))
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
    monkeypatch.setattr(address, "fetch", lambda word, _how: Picture("0", pixels, word))
    asked = ["https://a.example/0.png?n=1", "https://a.example/0.png?n=2", "https://b.example/0.png?n=1"]
    assert [p.name for p in pictures(asked[1:])] == ["a.example/0", "b.example/0"]
    assert [p.name for p in pictures(asked)] == ["a.example/0.png?n=1", "a.example/0.png?n=2", "b.example/0.png?n=1"]


def test_the_test_images_of_a_path_come_as_the_net_takes_them(tmp_path: Path) -> None:
    for split, count in (("train", 6), ("test", 3)):
        for label, kind in enumerate(("cat", "dog")):
            (tmp_path / split / kind).mkdir(parents=True)
            for number in range(count):
                shape = (90 + 40 * (number % 2), 120, 3)
                noise = np.random.default_rng([label, number]).integers(0, 256, shape, np.uint8)
                Image.fromarray(noise).save(tmp_path / split / kind / f"{number}.jpg")
    expected = load(tmp_path, image_size=80, resizing=Resizing("pad"))  # of several sizes, else 64 x 64
    assert expected.test is not None
    made = pictures([f"{tmp_path}:0-5"], how=Reading(side=80, resizing=Resizing("pad")))
    np.testing.assert_array_equal(np.stack([each.pixels for each in made]), expected.test.images)
    Image.new("L", (5, 5)).save(tmp_path / "test/cat/9.png")
    notes: list[str] = []
    pictures([f"{tmp_path}:0"], how=Reading(side=80), tell=notes.append)
    assert notes == ["1 image has a side that is shorter than the size asked for, and became larger"]


def test_the_images_of_a_file_are_counted_too(tmp_path: Path) -> None:
    images, labels = np.arange(20, dtype=np.uint8).repeat(9).reshape(20, 3, 3), np.arange(20) % 2
    np.savez(tmp_path / "a.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    (made,) = pictures([f"{tmp_path}/a.npz:7"])
    assert int(made.pixels[0, 0, 0]) == 7


def test_the_data_that_a_net_was_trained_on_come_at_its_size() -> None:
    assert pictures(["digits:3"], how=Reading(side=16))[0].pixels.shape == (8, 8, 1)
    assert pictures(["digits:3"], how=Reading(side=16, own="digits"))[0].pixels.shape == (16, 16, 1)


def test_a_file_of_many_images_says_how_one_is_named() -> None:
    written = Path(__file__).parents[2] / "data/written/medical.npz"
    with pytest.raises(
        DataError, match=r"medical\.npz holds many images; name a test image of it, .*medical\.npz:0, or"
    ):
        pictures([str(written)])
