"""The filters are the weights, and only of a convolution."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import NetError, ProbeError
from striate.nets import build
from striate.probes.channels.filters import filters
from striate.probes.facts import FilterFacts


def test_they_are_the_weights_of_the_first_convolution(paper_net: nn.Sequential) -> None:
    made = filters(paper_net)
    assert made.facts == FilterFacts(tap="conv", first=True, filters=2, channels=1, kernel=(1, 1))
    assert made.arrays["filters"].flatten().tolist() == [1.0, -1.0]
    assert made.arrays["norms"].tolist() == [1.0, 1.0]
    made.arrays["filters"].zero_()
    assert paper_net.conv.weight.flatten().tolist() == [1.0, -1.0]


def test_another_convolution_and_short_floats() -> None:
    net = build("convnet", {}, (8, 8, 3), 2).to(torch.bfloat16)
    made = filters(net, tap="conv2")
    assert made.arrays["filters"].dtype == torch.float32
    assert made.facts.first is False
    torch.testing.assert_close(made.arrays["norms"], made.arrays["filters"].flatten(1).norm(dim=1))


def test_what_is_refused(paper_net: nn.Sequential) -> None:
    with pytest.raises(ProbeError, match="this net has no convolution, so it has no filters to show"):
        filters(nn.Linear(2, 2))
    with pytest.raises(NetError, match=r'tap "conf" is unknown \(did you mean "conv"\?\); accepted are conv'):
        filters(paper_net, tap="conf")
    with pytest.raises(ProbeError, match='the tap "relu" is not a convolution; those of this net are conv'):
        filters(paper_net, tap="relu")
