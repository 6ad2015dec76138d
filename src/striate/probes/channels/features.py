"""What makes one channel A of a feature map count: the images, and the places in them, over a set of images.

With S the score of the class explained (the predicted one), g = dS/dA, and means over the places of the map:

    published      weight w = mean(g)        images with the largest w              heatmap w A
    contribution   w mean(A)                 its part in Grad-CAM                   max(w A, 0)
    local          mean(g A)                 HiResCAM, arXiv 2011.08891             g A, place by place
    activation     max(A)                    whatever the class                     A

``published`` is the procedure of a CS 7150 Homework 1 solution: one weight for each of 100 test images, the two images of
largest weight, and the channel's activation times its weight over the image. It differs from Grad-CAM in that there is no sum
over channels and no ReLU, and the weight alone ranks the images, so an image can come first in which the channel is silent;
the variants beside it rank by what the channel did. All four come from one forward and one backward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.catalog import Catalog, unknown
from striate.base.errors import ProbeError, sentence
from striate.nets.measure.feature_maps import Layout
from striate.nets.measure.taps import tapped
from striate.nets.measure.tokens import feature_maps
from striate.probes.channels.windows import Windows, mapped
from striate.probes.facts import FeatureFacts, FeatureMap, Patch
from striate.probes.record import Record, Target, asked, described, full, logits, targets
from striate.probes.restoring import untouched

SIGN = (
    "positive where the channel raises the score of the class, negative where it lowers it; under `activation` how strongly"
    " the channel answers, whatever the class"
)
FIRST_CHANNELS = (0, 1, 2)  # those that are there of these, where none is named

Channels = Sequence[int] | Mapping[str, Sequence[int]] | None


@dataclass(frozen=True)
class Rule:
    """A rule, in words what is largest in the images of its choice, and two functions of maps A and gradients g (..., h, w).

    ``rank`` gives what ranks the images (...), ``draw`` the heatmap (..., h, w).
    """

    name: str
    largest: str
    rank: Callable[[Tensor, Tensor], Tensor]
    draw: Callable[[Tensor, Tensor], Tensor]


def _weight(g: Tensor) -> Tensor:
    return g.mean((-2, -1))


RULES: Catalog[Rule] = Catalog(
    "rule",
    ProbeError,
    (
        Rule("published", "weight", lambda a, g: _weight(g), lambda a, g: _weight(g)[..., None, None] * a),
        Rule(
            "contribution",
            "part in Grad-CAM",
            lambda a, g: _weight(g) * a.mean((-2, -1)),
            lambda a, g: (_weight(g)[..., None, None] * a).clamp(min=0),
        ),
        Rule(
            "local",
            "sum of gradient times activation",
            lambda a, g: (g * a).mean((-2, -1)),
            lambda a, g: g * a,
        ),
        Rule("activation", "activation", lambda a, g: a.amax((-2, -1)), lambda a, g: a),
    ),
)


def features(
    net: nn.Module,
    images: Tensor,
    *,
    taps: Sequence[str] = (),
    channels: Channels = None,
    target: Target = None,
    top: int = 2,
    batch: int = 128,
) -> Record[FeatureFacts]:
    """Return, for each of M feature maps and each rule, the ``top`` images of (N, C, H, W) and where in them it counts.

    The maps are the ``channels`` of each of the ``taps`` (none: the last map; the first three channels); a mapping names
    other channels for each tap. For each rule R there are the arrays ``R.value`` (M, N), what ranks the images; ``R.image``
    (M, top), their indices; ``R.heatmap`` (M, top, H, W), interpolated to the image's size; ``R.window`` (M, top, 4), top,
    left, bottom, right of the pixels that the heatmap's largest cell sees. ``facts.maps`` names the M maps. Raises NetError
    for an unknown tap, ProbeError for a channel out of range.
    """
    if top < 1:
        raise ProbeError(f"top is {top}, and must be 1 or more: the number of images shown for each feature map")
    with untouched(net, images) as x:
        if taps:
            chosen_channels(dict.fromkeys(taps, 1), channels)  # refuses before the net is run
        layouts, seen, widths = mapped(net, x[:1], taps)
        wanted = chosen_channels(widths, channels)
        scores, classes, answered, gradients = _pass(net, x, wanted, layouts, target, batch)
    arrays: dict[str, Tensor] = {}
    chosen: list[tuple[str, int]] = [(tap, k) for tap, every in wanted.items() for k in every]
    shown: list[dict[str, tuple[Patch, ...]]] = [{} for _ in chosen]
    for name, rule in RULES.items():
        parts = [
            _best(rule, answered[tap], gradients[tap], seen[tap], min(top, len(x)), (x.shape[2], x.shape[3]))
            for tap in wanted
        ]
        value, image, heatmap, window = (torch.cat(column) for column in zip(*parts, strict=True))
        arrays |= {f"{name}.value": value, f"{name}.image": image, f"{name}.heatmap": heatmap, f"{name}.window": window}
        for row, values, indices, boxes in zip(shown, value.tolist(), image.tolist(), window.tolist(), strict=True):
            row[name] = tuple(Patch(i, values[i], tuple(b)) for i, b in zip(indices, boxes, strict=True))
    maps = tuple(FeatureMap(tap, k, rules) for (tap, k), rules in zip(chosen, shown, strict=True))
    facts = FeatureFacts(maps=maps, images=len(x), top=min(top, len(x)))
    placed = {name: array.to(images.device) for name, array in arrays.items()}
    return Record("features", "features", placed, SIGN, facts, described(scores, classes))


def heatmaps(
    net: nn.Module,
    images: Tensor,
    maps: Sequence[tuple[str, int]],
    rule: str,
    *,
    target: Target = None,
    batch: int = 128,
) -> Tensor:
    """Return for each of the images (N, C, H, W) the heatmap of its own (tap, channel) under ``rule``, (N, H, W)."""
    channels: dict[str, list[int]] = {}
    for tap, channel in maps:
        channels.setdefault(tap, [])
        if channel not in channels[tap]:
            channels[tap].append(channel)
    draw = RULES.entry(rule).draw
    size = (images.shape[2], images.shape[3])
    with untouched(net, images) as x:
        _, _, made, gradients = _pass(net, x, channels, feature_maps(net, x[:1], tuple(channels)), target, batch)
        places = [(tap, slice(n, n + 1), [channels[tap].index(channel)]) for n, (tap, channel) in enumerate(maps)]
        rows = [_enlarged(draw(made[tap][n, k], gradients[tap][n, k]), size) for tap, n, k in places]
    return torch.cat(rows)[:, 0].to(images.device)


def _enlarged(low: Tensor, size: tuple[int, int]) -> Tensor:
    """Return maps (N, C, h, w) at the size of the images, (N, C, H, W)."""
    return F.interpolate(low, size=size, mode="bilinear", align_corners=False)


def chosen_channels(widths: Mapping[str, int], channels: Channels) -> dict[str, tuple[int, ...]]:
    """Return tap -> channels, each once, of taps as wide as that; ProbeError for a tap without channels, or those of no tap."""
    each = channels if isinstance(channels, Mapping) else dict.fromkeys(widths, channels)
    if strange := [tap for tap in each if tap not in widths]:
        raise ProbeError(f"channels: {unknown('tap', strange[0], tuple(widths))}")
    wanted = {tap: named_or_first(each.get(tap), width) for tap, width in widths.items()}
    if empty := [tap for tap, every in wanted.items() if not every]:
        raise ProbeError(f'no channel is given for the tap "{empty[0]}"; give at least one, counted from 0')
    return wanted


def named_or_first(channels: Sequence[int] | None, width: int) -> tuple[int, ...]:
    """Return ``channels``, each once; where none is named (None), the first of those of a tap with ``width`` of them."""
    return FIRST_CHANNELS[:width] if channels is None else tuple(dict.fromkeys(channels))


def checked_map(tap: str, output: Tensor, channels: Sequence[int]) -> str:
    """Return what is wrong with these channels of a tap's output, or an empty string."""
    if output.dim() != 4:
        return f'the tap "{tap}" puts out {tuple(output.shape[1:])} for an image, and a feature map is (C, H, W)'
    if wrong := [k for k in channels if not 0 <= k < output.shape[1]]:
        return f'the tap "{tap}" has channels 0 to {output.shape[1] - 1}, not {", ".join(map(str, wrong))}'
    return ""


