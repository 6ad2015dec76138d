"""Where in a picture a class is: the classifier's head read at every place of the last feature map, before the pooling.

    response[k, i, j] = head(A[:, i, j])[k],         for a linear head   W A[:, i, j] + b   , a 1 x 1 convolution

The layers before the pooling take images of any size, so a net trained on small images reads a large photograph at its own
resolution (Oquab et al., CVPR 2015; Zhou et al., arXiv 1512.04150). The head, whatever it is made of, is given each place as an
image of its own whose map is that one cell, so no head has to be taken apart. That its pooling is global is measured, not
read off: the scores must not change when the cells of the map change places.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets.measure.feature_maps import Layout, last_of, uses
from striate.nets.measure.tokens import tokens_after
from striate.nets.measure.watching import module_at, watched
from striate.probes.facts import LocaliseFacts, Strongest
from striate.probes.places.boxes import box_of
from striate.probes.places.responses import at, of_class, strongest
from striate.probes.record import Record, Target, answers, asked, described, full, logits, targets
from striate.probes.restoring import untouched

SIGN = "large where the head, given that place alone, answers with the class; in units of the score"
MOST_PIXELS = 2**25
"""Pixels of one enlarged image at most: 5792 x 5792."""


@dataclass(frozen=True)
class Ending:
    """Where the last map is: what the module ``tap`` puts out when it is used for the ``uses``-th time, its last, in a pass."""

    tap: str
    uses: int
    layout: Layout


def localise(
    net: nn.Module,
    images: Tensor,
    *,
    target: Target = None,
    scale: Sequence[float] = (1.0,),
    threshold: float = 0.2,
    tap: str | None = None,
    native: tuple[int, int] | None = None,
) -> Record[LocaliseFacts]:
    """Return where in images (N, C, H, W) of any size class ``target`` is (None: the net's answer for the whole image).

    Each image is read at every ``scale``, enlarged by it (bilinear), and the responses are averaged. ``native`` is the (H, W)
    that the net was trained at (None: that of the images). Arrays: ``heatmap`` (N, H, W), the response to the class,
    interpolated to the image; ``response`` (N, K, h, w), that to every class at the first scale; ``box`` (N, 4), top,
    left, bottom, right, the area around the largest value above ``threshold`` of the way up from the median; ``peak``
    (N, 2), row and column of that value; ``strongest`` (N,), the class of the largest response of all. The scores told
    are those at the peak, their ``predicted`` the net's answer for the whole image. Raises ProbeError for a net
    whose head does not pool over the whole map, and for what is out of range.
    """
    if not 0 < threshold < 1:
        raise ProbeError(f"the threshold is {threshold:g}, and must lie between 0 and 1, both excluded")
    with untouched(net, images) as x, torch.no_grad():
        read, tap, linear = read_places(net, x, scale, tap, native)
        size, given = (x.shape[2], x.shape[3]), asked(target, len(x))
        overall = whole(net, x, scale, read, linear)
        answer, tied = overall.argmax(1), (answers(overall) < 0).tolist()
        chosen = targets(read[0].amax((2, 3)), answer if given is None else given)
        heatmap = of_class(read, size, chosen)
        box, peak = boxes_and_peaks(heatmap, threshold)
        scores = at(read, size, peak)
        most = strongest(read, size)
        _, summit = boxes_and_peaks(of_class(read, size, most), threshold)
        strong = described(at(read, size, summit), most)
    arrays = {"heatmap": heatmap, "response": read[0], "box": box, "peak": peak, "strongest": most}
    summits = [
        Strongest(s.target, s.score, s.probability, (i, j)) for s, (i, j) in zip(strong, summit.tolist(), strict=True)
    ]
    facts = LocaliseFacts(
        tap=tap,
        scale=tuple(float(s) for s in scale),
        threshold=threshold,
        maps=tuple((r.shape[2], r.shape[3]) for r in read),
        linear_head=linear,
        boxes=tuple(tuple(b) for b in box.tolist()),
        strongest=tuple(summits),
    )
    rows = zip(described(scores, chosen), answer.tolist(), tied, strict=True)
    told = tuple(replace(s, predicted=k, tied=t) for s, k, t in rows)
    placed = {name: array.to(images.device) for name, array in arrays.items()}
    return Record("localise", "localise", placed, SIGN, facts, told)


def read_places(
    net: nn.Module, x: Tensor, scale: Sequence[float], tap: str | None, native: tuple[int, int] | None
) -> tuple[list[Tensor], str, bool]:
    """Return the response to every class at each scale (N, K, h, w); in `untouched`.

    Second and third are the tap, and whether the head is linear after a mean (`check_head`).
    """
    if not scale or not all(0 < s < float("inf") for s in scale):
        raise ProbeError(f"the scale is {', '.join(f'{s:g}' for s in scale) or 'empty'}, and must be numbers above 0")
    size = (x.shape[2], x.shape[3])
    small = F.interpolate(x[:1], size=native or size, mode="bilinear", align_corners=False)
    end = ending(net, small, tap)
    linear = check_head(net, small, end)
    read = [responses(net, enlarged(x, s), end) for s in scale]
    return read, end.tap, linear


def whole(net: nn.Module, x: Tensor, scale: Sequence[float], read: Sequence[Tensor], linear: bool) -> Tensor:
    """Return the scores (N, K) of whole images (N, C, H, W), mean over the scales; in `untouched`.

    After a linear head they are the mean of the responses over the places. Any other head is asked, and where it takes no map
    of this size, the same mean stands in for its answer.
    """
    means = torch.stack([each.mean((2, 3)) for each in read]).mean(0)
    if linear:
        return means
    try:
        return torch.stack([full(logits(net, enlarged(x, s).clone())) for s in scale]).mean(0)
    except (RuntimeError, ValueError):
        return means


def boxes_and_peaks(heatmap: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
    """Return the boxes (N, 4) of maps (N, H, W), and row and column of the largest values, (N, 2)."""
    box = torch.tensor([box_of(each.double().cpu().numpy(), threshold) for each in heatmap], device=heatmap.device)
    flat = heatmap.flatten(1).argmax(1)
    return box, torch.stack((flat // heatmap.shape[2], flat % heatmap.shape[2]), 1)


def ending(net: nn.Module, x: Tensor, tap: str | None) -> Ending:
    """Return where the map of an image (1, C, H, W) ends: ``tap``, or else what last puts out a map of more than one cell.

    That may be a pool, or a whole block, whose inner modules' outputs are still added to. Raises NetError for an unknown tap,
    ProbeError for a net without a map, or one that works on tokens after it.
    """
    if tap is not None:
        module_at(net, tap)
    passed = uses(net, x)
    maps = [use for use in passed if use.cells > 1 and tap in (None, use.name)]
    last = maps[-1] if maps else next((u for u in reversed(passed) if u.cells and tap in (None, u.name)), None)
    if tap is None and tokens_after(passed, last_of(passed)):
        raise ProbeError(
            "this net works on tokens after its last map, and its head does not pool over a map that could be read place by"
            f" place; {_OTHERS}"
        )
    if last is None:
        told = f'the tap "{tap}"' if tap else "this net"
        raise ProbeError(f"{told} puts out no feature map (N, C, H, W); {_OTHERS}")
    turns = sum(use.name == last.name for use in passed)
    return Ending(last.name, turns, Layout(last.order or "NCHW"))


def responses(net: nn.Module, x: Tensor, end: Ending) -> Tensor:
    """Return the head's scores at every place of the map: (N, K, h, w), for images (N, C, H, W); in `untouched`.

    Raises ProbeError where the layers before the map do not take images of this size, or the head no single place.
    """
    size = f"{x.shape[3]} x {x.shape[2]}"
    count = len(x)
    shape: list[int] = []

    def places(output: Tensor) -> Tensor:
        shape.extend(output.shape[2:])
        return output.permute(0, 2, 3, 1).reshape(-1, output.shape[1], 1, 1)

    with _changed(net, end, places):
        scores = _run(
            net, x, f"the layers before its last map may not take images of {size}, or its head no single place"
        )
    if scores.dim() != 2 or len(scores) != count * shape[0] * shape[1]:
        raise ProbeError(f'the tap "{end.tap}" is not where this net\'s map ends: {_OTHERS}')
    return full(scores).view(count, *shape, -1).permute(0, 3, 1, 2).contiguous()


def check_head(net: nn.Module, x: Tensor, end: Ending) -> bool:
    """Return whether the head is linear after a mean, for an image (1, C, H, W); raises ProbeError unless it pools globally.

    It pools globally when the scores stay as they are while the cells of the map change places.
    """
    rng = torch.Generator().manual_seed(0)

    def shuffled(output: Tensor) -> Tensor:
        order = torch.randperm(output.shape[2] * output.shape[3], generator=rng).to(output.device)
        return output.flatten(2)[:, :, order].view(output.shape).contiguous()

    plain = full(logits(net, x.clone()))
    with _changed(net, end, shuffled):
        moved = full(_run(net, x, "its head does not take its map with the cells in another order"))
    if moved.shape != plain.shape or not _near(moved, plain, x.dtype):
        raise ProbeError(
            f"this net's scores depend on where in its last map ({end.tap}) something is, so its head does not pool over the"
            f" whole map and cannot be read place by place; {_OTHERS}"
        )
    return _near(responses(net, x, end).mean((2, 3)), plain, x.dtype)


_OTHERS = "gradcam, saliency and occlusion work on it, and localise on nets that end in a global pooling"


def enlarged(x: Tensor, factor: float) -> Tensor:
    """Return images (N, C, H, W) enlarged by ``factor`` (bilinear; widened where it shrinks)."""
    height, width = (max(1, round(side * factor)) for side in x.shape[2:])
    if height * width > MOST_PIXELS:
        raise ProbeError(
            f"scale {factor:g} makes {width} x {height} pixels of an image, and at most {MOST_PIXELS:,} are read"
        )
    if (height, width) == tuple(x.shape[2:]):
        return x
    return F.interpolate(x, (height, width), mode="bilinear", align_corners=False, antialias=factor < 1)


def _run(net: nn.Module, x: Tensor, reason: str) -> Tensor:
    try:
        return cast(Tensor, net(x.clone()))
    except (RuntimeError, ValueError, IndexError, AssertionError) as error:
        first = str(error).partition("\n")[0]
        raise ProbeError(f"this net cannot be read place by place ({first}): {reason}; {_OTHERS}") from error


def _near(a: Tensor, b: Tensor, dtype: torch.dtype) -> bool:
    rounding = 0.02 if dtype in (torch.bfloat16, torch.float16) else 1e-3
    return bool((a - b).abs().max() <= rounding * (b.abs().max() + 1e-6))


@contextmanager
def _changed(net: nn.Module, end: Ending, change: Callable[[Tensor], Tensor]) -> Generator[None, None, None]:
    """While the block runs, the net goes on from the last use of the tap with ``change`` of the map (N, C, h, w)."""
    turns = 0

    def replace(_name: str, _module: nn.Module, _inputs: tuple[Any, ...], output: Tensor) -> Tensor:
        nonlocal turns
        turns += 1
        return output if turns < end.uses else end.layout.unfold(change(end.layout.fold(output)), output)

    with watched(net, replace, [end.tap]):
        yield
