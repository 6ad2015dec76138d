"""What is being done, said to someone who waits: nothing for the first seconds, then how far it is.

On a terminal one line is drawn over and over and leaves no trace; elsewhere a line is written once a minute.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import Protocol, TypeVar

_Item = TypeVar("_Item", covariant=True)
FIRST, REDRAWN, LOGGED = 3.0, 0.5, 60.0  # seconds


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def tell(text: str) -> None:
    """Write a line on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class _Counted(Sized, Iterable[_Item], Protocol[_Item]):
    """What has a length and can be gone through."""


def counted(items: _Counted[_Item], what: str) -> Iterator[_Item]:
    """Yield ``items``, and say ``what: 1,200 of 8,000`` on standard error while that takes long."""
    terminal = sys.stderr.isatty()
    told, pause = time.monotonic(), FIRST if terminal else LOGGED
    drawn = False
    for number, item in enumerate(items):
        if time.monotonic() - told >= pause:
            line = f"{what}: {number:,} of {len(items):,}"
            sys.stderr.write(f"\r{line}" if terminal else f"{line}\n")
            sys.stderr.flush()
            told, pause, drawn = time.monotonic(), REDRAWN if terminal else LOGGED, terminal
        yield item
    if drawn:
        sys.stderr.write("\r\x1b[K")
