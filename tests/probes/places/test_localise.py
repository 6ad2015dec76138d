"""The head read place by place: by hand, against the 1x1 convolution, and against the plain net on crops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.errors import NetError, ProbeError
from striate.nets import build
from striate.nets.measure.taps import tapped
from striate.probes.heatmaps.gradcam import gradcam
from striate.probes.places.localise import localise


def test_by_hand(paper_net: nn.Module, paper_image: Tensor) -> None:
    # A1 = x, A2 = relu(3 - x); S0 = A1 + 2 A2 and S1 = A2 - A1, at every place.
    made = localise(paper_net, paper_image)
    assert made.arrays["response"][0].tolist() == [[[5.0, 4.0], [3.0, 4.0]], [[1.0, -1.0], [-3.0, -4.0]]]
    assert made.facts.linear_head is True
    assert made.facts.tap == "relu"
    assert made.heatmap[0].tolist() == [[5.0, 4.0], [3.0, 4.0]]
    assert made.arrays["peak"].tolist() == [[0, 0]]
    assert (made.scores[0].target, made.scores[0].score) == (0, 5.0)
    assert made.facts.boxes == ((0, 0, 1, 1),)
    against = localise(paper_net, paper_image, target=1, threshold=0.1)
    assert against.arrays["peak"].tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("name", "options"),
    [("resnet20", {}), ("resnet-v2", {"n": 1}), ("mobilenet-v1", {}), ("timm:mobilenetv3_small_050", {})],
)
def test_places_average_to_the_score_and_a_linear_head_is_a_convolution(name: str, options: dict[str, object]) -> None:
    torch.manual_seed(0)
    net = build(name, options, (64, 64, 3), 7).eval()
    x = torch.randn(2, 3, 96, 64)
    made = localise(net, x, native=(64, 64))
    linear = not name.startswith("timm")
    assert made.facts.linear_head is linear
    if linear:
        with torch.no_grad(), tapped(net, [made.facts.tap]) as kept:
            scores = net(x)
        head = [m for m in net.modules() if isinstance(m, nn.Linear)][-1]
        expected = F.conv2d(kept[made.facts.tap], head.weight[:, :, None, None], head.bias).detach()
        torch.testing.assert_close(made.arrays["response"], expected, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(made.arrays["response"].mean((2, 3)), scores, rtol=1e-3, atol=1e-4)


def test_a_whole_image_read_at_once_is_the_plain_net_on_every_crop() -> None:
    # Without padding, the window of place (i, j) is the crop at (4i, 4j), of just the size that gives one place.
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 4, stride=2),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.Conv2d(8, 8, 3, stride=2),
        nn.ReLU(inplace=True),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 5),
    ).eval()
    x = torch.randn(1, 3, 32, 24)
    made = localise(net, x).arrays["response"]
    for i in range(made.shape[2]):
        for j in range(made.shape[3]):
            with torch.no_grad():
                crop = net(x[:, :, 4 * i : 4 * i + 8, 4 * j : 4 * j + 8])
            torch.testing.assert_close(made[:, :, i, j], crop)


def test_a_fixed_pooling_of_the_whole_map_and_a_maximum_are_read_too() -> None:
    torch.manual_seed(0)
    start = [nn.Conv2d(3, 8, 3, padding=1), nn.ReLU()]
    maximum = nn.Sequential(*start, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 4))
    made = localise(maximum, torch.randn(1, 3, 12, 12))
    assert made.facts.linear_head is False
    assert made.arrays["response"].shape == (1, 4, 12, 12)


class Shared(nn.Module):
    """One ReLU used three times, as nets of one's own often do."""

    def __init__(self) -> None:
        super().__init__()
        self.relu = nn.ReLU(inplace=True)
        self.first, self.second, self.third = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 1)
        self.linear = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.first(x))
        x = self.relu(self.second(x))
        x = self.relu(self.third(x))
        return self.linear(x.mean((2, 3)))


def test_a_module_used_many_times_counts_by_its_last_use() -> None:
    torch.manual_seed(0)
    net, x = Shared(), torch.randn(1, 3, 9, 7)
    made = localise(net, x)
    assert made.facts.tap == "relu"
    assert made.facts.linear_head is True
    with torch.no_grad():
        torch.testing.assert_close(made.arrays["response"].mean((2, 3)), net(x))


@pytest.mark.parametrize(
    ("name", "options", "tap"),
    [
        ("convnet", {"hidden": []}, "pool2"),  # a pool stands before the mean
        ("torchvision:resnet18", {}, "layer4"),  # its blocks use one ReLU twice
        ("torchvision:convnext_tiny", {}, "features"),  # its blocks add in place
    ],
)
def test_the_last_map_is_what_goes_into_the_pooling(name: str, options: dict[str, object], tap: str) -> None:
    torch.manual_seed(0)
    net = build(name, options, (64, 64, 3), 5)
    made = localise(net, torch.randn(1, 3, 96, 64), native=(64, 64))
    assert made.facts.tap == tap
    assert made.arrays["response"].shape[1] == 5


