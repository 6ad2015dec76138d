"""Precision is chosen by the hardware and a check of the very net."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.errors import RecipeError
from striate.nets import build
from striate.training.engines import machine
from striate.training.engines.precision import choose_precision


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return build("convnet", {"norm": "batch"}, (8, 8, 1), 4)


def test_auto_is_float32_without_bfloat16_in_hardware(net: nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "processor_flags", lambda: ("avx2",))
    dtype, reason = choose_precision("auto", net, torch.randn(4, 1, 8, 8))
    assert (dtype, reason) == (torch.float32, "no bfloat16 multiplication in hardware")


def test_auto_is_bfloat16_with_hardware_where_the_gradients_agree(
    net: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "processor_flags", lambda: ("avx512_bf16",))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    dtype, reason = choose_precision("auto", net, torch.randn(4, 1, 8, 8))
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
    dtype, reason = choose_precision("auto", Wrong(), torch.randn(4, 1, 8, 8))
    assert dtype == torch.float32
    assert "bfloat16 gradients differ" in reason


@pytest.mark.parametrize(("size", "stride", "kernel", "beyond"), [(1, 2, 3, True), (2, 2, 3, False), (1, 2, 1, False)])
@pytest.mark.parametrize("kind", ["module", "function", "transposed"])
def test_bfloat16_is_kept_from_a_stride_larger_than_its_image(
    kind: str, size: int, stride: int, kernel: int, beyond: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its weight gradients hold what the memory held, at the third pass or the hundredth."""

    class Strided(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(16, 16, kernel, kernel) / 9)
            self.conv = nn.Conv2d(16, 16, kernel, stride, padding=kernel // 2)

        def forward(self, images: Tensor) -> Tensor:
            if kind == "module":
                images = self.conv(images)
            elif kind == "function":
                images = F.conv2d(images, self.weight, stride=stride, padding=kernel // 2)
            else:
                images = F.conv_transpose2d(images, self.weight, stride=stride, padding=kernel // 2)
            return images.sum((2, 3))

    monkeypatch.setattr(machine, "processor_flags", lambda: ("avx512_bf16",))
    net, images = Strided(), torch.randn(4, 16, size, size)
    dtype, why = choose_precision("auto", net, images)
    assert (dtype == torch.float32) == beyond
    if beyond:
        assert why == "bfloat16 gradients are wrong where a stride is larger than the image (2 x 2 over 1 x 1)"
        with pytest.raises(RecipeError, match=r"this net has one \(2 x 2 over 1 x 1\); choose float32 or auto"):
            choose_precision("bfloat16", net, images)
    else:
        assert choose_precision("bfloat16", net, images) == (torch.bfloat16, "as asked")
    assert net.training


def test_a_gradient_that_is_right_once_only_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[int] = []

    class Forgotten(torch.autograd.Function):
        """Hands the images on; its gradient is lost at the second pass in bfloat16."""

        @staticmethod
        def forward(ctx: Any, logits: Tensor) -> Tensor:
            return logits.clone()

        @staticmethod
        def backward(ctx: Any, grad: Tensor) -> Tensor:
            passes.append(1)
            return grad * float("nan") if len(passes) == 3 else grad

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.dense = nn.Linear(64, 4)

        def forward(self, images: Tensor) -> Tensor:
            logits: Tensor = Forgotten.apply(self.dense(images.flatten(1)))
            return logits

    monkeypatch.setattr(machine, "processor_flags", lambda: ("avx512_bf16",))
    dtype, why = choose_precision("auto", Net(), torch.randn(4, 1, 8, 8))
    assert (dtype, why) == (torch.float32, "bfloat16 gradients differ from float32 by nan here")


def test_a_net_that_draws_as_it_is_used_is_tried_with_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    class Drawing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.dense = nn.Linear(64, 4)

        def forward(self, images: Tensor) -> Tensor:
            logits: Tensor = self.dense(F.dropout(images.flatten(1), 0.5, training=True))
            return logits

    monkeypatch.setattr(machine, "processor_flags", lambda: ("avx512_bf16",))
    net, images = Drawing(), torch.randn(4, 1, 8, 8)
    before = torch.get_rng_state()
    dtype, why = choose_precision("auto", net, images)
    assert dtype == torch.bfloat16, why
    assert torch.equal(before, torch.get_rng_state())


def test_what_was_asked_for_is_used(net: nn.Module) -> None:
    for asked, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        assert choose_precision(asked, net, torch.randn(2, 1, 8, 8)) == (dtype, "as asked")
