"""How much memory data may take: a quarter of what this process may use, whatever a stranger's folder asks for."""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

_BOUNDS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))  # of a container

_LARGE = 12_000_000  # pixels; what a telephone takes is decoded on all cores
_LARGE_ONE_AT_A_TIME = threading.Lock()


def limit() -> int:
    """Return a quarter of the memory in bytes: of the machine's, or of the container's where that is less."""
    return min([_machine(), *(bound for path in _BOUNDS if (bound := _number(path)))]) // 4


def gigabytes(count: int) -> str:
    """Return a number of bytes in words: ``3.9 GB``."""
    return f"{count / 1e9:.1f} GB" if count >= 100_000_000 else f"{count / 1e6:.1f} MB"


def _machine() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 16 << 30  # the system does not say


def _number(path: Path) -> int:
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return 0
    return int(text) if text.isdecimal() else 0


def side_by_side(pixels: int) -> AbstractContextManager[object]:
    """Return what is held while an image of so many pixels is decoded: large ones wait for one another, for their memory."""
    return _LARGE_ONE_AT_A_TIME if pixels > _LARGE else nullcontext()
