"""Several blocks at once: as many threads as NumPy's matrix product may use, each of which then multiplies on its own.

A matrix product that shares out one block's small matrices spends its time waiting, and everything between two products
(copies, additions, comparisons) runs on one core. Here each thread takes whole blocks instead, and does all of it.
NumPy lets go of the interpreter in both, so plain threads suffice.

How many is OpenBLAS's own number, read at each call: OPENBLAS_NUM_THREADS, OMP_NUM_THREADS or :func:`set_threads` set it.
Where NumPy is built on another library, or the number is 1, the work is done in the caller's thread.
"""

from __future__ import annotations

import ctypes
import importlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# The wheels of NumPy, other builds with 64-bit indices, and distributions.
OPENBLAS_NAMES = ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads64_", "openblas_{}_num_threads")


def threads() -> int:
    """Return how many threads NumPy's matrix product uses, and so how many blocks are worked on at once; at least 1."""
    found = _openblas()
    return max(1, found[0]()) if found else 1


def set_threads(number: int) -> None:
    """Let NumPy's matrix product, and with it this package, use ``number`` threads from now on, in the whole process."""
    found = _openblas()
    if found:
        found[1](number)


def on_threads(items: Sequence[Item], work: Callable[[Sequence[Item]], Result]) -> list[Result]:
    """Cut ``items`` into one run per thread, do ``work`` on all runs at once, and return the results in their order."""
    allowed = threads()
    number = min(allowed, len(items))
    if allowed == 1:
        return [work(items)]
    set_threads(1)
    try:
        if number <= 1:
            return [work(items)]
        bounds = [len(items) * part // number for part in range(number + 1)]
        return list(_pool(os.getpid(), number).map(work, [items[a:b] for a, b in pairwise(bounds)]))
    finally:
        set_threads(allowed)


@cache
def _pool(process: int, number: int) -> ThreadPoolExecutor:
    """Return the threads of this process: a forked child, which has none of its parent's, makes its own."""
    return ThreadPoolExecutor(number, thread_name_prefix=f"striate-{process}")


@cache
def _openblas() -> tuple[Callable[[], int], Callable[[int], object]] | None:
    """Return OpenBLAS's functions that tell and set its number of threads, or None where NumPy has another library."""
    library = ctypes.CDLL(importlib.import_module("numpy._core._multiarray_umath").__file__)
    for name in OPENBLAS_NAMES:
        try:
            return getattr(library, name.format("get")), getattr(library, name.format("set"))
        except AttributeError:
            continue
    return None
