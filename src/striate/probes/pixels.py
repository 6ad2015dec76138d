"""Between pixels p in [0, 1], in which changes are measured, and the images that a net receives: x = (p - mean) / std."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets.inputs import Inputs
from striate.nets.standardized import standardized
from striate.probes.record import full

ROUNDING = 1e-3


@dataclass(frozen=True, eq=False)
class Scale:
    """``mean`` and ``std`` are (1, C, 1, 1) in float32; ``dtype`` is what the net computes in."""

    mean: Tensor
    std: Tensor
    dtype: torch.dtype

    def pixels(self, x: Tensor) -> Tensor:
        """Return normalized images (N, C, H, W) as pixels in [0, 1], float32; raises ProbeError where they are not that."""
        made = full(x) * self.std + self.mean
        low, high = float(made.min()), float(made.max())
        if low < -ROUNDING or high > 1 + ROUNDING:
            raise ProbeError(
                f"the images have pixels from {low:.3g} to {high:.3g}, and must have 0 to 1 once the normalization is"
                " undone; give the mean and std by which they were normalized"
            )
        return made.clamp(0, 1)

    def normalized(self, pixels: Tensor) -> Tensor:
        """Return pixels (N, C, H, W) as the net receives them."""
        return ((pixels - self.mean) / self.std).to(self.dtype)


def scale(x: Tensor, mean: Sequence[float] | float, std: Sequence[float] | float) -> Scale:
    """Return the scale of images like ``x`` (N, C, H, W); raises ProbeError when the numbers do not fit its channels."""
    dtype = torch.float64 if x.dtype == torch.float64 else torch.float32
    means, stds = (torch.tensor(v, dtype=dtype, device=x.device).flatten() for v in (mean, std))
    if any(len(v) not in (1, x.shape[1]) for v in (means, stds)) or not bool((stds > 0).all()):
        raise ProbeError(
            f"mean has {len(means)} and std {len(stds)} numbers for images of {x.shape[1]} channels; give one for each"
            " channel, those of std above 0"
        )
    return Scale(means.view(1, -1, 1, 1), stds.view(1, -1, 1, 1), x.dtype)


def given_pixels(net: nn.Module, inputs: Inputs) -> nn.Module:
    """Make ``net`` take pixels in [0, 1] from now on, which it normalizes by itself as ``inputs`` say; return it.

    So nets that expect different things can look at one and the same image.
    """
    means, stds = (torch.tensor(values).view(1, -1, 1, 1) for values in (inputs.mean, inputs.std))

    def before(_module: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        x = given[0]
        if inputs.per_image:
            return (standardized(x),)
        return ((x - means.to(x)) / stds.to(x),)

    net.register_forward_pre_hook(before)
    return net
