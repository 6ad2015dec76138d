"""The catalogue: names, descriptions, and the one door to every data set."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import striate.data
from striate.base.errors import DataError
from striate.data.catalog import describe, load, names, side


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    """A root with unpacked MNIST files of the official size that hold zeros (as holes, so they cost nothing)."""
    folder = tmp_path / "MNIST/raw"
    folder.mkdir(parents=True)
    for part, count in (("train", 60_000), ("t10k", 10_000)):
        for name, shape in (("images-idx3", (count, 28, 28)), ("labels-idx1", (count,))):
            with (folder / f"{part}-{name}-ubyte").open("wb") as file:
                file.write(np.array([0x0800 + len(shape), *shape], dtype=">u4").tobytes())
                file.truncate(file.tell() + int(np.prod(shape)))
    return tmp_path


def test_the_names() -> None:
    assert names() == ("digits", "mnist", "fashion-mnist", "cifar10", "cifar100", "sums")
    assert [line.name for line in describe()] == list(names())


def test_a_description_says_where_the_data_are(mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {line.name: line.where for line in describe()} == {
        "digits": "built in",
        **dict.fromkeys(names()[1:5], "not here, downloaded when asked for"),
        "sums": "built in",
    }
    assert {line.name: line.where for line in describe(mnist)}["mnist"] == str(mnist / "MNIST/raw")
    monkeypatch.setenv("STRIATE_DATA", str(mnist))
    assert {line.name: line.where for line in describe()}["mnist"] == str(mnist / "MNIST/raw")


def test_digits_need_nothing() -> None:
    digits = load("digits", download=False)
    description = describe()[0]
    assert description.size.startswith(f"{len(digits.train):,} + ")
    assert description.classes == len(digits.classes)


def test_a_set_is_read_from_the_data_folder(mnist: Path) -> None:
    whole = load("mnist", data_dir=mnist, download=False)
    assert whole.test is not None
    assert (len(whole.train), len(whole.test)) == (60_000, 10_000)
    assert whole.image_shape == (28, 28, 1)


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10", "cifar100"])
def test_what_is_not_here_and_may_not_be_downloaded_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        DataError, match=rf"^{name} needs .*\.gz, and downloading is switched off; put it into {tmp_path}"
    ):
        load(name, data_dir=tmp_path, download=False)


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(
        DataError, match=r'data set "cifar-10" is unknown \(did you mean "cifar10"\?\); accepted are digits, '
    ):
        load("cifar-10")
    with pytest.raises(DataError, match=r'data set "\\x1b\[2J" is unknown'):
        load("\x1b[2J")
    for name in ("", "x" * 5000, "nul\0"):
        with pytest.raises(DataError, match=r'data set ".*" is unknown'):
            load(name)
    with pytest.raises(DataError, match="there is no folder xxx"):
        load("x" * 5000 + "/train")


def test_a_folder_is_read_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        (tmp_path / "own/train" / name).mkdir(parents=True)
        Image.new("L", (6, 6), ord(name)).save(tmp_path / "own/train" / name / "x.png")
    assert load(str(tmp_path / "own")).classes == ("a", "b")
    assert load(str(tmp_path / "own"), image_size=3).image_shape == (3, 3, 1)
    monkeypatch.chdir(tmp_path)
    assert load("own").name == "own"
    with pytest.raises(DataError, match="there is no folder own/more"):
        load("own/more")
    # A name of the catalogue is that data set also where a folder is called so.
    (tmp_path / "own").rename(tmp_path / "digits")
    assert len(load("digits").classes) == 10
    assert load("./digits").classes == ("a", "b")


def test_a_table_is_read_by_its_path_and_has_no_image_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.arange(8.0).reshape(4, 2)
    np.savez(tmp_path / "own.npz", features=rows, targets=np.array([0, 1, 0, 1]))
    monkeypatch.chdir(tmp_path)
    assert load("own.npz").image_shape == (1, 1, 2)
    for name in ("own.npz", "sums"):
        with pytest.raises(DataError, match="is a table, and has no image to bring to image_size 8; leave it out"):
            load(name, image_size=8)


def test_only_folders_are_resized() -> None:
    assert load("digits", image_size=8).image_shape == (8, 8, 1)
    assert load("digits", image_size=32).image_shape == (32, 32, 1)


def test_the_side_of_the_images_is_known_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cifar10").mkdir()
    assert [side(name) for name in names()] == [8, 28, 28, 32, 32, None]
    assert side("digits") == min(load("digits").image_shape[:2])
    assert side("digits", 16) == 16
    assert side(str(tmp_path / "cifar10")) is None
    assert side("nowhere") is None


def put(path: Path, size: tuple[int, int]) -> None:
    """Write a grey image of (W, H)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size).save(path)


@pytest.mark.parametrize(
    ("sizes", "shorter"), [([(6, 9), (6, 9)], 6), ([(6, 9), (9, 6)], 64), ([(30, 20), (20, 20)], 64)]
)
def test_the_side_is_told_without_reading_the_images(
    tmp_path: Path, sizes: list[tuple[int, int]], shorter: int
) -> None:
    for kind, size in zip("ab", sizes, strict=True):
        put(tmp_path / kind / "1.png", size)
    assert side(str(tmp_path)) == shorter == min(load(str(tmp_path)).image_shape[:2])
    cut = (tmp_path / "b" / "1.png").read_bytes()[:45]
    (tmp_path / "b" / "1.png").write_bytes(cut)  # the header alone
    assert side(str(tmp_path)) == shorter
    (tmp_path / "b" / "1.png").write_bytes(b"damaged")
    assert side(str(tmp_path)) == min(sizes[0])
    assert side(str(tmp_path / "a")) is None


def test_the_side_is_that_of_turned_photographs(tmp_path: Path) -> None:
    put(tmp_path / "a" / "1.png", (8, 6))
    (tmp_path / "b").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter
    Image.new("L", (8, 6)).save(tmp_path / "b" / "1.jpg", exif=exif)
    assert load(str(tmp_path)).image_shape[:2] == (64, 64)
    assert side(str(tmp_path)) == 64


def test_the_package_is_light_and_shows_its_names() -> None:
    code = "import striate.data, sys; print(*{'sklearn', 'PIL', 'pooch', 'torch', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []
    assert set(striate.data.__all__) == {"ImageSet", "Split", "describe", "holdout", "load", "names"}