def _pass(
    net: nn.Module,
    x: Tensor,
    wanted: Mapping[str, Sequence[int]],
    layouts: Mapping[str, Layout],
    target: Target,
    batch: int,
) -> tuple[Tensor, Tensor, dict[str, Tensor], dict[str, Tensor]]:
    """Return scores (N, K), classes (N,), and per tap the wanted maps and their gradients, each (N, channels, h, w)."""
    given = asked(target, len(x))
    scores: list[Tensor] = []
    classes: list[Tensor] = []
    maps: dict[str, list[Tensor]] = {tap: [] for tap in wanted}
    gradients: dict[str, list[Tensor]] = {tap: [] for tap in wanted}
    for start in range(0, len(x), batch):
        # Nothing before the first tap is differentiated: the image asks for a gradient only so that there is a graph.
        leaf = x[start : start + batch].detach().requires_grad_()
        with tapped(net, wanted) as kept:
            part = logits(net, leaf.clone())
        if faults := [
            f for tap, every in wanted.items() if (f := checked_map(tap, layouts[tap].fold(kept[tap]), every))
        ]:
            raise ProbeError(sentence(faults))
        kinds = targets(part, None if given is None else given[start : start + batch])
        score = part.gather(1, kinds[:, None]).sum()
        made = torch.autograd.grad(score, [kept[tap] for tap in wanted], materialize_grads=True)
        for (tap, every), gradient in zip(wanted.items(), made, strict=True):
            fold = layouts[tap].fold
            maps[tap].append(full(fold(kept[tap].detach())[:, list(every)]))
            gradients[tap].append(full(fold(gradient)[:, list(every)]))
        scores.append(part.detach())
        classes.append(kinds)
    joined = [{tap: torch.cat(parts) for tap, parts in each.items()} for each in (maps, gradients)]
    return torch.cat(scores), torch.cat(classes), joined[0], joined[1]


def _best(
    rule: Rule, maps: Tensor, gradients: Tensor, seen: Windows, top: int, size: tuple[int, int]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return values (c, N), indices (c, top), heatmaps (c, top, H, W) and windows (c, top, 4) of the c maps of one tap."""
    value = rule.rank(maps, gradients).T
    image = value.sort(dim=1, descending=True, stable=True).indices[:, :top]
    channel = torch.arange(len(image), device=image.device)[:, None]
    low = rule.draw(maps[image, channel], gradients[image, channel])
    cells = low.flatten(2).argmax(2).tolist()
    width = low.shape[3]
    window = torch.tensor(
        [[seen.of(cell // width, cell % width) for cell in row] for row in cells], device=image.device
    )
    return value, image, _enlarged(low, size), window
