"""The pulse of work that a window waits for: how far it is, whether somebody still waits, and how long it may take.

What computes calls its pulse now and then, and is stopped by it with an exception. A probe has no loop that could do so, but
all of them call the net again and again: `within` has every layer of a net call the pulse before it computes.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from striate.base.errors import ProbeError

if TYPE_CHECKING:
    from torch import nn

GONE = "it was stopped: nobody waits for it any more"
WAITED = 0.1  # seconds between two looks at a lock that another one has


class Pulse:
    """``progress`` is (done, of all), both 0 where nothing is counted; ``seconds`` is how long the work may take."""

    def __init__(self, seconds: float = math.inf) -> None:
        self.seconds = seconds
        self.progress = (0, 0)
        self.gone = False
        self._end = time.monotonic() + seconds

    def __call__(self, done: int = 0, of: int = 0) -> None:
        """Note how far the work is; raises ProbeError where it has to stop."""
        if of:
            self.progress = done, of
        if self.gone:
            raise ProbeError(GONE)
        if self.late():
            raise ProbeError(self.words)

    def late(self, grace: float = 0.0) -> bool:
        """Return whether the time is over, by more than ``grace`` seconds."""
        return time.monotonic() > self._end + grace

    @property
    def words(self) -> str:
        """What is said where the time is over."""
        return (
            f"it took longer than {self.seconds:g} s and was stopped; ask for less, or use the command, which takes as long as"
            " it needs"
        )

    @contextmanager
    def within(self, net: nn.Module) -> Generator[None]:
        """Have every layer of ``net``, and of copies that are made of it meanwhile, call this pulse before it computes."""

        def beat(*_: Any) -> None:
            self()

        handles = [module.register_forward_pre_hook(beat) for module in net.modules()]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    @contextmanager
    def turn(self, lock: threading.Lock) -> Generator[None]:
        """Hold ``lock``; raises ProbeError where nobody waits any more before it is free."""
        while not lock.acquire(timeout=WAITED):
            self()
        try:
            self()
            yield
        finally:
            lock.release()


FREE = Pulse()
"""One that stops nothing, for work that nobody waits for at a window."""
