"""The two forms of one net are equal: in their weights, in their outputs, in their gradients."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import NetError
from striate.nets import build


def test_sequential_and_module_form_are_the_same_net() -> None:
    nets: list[nn.Module] = []
    for form in ("sequential", "module"):
        torch.manual_seed(3)  # the same draws in the same order
        nets.append(build("shallownet", {"form": form}, (12, 10, 3), 4))
    sequence, module = nets
    assert isinstance(sequence, nn.Sequential)
    assert not isinstance(module, nn.Sequential)
    first, second = sequence.state_dict(), module.state_dict()
    assert list(first) == list(second) == ["conv.weight", "conv.bias", "output.weight", "output.bias"]
    assert all(torch.equal(first[name], second[name]) for name in first)
    images = torch.randn(5, 3, 12, 10)
    assert torch.equal(sequence(images), module(images))
    for net in nets:
        net(images).logsumexp(1).sum().backward()
    assert all(torch.equal(a.grad, b.grad) for a, b in zip(sequence.parameters(), module.parameters(), strict=True))


def test_parameters_by_hand() -> None:
    # 5x5x3 -> 32: 2400 + 32; 16*16*32 -> 10: 81,920 + 10.
    assert sum(p.numel() for p in build("shallownet", {}, (32, 32, 3), 10).parameters()) == 2432 + 81_930


def test_what_it_cannot_do_is_one_sentence() -> None:
    with pytest.raises(NetError, match="1x8 pixels cannot be halved"):
        build("shallownet", {}, (1, 8, 1), 2)
    with pytest.raises(NetError, match="kernel is 4, and must be odd"):
        build("shallownet", {"kernel": 4}, (8, 8, 1), 2)
