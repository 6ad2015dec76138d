"""Does a heatmap depend on the weights? The layers are made random one after another, from the last to the first.

Each weight tensor becomes its own numbers in a random order (Adebayo et al., arXiv 1810.03292). After each stage the map is
compared with that of the trained net by Spearman's rank correlation. A map that stays the same shows the image, not the net.
The correlation with a map that has the same value everywhere, or NaN, is undefined: None, and left out of every mean.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.base.seeds import generator
from striate.probes.checks.outcome import Cascade
from striate.probes.record import blank, full

Map = Callable[[nn.Module, Tensor, Tensor], Tensor]
"""Net, images (N, C, H, W) and classes (N,) -> heatmaps (N, H, W)."""


def cascade(net: nn.Module, images: Tensor, classes: Tensor, probe: Map, *, most: int = 8, seed: int = 0) -> Cascade:
    """Return how the map of ``probe`` changes as the net's layers are made random from the last to the first.

    At most ``most`` stages are looked at, evenly spread, the last being the whole net. It is done in a copy of the net;
    raises ProbeError when the net cannot be copied.
    """
    try:
        other = copy.deepcopy(net)
    except Exception as error:
        raise ProbeError(
            f"the net cannot be copied ({type(error).__name__}), so its weights cannot be made random; leave the check out with"
            " `quick`"
        ) from error
    layers = [(name, module) for name, module in other.named_modules() if _weight(module) is not None][::-1]
    if not layers:
        raise ProbeError("the net has no weights to be made random; leave the check out with `quick`")
    before = probe(net, images, classes)
    rng = generator(seed, "init", 0)
    looked_at = {round((k + 1) * len(layers) / min(most, len(layers))) - 1 for k in range(min(most, len(layers)))}
    stages: list[str] = []
    rows: list[tuple[float | None, ...]] = []
    for place, (name, module) in enumerate(layers):
        weight = _weight(module)
        assert weight is not None
        order = torch.from_numpy(rng.permutation(weight.numel())).to(weight.device)
        weight.data = weight.data.flatten()[order].view_as(weight)
        if place in looked_at:
            stages.append(name)
            found: list[float] = rank_correlation(before, probe(other, images, classes)).tolist()
            rows.append(tuple(None if math.isnan(value) else value for value in found))
    return Cascade(tuple(stages), tuple(rows))


def _weight(module: nn.Module) -> nn.Parameter | None:
    """Return the module's own weight tensor of two or more dimensions, which is what a layer has learnt most in."""
    weight: Any = getattr(module, "weight", None)
    return weight if isinstance(weight, nn.Parameter) and weight.dim() > 1 else None


def rank_correlation(a: Tensor, b: Tensor) -> Tensor:
    """Return Spearman's rank correlation (N,) of maps (N, H, W); ties share their mean rank; NaN where a map is blank."""
    x, y = (torch.stack([ranks(row) for row in full(part.detach()).flatten(1).cpu()]) for part in (a, b))
    x, y = x - x.mean(1, keepdim=True), y - y.mean(1, keepdim=True)
    undefined = blank(a) | blank(b)
    size = torch.where(undefined.cpu(), torch.nan, x.norm(dim=1) * y.norm(dim=1))
    return (x * y).sum(1) / size


def ranks(values: Tensor) -> Tensor:
    """Return the ranks from 1 of a vector, float64; equal values share the mean of their ranks."""
    _, which, counts = torch.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum(0)
    return (last - (counts - 1) / 2).double()[which]
