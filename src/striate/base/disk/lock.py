"""A folder that one process holds at a time, and how others see that it does.

The lock is the system's (flock) on a file named ``lock``, so it ends with its process however that ends. In the file
stand the number of the process and its machine, for people. Whoever can take the lock knows that nobody holds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import socket
import time
from collections.abc import Callable, Generator
from pathlib import Path

from striate.base.disk.files import is_temporary, kind_of, make_folder, refusals, refuse_links, sweep
from striate.base.errors import RunError, StorageError, printable

NAME = "lock"
FORM = re.compile(rb"(\d{1,10}( [\w.-]{1,255})?\s?)?")
EVERY = 0.1  # seconds between two looks at a lock that somebody holds
PATIENCE = 0.5  # seconds: someone who only looks (`held`) has it for an instant
SAFE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


@contextlib.contextmanager
def locked(folder: Path, *inner: str) -> Generator[None]:
    """Hold ``folder`` for this process while the block runs, and sweep it and its ``inner`` folders.

    Raises RunError naming the process that holds it, or when what is named ``lock`` there is not ours; StorageError when
    an inner folder is a link.
    """
    make_folder(folder)
    path = folder / NAME
    said = printable(str(folder))
    with refusals(path):
        if (kind := kind_of(path)) not in ("", "a file"):
            raise RunError(
                f'"{said}" has {kind} named {NAME}, and a file is expected; remove it, or choose another `out`'
            )
        # The file stays when the lock is given up: removed, two processes could hold two files of one name.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | SAFE, 0o666)
    try:
        taken = _taken(descriptor)
        # Read before it is judged who holds it, so that a stranger's file of this name is never written over.
        before = os.pread(descriptor, 512, 0)
        if not FORM.fullmatch(before):
            raise RunError(
                f'"{said}" has a file named {NAME} that striate did not write; remove it, or choose another `out`'
            )
        if not taken:
            number, _, host = before.decode().strip().partition(" ")
            where = f" on {host}" if host and host != socket.gethostname() else ""
            raise RunError(f'"{said}" is in use by process {number or "?"}{where}; wait for it, or stop it first')
        with refusals(path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()} {socket.gethostname()}\n".encode(), 0)
        for name in inner:
            refuse_links(folder / name, folder)
        for place in (folder, *(folder / name for name in inner)):
            sweep(place)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def waited_for(folder: Path, waiting: Callable[[], None] | None = None) -> Generator[None]:
    """Hold ``folder`` for this process, after whoever holds it is done; ``waiting`` is called once where somebody does.

    Raises as `locked`, but for a folder that is in use; StorageError where the lock may not be opened.
    """
    lock = folder / NAME
    told = False
    while True:
        if kind_of(lock) and not os.access(lock, os.R_OK | os.W_OK):
            raise StorageError(f"{printable(str(lock))} may not be opened; name another place with STRIATE_CACHE")
        while held(folder):
            if waiting is not None and not told:
                waiting()
            told = True
            time.sleep(EVERY)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(folder))
            except RunError:
                if held(folder):  # somebody else was quicker
                    continue
                raise
            yield
            return


def _taken(descriptor: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        except OSError as error:
            raise StorageError(f"this disk has no locks ({error.strerror}); choose another folder") from error


def held(folder: Path) -> bool:
    """Return whether a process holds ``folder``; True too where that cannot be seen. Nothing is written."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | SAFE)
    except PermissionError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder(folder: Path) -> tuple[int, str] | None:
    """Return the number and the machine of the process that holds ``folder``, as it wrote them; None where none does."""
    if not held(folder):
        return None
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | SAFE)
    except OSError:
        return None
    try:
        found = FORM.fullmatch(os.read(descriptor, 512))
    except OSError:
        return None
    finally:
        os.close(descriptor)
    number, _, host = (found[0] if found else b"").decode().strip().partition(" ")
    return (int(number), host) if number else None


def unused(folder: Path) -> bool:
    """Return whether ``folder`` is absent or holds only what a start that was cut short leaves: a lock, temporary files."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    left = [path for path in folder.iterdir() if not is_temporary(path) and not _is_lock(path)]
    return all(kind_of(path) == "a folder" and not any(path.iterdir()) for path in left)


def _is_lock(path: Path) -> bool:
    if path.name != NAME or kind_of(path) != "a file":
        return False
    with path.open("rb") as file:
        return FORM.fullmatch(file.read(512)) is not None
