"""One image file at a time: every kind of pixel, against values worked by hand, and every kind of damage."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.data.photos import decode as subject
from striate.data.photos.decode import FORMATS, Unreadable, decode
from striate.data.photos.resizing import USUAL

ENDINGS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp", "BMP": ".bmp"}
LOSSLESS = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}


def save(image: Image.Image, path: Path, kind: str | None = None, **options: object) -> Path:
    image.save(path, format=kind, **options)
    return path


def array(values: list[object], dtype: type = np.uint8) -> Image.Image:
    return Image.fromarray(np.array(values, dtype=dtype))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def bmp_header(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IHHI", 100, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, *[0] * 6)


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("upper", [False, True])
def test_colour_survives_each_format(tmp_path: Path, kind: str, upper: bool) -> None:
    pixels = np.zeros((8, 16, 3), np.uint8)
    pixels[:, :8] = (200, 100, 50)
    pixels[:, 8:] = (10, 20, 30)
    ending = ENDINGS[kind].upper() if upper else ENDINGS[kind]
    path = save(Image.fromarray(pixels), tmp_path / f"x{ending}", kind, **LOSSLESS.get(kind, {}))
    tolerance = 2 if kind == "JPEG" else 0
    np.testing.assert_allclose(decode(path).astype(int), pixels.astype(int), atol=tolerance)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "JPEG"])
def test_grey_stays_grey(tmp_path: Path, kind: str) -> None:
    path = save(Image.new("L", (4, 3), 77), tmp_path / f"x{ENDINGS[kind]}", kind)
    np.testing.assert_array_equal(decode(path), np.full((3, 4), 77))


def test_one_bit_becomes_black_and_white(tmp_path: Path) -> None:
    path = save(Image.fromarray(np.array([[True, False]])), tmp_path / "x.png")
    assert decode(path).tolist() == [[255, 0]]


def test_a_palette_becomes_colour(tmp_path: Path) -> None:
    image = array([[0, 1]])
    image.putpalette([10, 20, 30, 200, 100, 50])
    assert decode(save(image, tmp_path / "x.png")).tolist() == [[[10, 20, 30], [200, 100, 50]]]


def test_what_is_transparent_lies_over_white(tmp_path: Path) -> None:
    # Alpha 0 is white, 255 the colour, and 51 one fifth of black over white: 204.
    colours = array([[[9, 9, 9, 0], [9, 8, 7, 255], [0, 0, 0, 51]]])
    assert decode(save(colours, tmp_path / "a.png")).tolist() == [[[255] * 3, [9, 8, 7], [204] * 3]]
    grey = Image.merge("LA", (array([[9, 9, 0]]), array([[0, 255, 51]])))
    assert decode(save(grey, tmp_path / "b.png")).tolist() == [[255, 9, 204]]
    palette = array([[0, 1]])
    palette.putpalette([10, 20, 30, 200, 100, 50])
    assert decode(save(palette, tmp_path / "c.png", transparency=0)).tolist() == [[[255] * 3, [200, 100, 50]]]
    marked = array([[[1, 2, 3], [4, 5, 6]]])
    assert decode(save(marked, tmp_path / "d.png", transparency=(1, 2, 3))).tolist() == [[[255] * 3, [4, 5, 6]]]


def test_cmyk_becomes_colour(tmp_path: Path) -> None:
    path = save(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), tmp_path / "x.jpg", quality=100)
    np.testing.assert_allclose(decode(path).astype(int), np.full((8, 8, 3), (255, 0, 0)), atol=3)


# Where each orientation of EXIF puts a stored row of three pixels 1 2 3 and a row 4 5 6 below it.
ORIENTED = {
    1: [[1, 2, 3], [4, 5, 6]],
    2: [[3, 2, 1], [6, 5, 4]],
    3: [[6, 5, 4], [3, 2, 1]],
    4: [[4, 5, 6], [1, 2, 3]],
    5: [[1, 4], [2, 5], [3, 6]],
    6: [[4, 1], [5, 2], [6, 3]],
    7: [[6, 3], [5, 2], [4, 1]],
    8: [[3, 6], [2, 5], [1, 4]],
}


@pytest.mark.parametrize("orientation", ORIENTED)
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_rotation_of_the_camera_is_applied(tmp_path: Path, orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.repeat(np.array([[1, 2, 3], [4, 5, 6]], np.uint8)[..., None] * 40, 3, axis=2)
    path = save(Image.fromarray(stored), tmp_path / f"x{ENDINGS[kind]}", kind, exif=exif, **LOSSLESS.get(kind, {}))
    assert (decode(path)[..., 0] // 40).tolist() == ORIENTED[orientation]


def test_the_first_of_several_frames_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), (shade, 0, 0)) for shade in (10, 200, 255)]
    path = save(frames[0], tmp_path / "x.png", save_all=True, append_images=frames[1:])
    assert decode(path)[0, 0].tolist() == [10, 0, 0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"SIMPLE  =  T",
        b"8BPS\0\1",
    ],
)
@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_no_accepted_image_is_refused(tmp_path: Path, content: bytes, ending: str) -> None:
    path = tmp_path / f"x{ending}"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="not a PNG, JPEG, WebP or BMP"):
        decode(path)


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "PPM", "ICO", "TGA"])
def test_formats_that_pillow_knows_besides_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(Unreadable, match=r"(not a|and) PNG, JPEG, WebP (or|and) BMP"):
        decode(save(Image.new("RGB", (32, 32)), tmp_path / "x.png", kind))


def test_an_ending_must_name_the_content(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="holds JPEG, which its extension does not say; rename it"):
        decode(save(Image.new("RGB", (8, 8)), tmp_path / "x.png", "JPEG"))
    assert decode(save(Image.new("RGB", (8, 8)), tmp_path / "x.jpeg", "JPEG")).shape == (8, 8, 3)


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_image_is_refused_and_never_filled(tmp_path: Path, kind: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = save(Image.fromarray(noise), tmp_path / f"x{ENDINGS[kind]}", kind)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(Unreadable, match=r"cut off or damaged|header is damaged"):
        decode(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.png", png_header(100_000, 100_000), r"more than 50,000,000"),
        ("x.png", png_header(10_000, 5_001), r"has 10000 x 5001 pixels, more than 50,000,000"),
        ("x.bmp", bmp_header(9_000, 9_000), r"has 9000 x 9000 pixels"),
        ("x.png", png_header(2**31 - 1, 2**31 - 1), "more than"),
    ],
)
def test_too_many_pixels_are_refused_before_decoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, words: str
) -> None:
    def never(_image: Image.Image) -> np.ndarray:
        pytest.fail("it was decoded")

    monkeypatch.setattr(subject, "_pixels", never)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=words):
        decode(tmp_path / name)


def test_exactly_the_limit_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "PIXEL_LIMIT", 12)
    path = save(Image.new("L", (4, 3)), tmp_path / "x.png")
    assert decode(path).shape == (3, 4)
    with pytest.raises(Unreadable, match="has 13 x 1 pixels, more than 12"):
        decode(save(Image.new("L", (13, 1)), path))


@pytest.mark.parametrize(
    ("extension", "kind"),
    [(".jfif", "JPEG"), (".jpe", "JPEG"), (".JPE", "JPEG"), (".mpo", "JPEG"), (".apng", "PNG"), (".dib", "BMP")],
)
def test_other_extensions_of_the_accepted_formats(tmp_path: Path, extension: str, kind: str) -> None:
    assert decode(save(Image.new("L", (3, 2), 7), tmp_path / f"x{extension}", kind)).tolist() == [[7] * 3] * 2


def test_every_extension_that_pillow_has_for_an_accepted_format_is_accepted() -> None:
    kinds = {kind for accepted in FORMATS.values() for kind in accepted}
    assert {ending for ending, kind in Image.registered_extensions().items() if kind in kinds} == set(FORMATS)


def test_a_jpeg_without_its_last_bytes_is_refused(tmp_path: Path) -> None:
    path = save(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)), tmp_path / "x.jpg")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(Unreadable, match="is cut off or damaged"):
        decode(path)


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/zero"), lambda path: path.symlink_to("nowhere")],
    ids=["pipe", "folder", "device", "dangling"],
)
def test_what_is_no_regular_file_is_never_read(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "x.png")
    with pytest.raises(
        Unreadable, match=r"could not be opened \((it is not a regular file|No such file or directory)\)"
    ):
        decode(tmp_path / "x.png")


def test_a_file_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    path = save(Image.new("L", (4, 3)), tmp_path / "x.png")
    os.truncate(path, subject.FILE_LIMIT + 1)
    with pytest.raises(Unreadable, match="has 536,870,913 bytes, more than 536,870,912"):
        decode(path)


@pytest.mark.parametrize("kind", ENDINGS)
def test_random_damage_gives_an_image_or_one_kind_of_error(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "words"
    noise = np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    options = {} if kind == "BMP" else {"exif": exif}
    path = save(Image.fromarray(noise), tmp_path / f"x{ENDINGS[kind]}", kind, **options)
    whole = path.read_bytes()
    rng = np.random.default_rng(1)
    refused = 0
    for _ in range(150):
        changed = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 300 if rng.random() < 0.7 else len(whole)), 3):
            changed[place] = int(rng.integers(256))
        path.write_bytes(changed)
        try:
            assert decode(path).dtype == np.uint8
        except Unreadable:
            refused += 1
    assert refused > 5


def test_a_square_is_the_middle_resampled() -> None:
    wide = np.tile(np.array([0, 0, 10, 10, 90, 90, 0, 0], np.uint8), (4, 1))
    # Halving weighs four neighbours 1 3 3 1: (0 + 3*10 + 3*10 + 90) / 8 = 18.75 and (10 + 3*90 + 3*90 + 0) / 8 = 68.75.
    assert USUAL(wide, 4, 4).tolist() == [[10, 10, 90, 90]] * 4
    assert USUAL(wide, 2, 2).tolist() == [[19, 69]] * 2
    assert USUAL(wide.T.copy(), 2, 2).tolist() == [[19, 19], [69, 69]]
    colour = np.repeat(wide[..., None], 3, axis=2)
    assert USUAL(colour, 2, 2).shape == (2, 2, 3)
    assert USUAL(colour, 16, 16).shape == (16, 16, 3)


@pytest.mark.parametrize(("width", "height", "side"), [(30, 10, 5), (20, 40, 10), (12, 12, 3), (9, 3, 6)])
def test_a_square_is_the_whole_resized_and_its_middle_cut_out(width: int, height: int, side: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    scale = side / min(width, height)
    size = (round(width * scale), round(height * scale))
    whole = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
    top, left = (size[1] - side) // 2, (size[0] - side) // 2
    oracle = whole[top : top + side, left : left + side]
    np.testing.assert_allclose(USUAL(pixels, side, side).astype(int), oracle.astype(int), atol=1)


def test_an_extreme_shape_costs_no_more_than_its_square() -> None:
    strip = np.full((1, 3_000_000), 7, np.uint8)
    np.testing.assert_array_equal(USUAL(strip, 64, 64), np.full((64, 64), 7))
