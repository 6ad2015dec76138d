"""Work ends when nobody waits for it, or when its time is over, between two layers of a net."""

from __future__ import annotations

import copy
import threading

import pytest
import torch
from torch import nn

from striate.app.serve.pulse import FREE, Pulse
from striate.base.errors import ProbeError


def net() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))


def test_it_notes_how_far_work_is() -> None:
    pulse = Pulse(60)
    pulse(3, 7)
    pulse()
    assert pulse.progress == (3, 7)


def test_it_stops_what_nobody_waits_for_and_what_takes_too_long() -> None:
    pulse = Pulse()
    pulse.gone = True
    with pytest.raises(ProbeError, match="nobody waits"):
        pulse()
    with pytest.raises(ProbeError, match=r"longer than 0 s and was stopped; ask for less, or use the command"):
        Pulse(0)()
    assert (Pulse(0).late(), Pulse(0).late(grace=9), FREE.late()) == (True, False, False)


def test_a_net_is_stopped_between_two_layers_and_a_copy_too() -> None:
    pulse, own = Pulse(), net()
    reached: list[int] = []

    def gone(*_: object) -> None:
        reached.append(0)
        pulse.gone = True

    own[1].register_forward_hook(gone)  # type: ignore[index]
    with pulse.within(own):
        copied = copy.deepcopy(own)
        for one in (own, copied):
            pulse.gone = False
            with pytest.raises(ProbeError, match="nobody waits"):
                one(torch.zeros(1, 2))
    assert len(reached) == 2


def test_a_net_has_no_trace_of_it_afterwards() -> None:
    own, pulse = net(), Pulse()
    with pytest.raises(ZeroDivisionError), pulse.within(own):
        raise ZeroDivisionError
    pulse.gone = True
    own(torch.zeros(1, 2))
    assert not any(module._forward_pre_hooks for module in own.modules())


def test_a_turn_that_does_not_come_is_given_up() -> None:
    lock, pulse = threading.Lock(), Pulse(0.15)
    with lock, pytest.raises(ProbeError, match="longer"), pulse.turn(lock):
        pass
    with Pulse(60).turn(lock):
        assert lock.locked()
    gone = Pulse()
    gone.gone = True
    with pytest.raises(ProbeError), gone.turn(lock):
        pass
    assert not lock.locked()
