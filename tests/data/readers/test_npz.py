"""Arrays out of an .npz: what NumPy writes is read as NumPy reads it, and no size is believed before it is checked."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.lib import format as npy

from striate.base.disk import foreign
from striate.base.errors import DataError
from striate.data.readers.npz import Npz, known

ROWS = np.arange(12.0).reshape(4, 3)


def member(array: np.ndarray) -> bytes:
    held = io.BytesIO()
    npy.write_array(held, array, allow_pickle=True)
    return held.getvalue()


def header(shape: str, kind: str = "<f8", version: tuple[int, int] = (1, 0)) -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return (
        b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version == (1, 0) else "<I", len(text) + 1) + text + b"\n"
    )


def archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def read(path: Path, name: str = "X") -> np.ndarray:
    with Npz(path) as held:
        return held.array(name)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "array",
    [
        ROWS,
        np.asfortranarray(ROWS),
        ROWS.astype(">f4"),
        ROWS.astype(np.float16),
        ROWS > 4,
        np.arange(3, dtype=np.int8),
        np.zeros((0, 4)),
        np.array(5),
        np.random.default_rng(0).random((500, 500)),
    ],
)
def test_what_numpy_writes_is_read_as_numpy_reads_it(tmp_path: Path, save: object, array: np.ndarray) -> None:
    save(tmp_path / "a.npz", X=array)  # type: ignore[operator]
    with np.load(tmp_path / "a.npz", allow_pickle=False) as theirs:
        np.testing.assert_array_equal(read(tmp_path / "a.npz"), theirs["X"])
        assert read(tmp_path / "a.npz").dtype == theirs["X"].dtype


def test_a_header_of_the_second_version_is_read(tmp_path: Path) -> None:
    content = header("(2,)", version=(2, 0)) + np.arange(2.0).tobytes()
    assert read(archive(tmp_path / "a.npz", {"X.npy": content})).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (header("(4000000000, 4000000000)"), r"has the shape \(4000000000, 4000000000\) of float64, which are"),
        (
            header("(9, 3)") + bytes(8),
            r"shape \(9, 3\) of float64, which are 216 bytes, and the archive holds \d+ bytes",
        ),
        (header("(1,)") + bytes(17), "X holds more where 8 bytes of numbers belong"),
        (header("(-1, 3)"), r"has the shape \(-1, 3\), and no length is below 0"),
        (header("(2.5,)"), r"X is damaged \("),
        (header("(1,)", "|O"), "X are object, and must be numbers; nothing of it was run"),
        (header("(1,)", "<q9"), r"X is damaged \("),
        (header("(" * 400 + ")" * 400), r"X is damaged \("),
        (member(np.array([{"a": 1}], dtype=object)), "X are object, and must be numbers"),
        (member(np.zeros(2, dtype=[("a", "f8")])), "and must be numbers"),
        (b"\x93NUMPY\x03\x00" + bytes(40), "is of NumPy's format 3.0, which plain numbers do not need"),
        (b"\x93NUMPY\x01\x00\xff\xff", r"X is damaged \("),
        (b"", r"X is damaged \("),
        (b"PK\x03\x04", r"X is damaged \("),
        (b"\x80\x04N.", r"X is damaged \("),
    ],
)
def test_a_member_that_is_no_array_of_its_size_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        read(archive(tmp_path / "a.npz", {"X.npy": content}))
    assert "allow_pickle" not in str(caught.value)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """64 MB of zeros make 65 kB; a header that speaks of 8 bytes leaves them packed, and so does a memory that is short."""
    zeros = bytes(64 << 20)
    small = archive(tmp_path / "a.npz", {"X.npy": header("(1,)") + zeros}, zipfile.ZIP_DEFLATED)
    large = archive(tmp_path / "b.npz", {"X.npy": header("(8388608,)") + zeros}, zipfile.ZIP_DEFLATED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foreign, "free_memory", lambda: 10_000_000)
        tracemalloc.start()
        try:
            with pytest.raises(DataError, match="X holds more where 8 bytes of numbers belong"):
                read(small)
            with pytest.raises(
                DataError, match=r"it would fill 134\.2 MB of memory, and 10\.0 MB may be used; give fewer"
            ):
                read(large)
            assert tracemalloc.get_traced_memory()[1] < 2_000_000
        finally:
            tracemalloc.stop()
    assert read(large).shape == (8388608,)


def changed(path: Path, old: bytes, new: bytes) -> Path:
    path.write_bytes(path.read_bytes().replace(old, new))
    return path


def test_a_size_that_no_zip_can_have_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", {"X.npy": header("(500000000,)")}, zipfile.ZIP_DEFLATED)
    size = len(header("(500000000,)"))
    with pytest.raises(DataError, match=r"says that its \d+ bytes unpack to 4\.0 GB, which no zip can"):
        read(changed(path, struct.pack("<I", size), struct.pack("<I", 4_000_000_000)))


def test_encrypted_foreign_doubled_and_absent_members_are_named(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", {"X.npy": member(ROWS)})
    plain = path.read_bytes()
    at = plain.index(b"PK\x01\x02") + 8
    path.write_bytes(plain[:at] + b"\x01" + plain[at + 1 :])
    with pytest.raises(DataError, match="X is encrypted; save the arrays again without a password"):
        read(path)
    archive(path, {"X.npy": member(ROWS)}, zipfile.ZIP_LZMA)
    with pytest.raises(DataError, match=r"X is compressed by method 14; save it with numpy\.savez"):
        read(path)
    archive(path, {"X.npy": member(ROWS), "X": member(ROWS)})
    with pytest.raises(DataError, match="X is there 2 times, and must be there once"):
        read(path)
    with pytest.raises(DataError, match="y is there 0 times"):
        read(path, "y")


@pytest.mark.parametrize("content", [b"", b"PK", member(ROWS), b"text" * 100])
def test_what_is_no_archive_is_refused_without_harmful_advice(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"is no \.npz archive of arrays, or is damaged \(.*save it with numpy\.savez"):
        Npz(tmp_path / "a.npz")


def test_a_pipe_is_no_archive(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.npz")
    with pytest.raises(DataError, match=r"a\.npz could not be read \(it is not a regular file\)"):
        Npz(tmp_path / "a.npz")


def test_names_are_told_in_part(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(13)]
    with Npz(archive(tmp_path / "a.npz", {f"{name}.npy": b"" for name in names})) as held:
        assert known(held.names) == ", ".join(names[:10]) + " and 3 more"
    assert known(()) == "nothing"
