"""What a process does to the disk below a folder, one operation after another, and what may happen at one of them.

Operations: a file opened for writing, bytes written, fsync, rename, removal, a new folder. Their order is that of the program,
so that the k-th is the same one each time.
"""

from __future__ import annotations

import builtins
import io
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

Do = Callable[[], Any]
Act = Callable[[int, str, Do, Do], Any]  # number, kind, the operation, half of it
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Writes:
    """Gives every operation below ``root`` to ``act``, once `watch` was called; for a process that ends thereafter."""

    def __init__(self, root: Path, act: Act) -> None:
        self.count, self._act, self._root = 0, act, str(root.resolve())
        self._opens, self._low = io.open, os.open

    def watch(self) -> None:
        """Put this in the place of the functions of the system."""
        for name in ("replace", "rename", "unlink", "remove", "mkdir", "rmdir"):
            setattr(os, name, self._of_path(name, getattr(os, name)))
        for name in ("fsync", "ftruncate", "pwrite"):
            setattr(os, name, self._of_descriptor(name, getattr(os, name)))
        os.open = self._open_low
        io.open = builtins.open = self._open

    def operation(self, kind: str, path: object, do: Do, half: Do) -> Any:
        """Do an operation, or what happens in its place."""
        place = os.fspath(path) if isinstance(path, (str, os.PathLike)) else ""
        if not isinstance(place, str) or not os.path.abspath(place).startswith(self._root):
            return do()
        self.count += 1
        return self._act(self.count, kind, do, half)

    def _of_path(self, name: str, usual: Callable[..., Any]) -> Callable[..., Any]:
        def put(path: Any, *rest: Any, **named: Any) -> Any:
            return self.operation(name, path, lambda: usual(path, *rest, **named), lambda: None)

        return put

    def _of_descriptor(self, name: str, usual: Callable[..., Any]) -> Callable[..., Any]:
        def put(descriptor: int, *rest: Any) -> Any:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            return self.operation(name, path, lambda: usual(descriptor, *rest), lambda: None)

        return put

    def _open_low(self, path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if not flags & WRITING:
            return self._low(path, flags, *rest, **named)
        return self.operation("open", path, lambda: self._low(path, flags, *rest, **named), lambda: None)

    def _open(self, file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **named: Any) -> Any:
        if isinstance(file, int) or not set("wxa+") & set(mode) or named.get("opener"):
            return self._opens(file, mode, buffering, *rest, **named)
        raw = self.operation("open", file, lambda: _Raw(file, mode.replace("b", "").replace("t", "")), lambda: None)
        raw.writes = self
        if buffering == 0:
            return raw
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, *rest, **named)


class _Raw(io.FileIO):
    writes: Writes | None = None

    def write(self, content: Any) -> int:
        whole = bytes(content)
        if self.writes is None:
            return super().write(whole)
        usual = super().write
        return self.writes.operation("write", self.name, lambda: usual(whole), lambda: usual(whole[: len(whole) // 2]))


def counted(number: int, kind: str, do: Do, half: Do) -> Any:
    """Let the operation happen."""
    return do()


def dies(at: int, how: str) -> Act:
    """Return what kills the process ``before``, ``half`` through or ``after`` operation ``at``, as SIGKILL does."""

    def act(number: int, kind: str, do: Do, half: Do) -> Any:
        if number != at:
            return do()
        if how != "before":
            half() if how == "half" else do()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("a killed process went on")

    return act


def fails(at: int, code: int, lasting: bool) -> Act:
    """Return what refuses operation ``at`` with an error of the system; ``lasting`` also what comes after it.

    Half of what was to be written then stands there. Nobody is refused to remove what is there, or the room for it would never
    come back.
    """

    def act(number: int, kind: str, do: Do, half: Do) -> Any:
        if number < at or (number > at and not lasting) or kind in ("unlink", "remove", "rmdir"):
            return do()
        if kind == "write":
            half()
        raise OSError(code, os.strerror(code))

    return act
