"""Does a heatmap say what the net needs? Pixels are taken away, or put in, in the order of the map, largest first.

`deletion` sets them to the mean colour, `insertion` puts them into a blurred copy; the probability of the class is followed
(Petsiuk, Das and Saenko, arXiv 1806.07421). A good map has a small area under the first curve and a large one under the
second. The control is the same map moved to a random place, so that only where it is counts: scattered single pixels, the usual
control, break an image sooner than any patch of the same size, and every smooth map would lose against them.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.base.seeds import generator
from striate.probes.checks.outcome import Curves
from striate.probes.record import full, logits
from striate.probes.restoring import untouched


def curves(
    net: nn.Module,
    images: Tensor,
    classes: Tensor,
    heatmaps: Tensor,
    *,
    steps: int = 16,
    seed: int = 0,
    batch: int = 256,
) -> Curves:
    """Return deletion and insertion of ``images`` (N, C, H, W) by ``heatmaps`` (N, H, W), and both by moved ones."""
    if steps < 1:
        raise ProbeError(f"steps is {steps}, and must be 1 or more")
    with untouched(net, images) as x, torch.no_grad():
        count, _, height, width = x.shape
        rng = generator(seed, "order", 0)
        # Equal values are taken in random order, not row by row.
        shuffled = torch.from_numpy(rng.random((count, height * width))).argsort(1)
        heat = heatmaps.detach().double().cpu()
        found: list[Tensor] = []
        for each in (heat, _moved(heat, rng)):
            values = each.flatten(1).gather(1, shuffled)
            order = shuffled.gather(1, values.sort(dim=1, descending=True, stable=True).indices)
            place = order.argsort(1).to(x.device).view(count, 1, height, width)
            for start, end in ((x, torch.zeros_like(x)), (blurred(x), x)):
                found.append(_followed(net, start, end, place, classes.to(x.device), steps, batch))
        shares = tuple(k / steps for k in range(steps + 1))
        names = ("deletion", "insertion", "moved_deletion", "moved_insertion")
        means = {name: tuple(values.mean(1).tolist()) for name, values in zip(names, found, strict=True)}
        areas = {name: _areas(values) for name, values in zip(names, found, strict=True)}
        return Curves(shares, **means, image_areas=areas)


def _moved(heat: Tensor, rng: np.random.Generator) -> Tensor:
    """Return the maps (N, H, W), each moved round by a quarter to three quarters of either edge."""
    least = [max(1, size // 4) for size in heat.shape[1:]]
    most = [size - low for size, low in zip(heat.shape[1:], least, strict=True)]
    shifts = [
        tuple(int(rng.integers(a, max(a, b), endpoint=True)) for a, b in zip(least, most, strict=True)) for _ in heat
    ]
    return torch.stack([row.roll(shift, (0, 1)) for row, shift in zip(heat, shifts, strict=True)])


def _followed(
    net: nn.Module, start: Tensor, end: Tensor, place: Tensor, classes: Tensor, steps: int, batch: int
) -> Tensor:
    """Return the probabilities (steps + 1, N) while pixels go from ``start`` to ``end`` in the order ``place`` (N, 1, H, W)."""
    pixels = place[0].numel()
    rows: list[Tensor] = []
    for step in range(steps + 1):
        taken = place < round(step * pixels / steps)
        mixed = torch.where(taken, end, start)
        parts = [full(logits(net, part.clone())).softmax(1) for part in mixed.split(batch)]
        rows.append(torch.cat(parts).gather(1, classes[:, None])[:, 0].double().cpu())
    return torch.stack(rows)


def blurred(x: Tensor) -> Tensor:
    """Return ``x`` (N, C, H, W) under a Gaussian blur whose standard deviation is a tenth of the shorter edge."""
    height, width = x.shape[2:]
    sd = min(height, width) / 10
    reach = max(1, min(round(2 * sd), min(height, width) - 1)) if min(height, width) > 1 else 0
    if reach == 0:
        return x
    ticks = torch.arange(-reach, reach + 1, dtype=torch.float32, device=x.device)
    kernel = torch.exp(-((ticks / sd) ** 2) / 2)
    kernel = (kernel / kernel.sum()).to(x.dtype)
    channels = x.shape[1]
    padded = F.pad(x, (reach, reach, reach, reach), mode="reflect")
    rows = F.conv2d(padded, kernel.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)
    return F.conv2d(rows, kernel.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)


def _areas(values: Tensor) -> tuple[float, ...]:
    """Return the area under each column of ``values`` (steps + 1, N), equally spaced from 0 to 1."""
    return tuple(torch.trapezoid(values, dx=1 / (len(values) - 1), dim=0).tolist())
