"""Initial weights: their widths from the formulas by hand, and the defaults drawn as before."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from striate.nets import build
from striate.nets.catalog import ENTRIES, option_fields
from striate.nets.initial import initialize

# A convolution 16 -> 64 of 5 x 5 cells: fan_in 400, fan_out 1600. A dense layer 900 -> 300.
FANS = {"conv": (400, 1600), "dense": (900, 300)}


def drawn(rule: str) -> nn.Sequential:
    torch.manual_seed(0)
    net = nn.Sequential()
    net.add_module("conv", nn.Conv2d(16, 64, 5))
    net.add_module("dense", nn.Linear(900, 300))
    initialize(net, rule)  # type: ignore[arg-type]
    return net


def bounds(weights: Tensor) -> tuple[float, float]:
    return float(weights.detach().std()), float(weights.detach().abs().max())


@pytest.mark.parametrize("layer", FANS)
def test_the_spread_is_that_of_the_formula(layer: str) -> None:
    fan_in, fan_out = FANS[layer]
    plain, he, glorot = (bounds(drawn(rule).get_submodule(layer).weight) for rule in ("pytorch", "he", "glorot"))
    assert plain[1] == pytest.approx(
        1 / math.sqrt(fan_in), rel=1e-3
    )  # uniform: the largest of thousands is at the edge
    assert plain[0] == pytest.approx(1 / math.sqrt(3 * fan_in), rel=0.02)
    assert he[0] == pytest.approx(math.sqrt(2 / fan_in), rel=0.02)
    assert he[1] > 3.5 * he[0]  # normal, not uniform
    edge = math.sqrt(6 / (fan_in + fan_out))
    assert glorot == pytest.approx((edge / math.sqrt(3), edge), rel=0.02)


def test_biases_are_zero_with_he_and_glorot_alone() -> None:
    for rule, zero in (("pytorch", False), ("he-fan-out", False), ("he", True), ("glorot", True)):
        assert bool((drawn(rule).get_submodule("dense").bias == 0).all()) is zero, rule


def test_he_fan_out_draws_convolutions_alone() -> None:
    made, plain = drawn("he-fan-out"), drawn("pytorch")
    assert bounds(made.get_submodule("conv").weight)[0] == pytest.approx(math.sqrt(2 / 1600), rel=0.02)
    assert torch.equal(made.get_submodule("dense").weight, plain.get_submodule("dense").weight)


RULES_OF_NETS = [
    (name, rule)
    for name in ENTRIES
    if (field := type(ENTRIES[name].default).model_fields.get("initial_weights"))
    for rule in get_args(field.annotation)
]


@pytest.mark.parametrize(("name", "rule"), RULES_OF_NETS)
def test_every_net_that_has_the_option_follows_it(name: str, rule: str) -> None:
    small = {"width": 4} if "width" in option_fields(name) else {}
    small |= {"hidden": [8]} if name == "vgg11" else {}
    torch.manual_seed(0)
    net = build(name, {"initial_weights": rule, **small}, (32, 32, 3), 10)
    last = [module for module in net.modules() if isinstance(module, nn.Linear)][-1]
    edge = {
        "glorot": math.sqrt(6 / (last.in_features + 10)),
        "pytorch": 1 / math.sqrt(last.in_features),
        "he-fan-out": 1 / math.sqrt(last.in_features),
    }
    if rule in edge:
        assert 0.8 * edge[rule] < float(last.weight.detach().abs().max()) <= edge[rule]
    else:
        assert float(last.weight.detach().std()) == pytest.approx(math.sqrt(2 / last.in_features), rel=0.35)
    convolutions = [
        module for module in net.modules() if isinstance(module, nn.Conv2d) and module.weight.numel() > 1000
    ]
    for conv in convolutions[:3]:
        fan_in, fan_out = conv.weight[0].numel(), conv.weight.shape[0] * conv.weight[0, 0].numel()
        variance = {"pytorch": 1 / (3 * fan_in), "he": 2 / fan_in, "he-fan-out": 2 / fan_out}
        wanted = variance.get(rule, 2 / (fan_in + fan_out))
        assert float(conv.weight.detach().std()) == pytest.approx(math.sqrt(wanted), rel=0.1)


def test_the_rule_that_a_net_has_by_itself_draws_what_it_drew() -> None:
    for name, own in (
        ("convnet", "pytorch"),
        ("resnet20", "he-fan-out"),
        ("mlp", "pytorch"),
        ("shallownet", "pytorch"),
    ):
        states = []
        for options in ({}, {"initial_weights": own}):
            torch.manual_seed(3)
            states.append(build(name, options, (32, 32, 3), 10).state_dict())
        assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
