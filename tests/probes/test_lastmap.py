"""The last feature map, wherever it lies, and a graph that begins there."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets import build
from striate.probes.gradcam import gradcam
from striate.probes.lastmap import cut, last_map


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
    assert last_map(build(name, options, (32, 32, 3), 5).eval(), torch.zeros(1, 3, 32, 32)) == tap


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
    assert last_map(Swapped(), torch.zeros(1, 1, 8, 8)) == "second"


def test_channels_last_are_turned() -> None:
    net = Swapped(channels_last=True)
    x = torch.randn(2, 1, 8, 6)
    assert last_map(net, x[:1]) == "norm"
    with cut(net, "norm") as made:
        scores = net(x)
    assert made.reached("norm").shape == (2, 4, 4, 2)
    (gradient,) = torch.autograd.grad(scores[:, 0].sum(), made.reached("norm"))
    torch.testing.assert_close(gradient, (net.linear.weight[0] / 8).view(1, 4, 1, 1).expand(2, 4, 4, 2))


def test_a_dense_net_has_none() -> None:
    with pytest.raises(ProbeError, match=r"no module of this net puts out a feature map.*saliency and occlusion work"):
        last_map(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), torch.zeros(1, 1, 2, 2))


def test_the_graph_begins_at_the_cut() -> None:
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2)
    )
    x = torch.randn(1, 1, 5, 5, requires_grad=True)
    with cut(net, "0") as made:
        scores = net(x)
    assert torch.autograd.grad(scores.sum(), [made.reached("0")], retain_graph=True)[0].shape == (1, 2, 3, 3)
    assert torch.autograd.grad(scores.sum(), [x], allow_unused=True) == (None,)
    torch.testing.assert_close(made.reached("0"), net[0](x))  # before the in-place ReLU
    assert not any(m._forward_hooks for m in net.modules())


def test_a_tap_that_no_image_passes_is_told() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    net.unused = nn.Conv2d(1, 1, 1)
    with cut(net, "unused") as made:
        nn.Sequential.forward(nn.Sequential(net[0], net[1]), torch.zeros(1, 1, 2, 2))
    with pytest.raises(ProbeError, match='no image passes through the tap "unused"'):
        made.reached("unused")


class Turning(nn.LayerNorm):
    """A layer norm over the channels of (N, C, H, W), as ConvNeXt has it."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def test_a_layer_norm_that_turns_inside_is_taken_as_it_is() -> None:
    net = nn.Sequential(nn.Conv2d(1, 6, 3), Turning(6), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2))
    x = torch.randn(1, 1, 6, 8)
    assert last_map(net, x) == "1"
    with cut(net, "1") as made:
        net(x)
    assert made.reached("1").shape == (1, 6, 4, 6)


def test_a_container_that_ends_in_a_pool_is_no_map() -> None:
    inner = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2))
    net = nn.Sequential(inner, nn.Flatten(), nn.Linear(8, 2))
    assert last_map(net, torch.randn(1, 1, 6, 6)) == "0.1"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "tap", "backward"),
    [
        ("convnext_atto", "stages.3.blocks.1", True),
        ("resnet10t", "layer4.0.act2", False),
        ("mobilenetv3_small_050", "blocks.5.0.bn1.act", True),
        ("swin_tiny_patch4_window7_224", "norm", False),
        ("vgg11", "features.19", True),
    ],
)
def test_nets_of_timm(name: str, tap: str, backward: bool) -> None:
    timm = pytest.importorskip("timm")
    torch.manual_seed(0)
    net = timm.create_model(name, num_classes=5)
    x = torch.randn(1, 3, 224, 224)
    record = gradcam(net, x, target=1)
    assert (record.facts["tap"], record.facts["backward_pass"]) == (tap, backward)
    assert record.heatmap.shape == (1, 224, 224)
    assert record.arrays["map"].abs().max() > 0