def test_scales_are_averaged_at_the_size_of_the_image() -> None:
    torch.manual_seed(0)
    net = build("resnet20", {}, (32, 32, 3), 10)
    x = torch.randn(2, 3, 48, 40)
    both = localise(net, x, target=[3, 8], scale=(1, 1.5), native=(32, 32))
    one, two = (localise(net, x, target=[3, 8], scale=(s,), native=(32, 32)).heatmap for s in (1, 1.5))
    torch.testing.assert_close(both.heatmap, (one + two) / 2)
    assert both.facts.maps == ((12, 10), (18, 15))


def test_the_object_is_found_where_it_was_put() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2))
    net[0].weight.data = torch.tensor([1.0, -1.0]).view(2, 1, 1, 1)
    net[3].weight.data, net[3].bias.data = torch.eye(2), torch.zeros(2)
    x = torch.zeros(1, 1, 20, 30)
    x[0, 0, 5:9, 12:20] = 1.0
    made = localise(net, x, target=0)
    assert made.arrays["box"].tolist() == [[5, 12, 9, 20]]
    assert x[0, 0][tuple(made.arrays["peak"][0].tolist())] == 1


@pytest.mark.parametrize("name", ["convnet", "vgg11-small", "mlp"])
def test_a_net_without_a_pooling_head_says_what_works(name: str) -> None:
    net = build(name, {}, (32, 32, 3), 5)
    with pytest.raises(ProbeError, match=r"saliency and occlusion work on"):
        localise(net, torch.randn(1, 3, 32, 32))


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"scale": ()}, "the scale is empty, and must be numbers above 0"),
        ({"scale": (1, -2)}, "the scale is 1, -2, and must be numbers above 0"),
        ({"scale": (1000,)}, r"scale 1000 makes 32000 x 32000 pixels of an image, and at most 33,554,432 are read"),
        ({"threshold": 1.0}, "the threshold is 1, and must lie between 0 and 1, both excluded"),
        ({"target": 10}, "class 10 is out of range; the net has classes 0 to 9"),
        ({"tap": "linear"}, 'the tap "linear" puts out no feature map'),
    ],
)
def test_what_cannot_be_read_is_said(asked: dict[str, object], text: str) -> None:
    with pytest.raises(ProbeError, match=text):
        localise(build("resnet20", {}, (32, 32, 3), 10), torch.randn(1, 3, 32, 32), **asked)  # pyright: ignore[reportArgumentType]


def test_a_tap_inside_a_branch_or_unknown_is_refused() -> None:
    net = build("resnet20", {}, (32, 32, 3), 10)
    with pytest.raises(ProbeError):
        localise(net, torch.randn(1, 3, 32, 32), tap="layer3.2.bn1")
    with pytest.raises(NetError, match='tap "layer9" is unknown'):
        localise(net, torch.randn(1, 3, 32, 32), tap="layer9")


class Turning(nn.LayerNorm):
    """A layer norm over the channels of (N, C, H, W), which turns inside as those of ConvNeXt do."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class TurningGroups(nn.GroupNorm):
    """A group norm that is handed (N, H, W, C) inside, and hands (N, C, H, W) on."""

    def forward(self, x: Tensor) -> Tensor:
        turned = x.permute(0, 2, 3, 1).contiguous()
        return super().forward(turned.permute(0, 3, 1, 2)).contiguous(memory_format=torch.channels_last)


class NextBlock(nn.Module):
    """As in ConvNeXt: a depthwise convolution, then norm and dense layers over the last dimension, and the way around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.norm, self.wide = nn.LayerNorm(channels), nn.Linear(channels, 2 * channels)
        self.activation, self.narrow = nn.GELU(), nn.Linear(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        turned = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        return x + self.narrow(self.activation(self.wide(turned))).permute(0, 3, 1, 2)


BLOCKS: dict[str, Callable[[], nn.Module]] = {
    "layer norm": lambda: Turning(8),
    "group norm": lambda: TurningGroups(2, 8),
    "ConvNeXt": lambda: NextBlock(8),
    "ConvNeXt, then layer norm": lambda: nn.Sequential(NextBlock(8), Turning(8)),
}


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("size", [(8, 8), (9, 9), (9, 8), (8, 9)])  # (H, W): of as many pixels as channels, or not
def test_a_height_or_width_of_as_many_pixels_as_channels_changes_nothing(block: str, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    start = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), BLOCKS[block]())
    net = nn.Sequential(*start, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5))
    x = torch.randn(2, 3, *size)
    with torch.no_grad():
        expected = F.conv2d(start(x), net[4].weight[:, :, None, None], net[4].bias)
    torch.testing.assert_close(localise(net, x).arrays["response"], expected)
    # The same map by another way: what Grad-CAM averages is the map that the 1 x 1 convolution reads.
    alpha = net[4].weight[0].detach() / (size[0] * size[1])
    with torch.no_grad():
        map_ = torch.einsum("c,nchw->nhw", alpha, start(x))
    torch.testing.assert_close(gradcam(net, x, target=0).arrays["map"], map_, rtol=1e-4, atol=1e-5)


def test_a_map_of_one_pixel_and_one_class() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 1))
    made = localise(net, torch.randn(1, 1, 4, 4), tap="1")
    assert made.arrays["response"].shape == (1, 1, 1, 1)
    assert np.isfinite(made.heatmap.numpy()).all()
    assert made.facts.boxes == ((0, 0, 4, 4),)
