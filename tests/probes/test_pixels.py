"""Pixels and normalized images are each other's inverse, and a wrong normalization is noticed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from striate.base.errors import ProbeError
from striate.nets.inputs import Inputs
from striate.probes.pixels import given_pixels, scale
from striate.training.feed.normalization import Normalization

MEAN, STD = (0.5, 0.25, 0.4), (0.2, 0.25, 0.3)


def test_there_and_back() -> None:
    pixels = torch.rand(2, 3, 4, 4)
    space = scale(pixels, MEAN, STD)
    x = space.normalized(pixels)
    assert float(x[0, 1, 2, 3]) == pytest.approx((float(pixels[0, 1, 2, 3]) - 0.25) / 0.25)
    torch.testing.assert_close(space.pixels(x), pixels)


@pytest.mark.parametrize("per_image", [False, True])
def test_a_net_that_normalizes_by_itself_sees_what_training_showed_it(per_image: bool) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), dtype=np.uint8)
    expected = Normalization(MEAN, STD, per_image=per_image)(images, torch.device("cpu"))
    net = given_pixels(nn.Identity(), Inputs((3, 3, len(MEAN)), MEAN, STD, per_image=per_image))
    torch.testing.assert_close(net(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255), expected)


def test_what_is_no_image_or_no_scale_is_refused() -> None:
    x = torch.full((1, 3, 2, 2), 2.0)
    with pytest.raises(
        ProbeError, match="the images have pixels from 2 to 2, and must have 0 to 1 once the normalization"
    ):
        scale(x, 0.0, 1.0).pixels(x)
    with pytest.raises(
        ProbeError, match="mean has 2 and std 1 numbers for images of 3 channels; give one for each channel"
    ):
        scale(x, (0.0, 0.0), 1.0)
    with pytest.raises(ProbeError, match="those of std above 0"):
        scale(x, 0.0, 0.0)
