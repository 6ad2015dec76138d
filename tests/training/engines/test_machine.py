"""The device is the one that is named; the environment is what it says."""

from __future__ import annotations

import re

import pytest
import torch

from striate.base.errors import RunError
from striate.training.engines import machine


def test_the_environment_names_versions_and_threads() -> None:
    facts = machine.environment()
    assert facts["torch"] == torch.__version__
    assert facts["threads"] == torch.get_num_threads()
    assert facts["device"] == "cpu"


def test_a_device_is_taken_as_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRIATE_DEVICE", raising=False)
    for there, devices, asked, by_hand, chosen in (
        (False, 0, None, False, "cpu"),
        (True, 2, None, False, "cuda"),
        (True, 2, None, True, "cpu"),
        (True, 2, "cpu", False, "cpu"),
        (True, 2, "cuda:1", False, "cuda:1"),
        (True, 2, "", False, "cuda"),
    ):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        monkeypatch.setattr(torch.cuda, "device_count", lambda devices=devices: devices)
        if asked is not None:
            monkeypatch.setenv("STRIATE_DEVICE", asked)
        assert machine.device(by_hand=by_hand) == torch.device(chosen)


@pytest.mark.parametrize(
    ("devices", "asked", "by_hand", "words"),
    [
        (0, "cuda", False, 'there is no device "cuda" on this machine, which has cpu; name one of these, or none'),
        (1, "cuda:1", False, 'there is no device "cuda:1" on this machine, which has cpu, cuda and cuda:0; name one'),
        (1, "tpu", False, 'there is no device "tpu"'),
        (1, "cuda", True, 'the engine scratch computes on the processor, and the device "cuda" is asked for; name cpu'),
    ],
)
def test_a_device_that_is_not_here_is_refused(
    monkeypatch: pytest.MonkeyPatch, devices: int, asked: str, by_hand: bool, words: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: devices > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: devices)
    monkeypatch.setenv("STRIATE_DEVICE", asked)
    with pytest.raises(RunError, match=re.escape(words)):
        machine.device(by_hand=by_hand)
