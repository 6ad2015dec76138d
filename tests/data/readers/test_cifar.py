"""CIFAR: tiny archives in the official layout, whole, damaged and hostile. Nothing is ever written beside them."""

from __future__ import annotations

import dataclasses
import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.data.readers import cifar
from striate.data.readers.cifar import load_cifar, read
from striate.data.readers.download import Remote
from striate.data.readers.layouts import CIFAR10, CIFAR100, CifarLayout

TEN = dataclasses.replace(CIFAR10, train_records=4, test_records=3)
HUNDRED = dataclasses.replace(CIFAR100, train_records=5, test_records=2)


def records(layout: CifarLayout, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, bytes]:
    """Return images N,H,W,C, labels, and the same as the bytes of a file, written out record by record."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, len(layout.classes), count)
    content = b""
    for image, label in zip(images, labels, strict=True):
        content += bytes([19] * (layout.label_bytes - 1)) + bytes([label])  # a coarse label that must not be used
        content += b"".join(image[:, :, channel].tobytes() for channel in range(3))
    return images, labels, content


def members(layout: CifarLayout) -> list[tuple[str, bytes]]:
    files = enumerate(layout.records.items())
    content = ((f"{layout.folder}/{file}", records(layout, count, number)[2]) for number, (file, count) in files)
    return [(f"{layout.folder}/notes.txt", b"some words"), *content]


def pack(path: Path, content: list[tuple[str, bytes]], *extra: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for info in extra:
            tar.addfile(info)
        for name, data in content:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def special(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize("layout", [TEN, HUNDRED])
@pytest.mark.parametrize("prefix", ["", "./"])
def test_an_archive_becomes_two_splits(tmp_path: Path, layout: CifarLayout, prefix: str) -> None:
    content = [(prefix + name, data) for name, data in members(layout)]
    # The order inside the archive does not matter.
    whole = read(pack(tmp_path / layout.remote.file, content[::-1]), layout)
    expected = [records(layout, count, number) for number, count in enumerate(layout.records.values())]
    assert whole.test is not None
    np.testing.assert_array_equal(whole.train.images, np.concatenate([images for images, _, _ in expected[:-1]]))
    np.testing.assert_array_equal(whole.train.labels, np.concatenate([labels for _, labels, _ in expected[:-1]]))
    np.testing.assert_array_equal(whole.test.images, expected[-1][0])
    np.testing.assert_array_equal(whole.test.labels, expected[-1][1])
    assert whole.image_shape == (32, 32, 3)
    assert [path.name for path in tmp_path.iterdir()] == [layout.remote.file]


def test_unpacked_files_give_the_same_content(tmp_path: Path) -> None:
    for name, data in members(TEN):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert TEN.locate(tmp_path) == tmp_path / "cifar-10-batches-bin"
    archive = pack(tmp_path / TEN.remote.file, members(TEN))
    assert TEN.locate(tmp_path) == archive
    assert read(tmp_path / TEN.folder, TEN).fingerprint == load_cifar(TEN, data_dir=tmp_path).fingerprint


def test_the_catalogues_layouts_are_the_official_ones() -> None:
    assert CIFAR10.record == 3073
    assert sum(CIFAR10.records.values()) == 60_000
    assert CIFAR100.record == 3074
    assert CIFAR100.records == {"train.bin": 50_000, "test.bin": 10_000}
    assert len(set(CIFAR100.classes)) == 100
    assert list(CIFAR100.classes) == sorted(CIFAR100.classes)


Change = Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]]
FIRST = "cifar-10-batches-bin/data_batch_1.bin"


def change(name: str, edit: Callable[[bytes], bytes]) -> Change:
    return lambda content: [(n, edit(data) if n == name else data) for n, data in content]


def label(record: int, value: int) -> Callable[[bytes], bytes]:
    return lambda data: data[: record * 3073] + bytes([value]) + data[record * 3073 + 1 :]


FAULTS: list[tuple[Change, str]] = [
    (change(FIRST, lambda data: data[:-1]), r"data_batch_1\.bin in .* 12,291 bytes, and 4 records of 3,073 .* 12,292"),
    (change(FIRST, lambda data: data + b"x"), "has 12,293 bytes"),
    (change(FIRST, lambda data: data[:3073]), "has 3,073 bytes"),
    (change(FIRST, lambda _: b""), "has 0 bytes"),
    (
        change(FIRST, label(2, 10)),
        r"data_batch_1\.bin in .*: record 2 \(byte 6146\) has the label 10, .* 0 to 9 \(1 such",
    ),
    (lambda content: content[:-1], r"lacks test_batch\.bin; use the official cifar-10-binary\.tar\.gz"),
    (
        lambda content: [("other/" + name, data) for name, data in content],
        r"lacks data_batch_1\.bin; .*test_batch\.bin",
    ),
    (lambda content: [*content, content[1]], r"holds data_batch_1\.bin twice"),
]


@pytest.mark.parametrize(("edit", "words"), FAULTS)
def test_an_archive_of_another_form_is_refused(tmp_path: Path, edit: Change, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(pack(tmp_path / TEN.remote.file, edit(members(TEN))), TEN)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_fine_label_out_of_range_is_named(tmp_path: Path) -> None:
    edit = change("cifar-100-binary/test.bin", lambda data: data[:1] + b"\x64" + data[2:])
    with pytest.raises(DataError, match=r"record 0 \(byte 1\) has the label 100, and labels are 0 to 99"):
        read(pack(tmp_path / "c.tar.gz", edit(members(HUNDRED))), HUNDRED)


@pytest.mark.parametrize(
    "info",
    [
        special("../outside", tarfile.REGTYPE),
        special("/tmp/striate-absolute", tarfile.REGTYPE),
        special("cifar-10-batches-bin/link", tarfile.SYMTYPE, "/etc/passwd"),
        special("cifar-10-batches-bin/hard", tarfile.LNKTYPE, "../../outside"),
        special("cifar-10-batches-bin", tarfile.SYMTYPE, "/"),
        special("pipe", tarfile.FIFOTYPE),
        special("device", tarfile.CHRTYPE),
        special("../data_batch_1.bin", tarfile.REGTYPE),
        special("a/" * 90 + "deep", tarfile.DIRTYPE),
    ],
)
def test_strange_members_are_passed_over_and_nothing_is_written(tmp_path: Path, info: tarfile.TarInfo) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    whole = read(pack(folder / TEN.remote.file, members(TEN), info), TEN)
    assert len(whole.train) == 20
    assert [path.name for path in tmp_path.rglob("*")] == ["in", TEN.remote.file]
    assert not Path("/tmp/striate-absolute").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_an_expected_name_that_is_no_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    info = special(FIRST, kind, "/etc/passwd")
    with pytest.raises(DataError, match=r"data_batch_1\.bin is not a regular file"):
        read(pack(tmp_path / TEN.remote.file, members(TEN), info), TEN)


def test_a_cut_or_foreign_archive_is_refused_with_its_place(tmp_path: Path) -> None:
    archive = pack(tmp_path / TEN.remote.file, members(TEN))
    whole = archive.read_bytes()
    for content, place in [
        (whole[: len(whole) // 2], r"at member cifar-10-batches-bin/data_batch_\d\.bin"),
        (whole[:-9], "at"),
        (whole[:-1], "at its end"),
        (whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:], r"at its end .*CRC"),
        (b"", "at its start|lacks"),
        (b"<!DOCTYPE html><html></html>", r"at its start \(Not a gzipped file \(b'<!'\)\)"),
        (gzip.compress(b"words, and no archive in here " * 100), "at its start"),
    ]:
        archive.write_bytes(content)
        with pytest.raises(DataError, match=place) as caught:
            read(archive, TEN)
        assert TEN.remote.file in str(caught.value)


def test_a_bomb_ends_at_the_size_of_the_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "_SLACK", 1 << 20)
    bomb = [("padding", bytes(4_000_000))]
    for content in (bomb + members(TEN), members(TEN) + bomb):
        with pytest.raises(DataError, match="unpacks to more bytes than this data set has"):
            read(pack(tmp_path / TEN.remote.file, content), TEN)


@pytest.mark.parametrize(
    "size", [b"\xff" * 12, b"\x80" + b"\xff" * 11, b"77777777777\0", b"-0000000001\0", b"not a number"]
)
def test_a_false_size_neither_loops_nor_escapes(tmp_path: Path, size: bytes) -> None:
    archive = pack(tmp_path / TEN.remote.file, members(TEN))
    raw = bytearray(gzip.decompress(archive.read_bytes()))
    raw[124:136] = size
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:512])
    archive.write_bytes(gzip.compress(bytes(raw), compresslevel=1))
    with pytest.raises(DataError, match=r"cifar-10-binary\.tar\.gz"):
        read(archive, TEN)


def test_damaged_headers_give_one_kind_of_error(tmp_path: Path) -> None:
    archive = pack(tmp_path / TEN.remote.file, members(TEN))
    raw = gzip.decompress(archive.read_bytes())
    rng = np.random.default_rng(0)
    outcomes: set[str] = set()
    for _ in range(60):
        changed = bytearray(raw)
        for place in rng.integers(0, 512, 4):
            changed[place] = int(rng.integers(256))
        if rng.random() < 0.7:  # a header with a right sum is read further
            changed[148:156] = b" " * 8
            changed[148:156] = b"%06o\0 " % sum(changed[:512])
        archive.write_bytes(gzip.compress(bytes(changed), compresslevel=1))
        try:
            read(archive, TEN)
            outcomes.add("read")  # the damage hit the notes
        except DataError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_an_unpacked_file_that_is_too_long_or_absent_is_named(tmp_path: Path) -> None:
    folder = tmp_path / TEN.folder
    folder.mkdir()
    for name, data in members(TEN):
        (tmp_path / name).write_bytes(data)
    (folder / "data_batch_3.bin").unlink()
    with pytest.raises(DataError, match=r"cifar-10-batches-bin lacks data_batch_3\.bin"):
        read(folder, TEN)
    (folder / "data_batch_1.bin").write_bytes(bytes(100_000))
    with pytest.raises(DataError, match="12,293 bytes, and 4 records"):
        read(folder, TEN)


def test_what_is_absent_is_downloaded_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"cifar10 needs cifar-10-binary\.tar\.gz.*switched off; put it into"):
        load_cifar(TEN, data_dir=tmp_path, fetch=False)

    def download(remote: Remote, folder: Path, name: str) -> Path:
        assert (remote, name) == (TEN.remote, "cifar10")
        return pack(folder / remote.file, members(TEN))

    monkeypatch.setattr(cifar, "download", download)
    assert len(load_cifar(TEN, data_dir=tmp_path).train) == 20
