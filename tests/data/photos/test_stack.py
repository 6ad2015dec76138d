"""Images of a folder in one array: sizes, channels and levels, in whatever order they come."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.base.errors import DataError
from striate.data.cache import memory_limit as memory
from striate.data.photos import stack as subject
from striate.data.photos.decode import decode
from striate.data.photos.levels import Levels
from striate.data.photos.resizing import USUAL
from striate.data.photos.stack import stacked
from striate.data.photos.survey import Survey

RNG = np.random.default_rng(0)
PIXELS = {
    "grey": RNG.integers(0, 256, (5, 5), np.uint8),
    "colour": RNG.integers(0, 256, (5, 5, 3), np.uint8),
    "wide": RNG.integers(0, 256, (5, 9), np.uint8),
}


def of(root: Path, names: tuple[str, ...]) -> Survey:
    found = Survey(root)
    for place, name in enumerate(names):
        Image.fromarray(PIXELS[name]).save(root / f"{place}.png")
    found.files = {"train": [(root / f"{place}.png", place) for place in range(len(names))]}
    return found


@pytest.mark.parametrize("names", list(itertools.permutations(PIXELS)))
@pytest.mark.parametrize("side", [None, 4])
def test_every_order_gives_the_same_images(tmp_path: Path, names: tuple[str, ...], side: int | None) -> None:
    made = stacked(of(tmp_path, names), side)
    assert made.images.shape == (3, side or 64, side or 64, 3)
    assert made.resized
    for name, found in zip(names, made.images, strict=True):
        expected = USUAL(PIXELS[name], side or 64, side or 64)
        np.testing.assert_array_equal(found, expected[..., None].repeat(3, 2) if expected.ndim == 2 else expected)


def test_one_size_is_kept_and_the_files_that_were_read_are_told(tmp_path: Path) -> None:
    found = of(tmp_path, ("grey", "colour", "grey"))
    (tmp_path / "0.png").write_bytes(b"")
    made = stacked(found, None)
    assert made.images.shape == (2, 5, 5, 3)
    assert [label for _, label in made.files["train"]] == [1, 2]
    assert [line.split(" ")[0] for line in found.damaged] == ["0.png"]
    assert (made.resized, made.levels) == (False, None)


def test_a_large_size_is_only_taken_when_it_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = of(tmp_path, ("wide", "wide", "grey"))
    monkeypatch.setattr(memory, "limit", lambda: 3 * 64 * 64)
    assert stacked(found, None).images.shape == (3, 64, 64, 1)
    monkeypatch.setattr(memory, "limit", lambda: 3 * 64 * 64 - 1)
    with pytest.raises(DataError, match=r"the 3 images of .* at 64 x 64 pixels"):
        stacked(found, None)
    monkeypatch.setattr(memory, "limit", lambda: 100)
    with pytest.raises(
        DataError, match=r"at 9 x 5 pixels, .*; give image_size to have them made smaller, or fewer images"
    ):
        stacked(of(tmp_path, ("wide", "wide", "wide")), None)


def test_the_range_of_sixteen_bits_is_that_of_all_and_looked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = of(tmp_path, ("grey", "grey", "grey"))
    for place, low in ((1, 600), (2, 500)):
        Image.fromarray(np.arange(low, low + 25, dtype=np.uint16).reshape(5, 5)).save(tmp_path / f"{place}.png")
    calls: list[int] = []
    original = subject._range
    monkeypatch.setattr(subject, "_range", lambda paths: calls.append(1) or original(paths))
    made = stacked(found, None)
    assert (made.levels, made.range, len(calls)) == (Levels(500, 624), (500, 624), 1)
    np.testing.assert_array_equal(made.images[1, ..., 0], decode(tmp_path / "1.png", Levels(500, 624)))


def test_no_more_is_read_once_the_full_range_is_certain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(subject, "range_of", lambda path: read.append(path.name) or (0, 65535))
    assert subject._range([tmp_path / "a", tmp_path / "b"]) is None
    assert read == ["a"]
