"""How a net wants to be called: with a copy of its images, in contiguous memory, in which type, and with what it prints apart.

What a net cannot bear is noted on the net itself as a hook before its forward pass, so that training, evaluation, probes and
export all keep to it without knowing. Hooks are not part of the state dictionary, and are copied with the net.
"""

from __future__ import annotations

import sys
from typing import Any, TextIO, TypeVar

import torch
from torch import Tensor, nn

Net = TypeVar("Net", bound=nn.Module)
LEAST = 8  # channels that oneDNN takes at once with AVX2


def give_copies(net: nn.Module) -> None:
    """Have ``net`` work on a copy of its images from now on, since it writes into what it is given."""
    _once(net, _copied)


def keep_contiguous(net: nn.Module) -> None:
    """Have ``net`` get its images in contiguous memory from now on, since it cannot be run on channels-last memory."""
    _once(net, _contiguous)


def keep_prints_apart(net: nn.Module) -> None:
    """Have what ``net`` prints go to stderr from now on, so that stdout holds the result of a command alone."""
    if _aside not in vars(net)["_forward_pre_hooks"].values():
        net.register_forward_pre_hook(_aside)
        net.register_forward_hook(_back, always_call=True)


def takes_channels_last(net: nn.Module) -> bool:
    """Return whether ``net`` may be trained in channels-last memory; where it may not, `keep_contiguous` is for it."""
    hooks = vars(net)["_forward_pre_hooks"].values()
    return _contiguous not in hooks and not any(map(_overruns, net.modules())) and not _has_volumes(net)


def _has_volumes(net: nn.Module) -> bool:
    """Return whether ``net`` has a tensor of five dimensions, as Conv3d has: PyTorch refuses this order to such a net."""
    return any(tensor.dim() == 5 for group in (net.parameters(), net.buffers()) for tensor in group)


def _overruns(layer: nn.Module) -> bool:
    """Return whether the weight gradient of ``layer`` overruns its memory in channels-last order, where AVX512 lacks.

    It is so of a strided 1x1 convolution of fewer than 8 channels (uxlfoundation/oneDNN issue 6035; PyTorch 2.15 has it). The
    order is kept from such a net on every processor, so that a recipe means the same on all. The built-in narrow nets pick
    their pixels first and need no care.
    """
    if not isinstance(layer, nn.Conv2d) or getattr(layer, "picks_pixels_first", False):
        return False
    return layer.in_channels < LEAST and set(layer.kernel_size) == {1} and max(layer.stride) > 1


def in_mode(net: Net, training: bool = False) -> Net:
    """Return ``net``, put into evaluation mode, or training mode: a net whose own `train` returns nothing is common."""
    net.train(training)
    return net


def input_dtype(net: nn.Module) -> torch.dtype:
    """Return the type of the images that ``net`` takes: that of its weights, or float32 where they are of several."""
    kinds = {p.dtype for p in net.parameters() if p.is_floating_point()}
    return kinds.pop() if len(kinds) == 1 else torch.float32


def device_of(net: nn.Module) -> torch.device:
    """Return the device of the first parameter or buffer of ``net``; the processor where it has none."""
    return next((t.device for group in (net.parameters(), net.buffers()) for t in group), torch.device("cpu"))


def _once(net: nn.Module, hook: Any) -> None:
    if hook not in vars(net)["_forward_pre_hooks"].values():
        net.register_forward_pre_hook(hook)


_outputs: list[TextIO] = []  # what stdout was before each call that is under way


def _aside(net: nn.Module, inputs: Any) -> None:
    _outputs.append(sys.stdout)
    sys.stdout = sys.stderr


def _back(net: nn.Module, inputs: Any, output: Any) -> None:
    if _outputs:
        sys.stdout = _outputs.pop()


def _copied(net: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(x.clone() for x in inputs)


def _contiguous(net: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    # A clone, since images of one channel count as contiguous in either order, and keep the strides that they have.
    return tuple(x.clone(memory_format=torch.contiguous_format) for x in inputs)
