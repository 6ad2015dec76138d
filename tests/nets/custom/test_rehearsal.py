"""Two updates before the first: what the copies show of a net is said, and the net itself is left as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import NetError
from striate.nets.custom.rehearsal import rehearse
from striate.nets.custom.surroundings import seeded


class Dense(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.flatten(1))


class Off(Dense):
    """Its logits are off by ``by``, which no file keeps."""

    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + self.by


def rehearsed(make: Callable[[], nn.Module]) -> nn.Module:
    with seeded(3):
        net = make()
    rehearse(net, make, 3, "m:net", (2, 2, 1), 3, 8)
    return net


def test_the_net_itself_is_not_trained() -> None:
    net = rehearsed(Dense)
    with seeded(3):
        again = Dense()
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), again.parameters(), strict=True))
    assert all(p.grad is None for p in net.parameters())


def test_a_number_that_differs_from_build_to_build_is_named() -> None:
    numbers = iter((0.0, 0.0, 0.5))
    with pytest.raises(
        NetError, match=r"once its weights are saved and loaded into a new one \(evaluation mode\): by is in no"
    ):
        rehearsed(lambda: Off(next(numbers)))
    numbers = iter((0.5, 0.5, 0.5))
    rehearsed(lambda: Off(next(numbers)))


def test_other_shapes_each_time_are_refused() -> None:
    sizes = iter((3, 3, 5))

    def make() -> nn.Module:
        net = Dense()
        net.more = nn.Linear(1, next(sizes))
        return net

    with pytest.raises(NetError, match="do not fit it when it is built again"):
        rehearsed(make)
