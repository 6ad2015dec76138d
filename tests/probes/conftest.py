"""A net small enough for paper: one 1x1 convolution to two channels, an in-place ReLU, the mean, two classes.

For the image [[1, 2], [3, 4]] the maps are A1 = x = [[1, 2], [3, 4]] and A2 = relu(3 - x) = [[2, 1], [0, 0]]; their means 2.5
and 0.75 give S0 = 1 * 2.5 + 2 * 0.75 = 4 and S1 = -2.5 + 0.75 = -1.75.
"""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import Tensor, nn


@pytest.fixture
def paper_net() -> nn.Sequential:
    parts: OrderedDict[str, nn.Module] = OrderedDict(
        conv=nn.Conv2d(1, 2, 1),
        relu=nn.ReLU(inplace=True),
        average=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(),
        linear=nn.Linear(2, 2),
    )
    net = nn.Sequential(parts)
    values = {
        "conv.weight": torch.tensor([1.0, -1.0]).view(2, 1, 1, 1),
        "conv.bias": torch.tensor([0.0, 3.0]),
        "linear.weight": torch.tensor([[1.0, 2.0], [-1.0, 1.0]]),
        "linear.bias": torch.zeros(2),
    }
    net.load_state_dict(values)
    return net


@pytest.fixture
def paper_image() -> Tensor:
    return torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
