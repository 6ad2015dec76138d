"""Tar archives: members of one key wherever they stand, and what is missing of them."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from striate.base.errors import DataError
from striate.data import load


def put(path: Path, members: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def png(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (3, 3), shade).save(file, format="PNG")
    return file.getvalue()


def test_members_of_a_key_are_gathered_whatever_stands_between(tmp_path: Path) -> None:
    members = {"d/a.png": png(1), "d/b.png": png(2), "d/a.cls": b"3", "d/b.cls": b"10\n", "d/a.txt": b"a cat"}
    made = load(put(tmp_path / "x.tar", members))
    assert made.classes == ("3", "10")
    assert made.train.images[:, 0, 0, 0].tolist() == [1, 2]


def test_a_key_ends_at_the_first_dot_and_labels_may_be_json(tmp_path: Path) -> None:
    members = {"a.v1.PNG": png(1), "a.meta.json": b'{"label": "x"}', "b.png": png(2), "b.json": b'{"cls": 7}'}
    made = load(put(tmp_path / "x.tar", members))
    assert made.classes == ("7", "x")


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    members = {
        "a.png": png(1),
        "a.cls": b"0",
        "b.png": png(2),
        "b.cls": b"1",
        "c.png": png(3),
        "d.cls": b"0",
        "e.v1.png": png(1),
        "e.v2.png": png(2),
        "e.cls": b"1",
    }
    with pytest.raises(DataError) as caught:
        load(put(tmp_path / "x.tar", members))
    for words in ("x.tar:c.png has no label", "x.tar:d has a label and no image", "x.tar:e has 2 images, and one is"):
        assert words in str(caught.value)
    assert len(load(tmp_path / "x.tar", skip_damaged=True).train) == 2


def test_packed_and_damaged_archives_are_refused(tmp_path: Path) -> None:
    packed = put(tmp_path / "x.tar.gz", {"a.png": png(1), "a.cls": b"0"}, "w:gz")
    with pytest.raises(DataError, match=r"x\.tar\.gz is compressed, .*; unpack it with gunzip"):
        load(packed)
    whole = put(tmp_path / "x.tar", {"a.png": png(1), "a.cls": b"0", "b.png": png(2), "b.cls": b"1"})
    content = whole.read_bytes()
    for end in (700, 1024, 2048, 4096):  # within a member, and between two
        whole.write_bytes(content[:end])
        with pytest.raises(DataError, match=r"x\.tar is not a plain tar archive, or is damaged"):
            load(whole)
    with pytest.raises(DataError, match="has no member that is an image"):
        load(put(tmp_path / "y.tar", {"notes": b"0"}))


@pytest.mark.parametrize(("size", "times"), [(10, 3000), (1 << 36, 1)])
def test_names_upon_names_and_names_without_end_are_refused(size: int, times: int, tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, size
    with (tmp_path / "x.tar").open("wb") as file:
        file.write((header.tobuf(tarfile.GNU_FORMAT) + bytes(512)) * times)
        file.truncate(max(size, 1 << 20))
    with pytest.raises(DataError, match="not a plain tar archive, or is damaged"):
        load(tmp_path / "x.tar")


def test_what_macos_leaves_beside_each_member_is_passed_over(tmp_path: Path) -> None:
    names = {"./a.png": png(1), "./a.cls": b"0", "./b.png": png(2), "./b.cls": b"1"}
    members = {
        name: content for each, made in names.items() for name, content in ((each, made), (f"./._{each[2:]}", b"\0"))
    }
    assert load(put(tmp_path / "x.tar", members)).train.images[:, 0, 0, 0].tolist() == [1, 2]


def test_an_archive_of_other_things_or_of_class_folders_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no member that is an image"):
        load(put(tmp_path / "x.tar", {"a.npy": b"0", "a.cls": b"0"}))
    with pytest.raises(DataError, match="where its folders are the classes, unpack it and give the folder"):
        load(put(tmp_path / "y.tar", {"cat/1.png": png(1), "dog/1.png": png(2)}))
