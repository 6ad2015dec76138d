"""Files that are either whole or absent, and JSON that every strict parser accepts.

A write goes to a temporary file in the same folder, is flushed and synced, renamed over the final name, and then the
folder is synced: after a crash a reader finds the old content or the new, never a part of it.
A non-finite number is written as ``{"nonfinite": "nan"}``, since JSON has no word for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from striate.base.errors import StorageError

JSON_LIMIT = 2**29  # bytes: a checkpoint's mark holds the whole history
DEPTH = 64
NONFINITE = ("nan", "inf", "-inf")


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` durably and atomically; its folder must exist.

    Raises StorageError naming the file and the system's reason; then the file holds its previous content, or, where only
    the last step failed (making the new name durable), the new one.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            # Whatever failed, the temporary file is useless; a failed fsync is final (Linux may have dropped the pages).
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)
    except FileNotFoundError as error:
        raise StorageError(f"{path} could not be written: there is no folder {path.parent}; make it first") from error
    except OSError as error:
        raise StorageError(
            f"{path} could not be written ({error.strerror or error}); free some space or choose another folder"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable (a rename is not, until its folder is synced)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create ``folder`` and its parents; raises StorageError with the system's reason when that is refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"the folder {folder} could not be made ({error.strerror or error}); choose another one with --out"
        ) from error


def unused(folder: Path) -> bool:
    """Tell whether ``folder`` is absent or holds only what a start that was cut short leaves: a lock, temporary files."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    left = [
        p for p in folder.iterdir() if p.name != "lock" and not (p.name.startswith(".") and p.name.endswith(".tmp"))
    ]
    return all(path.is_dir() and not any(path.iterdir()) for path in left)


def sweep(folder: Path) -> None:
    """Remove the temporary files of writers that were killed; only for the one process that holds the folder."""
    for path in folder.glob(".*.tmp"):
        with contextlib.suppress(OSError):
            path.unlink()


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 ``text`` as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as strict, indented JSON as `write_bytes` does; non-finite numbers survive."""
    write_text(path, dump_json(value))


def dump_json(value: Any) -> str:
    """Return ``value`` as strict JSON, ending in a newline."""
    return json.dumps(encode(value), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def read_json(path: Path, limit: int = JSON_LIMIT) -> Any:
    """Return what `write_json` wrote; raises OSError or ValueError, for the caller knows what the file should be.

    Only a regular file of at most ``limit`` bytes is read, nested at most 64 deep, with every name once in its object, and
    no number that JSON cannot write.
    """
    return parse_json(read_text(path, limit))


def parse_json(text: str) -> Any:
    """Return the value of a JSON text, as `read_json` does; raises ValueError."""
    try:
        value = json.loads(text, object_pairs_hook=_decode, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError(f"it is nested more than {DEPTH} deep") from None
    level, depth = [value], 0
    while level:
        if (depth := depth + 1) > DEPTH:
            raise ValueError(f"it is nested more than {DEPTH} deep")
        level = [item for part in level for item in _items(part)]
    return value


def read_text(path: Path, limit: int) -> str:
    """Return the UTF-8 text of a regular file of at most ``limit`` bytes; raises OSError or ValueError, saying what it is."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # or opening a pipe would wait for its writer
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no regular file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"it is larger than {limit:,} bytes")
    return content.decode("utf-8")


def digest(content: bytes) -> str:
    """Return the SHA-256 of ``content`` as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def encode(value: Any) -> Any:
    """Return ``value`` with every non-finite number in the form that JSON can hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"nonfinite": repr(float(value))}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


def _decode(pairs: list[tuple[str, Any]]) -> Any:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(
            f"the name {next(name for name in names if names.count(name) > 1)[:40]!r} comes twice in one object"
        )
    if value.keys() != {"nonfinite"}:
        return value
    if value["nonfinite"] not in NONFINITE:
        raise ValueError("a number that is not finite is nan, inf or -inf")
    return float(value["nonfinite"])


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _refuse(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _items(value: Any) -> list[Any]:
    """Return the lists and objects right inside of a list or an object."""
    inside: list[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [item for item in inside if isinstance(item, (dict, list))]
