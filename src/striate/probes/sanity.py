"""Does a heatmap mean anything? Whether it depends on the weights (`cascade`), and finds what the net needs (`deletion`).

Both are answered in words too. A map depends on the weights when its rank correlation with the trained net's falls below
DEPENDS as all weights become random, and hardly when it stays above HARDLY. It finds what the net needs when it does better
than itself moved to a random place in more than half of the images, by the 95 % interval of that share; with few images that
stays undecided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import torch
from torch import Tensor, nn

from striate.probes.cascade import Cascade, Map, cascade
from striate.probes.deletion import Curves, curves
from striate.probes.features import RULES, heatmaps
from striate.probes.record import Record
from striate.probes.shares import share

DEPENDS, HARDLY = 0.3, 0.7


def checked(
    record: Record, net: nn.Module, images: Tensor, again: Callable[..., Record], *, steps: int = 16, seed: int = 0
) -> Record:
    """Return a heatmap's record with both checks under ``facts["checks"]``.

    ``again(net, images, target=classes)`` makes the record anew, in the same way; it is called for each stage of the cascade.
    """
    classes = torch.tensor([score.target for score in record.scores])
    made = _checks(
        net, images, classes, record.heatmap, lambda n, x, k: again(n, x, target=k).heatmap, steps=steps, seed=seed
    )
    return replace(record, facts={**record.facts, "checks": made})


def checked_features(record: Record, net: nn.Module, images: Tensor, *, steps: int = 16, seed: int = 0) -> Record:
    """Return the record of `features` over ``images`` with both checks of the shown heatmaps under ``facts["checks"]``.

    There they are by rule; an image stands for each heatmap, so it may count more than once.
    """
    maps = [(row["tap"], row["channel"]) for row in record.facts["maps"] for _ in range(record.facts["top"])]
    classes = torch.tensor([score.target for score in record.scores])
    made: dict[str, Any] = {}
    for rule in RULES:
        shown = record.arrays[f"{rule}.image"].flatten().cpu()
        heat = record.arrays[f"{rule}.heatmap"].flatten(0, 1)

        def anew(n: nn.Module, x: Tensor, k: Tensor, rule: str = rule) -> Tensor:
            return heatmaps(n, x, maps, rule, target=k)

        looked_at = images[shown.to(images.device)]
        made[rule] = _checks(net, looked_at, classes[shown], heat, anew, steps=steps, seed=seed, counted="heatmap")
    return replace(record, facts={**record.facts, "checks": made})


def _checks(
    net: nn.Module,
    images: Tensor,
    classes: Tensor,
    heat: Tensor,
    probe: Map,
    *,
    steps: int,
    seed: int,
    counted: str = "image",
) -> dict[str, Any]:
    fall = cascade(net, images, classes, probe, seed=seed)
    followed = curves(net, images, classes, heat, steps=steps, seed=seed)
    return {
        "cascade": {**asdict(fall), "means": fall.means()},
        "curves": {**asdict(followed), "areas": followed.areas()},
        "conclusions": conclusions(fall, followed, counted),
    }


def conclusions(fall: Cascade, followed: Curves, counted: str = "image") -> dict[str, str]:
    """Return one sentence for each check: ``weights``, ``deletion`` and ``insertion``; ``counted`` is what one map is of."""
    areas = followed.image_areas
    less = [a < b for a, b in zip(areas["deletion"], areas["moved_deletion"], strict=True)]
    more = [a > b for a, b in zip(areas["insertion"], areas["moved_insertion"], strict=True)]
    return {
        "weights": _on_weights(fall.means()[-1]),
        "deletion": _on_order(less, "covered by it, the class is lost sooner", counted),
        "insertion": _on_order(more, "put in by it, the class is found sooner", counted),
    }


def _on_weights(left: float) -> str:
    verdict = (
        "the map depends on the weights"
        if abs(left) < DEPENDS
        else "the map depends on the weights in part"
        if abs(left) <= HARDLY
        else "the map hardly depends on the weights: it shows the image, not the net"
    )
    return f"{verdict}; with all of them random its rank correlation with the trained net's is {left:.2f}"


def _on_order(better: list[bool], said: str, counted: str) -> str:
    told = share(sum(better), len(better))
    verdict = (
        "the map finds what the net needs"
        if told["low"] > 0.5
        else "the map misses what the net needs"
        if told["high"] < 0.5
        else f"undecided with so few {counted}s"
        if len(better) < 30
        else "undecided"
    )
    interval = f" ({told['low']:.2f} to {told['high']:.2f})" if len(better) > 1 else ""
    return (
        f"{verdict}; {said} than with the map moved elsewhere, in {told['hits']} of {told['tries']}"
        f" {counted}{'s' if len(better) > 1 else ''}{interval}"
    )
