"""The patches that excite a channel most: found where they were put."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import ProbeError
from striate.nets import build
from striate.nets.measure.taps import tapped
from striate.probes.channels.patches import patches
from striate.probes.facts import Patch


def test_the_brightest_places_by_hand() -> None:
    # The 2x2 mean with stride 2: cell (i, j) sees rows 2i to 2i+1, columns 2j to 2j+1.
    net = nn.Sequential(nn.Conv2d(1, 1, 2, 2, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    net[0].weight.data.fill_(0.25)
    images = torch.zeros(3, 1, 4, 6)
    images[0, 0, 2:4, 4:6] = 2.0
    images[1, 0, 0:2, 2:4] = 1.0
    images[2, 0, 0:2, 0:2] = 3.0
    made = patches(net, images, channels=[0], top=2, batch=2)
    assert made.facts.tap == "0"
    assert made.arrays["value"].tolist() == [[3.0, 2.0]]
    assert made.arrays["image"].tolist() == [[2, 0]]
    assert made.arrays["cell"].tolist() == [[[0, 0], [1, 2]]]
    assert made.arrays["window"].tolist() == [[[0, 0, 2, 2], [2, 4, 4, 6]]]
    assert made.facts.patches[0][1] == Patch(0, 2.0, (2, 4, 4, 6))


def test_a_patch_alone_excites_as_much() -> None:
    torch.manual_seed(0)
    net = build("convnet", {}, (16, 16, 3), 5).eval()
    x = torch.randn(6, 3, 16, 16)
    made = patches(net, x, tap="conv2", channels=[2, 5], top=6)
    for channel, image, (row, column), box, value in zip(
        [2] * 6 + [5] * 6,
        made.arrays["image"].flatten().tolist(),
        made.arrays["cell"].flatten(0, 1).tolist(),
        made.arrays["window"].flatten(0, 1).tolist(),
        made.arrays["value"].flatten().tolist(),
        strict=True,
    ):
        top, left, bottom, right = box
        alone = torch.full_like(x[image], 7.0)  # what lies outside the window must not matter
        alone[:, top:bottom, left:right] = x[image][:, top:bottom, left:right]
        with torch.no_grad(), tapped(net, ["conv2"]) as kept:
            net(alone[None])
        assert float(kept["conv2"][0, channel, row, column]) == pytest.approx(value, rel=1e-5)


def test_no_channel_is_refused() -> None:
    net = build("convnet", {}, (16, 16, 3), 5)
    with pytest.raises(ProbeError, match="0 channels and top 9 are given, and both must be 1 or more"):
        patches(net, torch.randn(1, 3, 16, 16), channels=[])
    with pytest.raises(ProbeError, match='the tap "conv1" has channels 0 to 31, not 40'):
        patches(net, torch.randn(1, 3, 16, 16), tap="conv1", channels=[40])


def test_a_channel_that_answers_the_same_everywhere_is_said() -> None:
    net = nn.Conv2d(1, 2, 1)
    with torch.no_grad():
        net.weight[:] = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
    record = patches(nn.Sequential(net), torch.arange(8.0).view(2, 1, 2, 2), tap="0", channels=[1, 0])
    assert record.facts.even == (False, True)
