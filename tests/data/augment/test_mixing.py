"""Mixup and cutmix against their equations written out for one image, and the distributions of what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from striate.data.augment.mixing import Mix, draw, soft_labels


def draws(mixup: float, cutmix: float, count: int = 400, size: tuple[int, int] = (8, 8)) -> list[Mix]:
    return [draw(6, size, mixup, cutmix, np.random.default_rng(seed)) for seed in range(count)]


@pytest.mark.parametrize("shape", [(6, 8, 8, 1), (6, 32, 32, 3), (6, 5, 7, 2)])
def test_a_box_of_the_partner_replaces_the_images_own(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    images.setflags(write=False)
    for mix in draws(0, 1.0, 20, shape[1:3]):
        top, left, bottom, right = mix.box
        out, kept = mix.paste(images), 0
        for n in range(shape[0]):
            for y in range(shape[1]):
                for x in range(shape[2]):
                    inside = top <= y < bottom and left <= x < right
                    source = mix.partner[n] if inside else n
                    assert (out[n, y, x] == images[source, y, x]).all()
                    kept += not inside
        assert mix.share == pytest.approx(kept / np.prod(shape[:3]))
        assert (out.dtype, out.shape) == (np.uint8, shape)


def test_mixed_labels_by_hand() -> None:
    mix = Mix(0.75, np.array([1, 2, 0]))
    expected = [[0.75, 0, 0.25, 0], [0, 0.25, 0.75, 0], [0.25, 0.75, 0, 0]]
    mixed = soft_labels(np.array([0, 2, 1]), 4, mix)
    assert mixed.tolist() == expected
    assert mixed.dtype == np.float32
    assert soft_labels(np.array([3, 3, 1]), 4, mix)[0].tolist() == [0, 0, 0, 1]  # partners of one class


@pytest.mark.parametrize("strength", [0.2, 1.0, 4.0])
def test_shares_of_mixup_are_of_the_beta_distribution(strength: float) -> None:
    drawn = draws(strength, 0)
    assert all(mix.box is None for mix in drawn)
    assert stats.kstest([mix.share for mix in drawn], stats.beta(strength, strength).cdf).pvalue > 1e-3
    assert all(sorted(mix.partner) == list(range(6)) for mix in drawn)


def test_boxes_of_cutmix_cover_every_pixel_and_keep_the_images_shape() -> None:
    covered = np.zeros((64, 32))
    for mix in draws(0, 1.0, size=(64, 32)):
        top, left, bottom, right = mix.box
        assert 0 <= top <= bottom <= 64
        assert 0 <= left <= right <= 32
        covered[top:bottom, left:right] += 1
        if top > 0 and left > 0 and bottom < 64 and right < 32:  # whole: as long and as wide as drawn, rounded down
            assert abs((bottom - top) - 2 * (right - left)) <= 1
    # A uniform side squared has mean 1/2; the centre pixel is inside more often than a corner.
    assert covered.min() > 0
    assert covered[32, 16] > covered[0, 0]


def test_with_both_on_about_half_of_the_batches_are_blended() -> None:
    blended = sum(mix.box is None for mix in draws(1.0, 1.0))
    assert abs(blended - 200) < 5 * np.sqrt(400 * 0.25)


def test_a_mix_without_a_box_leaves_the_images_to_be_blended_later() -> None:
    images = np.zeros((2, 1, 1, 1), np.uint8)
    assert Mix(0.5, np.array([1, 0])).paste(images) is images
