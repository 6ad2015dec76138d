"""The size that a WebP file declares, read before Pillow opens it: its decoder takes memory for the whole canvas at once.

    RIFF, length (4 bytes), WEBP, then a chunk: its type (4), its length (4), its content

    VP8X    at byte 24 of the file: width - 1 and height - 1 of the canvas, 3 bytes each
    VP8     at byte 26: width and height, 14 bits of 2 bytes each
    VP8L    at byte 21: width - 1 and height - 1, 14 bits each

All little-endian. Source: RFC 9649, sections 2.5 to 2.7 and 3.4; RFC 6386, section 9.1.
"""

from __future__ import annotations

from typing import BinaryIO

_HEADER = 30  # bytes
_SIDE = 0x3FFF


def declared(file: BinaryIO) -> tuple[int, int] | None:
    """Return (width, height) in pixels; None where ``file`` does not begin as a WebP does, or is too short to tell."""
    file.seek(0)
    head = file.read(_HEADER)
    if len(head) < _HEADER or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    kind = head[12:16]
    if kind == b"VP8X":
        return _number(head[24:27]) + 1, _number(head[27:30]) + 1
    if kind == b"VP8 ":
        return _number(head[26:28]) & _SIDE, _number(head[28:30]) & _SIDE
    if kind == b"VP8L":
        both = _number(head[21:25])
        return (both & _SIDE) + 1, (both >> 14 & _SIDE) + 1
    return None


def _number(part: bytes) -> int:
    return int.from_bytes(part, "little")
