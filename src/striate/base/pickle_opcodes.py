"""A pickle walked through step by step, without running it: what each step would allocate is known before anything is.

An unpickler makes room for its memo up to an index that the file names, and for text as long as the file says. Here an index
or a length that the file itself cannot fill is an error, so that nine bytes cannot ask for gigabytes.
"""

from __future__ import annotations

import pickletools
from collections.abc import Iterator
from mmap import mmap

from striate.base.errors import DataError

_STEPS = {opcode.code: opcode for opcode in pickletools.opcodes}
_LENGTHS = {"1": 1, "4": 4, "8": 8}  # bytes of a length, by the last letter of its name: long1, bytes4, unicodestring8
_MEMO = ("PUT", "BINPUT", "LONG_BINPUT")
_WHOLE = ("INT", "LONG", "BININT", "BININT1", "BININT2", "LONG1", "LONG4")


def walk(content: bytes | mmap, begin: int = 0) -> Iterator[tuple[str, int, int]]:
    """Yield (opcode, its whole number, where the next step begins) of the pickle at byte ``begin``, as far as its STOP.

    The number is that of an opcode for whole numbers, else 0. Raises DataError where a step asks for more memory than the
    file has bytes, ValueError where the file is not a pickle or is cut off.
    """
    place, length = begin, len(content)
    while True:
        opcode = _STEPS.get(chr(content[place])) if place < length else None
        if opcode is None:
            raise ValueError(f"no step of a pickle stands at byte {place:,} of {length:,}")
        start = place + 1
        place = _after(opcode, content, start)
        if place > length:
            raise ValueError(
                f"{opcode.name} at byte {start - 1:,} goes on to byte {place:,}, and the file has {length:,}"
            )
        index = _number(opcode.name, content[start:place]) if opcode.name in _MEMO else 0
        if not 0 <= index <= length:
            raise DataError(f"it asks for place {index:,} of its memo, and a file of {length:,} bytes cannot fill it")
        yield opcode.name, _number(opcode.name, content[start:place]) if opcode.name in _WHOLE else 0, place
        if opcode.name == "STOP":
            return


def _number(name: str, told: bytes) -> int:
    if name in ("INT", "LONG", "PUT"):
        return int(told.strip().removesuffix(b"L"))
    width = {"LONG1": 1, "LONG4": 4}.get(name, 0)
    return int.from_bytes(told[width:], "little", signed=name in ("BININT", "LONG1", "LONG4"))


def _after(opcode: pickletools.OpcodeInfo, content: bytes | mmap, start: int) -> int:
    """Return where the argument of ``opcode`` ends that begins at byte ``start``: beyond the content where it is cut off."""
    if opcode.arg is None:
        return start
    size = opcode.arg.n
    if size >= 0:
        return start + size
    if size == pickletools.UP_TO_NEWLINE:
        at = start
        for _ in range(2 if opcode.arg.name == "stringnl_noescape_pair" else 1):
            at = content.find(b"\n", at) + 1
            if not at:
                raise ValueError(f"{opcode.name} at byte {start - 1:,} has no end")
        return at
    width = _LENGTHS[opcode.arg.name[-1]]
    return start + width + int.from_bytes(content[start : start + width], "little")
