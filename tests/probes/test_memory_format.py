"""Channels last where the net takes them so, and the same numbers either way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from striate.nets import build
from striate.probes.heatmaps.gradcam import gradcam
from striate.probes.heatmaps.occlusion import occlusion
from striate.probes.memory_format import quickest
from striate.probes.record import Record


class Viewed(nn.Module):
    """A net that looks at a map as vectors by ``view``, which is impossible where channels are last in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        flat = self.conv(x).view(len(x), -1).relu()
        return self.head(self.pool(flat.view(len(x), 4, *x.shape[2:]) + self.conv(x)).flatten(1))


@pytest.mark.parametrize("probe", [gradcam, occlusion])
def test_a_net_that_wants_its_channels_first_is_given_them_so(probe: Callable[..., Record]) -> None:
    net, x = Viewed(), torch.randn(3, 3, 8, 8)
    assert quickest(net, x) == torch.contiguous_format
    made = probe(net, x, target=2)
    with torch.no_grad():
        torch.testing.assert_close(torch.tensor([score.score for score in made.scores]), net(x)[:, 2])


def test_other_nets_are_given_them_last() -> None:
    net = build("resnet", {"n": 1}, (16, 16, 3), 5).eval()
    assert quickest(net, torch.randn(2, 3, 16, 16)) == torch.channels_last
