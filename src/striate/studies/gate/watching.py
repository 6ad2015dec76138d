"""A process beside a gate that ends what the gate has started, where the gate itself is killed and can end nothing."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Generator

GRACE = 5.0  # seconds between SIGTERM and SIGKILL
WATCH = f"""
import os, signal, sys, time
groups = set()
for line in sys.stdin.buffer:
    number = int(line)
    groups.discard(-number)
    groups.update([number] if number > 0 else [])
for number in (signal.SIGTERM, signal.SIGKILL):  # the end of the pipe: who held it is gone
    for group in groups:
        try:
            os.killpg(group, number)
        except OSError:
            pass
    if groups:
        time.sleep({GRACE})
"""
Watch = Callable[[int], None]
"""Told the group of processes that is to be ended where this process is killed; and its negative once it has ended."""


@contextlib.contextmanager
def watching() -> Generator[Watch]:
    """While the block runs, have a process ready that ends what a command started when this process is killed."""
    words = [sys.executable, "-I", "-S", "-c", WATCH]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True, bufsize=0
    )
    assert process.stdin is not None
    pipe = process.stdin

    def watch(group: int) -> None:
        with contextlib.suppress(OSError):
            pipe.write(b"%d\n" % group)

    try:
        yield watch
    finally:
        pipe.close()
        process.wait()
