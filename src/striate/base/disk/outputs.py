"""Files that a person names: a new name, or what was written here before. Whatever else stands there is left alone.

What is written carries a mark among its first or last bytes, in the words of its own format: a comment at the end of
HTML, SVG, LaTeX and zip (npz, pt2), a text of the metadata in safetensors and ONNX. A table in CSV, which knows no comment,
is recognised by its header. A file that has the mark is replaced, an empty one is filled, any other is refused.
"""

from __future__ import annotations

import os
from pathlib import Path

from striate.base.disk.files import kind_of, refusals, refuse_dash, regular_or_absent, write_bytes
from striate.base.errors import StorageError, printable

MARK = "striate:output"
ENDS = (
    128  # bytes at the start and at the end of a file, one of which holds the mark; an archive of ours has it elsewhere
)


def claim(path: Path, mark: str = MARK) -> None:
    """Raise StorageError unless ``path`` can be written: a new name in a folder, or a file with ``mark``.

    To be asked before what takes long, so that nothing is lost at its end.
    """
    said = printable(str(path))
    with refusals(path):
        regular_or_absent(path)
        if not path.parent.is_dir():
            raise StorageError(
                f"{said} could not be written: there is no folder {printable(str(path.parent))}; make it first"
            )
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise StorageError(
                f"{said} could not be written: {printable(str(path.parent))} is a folder without permission to write; "
                "choose another folder"
            )
        if kind_of(path) and not ours(path, mark):
            raise StorageError(f"{said} exists, and striate did not write it; remove it, or choose another name")


def claim_folder(folder: Path, *files: str) -> None:
    """Raise StorageError unless ``files`` can be written into ``folder``, which need not exist yet and is not made."""
    with refusals(folder):
        refuse_dash(folder)
        if (kind := kind_of(folder)) and not folder.is_dir():
            raise StorageError(
                f"{printable(str(folder))} is {kind}, and a folder is expected; choose another one with `out`"
            )
        if kind:
            for name in files:
                claim(folder / name)
            return
        there = next(level for level in folder.parents if level.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            what = "a folder without permission to write" if there.is_dir() else "not a folder"
            raise StorageError(
                f"the folder {printable(str(folder))} could not be made: {printable(str(there))} is {what}; "
                "choose another one with `out`"
            )


def write_output(path: Path, content: str | bytes, mark: str = MARK) -> None:
    """Write ``content``, which holds ``mark`` at one of its ends, as `write_bytes` does, where `claim` allows it."""
    made = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    if not _marked(made[:ENDS], made[-ENDS:], mark):
        raise ValueError(f"an output for {path.suffix} lacks its mark")
    claim(path, mark)
    write_bytes(path, made)


def ours(path: Path, mark: str = MARK) -> bool:
    """Return whether ``path`` is a regular file with ``mark``, or an empty one; a symbolic link is not followed."""
    if kind_of(path) != "a file":
        return False
    try:
        with open(path, "rb", buffering=0, opener=_opener) as file:
            head = file.read(ENDS)
            file.seek(max(0, os.fstat(file.fileno()).st_size - ENDS))
            return not head or _marked(head, file.read(ENDS), mark)
    except OSError:
        return False


def _opener(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _marked(head: bytes, tail: bytes, mark: str) -> bool:
    return mark.encode() in head or mark.encode() in tail
