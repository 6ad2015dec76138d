"""Denormals are zero inside the block and only there, on every thread, whenever the threads were made."""

from __future__ import annotations

import sys
from collections.abc import Generator

import pytest
import torch

from striate.training.engines.denormals import denormals_flushed

ELSEWHERE = pytest.mark.skipif(sys.platform != "linux", reason="workers are reached through GNU's OpenMP")


@pytest.fixture(params=[1, pytest.param(2, marks=ELSEWHERE)])
def threads(request: pytest.FixtureRequest) -> Generator[int, None, None]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def flushed() -> float:
    """Return the share of 200,000 products, enough to be parted among the threads, that are zero."""
    return float((torch.full((200_000,), 1.2e-38) * 0.01 == 0).float().mean())


def test_denormals_are_flushed_on_all_threads_and_only_inside(threads: int) -> None:
    assert flushed() == 0  # the workers exist from here on
    with denormals_flushed():
        assert flushed() == 1
        with denormals_flushed():
            assert flushed() == 1
        assert flushed() == 1
    assert flushed() == 0


def test_where_workers_are_out_of_reach_nothing_is_flushed(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    monkeypatch.setattr("striate.training.engines.denormals.ctypes.CDLL", lambda name: object())
    with denormals_flushed():
        assert flushed() == (1 if threads == 1 else 0)
    assert flushed() == 0
