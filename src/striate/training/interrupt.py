"""Ctrl-C, termination and a closed terminal as a wish that the loop grants between two updates: nothing is cut in half."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from striate.base.signals import answered


@contextmanager
def stop_requests() -> Generator[Callable[[], bool], None, None]:
    """Yield a function that tells whether SIGINT, SIGTERM or SIGHUP came; a second SIGINT raises KeyboardInterrupt at once.

    A SIGHUP that is ignored, as under nohup, stays so. Outside the main thread signals cannot be caught, and the function
    always answers no.
    """
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()

    with answered(ask, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        yield asked.is_set
