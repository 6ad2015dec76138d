"""An array of images in a file of NumPy's format, written through a map: its space is taken first, its end is durable."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import shutil
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from striate.base.errors import StorageError, printable, reason
from striate.data.imageset import Images


def with_room(path: Path, shape: tuple[int, ...]) -> Images:
    """Return a writable mapped array at ``path``, its space taken: a full disk is an error here, no signal later."""
    with contextlib.suppress(OSError):
        path.unlink()
    try:
        if 2 * math.prod(shape) > shutil.disk_usage(path.parent).free:
            raise OSError(errno.ENOSPC, "at most half of the free disk is taken")
        images = npy.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
        with path.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise StorageError(
            f"{printable(str(path.parent))} has no room for {math.prod(shape):,} bytes ({reason(error)}); free some space,"
            " clear the cache, or name another place with STRIATE_CACHE"
        ) from error
    return images.view(np.ndarray)  # still in the file; each row of a memmap would be slow to make


def finished(path: Path, images: Images) -> None:
    """Make the file at ``path`` hold ``images``, its first rows, and nothing else, durably."""
    with path.open("rb+") as file:
        version = npy.read_magic(file)
        shape, _, _ = npy.read_array_header_1_0(file) if version == (1, 0) else npy.read_array_header_2_0(file)
        start = file.tell()
        if shape != images.shape:  # the header has room for any number of rows
            file.seek(0)
            npy.write_array_header_1_0(file, {"shape": images.shape, "fortran_order": False, "descr": "|u1"})
            if file.tell() != start:
                raise OSError(None, "the header of the array changed its length")
            file.truncate(start + images.nbytes)
        file.flush()
        os.fsync(file.fileno())
