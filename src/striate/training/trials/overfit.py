"""Can this net, with this optimizer, learn one batch by heart? One that cannot will not learn a data set.

The first batch of the recipe is trained on, again and again, at the recipe's learning rate without its schedule. Treatments
of images are switched off, for with them it would be another batch each time; everything else stays, dropout too. The
accuracy is that of evaluation mode: dropout off, batch norm with its running statistics.

Where 100 % is not reached, the reason is looked for by experiment: images that are the same with different labels, and
otherwise one change of the recipe at a time, with the result of each. The check is A. Karpathy's, "A Recipe for Training
Neural Networks" (2019).
"""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from striate.base.errors import counted
from striate.base.inline import TRIALS, Inline
from striate.data import ImageSet
from striate.nets.custom.calling import in_mode, input_dtype
from striate.nets.custom.surroundings import seeded
from striate.training.engines.denormals import denormals_flushed
from striate.training.engines.setup import Setup, set_up
from striate.training.feed.augmentation import treatments, untreated
from striate.training.feed.images import images_of
from striate.training.recipe.engine_nets import complete
from striate.training.recipe.recipe import Recipe

UPDATES = 500
HIGHEST = 1000.0  # the recipe's own bound of the learning rate


@dataclass(frozen=True)
class Attempt:
    """How far one attempt came: after ``updates`` ``right`` of ``images`` were classified right, at ``loss`` in nats.

    ``seen`` tells whether the net still tells the images apart; ``diverged`` whether the loss stopped being finite.
    """

    updates: int
    right: int
    images: int
    loss: float
    seen: bool
    diverged: bool

    @property
    def accuracy(self) -> float:
        """Share of the batch that is classified right."""
        return self.right / self.images

    @property
    def reached(self) -> bool:
        """Whether all of the batch is classified right."""
        return self.right == self.images


@dataclass(frozen=True)
class Overfit(Inline):
    """The attempt with the recipe as it is, without the treatments ``switched_off``; ``reasons`` where it did not get there."""

    CARD = TRIALS

    attempt: Attempt
    switched_off: tuple[str, ...]
    reasons: tuple[str, ...]


def overfit_batch(
    recipe: Recipe,
    *,
    images: ImageSet | None = None,
    data_dir: str | Path | None = None,
    updates: int = UPDATES,
    warn: Callable[[str], None] = warnings.warn,
) -> Overfit:
    """Train ``recipe`` on its first batch until every image is classified right, for at most ``updates`` updates.

    Nothing is written. Raises StriateError when recipe, data or net are refused.
    """
    loaded = images if images is not None else images_of(recipe, data_dir)
    fixed = {"cycle_momentum": False, "lowest_momentum": Recipe().lowest_momentum}  # they belong to the schedule
    plain = untreated(recipe).change(**fixed)
    setup = set_up(plain, loaded, warn)
    batch, labels = setup.feed.batch(1, 0)
    twins = _twins(batch, labels)
    with denormals_flushed():
        attempt = _attempt(setup, batch, labels, 0 if twins else updates)
        reasons = (
            (twins,) if twins else () if attempt.reached else tuple(_reasons(plain, loaded, attempt, updates, warn))
        )
    return Overfit(attempt, treatments(recipe), reasons)


def _attempt(setup: Setup, batch: Tensor, labels: Tensor, updates: int) -> Attempt:
    engine = setup.engine
    score, done, finite = engine.score([(batch, labels)]), 0, True
    while done < updates and score.accuracy < 1 and finite:
        with engine.training():
            loss, _ = engine.update(batch, labels, setup.recipe.lr, 1, done)
        score, done = engine.score([(batch, labels)]), done + 1
        finite = math.isfinite(loss.item()) and math.isfinite(score.loss)
    return Attempt(
        done, round(score.accuracy * score.images), score.images, score.loss, _seen(setup, batch), not finite
    )


def _seen(setup: Setup, batch: Tensor) -> bool:
    """Return whether the net gives at least two images different logits."""
    net = in_mode(setup.engine.module())
    with torch.no_grad(), seeded(0):
        logits = net(batch.to(input_dtype(net)))
    return bool((logits - logits[:1]).abs().max() > 1e-6)


def _twins(batch: Tensor, labels: Tensor) -> str:
    """Return a sentence on images that are the same with different labels, which no net can tell apart; empty if none."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for label, image in zip(labels.tolist(), batch.cpu().numpy(), strict=True):
        groups[image.tobytes()].append(label)
    most = sum(max(group.count(label) for label in set(group)) for group in groups.values())
    if most == len(labels):
        return ""
    torn = sum(len(group) for group in groups.values() if len(set(group)) > 1)
    return (
        f"{torn} of the {len(labels)} images are the same as others with a different label, so at most"
        f" {most / len(labels):.1%} can be right; correct the labels"
    )


def _reasons(
    recipe: Recipe, images: ImageSet, attempt: Attempt, updates: int, warn: Callable[[str], None]
) -> list[str]:
    """Return what was seen, and what one change at a time of the recipe brings."""
    reasons: list[str] = []
    if attempt.diverged:
        reasons.append(f"the loss stopped being a finite number at update {attempt.updates}")
    elif not attempt.seen:
        reasons.append("the net gives every image the same logits, so its units are dead or saturated")
    tried: list[str] = []
    for what, changes in _cures(recipe, attempt):
        setup = set_up(recipe.change(**changes), images, warn)
        other = _attempt(setup, *setup.feed.batch(1, 0), updates)
        if other.reached:
            return [*reasons, f"{what} it reaches 100 % after {counted(other.updates, 'update')}"]
        tried.append(f"{what} {other.accuracy:.1%}")
    return [*reasons, f"no single change brought it there: {', '.join(tried)}; the net may be too small"]


def _cures(recipe: Recipe, attempt: Attempt) -> list[tuple[str, dict[str, Any]]]:
    """Return the changes to try, the likeliest first: in words, and as fields of the recipe or options of its net."""
    # Dead units and an infinite loss come from a rate that is too high; else one that is too low is the likelier.
    powers = (-1, -2, -3, -4) if attempt.diverged or not attempt.seen else (1, -1, 2, -2, 3, -3)
    rates = [recipe.lr * 10.0**power for power in powers]
    cures: list[tuple[str, dict[str, Any]]] = []
    if getattr(complete(recipe.engine, recipe.net, recipe.net_options), "dropout", 0):
        cures.append(("without dropout", {"dropout": 0.0}))
    if recipe.weight_decay:
        cures.append(("without weight decay", {"weight_decay": 0.0}))
    return cures + [(f"with lr {rate:.3g}", {"lr": rate}) for rate in rates if rate <= HIGHEST]
