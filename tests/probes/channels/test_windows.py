"""The windows measured are those that kernels, strides and paddings give, also where a net branches."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from striate.base.shapes import ReceptiveField
from striate.nets import build
from striate.nets.measure.feature_maps import Layout
from striate.nets.measure.tokens import feature_maps
from striate.probes.channels.windows import mapped, windows


def maps(*taps: str) -> dict[str, Layout]:
    return {tap: Layout("NCHW") for tap in taps}


def expected(cells: int, size: int, jump: int, start: int, pixels: int) -> tuple[tuple[int, int], ...]:
    """Return the windows of ``cells`` that begin at ``start`` and lie ``jump`` apart, inside the image."""
    return tuple((max(0, start + jump * i), min(pixels, start + jump * i + size)) for i in range(cells))


def test_a_chain_by_arithmetic() -> None:
    # 3x3 padding 1; pool 2; 3x3 padding 1: sizes 3, 4, 8 and jumps 1, 2, 2; the last begins at -1 - 2 = -3.
    net = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 1, 3, padding=1))
    field = ReceptiveField().after(3).after(2, 2).after(3)
    found = windows(net, torch.zeros(1, 2, 12, 8), maps("0", "3"))
    assert found["0"].rows == expected(12, 3, 1, -1, 12)
    assert found["3"].rows == expected(6, field.size, field.jump, -3, 12)
    assert found["3"].columns == expected(4, field.size, field.jump, -3, 8)
    assert found["3"].of(2, 0) == (1, 0, 9, 5)


@pytest.mark.parametrize("norm", ["batch", "group", "layer"])
def test_the_statistics_of_a_norm_are_passed_over(norm: str) -> None:
    net = build("convnet", {"norm": norm, "widths": [[4], [4]]}, (8, 8, 1), 3).eval()
    assert windows(net, torch.zeros(1, 1, 8, 8), maps("norm1"))["norm1"].rows == expected(8, 3, 1, -1, 8)


def test_a_branch_has_the_window_of_its_widest_arm() -> None:
    net = build("resnet20", {}, (32, 32, 3), 10).eval()
    found = windows(net, torch.zeros(1, 3, 32, 32), maps("layer1.0"))["layer1.0"]
    # Stem and two 3x3 convolutions: 7 pixels; the shortcut alone would see 3.
    assert found.rows == expected(32, 7, 1, -3, 32)


def test_what_swallows_nan_is_said_to_see_everything() -> None:
    class Deaf(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.nan_to_num()

    net = nn.Sequential(nn.Conv2d(1, 1, 3), Deaf())
    assert windows(net, torch.zeros(1, 1, 4, 4), maps("1"))["1"].rows == ((0, 4), (0, 4))


def test_layouts_and_windows_from_one_pass_are_those_from_two() -> None:
    class Block(nn.Module):  # what the tap puts out is changed in place by the layer after it
        def __init__(self) -> None:
            super().__init__()
            self.wide, self.narrow, self.passes = nn.Conv2d(2, 2, 5, padding=2), nn.Conv2d(2, 2, 1), 0

        def forward(self, x: Tensor) -> Tensor:
            self.passes += 1
            y = self.narrow(x)
            y += self.wide(x)
            return y.mean((2, 3))

    net, x = Block(), torch.randn(1, 2, 9, 7)
    layouts, seen, widths = mapped(net, x, ["narrow", "wide"])
    assert widths == {"narrow": 2, "wide": 2}
    assert net.passes == 1
    assert layouts == feature_maps(net, x, ["narrow", "wide"])
    assert seen == windows(net, x, layouts)
    assert seen["narrow"].rows == expected(9, 1, 1, 0, 9)
    assert mapped(net, x)[0] == feature_maps(net, x)
