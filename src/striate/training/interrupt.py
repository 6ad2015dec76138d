"""Ctrl-C and termination as a wish that the loop grants between two updates, so that nothing is cut in half."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_requests() -> Generator[Callable[[], bool], None, None]:
    """Yield a function that tells whether SIGINT or SIGTERM came; a second SIGINT raises KeyboardInterrupt at once.

    Outside the main thread signals cannot be caught, and the function always answers no.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
