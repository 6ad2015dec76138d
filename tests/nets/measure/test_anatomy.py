"""Numbers worked out by hand, and an observer that leaves no trace."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from striate.base.shapes import convolution_macs, dense_macs
from striate.nets import build
from striate.nets.measure.anatomy import anatomy, anatomy_from_json


def test_a_small_net_worked_out_by_hand() -> None:
    # 8x8x3; 5x5 conv to 4 maps: 4*3*25 + 4 = 304 parameters, 4*3*25*64 = 19,200 MACs; pool: 4x4, field 5 + 1 = 6, jump 2;
    # 5x5 conv to 6 maps without bias: 6*4*25 = 600, times 16 cells = 9,600 MACs, field 6 + 4*2 = 14; pool: 2x2, field 16.
    net = build("convnet", {"widths": [[4], [6]], "kernel": 5, "hidden": [10]}, (8, 8, 3), 2)
    net.conv2.bias = None
    rows = {layer.name: layer for layer in anatomy(net, (8, 8, 3)).layers}
    assert (rows["conv1"].parameters, rows["conv1"].macs, rows["conv1"].receptive_field) == (304, 19_200, 5)
    assert (rows["pool1"].output, rows["pool1"].receptive_field) == ((4, 4, 4), 6)
    assert (rows["conv2"].parameters, rows["conv2"].macs, rows["conv2"].receptive_field) == (600, 9_600, 14)
    assert (rows["pool2"].output, rows["pool2"].receptive_field) == ((6, 2, 2), 16)
    assert (rows["dense1"].parameters, rows["dense1"].macs) == (24 * 10 + 10, 240)
    assert (rows["conv1"].memory, rows["pool2"].memory) == (4 * 4 * 64, 4 * 6 * 4)
    assert (rows["output"].parameters, rows["output"].macs) == (22, 20)


@pytest.mark.parametrize("options", [{}, {"norm": "batch", "kernel": 5, "widths": [[8, 8], [12]]}])
def test_the_counted_macs_are_those_of_the_formulas(options: dict[str, object]) -> None:
    net = build("convnet", options, (16, 16, 3), 10)
    for layer in anatomy(net, (16, 16, 3)).layers:
        module, macs = net.get_submodule(layer.name), 0
        if isinstance(module, nn.Conv2d):
            cells = layer.output[1] * layer.output[2]
            macs = convolution_macs(module.in_channels, module.out_channels, module.kernel_size[0] ** 2, cells)
        elif isinstance(module, nn.Linear):
            macs = dense_macs(module.in_features, module.out_features)
        assert layer.macs == macs


def test_the_receptive_field_is_what_a_gradient_reaches() -> None:
    net = build("convnet", {"widths": [[2], [2]], "activation": "tanh"}, (32, 32, 1), 2)
    features = nn.Sequential(*list(net.children())[:5])  # up to conv2's activation
    for parameter in features.parameters():
        nn.init.constant_(parameter, 0.05)  # small, so that no tanh is saturated
    image = torch.rand(1, 1, 32, 32).requires_grad_()
    field = next(layer for layer in anatomy(net, (32, 32, 1)).layers if layer.name == "act2").receptive_field
    features(image)[0, 0, 8, 8].backward()
    rows = image.grad[0, 0].abs().sum(1).nonzero().flatten()
    # Max pooling passes the gradient to one of each two cells, so the reach may fall short by one on each side.
    assert field is not None
    assert field - 2 <= rows[-1] - rows[0] + 1 <= field


def test_nothing_of_the_net_changes() -> None:
    net = build("convnet", {"norm": "batch", "dropout": 0.5}, (8, 8, 1), 2)
    net.train()
    net.get_submodule("norm1").eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    modes = [module.training for module in net.modules()]
    anatomy(net, (8, 8, 1))
    assert [module.training for module in net.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert not any(module._forward_hooks for module in net.modules())
    with pytest.raises(RuntimeError):
        anatomy(net, (8, 8, 3))  # three channels do not fit; also then nothing stays behind
    assert [module.training for module in net.modules()] == modes
    assert not any(module._forward_hooks for module in net.modules())


def test_it_round_trips_through_json() -> None:
    import json

    found = anatomy(build("convnet", {}, (8, 12, 3), 2), (8, 12, 3), "convnet")
    assert anatomy_from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.input == (3, 8, 12)


def test_a_residual_block_worked_out_by_hand() -> None:
    # Stem: field 3. Stack 1: 5, 7 (through the addition 7, not 3). Stack 2: 9 with jump 2, then 9 + 2*2 = 13; stack 3: 17, 25.
    # MACs: 9*1*2*64; twice 9*2*2*64; 9*2*4*16 and 9*4*4*16; 9*4*8*4 and 9*8*8*4; projections 2*2*64, 2*4*16, 4*8*4; 8*3.
    found = anatomy(build("resnet", {"n": 1, "width": 2}, (8, 8, 1), 3), (8, 8, 1))
    rows = {layer.name: layer for layer in found.layers}
    fields = [rows[f"layer{stack}.0.{part}"].receptive_field for stack in (1, 2, 3) for part in ("conv1", "add")]
    assert fields == [5, 7, 9, 13, 17, 25]
    assert rows["layer2.0.shortcut"].receptive_field == 7
    assert rows["layer2.0.add"].reads == ("layer2.0.bn2", "layer2.0.shortcut")
    assert rows["layer2.0.shortcut"].reads == ("layer1.0.act2",)
    assert rows["conv1"].reads == ("",)
    macs = 1152 + 2 * 2304 + 1152 + 2304 + 1152 + 2304 + 256 + 128 + 128 + 24
    assert found.macs == macs


def test_the_field_behind_an_addition_is_that_of_the_branch_that_sees_most() -> None:
    class Branches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide, self.narrow, self.after = nn.Conv2d(1, 2, 5, padding=2), nn.Conv2d(1, 2, 1), nn.Conv2d(2, 2, 3)
            self.halved = nn.Conv2d(1, 2, 1, stride=2)

        def forward(self, x: Tensor) -> Tensor:
            joined = self.narrow(x) + self.wide(x)
            return self.after(joined).mean((2, 3)) + self.halved(x).mean((2, 3))

    rows = {layer.name: layer for layer in anatomy(Branches(), (9, 9, 1)).layers}
    assert list(rows) == ["narrow", "wide", "+1", "after", "mean()", "halved", "mean() (2)"]
    assert (rows["+1"].kind, rows["+1"].receptive_field, rows["+1"].reads) == ("add", 5, ("narrow", "wide"))
    assert rows["after"].receptive_field == 7


@pytest.mark.parametrize(
    "name", ["torchvision:resnet18", "timm:resnet18", "timm:mobilenetv3_small_050", "timm:vit_tiny_patch16_224"]
)
def test_nets_of_others_are_counted_in_full_with_their_additions(name: str) -> None:
    net = build(name, {}, (64, 64, 3), 5)
    found = anatomy(net, (64, 64, 3))
    assert found.parameters == sum(p.numel() for p in net.parameters())
    names = [layer.name for layer in found.layers]
    assert len(set(names)) == len(names)
    if "resnet18" in name:
        additions = [layer for layer in found.layers if layer.kind == "add"]
        assert len(additions) == 8
        # 7x7 stride 2: 7, pool 3x3 stride 2: 11; two blocks of two 3x3 at jump 4: 43; then jumps 8, 16, 32: 99, 211, 435.
        assert [layer.receptive_field for layer in additions] == [27, 43, 67, 99, 147, 211, 307, 435]


@pytest.mark.parametrize(
    ("module", "field"),
    [
        (nn.Upsample(scale_factor=2), None),
        (nn.ConvTranspose2d(2, 2, 2, stride=2), None),
        (nn.AdaptiveMaxPool2d(2), None),
        (nn.ZeroPad2d(1), 3),
        (nn.ReflectionPad2d(1), 3),
        (nn.InstanceNorm2d(2), 3),
    ],
)
def test_the_field_is_unknown_behind_what_changes_the_size_in_a_way_of_its_own(
    module: nn.Module, field: int | None
) -> None:
    layers = anatomy(nn.Sequential(nn.Conv2d(1, 2, 3), module), (9, 9, 1)).layers
    assert [layer.receptive_field for layer in layers] == [3, field]


@pytest.mark.parametrize(
    ("module", "kind"),
    [
        (nn.AdaptiveAvgPool2d(1), "global average pool"),
        (nn.AdaptiveAvgPool2d((1, 1)), "global average pool"),
        (nn.AdaptiveAvgPool2d((7, 7)), "adaptive average pool"),
        (nn.AdaptiveMaxPool2d(1), "global max pool"),
    ],
)
def test_only_what_pools_the_whole_map_is_called_global(module: nn.Module, kind: str) -> None:
    assert anatomy(module, (9, 9, 1)).layers[0].kind == kind


def test_multiply_adds_are_counted_wherever_they_are_done() -> None:
    class ByFunctions(nn.Module):
        """Convolution, product and dense layer by functions, attention by a module that computes in functions of its own."""

        def __init__(self) -> None:
            super().__init__()
            self.filters, self.weight = nn.Parameter(torch.ones(4, 3, 3, 3)), nn.Parameter(torch.ones(5, 4))
            self.attention, self.up = (
                nn.MultiheadAttention(4, 2, batch_first=True),
                nn.ConvTranspose2d(4, 4, 2, stride=2),
            )

        def forward(self, x: Tensor) -> Tensor:
            cells = F.conv2d(x, self.filters, stride=2, padding=1).flatten(2)
            tokens = torch.matmul(torch.matmul(cells, cells.transpose(1, 2)), cells)
            told, _ = self.attention(*[tokens.transpose(1, 2)] * 3)
            return F.linear(self.up(told.transpose(1, 2).unflatten(2, (4, 4))).mean((2, 3)), self.weight)

    found = anatomy(ByFunctions(), (8, 8, 3))
    macs = {layer.name: layer.macs for layer in found.layers if layer.macs}
    assert macs == {
        "conv2d()": 4 * 27 * 16,
        "matmul()": 4 * 16 * 4,
        "matmul() (2)": 4 * 4 * 16,
        # Queries, keys and values, the way out, and for each of two heads 16 x 16 products of two, twice.
        "attention": 16 * 4 * 12 + 16 * 4 * 4 + 2 * 2 * 16 * 16 * 2,
        "up": 4 * 4 * 4 * 16,
        "linear()": 20,
    }
    rows = {layer.name: layer for layer in found.layers}
    assert (rows["conv2d()"].detail, rows["conv2d()"].receptive_field) == ("3x3, stride 2, padding 1", 3)
    kinds = ["convolution", *["product"] * 2, "attention", "transposed convolution", "dense"]
    assert [rows[name].kind for name in macs] == kinds
    assert rows["attention"].output == (16, 4)
    assert found.parameters == sum(p.numel() for p in ByFunctions().parameters())


def test_a_module_with_computed_weights_is_one_layer() -> None:
    net = nn.Sequential(parametrizations.weight_norm(nn.Conv2d(3, 4, 3)), nn.Conv2d(4, 2, 3))
    found = anatomy(net, (8, 8, 3))
    assert [(row.kind, row.receptive_field, row.macs) for row in found.layers] == [
        ("convolution", 3, 4 * 27 * 36),
        ("convolution", 5, 2 * 36 * 16),
    ]
    assert found.parameters == sum(p.numel() for p in net.parameters())


def test_the_field_is_unknown_behind_a_layer_of_ones_own_that_convolves() -> None:
    class Blur(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return F.conv2d(x, torch.ones(1, 1, 5, 5), padding=2)

    layers = anatomy(nn.Sequential(Blur(), nn.Conv2d(1, 1, 3), nn.MaxPool2d(3, 1, dilation=2)), (12, 12, 1)).layers
    assert [layer.receptive_field for layer in layers] == [None, None, None]
    assert anatomy(nn.MaxPool2d(3, 1, dilation=2), (12, 12, 1)).layers[0].receptive_field == 5


def test_a_vision_transformer_is_counted_with_its_attention() -> None:
    # 16 patches and a class token of 192 numbers: in 12 blocks of 3 heads of 64, dense layers of 576, 192, 768 and 192 units.
    found = anatomy(build("timm:vit_tiny_patch16_224", {}, (64, 64, 3), 5), (64, 64, 3))
    block = 17 * 192 * (576 + 192 + 768) + 17 * 768 * 192 + 3 * 2 * 17 * 17 * 64
    assert found.macs == 16 * 192 * 768 + 12 * block + 192 * 5


def test_shared_parts_count_once_and_unused_ones_too() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.shared, self.never = nn.Linear(4, 4), nn.Linear(4, 2)
            self.scale = nn.Parameter(torch.ones(4))

        def forward(self, x: Tensor) -> Tensor:
            return self.shared(self.shared(x.flatten(1)) * self.scale)

    found = anatomy(Odd(), (2, 2, 1))
    assert [(layer.name, layer.parameters) for layer in found.layers] == [
        ("the net itself", 4),
        ("shared", 20),
        ("shared (2)", 0),
        ("never", 10),
    ]
    assert found.macs == 2 * 16
