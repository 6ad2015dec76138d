"""The order in which an image passes the layers is that of use, not of definition."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import NetError
from striate.nets.measure.order import layers, passed, up_to


class Swapped(nn.Module):
    """Its last layer is defined first, its norm holds statistics, and one layer is never used."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(2, 3)
        self.unused = nn.Linear(1, 1)
        self.body = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x).mean((2, 3)))


def test_layers_stand_in_the_order_of_use_and_a_module_after_what_it_holds() -> None:
    net = Swapped()
    assert passed(net, (4, 4, 1)) == ("body.0", "body.1", "body.2", "body", "head")
    assert layers(net, (4, 4, 1)) == ("body.0", "body.1", "head")
    assert up_to(net, (4, 4, 1), "body") == ("body.0", "body.1")
    assert up_to(net, (4, 4, 1), "body.0") == ("body.0",)
    assert up_to(net, (4, 4, 1), "unused") == ()


def test_the_net_is_left_as_it_was() -> None:
    net = Swapped()
    norm = net.body[1]
    assert isinstance(norm, nn.BatchNorm2d)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    state = torch.get_rng_state()
    layers(net, (4, 4, 1))
    assert net.training
    assert norm.training
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_a_tap_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(NetError, match=r'tap "heat" is unknown \(did you mean "head"\?\)'):
        up_to(Swapped(), (4, 4, 1), "heat")
