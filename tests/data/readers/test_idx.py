"""MNIST and Fashion-MNIST: tiny files in the IDX form, whole and damaged in every way that the reader judges."""

from __future__ import annotations

import dataclasses
import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.data.readers import download as fetch
from striate.data.readers.download import Remote
from striate.data.readers.idx import load_idx, read, read_idx
from striate.data.readers.layouts import FASHION_MNIST, MNIST

TINY = dataclasses.replace(MNIST, train_records=12, test_records=3, side=4)
FASHION = dataclasses.replace(FASHION_MNIST, train_records=12, test_records=3, side=4)
NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def idx(values: np.ndarray, magic: int = 0x0800) -> bytes:
    return struct.pack(f">I{values.ndim}I", magic + values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def contents(opening: bytes = b"") -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = np.arange(12) % 10
    labels[: len(opening)] = list(opening)
    return {
        NAMES[0]: rng.integers(0, 256, (12, 4, 4)),
        NAMES[1]: labels,
        NAMES[2]: rng.integers(0, 256, (3, 4, 4)),
        NAMES[3]: np.array([9, 0, 5]),
    }


def write(folder: Path, *, packed: bool = True, opening: bytes = b"") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in contents(opening).items():
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx(values)))
        else:
            (folder / name).write_bytes(idx(values))
    return folder


@pytest.mark.parametrize("packed", [True, False])
def test_the_four_files_become_two_splits(tmp_path: Path, packed: bool) -> None:
    whole = read(write(tmp_path, packed=packed), TINY)
    expected = contents()
    assert whole.test is not None
    np.testing.assert_array_equal(whole.train.images[..., 0], expected[NAMES[0]])
    np.testing.assert_array_equal(whole.train.labels, expected[NAMES[1]])
    np.testing.assert_array_equal(whole.test.images[..., 0], expected[NAMES[2]])
    np.testing.assert_array_equal(whole.test.labels, [9, 0, 5])
    assert whole.image_shape == (4, 4, 1)
    assert whole.classes[3] == "3"


def test_older_names_with_a_dot_are_read_too(tmp_path: Path) -> None:
    for path in write(tmp_path, packed=False).iterdir():
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    assert len(read(tmp_path, TINY).train) == 12


@pytest.mark.parametrize("place", ["MNIST/raw", "mnist", "."])
def test_the_files_are_found_in_each_place(tmp_path: Path, place: str) -> None:
    write(tmp_path / place)
    assert TINY.locate(tmp_path) == tmp_path / place
    assert len(load_idx(TINY, data_dir=tmp_path, fetch=False).train) == 12


def test_a_folder_that_lacks_a_file_is_passed_over(tmp_path: Path) -> None:
    (write(tmp_path / "MNIST/raw") / f"{NAMES[2]}.gz").unlink()
    assert TINY.locate(tmp_path) is None
    write(tmp_path / "mnist")
    assert TINY.locate(tmp_path) == tmp_path / "mnist"


def test_the_two_sets_with_the_same_file_names_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, opening=FASHION.opening)
    assert FASHION.locate(tmp_path) == tmp_path
    assert TINY.locate(tmp_path) is None
    with pytest.raises(DataError, match="belongs to fashion-mnist, and mnist was asked for"):
        read(tmp_path, TINY)
    write(tmp_path / "FashionMNIST/raw", opening=TINY.opening)
    with pytest.raises(DataError, match="belongs to mnist, and fashion-mnist was asked for"):
        read(tmp_path / "FashionMNIST/raw", FASHION)


def test_what_is_absent_is_named_with_the_place_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"mnist needs train-images.*gz.*switched off; put it into .*MNIST/raw"):
        load_idx(TINY, data_dir=tmp_path, fetch=False)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DataError, match=r"needs train-images-idx3-ubyte\.gz, and it is not there"):
        read(tmp_path, TINY)


def test_only_missing_files_are_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "MNIST/raw")
    content = (folder / f"{NAMES[3]}.gz").read_bytes()
    (folder / f"{NAMES[3]}.gz").unlink()
    asked: list[str] = []

    def download(remote: Remote, folder: Path, name: str) -> Path:
        asked.append(f"{name} {remote.file} {remote.url}")
        (folder / remote.file).write_bytes(content)
        return folder / remote.file

    monkeypatch.setattr("striate.data.readers.idx.download", download)
    assert len(load_idx(TINY, data_dir=tmp_path).train) == 12
    assert asked == [f"mnist {NAMES[3]}.gz https://ossci-datasets.s3.amazonaws.com/mnist/{NAMES[3]}.gz"]


GOOD = idx(np.array([1, 2, 3]))
DAMAGED = [
    (b"", "starts with the bytes , and an IDX file of uint8 with 00000801"),
    (b"<!DOCTYPE html>", "starts with the bytes 3c21444f"),
    (idx(np.array([1, 2, 3]), 0x0D00), "IDX type 0x0d, and 0x08"),
    (idx(np.array([[1, 2, 3]])), "has 2 dimensions, and 1 are expected"),
    (GOOD[:6], "ends inside its header, at byte 6 of 8"),
    (idx(np.array([1, 2])), r"its shape is \(2,\), and \(3,\) is expected"),
    (GOOD[:4] + b"\xff\xff\xff\xff", r"shape is \(4294967295,\)"),
    (GOOD[:-1], "holds 2 values where 3 belong"),
    (GOOD + b"x", "holds more values where 3 belong"),
]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(("content", "words"), DAMAGED)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: bytes, words: str, packed: bool) -> None:
    path = tmp_path / ("labels.gz" if packed else "labels")
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DataError, match=words) as caught:
        read_idx(path, (3,))
    assert str(path) in str(caught.value)


def test_damaged_compression_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    values = np.random.default_rng(0).integers(0, 256, (100, 8, 8))
    whole = gzip.compress(idx(values))
    for content in (whole[: len(whole) // 2], whole[:-1], b"<!DOCTYPE html>", whole[:3000] + b"\0" * 50 + whole[3050:]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"images\.gz is damaged or cut off after [\d,]+ unpacked bytes .* again"):
            read_idx(path, values.shape)
    wrong_sum = bytearray(whole)
    wrong_sum[-8] ^= 1
    path.write_bytes(wrong_sum)
    with pytest.raises(DataError, match="CRC"):
        read_idx(path, values.shape)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(GOOD + bytes(20_000_000)))
    read_sizes: list[int] = []
    original = gzip.GzipFile.read

    def read_counted(self: gzip.GzipFile, size: int | None = -1) -> bytes:
        content = original(self, size)
        read_sizes.append(len(content))
        return content

    monkeypatch.setattr(gzip.GzipFile, "read", read_counted)
    with pytest.raises(DataError, match="more values"):
        read_idx(path, (3,))
    assert sum(read_sizes) == len(GOOD) + 1


def test_a_wrong_label_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, packed=False)
    (folder / NAMES[3]).write_bytes(idx(np.array([3, 10, 200])))
    with pytest.raises(DataError, match=r"t10k-labels.*image 1 has the label 10.*0 to 9 \(2 such images\)"):
        read(folder, TINY)


def test_nothing_is_looked_for_in_a_folder_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fetch.VARIABLE, str(tmp_path / "typo"))
    with pytest.raises(DataError, match=r"\$STRIATE_DATA is .*typo, which is not a folder"):
        TINY.locate(None)
