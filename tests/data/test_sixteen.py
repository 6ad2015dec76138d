"""Images of 16 bits a channel: every value, for each layout that PNG has, against the values that were written."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from striate.data import sixteen


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def subtracted(row: np.ndarray, channels: int) -> bytes:
    """Return a row (W, C) of 16-bit values with PNG's filter Sub: each byte less that of the pixel to the left."""
    plain = np.frombuffer(row.astype(">u2").tobytes(), np.uint8)
    left = np.concatenate([np.zeros(2 * channels, np.uint8), plain[: -2 * channels]])
    return b"\1" + (plain - left).tobytes()


@pytest.mark.parametrize(("channels", "kind"), [(1, 0), (2, 4), (3, 2), (4, 6)])
def test_every_value_is_read(channels: int, kind: int) -> None:
    values = np.random.default_rng(0).integers(0, 65536, (7, 5, channels))
    header = struct.pack(">IIBBBBB", 5, 7, 16, kind, 0, 0, 0)
    content = zlib.compress(b"".join(subtracted(row, channels) for row in values))
    file = io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b""))
    with Image.open(file) as image:
        assert sixteen.is_deep(image)
        assert sixteen.is_grey(image) == (channels == 1)
        found = sixteen.values(image, file)
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, values[..., 0] if channels == 1 else values)
    assert sixteen.shown(found).shape == ((7, 5) if channels in (1, 2) else (7, 5, 3))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_eight_bits_are_not_deep(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (3, 2)).save(file, "PNG")
    with Image.open(file) as image:
        assert not sixteen.is_deep(image)
