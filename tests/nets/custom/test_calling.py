"""What a net cannot bear is noted on it: copies of its images, contiguous memory, its type."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from striate.nets import build
from striate.nets.custom.calling import device_of, give_copies, input_dtype, keep_contiguous, takes_channels_last


class Doubling(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mul_(2)


def test_a_net_that_writes_into_its_images_gets_copies() -> None:
    net, images = Doubling(), torch.ones(1, 1, 2, 2)
    give_copies(net)
    give_copies(net)
    assert len(net._forward_pre_hooks) == 1
    assert net(images).sum() == 8
    assert images.sum() == 4


@pytest.mark.parametrize(
    ("channels", "kernel", "stride", "taken"),
    [(4, 1, 2, False), (7, 1, (1, 3), False), (8, 1, 2, True), (4, 3, 2, True), (4, 1, 1, True)],
)
def test_a_narrow_projection_is_kept_from_channels_last_memory(
    channels: int, kernel: int, stride: int | tuple[int, int], taken: bool
) -> None:
    """Its weight gradient is wrong there on many processors, so no net with one is run so here."""
    net = nn.Sequential(nn.Conv2d(3, channels, 3), nn.Sequential(nn.Conv2d(channels, 16, kernel, stride)))
    assert takes_channels_last(net) == taken
    assert takes_channels_last(build("resnet-v2", {"n": 1, "width": 4}, (8, 8, 1), 3))  # which picks its pixels first


@pytest.mark.parametrize("channels", [1, 3])
def test_contiguous_means_the_usual_strides_for_one_channel_too(channels: int) -> None:
    net = nn.Sequential()
    assert takes_channels_last(net)
    keep_contiguous(net)
    assert not takes_channels_last(net)
    assert not takes_channels_last(copy.deepcopy(net))
    images = torch.zeros(2, 5, 4, channels).permute(0, 3, 1, 2)
    assert net(images).stride() == (20 * channels, 20, 4, 1)
    assert net.state_dict() == {}


def test_the_type_of_the_images_is_that_of_the_weights_where_they_have_one() -> None:
    double, single = nn.Linear(1, 1, dtype=torch.float64), nn.Linear(1, 1)
    assert input_dtype(double) == torch.float64
    assert input_dtype(nn.Sequential(double, single)) == torch.float32
    assert input_dtype(single.bfloat16()) == torch.bfloat16
    assert input_dtype(nn.Flatten()) == torch.float32
    assert device_of(nn.Flatten()) == torch.device("cpu")
    assert device_of(nn.Linear(1, 1, device="meta")).type == "meta"
