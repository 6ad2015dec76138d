"""Tokens laid back over the image: which of the L tokens (N, L, C) of a transformer are cells of a grid, and of what grid.

It is measured. One pixel in each corner of the image is changed, and the tokens that change where there are L of them for the
first time, before attention mixes them, are those of that corner; those that no pixel changes there belong to no place (class
and register tokens). So row-major order is seen, not assumed. What cannot be laid back is refused with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets.measure.feature_maps import Layout, Order, Use, last_of, uses
from striate.nets.measure.watching import module_at, watched


class _Enough(Exception):
    """Ends a forward pass where what was asked for is known."""


def feature_map(net: nn.Module, x: Tensor, tap: str | None = None) -> tuple[str, Layout]:
    """Return the tap of the last feature map for an image (1, C, H, W), or ``tap``, and how the map lies in its output.

    Of a net that works on tokens after its last map it is the last norm before which the score still depends on tokens of
    the image, folded back. Raises NetError for an unknown tap, ProbeError where there is no map, or tokens of no grid.
    """
    return next(iter(feature_maps(net, x, () if tap is None else (tap,)).items()))


def feature_maps(net: nn.Module, x: Tensor, taps: Sequence[str] = ()) -> dict[str, Layout]:
    """Return the same for each of the ``taps`` (none: the last feature map) from one forward pass; raises as `feature_map`."""
    for tap in taps:
        module_at(net, tap)
    return layouts_of(net, x, uses(net, x), taps)


def layouts_of(net: nn.Module, x: Tensor, passed: list[Use], taps: Sequence[str] = ()) -> dict[str, Layout]:
    """Return what `feature_maps` does, of a pass of ``x`` that was watched already."""
    return {tap: _layout_at(net, x, passed, tap) for tap in taps} or dict([_last_map(net, x, passed)])


def _last_map(net: nn.Module, x: Tensor, passed: list[Use]) -> tuple[str, Layout]:
    last = last_of(passed)
    if after := tokens_after(passed, last):
        return _last_tokens(net, x, passed, after, last)
    if last is None:
        raise ProbeError(
            "no module of this net puts out a feature map (N, C, H, W), which this look needs;"
            " saliency and occlusion work on every net"
        )
    return last.name, Layout(last.order or "NCHW")


def _layout_at(net: nn.Module, x: Tensor, passed: Sequence[Use], tap: str) -> Layout:
    found = [use for use in passed if use.name == tap]
    if not found:
        raise ProbeError(f'no image passes through the tap "{tap}" of this net; choose another one with `tap`')
    return _layout(net, x, passed, found[-1])


def tokens_after(passed: Sequence[Use], last: Use | None) -> list[Use]:
    """Return the uses after the last map that put out tokens, where most of the net works on them; else an empty list.

    Tokens are what a dense layer or a layer norm puts out in three dimensions. A single attention that pools a map is none
    of the net's body: then there are fewer such layers after the map than convolutions before it.
    """
    start = max((i for i, use in enumerate(passed) if use is last), default=-1) + 1
    after = [use for use in passed[start:] if use.output.dim() == 3]
    works = [use for use in after if isinstance(use.module, (nn.Linear, nn.LayerNorm)) and _length(use) > 1]
    convolutions = sum(isinstance(use.module, nn.Conv2d) for use in passed[:start])
    return after if len(works) > convolutions else []


def _length(use: Use) -> int:
    """Return how many tokens of one image the use put out."""
    return use.output.shape[0] * use.output.shape[1]


def _order(use: Use) -> Order | None:
    """Return in which order one image's tokens lie; None for several rows of tokens, as windows are."""
    rows, columns = use.output.shape[:2]
    return "NLC" if rows == 1 else "LNC" if columns == 1 else None


def _layout(net: nn.Module, x: Tensor, passed: Sequence[Use], use: Use) -> Layout:
    if use.order:
        return Layout(use.order)
    shape = tuple(use.output.shape)
    order = _order(use) if use.output.dim() == 3 else None
    if order is None or _length(use) < 2:
        raise ProbeError(
            f'the tap "{use.name}" puts out shape {shape}, and a feature map is (N, C, H, W); choose a tap before the pooling'
        )
    layout = _grid(net, x, passed, order, _length(use))
    if layout is None:
        raise ProbeError(
            f'the tap "{use.name}" puts out shape {shape}, and its {_length(use)} tokens are not a grid over the image, row by'
            " row; a feature map is (N, C, H, W), or as many tokens as the image was cut into; choose another tap"
        )
    return layout


