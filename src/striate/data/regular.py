"""Opening what others put on the disk: regular files only, since a pipe makes its reader wait and a device may never end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_NEVER_WAITING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> BinaryIO:
    """Return the regular file ``path`` (or what a link of that name leads to), open for reading.

    Raises OSError with the system's reason, or saying that it is no regular file: a folder, pipe, socket or device. It is
    asked again of what was opened, for the name may have been given to something else meanwhile.
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
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
