"""16 bits to 8: which range a set uses, by hand, and that no value of the set is clipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.base.errors import DataError
from striate.data.photos.folder import load_folder
from striate.data.photos.levels import FULL, Levels, levels_of


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 65535, FULL),
        (1000, 40000, FULL),
        (0, 4095, Levels(0, 4095)),
        (200, 3900, Levels(0, 4095)),  # 12 bits, not all of them used
        (1930, 2029, Levels(1930, 2029)),
        (30000, 30100, Levels(30000, 30100)),
        (0, 255, Levels(0, 255)),
        (0, 3, Levels(0, 3)),  # a mask of four classes
        (63, 126, Levels(0, 255)),  # 63 is 255 // 4
        (63, 125, Levels(63, 125)),
        (2000, 2000, FULL),
        (0, 0, FULL),
    ],
)
def test_the_range_of_a_set(low: int, high: int, expected: Levels) -> None:
    assert levels_of(low, high) == expected


def test_values_are_scaled_and_rounded() -> None:
    values = np.array([[0, 2048, 4095]], np.uint16)
    assert Levels(0, 4095).eight_bits(values).tolist() == [[0, 128, 255]]  # 2048 * 255 / 4095 = 127.53
    assert FULL.eight_bits(np.array([0, 128, 129, 257, 32896, 65535], np.uint16)).tolist() == [0, 0, 1, 1, 128, 255]


def test_no_value_of_the_set_is_clipped_and_the_order_holds() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        low, high = sorted(rng.integers(0, 65536, 2).tolist())
        levels = levels_of(low, high)
        assert levels.low <= low <= high <= levels.high
        scaled = levels.eight_bits(np.arange(low, high + 1, dtype=np.uint16)).astype(int)
        assert (np.diff(scaled) >= 0).all()
        if high > low + 255:
            assert len(np.unique(scaled)) >= 64


def put(path: Path, shade: int | tuple[int, int, int] = 100, size: tuple[int, int] = (4, 4)) -> Path:
    """Write an image of one shade but for its last pixel, which is black; ``size`` is (W, H)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("L" if isinstance(shade, int) else "RGB", size, shade)
    image.putpixel((size[0] - 1, size[1] - 1), 0 if isinstance(shade, int) else (0, 0, 0))
    image.save(path)
    return path


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """train: two cats of shade 10 and 11, one dog of 20; val: a dog of 21; test: a cat of 12 and a dog of 22."""
    root = tmp_path / "pets"
    put(root / "train/dog/a.png", 20)
    put(root / "train/cat/b.PNG", 11)
    put(root / "train/cat/a.png", 10)
    put(root / "val/dog/a.png", 21)
    put(root / "test/cat/a.bmp", 12)
    put(root / "test/dog/a.png", 22)
    return root


def deep(path: Path, low: int, high: int) -> Path:
    """Write a grey image of 16 bits whose 16 values go from ``low`` to ``high``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.linspace(low, high, 16).astype(np.uint16).reshape(4, 4)).save(path)
    return path


def test_sixteen_bits_are_scaled_by_the_range_of_the_set_and_it_is_said(tmp_path: Path) -> None:
    for number in range(3):
        deep(tmp_path / f"train/a/{number}.png", 1930, 1960 + number)
        deep(tmp_path / f"train/b/{number}.png", 1990, 2020 + number)
    deep(tmp_path / "test/a/0.png", 1925, 1969)
    deep(tmp_path / "test/b/0.png", 1991, 2029)
    whole = load_folder(tmp_path)
    assert whole.levels == Levels(1925, 2029)
    assert whole.notes == ("the images of 16 bits use the values 1925 to 2029, and 1925 to 2029 became 0 to 255",)
    assert whole.test is not None
    # (v - 1925) * 255 / 104: nothing is clipped, and the same value is the same pixel in every image.
    assert (whole.test.images[0].min(), whole.test.images[1].max()) == (0, 255)
    assert whole.train.images[0, 0, 0, 0] == 12
    assert load_folder(tmp_path, levels=Levels(0, 4095)).train.images.max() == 126
    with pytest.raises(
        DataError, match=r"test/a/0\.png has 16-bit values from 1925 to 1969, and those of the data set lie"
    ):
        load_folder(tmp_path, levels=Levels(1930, 2029))


def test_full_sixteen_bits_and_eight_bits_lie_side_by_side(pets: Path) -> None:
    deep(pets / "train/cat/c.png", 0, 65535)
    whole = load_folder(pets)
    assert whole.levels == Levels(0, 65535)
    assert whole.notes[0] == "of the images of 16 bits, the values 0 to 65535 became 0 to 255"
    assert whole.train.images[:3, 0, 0, 0].tolist() == [10, 11, 0]
    assert whole.train.images[2].max() == 255
