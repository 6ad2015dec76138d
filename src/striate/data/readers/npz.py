"""Named arrays of plain numbers out of an .npz file, by NumPy's published format, with every size checked before it is used.

An .npz is a zip archive of members NAME.npy: a magic string, a header (dtype, order, shape), then shape x itemsize bytes.
What the zip declares of a member, what its header declares, and the bytes that follow must agree, and fit into memory,
before anything is allocated. A member that would need a pickle is refused, and nothing of it is run.
Source: NumPy Enhancement Proposal 1, A Simple File Format for NumPy Arrays.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from striate.base.disk.foreign import amount, open_regular, too_large
from striate.base.errors import DataError, printable, reason

Array = NDArray[Any]

_EXPANSION = 1032  # bytes that deflate can make of one, by its design
_SLACK = 1 << 16  # bytes of a member that are not numbers
_SHOWN = 10  # names in an error


class Npz:
    """The members of one open .npz file; use it as a context. Raises DataError where the file is none.

    ``names`` are those of its arrays, in the order of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = open_regular(path)
        except OSError as error:
            raise DataError(f"{_shown(path)} could not be read ({reason(error)}); give a file of arrays") from error
        try:
            self._zip = zipfile.ZipFile(self._file)
        except Exception as error:  # a damaged archive can raise anything
            self._file.close()
            raise DataError(
                f"{_shown(path)} is no .npz archive of arrays, or is damaged ({reason(error)}); save it with"
                " numpy.savez(file, features=..., targets=...)"
            ) from error
        self._members = self._zip.infolist()
        self.names = tuple(dict.fromkeys(_name(member) for member in self._members))

    def __enter__(self) -> Npz:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def array(self, name: str) -> Array:
        """Return the array ``name``, of floats, integers, booleans or whatever numbers; raises DataError for anything else."""
        found = [member for member in self._members if _name(member) == name]
        where = f"{_shown(self.path)}: {printable(name)}"
        if len(found) != 1:
            raise DataError(f"{where} is there {len(found)} times, and must be there once; save the file again")
        member = found[0]
        if member.flag_bits & 1:
            raise DataError(f"{where} is encrypted; save the arrays again without a password")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError(f"{where} is compressed by method {member.compress_type}; save it with numpy.savez")
        if member.file_size > _EXPANSION * member.compress_size + _SLACK:
            raise DataError(
                f"{where} says that its {amount(member.compress_size)} unpack to {amount(member.file_size)}, which no zip"
                " can; save the file again"
            )
        try:
            with self._zip.open(member) as stream:
                return _array(stream, member.file_size, where)
        except DataError:
            raise
        except Exception as error:
            raise DataError(f"{where} is damaged ({reason(error)}); save the file again") from error


def known(names: Sequence[str]) -> str:
    """Return the names of a file's arrays in words, the first ten and a count of the rest."""
    hidden = len(names) - _SHOWN
    told = ", ".join(printable(name[:80]) for name in names[:_SHOWN]) or "nothing"
    return told + (f" and {hidden} more" if hidden > 0 else "")


def _array(stream: IO[bytes], size: int, where: str) -> Array:
    """Return the array of one member, whose ``size`` in bytes the archive declares."""
    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise DataError(f"{where} is of NumPy's format {version[0]}.{version[1]}, which plain numbers do not need")
    header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = header(stream)
    # Objects are pickles, and fields and subarrays no plain numbers: none is read, so nothing of the file is run.
    if dtype.hasobject or dtype.names is not None or dtype.subdtype is not None:
        raise DataError(f"{where} are {printable(str(dtype))[:80]}, and must be numbers; nothing of it was run")
    if any(n < 0 for n in shape):
        raise DataError(f"{where} has the shape {printable(str(shape))[:80]}, and no length is below 0")
    wanted = prod(shape) * dtype.itemsize
    if wanted > size:
        raise DataError(
            f"{where} has the shape {printable(str(shape))[:80]} of {dtype}, which are {amount(wanted)}, and the archive"
            f" holds {amount(size)} of it; save the file again"
        )
    # Twice, for the bytes that are read and the array that is made of them lie there side by side.
    if why := too_large(2 * wanted):
        raise DataError(f"{where} cannot be held: {why}; give fewer rows, or float32 numbers")
    # One byte more than belongs there, so that a longer member is noticed without reading all of it.
    content = stream.read(wanted + 1)
    if len(content) != wanted:
        amount_read = "more" if len(content) > wanted else amount(len(content))
        raise DataError(f"{where} holds {amount_read} where {amount(wanted)} of numbers belong; save the file again")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(".npy")


def _shown(path: Path) -> str:
    return printable(str(path))
