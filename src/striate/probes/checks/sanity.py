"""Does a heatmap mean anything? Whether it depends on the weights (`cascade`), and finds what the net needs (`deletion`).

Both are answered in words too. Let r be the rank correlation of the map with the trained net's as all weights become random,
over the images in which both maps are defined. The map depends on the weights when |r| is below DEPENDS and its 95 % t
interval excludes HARDLY; hardly when it is the other way round; in part when the interval excludes 0 and 1. It finds what the
net needs when it does better than itself moved to a random place in more images than not, by the exact sign test at 5 %, ties
left out and counted. A blank map is undefined: it is counted, and neither passes nor fails.
With fewer images than any verdict could come
from, the work is not begun.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from scipy import stats
from torch import Tensor, nn

from striate.base.intervals import Scale, mean_interval, share, useful
from striate.probes.channels.features import RULES, heatmaps
from striate.probes.checks.cascade import Map, cascade
from striate.probes.checks.deletion import curves
from striate.probes.checks.outcome import Cascade, Checks, Conclusions, Curves
from striate.probes.facts import Facts, FeatureFacts
from striate.probes.record import Record, blank

Told = TypeVar("Told", bound=Facts)
DEPENDS, HARDLY = 0.3, 0.7
LEVEL = 0.05
FEWEST = math.ceil(math.log2(2 / LEVEL))
"""Images below which no verdict of the sign test is possible: 2 * 0.5^n must not exceed LEVEL."""
FEWEST_CORRELATED = 2
"""Correlations below which their mean has no interval."""
CORRELATION = Scale(-1.0, 1.0)
TIE = 1e-6
"""Areas under a curve of probabilities, computed in float32, that differ by less are equal."""


def checked(
    record: Record[Told],
    net: nn.Module,
    images: Tensor,
    again: Callable[..., Record[Facts]],
    *,
    steps: int = 16,
    seed: int = 0,
) -> Record[Told]:
    """Return a heatmap's record with both checks as ``checks[""]``.

    ``again(net, images, target=classes)`` makes the record anew, in the same way; it is called for each stage of the cascade.
    """
    classes = torch.tensor([score.target for score in record.scores])
    made = _checks(
        net, images, classes, record.heatmap, lambda n, x, k: again(n, x, target=k).heatmap, steps=steps, seed=seed
    )
    return replace(record, checks={"": made})


def checked_features(
    record: Record[FeatureFacts], net: nn.Module, images: Tensor, *, steps: int = 16, seed: int = 0
) -> Record[FeatureFacts]:
    """Return the record of `features` over ``images`` with both checks of the shown heatmaps in ``checks``.

    There they are by rule; an image stands for each heatmap, so it may count more than once.
    """
    maps = [(row.tap, row.channel) for row in record.facts.maps for _ in range(record.facts.top)]
    classes = torch.tensor([score.target for score in record.scores])
    made: dict[str, Checks] = {}
    for rule in RULES:
        shown = record.arrays[f"{rule}.image"].flatten().cpu()
        heat = record.arrays[f"{rule}.heatmap"].flatten(0, 1)

        def anew(n: nn.Module, x: Tensor, k: Tensor, rule: str = rule) -> Tensor:
            return heatmaps(n, x, maps, rule, target=k)

        looked_at = images[shown.to(images.device)]
        made[rule] = _checks(net, looked_at, classes[shown], heat, anew, steps=steps, seed=seed, counted="heatmap")
    return replace(record, checks=made)


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
) -> Checks:
    shown = ~blank(heat)
    count, kept = len(heat), int(shown.sum())
    fall = cascade(net, images, classes, probe, seed=seed) if kept >= FEWEST_CORRELATED else None
    followed = None
    if kept >= FEWEST:
        where = shown.to(images.device)
        followed = curves(net, images[where], classes[shown.cpu()], heat[shown], steps=steps, seed=seed)
    return Checks(fall, followed, conclusions(fall, followed, count, count - kept, counted))


def conclusions(
    fall: Cascade | None, followed: Curves | None, images: int, blanks: int = 0, counted: str = "image"
) -> Conclusions:
    """Return one sentence for each check; ``counted`` is what one map is of.

    Of so many ``images`` the map is blank in ``blanks``. None stands for a check that was not begun, for lack of images.
    """
    among = _Among(images, blanks, counted)
    return Conclusions(
        _on_weights(fall, among),
        _on_order(followed, "deletion", -1, "covered by it, the class is lost sooner", among),
        _on_order(followed, "insertion", 1, "put in by it, the class is found sooner", among),
    )


@dataclass(frozen=True)
class _Among:
    images: int
    blanks: int
    counted: str

    def number(self, count: int) -> str:
        return f"{count} {self.counted}{'' if count == 1 else 's'}"

    def too_few(self, fewest: int) -> str:
        """Return why nothing can be said of fewer maps than ``fewest``; empty where there are as many."""
        shown = self.images - self.blanks
        if shown >= fewest:
            return ""
        if not shown:
            every = f"every {self.counted}" if self.images > 1 else f"this {self.counted}"
            return f"undefined; the map is blank in {every}, so there is nothing to check"
        without = f" whose map is not blank, of {self.images}" if self.blanks else ""
        return (
            f"undecided with so few {self.counted}s; there {'is' if shown == 1 else 'are'} {shown}{without}, and no verdict is"
            f" possible with fewer than {fewest}"
        )


def _on_weights(fall: Cascade | None, among: _Among) -> str:
    if fall is None:
        return among.too_few(FEWEST_CORRELATED)
    values = fall.defined()[-1]
    shown = among.images - among.blanks
    vanished = shown - len(values)
    if not values:
        return f"undefined; with all weights random the map is blank in every {among.counted}, so it cannot be compared"
    # A correlation of -1 is the same map with its sign turned: the net's image all the same. So sizes are compared, and the
    # interval is mirrored with a negative mean.
    mean, low, high = _interval(values)
    near, far = (abs(mean), high if mean >= 0 else -low)
    least = low if mean >= 0 else -high
    verdict = (
        f"undecided with so few {among.counted}s"
        if len(values) < FEWEST_CORRELATED
        else "the map depends on the weights"
        if near < DEPENDS and far < HARDLY and least > -HARDLY
        else "the map hardly depends on the weights: it shows the image, not the net"
        if near > HARDLY and least > DEPENDS
        else "the map depends on the weights in part"
        if DEPENDS <= near <= HARDLY and least > 0 and far < 1
        else "undecided"
    )
    interval = (
        ""
        if len(values) < FEWEST_CORRELATED
        else f" ({low:.2f} to {high:.2f})"
        if useful((low, high), CORRELATION)
        else " (no useful interval)"
    )
    left = f", over {len(values)} of {among.number(among.images)}" if len(values) < among.images else ""
    return (
        f"{verdict}; with all of them random its rank correlation with the trained net's is {mean:.2f}{interval}{left}"
        + "".join((_told("blank before", among.blanks), _told("blank after", vanished)))
    )


def _told(what: str, count: int) -> str:
    return f"; {what} in {count}" if count else ""


def _interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean and its 95 % t interval, inside -1 to 1; of one value the whole range."""
    mean = float(np.mean(values))
    if len(values) < FEWEST_CORRELATED:
        return mean, -1.0, 1.0
    return mean, *(mean_interval(values, CORRELATION) or (mean, mean))


