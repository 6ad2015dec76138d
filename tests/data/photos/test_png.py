"""A PNG without its metadata: which chunks stay, and that damage stays damage."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from striate.data.photos.decode import decode, size_of
from striate.data.photos.png import essential


def written(**options: object) -> bytes:
    file = io.BytesIO()
    palette = Image.new("P", (3, 2), 1)
    palette.putpalette([1, 2, 3, 4, 5, 6])
    palette.save(file, "PNG", transparency=0, **options)
    return file.getvalue()


def chunks(content: bytes) -> list[bytes]:
    place, names = 8, []
    while place < len(content):
        names.append(content[place + 4 : place + 8])
        place += 12 + int.from_bytes(content[place : place + 4], "big")
    return names


def test_what_the_pixels_need_is_kept_and_nothing_else() -> None:
    info = PngInfo()
    info.add_text("note", "words")
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = written(pnginfo=info, icc_profile=b"profile", dpi=(72, 72), exif=exif)
    assert {b"tEXt", b"iCCP", b"pHYs"} < set(chunks(whole))
    kept = essential(io.BytesIO(whole))
    assert kept is not None
    assert chunks(kept.getvalue()) == [b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"IDAT", b"IEND"]
    assert chunks(written()) == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]


def test_an_exif_block_beyond_its_limit_is_left_out() -> None:
    kept = essential(io.BytesIO(written(exif=bytes(70_000))))
    assert kept is not None
    assert b"eXIf" not in chunks(kept.getvalue())


def test_a_file_that_is_cut_off_stays_so_and_what_follows_its_end_goes() -> None:
    whole = written()
    for length in (20, 40, len(whole) - 5):
        kept = essential(io.BytesIO(whole[:length]))
        assert kept is not None
        assert len(kept.getvalue()) <= length
        assert not kept.getvalue().endswith(whole[-5:])
    kept = essential(io.BytesIO(whole + b"more"))
    assert kept is not None
    assert kept.getvalue() == whole


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"\xff\xd8\xff\xe0"])
def test_what_is_no_png_gives_none(content: bytes) -> None:
    assert essential(io.BytesIO(content)) is None


ENDINGS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp", "BMP": ".bmp"}


def save(image: Image.Image, path: Path, kind: str | None = None, **options: object) -> Path:
    image.save(path, format=kind, **options)
    return path


def with_chunk(path: Path, name: bytes, data: bytes) -> Path:
    """Put a chunk after the header of the PNG in ``path``."""
    whole = path.read_bytes()
    path.write_bytes(whole[:33] + chunk(name, data) + whole[33:])
    return path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (b"zTXt", b"note\0\0" + zlib.compress(bytes(8_000_000))),
        (b"iCCP", b"profile\0\0" + zlib.compress(bytes(1_500_000))),
        (b"iCCP", b"profile\0\x07" + zlib.compress(b"of an unknown method")),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(1_100_000))),
        (b"tEXt", b"note\0" + bytes(64 << 20)),
        (b"eXIf", b"\x00\x08\x00\x02\x01\x12\x00\x03junk"),
        (b"gAMA", b""),
        (b"pHYs", b"\1"),
        (b"acTL", b"\xff"),
    ],
)
def test_metadata_that_cannot_be_read_do_not_cost_the_pixels(tmp_path: Path, name: bytes, data: bytes) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {} if name == b"eXIf" else {"exif": exif}
    path = with_chunk(save(array([[10, 20]]), tmp_path / "x.png", **options), name, data)
    # Turned by the EXIF that can be read: the left pixel comes to the top.
    assert decode(path).tolist() == ([[10, 20]] if name == b"eXIf" else [[10], [20]])
    assert size_of(path) == ((2, 1) if name == b"eXIf" else (1, 2))


def test_a_bomb_of_text_is_never_unpacked(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(16_000_000))
    path = with_chunk(save(Image.new("L", (4, 3)), tmp_path / "x.png"), b"zTXt", b"note\0\0" + bomb)
    tracemalloc.start()
    decode(path)
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_an_exif_block_of_junk_is_left_out(tmp_path: Path, kind: str) -> None:
    junk = b"Exif\0\0\x00\x08\x00\x02\x01\x12\x00\x03junk"
    path = save(Image.new("RGB", (8, 4), (90, 90, 90)), tmp_path / f"x{ENDINGS[kind]}", kind, exif=junk)
    assert decode(path).shape == (4, 8, 3)


def array(values: list[object], dtype: type = np.uint8) -> Image.Image:
    return Image.fromarray(np.array(values, dtype=dtype))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
