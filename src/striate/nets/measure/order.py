"""The layers of a net in the order in which an image passes them: which come first, and which is the last."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from striate.nets.custom.calling import in_mode
from striate.nets.custom.state import traceless
from striate.nets.custom.surroundings import seeded
from striate.nets.entry import ImageShape
from striate.nets.measure.watching import module_at, watched

_COMPUTED = "parametrizations"  # the module of a layer in which PyTorch keeps what its weights are computed from


def passed(net: nn.Module, image_shape: ImageShape) -> tuple[str, ...]:
    """Return the names of all modules in the order in which a blank image of (H, W, C) leaves each for the first time.

    A module that holds others comes after them. The net and the global generators are left as they were.
    """
    return _shown(net, image_shape)[0]


def outputs(net: nn.Module, image_shape: ImageShape) -> int:
    """Return how many numbers the net answers for one blank image of (H, W, C)."""
    return _shown(net, image_shape)[1].numel()


def _shown(net: nn.Module, image_shape: ImageShape) -> tuple[tuple[str, ...], torch.Tensor]:
    seen: dict[str, None] = {}

    def note(name: str, _module: nn.Module, _inputs: tuple[Any, ...], _output: Any) -> None:
        seen.setdefault(name)

    height, width, channels = image_shape
    like = next((p for p in net.parameters() if p.is_floating_point()), torch.zeros(()))
    image = torch.zeros((1, channels, height, width), dtype=like.dtype, device=like.device)
    with traceless(net), torch.no_grad(), seeded(0), watched(net, note):
        answer = in_mode(net)(image)
    return tuple(seen), answer


def layers(net: nn.Module, image_shape: ImageShape) -> tuple[str, ...]:
    """Return the names of the innermost modules with parameters of their own, in that order."""
    every = dict(net.named_modules())
    return tuple(name for name in passed(net, image_shape) if _is_layer(every[name]))


def up_to(net: nn.Module, image_shape: ImageShape, tap: str) -> tuple[str, ...]:
    """Return those of `layers` that an image has passed when it leaves the module ``tap``.

    Raises NetError with the nearest name and the list where there is no such module, or where no image passes it.
    """
    module_at(net, tap)
    order = passed(net, image_shape)
    every = dict(net.named_modules())
    before = order[: order.index(tap) + 1] if tap in order else ()
    return tuple(name for name in before if _is_layer(every[name]))


def parameters_of(layer: nn.Module) -> list[nn.Parameter]:
    """Return the parameters of one of `layers`: its own, and those from which PyTorch computes its weights (weight norm)."""
    computed = getattr(layer, _COMPUTED, None)
    return [*layer.parameters(recurse=False), *(computed.parameters() if isinstance(computed, nn.Module) else ())]


def holds_layers(module: nn.Module) -> bool:
    """Return whether ``module`` has modules in it; those from which PyTorch computes its weights are none."""
    return any(name != _COMPUTED for name, _ in module.named_children())


def _is_layer(module: nn.Module) -> bool:
    computed = isinstance(module, nn.utils.parametrize.ParametrizationList)
    return not computed and not holds_layers(module) and bool(parameters_of(module))