def _on_order(followed: Curves | None, name: str, sign: int, said: str, among: _Among) -> str:
    """Return what the areas by the map and by the moved map say; ``sign`` is 1 where the larger one is better."""
    if followed is None:
        return among.too_few(FEWEST)
    pairs = zip(followed.image_areas[name], followed.image_areas[f"moved_{name}"], strict=True)
    gains = [sign * (own - moved) for own, moved in pairs]
    defined = [gain for gain in gains if not math.isnan(gain)]
    better, worse = sum(gain > TIE for gain in defined), sum(gain < -TIE for gain in defined)
    ties, tries = len(defined) - better - worse, better + worse
    rest = _told("tied", ties) + _told("undefined", len(gains) - len(defined)) + _told("blank", among.blanks)
    if not tries:
        return f"undecided; it makes no difference where the map lies{rest}"
    told = share(better, tries)
    significant = stats.binomtest(better, tries).pvalue <= LEVEL
    verdict = (
        ("the map finds what the net needs" if better > worse else "the map misses what the net needs")
        if significant
        else f"undecided with so few {among.counted}s"
        if tries < 30
        else "undecided"
    )
    interval = f" ({told.low:.2f} to {told.high:.2f})"
    return f"{verdict}; {said} than with the map moved elsewhere, in {better} of {among.number(tries)}{interval}{rest}"
