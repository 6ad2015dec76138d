"""Precision is chosen by the hardware and a check of the very net; the environment is what it says."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import RunError
from striate.nets import build
from striate.training.engines import machine


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return build("convnet", {"norm": "batch"}, (8, 8, 1), 4)


def test_auto_is_float32_without_bfloat16_in_hardware(net: nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "processor_flags", lambda: ("avx2",))
    dtype, reason = machine.choose_precision("auto", net, torch.randn(4, 1, 8, 8))
    assert (dtype, reason) == (torch.float32, "no bfloat16 multiplication in hardware")


def test_auto_is_bfloat16_with_hardware_where_the_gradients_agree(
    net: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "processor_flags", lambda: ("avx512_bf16",))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    dtype, reason = machine.choose_precision("auto", net, torch.randn(4, 1, 8, 8))
    assert dtype == torch.bfloat16
    assert "native" in reason
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())


def test_a_net_that_bfloat16_computes_wrongly_stays_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(nn.Module):
        """Gives four times too much in bfloat16, as a faulty kernel would."""

        def __init__(self) -> None:
            super().__init__()
            self.dense = nn.Linear(64, 4)

        def forward(self, images: Tensor) -> Tensor:
            logits: Tensor = self.dense(images.flatten(1))
            return 4 * logits if logits.dtype == torch.bfloat16 else logits

    monkeypatch.setattr(machine, "processor_flags", lambda: ("avx512_bf16",))
    dtype, reason = machine.choose_precision("auto", Wrong(), torch.randn(4, 1, 8, 8))
    assert dtype == torch.float32
    assert "bfloat16 gradients differ" in reason


def test_what_was_asked_for_is_used(net: nn.Module) -> None:
    for asked, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        assert machine.choose_precision(asked, net, torch.randn(2, 1, 8, 8)) == (dtype, "as asked")


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
