"""Images of 16 bits a channel: every value, for each layout that PNG has, against the values that were written."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.data.photos import png16 as sixteen
from striate.data.photos.decode import Deep, Unreadable, decode, range_of
from striate.data.photos.levels import Levels


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


def save(image: Image.Image, path: Path, kind: str | None = None, **options: object) -> Path:
    image.save(path, format=kind, **options)
    return path


def array(values: list[object], dtype: type = np.uint8) -> Image.Image:
    return Image.fromarray(np.array(values, dtype=dtype))


def test_sixteen_bits_are_scaled_and_rounded(tmp_path: Path) -> None:
    # 257 sixteen-bit steps make one of eight: 128 rounds down to 0, 129 up to 1, 65535 is white.
    path = save(array([[0, 128, 129, 257, 32896, 65535]], np.uint16), tmp_path / "x.png")
    assert decode(path).tolist() == [[0, 0, 1, 1, 128, 255]]


def png16(values: np.ndarray) -> bytes:
    """Return a PNG of 16 bits a channel, ``values`` (H, W, C) of grey, grey and opacity, colour, colour and opacity."""
    height, width, channels = values.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_are_scaled_by_the_levels_that_are_given(tmp_path: Path, channels: int) -> None:
    values = np.array([[1930, 1950], [2000, 2029]])[..., None].repeat(channels, axis=2)
    if channels in (2, 4):
        values[..., -1] = 65535  # opaque
    path = tmp_path / "x.png"
    path.write_bytes(png16(values))
    with pytest.raises(Deep):
        decode(path, None)
    assert range_of(path) == (1930, 2029)
    # (v - 1930) * 255 / 99: 0, 51.5, 180.3, 255
    made = decode(path, Levels(1930, 2029))
    assert (made if made.ndim == 2 else made[..., 0]).tolist() == [[0, 52], [180, 255]]
    assert made.ndim == 2 or (made[..., :1] == made).all()
    with pytest.raises(
        Unreadable, match="has 16-bit values from 1930 to 2029, and those of the data set lie between 0 an"
    ):
        decode(path, Levels(0, 2028))
    # The full range has 257 values a level: 7 or 8, and never more than the upper byte.
    assert set(np.unique(decode(path))) <= {7, 8}


def test_sixteen_bits_under_a_transparent_pixel_are_white(tmp_path: Path) -> None:
    values = np.array([[[100, 0], [100, 65535], [200, 65535]]])
    (tmp_path / "x.png").write_bytes(png16(values))
    assert decode(tmp_path / "x.png", Levels(100, 200))[0, :, 0].tolist() == [255, 0, 255]


def test_an_image_of_eight_bits_has_no_range_and_needs_no_levels(tmp_path: Path) -> None:
    path = save(Image.new("L", (4, 3), 9), tmp_path / "x.png")
    assert range_of(path) is None
    assert decode(path, None).max() == 9
    assert range_of(tmp_path / "absent.png") is None
