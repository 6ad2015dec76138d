"""The largest learning rate at which a net still learns, by bisection with short runs.

A short run does UPDATES updates at one constant rate, on fresh weights of the recipe's seed. It learns when its loss stays
finite and, over the last quarter of its updates, it classifies the images of its batches better than guessing does: with k of
N right and X ~ Binomial(N, share of the largest class), P(X < k) is 0.999 or more. (Of batches and not of validation images,
since at a large rate the running averages of a batch norm lag behind its weights.) Rates lie on the grid 10^(k / 8), so
neighbours are a factor of 1.33 apart. From the grid point nearest to the recipe's rate, the search goes up by factors of ten
until a run does not learn, or down until one does, and then halves what lies between.

Where a larger rate learns by luck above one that does not, the search finds one of the boundaries. A run that fails ends
at its first loss that is not finite, so failures are the shorter ones.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from striate.data import ImageSet
    from striate.training.recipe.recipe import Recipe

UPDATES = 100
PER_DECADE = 8
LOWEST, HIGHEST = -7, 3  # decades
SURE = 0.999


@dataclass(frozen=True)
class Try:
    """One short run: its ``rate``, how many ``updates`` it did, its ``accuracy`` in the last quarter; None where it failed."""

    rate: float
    updates: int
    accuracy: float | None
    learned: bool


@dataclass(frozen=True)
class LargestRate:
    """``rate`` is the largest at which a run learned, None where none did; ``or_more`` where the search ended at its top."""

    seed: int
    rate: float | None
    or_more: bool
    tries: tuple[Try, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def largest_rate(
    recipe: Recipe, images: ImageSet, *, updates: int = UPDATES, warn: Callable[[str], None] = warnings.warn
) -> LargestRate:
    """Search the largest rate at which the recipe's net learns with the recipe's seed; lr and schedule do not enter else.

    Nothing is written, and no net is kept. Raises StriateError when recipe, data or net are refused.
    """
    fixed = {"cycle_momentum": False, "lowest_momentum": type(recipe)().lowest_momentum}  # they belong to the schedule
    plain = recipe.change(**fixed)
    tries: dict[int, Try] = {}

    def learns(place: int) -> bool:
        if place not in tries:
            tries[place] = _short(plain, images, 10 ** (place / PER_DECADE), updates, warn)
        return tries[place].learned

    start = round(PER_DECADE * math.log10(recipe.lr))
    place = bisected(min(max(start, LOWEST * PER_DECADE), HIGHEST * PER_DECADE), learns)
    found = None if place is None else 10 ** (place / PER_DECADE)
    told = tuple(tries[key] for key in sorted(tries))
    return LargestRate(recipe.seed, found, place == HIGHEST * PER_DECADE, told)


def bisected(start: int, learns: Callable[[int], bool]) -> int | None:
    """Return the last place of the grid that ``learns``, searched from ``start``; None where none is found."""
    low, high = LOWEST * PER_DECADE, HIGHEST * PER_DECADE
    below = [*range(start - PER_DECADE, low, -PER_DECADE), low]
    above = [*range(start + PER_DECADE, high, PER_DECADE), high]
    good = next((place for place in (start, *below, *above) if learns(place)), None)
    if good is None:
        return None
    bad = good + PER_DECADE if good < start else None
    while bad is None:
        if good == high:
            return high
        further = min(high, good + PER_DECADE)
        good, bad = (further, None) if learns(further) else (good, further)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if learns(middle) else (good, middle)
    return good


def _short(recipe: Recipe, images: ImageSet, rate: float, updates: int, warn: Callable[[str], None]) -> Try:
    from striate.training.engines.denormals import denormals_flushed
    from striate.training.engines.setup import set_up

    setup = set_up(recipe, images, warn)
    steps, seen, right = setup.feed.steps, 0, 0
    with denormals_flushed(), setup.engine.training():
        for k in range(updates):
            epoch, step = k // steps + 1, k % steps
            batch, labels = setup.feed.batch(epoch, step)
            loss, correct = setup.engine.update(batch, labels, rate, epoch, step)
            if not math.isfinite(loss.item()):
                return Try(rate, k, None, learned=False)
            if k >= updates - updates // 4:
                seen, right = seen + len(labels), right + round(correct.item())
    return Try(rate, updates, right / seen, learned=above_guessing(right, seen, setup.splits.train.labels))


def above_guessing(right: int, seen: int, labels: Any) -> bool:
    """Return whether ``right`` of ``seen`` images is more than naming the largest class of ``labels`` would give by chance."""
    import numpy as np
    from scipy import special

    chance = float(np.bincount(np.asarray(labels)).max()) / len(labels)
    return right > 0 and float(special.bdtr(right - 1, seen, chance)) >= SURE
