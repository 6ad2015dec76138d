"""In which type the multiplications of a net are done, and whether that type is right for this very net.

bfloat16 pays only where the hardware multiplies it itself; elsewhere it is emulated and slow. It is also known to be wrong
for some kernels on some builds (pytorch/pytorch issues 163347, 169688; findings/torch-bfloat16-strided-gradients.sh), so
`auto` uses it only after forward and backward passes of the very net agree with float32.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from striate.base.errors import RecipeError, reason
from striate.nets.custom.calling import in_mode
from striate.nets.custom.state import traceless
from striate.nets.custom.surroundings import seeded
from striate.nets.uncompiled import uncompiled
from striate.training.engines.machine import multiplies_bfloat16

TRANSPOSED = (torch.conv_transpose1d, torch.conv_transpose2d, torch.conv_transpose3d)
CONVOLUTIONS = (torch.conv1d, torch.conv2d, torch.conv3d, *TRANSPOSED)


def choose_precision(asked: str, net: nn.Module, images: Tensor) -> tuple[torch.dtype, str]:
    """Return the dtype of the multiplications and the reason, for ``asked`` = auto or the name of a type.

    ``images`` is one small batch (N, C, H, W) on the net's device; net and global generators are not changed.

    Raises RecipeError where bfloat16 is asked for and known to give wrong gradients.
    """
    if asked in ("float32", "float64"):
        return {"float32": torch.float32, "float64": torch.float64}[asked], "as asked"
    if asked == "auto" and not multiplies_bfloat16(images.device):
        return torch.float32, "no bfloat16 multiplication in hardware"
    try:
        where = stride_beyond_image(net, images)
        error = bfloat16_error(net, images) if asked == "auto" and where is None else 0.0
    except Exception as fault:  # a net of one's own that no copy can be made of, or that raises what it likes
        if asked == "bfloat16":  # its first pass says what it cannot
            return torch.bfloat16, "as asked"
        return torch.float32, f"bfloat16 could not be tried on it ({reason(fault, kind=True)})"
    if where is not None and asked == "bfloat16":
        raise RecipeError(
            f"precision is bfloat16, in which processors with AVX512 get the weight gradients wrong where the stride of a"
            f" convolution is larger than its image, and this net has one ({where}); choose float32 or auto"
        )
    if where is not None:
        return torch.float32, f"bfloat16 gradients are wrong where a stride is larger than the image ({where})"
    if asked == "bfloat16":
        return torch.bfloat16, "as asked"
    if not error <= 0.1:  # nan too
        return torch.float32, f"bfloat16 gradients differ from float32 by {error:.2g} here"
    return torch.bfloat16, f"native, gradients within {error:.2g} of float32"


def bfloat16_error(net: nn.Module, images: Tensor) -> float:
    """Return how far bfloat16 is from float32: |g16 - g32| / |g32| over all parameter gradients of a pass over ``images``.

    Rounding alone gives a few hundredths; a wrong kernel gives a number near or above 1, or nan. The larger of two passes,
    since a kernel that forgets to write a gradient leaves there what the memory held: zeros at first, later anything.
    """
    gradients: list[Tensor] = []
    for enabled in (False, True, True):
        twin = in_mode(copy.deepcopy(net))  # eval: no dropout, and the running statistics stay untouched
        with seeded(0):  # a net that draws in eval draws the same each time
            with torch.autocast(images.device.type, torch.bfloat16, enabled=enabled):
                logits = twin(images)
            logits.float().logsumexp(1).mean().backward()
        gradients.append(torch.cat([p.grad.flatten() for p in twin.parameters() if p.grad is not None]))
    exact, *rounded = gradients
    errors = [float((each - exact).norm() / exact.norm().clamp_min(1e-30)) for each in rounded]
    return math.nan if any(map(math.isnan, errors)) else max(errors)


def stride_beyond_image(net: nn.Module, images: Tensor) -> str | None:
    """Return stride and image, in words, of a convolution of ``net`` whose stride is larger than its image; None without one.

    On a processor with AVX512 the bfloat16 kernel of such a convolution (wider than 1) never writes the weight gradients of
    taps that see padding alone. In float32, and on CUDA, they are right: None there.
    """
    if images.device.type != "cpu":
        return None
    with traceless(net), seeded(0), torch.no_grad(), uncompiled(), _Strides() as seen:
        in_mode(net)(images)
    return seen.beyond


class _Strides(TorchFunctionMode):
    """Watches all convolutions, also those that are called as functions."""

    beyond: str | None = None

    def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        given = kwargs or {}
        out = func(*args, **given)
        if func in CONVOLUTIONS:
            names = ("input", "weight", "bias", "stride")
            call: dict[str, Any] = {"stride": 1, **dict(zip(names, args, strict=False)), **given}
            stride, weight = call["stride"], call["weight"]
            # The gradient of a transposed one is taken the other way round.
            sides = (out if func in TRANSPOSED else call["input"]).shape[2 - weight.dim() :]  # without a batch too
            steps = tuple(stride) if isinstance(stride, Sequence) else (stride,)
            steps = steps * len(sides) if len(steps) == 1 else steps
            if math.prod(weight.shape[2:]) > 1 and any(step > side for step, side in zip(steps, sides, strict=True)):
                self.beyond = f"{' x '.join(map(str, steps))} over {' x '.join(map(str, sides))}"
        return out
