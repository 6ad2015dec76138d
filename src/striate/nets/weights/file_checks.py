"""A weights file checked before a reader that trusts its names and sizes sees it."""

from __future__ import annotations

import json
import mmap
import os
import struct
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, cast

from striate.base.disk.foreign import amount, open_regular, too_large
from striate.base.errors import NetError, printable, reason
from striate.base.pickle_opcodes import walk

_MOST_HEADER = 100_000_000  # bytes, safetensors' own limit
_EXPANSION, _SLACK = 1032, 1 << 16  # what deflate can make of a byte; bytes of a member that a zip pads


def header_of(path: Path) -> dict[str, Any]:
    """Return the header of a safetensors file: name -> dtype, shape and place, and ``__metadata__``.

    Raises NetError where it is none, is longer than the file, or names a tensor twice; the tensors are not read.
    """
    shown = f'"{printable(str(path))}"'
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if not 2 <= length <= min(size - 8, _MOST_HEADER):
                raise ValueError(f"its header would have {length:,} bytes, and the file has {size:,}")
            found = json.loads(file.read(length), object_pairs_hook=_once)
    except (OSError, ValueError, RecursionError) as error:
        raise NetError(f"{shown} is not a whole safetensors file ({reason(error)}); fetch it again") from error
    if not isinstance(found, dict):
        raise NetError(f"{shown} is not a whole safetensors file (its header is not a list of tensors); fetch it again")
    return cast(dict[str, Any], found)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)} is there twice")
    return made


def check_zip(file: BinaryIO) -> None:
    """Raise NetError where the members are doubled, encrypted, or would unpack to more than zip, or memory, allows."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise NetError(f"{printable(next(n for n in names if names.count(n) > 1)[:80])} is in it twice")
    for member in members:
        if member.flag_bits & 1 or member.file_size > _EXPANSION * member.compress_size + _SLACK:
            raise NetError(
                f"{printable(member.filename[:80])} is encrypted, or says that {amount(member.compress_size)} unpack to"
                f" {amount(member.file_size)}"
            )
    if why := too_large(sum(member.file_size for member in members)):
        raise NetError(why)


def check_pickles(file: BinaryIO) -> None:
    """Raise NetError where a file of PyTorch's older form, five pickles and then bytes, asks for more than it holds."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place = end = 0
        for number in range(5):
            largest = 0
            for step in walk(content, place):
                largest, end = max(largest, step[1]), step[2]
            place = end
            if number == 3 and largest > len(content):  # the sizes of the tensors are in the fourth
                raise NetError(f"it speaks of {largest:,} numbers, and has {len(content):,} bytes")
