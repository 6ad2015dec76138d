"""What the cache of decoded images holds, and how it is cleared; only files that were written there by `shelf` are touched."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from striate.base.catalog import unknown
from striate.base.disk.files import is_temporary, kind_of
from striate.base.disk.lock import held
from striate.base.errors import DataError, printable
from striate.data.cache.place import decoded_folder
from striate.data.cache.shelf import read_record

_FOLDER = re.compile(r".+-[0-9a-f]{16}")
_FILE = re.compile(r"[0-9a-f]{16}\.(npy|json)")


@dataclass(frozen=True)
class Entry:
    """One array: the ``name`` of its data set, images, height, width, channels, bytes, when it was last used, and its files."""

    name: str
    shape: tuple[int, ...]
    size: int
    used: float
    roots: tuple[str, ...]
    folder: Path


def entries() -> list[Entry]:
    """Return what is kept, the last used first; a folder in which a process was killed has no shape."""
    found: list[Entry] = []
    for folder in _folders():
        records = [(path, record) for path in sorted(folder.glob("*.json")) if (record := read_record(path))]
        for path, record in records:
            size = sum(_size(path.with_suffix(ending)) for ending in (".npy", ".json"))
            shape, roots = tuple(record["shape"]), tuple(record["stamps"])
            found.append(Entry(record["name"], shape, size, path.stat().st_mtime, roots, folder))
        if not records:
            rest = sum(_size(path) for path in folder.iterdir())
            found.append(Entry(folder.name, (), rest, folder.stat().st_mtime, (), folder))
    return sorted(found, key=lambda entry: -entry.used)


def clear(name: str | None = None) -> tuple[int, int, list[str]]:
    """Remove what is kept of the data set ``name``, or all; return how many folders, their bytes, and those in use.

    Whoever has an array mapped keeps it until it is done. Raises DataError for a name of which nothing is kept.
    """
    there = entries()
    chosen = {entry.folder for entry in there if name in (None, entry.name)}
    if name is not None and not chosen:
        names = sorted({entry.name for entry in there})
        raise DataError(unknown("data set in the cache", name, names, most=20))
    cleared = freed = 0
    busy: list[str] = []
    for folder in sorted(chosen):
        if held(folder):
            busy.append(printable(folder.name))
            continue
        freed += _removed(folder)
        cleared += 1
    return cleared, freed, busy


def _removed(folder: Path) -> int:
    freed = 0
    # Records first, so that an array never looks whole while it goes.
    for path in sorted(folder.iterdir(), key=lambda path: path.suffix != ".json"):
        if kind_of(path) == "a file" and (_FILE.fullmatch(path.name) or path.name == "lock" or is_temporary(path)):
            freed += _size(path)
            with contextlib.suppress(OSError):
                path.unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()  # only where nothing else lies in it
    return freed


def _folders() -> list[Path]:
    try:
        with os.scandir(decoded_folder()) as found:
            return sorted(Path(e.path) for e in found if _FOLDER.fullmatch(e.name) and e.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
