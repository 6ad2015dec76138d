"""The zoo: any classifier for any images and classes, from a file as well, and a clear no without network or library."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from striate.base.errors import NetError
from striate.nets import build
from striate.nets.catalog import entry, option_fields
from striate.nets.published.zoo import _behead, crop_words


@pytest.mark.parametrize("name", ["timm:resnet18", "torchvision:squeezenet1_1", "torchvision:googlenet"])
@pytest.mark.parametrize("channels", [1, 3])
def test_it_takes_the_images_and_classes_of_the_data(name: str, channels: int) -> None:
    net = build(name, {}, (48, 48, channels), 5)
    assert net.train()(torch.randn(2, channels, 48, 48)).shape == (2, 5)


def test_what_its_published_weights_expect() -> None:
    for name in ("timm:resnet18", "torchvision:resnet18"):
        inputs = entry(name).inputs
        assert inputs is not None
        assert (inputs.image_shape, inputs.mean, inputs.std) == (
            (224, 224, 3),
            (0.485, 0.456, 0.406),
            (0.229, 0.224, 0.225),
        )
    assert entry("torchvision:resnet18").inputs.classes[281] == "tabby"
    assert option_fields("timm:resnet18") == ("pretrained", "weights")


def test_weights_from_a_file_need_no_network(tmp_path: Path) -> None:
    first = build("torchvision:squeezenet1_1", {}, (48, 48, 3), 5)
    save_file(first.state_dict(), tmp_path / "w.safetensors")
    again = build("torchvision:squeezenet1_1", {"weights": str(tmp_path / "w.safetensors")}, (48, 48, 3), 5)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_file_for_other_classes_and_channels_is_taken_as_the_published_weights_are(
    channels: int, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    for name, first, body, head in (
        ("timm:resnet18", "conv1", "layer2.0.conv1", "fc"),
        ("torchvision:resnet18", "conv1", "layer2.0.conv1", "fc"),
        ("torchvision:squeezenet1_1", "features.0", "features.3.squeeze", "classifier.1"),
    ):
        known = build(name, {}, (48, 48, 4 - channels), 7)
        path = tmp_path / "w.pth"
        torch.save({"model": known.state_dict(), "epoch": 3}, path)
        net = build(name, {"weights": str(path)}, (48, 48, channels), 5)
        assert torch.equal(net.get_parameter(f"{body}.weight"), known.get_parameter(f"{body}.weight"))
        assert len(net.get_parameter(f"{head}.weight")) == 5
        kernels = net.get_parameter(f"{first}.weight").sum(1)
        torch.testing.assert_close(kernels, known.get_parameter(f"{first}.weight").sum(1))
        same = build(name, {"weights": str(path)}, (48, 48, channels), 7)
        assert torch.equal(same.get_parameter(f"{head}.weight"), known.get_parameter(f"{head}.weight"))


def test_a_file_for_larger_images_is_taken_to_smaller_ones(tmp_path: Path) -> None:
    name = "timm:vit_tiny_patch16_224"
    known = build(name, {}, (224, 224, 3), 1000)
    save_file(known.state_dict(), tmp_path / "w.safetensors")
    net = build(name, {"weights": str(tmp_path / "w.safetensors")}, (32, 32, 3), 5)
    assert torch.equal(net.get_parameter("blocks.0.mlp.fc1.weight"), known.get_parameter("blocks.0.mlp.fc1.weight"))
    assert net.get_parameter("pos_embed").shape == (1, 5, 192)
    assert "state_dict" not in net.pretrained_cfg


@pytest.mark.parametrize("name", ["timm:resnet18", "torchvision:resnet18"])
def test_a_file_of_another_net_is_refused_whole(name: str, tmp_path: Path) -> None:
    state = build(name, {}, (48, 48, 3), 7).state_dict()
    del state["layer1.0.conv1.weight"]
    save_file(state | {"other": torch.zeros(1)}, tmp_path / "w.safetensors")
    with pytest.raises(NetError) as caught:
        build(name, {"weights": str(tmp_path / "w.safetensors")}, (48, 48, 3), 5)
    assert str(caught.value).endswith("do not fit the net: missing layer1.0.conv1.weight; unexpected other")


@pytest.mark.parametrize(("channels", "classes"), [(3, 1000), (3, 5), (1, 5)])
def test_side_classifiers_of_a_published_file_are_left_out(channels: int, classes: int, tmp_path: Path) -> None:
    from torchvision.models import googlenet

    torch.manual_seed(0)
    published = googlenet(aux_logits=True, transform_input=True, init_weights=False).eval()
    torch.save(published.state_dict(), tmp_path / "w.pth")
    net = build("torchvision:googlenet", {"weights": str(tmp_path / "w.pth")}, (64, 64, channels), classes).eval()
    assert torch.equal(net.get_parameter("conv2.conv.weight"), published.get_parameter("conv2.conv.weight"))
    images = torch.randn(2, channels, 64, 64)
    assert net(images).shape == (2, classes)
    # Its weights alone, as a checkpoint holds them, make the same net again.
    again = build("torchvision:googlenet", {}, (64, 64, channels), classes).eval()
    again.load_state_dict(net.state_dict())
    assert torch.equal(again(images), net(images))
    if classes == 1000:
        torch.testing.assert_close(net(images), published(images))  # with its normalization inside the net


def test_a_published_file_serves_a_command_that_looks_into_a_net(tmp_path: Path) -> None:
    from torchvision.models import resnet18

    from striate.app.inputs.opened_net import open_subject

    published = resnet18().eval()
    torch.save({"state_dict": published.state_dict()}, tmp_path / "w.pth")
    net = open_subject("torchvision:resnet18", tmp_path / "w.pth").net
    images = torch.randn(1, 3, 64, 64)
    assert torch.equal(net(images), published(images))


@pytest.mark.parametrize("bias", [False, True])
def test_a_new_classifier_has_a_bias_where_the_old_one_had(bias: bool) -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10, bias=bias))
    _behead(net, 3)
    assert net(torch.zeros(1, 3, 2, 2)).shape == (1, 3)
    assert ("3.bias" in net.state_dict()) == bias


def test_pretrained_weights_meet_other_classes_and_grey_images(monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.models import ResNet18_Weights, resnet18

    torch.manual_seed(0)
    published = resnet18().state_dict()
    monkeypatch.setattr("striate.nets.published.hub.reachable", lambda _address: True)
    monkeypatch.setattr(ResNet18_Weights, "get_state_dict", lambda self, *a, **k: published)
    net = build("torchvision:resnet18", {"pretrained": True}, (64, 64, 1), 5)
    assert torch.equal(net.layer1[0].conv1.weight, published["layer1.0.conv1.weight"])
    torch.testing.assert_close(net.conv1.weight, published["conv1.weight"].sum(1, keepdim=True))
    assert net.fc.out_features == 5


@pytest.mark.parametrize("library", ["timm", "torchvision"])
def test_without_a_network_pretrained_says_what_to_do(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError("no route\nmore")

    place = "timm.create_model" if library == "timm" else "torchvision.models.get_model"
    monkeypatch.setattr(place, refuse)
    monkeypatch.setattr("striate.nets.published.hub.reachable", lambda _address: library == "torchvision")
    with pytest.raises(NetError) as caught:
        build(f"{library}:resnet18", {"pretrained": True}, (64, 64, 3), 5)
    assert str(caught.value) == (
        f'the published weights of "{library}:resnet18" could not be had (OSError: no route); connect to the network once, '
        "or give a file of them: `weights=FILE` and `pretrained=false`"
    )


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("timm:resnet1", {}, 'model of timm "resnet1" is unknown (did you mean "resnet'),
        ("torchvision:resnet19", {}, 'classifier of torchvision "resnet19" is unknown (did you mean "resnet1'),
        ("torchvision:fcn_resnet50", {}, "classifier of torchvision"),
        ("timm:resnet18", {"pretrained": True, "weights": "x"}, "two sources of the same weights; give one"),
        ("torchvision:inception_v3", {}, "does not take an image of 3x16x16"),
    ],
)
def test_what_is_wrong_is_one_sentence(name: str, options: dict[str, object], words: str) -> None:
    with pytest.raises(NetError) as caught:
        build(name, options, (16, 16, 3), 5)
    assert words in str(caught.value)


@pytest.mark.parametrize("library", ["timm", "torchvision"])
def test_a_missing_extra_is_one_sentence(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(NetError, match=rf'"{library}:x" needs {library}; install it, .* with: pip install "\.\[zoo\]"'):
        entry(f"{library}:x")


@pytest.mark.parametrize(
    ("name", "shorter"),
    [("timm:resnet18", "235 pixels (bicubic)"), ("torchvision:resnet18", "256 pixels (bilinear)")],
)
def test_how_published_weights_were_tested_is_known(name: str, shorter: str) -> None:
    inputs = entry(name).inputs
    assert inputs is not None
    assert inputs.tested == (
        f"published weights were tested on images whose shorter side is brought to {shorter}, of which the middle"
        " 224 x 224 are cut out"
    )


def test_a_whole_image_has_nothing_cut_out() -> None:
    assert crop_words(224, 224, "bicubic").endswith("is brought to 224 pixels (bicubic)")
