"""Climbing ends where it is known to end, and a silent channel is woken."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import NetError, ProbeError
from striate.nets import build
from striate.probes.channels.maximize import maximize


def linear(*weights: float, bias: float = 0.0) -> nn.Sequential:
    net = nn.Sequential(nn.Conv2d(1, 1, (1, len(weights))), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    net[0].weight.data = torch.tensor(weights).view(1, 1, 1, -1)
    net[0].bias.data.fill_(bias)
    return net


@pytest.mark.parametrize("parameters", ["fourier", "pixel"])
def test_a_linear_cell_ends_at_the_ends_of_the_range(parameters: str) -> None:
    # The cell answers p1 - p2: its largest value in [0, 1] is 1, where p1 = 1 and p2 = 0.
    made = maximize(
        linear(1.0, -1.0),
        torch.rand(3, 1, 1, 2),
        tap="0",
        steps=300,
        rate=0.2,
        parameters=parameters,  # pyright: ignore[reportArgumentType]
        jitter=0,
        top=2,
    )
    assert made.arrays["pixels"].flatten().tolist() == pytest.approx([1, 0], abs=0.02)
    assert float(made.arrays["answer"]) == pytest.approx(1, abs=0.03)
    assert float(made.arrays["climb"].max()) <= float(made.arrays["answer"]) + 1e-6
    assert made.arrays["climb"].shape == (1, 300)
    assert made.arrays["value"].shape == (1, 2)


def test_a_silent_channel_is_woken() -> None:
    # relu(p1 + p2 - 1.2) is 0, without a gradient, at the even grey (0.5, 0.5) of the start.
    made = maximize(linear(1.0, 1.0, bias=-1.2), torch.rand(1, 1, 1, 2), tap="1", steps=400, rate=0.1, jitter=0, seed=1)
    assert float(made.arrays["answer"]) > 0.5


def test_channels_together_are_as_each_alone_and_beat_the_images() -> None:
    torch.manual_seed(0)
    net = build("convnet", {"norm": "batch"}, (16, 16, 3), 5)
    x = torch.rand(4, 3, 16, 16)
    made = maximize(net, x, tap="conv2", channels=[1, 4], steps=40, seed=3, top=1)
    assert made.arrays["images"].shape == (2, 3, 16, 16)
    assert (made.arrays["largest"] > made.arrays["value"][:, 0]).all()
    assert made.arrays["pixels"].min() > 0
    assert made.arrays["pixels"].max() < 1
    again = maximize(net, x, tap="conv2", channels=[1, 4], steps=40, seed=3, top=1)
    assert torch.equal(made.arrays["images"], again.arrays["images"])
    other = maximize(net, x, tap="conv2", channels=[1, 4], steps=40, seed=4, top=1)
    assert not torch.equal(made.arrays["images"], other.arrays["images"])


def test_a_class_is_a_channel_of_one_number() -> None:
    torch.manual_seed(0)
    net = build("convnet", {}, (16, 16, 3), 5)
    x = torch.rand(2, 3, 16, 16)
    made = maximize(net, x, tap="output", channels=[3], steps=20)
    with torch.no_grad():
        assert float(made.arrays["answer"]) > float(net.eval()(x)[:, 3].max())
    assert made.facts.patches is None


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"channels": [40]}, 'the tap "conv1" has channels 0 to 31, not 40'),
        ({"channels": []}, "0 channels, steps 256, rate 0.05 and jitter 1 are given; channels and steps are 1 or more"),
        ({"jitter": 16}, "a jitter is 0 to 15 pixels"),
        ({"rate": 0.0}, "rate 0 and"),
        (
            {"parameters": "spline"},
            'kind of parameters "spline" is unknown; accepted are fourier, pixel',
        ),
        ({"tap": "flatten", "channels": [9999]}, 'the tap "flatten" has channels 0 to'),
    ],
)
def test_what_cannot_be_climbed_is_said(asked: dict[str, object], text: str) -> None:
    with pytest.raises(ProbeError, match=text):
        maximize(build("convnet", {}, (16, 16, 3), 5), torch.rand(1, 3, 16, 16), **{"tap": "conv1", **asked})  # pyright: ignore[reportArgumentType]


def test_an_unknown_tap_lists_the_taps() -> None:
    with pytest.raises(NetError, match='tap "conv9" is unknown'):
        maximize(build("convnet", {}, (16, 16, 3), 5), torch.rand(1, 3, 16, 16), tap="conv9")
