"""Each image by its own mean and deviation, by hand."""

from __future__ import annotations

import torch

from striate.nets.standardized import standardized


def test_two_images_by_hand() -> None:
    x = torch.tensor([[[[1.0, 3.0]]], [[[0.5, 0.5]]]])
    out = standardized(x)
    assert out[0].flatten().tolist() == [-1.0, 1.0]  # mean 2, deviation 1
    assert out[1].flatten().tolist() == [0.0, 0.0]
    assert x.flatten().tolist() == [1.0, 3.0, 0.5, 0.5]  # what is given stays as it is


def test_a_small_deviation_counts_as_one_over_the_root_of_the_numbers() -> None:
    x = torch.tensor([[[[0.0, 0.002, 0.0, 0.002]]]])  # mean and deviation 0.001, and 1 / sqrt(4) is 0.5
    assert torch.allclose(standardized(x), torch.tensor([-0.002, 0.002, -0.002, 0.002]))
