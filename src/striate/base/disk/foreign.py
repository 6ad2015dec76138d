"""Files that someone else wrote: opened only where reading ends, and held in memory only where they fit.

A pipe or a device under the name of a data file would wait for ever, or never end; and a size that a file declares costs
nothing to write and everything to believe.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

_NEVER_WAITING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_SHARE = 2  # the part of the free memory that one file may fill is 1 / _SHARE


def open_regular(path: Path) -> BinaryIO:
    """Return the regular file ``path``, or one that a link leads to, open for reading; raises OSError for anything else.

    It is asked again of what was opened, for the name may have been given to something else meanwhile.
    """
    _refuse_irregular(os.stat(path).st_mode, path)
    descriptor = os.open(path, _NEVER_WAITING)
    try:
        _refuse_irregular(os.fstat(descriptor).st_mode, path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_irregular(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(None, "it is not a regular file", str(path))


def kind_of(path: Path) -> str:
    """Return `file` for a regular file, `folder`, `absent` for a name that is not there, or else what it is, in words."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return "absent"
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def free_memory() -> int:
    """Return the bytes that one file may fill: half of what the machine has free, or of all where it does not say."""
    try:
        told = Path("/proc/meminfo").read_text(encoding="ascii")
        found = re.search(r"^MemAvailable:\s+(\d+) kB", told, re.MULTILINE)
        free = int(found[1]) * 1024 if found else 0
        return (free or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) // _SHARE
    except (OSError, ValueError):
        return 1 << 30


def too_large(size: int) -> str:
    """Return why ``size`` bytes are not held in memory, with both numbers; empty where they may be."""
    most = free_memory()
    return "" if size <= most else f"it would fill {amount(size)} of memory, and {amount(most)} may be used"


def amount(size: int) -> str:
    """Return ``size`` bytes in words: `12 bytes`, `3.4 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:,.1f} {unit}" if size < 10**18 else f"more than a billion {unit}"
    return f"{size} bytes"
