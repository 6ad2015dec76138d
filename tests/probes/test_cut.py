"""A graph that begins at a map, whichever way the map lies."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets.measure.feature_maps import Layout
from striate.probes.cut import cut


def test_channels_last_are_turned() -> None:
    class Last(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.norm, self.linear = nn.Conv2d(1, 4, 5), nn.LayerNorm(4), nn.Linear(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.linear(self.norm(self.conv(x).permute(0, 2, 3, 1)).mean((1, 2)))

    net, x = Last(), torch.randn(2, 1, 8, 6)
    with cut(net, "norm", Layout("NHWC")) as made:
        scores = net(x)
    assert made.reached("norm").shape == (2, 4, 4, 2)
    (gradient,) = torch.autograd.grad(scores[:, 0].sum(), made.reached("norm"))
    torch.testing.assert_close(gradient, (net.linear.weight[0] / 8).view(1, 4, 1, 1).expand(2, 4, 4, 2))


def test_the_graph_begins_at_the_cut() -> None:
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2)
    )
    x = torch.randn(1, 1, 5, 5, requires_grad=True)
    with cut(net, "0", Layout("NCHW")) as made:
        scores = net(x)
    assert torch.autograd.grad(scores.sum(), [made.reached("0")], retain_graph=True)[0].shape == (1, 2, 3, 3)
    assert torch.autograd.grad(scores.sum(), [x], allow_unused=True) == (None,)
    torch.testing.assert_close(made.reached("0"), net[0](x))  # before the in-place ReLU
    assert not any(m._forward_hooks for m in net.modules())


def test_a_tap_that_no_image_passes_is_told() -> None:
    with (
        cut(nn.Sequential(nn.ReLU()), "0", Layout("NCHW")) as made,
        pytest.raises(ProbeError, match='no image passes through the tap "0"'),
    ):
        made.reached("0")
