"""A PNG file without its metadata: what is needed for the pixels, for a file whose text or colour profile cannot be read.

    signature, then chunks: length (4 bytes, big-endian), type (4), content, CRC-32 (4)

A type that starts with a capital is critical. Source: W3C, Portable Network Graphics, third edition, 2025, section 5.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_EXIF_LIMIT = 1 << 16  # bytes, as in a JPEG


def essential(file: BinaryIO) -> io.BytesIO | None:
    """Return the PNG in ``file`` with nothing but header, palette, transparency, pixels and EXIF of at most 64 KiB.

    Nothing is decompressed, and what is left out is not read. None where ``file`` does not start like a PNG.
    """
    file.seek(0)
    if file.read(len(SIGNATURE)) != SIGNATURE:
        return None
    kept = io.BytesIO()
    kept.write(SIGNATURE)
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind in _KEPT or (kind == b"eXIf" and length <= _EXIF_LIMIT):
            kept.write(head)
            kept.write(file.read(length + 4))
        else:
            file.seek(length + 4, io.SEEK_CUR)
        if kind == b"IEND":
            break
    kept.seek(0)
    return kept
