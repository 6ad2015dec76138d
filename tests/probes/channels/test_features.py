"""Features by hand, by autograd image by image, and against Grad-CAM, of which they are the parts."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import NetError, ProbeError
from striate.nets import build
from striate.nets.measure.taps import tapped
from striate.probes.channels.features import RULES, features
from striate.probes.channels.maximize import maximize
from striate.probes.channels.patches import patches
from striate.probes.facts import Patch
from striate.probes.heatmaps.gradcam import gradcam


class Square(nn.Module):
    """S_0 = sum of A_0 squared, S_1 = -100: the gradient of channel 0 is 2 A, that of channel 1 is 0."""

    def __init__(self) -> None:
        super().__init__()
        self.tap = nn.Conv2d(1, 2, 1, bias=False)
        self.tap.weight.data = torch.tensor([1.0, 3.0]).view(2, 1, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = self.tap(x)[:, 0]
        return torch.stack((a.square().sum((1, 2)), -100 * torch.ones(len(x))), 1)


def test_by_hand() -> None:
    images = torch.tensor([[[1.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, -1.0]], [[-4.0, 0.0], [0.0, 3.0]]])[:, None]
    made = features(Square(), images, taps=["tap"], channels=[0, 1], top=2)
    # w = mean(2 A): 0.5, 1, -0.5.   w mean(A): 0.125, 0.5, 0.125.   mean(2 A A): 0.5, 2, 12.5.   max(A): 1, 1, 3.
    assert made.arrays["published.value"].tolist() == [[0.5, 1.0, -0.5], [0.0, 0.0, 0.0]]
    assert made.arrays["published.image"].tolist() == [[1, 0], [0, 1]]
    assert made.arrays["contribution.value"][0].tolist() == [0.125, 0.5, 0.125]
    assert made.arrays["local.value"][0].tolist() == [0.5, 2.0, 12.5]
    assert made.arrays["activation.value"].tolist() == [[1.0, 1.0, 3.0], [3.0, 3.0, 9.0]]
    assert made.arrays["local.image"][0].tolist() == [2, 1]
    # The published heatmap keeps its sign, the contribution does not.
    assert made.arrays["published.heatmap"][0, 0].tolist() == [[1.0, 1.0], [1.0, -1.0]]
    assert made.arrays["contribution.heatmap"][0, 0].tolist() == [[1.0, 1.0], [1.0, 0.0]]
    assert made.arrays["local.heatmap"][0, 0].tolist() == [[32.0, 0.0], [0.0, 18.0]]
    assert made.arrays["local.window"][0].tolist() == [[0, 0, 1, 1], [0, 0, 1, 1]]
    assert made.arrays["activation.window"][0, 0].tolist() == [1, 1, 2, 2]
    assert [score.target for score in made.scores] == [0, 0, 0]
    row = made.facts.maps[0]
    assert (row.tap, row.channel, row.rules["published"][0]) == ("tap", 0, Patch(1, 1.0, (0, 0, 1, 1)))


@pytest.mark.parametrize("batch", [2, 128])
def test_weights_are_those_of_autograd_image_by_image(batch: int) -> None:
    torch.manual_seed(0)
    net = build("convnet", {"norm": "batch", "dropout": 0.5}, (16, 16, 3), 5).eval()
    x = torch.randn(5, 3, 16, 16)
    taps = {"conv1": [3, 1], "act2": [0]}
    made = features(net, x, taps=list(taps), channels=taps, batch=batch)
    for i, image in enumerate(x):
        with tapped(net, taps) as kept:
            scores = net(image[None])
        gradients = torch.autograd.grad(scores[0].max(), [kept[t] for t in taps])
        expected = [g[0, k].mean() for g, t in zip(gradients, taps, strict=True) for k in taps[t]]
        torch.testing.assert_close(made.arrays["published.value"][:, i], torch.stack(expected))


def test_the_contributions_of_all_channels_add_up_to_gradcam() -> None:
    torch.manual_seed(0)
    net = build("resnet", {}, (16, 16, 3), 5)
    x = torch.randn(3, 3, 16, 16)
    whole = gradcam(net, x)
    channels = net.get_submodule("linear").in_features  # pyright: ignore[reportAttributeAccessIssue]
    parts = features(net, x, taps=[whole.facts.tap], channels=range(channels))
    torch.testing.assert_close(parts.arrays["contribution.value"].sum(0), whole.arrays["map"].mean((1, 2)))


def test_what_is_asked_for_is_shown_and_no_more() -> None:
    net = build("convnet", {}, (16, 16, 3), 5)
    made = features(net, torch.randn(1, 3, 16, 16), top=2)
    assert made.facts.top == 1
    assert [(row.tap, row.channel) for row in made.facts.maps] == [("act2", 0), ("act2", 1), ("act2", 2)]
    for rule in RULES:
        assert made.arrays[f"{rule}.heatmap"].shape == (3, 1, 16, 16)
    assert "raises the score" in made.sign


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (
            {"taps": ["conv1", "conv2"], "channels": [0, 64, 99]},
            'the tap "conv1" has channels 0 to 31, not 64, 99; the tap',
        ),
        ({"taps": ["dense1"]}, r'the tap "dense1" puts out shape \(1, \d+\), and a feature map is \(N, C, H, W\)'),
        (
            {"taps": ["conv1"], "channels": {"conv2": [1]}},
            r'channels: tap "conv2" is unknown \(did you mean "conv1"\?\); accepted are conv1',
        ),
        ({"taps": ["conv1"], "channels": []}, 'no channel is given for the tap "conv1"; give at least one'),
        ({"top": 0}, "top is 0, and must be 1 or more"),
        ({"target": 5}, "class 5 is out of range; the net has classes 0 to 4"),
    ],
)
def test_what_cannot_be_shown_is_said(asked: dict[str, object], text: str) -> None:
    net = build("convnet", {}, (16, 16, 3), 5)
    with pytest.raises(ProbeError, match=text):
        features(net, torch.randn(2, 3, 16, 16), **asked)  # pyright: ignore[reportArgumentType]


def test_an_unknown_tap_lists_the_taps() -> None:
    with pytest.raises(
        NetError, match=r'tap "conv9" is unknown \(did you mean "conv[12]"\?\); accepted are conv1, act1'
    ):
        features(build("convnet", {}, (16, 16, 3), 5), torch.randn(2, 3, 16, 16), taps=["conv9"])


def test_a_tap_of_two_channels_has_no_third_unless_it_is_asked_for() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    images = torch.rand(3, 1, 8, 8)
    assert [(m.tap, m.channel) for m in features(net, images, top=1).facts.maps] == [("2", 0), ("2", 1)]
    assert [m.channel for m in features(net, images, top=1, taps=("0", "2")).facts.maps] == [0, 1, 2, 0, 1]
    assert patches(net, images).facts.channels == (0, 1)
    assert maximize(net, images, channels=None, steps=1).facts.channels == (0, 1)
    assert maximize(net, images, tap="4", channels=None, steps=1).facts.channels == (0, 1)  # the classes
    with pytest.raises(ProbeError, match='the tap "2" has channels 0 to 1, not 2'):
        features(net, images, channels=(0, 2))
    with pytest.raises(ProbeError, match='the tap "2" has channels 0 to 1, not 2'):
        maximize(net, images, channels=(0, 2))
