"""Residual nets: the published counts, a block worked out by hand, and torchvision's blocks as the oracle."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.errors import NetError
from striate.nets import build
from striate.nets.families.resnet import Block, NarrowProjection, ResNetOptions, convolution


def parameters(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


# With a projection in the first block of all three stacks, convolutions without bias; the option-A counts are He et al.'s.
COUNTS = [
    ("resnet-v1", {2: 175_322, 3: 272_538, 5: 466_970, 9: 855_834, 18: 1_730_778}),
    ("resnet-v2", {2: 219_482, 3: 312_218, 5: 497_690, 9: 868_634, 18: 1_703_258}),
    ("resnet20", {3: 269_722, 5: 464_154, 7: 658_586, 9: 853_018, 18: 1_727_962}),
]


@pytest.mark.parametrize(("name", "n", "count"), [(name, n, c) for name, row in COUNTS for n, c in row.items()])
def test_the_known_parameter_counts(name: str, n: int, count: int) -> None:
    assert parameters(build(name, {"n": n}, (32, 32, 3), 10)) == count


@pytest.mark.parametrize(("depth", "count"), [(20, 269_722), (32, 464_154), (44, 658_586), (56, 853_018)])
def test_the_published_nets_have_their_depth_and_its_count(depth: int, count: int) -> None:
    net = build(f"resnet{depth}", {}, (32, 32, 3), 10)
    weighted = [m for m in net.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    assert (len(weighted), parameters(net)) == (depth, count)


@pytest.mark.parametrize(("order", "block", "layers"), [("post", "standard", 6), ("pre", "bottleneck", 9)])
def test_the_depth_is_layers_times_n_plus_2(order: str, block: str, layers: int) -> None:
    for n in (1, 4):
        options = {"n": n, "width": 2, "order": order, "block": block, "residual": False}
        net = build("resnet", options, (8, 8, 3), 10)
        assert sum(isinstance(m, (nn.Conv2d, nn.Linear)) for m in net.modules()) == layers * n + 2


def randomized(module: nn.Module) -> nn.Module:
    """Return ``module`` in evaluation, with statistics and scales that a fresh net does not have."""
    torch.manual_seed(1)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            for values, low in ((part.running_mean, -1), (part.running_var, 0.5), (part.weight, 0.5), (part.bias, -1)):
                nn.init.uniform_(values, low, 2)
    return module.eval()


@pytest.mark.parametrize("kind", ["standard", "bottleneck"])
@pytest.mark.parametrize("stride", [1, 2])
def test_a_v1_block_is_torchvisions_block(kind: str, stride: int) -> None:
    from torchvision.models.resnet import BasicBlock, Bottleneck

    out = 8 * (4 if kind == "bottleneck" else 1)
    ours = randomized(Block(6, 8, stride, True, ResNetOptions(block=kind)))
    # torchvision has a batch norm behind its projection; with these statistics it is the identity.
    norm = nn.BatchNorm2d(out)
    norm.running_var.fill_(1 - norm.eps)
    projection = nn.Sequential(nn.Conv2d(6, out, 1, stride, bias=False), norm)
    theirs = (Bottleneck if kind == "bottleneck" else BasicBlock)(6, 8, stride, projection).eval()
    state = {name.replace("shortcut", "downsample.0"): value for name, value in ours.state_dict().items()}
    missing, unexpected = theirs.load_state_dict(state, strict=False)
    assert unexpected == []
    assert all(name.startswith("downsample.1") for name in missing)
    x = torch.randn(2, 6, 9, 9)
    torch.testing.assert_close(ours(x), theirs(x))


def test_a_v2_block_written_out_gives_the_projection_the_activated_input() -> None:
    block = randomized(Block(4, 3, 2, True, ResNetOptions(block="bottleneck", order="pre")))
    x = torch.randn(2, 4, 7, 7)

    def bn_relu(number: int, x: Tensor) -> Tensor:
        bn = block.get_submodule(f"bn{number}")
        return F.relu((x - bn.running_mean[:, None, None]) / (bn.running_var[:, None, None] + bn.eps).sqrt()
                      * bn.weight[:, None, None] + bn.bias[:, None, None])  # fmt: skip

    weight = {name: block.get_submodule(name).weight for name in ("conv1", "conv2", "conv3", "shortcut")}
    activated = bn_relu(1, x)
    made = F.conv2d(activated, weight["conv1"])
    made = F.conv2d(bn_relu(2, made), weight["conv2"], stride=2, padding=1)
    made = F.conv2d(bn_relu(3, made), weight["conv3"])
    torch.testing.assert_close(block(x), made + F.conv2d(activated, weight["shortcut"], stride=2))


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_the_identity_of_a_v2_block_takes_the_input_as_it_came(norm: str) -> None:
    block = Block(12, 3, 1, False, ResNetOptions(block="bottleneck", order="pre", norm=norm)).eval()
    nn.init.zeros_(block.get_submodule("conv3").weight)
    if norm == "none":
        nn.init.zeros_(block.get_submodule("conv3").bias)
    x = torch.randn(2, 12, 5, 5)
    assert torch.equal(block(x.clone()), x)  # also what is below zero


def test_option_a_takes_every_second_pixel_between_channels_of_zeros() -> None:
    block = Block(2, 4, 2, True, ResNetOptions(shortcut="pad")).eval()
    for name in ("conv1", "conv2"):
        nn.init.zeros_(block.get_submodule(name).weight)
    x = torch.arange(1.0, 33).view(1, 2, 4, 4)
    made = block(x)
    assert made.shape == (1, 4, 2, 2)
    assert made[0, 1].tolist() == [[1, 3], [9, 11]]
    assert made[0, 2].tolist() == [[17, 19], [25, 27]]
    assert made[0, [0, 3]].count_nonzero() == 0


def test_a_plain_net_has_the_same_convolutions_and_no_shortcut() -> None:
    plain, pad = (build("resnet", {"n": 2, **o}, (16, 16, 3), 5) for o in ({"residual": False}, {"shortcut": "pad"}))
    assert parameters(plain) == parameters(pad)
    assert not any("add" in name or "shortcut" in name for name, _ in plain.named_modules())


def test_a_narrow_projection_is_the_strided_convolution() -> None:
    narrow = convolution(4, 6, 1, 2, "none")
    assert isinstance(narrow, NarrowProjection)
    assert not isinstance(convolution(8, 16, 1, 2, "none"), NarrowProjection)
    for side in (7, 8):
        x = torch.randn(2, 4, side, side)
        torch.testing.assert_close(narrow(x), F.conv2d(x, narrow.weight, narrow.bias, stride=2))


def test_a_narrow_net_trains_in_channels_last_memory() -> None:
    net = build("resnet", {"n": 1, "width": 4}, (32, 32, 3), 3).to(memory_format=torch.channels_last)
    for _ in range(5):
        images = torch.randn(5, 3, 32, 32).to(memory_format=torch.channels_last)
        net(images).square().sum().backward()  # without the narrow projection it ends the process
    assert all(p.grad.isfinite().all() for p in net.parameters())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"block": "botleneck", "n": 0}, ["block is botleneck", 'did you mean "bottleneck"', "n is 0", "equal to 1"]),
        ({"shortcut": "A"}, ["shortcut is A", "'projection' or 'pad'"]),
    ],
)
def test_faults_are_named_together(options: dict[str, object], words: list[str]) -> None:
    with pytest.raises(NetError) as caught:
        build("resnet", options, (32, 32, 3), 10)
    for word in words:
        assert word in str(caught.value)
