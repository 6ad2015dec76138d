"""Which way a map lies is read off what modules do, also where channels, height and width are equal."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from striate.nets import build
from striate.nets.measure.feature_maps import Layout, last_of, uses


def last(net: nn.Module, x: Tensor) -> tuple[str, str | None]:
    found = last_of(uses(net.eval(), x))
    assert found is not None
    return found.name, found.order


@pytest.mark.parametrize(
    ("name", "options", "tap"),
    [
        ("convnet", {}, "act2"),
        ("convnet", {"norm": "batch", "activation": "none"}, "norm2"),
        ("resnet", {}, "layer3.2.act2"),
        ("resnet-v2", {"n": 1}, "act1"),
        ("vgg11-small", {}, "conv8"),
    ],
)
def test_the_last_map_of_the_catalogue(name: str, options: dict[str, object], tap: str) -> None:
    assert last(build(name, options, (32, 32, 3), 5), torch.zeros(1, 3, 32, 32)) == (tap, "NCHW")


class Swapped(nn.Module):
    """Defines its layers in another order than it uses them, and ends channels last."""

    def __init__(self, channels_last: bool = False) -> None:
        super().__init__()
        self.linear, self.norm = nn.Linear(4, 3), nn.LayerNorm(4)
        self.second, self.first = nn.Conv2d(4, 4, 3), nn.Conv2d(1, 4, 3)
        self.channels_last = channels_last

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(self.first(x))
        if self.channels_last:
            return self.linear(self.norm(x.permute(0, 2, 3, 1)).mean((1, 2)))
        return self.linear(x.mean((2, 3)))


def test_the_order_is_that_of_use() -> None:
    assert last(Swapped(), torch.zeros(1, 1, 8, 8)) == ("second", "NCHW")
    assert last(Swapped(channels_last=True), torch.randn(1, 1, 8, 6)) == ("norm", "NHWC")


class Turning(nn.LayerNorm):
    """A layer norm over the channels of (N, C, H, W), as ConvNeXt has it."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class OwnNorm(nn.Module):
    """A norm over the last dimension that derives from none."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x / x.square().mean(-1, keepdim=True).sqrt()


class Turn(nn.Module):
    def __init__(self, *dims: int) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(self.dims)


@pytest.mark.parametrize("size", [8, 9])
@pytest.mark.parametrize(
    ("norm", "order"),
    [
        ([Turning(8)], "NCHW"),
        ([nn.LayerNorm([8, 8, 8])], "NCHW"),
        ([Turn(0, 2, 3, 1), nn.LayerNorm(8)], "NHWC"),
        ([Turn(0, 2, 3, 1), OwnNorm(8)], "NHWC"),
        ([Turn(0, 2, 3, 1), nn.LayerNorm(8), nn.GELU()], "NHWC"),
        ([Turn(0, 2, 3, 1), nn.LayerNorm(8), nn.Sequential(nn.Linear(8, 8), nn.GELU())], "NHWC"),
        ([Turn(0, 2, 3, 1), nn.LayerNorm(8), Turn(0, 3, 1, 2)], "NCHW"),
        ([Turning(8), nn.ReLU(inplace=True)], "NCHW"),
    ],
)
def test_equal_channels_and_width_change_nothing(norm: list[nn.Module], order: str, size: int) -> None:
    if isinstance(norm[0], nn.LayerNorm) and len(norm[0].normalized_shape) == 3 and size == 9:
        norm = [nn.LayerNorm([8, 9, 9])]
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), *norm)
    assert last(net, torch.randn(1, 3, size, size))[1] == order


def test_a_container_that_ends_in_a_pool_is_no_map() -> None:
    inner = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2))
    net = nn.Sequential(inner, nn.Flatten(), nn.Linear(8, 2))
    assert last(net, torch.randn(1, 1, 6, 6)) == ("0.1", "NCHW")
    assert last_of(uses(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), torch.zeros(1, 1, 2, 2))) is None


@pytest.mark.parametrize(
    ("layout", "shape"),
    [
        (Layout("NCHW"), (2, 5, 3, 4)),
        (Layout("NHWC"), (2, 3, 4, 5)),
        (Layout("NLC", (3, 4), 1), (2, 14, 5)),
        (Layout("LNC", (3, 4), 2), (14, 2, 5)),
    ],
)
def test_what_is_folded_and_unfolded_is_as_before(layout: Layout, shape: tuple[int, ...]) -> None:
    output = torch.randn(shape)
    made = layout.fold(output)
    assert made.shape == (2, 5, 3, 4)
    assert torch.equal(layout.unfold(made, output), output)
    if layout.order == "NLC":
        assert torch.equal(made[1, :, 2, 3], output[1, 1 + 11])
