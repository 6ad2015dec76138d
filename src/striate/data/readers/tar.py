"""The files of a tar archive out of a stream, one header of 512 bytes at a time, none of which changes how the next is read.

Headers that rename or resize the member after them (long names, pax records, sparse maps) are passed over as what they are:
members that were not asked for. The names of a data set are short, so nothing is lost; and neither a chain of them nor one
of a gigabyte costs more than its bytes. The stream itself ends after as many bytes as the data set may have.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from striate.base.disk.foreign import open_regular
from striate.base.errors import printable, reason

_BLOCK = 512
_PIECE = 1 << 20
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE)
_END = bytes(_BLOCK)


class Damaged(Exception):
    """The text says what is wrong and at which member, to follow the archive's name."""


def members(archive: Path, wanted: Mapping[str, int], limit: int) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of the files in the .tar.gz ``archive`` whose names are ``wanted``, in its order.

    A content ends one byte after the length that is wanted, which shows that it is too long. No more than ``limit`` bytes are
    unpacked. Raises Damaged for whatever is no such archive.
    """
    place = "its start"
    try:
        with open_regular(archive) as file, gzip.open(file, "rb") as unpacked:
            stream = _Limited(unpacked, limit)
            while (block := stream.exactly(_BLOCK, at_end=True)) not in (_END, b""):
                header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
                place = f"member {printable(header.name[:100])}"
                name = header.name.removeprefix("./")
                if header.size < 0:
                    raise Damaged(f"{place} has {header.size} bytes, and cannot have less than none")
                if name not in wanted:
                    stream.skip(-(-header.size // _BLOCK) * _BLOCK)
                    continue
                if header.type not in _FILES:
                    raise Damaged(f"{place} is not a regular file")
                content = stream.exactly(min(header.size, wanted[name] + 1))
                yield name, content
                stream.skip(-(-header.size // _BLOCK) * _BLOCK - len(content))
            place = "its end"
            stream.drain()  # the checksum follows the last byte
    except (OSError, EOFError, ValueError, zlib.error, tarfile.TarError) as error:
        raise Damaged(f"is damaged or cut off at {place} ({reason(error)})") from error


class _Limited:
    """A stream that gives no more than ``limit`` bytes, which ends an archive bomb."""

    def __init__(self, source: gzip.GzipFile, limit: int) -> None:
        self._source, self._left = source, limit

    def exactly(self, size: int, *, at_end: bool = False) -> bytes:
        """Return the next ``size`` bytes, or none ``at_end``; raises EOFError where they are not there."""
        content = self._source.read(size)
        self._count(len(content))
        if len(content) != size and (content or not at_end):
            raise EOFError("a header promises more bytes than follow")
        return content

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes, as `exactly` does."""
        if size > self._left:
            self._count(size)
        while size > 0:
            size -= len(self.exactly(min(size, _PIECE)))

    def drain(self) -> None:
        """Read to the end."""
        while content := self._source.read(_PIECE):
            self._count(len(content))

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise OSError("it unpacks to more bytes than this data set has")
