"""The size in the header of a WebP file: as Pillow writes it, and judged before Pillow opens it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from striate.data.photos.decode import Unreadable, decode
from striate.data.photos.webp import declared


def written(size: tuple[int, int], kind: bytes, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, "WEBP", **options)
    assert file.getvalue()[12:16] == kind
    return file.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (300, 7), (16383, 2)])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (b"VP8 ", {"lossless": False}),
        (b"VP8L", {"lossless": True}),
        (b"VP8X", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
    ],
)
def test_it_is_what_pillow_wrote(size: tuple[int, int], kind: bytes, options: dict[str, Any]) -> None:
    assert declared(io.BytesIO(written(size, kind, **options))) == size


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"\x89PNG\r\n\x1a\n" + bytes(40), b"RIFF" + bytes(4) + b"WEBPABCD" + bytes(40)]
)
def test_of_anything_else_nothing_is_told(content: bytes) -> None:
    assert declared(io.BytesIO(content)) is None


def test_a_large_canvas_is_refused_before_pillow_takes_memory_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(written((8, 8), b"VP8 "))
    content[26:30] = (10_000).to_bytes(2, "little") * 2
    (tmp_path / "large.webp").write_bytes(content)
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("opened"))
    with pytest.raises(Unreadable, match="has 10000 x 10000 pixels, more than 50,000,000"):
        decode(tmp_path / "large.webp")
