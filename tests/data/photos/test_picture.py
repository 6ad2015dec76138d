"""Pictures to look at: read by the rules of the decoder, fitted to a net, and refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.base.errors import DataError
from striate.data.photos import picture as subject
from striate.data.photos.decode import photograph
from striate.data.photos.picture import (
    Picture,
    Reading,
    all_fitted,
    coloured,
    enlarged,
    fitted,
    read_folder,
    read_picture,
)
from striate.data.photos.resizing import USUAL, Resizing


def save(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


def of(width: int, height: int) -> Picture:
    return Picture("a", np.zeros((height, width, 3), np.uint8), "a.png")


def test_a_photograph_is_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter, clockwise
    wide = Image.new("RGB", (40, 20))
    wide.paste((255, 0, 0), (0, 0, 20, 20))
    made = read_picture(save(wide, tmp_path / "turned.jpg", exif=exif, quality=95))
    assert made.pixels.shape == (40, 20, 3)
    assert made.pixels[5, 10, 0] > 200
    assert made.pixels[35, 10, 0] < 50
    assert (made.name, made.origin, made.label) == ("turned", str(tmp_path / "turned.jpg"), None)


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("L", 100, 100),
        ("1", 1, 255),
        ("I;16", 25700, 100),
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("LA", (10, 255), 10),
        ("P", 0, (0, 0, 0)),
    ],
)
def test_every_kind_of_pixel_is_defined(tmp_path: Path, mode: str, value: object, expected: object) -> None:
    made = read_picture(save(Image.new(mode, (3, 2), value), tmp_path / "x.png"))
    assert np.all(made.pixels == expected)
    assert made.pixels.shape == (2, 3, 1 if isinstance(expected, int) else 3)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"there is no image file .*cat\.png; give a PNG, JPEG, WebP or BMP file, or a fol"
    ):
        read_picture(tmp_path / "cat.png")
    (tmp_path / "notes.txt").write_text("a")
    with pytest.raises(
        DataError, match=r"notes\.txt does not end in \.png, \.apng, \.jpg, .*, \.bmp, \.dib; convert or rename"
    ):
        read_picture(tmp_path / "notes.txt")
    save(Image.new("L", (9, 9)), tmp_path / "b.png").rename(tmp_path / "b.jpg")
    with pytest.raises(DataError, match=r"b\.jpg holds PNG, which its extension does not say; rename it"):
        read_picture(tmp_path / "b.jpg")
    (tmp_path / "cut.png").write_bytes(save(Image.new("L", (99, 99)), tmp_path / "c.png").read_bytes()[:60])
    with pytest.raises(DataError, match=r"cut\.png is cut off or damaged"):
        read_picture(tmp_path / "cut.png")


def test_a_folder_is_read_in_order_and_its_faults_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no image"):
        read_folder(tmp_path)
    for name in ("b", "a"):
        save(Image.new("L", (4, 4)), tmp_path / f"{name}.png")
    (tmp_path / "notes.txt").write_text("passed over")
    assert [p.name for p in read_folder(tmp_path)] == ["a", "b"]
    for name in ("x", "y"):
        (tmp_path / f"{name}.png").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"x\.png is not a PNG.*; .*y\.png is not a PNG"):
        read_folder(tmp_path)


def test_a_folder_of_too_many_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MOST", 1)
    for name in ("b", "a"):
        save(Image.new("L", (4, 4)), tmp_path / f"{name}.png")
    with pytest.raises(DataError, match="holds 2 images, and at most 1 are looked at; name some of them"):
        read_folder(tmp_path)


def test_the_middle_is_kept() -> None:
    wide = np.tile(np.arange(8, dtype=np.uint8) * 10, (4, 1))[..., None]
    assert USUAL(wide, 4, 4)[..., 0].tolist() == [[20, 30, 40, 50]] * 4
    assert USUAL(wide, 4, 8) is not None
    assert USUAL(wide, 4, 8).tolist() == wide.tolist()
    assert USUAL(wide, 2, 4).shape == (2, 4, 1)
    # 4 x 8 to 4 x 2: the middle two columns of the height's scale.
    assert USUAL(wide, 4, 2)[..., 0].tolist() == [[30, 40]] * 4


def test_grey_and_colours_become_what_the_net_takes() -> None:
    grey = np.full((2, 2, 1), 7, np.uint8)
    red = np.zeros((2, 2, 3), np.uint8)
    red[..., 0] = 200
    assert coloured(grey, 3).tolist() == np.full((2, 2, 3), 7).tolist()
    assert coloured(grey, 1).shape == (2, 2, 1)
    assert coloured(red, 1)[..., 0].tolist() == [[60, 60], [60, 60]]  # 0.299 * 200
    with pytest.raises(DataError, match="the net takes images of 4 channels, and a picture has 1 or 3"):
        coloured(red, 4)


def test_a_small_picture_is_refused_and_all_of_them_are_told() -> None:
    assert fitted(of(40, 33), (32, 32, 3)).shape == (32, 32, 3)
    with pytest.raises(
        DataError, match=r"a\.png has 31 x 40 pixels, and the net needs 32 x 32 or more; give a larger pic"
    ):
        fitted(of(31, 40), (32, 32, 3))
    with pytest.raises(DataError, match=r"has 31 x 40 pixels.*; .*has 8 x 8 pixels"):
        all_fitted([of(31, 40), of(40, 40), of(8, 8)], (32, 32, 3))
    assert all_fitted([of(40, 40), of(32, 32)], (32, 32, 3)).shape == (2, 32, 32, 3)


def test_between_bars_the_longer_side_counts_and_a_small_one_may_become_larger() -> None:
    pad = Resizing("pad")
    assert fitted(of(20, 64), (32, 32, 3), pad).shape == (32, 32, 3)  # becomes 10 x 32
    with pytest.raises(DataError, match="has 20 x 31 pixels"):
        fitted(of(20, 31), (32, 32, 3), pad)
    assert fitted(of(8, 8), (32, 32, 3), enlarge=True).shape == (32, 32, 3)
    assert enlarged([of(8, 8), of(40, 40)], (32, 32, 3)) == [
        "1 picture is smaller than the net's images, and was made larger: a.png"
    ]
    assert enlarged([of(40, 40)], (32, 32, 3)) == []


def test_a_jpeg_is_decoded_as_training_decodes_it(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 300, 3), np.uint8)
    path = save(Image.fromarray(noise), tmp_path / "a.jpg", quality=95)
    trained = photograph(path, None, 32, USUAL).pixels
    picture = read_picture(path, Reading(side=32))
    assert picture.pixels.shape == (50, 38, 3)  # an eighth
    np.testing.assert_array_equal(fitted(picture, (32, 32, 3)), trained)
    assert np.abs(fitted(read_picture(path), (32, 32, 3)).astype(int) - trained).max() > 0
    assert read_picture(path, Reading(side=32, resizing=Resizing(full=True))).pixels.shape == (400, 300, 3)


def test_a_folder_of_folders_names_them(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    with pytest.raises(DataError, match="itself holds no image, and has the folders cat: name these"):
        read_folder(tmp_path)
