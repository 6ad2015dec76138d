"""Deletion and insertion worked out on paper, and the blur that insertion begins with."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.probes.checks.deletion import blurred, curves


class Pixel(nn.Module):
    """Two classes: the score of class 1 is the pixel (0, 0), that of class 0 is 0."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([torch.zeros(len(x)), x[:, 0, 0, 0]], 1)


def test_deletion_and_insertion_by_hand() -> None:
    x = torch.zeros(1, 1, 2, 2)
    x[0, 0, 0, 0] = np.log(3.0)  # probability 3/4; without the pixel 1/2
    heat = torch.tensor([[[4.0, 3.0], [2.0, 1.0]]])
    made = curves(Pixel(), x, torch.tensor([1]), heat, steps=4)
    assert made.shares == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert made.deletion == pytest.approx([0.75, 0.5, 0.5, 0.5, 0.5])
    assert made.areas()["deletion"] == pytest.approx((0.625 + 0.5 * 3) / 4)
    start = float(torch.sigmoid(blurred(x)[0, 0, 0, 0]))
    assert made.insertion == pytest.approx([start, 0.75, 0.75, 0.75, 0.75])
    last = curves(Pixel(), x, torch.tensor([1]), -heat, steps=4)
    assert last.deletion == pytest.approx([0.75, 0.75, 0.75, 0.75, 0.5])
    # Moved by the one step that there is, the map has its largest value at the far corner, and the pixel is taken last.
    assert made.moved_deletion == pytest.approx([0.75, 0.75, 0.75, 0.75, 0.5])
    assert made.image_areas["moved_deletion"][0] > made.image_areas["deletion"][0]


def test_a_blur_keeps_what_is_constant_and_the_mean_of_a_stripe() -> None:
    assert torch.allclose(blurred(torch.full((1, 2, 10, 12), 3.0)), torch.tensor(3.0))
    stripes = torch.arange(20.0).remainder(2).view(1, 1, 1, 20).expand(1, 1, 20, 20)
    assert blurred(stripes)[0, 0, 10, 10] == pytest.approx(0.5, abs=0.02)
    assert torch.equal(blurred(torch.ones(1, 1, 1, 5)), torch.ones(1, 1, 1, 5))


def test_without_a_step_nothing_can_be_followed() -> None:
    x, k = torch.zeros(1, 1, 1, 1), torch.zeros(1, dtype=torch.int64)
    with pytest.raises(ProbeError, match="steps is 0"):
        curves(nn.Flatten(), x, k, x[:, 0], steps=0)
