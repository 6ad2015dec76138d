"""Two forms of a net are apart by nothing; two nets by what differs, and which weights they have is no difference."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import NetError
from striate.nets import build
from striate.nets.measure.equal import IMAGES, difference


def test_two_forms_of_a_net_are_the_same_to_the_last_bit() -> None:
    first, second = (build("shallownet", {"form": form}, (8, 8, 1), 3) for form in ("sequential", "module"))
    assert not torch.equal(first.state_dict()["conv.weight"], second.state_dict()["conv.weight"])
    found = difference(first, second, (8, 8, 1))
    assert found.none
    assert found.images == IMAGES
    assert found.parameters == sum(weights.numel() for weights in first.parameters())
    assert found.logit > 0 < found.gradient


def test_what_differs_is_measured_and_the_modes_are_kept() -> None:
    first, second = (nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False)) for _ in range(2))
    second.append(nn.Hardtanh(-0.25, 0.25))  # without weights, so that both have the same names
    with torch.no_grad():
        first[1].weight.fill_(1.0)
    second.train()
    first.eval()
    found = difference(first, second, (2, 2, 1))
    assert not found.none
    assert found.outputs == pytest.approx(found.logit - 0.25)  # the farthest is the largest, for both sums are equal
    assert found.gradients > 0
    assert second.training
    assert not first.training


def test_nets_with_other_weights_are_refused() -> None:
    with pytest.raises(NetError, match="have not the same weights by name and shape; compare two forms of one net"):
        difference(nn.Linear(4, 2), nn.Linear(4, 3), (1, 1, 4))
