"""Max pooling against PyTorch, forward and backward, with overlapping windows and ties."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from striate.scratch.pooling import max_pool_backward, max_pool_forward


@pytest.mark.parametrize(("height", "width", "stride"), [(2, 2, 2), (3, 2, 1), (3, 3, 2), (2, 2, 3)])
def test_it_equals_pytorch_with_ties(height: int, width: int, stride: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, size=(3, 4, 9, 11)).astype(float)
    out, cache = max_pool_forward(x, height, width, stride)
    dout = rng.normal(size=out.shape)
    tensor = torch.tensor(x, requires_grad=True)
    theirs = F.max_pool2d(tensor, (height, width), stride)
    theirs.backward(torch.tensor(dout))
    np.testing.assert_array_equal(out, theirs.detach().numpy())
    assert tensor.grad is not None
    np.testing.assert_allclose(max_pool_backward(dout, cache), tensor.grad.numpy(), rtol=1e-10, atol=1e-10)
