"""A PNG without its metadata: which chunks stay, and that damage stays damage."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from striate.data.png import essential


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
