"""Attributes beside the state dictionary: put back after a trial, and found where two nets of the same weights differ."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from striate.nets.custom.state import strays, traceless


class Busy(nn.Module):
    def __init__(self, start: int = 0) -> None:
        super().__init__()
        self.inner = nn.BatchNorm1d(2)
        self.calls, self.kept, self.plain = start, None, torch.full((2,), float(start))
        self.register_buffer("fleeting", torch.full((2,), float(start)), persistent=False)
        self.parts = {"rows": [np.full(2, start), nn.Linear(1, 1)]}
        self.rng, self.other = np.random.default_rng(start), random.Random(start)

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.kept = x
        self.plain += 1
        self.fleeting = self.fleeting + 1
        return self.inner(x)


def changed(net: Busy) -> None:
    with traceless(net):
        net.train()(torch.randn(4, 2))
        net.inner.eval()
        net.register_forward_pre_hook(lambda module, inputs: None)
        net.late = 3
        assert net.inner.num_batches_tracked == 1
        raise ValueError("within")


def test_modes_attributes_and_buffers_are_put_back_and_hooks_stay() -> None:
    net = Busy()
    with pytest.raises(ValueError, match="within"):
        changed(net)
    assert (net.calls, net.kept, net.plain.tolist(), net.fleeting.tolist()) == (0, None, [0, 0], [0, 0])
    assert net.inner.training
    assert net.inner.num_batches_tracked == 0
    assert not hasattr(net, "late")
    assert len(net._forward_pre_hooks) == 1


def test_what_differs_is_named_with_its_kind() -> None:
    torch.manual_seed(0)
    found = dict(strays(Busy(1), Busy(2)))
    assert found == {
        "fleeting": "buffer",
        "calls": "value",
        "plain": "tensor",
        "parts['rows'][0]": "array",
        "parts['rows'][1]": "module",
        "rng": "generator",
        "other": "generator",
    }
    one = Busy(1)
    assert strays(one, one) == []


def test_weights_are_no_strays() -> None:
    assert strays(nn.Linear(2, 2), nn.Linear(2, 2)) == []
