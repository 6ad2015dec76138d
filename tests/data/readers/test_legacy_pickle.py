"""A legacy pickle gives its arrays, and one that asks for anything else is refused before anything runs."""

from __future__ import annotations

import os
import pickle
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from tests.python2_pickle import python2_pickle

from striate.base.disk import foreign
from striate.base.errors import DataError
from striate.data.readers.legacy_pickle import read_legacy_pickle

# What Python 2 and NumPy 1 wrote with protocol 0 for a tuple of float64 (2, 2) and int64 (2): three names, escaped bytes.
ARRAY = """cnumpy.core.multiarray
_reconstruct
(cnumpy
ndarray
(I0
tS'b'
tR(I1
(%s)tcnumpy
dtype
(S'%s'
I0
I1
tR(I3
S'%s'
NNNI-1
I-1
I0
tbI%d
S'%s'
tb"""


def array(values: np.ndarray, order: str = "<", fortran: bool = False, shape: str | None = None) -> str:
    data = values.astype(values.dtype.newbyteorder(order)).tobytes("F" if fortran else "C")
    escaped = "".join(f"\\x{byte:02x}" for byte in data)
    sizes = "".join(f"I{size}\n" for size in values.shape) if shape is None else shape
    made = ARRAY % ("%s", f"{values.dtype.kind}{values.dtype.itemsize}", order, fortran, escaped)
    return made.replace("(%s)t", f"({sizes}t")


def write(path: Path, *parts: str) -> Path:
    path.write_bytes(("(" + "".join(parts) + "t.").encode("ascii"))
    return path


X, Y = np.array([[0.25, -1e30], [3.0, 0.1]]), np.array([0, 1])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("fortran", [False, True])
def test_a_file_of_python_2_is_read(tmp_path: Path, order: str, fortran: bool) -> None:
    features, targets = read_legacy_pickle(write(tmp_path / "data.pkl", array(X, order, fortran), array(Y, order)))
    np.testing.assert_array_equal(features, X)
    np.testing.assert_array_equal(targets, Y)
    assert (features.dtype, targets.dtype) == (np.float64, np.int64)


def test_a_file_with_a_memo_is_read_as_python_2_wrote_it(tmp_path: Path) -> None:
    values = np.random.default_rng(0).standard_normal((40, 3))
    labels = np.arange(40) % 2
    (tmp_path / "data.pkl").write_bytes(python2_pickle(values, labels))
    features, targets = read_legacy_pickle(tmp_path / "data.pkl")
    np.testing.assert_array_equal(features, values)
    np.testing.assert_array_equal(targets, labels)


@pytest.mark.parametrize("protocol", [3, 4])
def test_a_pickle_of_today_is_read(tmp_path: Path, protocol: int) -> None:
    (tmp_path / "data.pkl").write_bytes(pickle.dumps((X.astype(np.float32), Y), protocol=protocol))
    features, targets = read_legacy_pickle(tmp_path / "data.pkl")
    np.testing.assert_array_equal(features, X.astype(np.float32))
    np.testing.assert_array_equal(targets, Y)


