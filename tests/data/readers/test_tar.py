"""Members of a tar archive: chains and bombs of headers cost no more than their bytes, and rename nothing."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from striate.data.readers.tar import Damaged, members

WANTED = {"d/a.bin": 600, "d/b.bin": 3}
A, B = bytes(range(200)) * 3, b"xyz"


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    made = tarfile.TarInfo(name)
    made.size, made.type = size, kind
    return made.tobuf(tarfile.GNU_FORMAT)


def entry(name: str, content: bytes, kind: bytes = tarfile.REGTYPE) -> bytes:
    return header(name, len(content), kind) + content + bytes(-len(content) % 512)


HONEST = entry("d/a.bin", A) + entry("notes.txt", b"n" * 513) + entry("./d/b.bin", B)


def packed(folder: Path, raw: bytes) -> Path:
    path = folder / "x.tar.gz"
    path.write_bytes(gzip.compress(raw, 1))
    return path


def read(path: Path, limit: int = 1 << 20) -> dict[str, bytes]:
    return dict(members(path, WANTED, limit))


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_tarfile_writes_is_read(tmp_path: Path, form: int) -> None:
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz", format=form) as made:
        made.add(tmp_path, "d", recursive=False)
        for name, content in (("d/" + "long" * 60, b"?"), ("d/a.bin", A), ("d/b.bin", B)):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1.5  # which takes a record of its own in the form pax
            made.addfile(info, io.BytesIO(content))
    assert read(tmp_path / "x.tar.gz") == {"d/a.bin": A, "d/b.bin": B}


@pytest.mark.parametrize("end", [b"", bytes(512), bytes(1024), bytes(10240) + b"what follows the end"])
def test_however_the_archive_ends(tmp_path: Path, end: bytes) -> None:
    assert read(packed(tmp_path, HONEST + end)) == {"d/a.bin": A, "d/b.bin": B}
    joined = gzip.compress(HONEST[:700]) + gzip.compress(HONEST[700:] + end)
    (tmp_path / "x.tar.gz").write_bytes(joined)  # gzip files end to end are one
    assert read(tmp_path / "x.tar.gz") == {"d/a.bin": A, "d/b.bin": B}


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_chain_of_headers_renames_nothing_and_ends(tmp_path: Path, kind: bytes) -> None:
    """Where each header is read inside the one before it, some hundreds of them overflow the stack."""
    chain = entry("././@LongLink", b"19 path=d/other.bin\n", kind) * 5000
    assert read(packed(tmp_path, chain + HONEST), 1 << 24) == {"d/a.bin": A, "d/b.bin": B}


def test_records_without_an_end_are_not_searched(tmp_path: Path) -> None:
    """Eight million digits, among which a search for `length key=value` would look for each beginning anew."""
    records = entry("pax", b"1" * (8 << 20), tarfile.XHDTYPE)
    path = packed(tmp_path, records + HONEST)
    tracemalloc.start()
    try:
        assert read(path, 1 << 24) == {"d/a.bin": A, "d/b.bin": B}
        assert tracemalloc.get_traced_memory()[1] < 6 << 20  # passed over in pieces of 1 MB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("kind", "content"),
    [(tarfile.GNUTYPE_SPARSE, A), (tarfile.SYMTYPE, b""), (tarfile.LNKTYPE, b""), (tarfile.CONTTYPE, A), (b"Z", A)],
)
def test_a_wanted_name_must_be_a_plain_file(tmp_path: Path, kind: bytes, content: bytes) -> None:
    with pytest.raises(Damaged, match=r"^member d/a\.bin is not a regular file$"):
        read(packed(tmp_path, entry("d/a.bin", content, kind) + HONEST))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (HONEST[:900], r"is damaged or cut off at member d/a\.bin \(a header promises more bytes than follow\)"),
        (header("d/a.bin", 600), r"at member d/a\.bin \(a header promises more"),
        (header("other", 1 << 60), r"at member other \(it unpacks to more bytes than this data set has\)"),
        (header("other", 900), r"at member other \(a header promises more"),
        (entry("other", bytes(2 << 20)), "it unpacks to more bytes than this data set has"),
        (HONEST + bytes(2 << 20), "at its end .it unpacks to more bytes"),
        (HONEST[:512].replace(b"d/a.bin", b"d/A.bin") + HONEST[512:], r"at its start \(bad checksum\)"),
        (HONEST + b"x" * 512, r"at member \./d/b\.bin \("),
    ],
)
def test_damage_is_named_with_its_place(tmp_path: Path, raw: bytes, said: str) -> None:
    with pytest.raises(Damaged, match=said):
        read(packed(tmp_path, raw))


def test_a_file_longer_than_wanted_shows_by_one_byte(tmp_path: Path) -> None:
    assert read(packed(tmp_path, entry("d/b.bin", b"xyz and more") + entry("d/a.bin", A))) == {
        "d/b.bin": b"xyz ",
        "d/a.bin": A,
    }


def test_bytes_after_the_end_of_the_compressed_file_and_a_pipe_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, HONEST + bytes(512))
    path.write_bytes(path.read_bytes() + b"trailing")
    with pytest.raises(Damaged, match="at its end"):
        read(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Damaged, match=r"at its start \(it is not a regular file\)"):
        read(path)
