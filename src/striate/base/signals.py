"""Signals that a process answers while a block runs: Ctrl-C (SIGINT), termination (SIGTERM), a closed terminal (SIGHUP)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None]
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with(parent: int) -> bool:
    """Have this process get SIGTERM when the process ``parent``, which started it, ends (Linux); False if it has already."""
    if sys.platform != "linux":
        return True
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == parent  # or it died before we could ask to be told


@contextmanager
def answered(handler: Handler, *numbers: signal.Signals) -> Generator[None]:
    """Answer the signals by ``handler`` while the block runs, and then as before.

    SIGHUP stays ignored where it is, as under nohup. Outside the main thread signals cannot be caught, and nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [n for n in numbers if n != signal.SIGHUP or signal.getsignal(n) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, handler) for number in taken}
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, signal.SIG_DFL if before is None else before)


@contextmanager
def stopping() -> Generator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, by KeyboardInterrupt."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with answered(stop, signal.SIGTERM, signal.SIGHUP):
        yield