def _last_tokens(
    net: nn.Module, x: Tensor, passed: Sequence[Use], after: Sequence[Use], last: Use | None
) -> tuple[str, Layout]:
    """Return the last norm, or else module, over tokens of the image on which the score still depends."""
    kinds: set[tuple[Order | None, int]] = {
        (order, _length(use)) for use in after if (order := _order(use)) and _length(use) > 1
    }
    grids: dict[tuple[Order | None, int], Layout | None] = {
        (order, length): _grid(net, x, passed, order, length) for order, length in kinds if order
    }
    layouts = {use.name: layout for use in after if (layout := grids.get((_order(use), _length(use))))}
    norms = [use for use in after if "norm" in type(use.module).__name__.lower()]
    names = list(dict.fromkeys(use.name for use in norms or after if use.name in layouts))
    for name in _felt(net, x, names, layouts) or names[-1:]:
        return name, layouts[name]
    at = f'its last map ("{last.name}")' if last else "the image"
    raise ProbeError(
        f"after {at} this net has {max(map(_length, after))} tokens that are not a grid over the image, row by row, so they"
        " cannot be laid back over it; saliency and occlusion work on every net, and a map before the tokens can be named"
        " with `tap`"
    )


def _felt(net: nn.Module, x: Tensor, names: Sequence[str], layouts: dict[str, Layout]) -> list[str]:
    """Return those taps, last first, on whose image tokens the largest score depends."""
    if not names:
        return []
    kept: dict[str, Tensor] = {}

    def keep(name: str, _module: nn.Module, _inputs: tuple[Any, ...], output: Tensor) -> Tensor:
        kept[name] = output
        return output.clone()

    with torch.enable_grad(), watched(net, keep, names):
        score = net(x.detach().clone().requires_grad_()).amax()
    made = torch.autograd.grad(score, list(kept.values()), materialize_grads=True)
    felt = {name for name, g in zip(kept, made, strict=True) if bool(layouts[name].fold(g).any())}
    return [name for name in reversed(names) if name in felt]


def _grid(net: nn.Module, x: Tensor, passed: Sequence[Use], order: Order, length: int) -> Layout | None:
    """Return which of ``length`` tokens are cells of which grid; None where that cannot be measured."""
    corners = _corners(net, x, order, length)
    if not corners or not all(corners):
        return None
    first = min(min(corner) for corner in corners)
    cells = max(max(corner) for corner in corners) + 1 - first
    maps = [use.places for use in passed if use.cells == cells]
    across = corners[1][0] - first + 1
    if all(len(corner) == 1 for corner in corners) and 0 < across <= cells:
        grid = (cells // across, across)
    elif maps:
        grid = maps[-1]
    else:
        down = max(1, round(math.sqrt(cells * x.shape[2] / x.shape[3])))
        grid = (down, cells // down)
    height, width = grid
    if height * width != cells or cells < 2:
        return None
    expected = (0, width - 1, (height - 1) * width, cells - 1)
    seen = all(first + place in corner for place, corner in zip(expected, corners, strict=True))
    return Layout(order, grid, first) if seen else None


def _corners(net: nn.Module, x: Tensor, order: Order, length: int) -> list[list[int]]:
    """Return which tokens change, where there are as many for the first time, with the pixel of each corner of the image."""
    ends = [(row, column) for row in (0, x.shape[2] - 1) for column in (0, x.shape[3] - 1)]
    batch = x.repeat(1 + len(ends), 1, 1, 1)
    for image, (row, column) in zip(batch[1:], ends, strict=True):
        image[:, row, column] += 1.0
    shape = (len(batch), length)
    held: list[Tensor] = []

    def stop(_name: str, _module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        for each in (*inputs, output):  # what an attention puts out is mixed already, what goes into it is not
            if isinstance(each, Tensor) and each.dim() == 3:
                tokens = each if order == "NLC" else each.transpose(0, 1)
                if tokens.shape[:2] == shape:
                    held.append(tokens.detach().float().clone())
                    raise _Enough

    with suppress(_Enough), torch.no_grad(), watched(net, stop):
        net(batch)
    if not held:
        return []
    moved = (held[0][1:] - held[0][:1]).abs().amax(2)
    return [row.nonzero().flatten().tolist() for row in moved > 1e-5 * held[0].abs().max()]
