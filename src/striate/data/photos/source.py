"""Where the bytes of one image lie: in a file of their own, or in a part of one that holds many.

A `Source` is a path, or something that names itself, opens itself and says by a stamp whether it may have changed. Nothing is
held in memory until it is opened.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from striate.base.disk.foreign import open_regular

FILE_LIMIT = 512 << 20  # bytes: 50 million pixels of four times 16 bits, uncompressed, and some more

Stamp = tuple[str, int, int]
"""Name from the folder on, bytes, and the time of the last change in nanoseconds."""


class Held(Protocol):
    """One image inside a file of many; its name need not end in a format."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def open(self) -> BinaryIO:
        """Return its bytes as a file; raises OSError."""
        ...

    def stamp(self) -> Stamp:
        """Return what changes when it does; raises OSError."""
        ...


Source = Path | Held


@dataclass(frozen=True)
class Slice:
    """``size`` bytes of the file ``path``, from ``start`` on, called ``name``."""

    path: Path
    name: str
    start: int
    size: int

    def open(self) -> BinaryIO:
        """Return the bytes as a file; raises OSError, also where the file has become shorter."""
        if self.size > FILE_LIMIT:  # before as many bytes are asked for
            raise OSError(None, f"it has {self.size:,} bytes, more than {FILE_LIMIT:,}", str(self.path))
        with open_regular(self.path) as file:
            content = os.pread(file.fileno(), self.size, self.start)
        if len(content) != self.size:
            raise OSError(None, "its file is cut off", str(self.path))
        return io.BytesIO(content)

    def stamp(self) -> Stamp:
        """Return name, size and the time of the whole file; raises OSError."""
        return f"{self.name}@{self.start}", self.size, changed(os.stat(self.path))


def opened(source: Source) -> BinaryIO:
    """Return the bytes of ``source`` as an open file; raises OSError."""
    return open_regular(source) if isinstance(source, Path) else source.open()


def ending(source: Source) -> str:
    """Return the extension, in lower case, that must tell the format of ``source``; empty where its content alone does."""
    return source.suffix.lower() if isinstance(source, Path) else ""


def name_of(source: Source, root: Path) -> str:
    """Return the name of ``source`` from ``root`` on, as it is; print it by `striate.base.errors.printable`."""
    if not isinstance(source, Path):
        return source.name
    return str(source).removeprefix(f"{root}{os.sep}")


def changed(told: os.stat_result) -> int:
    """Return a number that is another one when a file is: of its two times only that of its entry cannot be set back.

    Files that an archive or `cp -p` puts in the place of others, or `mv` exchanges, may have the times and sizes of those.
    """
    return told.st_mtime_ns + told.st_ctime_ns


def stamp_of(source: Source, root: Path) -> Stamp:
    """Return the stamp of ``source``; a file that cannot be looked at has the size -1."""
    try:
        if not isinstance(source, Path):
            return source.stamp()
        told = os.stat(source)
        return name_of(source, root), told.st_size, changed(told)
    except OSError:
        return name_of(source, root), -1, 0
