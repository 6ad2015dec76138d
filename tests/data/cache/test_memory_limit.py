"""The bound of memory: a quarter of what there is, of the container's where that is less."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from striate.base.errors import DataError
from striate.data.cache import memory_limit as memory
from striate.data.photos.folder import load_folder


def test_a_quarter_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_BOUNDS", ())
    assert memory.limit() == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
    monkeypatch.delattr(os, "sysconf")
    assert memory.limit() == 4 << 30


@pytest.mark.parametrize(("content", "share"), [("4000\n", 1000), ("max\n", None), ("", None), ("\xff", None)])
def test_a_container_may_have_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, share: int | None
) -> None:
    (tmp_path / "memory.max").write_text(content, encoding="latin-1")
    monkeypatch.setattr(memory, "_BOUNDS", (tmp_path / "memory.max", tmp_path / "absent"))
    monkeypatch.setattr(memory, "_machine", lambda: 80_000)
    assert memory.limit() == (share or 20_000)


def test_bytes_are_said_in_words() -> None:
    assert [memory.gigabytes(n) for n in (3_932_160_000, 100_000_000, 2_500_000)] == ["3.9 GB", "0.1 GB", "2.5 MB"]


def put(path: Path, shade: int | tuple[int, int, int] = 100, size: tuple[int, int] = (4, 4)) -> Path:
    """Write an image of one shade but for its last pixel, which is black; ``size`` is (W, H)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("L" if isinstance(shade, int) else "RGB", size, shade)
    image.putpixel((size[0] - 1, size[1] - 1), 0 if isinstance(shade, int) else (0, 0, 0))
    image.save(path)
    return path


def test_images_that_do_not_fit_into_memory_are_refused_before_they_are_read(
    pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "limit", lambda: 95)  # six images of 4 x 4 are 96 bytes
    with pytest.raises(DataError, match=r"the 6 images of .* need 0\.0 MB at 4 x 4 pixels, and may have a quarter"):
        load_folder(pets)
    with pytest.raises(DataError, match=r"at 8 x 8 pixels, .*; give a smaller image_size, or fewer images"):
        load_folder(pets, image_size=8)
    assert load_folder(pets, image_size=3).image_shape == (3, 3, 1)
    put(pets / "test/dog/z.png", (1, 2, 3))  # three channels need three times as much
    with pytest.raises(DataError, match="at 3 x 3 pixels"):
        load_folder(pets, image_size=3)
    assert load_folder(pets, image_size=2).image_shape == (2, 2, 3)


def test_photographs_of_several_sizes_need_no_more_than_their_squares(
    pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(pets / "train/cat/a.png", 10, (300, 200))
    monkeypatch.setattr(memory, "limit", lambda: 6 * 64 * 64)
    assert load_folder(pets).image_shape == (64, 64, 1)


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
