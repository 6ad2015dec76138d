"""A probe leaves no trace: whatever the net, and whether the probe passed or raised, all is as it was before.

The law is asked of every probe of the catalogue; what it needs beside net and images stands in TOY.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.data.photos.picture import Picture
from striate.nets import build
from striate.probes.catalog import ENTRIES, Entry
from striate.probes.record import Record
from striate.reports.probe.page import RENDERERS, page_of, probe_html

TOY: dict[str, dict[str, Any]] = {
    "saliency": {"target": 1, "method": "smoothgrad", "samples": 2},
    "gradcam": {"target": 1},
    "occlusion": {"target": 1, "window": 8},
    "features": {"target": 1, "channels": [0, 2]},
    "patches": {"channels": [1], "top": 2},
    "maximize": {"channels": [1], "steps": 2, "mean": 0.5, "std": 0.1},
    "fool": {"target": 1, "steps": 2, "mean": 0.5, "std": 0.1},
    "localise": {"target": 1},
}
# A convnet's head is dense, so it cannot be read place by place.
REFUSED = {("localise", "bfloat16")}
PICTURES = [Picture(name, np.full((16, 16, 3), 99, np.uint8), name) for name in ("first", "second")]
HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks_with_kwargs",
)


class Odd(nn.Module):
    """Begins with an in-place layer, draws random numbers also in evaluation, and raises at forward pass ``fails``."""

    def __init__(self, fails: int | None = None) -> None:
        super().__init__()
        self.first, self.conv, self.norm = nn.ReLU(inplace=True), nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.second, self.drop = nn.ReLU(inplace=True), nn.Dropout(0.5)
        self.pool, self.flatten, self.linear = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5)
        self.fails, self.passes = fails, 0

    def forward(self, x: Tensor) -> Tensor:
        self.passes += 1
        torch.rand(1), np.random.random(), random.random()
        made = self.second(self.norm(self.conv(self.first(x))))
        if self.passes - 1 == self.fails:
            self.norm.running_mean.add_(1)
            raise RuntimeError("this net breaks")
        return self.linear(self.drop(self.flatten(self.pool(made))))


def short() -> nn.Module:
    return build("convnet", {"norm": "batch", "dropout": 0.5}, (16, 16, 3), 5).to(torch.bfloat16)


NETS: dict[str, Callable[[], nn.Module]] = {
    "in place, dropout, batch norm": Odd,
    "raises at once": lambda: Odd(0),
    "raises at the second pass": lambda: Odd(1),
    "raises at the third pass": lambda: Odd(2),
    "bfloat16": short,
    "residual": lambda: build("resnet-v2", {"n": 1}, (16, 16, 3), 5),
    "one class": lambda: build("convnet", {}, (16, 16, 3), 1),
}


def prepared(make: Callable[[], nn.Module]) -> nn.Module:
    """Return a net in mixed modes, with gradients here and there, one frozen weight, and hooks of the caller's own."""
    torch.manual_seed(0)
    net = make().train()
    modules = [m for m in net.modules() if not any(m.children())]
    modules[-1].eval()
    for place, parameter in enumerate(net.parameters()):
        parameter.grad = torch.full_like(parameter, 0.5) if place % 2 else None
    next(net.parameters()).requires_grad_(False)
    modules[0].register_forward_hook(lambda *_: None)
    return net


def state(net: nn.Module, images: Tensor) -> dict[str, Any]:
    """Return all that must stay: plain values, and tensors as copies."""
    found: dict[str, Any] = {}
    for name, module in net.named_modules():
        found[f"mode of {name}"] = module.training
        for kind in HOOKS:
            found[f"{kind} of {name}"] = list(getattr(module, kind, ()))
    for name, parameter in net.named_parameters():
        found[f"{name} asks"] = parameter.requires_grad
        found[f"{name} gradient"] = None if parameter.grad is None else (id(parameter.grad), parameter.grad.tolist())
    found |= {name: (id(value), value.tolist()) for name, value in (net.state_dict(keep_vars=True)).items()}
    found["images"] = (images.tolist(), images.requires_grad, images.grad)
    found["generators"] = (random.getstate(), str(np.random.get_state()), torch.get_rng_state().tolist())
    found["gradients"] = (torch.is_grad_enabled(), torch.is_inference_mode_enabled())
    return found


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]


def called(entry: Entry, net: nn.Module, images: Tensor) -> Record | None:
    """Return the record, or None where the net or the probe said no."""
    options = TOY.get(entry.name, {})
    return entry.run(net, images, **options) if entry.images else entry.run(net, **options)


@pytest.mark.parametrize("kind", NETS)
@pytest.mark.parametrize("name", ENTRIES)
def test_no_trace_is_left(name: str, kind: str) -> None:
    net, images = prepared(NETS[kind]), torch.randn(2, 3, 16, 16, requires_grad=True)
    images.grad = torch.ones_like(images)
    before = state(net, images)
    raises = kind.startswith("raises") or kind == "one class" or (name, kind) in REFUSED
    # `one class` has no class 1: a probe that is asked for it must raise, and leave as little behind.
    with suppress(Exception) if raises else nullcontext():
        called(ENTRIES[name], net, images)
    assert differing(before, state(net, images)) == []


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.images])
def test_a_net_that_raises_is_heard(name: str) -> None:
    with pytest.raises(ProbeError, match="it raised RuntimeError: this net breaks") as heard:
        called(ENTRIES[name], prepared(lambda: Odd(0)), torch.randn(2, 3, 16, 16))
    assert isinstance(heard.value.__cause__, RuntimeError)  # with the net's own lines, for whoever mends it


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, torch.enable_grad])
@pytest.mark.parametrize("name", ENTRIES)
def test_a_probe_works_in_every_mode_and_its_arrays_carry_no_graph(name: str, mode: Callable[[], Any]) -> None:
    net = prepared(Odd)
    with mode():
        record = called(ENTRIES[name], net, torch.rand(2, 3, 16, 16))
    assert record is not None
    for array in record.arrays.values():
        assert not array.requires_grad
        assert array.dtype not in (torch.bfloat16, torch.float16)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_array_of_numbers_is_finite_and_the_record_is_told(name: str) -> None:
    record = called(ENTRIES[name], prepared(Odd), torch.rand(2, 3, 16, 16))
    assert record is not None
    assert record.probe == name
    assert record.kind == ENTRIES[name].kind
    assert record.kind in RENDERERS
    shown = page_of(record, PICTURES if ENTRIES[name].images else (), ("a", "b"), "net")
    assert shown.title
    assert all(shown.words)
    assert "<html" in probe_html(shown, name)  # whose formulas and charts are checked as they are put in
    assert record.sign
    assert all(torch.isfinite(array).all() for array in record.arrays.values())
    if record.kind == "heatmap":
        assert record.heatmap.shape == (2, 16, 16)
        assert record.signed or record.heatmap.min() >= 0


def test_a_trace_is_found() -> None:
    def careless(net: nn.Module, images: Tensor) -> None:
        net.eval()
        net(images.data)

    net, images = prepared(Odd), torch.randn(2, 3, 16, 16, requires_grad=True)
    before = state(net, images)
    careless(net, images)
    found = differing(before, state(net, images))
    assert {"generators", "images", "mode of conv"} <= set(found)
