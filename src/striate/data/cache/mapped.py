"""Images that lie in a file and are mapped into memory: rows of them, without a copy, and with a bound on what stays.

What was read of a mapped file counts as memory of the process until the system takes it back. `touched` counts what was read,
and gives the pages back (the file's copy in the system's own cache stays) whenever that has become `KEPT` bytes: a set that is
larger than memory is gone through as one that is smaller.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

KEPT = 64 << 20  # bytes of a mapped file that may be in memory before they are given back
AROUND = 4 << 20  # bytes that the system may map around one that is read: 5 MB were seen for a row of 150 kB, Linux 6
COPIED = 64 << 20  # bytes up to which rows of a mapped array are copied: as fast, and an array like any other
_BLOCK = 16 << 20  # bytes that `blocks` gives at a time

_since: dict[int, int] = {}  # bytes read of each mapped file, by the identity of its map, since they were given back


class Rows:
    """Chosen rows of a mapped array (N, ...), in an order: ``base[rows]`` that is not copied until it is asked for.

    It has shape, dtype, length and indexing of an array; all else is done on a copy (`numpy.asarray`).
    """

    def __init__(self, base: NDArray[Any], rows: NDArray[np.int64]) -> None:
        self.base, self.rows = base, rows
        self.shape = (len(rows), *base.shape[1:])
        self.dtype, self.ndim = base.dtype, base.ndim
        self.size, self.nbytes = math.prod(self.shape), math.prod(self.shape) * base.dtype.itemsize

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, key: Any) -> Any:
        first, *rest = key if isinstance(key, tuple) else (key,)
        if first is Ellipsis or first is None:
            return np.asarray(self)[key]
        chosen = self.base[self.rows[first]]
        return (
            chosen[(slice(None), *rest) if isinstance(first, (slice, list, np.ndarray)) else tuple(rest)]
            if rest
            else chosen
        )

    def __iter__(self) -> Iterator[Any]:
        return (self.base[row] for row in self.rows)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.base[self.rows].astype(dtype or self.dtype, copy=False)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what asks whether something is an array asks by these
            raise AttributeError(name)
        return getattr(np.asarray(self), name)


def rows_of(array: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    """Return ``array[rows]``: a copy, but of a large mapped array `Rows`, which behave as one."""
    given = cast("object", array)
    if isinstance(given, Rows):
        return cast("NDArray[Any]", Rows(given.base, given.rows[rows]))
    if len(rows) * _row_bytes(array) > COPIED and _map_of(array) is not None:
        return cast("NDArray[Any]", Rows(array, rows))
    return array[rows]


def gather(array: NDArray[Any], rows: NDArray[np.int64] | slice) -> NDArray[Any]:
    """Return ``array[rows]``, for a batch."""
    made = array[rows]
    touched(array, made.nbytes + len(made) * AROUND)
    return made


def blocks(array: NDArray[Any], rows: int = 0) -> Iterator[NDArray[Any]]:
    """Yield ``array`` in order, ``rows`` at a time, or as many as make 16 MiB; read each before the next."""
    step = rows or max(1, _BLOCK // max(1, _row_bytes(array)))
    for start in range(0, len(array), step):
        block = array[start : start + step]
        yield block
        touched(array, block.nbytes)


def touched(array: NDArray[Any], count: int) -> None:
    """Note that ``count`` bytes of ``array`` were read or written; give its pages back where that has become many."""
    held = _map_of(array)
    if held is None:
        return
    before = _since.get(id(held), 0) + count
    if before >= KEPT:
        held.madvise(mmap.MADV_DONTNEED)
        before = 0
    _since[id(held)] = before


def is_mapped(array: NDArray[Any]) -> bool:
    """Return whether ``array`` lies in a file."""
    return _map_of(array) is not None


def _row_bytes(array: NDArray[Any]) -> int:
    return math.prod(array.shape[1:]) * array.dtype.itemsize


def _map_of(array: object) -> mmap.mmap | None:
    while array is not None and not isinstance(array, mmap.mmap):
        array = getattr(array, "base", None) if isinstance(array, (np.ndarray, Rows)) else None
    return array
