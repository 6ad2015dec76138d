"""The trial of a net from elsewhere, module by module; tests/laws/test_own_nets.py sends whole files through it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import NetError
from striate.nets.custom.acceptance import alike, called, tried, unwrapped
from striate.nets.custom.calling import takes_channels_last


def test_wrappers_are_taken_off_and_others_refused() -> None:
    inner = nn.Linear(2, 2)
    assert unwrapped(nn.DataParallel(nn.DataParallel(inner)), "m:f") is inner
    with pytest.raises(NetError, match=r'"m:f" returned the class Linear itself, and must return a torch.nn.Module'):
        unwrapped(nn.Linear, "m:f")


def test_a_net_that_answers_otherwise_in_channels_last_memory_stays_contiguous() -> None:
    class Strided(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.as_strided((len(x), 3), (x.stride(0), 1))

    assert not takes_channels_last(tried(Strided(), "m:f", (4, 4, 3), 3))
    whole = nn.Sequential(nn.Conv2d(3, 3, 4), nn.Flatten())
    before = [p.stride() for p in whole.parameters()]
    assert takes_channels_last(tried(whole, "m:f", (4, 4, 3), 3))
    assert [p.stride() for p in whole.parameters()] == before


def test_what_is_called_says_whether_it_wrote() -> None:
    images = torch.ones(1, 2)
    assert called(nn.ReLU(inplace=True), images)[1]  # though no number changes
    assert not called(nn.ReLU(), images)[1]
    assert images.equal(torch.ones(1, 2))


def test_alike_is_measured_by_the_largest_number() -> None:
    big = torch.tensor([1e4, float("nan")])
    assert alike(big, big + 1, 1e-3)
    assert not alike(big, big + 20, 1e-3)
    assert not alike(big, big[:1], 1e-3)
    assert not alike(torch.zeros(2), torch.tensor([0.0, float("nan")]), 1e-3)
