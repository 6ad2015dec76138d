"""Names, options and their faults, and the convnet in its variants."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import NetError
from striate.nets import build
from striate.nets.catalog import ENTRIES, complete, option_fields
from striate.nets.measure.taps import tapped


def test_a_net_without_hidden_layers_averages_over_space() -> None:
    net = build("convnet", {"hidden": [], "widths": [[3]]}, (8, 8, 1), 2)
    assert [name for name, _ in net.named_children()] == ["conv1", "act1", "pool1", "average", "flatten", "output"]


@pytest.mark.parametrize("norm", ["none", "batch", "group", "layer"])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"])
def test_every_norm_and_activation_trains(norm: str, activation: str) -> None:
    net = build("convnet", {"norm": norm, "activation": activation}, (8, 8, 1), 3)
    net(torch.randn(4, 1, 8, 8)).sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())


def test_convolutions_before_a_norm_have_no_bias() -> None:
    assert build("convnet", {"norm": "batch"}, (8, 8, 1), 3).get_submodule("conv1").bias is None
    assert build("convnet", {}, (8, 8, 1), 3).get_submodule("conv1").bias is not None


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_residual_convnet_adds_each_units_input_at_no_parameter(norm: str) -> None:
    options = {"widths": [[4, 4], [6]], "norm": norm}
    plain, residual = (build("convnet", {**options, "residual": r}, (8, 8, 1), 3).eval() for r in (False, True))
    residual.load_state_dict(plain.state_dict())  # the same parameters under the same names
    images = torch.randn(2, 1, 8, 8)
    with tapped(plain, ["act1"]) as without, tapped(residual, ["act1", "act2", "pool1", "add3", "conv3"]) as kept:
        plain(images)
        residual(images)
    assert torch.equal(without["act1"], kept["act1"])
    conv2, norm2 = plain.get_submodule("conv2"), plain.get_submodule("norm2") if norm == "batch" else nn.Identity()
    torch.testing.assert_close(kept["act2"], (norm2(conv2(kept["act1"])) + kept["act1"]).relu())
    padded = torch.cat([torch.zeros(2, 1, 4, 4), kept["pool1"], torch.zeros(2, 1, 4, 4)], dim=1)
    norm3 = residual.get_submodule("norm3") if norm == "batch" else nn.Identity()
    torch.testing.assert_close(kept["add3"], norm3(kept["conv3"]) + padded)


def test_a_convnet_without_activation_is_affine() -> None:
    net = build("convnet", {"activation": "none", "hidden": [5], "widths": [[3]], "kernel": 1}, (2, 2, 1), 3)
    assert not any("act" in name for name, _ in net.named_children())


def test_the_cs7150_net_has_the_channels_that_the_text_names() -> None:
    options = complete("convnet-cs7150", {})
    widths = [width for stage in options.widths for width in stage]
    assert len(widths) == 4
    assert widths[0] >= 27
    assert widths[1] >= 50
    assert widths[3] >= 56


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("convnt", {}, ['"convnt" is unknown', 'did you mean "convnet"', "convnet-cs7150", "timm:NAME"]),
        ("convnet", {"widht": 3, "kernle": 5}, ['"widht" is unknown', '"kernle" is unknown', '"kernel"']),
        ("convnet", {"norm": "btch", "dropout": 1.5}, ["norm is btch", "'batch'", "dropout is 1.5", "less than 1"]),
        ("convnet", {"kernel": 4, "norm": "btch"}, ["kernel is 4", "odd", 'did you mean "batch"']),
        ("convnet", {"dropout_scaling": "none"}, ["dropout_scaling none needs a dropout above 0"]),
        ("convnet", {"residual": True, "widths": [[8]]}, ["at least two convolutions"]),
        ("convnet", {"residual": True, "widths": [[8], [4]]}, ["never shrink, and they are 8, 4"]),
        ("convnet", {"widths": []}, ["widths", "at least 1"]),
        ("convnet", {"widths": [[1], [1], [1], [1]]}, ["4 stages", "8x8 pixels allow 3", "image_size"]),
        ("convnet", {"dropout": float("nan")}, ["dropout is nan"]),
    ],
)
def test_faults_are_named_together(name: str, options: dict[str, object], words: list[str]) -> None:
    with pytest.raises(NetError) as caught:
        build(name, options, (8, 8, 1), 3)
    for word in words:
        assert word in str(caught.value)


def test_option_fields_are_those_of_the_net() -> None:
    assert {"widths", "norm", "dropout"} <= set(option_fields("convnet"))


def test_published_nets_say_what_they_expect() -> None:
    expected = {"resnet20", "resnet32", "resnet44", "resnet56", "mobilenet-v1"}
    assert {name for name, known in ENTRIES.items() if known.inputs} == expected
    for name in expected:
        inputs = ENTRIES[name].inputs
        assert inputs is not None
        assert len(inputs.mean) == len(inputs.std) == inputs.image_shape[2]
    assert ENTRIES["resnet20"].inputs.classes[3] == "cat"


@pytest.mark.parametrize("name", ENTRIES)
def test_what_a_net_starts_from_is_what_its_options_accept(name: str) -> None:
    default = ENTRIES[name].default  # made without a check
    assert type(default).model_validate_json(default.model_dump_json()) == default
    assert complete(name, {}) == default
