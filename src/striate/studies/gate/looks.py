"""When a gate is judged, and at which level each time: once, or after each seed until it is decided.

Whoever looks more than once has more chances of a false answer, so the looks share the level of the gate. Spent by the n-th of
at most N seeds is, as O'Brien and Fleming would,

    1 - Phi(z / sqrt(n / N)),   Phi(z) = 1 - level

which is next to nothing early and the whole level at the end. Each look is given what is spent at it, so that all together err
with probability ``level`` at most, however they depend on each other (Boole's inequality): the interval of the look that
decides holds as one of all.
Source: Lan and DeMets, Biometrika 70 (1983), for the spending. The tests hold the error by simulation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from striate.base.errors import StudyError

LEVEL = 0.025  # of one side, where a night gives no other
LOWEST = 1e-6  # a look with less decides nothing, and what it would spend goes to the next


@dataclass(frozen=True)
class Until:
    """Seeds until it is decided: the first look at ``least`` seeds, the last at ``most``."""

    least: int = 3
    most: int = 12

    def __post_init__(self) -> None:
        """Raise StudyError for looks that cannot be."""
        if not 2 <= self.least <= self.most:
            raise StudyError(
                f"seeds until decided are {self.least} at least and {self.most} at most; give 2 or more, and the larger as most"
            )


def looks(seeds: int | Until, level: float) -> dict[int, float]:
    """Return the one-sided level of each look by its number of seeds, in their order."""
    if isinstance(seeds, int):
        return {seeds: level}
    from scipy import special

    z = -float(special.ndtri(level))
    found, before = dict[int, float](), 0.0
    for n in range(seeds.least, seeds.most + 1):
        spent = float(special.ndtr(-z / math.sqrt(n / seeds.most)))
        if spent - before >= LOWEST or n == seeds.most:
            found[n], before = spent - before, spent
    return found
