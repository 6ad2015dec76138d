"""Arrays of decoded images in the user cache: written once, whole or not at all, checked when they are opened, and mapped.

One folder holds what was read of one list of files in one way (names, sizes, resizing); in it each content has two files:

    CONTENT.npy     uint8 (N, H, W, C), NumPy's format, so that anything can map it
    CONTENT.json    sealed: shape, the digest of the images, the stamps (size and time) of the files they came from, notes

What is asked for is found by the stamps, or, where only times or places differ, by a hash over the bytes of the files. The
JSON is written last, so an array without one is a rest of a process that was killed, and is overwritten. One process writes at
a time; others wait and then map what it wrote. A damaged entry is said, removed and made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from striate.base.disk.files import kind_of, part_of_name, read_json, sync_folder, write_json
from striate.base.disk.lock import waited_for
from striate.base.disk.sealed_json import Form, checked, sealed
from striate.base.errors import RunError, StorageError, printable, reason, remark
from striate.data.cache.array_file import finished, with_room
from striate.data.cache.place import decoded_folder
from striate.data.imageset import Images, marks_of

FORMAT = 1  # raised when an array of the same question would have other pixels
_SHOWN = 40  # characters of the data set's name in a folder's


class _Record(Form):
    shape: list[int]
    digest: str
    content: str
    stamps: dict[str, str]
    told: dict[str, Any]
    fingerprints: dict[str, str]
    name: str


@dataclass(frozen=True)
class Question:
    """Whose images are asked for, and in which way: ``stamps`` are (name, size, time) of each file, in order."""

    name: str
    root: str
    stamps: Sequence[tuple[str, int, int]]
    way: dict[str, Any]

    @property
    def folder(self) -> Path:
        """The folder of all that may answer it."""
        asked = json.dumps([FORMAT, self.way, [stamp[:2] for stamp in self.stamps]], sort_keys=True)
        return (
            decoded_folder() / f"{part_of_name(self.name)[:_SHOWN]}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
        )

    @property
    def stamp(self) -> str:
        """What changes when a file does, or seems to."""
        return hashlib.sha256(json.dumps(list(self.stamps)).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Kept:
    """Images of the cache: mapped, read-only, checked; ``marks`` are those of `Split`; ``told`` is what was noted of them."""

    images: Images
    marks: tuple[bytes, ...]
    told: dict[str, Any]
    path: Path

    def fingerprint(self, arrangement: str, made: Callable[[], str]) -> str:
        """Return the fingerprint of these images in an ``arrangement`` (splits, labels), ``made`` where it is not known yet."""
        record = read_record(self.path)
        known = record["fingerprints"] if record else {}
        if arrangement in known:
            return str(known[arrangement])
        value = made()
        if record:
            with contextlib.suppress(StorageError):
                write_json(self.path, sealed({**record, "fingerprints": {**known, arrangement: value}}))
        return value


Allocate = Callable[[tuple[int, ...]], Images]
Fill = Callable[[Allocate], tuple[Images, dict[str, Any], str]]
"""Makes the images in an array that it is given: returns the part that was filled, what is to be told, and their content."""


def find_or_make(
    question: Question, content: Callable[[], str], fill: Fill, tell: Callable[[str], None]
) -> Kept | None:
    """Return the images of ``question``, from the cache or from ``fill``; None, after it is said, where the cache is no place.

    ``content`` hashes the files. What ``fill`` raises is raised, and leaves nothing.
    """
    folder = question.folder
    if found := _found(question, content):
        return found
    try:
        with waited_for(folder, lambda: tell("another process is reading these images; waiting for it")):
            return _found(question, content) or _made(question, fill)
    except (StorageError, RunError) as error:
        remark(f"the images are not kept in the cache, and will be read again the next time: {error}")
        return None


def _found(question: Question, content: Callable[[], str]) -> Kept | None:
    folder = question.folder
    records = [(path, record) for path in sorted(folder.glob("*.json")) if (record := read_record(path))]
    known = next((entry for entry in records if entry[1]["stamps"].get(question.root) == question.stamp), None)
    if known is None and records:
        same = content()
        known = next((entry for entry in records if entry[1]["content"] == same), None)
        if known is not None:
            record = {**known[1], "stamps": {**known[1]["stamps"], question.root: question.stamp}}
            with contextlib.suppress(StorageError):
                write_json(known[0], sealed(record))
    return _opened(*known) if known else None


def _opened(path: Path, record: dict[str, Any]) -> Kept | None:
    """Return what ``record`` describes, mapped and checked against its digest; None, and removed, where it is damaged."""
    array = path.with_suffix(".npy")
    try:
        if (kind := kind_of(array)) not in ("", "a file"):  # a pipe would be waited for
            raise ValueError(f"it is {kind}")
        images = np.load(array, mmap_mode="r", allow_pickle=False)
        if not isinstance(images, np.ndarray) or list(images.shape) != record["shape"] or images.dtype != np.uint8:
            raise ValueError("its shape is not that which was written")
        marks = marks_of(images)
        if _digest(marks) != record["digest"]:
            raise ValueError("its bytes are not those which were written")
    except (OSError, ValueError, EOFError) as error:
        remark(f"{printable(str(array))} in the cache is damaged ({reason(error)}); the images are read anew")
        for rest in (path, array):
            with contextlib.suppress(OSError):
                rest.unlink()
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # when it was last used
    return Kept(images, marks, record["told"], path)


def _made(question: Question, fill: Fill) -> Kept | None:
    folder = question.folder
    temporary = folder / f".striate-{os.getpid()}-{os.urandom(8).hex()}.tmp"

    def allocate(shape: tuple[int, ...]) -> Images:
        return with_room(temporary, shape)

    try:
        images, told, content = fill(allocate)
        if not len(images):
            return Kept(images, (), told, folder / "none.json")
        marks = marks_of(images)
        finished(temporary, images)
        shape = list(images.shape)
        path = folder / f"{content[:16]}.json"
        temporary.replace(path.with_suffix(".npy"))
        sync_folder(folder)
        record = {
            "name": question.name,
            "shape": shape,
            "digest": _digest(marks),
            "content": content,
            "stamps": {question.root: question.stamp},
            "way": question.way,
            "told": told,
            "fingerprints": {},
        }
        write_json(path, sealed(record))
    except OSError as error:
        raise StorageError(
            f"{printable(str(folder))} could not be written ({reason(error)}); free some space"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    mapped = np.load(path.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)
    return Kept(mapped, marks, told, path)


def _digest(marks: tuple[bytes, ...]) -> str:
    return hashlib.sha256(b"".join(marks)).hexdigest()


def read_record(path: Path) -> dict[str, Any] | None:
    """Return the record in ``path``; None where it is none, or damaged."""
    try:
        return checked(read_json(path), _Record) if kind_of(path) == "a file" else None
    except (OSError, ValueError):
        return None
