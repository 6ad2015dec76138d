"""Images in MATLAB files of version 5, as SVHN's cropped digits come: X uint8 (H, W, C, N) and y (N, 1).

Names, shapes and types are read first, and what would not fit into memory is not loaded. The elements are walked here,
with each length held against what is there, since SciPy's reader believes them and can end the whole process on a damaged file.
Files of version 7.3 are HDF5, and are not read. Of labels 1 to 10, 10 is the digit 0. Sources: Netzer et al., Reading Digits in
Natural Images, 2011; The MathWorks, MAT-File Format, level 5.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from striate.base.disk.foreign import open_regular, too_large
from striate.base.errors import DataError, printable, reason
from striate.data.imageset import ImageSet
from striate.data.readers.array_files.arrays import array_set
from striate.data.readers.parts import part_files

Array = NDArray[Any]
_HEADER, _COMPRESSED, _MATRIX = 128, 15, 14  # bytes of the header; miCOMPRESSED, miMATRIX
_PIECE, _FRONT = 1 << 20, 4096  # bytes taken at a time; bytes in which flags, shape and name must lie
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_NUMBERS = {
    6: "double",
    7: "single",
    8: "int8",
    9: "uint8",
    10: "int16",
    11: "uint16",
    12: "int32",
    13: "uint32",
    14: "int64",
    15: "uint64",
}
_OTHERS = {1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse"}
_LOGICAL, _COMPLEX = 0x200, 0x800


def load_mat(path: Path) -> ImageSet:
    """Return the images of one .mat file, or of train_*.mat and test_*.mat in a folder."""
    files, notes = part_files(path, (".mat",))
    parts = {name: _read(file) for name, file in files.items()}
    labels = parts["train"][1] if "train" in parts else None
    digits = labels is not None and labels.size and labels.min() >= 1 and labels.max() == 10
    if digits:
        parts = {name: (images, given % 10) for name, (images, given) in parts.items()}
        notes = (*notes, "the label 10 stands for the digit 0, as in SVHN")
    return array_set(path, parts, notes=notes)


class _Damage(Exception):
    """The bytes are not what the format says."""


@dataclass(frozen=True)
class _Variable:
    """One array of a file: its name, type and shape, and where its data begin in its element."""

    name: str
    kind: str
    shape: tuple[int, ...]
    begin: int


def _read(path: Path) -> tuple[Array, Array]:
    shown = printable(str(path))
    found: dict[str, Array] = {}
    known: list[str] = []
    try:
        with open_regular(path) as file:
            order = _order(file.read(_HEADER), shown)
            for element in _elements(file, order):
                made = _variable(element.front(), order)
                known.append(made.name)
                if made.name in ("X", "y"):
                    _suits(made, shown)
                    found[made.name] = _array(element.whole(_most(made)), made, order)
    except (OSError, EOFError, zlib.error, _Damage) as error:
        raise DataError(
            f"{shown} is not a MATLAB file of version 5, or is damaged ({reason(error)}); fetch it again"
        ) from error
    if len(found) < 2:
        names = ", ".join(printable(name)[:50] for name in known[:10]) or "nothing"
        raise DataError(f"{shown} holds {names}, and must hold X (H, W, C, N) and y (N, 1)")
    images, labels = found["X"], found["y"]
    if images.shape[2] not in (1, 3):
        raise DataError(f"{shown}: X has the shape {images.shape}, and (H, W, C, N) with 1 or 3 colours C is accepted")
    # MATLAB knows no arrays of one dimension: SciPy writes one as a single row.
    return images.transpose(3, 0, 1, 2), labels.reshape(-1) if labels.shape == (1, images.shape[3]) else labels


def _order(header: bytes, shown: str) -> str:
    """Return the byte order of the file, "<" or ">", as its header tells it."""
    orders = {b"IM": "<", b"MI": ">"}
    if len(header) < _HEADER or (order := orders.get(header[126:])) is None:
        raise _Damage("its header is not one")
    version = int(np.frombuffer(header, f"{order}u2", 1, 124)[0])
    if version == 0x200:
        raise DataError(f"{shown} is of MATLAB's version 7.3, which is HDF5; save it with -v7")
    if version != 0x100:
        raise _Damage(f"its version is {version:#x}")
    return order


def _suits(made: _Variable, shown: str) -> None:
    """Raise DataError where X or y is not what it must be, or would not fit into memory."""
    name, kind, shape = made.name, made.kind, made.shape
    if kind not in _NUMBERS.values() or (name == "X" and (kind != "uint8" or len(shape) != 4)):
        raise DataError(f"{shown}: {name} is {kind} of shape {shape}, and X must be uint8 (H, W, C, N), y numbers")
    if why := too_large(3 * math.prod(shape) * 8 ** (name == "y")):
        raise DataError(f"{shown}: {name} cannot be held: {why}; give fewer images")


class _Element:
    """One element of a file, compressed or not; nothing of it is taken beyond what is asked for."""

    def __init__(self, file: BinaryIO, size: int, *, compressed: bool) -> None:
        self._file, self._left = file, size
        self._unpacked = zlib.decompressobj() if compressed else None
        self._tail, self._begun = b"", b""

    def front(self) -> bytes:
        """Return the bytes in which flags, shape and name lie."""
        self._begun = self._take(_FRONT)
        return self._begun

    def whole(self, most: int) -> bytes:
        """Return all bytes; raises _Damage where they are more than ``most``."""
        content = self._begun + self._take(most + 1 - len(self._begun))
        if len(content) > most:
            raise _Damage(f"an element unpacks to more than the {most:,} bytes of what it names")
        return content

    def _take(self, count: int) -> bytes:
        """Return ``count`` further bytes, fewer at the end."""
        made: list[bytes] = []
        while count > 0 and (self._tail or self._left > 0):
            if not self._tail:
                self._tail = self._file.read(min(self._left, _PIECE))
                if not self._tail:
                    raise EOFError("it ends within an element")
                self._left -= len(self._tail)
            if self._unpacked is None:
                piece, self._tail = self._tail[:count], self._tail[count:]
            else:
                piece = self._unpacked.decompress(self._tail, count)
                self._tail = b"" if self._unpacked.eof else self._unpacked.unconsumed_tail
            made.append(piece)
            count -= len(piece)
        return b"".join(made)


def _elements(file: BinaryIO, order: str) -> Iterator[_Element]:
    """Yield the arrays of the file, in order; what is not an array is passed over."""
    while len(tag := file.read(8)) == 8:
        kind, size = (int(word) for word in np.frombuffer(tag, f"{order}u4"))
        end = file.tell() + size
        if kind == _COMPRESSED:
            yield _Element(file, size, compressed=True)
        elif kind == _MATRIX:
            file.seek(-8, 1)  # so that both kinds begin with the tag of a matrix
            yield _Element(file, size + 8, compressed=False)
        file.seek(end)


def _part(content: bytes, at: int, order: str) -> tuple[int, bytes, int]:
    """Return the type of the part at ``at``, its bytes, and where the next begins; short ones lie within their tag."""
    if len(content) < at + 8:
        raise _Damage("an array ends within its parts")
    first, second = (int(word) for word in np.frombuffer(content, f"{order}u4", 2, at))
    if first >> 16:
        kind, size, begin, after = first & 0xFFFF, first >> 16, at + 4, at + 8
        if size > 4:
            raise _Damage("a short part is longer than four bytes")
    else:
        kind, size, begin = first, second, at + 8
        after = begin + -(-size // 8) * 8
    if len(content) < begin + size:
        raise _Damage("a part is longer than the array")
    return kind, content[begin : begin + size], after


def _variable(front: bytes, order: str) -> _Variable:
    if len(front) < 8 or int(np.frombuffer(front, f"{order}u4", 1)[0]) != _MATRIX:
        raise _Damage("an element is not an array")
    kind, flags, at = _part(front, 8, order)
    if kind != 6 or len(flags) != 8:
        raise _Damage("an array has no flags")
    word = int(np.frombuffer(flags, f"{order}u4", 1)[0])
    kind, sides, at = _part(front, at, order)
    if kind != 5 or not sides or len(sides) % 4:
        raise _Damage("an array has no shape")
    shape = tuple(int(side) for side in np.frombuffer(sides, f"{order}i4"))
    if min(shape) < 0:
        raise _Damage(f"an array has the shape {shape}")
    _, name, at = _part(front, at, order)
    named = _NUMBERS.get(word & 0xFF) or _OTHERS.get(word & 0xFF, f"class {word & 0xFF}")
    named = "logical" if word & _LOGICAL else "complex" if word & _COMPLEX else named
    return _Variable(name.decode("latin-1"), named, shape, at)


def _most(made: _Variable) -> int:
    """Return the bytes that the element of an array can have: its data in the widest type, and what stands before them."""
    return made.begin + 16 + 8 * math.prod(made.shape)


def _array(content: bytes, made: _Variable, order: str) -> Array:
    kind, data, _ = _part(content, made.begin, order)
    stored = _STORED.get(kind)
    if stored is None or len(data) != math.prod(made.shape) * int(stored[1]):
        raise _Damage(f"the data of {printable(made.name)} are not those of its shape")
    values = np.frombuffer(data, f"{order}{stored}").reshape(made.shape, order="F")
    return values.astype(np.dtype(made.kind), copy=False)
