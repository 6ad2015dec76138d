"""Watching changes nothing unless the watcher returns something, and ends with the block."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import NetError
from striate.nets.measure.watching import innermost, module_at, watched


def small() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 1)))


def test_each_use_is_seen_in_order_and_what_is_returned_goes_on() -> None:
    net, x = small(), torch.ones(1, 2)
    plain, names = net(x), list[str]()
    with watched(net, lambda name, *_: names.append(name)):
        assert torch.equal(net(x), plain)
    assert names == ["0", "1.0", "1.1", "1"]
    with watched(net, lambda _n, _m, _i, output: output * 0, ["1.1"]):
        assert net(x).tolist() == [[0.0]]
    assert torch.equal(net(x), plain)


def test_hooks_leave_also_after_an_error() -> None:
    net = small()
    with pytest.raises(ZeroDivisionError), watched(net, lambda *_: 1 / 0):
        net(torch.ones(1, 2))
    with pytest.raises(NetError), watched(net, lambda *_: None, ["0", "none"]):
        pass
    assert not any(module._forward_hooks for module in net.modules())


def test_a_name_that_is_none_is_told_with_the_nearest() -> None:
    net = small()
    assert innermost(net) == ("0", "1.0", "1.1")
    assert module_at(net, "1") is net[1]
    with pytest.raises(NetError, match=r'tap "1\.11" is unknown \(did you mean "1\.1"\?\); accepted are 0, 1\.0, 1\.1'):
        module_at(net, "1.11")
    with pytest.raises(NetError, match='tap "" is unknown'):
        module_at(net, "")
