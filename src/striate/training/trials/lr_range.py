"""The learning-rate range test: which rates are worth trying, from one short run in which the rate rises.

    lr_k = lowest * (highest / lowest) ** (k / (K - 1))        for the updates k = 0 .. K - 1

The loss of update k is that of its own batch, before the weights move at lr_k. Smoothed, it is the mean over a centred window
of a twentieth of the updates. A run ends early when its smoothed loss exceeds four times its smallest, or is not finite.
L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", arXiv 1506.01186, section 3.3, where the ramp is linear.

The suggestion is a tenth of the rate at which the smoothed loss is smallest: one step of ten below the place where it stops
falling. It is made for each seed; the answer is their geometric mean, given with the lowest and the highest of them.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from striate.base.errors import RecipeError, sentence
from striate.base.inline import TRIALS, Inline
from striate.data import ImageSet
from striate.training.engines.denormals import denormals_flushed
from striate.training.engines.setup import Setup, set_up
from striate.training.feed.images import images_of
from striate.training.recipe.recipe import Recipe

LOWEST, HIGHEST = 1e-6, 10.0
UPDATES = 100  # at least; whole epochs where those are shorter than MOST
MOST = 500
WINDOW = 20  # the smoothing covers one in that many updates
RISE = 4.0
FALL = 0.95  # a loss that never gets below this share of its start has not fallen
RULE = "a tenth of the rate at which the smoothed loss is smallest"


@dataclass(frozen=True)
class Ramp:
    """One seed: ``loss`` in nats and ``smooth`` at each of ``rates``; ``suggested`` is None where ``why_not`` says why."""

    seed: int
    rates: tuple[float, ...]
    loss: tuple[float, ...]
    smooth: tuple[float, ...]
    suggested: float | None
    why_not: str


@dataclass(frozen=True)
class RangeTest(Inline):
    """The ramps, one for each seed, and their geometric mean suggestion with the lowest and highest; None without any."""

    CARD = TRIALS

    recipe: Recipe
    ramps: tuple[Ramp, ...]
    suggested: float | None
    low: float | None
    high: float | None


def range_test(
    recipe: Recipe,
    *,
    images: ImageSet | None = None,
    data_dir: str | Path | None = None,
    lowest: float = LOWEST,
    highest: float = HIGHEST,
    updates: int | None = None,
    seeds: int = 3,
    warn: Callable[[str], None] = warnings.warn,
) -> RangeTest:
    """Ramp the rate from ``lowest`` to ``highest`` with ``seeds`` seeds, the recipe's own the first.

    The recipe's lr and schedule do not enter. ``updates`` defaults to whole epochs of at least 100 updates, and at most 500.
    Nothing is written, and no net is kept.
    Raises RecipeError for a range, updates or seeds that are not accepted, StriateError when recipe, data or net are refused.
    """
    _check(lowest, highest, updates, seeds)
    loaded = images if images is not None else images_of(recipe, data_dir)
    ramps: list[Ramp] = []
    fixed = {"cycle_momentum": False, "lowest_momentum": Recipe().lowest_momentum}  # they belong to the schedule
    for seed in range(recipe.seed, recipe.seed + seeds):
        setup = set_up(recipe.change(seed=seed, **fixed), loaded, warn)
        count = updates or min(MOST, setup.feed.steps * math.ceil(UPDATES / setup.feed.steps))
        with denormals_flushed():
            ramps.append(_ramp(setup, ramp_rates(lowest, highest, count)))
    found = [ramp.suggested for ramp in ramps if ramp.suggested is not None]
    if not found:
        return RangeTest(recipe, tuple(ramps), None, None, None)
    mean = math.exp(fmean(math.log(rate) for rate in found))
    return RangeTest(recipe, tuple(ramps), mean, min(found), max(found))


def _check(lowest: float, highest: float, updates: int | None, seeds: int) -> None:
    faults: list[str] = []
    if not 0 < lowest < highest <= 1000:  # also refuses NaN
        faults.append(f"the range is {lowest:g} to {highest:g}, and must rise, from above 0 to at most 1000")
    if updates is not None and not 20 <= updates <= 100_000:
        faults.append(f"updates is {updates}, and must be from 20 to 100000")
    if not 1 <= seeds <= 100:
        faults.append(f"seeds is {seeds}, and must be from 1 to 100")
    if faults:
        raise RecipeError(f"the range test is not accepted: {sentence(faults)}")


def ramp_rates(lowest: float, highest: float, count: int) -> tuple[float, ...]:
    """Return ``count`` rates from ``lowest`` to ``highest``, each the same factor above the last."""
    return tuple(lowest * (highest / lowest) ** (k / (count - 1)) for k in range(count))


def _ramp(setup: Setup, rates: tuple[float, ...]) -> Ramp:
    losses: list[float] = []
    best, steps, window = math.inf, setup.feed.steps, max(3, len(rates) // WINDOW)
    with setup.engine.training():
        for k, rate in enumerate(rates):
            epoch, step = k // steps + 1, k % steps
            images, labels = setup.feed.batch(epoch, step)
            loss = setup.engine.update(images, labels, rate, epoch, step)[0].item()
            if not math.isfinite(loss):
                break
            losses.append(loss)
            recent = fmean(losses[-window:])
            best = min(best, recent) if len(losses) >= window else best
            if recent > RISE * best:
                break
    smooth = smoothed(losses, window)
    suggested, why_not = suggestion(rates[: len(losses)], smooth, whole=len(losses) == len(rates))
    return Ramp(setup.recipe.seed, rates[: len(losses)], tuple(losses), smooth, suggested, why_not)


def smoothed(losses: list[float], window: int) -> tuple[float, ...]:
    """Return the mean over ``window`` (made odd) values around each; over those that are there at the ends."""
    half = window // 2
    return tuple(fmean(losses[max(0, k - half) : k + half + 1]) for k in range(len(losses)))


def suggestion(rates: tuple[float, ...], smooth: tuple[float, ...], *, whole: bool) -> tuple[float | None, str]:
    """Return (suggested rate, "") or (None, why there is none); ``whole`` tells that the ramp reached its highest rate."""
    if not smooth:
        return None, "the loss was not finite from the start; begin lower"
    lowest = min(range(len(smooth)), key=smooth.__getitem__)
    if smooth[lowest] > FALL * smooth[0]:
        return None, "the loss never fell; widen the range, or see whether the net can learn at all (`overfit_batch`)"
    if whole and lowest >= len(smooth) - 1 - len(smooth) // WINDOW:
        return None, f"the loss was still falling at the highest rate, {rates[-1]:.3g}; end higher"
    return rates[lowest] / 10, ""
