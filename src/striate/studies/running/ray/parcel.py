"""The files of a run on their way between the study's folder and a node that does not see it.

A parcel holds the files that changed since the last one, by their names relative to the study's folder, and None for one that
is gone. Files of ours are replaced whole; tables and event files are appended to, and may end within a line, which a run that
goes on makes whole. They are unpacked in an order in which a run folder can be continued from at every moment: what says that a
run has ended comes last.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from striate.base.disk.files import is_temporary, kind_of, make_folder, write_bytes
from striate.base.disk.lock import NAME as LOCK
from striate.base.errors import RunError, printable

Parcel = dict[str, bytes | None]
Stamp = tuple[int, int, int]  # inode, bytes, time of the last change in ns
FIRST = ("recipe.json", "environment.json")
LAST = ("test.json", "status.json")


def stamps(folder: Path, within: Path) -> dict[str, Stamp]:
    """Return what tells each file below ``folder`` from what it will be, by its name relative to ``within``."""
    found = dict[str, Stamp]()
    for path in folder.rglob("*"):
        if path.name == LOCK or is_temporary(path) or kind_of(path) != "a file":
            continue
        with contextlib.suppress(FileNotFoundError):
            seen = path.stat()
            found[path.relative_to(within).as_posix()] = (seen.st_ino, seen.st_size, seen.st_mtime_ns)
    return found


def packed(within: Path, known: Mapping[str, Stamp], now: Mapping[str, Stamp]) -> Parcel:
    """Return what changed between two `stamps` of files below ``within``."""
    parcel = Parcel()
    for name, stamp in now.items():
        if known.get(name) != stamp:
            with contextlib.suppress(FileNotFoundError):  # replaced by a later one in between: the next parcel has that
                parcel[name] = (within / name).read_bytes()
    return parcel | dict.fromkeys(known.keys() - now.keys())


def unpack(parcel: Mapping[str, bytes | None], within: Path, places: Collection[str]) -> None:
    """Write the files of ``parcel`` into the folder ``within``, and remove what is gone.

    Every name must be one of ``places`` or below one. Raises RunError for another, before anything is written; StorageError.
    """
    for name in parcel:
        parts = PurePosixPath(name).parts
        inside = any(name == place or name.startswith(f"{place}/") for place in places)
        if not inside or ".." in parts or "." in parts or parts[-1] == LOCK or name != "/".join(parts):
            raise RunError(f'a node sent a file named "{printable(name[:200])}", which is none of its run')
    for name in sorted(parcel, key=_rank):
        path, content = within / name, parcel[name]
        make_folder(path.parent, within)
        if content is not None:
            write_bytes(path, content)
    for name, content in parcel.items():
        if content is None and kind_of(within / name) == "a file":
            with contextlib.suppress(FileNotFoundError):
                (within / name).unlink()


def _rank(name: str) -> tuple[int, str]:
    """The order in which files are written: a checkpoint's tensors before the JSON that vouches for them."""
    last = name.rpartition("/")[2]
    if last in FIRST:
        return FIRST.index(last), name
    if last in LAST:
        return 6 + LAST.index(last), name
    return (2 if last.endswith(".safetensors") else 3 if "/checkpoints/" in name else 4), name
