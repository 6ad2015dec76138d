"""The window of input pixels that each cell of a feature map sees, measured.

A pixel that is NaN makes every cell NaN that looks at it, and no other. One image for each place of the diagonal, NaN there
alone, tells rows and columns at once, for nets with branches too, where adding up kernels and strides layer by layer ends.
Normalizing layers are passed over: their statistics see the whole image, and what is asked for is where the convolutions look.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from striate.nets.taps import tapped

_NORMS = (nn.BatchNorm2d, nn.GroupNorm, nn.LayerNorm, nn.InstanceNorm2d)


@dataclass(frozen=True)
class Windows:
    """``rows[i]`` is (first, behind the last) pixel row that cell row i sees, inside the image; ``columns`` likewise."""

    rows: tuple[tuple[int, int], ...]
    columns: tuple[tuple[int, int], ...]

    def of(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Return the window of one cell as (top, left, bottom, right), the last two behind the last pixel."""
        (top, bottom), (left, right) = self.rows[row], self.columns[column]
        return top, left, bottom, right


def windows(net: nn.Module, x: Tensor, taps: Sequence[str], batch: int = 64) -> dict[str, Windows]:
    """Return the windows of each tap's map for images of the shape of ``x`` (1, C, H, W), inside `untouched`.

    A cell whose window cannot be seen this way, as behind a layer that swallows NaN, is said to see the whole image.
    """
    height, width = x.shape[2:]
    rows: dict[str, list[Tensor]] = {tap: [] for tap in taps}
    columns: dict[str, list[Tensor]] = {tap: [] for tap in taps}
    diagonal = torch.arange(max(height, width))
    with torch.no_grad(), _exact(net), tapped(net, taps) as kept:
        for some in diagonal.split(batch):
            probe = torch.zeros_like(x).repeat(len(some), 1, 1, 1)
            for image, place in zip(probe, some.tolist(), strict=True):
                image[:, min(place, height - 1), min(place, width - 1)] = float("nan")
            net(probe)
            for tap in taps:
                reached = kept[tap].isnan().any(1)
                rows[tap].append(reached.any(2).cpu())
                columns[tap].append(reached.any(1).cpu())
    return {tap: Windows(_spans(torch.cat(rows[tap]), height), _spans(torch.cat(columns[tap]), width)) for tap in taps}


def _spans(reached: Tensor, size: int) -> tuple[tuple[int, int], ...]:
    """Return (first, behind the last) of the places (D, cells) that reach each cell; those past ``size`` are its last."""
    spans: list[tuple[int, int]] = []
    for cell in reached.unbind(1):
        seen = [min(place, size - 1) for place in cell.nonzero().flatten().tolist()]
        spans.append((seen[0], seen[-1] + 1) if seen else (0, size))
    return tuple(spans)


@contextmanager
def _exact(net: nn.Module) -> Generator[None, None, None]:
    """Pass over normalizing layers, and keep to convolutions that sum products: transforms would spread a NaN over a tile."""
    handles = [
        module.register_forward_hook(lambda _module, inputs, _output: inputs[0])
        for module in net.modules()
        if isinstance(module, _NORMS)
    ]
    try:
        with torch.backends.cudnn.flags(enabled=False), torch.backends.nnpack.flags(enabled=False):
            yield
    finally:
        for handle in handles:
            handle.remove()
