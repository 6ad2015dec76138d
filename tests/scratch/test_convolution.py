"""The convolution layer against numbers by hand, and against PyTorch forward and backward."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from striate.scratch.convolution import conv_backward, conv_forward


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 1), (3, 2)])
def test_it_equals_pytorch_forward_and_backward(stride: int, padding: int) -> None:
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(3, 4, 9, 11)), rng.normal(size=(5, 4, 3, 2)), rng.normal(size=5)
    out, cache = conv_forward(x, w, b, stride, padding)
    dout = rng.normal(size=out.shape)
    inputs = [torch.tensor(a, requires_grad=True) for a in (x, w, b)]
    theirs = F.conv2d(*inputs, stride=stride, padding=padding)
    theirs.backward(torch.tensor(dout))
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-10, atol=1e-10)
    for ours, tensor in zip(conv_backward(dout, cache), inputs, strict=True):
        assert ours is not None
        assert tensor.grad is not None
        np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=1e-10, atol=1e-10)
