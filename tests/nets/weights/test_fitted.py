"""Weights of a net for other channels and classes: what is adapted, what is drawn anew, what is refused."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import NetError
from striate.nets import build
from striate.nets.measure.order import layers
from striate.nets.weights.fitted import adapted, fit, last_layer

OPTIONS = {"widths": [[4], [6]], "hidden": [8], "norm": "batch"}


def net(channels: int = 3, classes: int = 5, seed: int = 0, size: int = 8) -> torch.nn.Module:
    torch.manual_seed(seed)
    return build("convnet", OPTIONS, (size, size, channels), classes)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 6, 7])
def test_the_first_convolution_is_adapted_as_timm_adapts_it(channels: int) -> None:
    manipulate = pytest.importorskip("timm.models._manipulate")
    weight = torch.randn(4, 3, 3, 3)
    assert torch.allclose(adapted(weight, channels), manipulate.adapt_input_conv(channels, weight.clone()))


def test_one_channel_becomes_three_by_hand() -> None:
    assert adapted(torch.full((1, 1, 1, 1), 6.0), 3).flatten().tolist() == [2.0, 2.0, 2.0]


def test_a_grey_image_gives_the_same_answer_in_three_equal_channels_and_in_one() -> None:
    coloured, grey = net(3).eval(), net(1, seed=1).eval()
    fitted = fit(grey, coloured.state_dict(), "w", (8, 8, 1))
    x = torch.rand(2, 1, 8, 8)
    assert torch.allclose(grey(x), coloured(x.expand(-1, 3, -1, -1)), atol=1e-6)
    assert (fitted.head, fitted.stem, fitted.channels) == ("", "conv1", (3, 1))
    assert fitted.in_words() == "the weights of conv1 for 3 channels are summed for 1"


def test_other_classes_leave_the_last_layer_as_drawn_and_all_else_is_taken() -> None:
    given, made = net(classes=5).state_dict(), net(classes=7, seed=1)
    drawn = {name: value.clone() for name, value in made.state_dict().items()}
    fitted = fit(made, given, "w", (8, 8, 3))
    for name, value in made.state_dict().items():
        assert torch.equal(value, drawn[name] if name.startswith("output.") else given[name]), name
    assert fitted.in_words() == "its last layer, output, is drawn anew for these classes"


@pytest.mark.parametrize("other", [False, True])
def test_as_many_classes_of_another_meaning_are_drawn_anew_too(other: bool) -> None:
    given, made = net().state_dict(), net(seed=1)
    before = made.state_dict()["output.weight"].clone()
    assert fit(made, given, "w", (8, 8, 3), other_classes=other).head == ("output" if other else "")
    assert torch.equal(made.state_dict()["output.weight"], before) == other


def test_a_file_without_a_last_layer_serves() -> None:
    given = {name: value for name, value in net().state_dict().items() if not name.startswith("output")}
    assert fit(net(seed=1), given, "w", (8, 8, 3)).head == "output"


def test_what_fits_nowhere_is_listed_together_and_nothing_is_copied() -> None:
    given = {**net(size=16).state_dict(), "more": torch.zeros(1)}
    del given["conv2.bias" if "conv2.bias" in given else "conv2.weight"]
    made = net(seed=1)
    before = {name: value.clone() for name, value in made.state_dict().items()}
    with pytest.raises(NetError, match=r"missing conv2.*; unexpected more; misshapen dense1.weight is 8x96"):
        fit(made, given, "w", (8, 8, 3))
    assert all(torch.equal(value, before[name]) for name, value in made.state_dict().items())


class Bare(nn.Module):
    """Its classes are a parameter that stands in no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.classes = nn.Parameter(torch.randn(4, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x).mean((2, 3)) @ self.classes


def test_the_first_layer_is_not_taken_for_the_last_where_the_last_is_no_layer() -> None:
    net, shape = Bare(), (8, 8, 3)
    given = {name: value.clone() for name, value in Bare().state_dict().items()}
    assert last_layer(net, layers(net, shape), 3) == ""
    with pytest.raises(NetError, match="which layer of the net is its last, to be drawn anew, cannot be told"):
        fit(net, given, "w.pt", shape, other_classes=True)
    assert fit(net, given, "w.pt", shape).head == ""
    assert torch.equal(net.conv.weight, given["conv.weight"])


def test_a_last_layer_with_computed_weights_is_drawn_anew() -> None:
    def made(classes: int) -> nn.Sequential:
        last = nn.utils.parametrizations.weight_norm(nn.Linear(4, classes))
        return nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), last)

    net, given = made(5), made(3).state_dict()
    drawn = net[3].weight.detach().clone()
    assert fit(net, given, "w.pt", (8, 8, 3)).head == "3"
    assert torch.equal(net[3].weight, drawn)
    assert torch.equal(net[0].weight, given["0.weight"])
