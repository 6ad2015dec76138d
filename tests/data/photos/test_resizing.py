"""How photographs get another size: by hand, against Pillow on the whole, and at which scale a JPEG is decoded."""

from __future__ import annotations

import io
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from striate.data.photos.decode import photograph, unwarned
from striate.data.photos.levels import FULL
from striate.data.photos.resizing import USUAL, Filter, Fit, Resizing, padded, resizing_of

WIDE = np.tile(np.array([[10, 20, 30, 40, 50, 60, 70, 80]], np.uint8), (4, 1))


def test_each_fit_of_a_wide_image_by_hand() -> None:
    box = {"filter": "box"}
    assert USUAL(WIDE, 4, 4).tolist() == [[30, 40, 50, 60]] * 4
    assert Resizing("squash", "box")(WIDE, 4, 4).tolist() == [[15, 35, 55, 75]] * 4
    assert Resizing("pad", "box")(WIDE, 4, 4).tolist() == [[0] * 4, [15, 35, 55, 75], [15, 35, 55, 75], [0] * 4]
    assert Resizing("pad", **box)(WIDE.T.copy(), 4, 4).T.tolist() == Resizing("pad", "box")(WIDE, 4, 4).tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", get_args(Filter))
def test_the_filter_is_pillows(kind: Filter) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    expected = Image.fromarray(pixels).resize((7, 7), Image.Resampling[kind.upper()])
    for fit in get_args(Fit):
        np.testing.assert_array_equal(Resizing(fit, kind)(pixels, 7, 7), np.asarray(expected))


def test_the_same_size_is_left_alone() -> None:
    for fit in get_args(Fit):
        assert Resizing(fit, "lanczos")(WIDE, 4, 8) is WIDE


@pytest.mark.parametrize(
    ("width", "height", "side", "crop", "pad"),
    [
        (1000, 700, 100, 4, 8),  # of 700 a quarter is 175, an eighth 87
        (1000, 700, 240, 2, 4),
        (500, 375, 64, 4, 4),
        (3000, 2250, 224, 8, 8),
        (500, 375, 375, 1, 1),
        (64, 64, 64, 1, 1),
        (40, 30, 64, 1, 1),
    ],
)
def test_the_scale_is_the_largest_that_leaves_enough(width: int, height: int, side: int, crop: int, pad: int) -> None:
    assert Resizing("crop").scale_of(width, height, side) == crop
    assert Resizing("squash").scale_of(height, width, side) == crop
    assert Resizing("pad").scale_of(width, height, side) == pad
    assert Resizing("crop", full=True).scale_of(width, height, side) == 1


def test_padding_rounds_halves_to_even_and_keeps_a_pixel() -> None:
    assert padded(100, 50, 10, 10) == (10, 5)
    assert padded(4, 1, 10, 10) == (10, 2)  # 2.5
    assert padded(1, 1000, 10, 10) == (1, 10)


def test_what_a_file_says_is_read_again_and_anything_else_is_none() -> None:
    for made in (USUAL, Resizing("pad", "lanczos", full=True)):
        assert resizing_of(made.to_json()) == made
    for strange in (None, 3, {}, {**USUAL.to_json(), "fit": "stretch"}, {**USUAL.to_json(), "filter": None}):
        assert resizing_of(strange) is None


def test_words() -> None:
    assert USUAL.in_words() == "cropped and resized"
    assert Resizing("squash", "box").in_words() == "squashed (filter box)"
    assert Resizing("pad").in_words() == "resized whole, between black bars,"


@pytest.fixture(scope="module")
def photo() -> bytes:
    """A smooth picture of 320 x 240 as a JPEG of quality 90, its colours at half resolution."""
    coarse = np.random.default_rng(0).normal(size=(12, 16, 3))
    planes = [
        Image.fromarray(coarse[..., c].astype(np.float32)).resize((320, 240), Image.Resampling.BICUBIC)
        for c in (0, 1, 2)
    ]
    pixels = np.stack([np.asarray(plane) for plane in planes], axis=-1)
    pixels = (255 * (pixels - pixels.min()) / np.ptp(pixels)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="JPEG", quality=90)
    return file.getvalue()


@pytest.mark.parametrize(("side", "least"), [(32, 1), (64, 1), (128, 0)])
def test_scaled_decoding_is_close_to_full_decoding(tmp_path: Path, photo: bytes, side: int, least: int) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(photo)
    with unwarned():
        scaled, full = (
            photograph(path, FULL, side, Resizing(full=whole)).pixels.astype(int) for whole in (False, True)
        )
    apart = np.abs(scaled - full)
    assert (apart.max() > 0) == bool(least)  # 240 is not enough to be halved for 128, and then nothing differs
    assert apart.mean() < 1.0  # of 255; a smooth picture
    assert apart.max() <= 8


def test_facts_and_size_are_those_of_the_file(tmp_path: Path, photo: bytes) -> None:
    path = tmp_path / "a.jpg"
    image = Image.open(io.BytesIO(photo))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.convert("CMYK").save(path, exif=exif)
    with unwarned():
        made = photograph(path, FULL, 30, USUAL)
    assert (made.width, made.height, made.pixels.shape) == (240, 320, (30, 30, 3))
    assert made.facts == {"turned", "CMYK"}
