"""Rotation against SciPy and torchvision, one image at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2.functional import rotate as torchvision_rotate

from striate.data.augment.rotation import rotate, turn

SHAPES = [(7, 8, 8, 1), (7, 32, 32, 3), (7, 5, 8, 2), (7, 1, 1, 1)]
ANGLES = np.array([0.0, 7.5, -30.0, 61.0, 123.0, -179.0, 180.0])


def batch(shape: tuple[int, ...]) -> np.ndarray:
    images = np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)
    images.setflags(write=False)
    return images


def by_scipy(image: np.ndarray, degrees: float) -> np.ndarray:
    height, width = image.shape[:2]
    dy, dx = np.mgrid[:height, :width] - np.array([(height - 1) / 2, (width - 1) / 2]).reshape(2, 1, 1)
    angle = np.deg2rad(degrees)
    y = (height - 1) / 2 + dy * np.cos(angle) + dx * np.sin(angle)
    x = (width - 1) / 2 - dy * np.sin(angle) + dx * np.cos(angle)
    planes = image.astype(float).transpose(2, 0, 1)
    turned = [ndimage.map_coordinates(plane, [y, x], order=1, mode="grid-constant") for plane in planes]
    return np.stack(turned, axis=-1)


def by_torchvision(image: np.ndarray, degrees: float) -> np.ndarray:
    tensor = torch.from_numpy(image.astype(np.float32)).permute(2, 0, 1)
    turned = torchvision_rotate(tensor, degrees, interpolation=InterpolationMode.BILINEAR)
    return turned.permute(1, 2, 0).numpy()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("oracle", [by_scipy, by_torchvision])
def test_each_image_is_turned_as_others_turn_it(oracle: object, shape: tuple[int, ...]) -> None:
    images = batch(shape)
    out = turn(images, ANGLES)
    for image, turned, degrees in zip(images, out, ANGLES, strict=True):
        # Half a grey level is the rounding to whole numbers.
        np.testing.assert_allclose(turned, oracle(image, degrees), rtol=0, atol=0.501)
    assert (out.dtype, out.shape, out.flags.c_contiguous) == (np.uint8, shape, True)


def test_a_quarter_turn_is_exact_and_counter_clockwise() -> None:
    images = batch((3, 6, 6, 3))
    np.testing.assert_array_equal(turn(images, np.full(3, 90.0)), np.rot90(images, axes=(1, 2)))


def test_angles_fill_the_range_evenly() -> None:
    # The angle is read back from where a bright pixel far from the centre of a large image goes.
    images = np.zeros((300, 81, 81, 1), np.uint8)
    images[:, 40, 79:81] = 255
    out = rotate(images, 20.0, np.random.default_rng(0))[..., 0].astype(float)
    y = (out * np.arange(81)[:, None]).sum((1, 2)) / out.sum((1, 2)) - 40
    x = (out * np.arange(81)).sum((1, 2)) / out.sum((1, 2)) - 40
    angles = np.rad2deg(np.arctan2(-y, x))
    assert np.abs(angles).max() < 20.5
    counts = np.histogram(angles, bins=4, range=(-20.5, 20.5))[0]
    assert (np.abs(counts - 75) < 5 * np.sqrt(300 * 0.25 * 0.75)).all()
