"""Colour jitter against torchvision's functions, one image at a time, in the same order."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.transforms.v2.functional import adjust_brightness, adjust_contrast, adjust_saturation

from striate.data.augment.colour import jitter, tint


def batch(shape: tuple[int, ...]) -> np.ndarray:
    images = np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)
    images.setflags(write=False)
    return images


def by_torchvision(image: np.ndarray, brightness: float, contrast: float, saturation: float) -> np.ndarray:
    x = torch.from_numpy(image.astype(np.float32)).permute(2, 0, 1) / 255
    x = adjust_saturation(adjust_contrast(adjust_brightness(x, brightness), contrast), saturation)
    return x.permute(1, 2, 0).numpy() * 255


@pytest.mark.parametrize("shape", [(9, 8, 8, 1), (9, 32, 32, 3), (9, 5, 3, 3)])
def test_each_image_is_tinted_as_torchvision_does(shape: tuple[int, ...]) -> None:
    images, factors = batch(shape), np.random.default_rng(1).uniform(0, 2, (3, shape[0]))
    out = tint(images, *factors)
    for n, image in enumerate(images):
        np.testing.assert_allclose(out[n], by_torchvision(image, *factors[:, n]), rtol=0, atol=0.501)
    assert (out.dtype, out.shape) == (np.uint8, shape)


def test_one_pixel_by_hand() -> None:
    one, images = np.ones(1), np.array([[[[100, 200, 50, 10]]]], dtype=np.uint8)
    # Four channels: grey is their mean, 90. Of a single pixel contrast and saturation are the same.
    assert tint(images, 0.5 * one, one, one).ravel().tolist() == [50, 100, 25, 5]
    assert tint(images, one, one, 0.5 * one).ravel().tolist() == [95, 145, 70, 50]
    assert tint(images, 2 * one, one, one).ravel().tolist() == [200, 255, 100, 20]
    assert tint(images, one, one, 0 * one).ravel().tolist() == [90, 90, 90, 90]


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_factors_of_one_and_a_strength_of_zero_change_nothing(channels: int) -> None:
    images = batch((5, 6, 4, channels))
    np.testing.assert_array_equal(tint(images, *np.ones((3, 5))), images)
    np.testing.assert_array_equal(jitter(images, 0.0, np.random.default_rng(0)), images)


def test_brightness_factors_fill_their_range() -> None:
    # Grey of one value has no contrast and no saturation, so what changes is the brightness alone.
    factors = jitter(np.full((2000, 1, 1, 3), 100, np.uint8), 0.4, np.random.default_rng(0))[:, 0, 0, 0] / 100
    assert (factors.min(), factors.max()) == (pytest.approx(0.6, abs=0.02), pytest.approx(1.4, abs=0.02))
    assert abs(factors.mean() - 1) < 5 * 0.8 / np.sqrt(12 * 2000)
