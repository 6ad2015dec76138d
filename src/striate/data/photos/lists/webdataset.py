"""Images in tar archives as webdataset writes them: members of one key belong together, KEY.png or KEY.jpg and KEY.cls.

A key ends at the first dot after the last slash; what follows is the kind, matched by its last part. Names that begin with a
dot are passed over. All members of an archive are gathered, whatever stands between them; keys without an image or a label are
counted. Only headers are read until an image is decoded, so an archive must not be compressed. Source: Aizman, Maltby and
Breuel, High Performance I/O for Large Scale Deep Learning, 2019; observed with webdataset 1.0.2.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, printable, reason
from striate.data.photos.decode import FORMATS
from striate.data.photos.lists.rows import Row, survey_of
from striate.data.photos.source import Slice
from striate.data.photos.survey import Survey
from striate.data.readers.parts import all_part_files

_EXTENDING = (
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
)
_MOST_HEADER = 1 << 20  # bytes of a name or of pax records
ENDINGS = (".tar", ".tar.gz", ".tgz")
_LABELS = ("cls", "class", "json", "txt")
_MOST_LABEL = 1 << 16  # bytes
_SEVERAL = ", and one is expected"
_MOST_MEMBERS = 50_000_000


def survey_webdataset(path: Path) -> Survey:
    """Return the images of a tar archive, or of those in a folder; raises DataError where one is damaged."""
    files, notes = all_part_files(path, ENDINGS)
    rows = [row for part, several in files.items() for file in several for row in _rows(part, file)]
    if not any(row.source for row in rows) and not any(row.fault.endswith(_SEVERAL) for row in rows):
        raise DataError(
            f"{printable(str(path))} has no member that is an image; accepted extensions are {', '.join(FORMATS)}"
        )
    if all(row.label is None for row in rows):
        raise DataError(
            f"{printable(str(path))} has images and no labels; a member KEY.cls, KEY.json or KEY.txt holds one each;"
            " where its folders are the classes, unpack it and give the folder"
        )
    found = survey_of(path, rows)
    found.notes += notes
    return found


class _Header(tarfile.TarInfo):
    """A header that is refused where it would have a gigabyte of name or of pax records read for the one after it."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        """Return the header of a block; raises HeaderError, as tarfile's own does."""
        made = super().frombuf(buf, encoding, errors)
        if made.type in _EXTENDING and made.size > _MOST_HEADER:
            raise tarfile.HeaderError(f"a header of {made.size:,} bytes")
        return made


def _rows(part: str, archive: Path) -> Iterator[Row]:
    images: dict[str, list[Slice]] = {}
    labels: dict[str, str] = {}
    shown = printable(str(archive))
    try:
        # Opened without decompression: a member is then a part of the file, and can be read by itself.
        with open_regular(archive) as file, tarfile.open(fileobj=file, mode="r:", tarinfo=_Header) as tar:
            for number, member in enumerate(tar):
                if number > _MOST_MEMBERS:
                    raise DataError(f"{shown} has more than {_MOST_MEMBERS:,} members; split it")
                cast(Any, tar).members.clear()  # or each header would be kept
                folder, slash, base = member.name.rpartition("/")
                stem, _, kind = base.partition(".")
                if not member.isreg() or not stem:  # macOS leaves ._img.png, which webdataset passes over too
                    continue
                key, ending = f"{folder}{slash}{stem}", kind.rpartition(".")[2].lower()
                if f".{ending}" in FORMATS:
                    name = f"{archive.name}:{member.name}"
                    images.setdefault(key, []).append(Slice(archive, name, member.offset_data, member.size))
                elif ending in _LABELS and member.size <= _MOST_LABEL:
                    content = tar.extractfile(member)
                    label = _label(ending, content.read() if content else b"")
                    if label is not None and (ending != "txt" or key not in labels):
                        labels[key] = label
            file.seek(tar.offset)
            if file.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):  # Python's own reader ends there in silence
                raise EOFError("its end is missing")
    except (OSError, EOFError, ValueError, RecursionError, tarfile.TarError) as error:
        raise DataError(_refusal(archive, error)) from error
    for key, several in images.items():
        if len(several) > 1:
            yield Row(f"{archive.name}:{key}", None, labels.get(key), part, f"has {len(several)} images{_SEVERAL}")
        else:
            yield Row(several[0].name, several[0], labels.get(key), part)
    for key in (key for key in labels if key not in images):
        yield Row(f"{archive.name}:{key}", None, labels[key], part, "has a label and no image")


def _refusal(archive: Path, error: Exception) -> str:
    if archive.suffix in (".gz", ".tgz"):
        return (
            f"{printable(str(archive))} is compressed, so no image in it can be read by itself; unpack it with gunzip"
        )
    return f"{printable(str(archive))} is not a plain tar archive, or is damaged ({reason(error)}); fetch it again"


def _label(ending: str, content: bytes) -> str | None:
    text = content.decode("utf-8", "replace").strip()
    if ending != "json":
        return text or None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(told, dict):
        told = next((told[name] for name in ("label", "cls", "class") if name in told), None)
    return str(told) if isinstance(told, (str, int)) else None
