"""Flatten: the order of the cells, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from striate.scratch.layers.flatten import flatten_backward, flatten_forward


def test_channels_follow_one_another() -> None:
    x = np.arange(24).reshape(2, 3, 2, 2)
    out, _ = flatten_forward(x)
    assert out[1, (2 * 2 + 1) * 2 + 0] == x[1, 2, 1, 0]


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 3, 4, 5), (3, 4), (0, 3, 2)])
def test_it_equals_pytorch_and_comes_back(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    out, cache = flatten_forward(x)
    np.testing.assert_array_equal(out, torch.flatten(torch.tensor(x), 1).numpy())
    np.testing.assert_array_equal(flatten_backward(out, cache), x)