class Marks:
    """Leaves a folder behind where it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_runs_and_what_was_asked_for_is_named(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps((Marks(tmp_path / "ran"), Y), protocol=protocol))
    asked = f"{os.mkdir.__module__}.mkdir"
    with pytest.raises(DataError, match=rf"data.pkl was refused: it asks for {asked}, and only .* nothing was run"):
        read_legacy_pickle(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "name", ["builtins\neval", "numpy\nload", "numpy.core.multiarray\nfromfile", "numpy\ndtype.type"]
)
def test_no_other_name_is_admitted(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "data.pkl", f"c{name}\n", array(Y))
    with pytest.raises(
        DataError, match=rf"it asks for {name.replace(chr(10), '.')}, and only the makers of NumPy arrays"
    ):
        read_legacy_pickle(path)


def test_a_stand_in_that_a_file_spoils_does_not_spoil_the_next(tmp_path: Path) -> None:
    spoilt = "cnumpy\ndtype\n(NdS'__setstate__'\nNstb0"  # dtype.__setstate__ = None
    with pytest.raises(DataError):
        read_legacy_pickle(write(tmp_path / "spoilt.pkl", spoilt, array(X), array(Y)))
    features, _ = read_legacy_pickle(write(tmp_path / "data.pkl", array(X), array(Y)))
    np.testing.assert_array_equal(features, X)


def test_objects_and_wrong_sizes_are_refused(tmp_path: Path) -> None:
    objects = array(X).replace("S'f8'", "S'O8'")
    with pytest.raises(
        DataError, match=r"not of numbers \(the type <O8, where floats, integers and booleans are accepted\)"
    ):
        read_legacy_pickle(write(tmp_path / "data.pkl", objects, array(Y)))
    with pytest.raises(DataError, match=r"\(32 bytes for the shape \(9, 2\) of float64\)"):
        read_legacy_pickle(write(tmp_path / "data.pkl", array(X, shape="I9\nI2\n"), array(Y)))
    with pytest.raises(DataError, match="its shape or its bytes are absent"):
        read_legacy_pickle(write(tmp_path / "data.pkl", array(X, shape="I-2\nI-2\n"), array(Y)))


@pytest.mark.parametrize(
    ("held", "said"), [((1, 2), "a tuple of 2"), ([1], "a list of 1"), ("text", "str"), ((X.tolist(),), "a tuple of 1")]
)
def test_what_is_no_pair_of_arrays_is_refused(tmp_path: Path, held: object, said: str) -> None:
    (tmp_path / "data.pkl").write_bytes(pickle.dumps(held))
    with pytest.raises(DataError, match=f"holds {said}, and must hold a tuple of two arrays, "):
        read_legacy_pickle(tmp_path / "data.pkl")


@pytest.mark.parametrize("data", [b"", b"\x80", b"(", b"garbage", b"\x80\x04K\x01", b"cnumpy\ndtype\n(NtR"])
def test_damage_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "data.pkl").write_bytes(data)
    with pytest.raises(DataError, match=r"data.pkl is not a pickle of arrays, or is damaged \("):
        read_legacy_pickle(tmp_path / "data.pkl")


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"data.pkl could not be read \(No such file or directory\); give the path"):
        read_legacy_pickle(tmp_path / "data.pkl")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"Nr\xff\xff\xff\x7f0N.",
            r"it asks for place 2,147,483,647 of its memo, and a file of 9 bytes cannot fill it",
        ),
        (b"Nr\x0a\x00\x00\x00.", r"place 10 of its memo, and a file of 7 bytes"),
        (b"Np99999999999\n.", "place 99,999,999,999 of its memo"),
        (b"Np-1\n.", "place -1 of its memo"),
        (
            b"(" + b"N0" * 6000 + b"t.",
            "it has more than 10,000 steps, and a pickle of two arrays has less than a hundred",
        ),
        (
            b"\x8e" + b"\xff" * 7 + b"\x7f.",
            "BINBYTES8 at byte 0 goes on to byte 9,223,372,036,854,775,816, and the file has 10",
        ),
        (b"\x96" + b"\x00" * 6 + b"\x01\x00.", "BYTEARRAY8 at byte 0 goes on to byte 281,474,976,710,665"),
        (b"T\xff\xff\xff\xff.", "BINSTRING at byte 0 goes on to byte 4,294,967,300"),
        (b"X\xff\xff\xff\x7f.", "BINUNICODE at byte 0 goes on to"),
        (b"\x8b\xff\xff\xff\x7f.", "LONG4 at byte 0 goes on to"),
        (b"cnumpy\nndarray", r"GLOBAL at byte \d has no end"),
    ],
)
def test_no_more_is_allocated_than_the_file_is_long(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "data.pkl").write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=re.escape(said) if "(" in said else said):
            read_legacy_pickle(tmp_path / "data.pkl")
        assert tracemalloc.get_traced_memory()[1] < 2**22  # up to 10,000 steps are noted, of some hundred bytes each
    finally:
        tracemalloc.stop()


def test_the_memo_of_an_honest_file_is_within_its_length(tmp_path: Path) -> None:
    for protocol in range(5):  # also where every step is noted
        (tmp_path / "data.pkl").write_bytes(pickle.dumps(((X, Y), (X, Y))[0], protocol=protocol))
        if protocol >= 3:
            np.testing.assert_array_equal(read_legacy_pickle(tmp_path / "data.pkl")[0], X)


def test_a_file_that_memory_cannot_hold_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "free_memory", lambda: 100)
    write(tmp_path / "data.pkl", array(X), array(Y))
    with pytest.raises(
        DataError, match=r"data.pkl was refused: it would fill .* kB of memory, and 100 bytes may be used; save"
    ):
        read_legacy_pickle(tmp_path / "data.pkl")


def test_a_pipe_is_no_pickle(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "data.pkl")
    with pytest.raises(DataError, match=r"data.pkl could not be read \(it is not a regular file\)"):
        read_legacy_pickle(tmp_path / "data.pkl")
