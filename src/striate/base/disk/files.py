"""Files that are either whole or absent.

A write goes to a temporary file in the same folder, is flushed and synced, renamed over the final name, and then the
folder is synced: after a crash a reader finds the old content or the new, never a part of it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Generator
from pathlib import Path
from typing import Any

from striate.base.disk.strict_json import dump_json, parse_json
from striate.base.errors import StorageError, printable

KINDS = (
    (stat.S_ISREG, "a file"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "a device"),
)

JSON_LIMIT = 2**26  # bytes of a record of ours


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` durably and atomically; its folder must exist.

    Raises StorageError naming the file and the system's reason; then the file holds its previous content, or, where only
    the last step failed (making the new name durable), the new one. What is there and is not a regular file (a symbolic
    link, a folder, a pipe, a socket, a device) is refused and left alone.
    """
    with refusals(path):
        regular_or_absent(path)
        temporary = path.with_name(f".striate-{os.getpid()}-{secrets.token_hex(8)}.tmp")
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


def grow(path: Path, more: bytes, size: int) -> bool:
    """Append ``more`` durably to the regular file at ``path`` where it has ``size`` bytes; False where it is not that file.

    A crash may leave a part of it, and who reads the file must know where a whole piece ends. Raises StorageError.
    """
    with refusals(path):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return False
        with open(descriptor, "ab", buffering=0) as file:
            seen = os.fstat(descriptor)
            if not stat.S_ISREG(seen.st_mode) or seen.st_size != size:
                return False
            while more:
                more = more[file.write(more) :]
            os.fsync(descriptor)
    return True


@contextlib.contextmanager
def refusals(path: Path) -> Generator[None]:
    """While the block runs, what the system says against writing ``path`` becomes a StorageError with its reason."""
    said = printable(str(path))
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError(
            f"{said} could not be written: there is no folder {printable(str(path.parent))}; make it first"
        ) from error
    except OSError as error:
        raise StorageError(f"{said} could not be written ({error.strerror or error}); {advice(error)}") from error
    except ValueError as error:  # a NUL, which no name of a file can hold; half a character, which UTF-8 cannot
        raise StorageError(f"{said} could not be written ({printable(str(error))}); choose another name") from error


def advice(error: OSError) -> str:
    """Return what someone can do about what the system refused."""
    if error.errno == errno.ENAMETOOLONG:
        return "choose a shorter name"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP):
        return "choose another folder"
    return "free some space or choose another folder"


def regular_or_absent(path: Path) -> None:
    """Raise StorageError when ``path`` is anything but a regular file or a new name; nothing is followed."""
    refuse_dash(path)
    if (kind := kind_of(path)) not in ("", "a file"):
        todo = "name a file in it" if kind == "a folder" else "choose another name"
        raise StorageError(f"{printable(str(path))} could not be written: it is {kind}; {todo}")


def refuse_dash(path: Path) -> None:
    """Raise StorageError for "-", by which other programs mean their output, and which would become a name here."""
    if path.name == "-":
        raise StorageError('"-" cannot be a name here, since output goes to files and folders; choose another name')


def kind_of(path: Path) -> str:
    """Return what stands at ``path``, a symbolic link not followed: "a file", "a folder" ..., or nothing for a new name."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return next((kind for is_one, kind in KINDS if is_one(mode)), "neither file nor folder")


def is_temporary(path: Path) -> bool:
    """Return whether ``path`` is what `write_bytes` leaves when it is killed: a regular file with a name of this form."""
    return re.fullmatch(r"\.striate-\d+-[0-9a-f]{16}\.tmp", path.name) is not None and kind_of(path) == "a file"


def part_of_name(text: str) -> str:
    """Return ``text`` as a part of a default name of a file or folder: no slash, nothing unprintable, 100 bytes at most."""
    plain = "".join(c if c.isprintable() and c not in "/\\:" else "-" for c in text)
    return plain.encode("utf-8")[:100].decode("utf-8", "ignore").strip(" .") or "unnamed"


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable (a rename is not, until its folder is synced)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # one may write here and not read, and what cannot be opened cannot be synced
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, within: Path | None = None) -> None:
    """Create ``folder`` and its parents durably; raises StorageError with the system's reason when that is refused.

    Below ``within``, which is a folder of ours, nothing is followed: a symbolic link there is refused.
    """
    said = printable(str(folder))
    try:
        refuse_dash(folder)
        if within is not None:
            refuse_links(folder, within)
        missing = [level for level in (folder, *folder.parents) if not level.exists()]
        for level in reversed(missing):
            level.mkdir(exist_ok=True)
            sync_folder(level.parent)
        if not folder.is_dir():
            raise StorageError(
                f"the folder {said} could not be made: it is {kind_of(folder)}; choose another one with `out`"
            )
    except OSError as error:
        raise StorageError(
            f"the folder {said} could not be made ({error.strerror or error}); choose another one with `out`"
        ) from error
    except ValueError as error:  # a NUL, or half a character
        raise StorageError(f"no folder can have the name {said}; choose another one with `out`") from error


def refuse_links(folder: Path, within: Path) -> None:
    """Raise StorageError where a level of ``folder`` below ``within`` is anything but a folder or a new name."""
    level = within
    for part in folder.relative_to(within).parts:
        level /= part
        if (kind := kind_of(level)) not in ("", "a folder"):
            raise StorageError(
                f"{printable(str(level))} is {kind}, and a folder is expected there, which is written to and tidied; "
                "put a folder in its place, or choose another `out`"
            )


def sweep(folder: Path) -> None:
    """Remove the temporary files of writers that were killed; only for the one process that holds the folder."""
    for path in folder.glob(".striate-*.tmp"):
        if is_temporary(path):
            with contextlib.suppress(OSError):
                path.unlink()


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 ``text`` as `write_bytes` does; half a character, which UTF-8 cannot hold, is written as its code."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as strict, indented JSON as `write_bytes` does; non-finite numbers survive."""
    write_text(path, dump_json(value))


def read_json(path: Path, limit: int = JSON_LIMIT) -> Any:
    """Return what `write_json` wrote; raises OSError or ValueError, for the caller knows what the file should be.

    Only a regular file of at most ``limit`` bytes is read, nested at most 64 deep, with every name once in its object, and
    no number that JSON cannot write. A sealed record ends as it was written, with a new line.
    """
    text = read_text(path, limit)
    value = parse_json(text)
    if isinstance(value, dict) and "seal" in value and not text.endswith("\n"):
        raise ValueError("its end is missing")
    return value


def read_text(path: Path, limit: int) -> str:
    """Return the UTF-8 text of a regular file of at most ``limit`` bytes; raises OSError or ValueError, saying what it is."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # or opening a pipe would wait for its writer
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is not a regular file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"it is larger than {limit:,} bytes")
    return content.decode("utf-8")


def digest(content: bytes) -> str:
    """Return the SHA-256 of ``content`` as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
