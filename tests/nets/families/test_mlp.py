"""The dense net: written out by hand, blind to the order of pixels."""

from __future__ import annotations

import pytest
import torch

from striate.base.errors import NetError
from striate.nets import build


def test_it_is_its_formula() -> None:
    net = build("mlp", {"hidden": [5, 4], "activation": "tanh"}, (2, 3, 2), 3)
    x = torch.randn(4, 2, 2, 3)
    first, second, output = (net.get_submodule(name) for name in ("dense1", "dense2", "output"))
    hidden = torch.tanh(x.flatten(1) @ first.weight.T + first.bias)
    hidden = torch.tanh(hidden @ second.weight.T + second.bias)
    torch.testing.assert_close(net(x), hidden @ output.weight.T + output.bias)


@pytest.mark.parametrize(("norm", "dims"), [("batch", 0), ("layer", 1)])
def test_batch_norm_is_over_images_and_layer_norm_over_units(norm: str, dims: int) -> None:
    net = build("mlp", {"hidden": [6], "norm": norm}, (3, 3, 1), 2).train()
    x = net.get_submodule("dense1")(torch.randn(8, 9))
    expected = (x - x.mean(dims, keepdim=True)) / (x.var(dims, keepdim=True, unbiased=False) + 1e-5).sqrt()
    torch.testing.assert_close(net.get_submodule("norm1")(x), expected)


def test_permuted_pixels_give_the_same_answers_with_permuted_columns() -> None:
    torch.manual_seed(0)
    net, order = build("mlp", {}, (4, 4, 3), 5), torch.randperm(48)
    x = torch.randn(2, 3, 4, 4)
    before = net(x)
    with torch.no_grad():
        net.get_submodule("dense1").weight.copy_(net.get_submodule("dense1").weight[:, order])
    torch.testing.assert_close(net(x.flatten(1)[:, order].view_as(x)), before)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hidden": [], "norm": "batch"}, "hidden is empty"),
        ({"dropout_scaling": "at-test"}, "dropout_scaling at-test needs a dropout above 0"),
    ],
)
def test_an_option_without_effect_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(NetError, match=words):
        build("mlp", options, (4, 4, 1), 2)
