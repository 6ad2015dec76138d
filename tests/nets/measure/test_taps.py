"""Taps see what passes, let gradients through, and leave no trace, also when the block raises."""

from __future__ import annotations

import pytest
import torch

from striate.base.errors import NetError
from striate.nets import build
from striate.nets.measure.taps import tapped, taps


def test_gradients_reach_a_tapped_tensor_through_an_in_place_relu() -> None:
    net = build("convnet", {"norm": "batch"}, (8, 8, 1), 3).eval()
    with tapped(net, ["norm1"]) as kept:
        score = net(torch.randn(2, 1, 8, 8))[:, 0].sum()
    (gradient,) = torch.autograd.grad(score, kept["norm1"])
    assert gradient.shape == kept["norm1"].shape
    assert gradient.abs().sum() > 0
    assert (kept["norm1"] < 0).any()  # it is the norm's own output, not what the ReLU made of it


def test_no_hook_is_left_when_the_block_raises() -> None:
    net = build("convnet", {}, (8, 8, 1), 3)
    with pytest.raises(RuntimeError, match="stop"), tapped(net, taps(net)):
        raise RuntimeError("stop")
    assert not any(module._forward_hooks for module in net.modules())


def test_an_unknown_tap_is_named_with_those_that_exist() -> None:
    net = build("convnet", {}, (8, 8, 1), 3)
    with (
        pytest.raises(
            NetError, match=r'tap "conv9" is unknown \(did you mean "conv[12]"\?\); accepted are conv1, act1'
        ),
        tapped(net, ["conv1", "conv9"]),
    ):
        pass
    assert not any(module._forward_hooks for module in net.modules())
