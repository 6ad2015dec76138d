"""A function that a net calls is the layer that the module of the same name would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.nets.measure.anatomy import anatomy
from striate.nets.measure.forward_trace import Passage

CALLS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu()": lambda x: F.relu(x),
    "relu() in place": lambda x: F.relu(x.clone(), inplace=True),
    "relu() of a tensor": lambda x: x.relu(),
    "relu_()": lambda x: x.clone().relu_(),
    "relu6()": lambda x: F.relu6(x),
    "leaky_relu()": lambda x: F.leaky_relu(x),
    "elu()": lambda x: F.elu(x),
    "celu()": lambda x: F.celu(x),
    "selu()": lambda x: F.selu(x),
    "gelu()": lambda x: F.gelu(x),
    "silu()": lambda x: F.silu(x),
    "mish()": lambda x: F.mish(x),
    "softplus()": lambda x: F.softplus(x),
    "softsign()": lambda x: F.softsign(x),
    "sigmoid()": lambda x: torch.sigmoid(x),
    "tanh()": lambda x: x.tanh(),
    "hardtanh()": lambda x: F.hardtanh(x),
    "hardsigmoid()": lambda x: F.hardsigmoid(x),
    "hardswish()": lambda x: F.hardswish(x),
    "dropout()": lambda x: F.dropout(x, 0.3, training=False),
    "dropout2d()": lambda x: F.dropout2d(x, training=False),
    "max_pool2d()": lambda x: F.max_pool2d(x, 3, stride=2, padding=1),
    "max_pool2d() of torch": lambda x: torch.max_pool2d(x, 2),
    "max_pool2d() dilated": lambda x: F.max_pool2d(x, 3, 1, dilation=2),
    "avg_pool2d()": lambda x: F.avg_pool2d(x, (2, 2)),
    "adaptive_avg_pool2d()": lambda x: F.adaptive_avg_pool2d(x, (1, 1)),
    "adaptive_max_pool2d()": lambda x: F.adaptive_max_pool2d(x, output_size=2),
    "mean()": lambda x: x.mean((2, 3), keepdim=True),
    "mean() of torch": lambda x: torch.mean(x, dim=[-1, -2], keepdim=True),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_stands_for_a_function_does_the_same(name: str) -> None:
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    passage = Passage()
    passage.begin(x)
    with passage:
        out = CALLS[name](x)
    (row,) = passage.rows
    assert row.name == name.partition(" ")[0]
    assert row.module is not None
    torch.testing.assert_close(row.module.eval()(x), out)


def test_what_only_looks_alike_or_moves_values_has_no_row() -> None:
    passage = Passage()
    passage.begin(x := torch.ones(1, 2, 3, 3))
    with passage:
        made = [
            F.linear(x, torch.ones(3)) * 0,
            x.mean(),
            x.mean(1),
            x.mean((1, 2)),
            x.flatten(1),
            x * 2,
            x.flatten(1).mean((0, 1)),
        ]
    assert len(made) == 7
    assert passage.rows == []


class ByFunctions(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2, self.out = nn.Conv2d(3, 6, 5), nn.Conv2d(6, 6, 3, padding=1), nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.relu(self.conv2(x) + x)
        return self.out(F.dropout(x.mean((2, 3)), 0.4, self.training))


class ByModules(ByFunctions):
    def __init__(self) -> None:
        super().__init__()
        self.relu, self.pool, self.drop = nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.4)
        self.whole = nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.relu(self.conv1(x)))
        x = self.relu(self.conv2(x) + x)
        return self.out(self.drop(self.whole(x).flatten(1)))


def test_a_net_of_functions_has_the_layers_of_one_of_modules() -> None:
    functions, modules = (anatomy(net(), (16, 16, 3)).layers for net in (ByFunctions, ByModules))
    assert [layer.name for layer in functions] == [
        *("conv1", "relu()", "max_pool2d()", "conv2", "+1", "relu() (2)", "mean()", "dropout()", "out"),
    ]
    # 5x5: 5; pool: 6, jump 2; 3x3: 10, also behind the addition; then the whole image.
    assert [layer.receptive_field for layer in functions] == [5, 5, 6, 10, 10, 10, None, None, None]
    named = dict(zip((layer.name for layer in modules), (layer.name for layer in functions), strict=True))
    for ours, theirs in zip(functions, modules, strict=True):
        reads = tuple(named.get(name, name) for name in theirs.reads)
        # A mean leaves (C,), a pool over the whole map (C, 1, 1), and flattening has no row.
        output = ours.output if theirs.kind == "global average pool" else theirs.output
        assert ours == replace(theirs, name=ours.name, reads=reads, output=output)
