"""Batch augmentation against a slow version that handles one image and one pixel at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage

from striate.base.errors import DataError
from striate.data.augment.geometry import alternating, cutout, flip, mirror, pad_crop, translate

Augment = Callable[[np.ndarray, np.random.Generator], np.ndarray]
SHAPES = [(1, 1, 1, 1), (5, 4, 6, 1), (40, 7, 5, 3), (3, 8, 8, 4)]


def batch(shape: tuple[int, ...]) -> np.ndarray:
    # No zeros: what is blackened or padded can then be told from what was there.
    images = np.random.default_rng(7).integers(1, 256, shape, dtype=np.uint8)
    images.setflags(write=False)
    return images


def slow_flip(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    chosen = rng.random(len(images)) < 0.5
    return np.stack([image[:, ::-1] if yes else image for image, yes in zip(images, chosen, strict=True)])


def slow_pad_crop(images: np.ndarray, padding: int, rng: np.random.Generator) -> np.ndarray:
    count, height, width, _ = images.shape
    out = np.zeros_like(images)
    for n, (top, left) in enumerate(rng.integers(0, 2 * padding + 1, (count, 2))):
        for row in range(height):
            for column in range(width):
                y, x = row + top - padding, column + left - padding
                if 0 <= y < height and 0 <= x < width:
                    out[n, row, column] = images[n, y, x]
    return out


def slow_reflect_crop(images: np.ndarray, padding: int, rng: np.random.Generator) -> np.ndarray:
    height, width = images.shape[1:3]
    corners = rng.integers(0, 2 * padding + 1, (len(images), 2))
    border = (padding, padding)
    padded = [np.pad(image, (border, border, (0, 0)), mode="reflect") for image in images]
    return np.stack([p[y : y + height, x : x + width] for p, (y, x) in zip(padded, corners, strict=True)])


def slow_translate(images: np.ndarray, pixels: int, rng: np.random.Generator) -> np.ndarray:
    shifts = pixels - rng.integers(0, 2 * pixels + 1, (len(images), 2))
    out = [
        ndimage.shift(image, (*shift, 0), order=0, mode="constant") for image, shift in zip(images, shifts, strict=True)
    ]
    return np.stack(out)


def slow_cutout(images: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    count, height, width, _ = images.shape
    out = images.copy()
    for n, (row, column) in enumerate(rng.integers(0, (height, width), (count, 2))):
        for y in range(height):
            for x in range(width):
                if 0 <= y - (row - size // 2) < size and 0 <= x - (column - size // 2) < size:
                    out[n, y, x] = 0
    return out


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("fast", "slow"),
    [
        pytest.param(flip, slow_flip, id="flip"),
        *(
            pytest.param(
                lambda x, rng, p=p: pad_crop(x, p, rng),
                lambda x, rng, p=p: slow_pad_crop(x, p, rng),
                id=f"pad_crop {p}",
            )
            for p in (0, 1, 3, 9)
        ),
        *(
            pytest.param(
                lambda x, rng, p=p: translate(x, p, rng),
                lambda x, rng, p=p: slow_translate(x, p, rng),
                id=f"translate {p}",
            )
            for p in (0, 1, 3, 9)
        ),
        *(
            pytest.param(
                lambda x, rng, s=s: cutout(x, s, rng), lambda x, rng, s=s: slow_cutout(x, s, rng), id=f"cutout {s}"
            )
            for s in (0, 1, 2, 3, 20)
        ),
    ],
)
def test_the_whole_batch_is_treated_as_each_image(fast: Augment, slow: Augment, shape: tuple[int, ...]) -> None:
    images = batch(shape)
    before = images.copy()
    out = fast(images, np.random.default_rng(3))
    np.testing.assert_array_equal(out, slow(images, np.random.default_rng(3)))
    assert out.dtype == np.uint8
    assert out.flags.c_contiguous
    assert not np.shares_memory(out, images)
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize(
    ("shape", "padding"), [((1, 1, 1, 1), 0), ((40, 7, 5, 3), 4), ((3, 8, 8, 1), 7), ((9, 8, 8, 1), 1)]
)
def test_reflected_borders_are_those_of_numpy(shape: tuple[int, ...], padding: int) -> None:
    images = batch(shape)
    out = pad_crop(images, padding, np.random.default_rng(3), "reflect")
    np.testing.assert_array_equal(out, slow_reflect_crop(images, padding, np.random.default_rng(3)))
    assert (out.dtype, out.shape) == (np.uint8, shape)


def test_a_padding_that_cannot_reflect_says_so() -> None:
    words = "a padding of 5 pixels cannot reflect images of 7 x 5, which have 4 beyond the border pixel; pad less"
    with pytest.raises(DataError, match=words):
        pad_crop(batch((2, 7, 5, 3)), 5, np.random.default_rng(0), "reflect")


def test_alternating_flips_show_every_image_both_ways_in_two_epochs() -> None:
    images, first = batch((6, 2, 3, 1)), np.array([True, False, True, True, False, False])
    shown = [mirror(images, alternating(first, epoch)) for epoch in (1, 2, 3)]
    for n, mirrored in enumerate(first):
        np.testing.assert_array_equal(shown[0][n], images[n, :, ::-1] if mirrored else images[n])
        np.testing.assert_array_equal(shown[1][n], shown[0][n][:, ::-1])
    np.testing.assert_array_equal(shown[2], shown[0])


def test_about_half_of_the_images_are_flipped() -> None:
    images = np.tile(np.array([1, 2], np.uint8).reshape(1, 1, 2, 1), (2000, 1, 1, 1))
    flipped = int((flip(images, np.random.default_rng(0))[:, 0, 0, 0] == 2).sum())
    assert abs(flipped - 1000) < 5 * np.sqrt(2000 * 0.25)


def test_every_corner_of_the_padding_is_drawn() -> None:
    # One white pixel in the middle of 3 x 3, padding 1: each of the nine corners puts it into another cell.
    images = np.zeros((900, 3, 3, 1), np.uint8)
    images[:, 1, 1] = 255
    places = pad_crop(images, 1, np.random.default_rng(0))[..., 0].reshape(900, 9).argmax(axis=1)
    counts = np.bincount(places, minlength=9)
    assert (abs(counts - 100) < 5 * np.sqrt(900 / 9 * 8 / 9)).all()


def test_cutout_removes_a_full_square_that_fits() -> None:
    images = np.full((200, 9, 9, 2), 5, np.uint8)
    removed = (cutout(images, 3, np.random.default_rng(0)) == 0).sum(axis=(1, 2, 3)) // 2
    # 9 when it lies inside, 6 at an edge, 4 in a corner.
    assert set(removed.tolist()) == {9, 6, 4}
