"""Numbers worked out by hand, and an observer that leaves no trace."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from striate.nets import build
from striate.nets.anatomy import anatomy, anatomy_from_json


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
def test_macs_agree_with_pytorchs_own_counter(options: dict[str, object]) -> None:
    net = build("convnet", options, (16, 16, 3), 10)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.zeros(1, 3, 16, 16))
    assert 2 * anatomy(net, (16, 16, 3)).macs == counter.get_total_flops()


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
