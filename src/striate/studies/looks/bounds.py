"""The level of each look, so that all looks together err no more often than one look at the whole level would.

With n_1 < ... < n_K runs per arm at the looks and t = n / n_K, the error that may have been made by a look is

    spent(t) = alpha t^3                                    (Kim and DeMets; close to O'Brien and Fleming)

little early, all of it at the last look. The level of a look is the two-sided p of Welch's t at which, among the studies
without a difference that no look before has ended, as many end as the spending allows:

    P(p_1 <= level_1 or ... or p_k <= level_k) = spent(t_k)

Levels that hold for normal values of known spread are too liberal for t at few runs: looks at 3 to 10 runs would err in
5.1 % of studies at equal spread and in 6.1 % where one arm spreads 30 times as far. So the levels are found by simulation of
Welch's t itself, with a fixed seed, at those spreads where it errs most: one arm that spreads as far, 3 times and 10 times
as far, and one that alone varies; the smallest level of these is taken. What a look may not spend for want of simulated
studies is left to later ones. A single look needs none of this, and has the level itself.

Sources: Lan and DeMets, Biometrika 70 (1983); Kim and DeMets, Biometrika 74 (1987); Jennison and Turnbull, Group Sequential
Methods (2000), chapters 7 and 9. Error and power: benchmarks/bench_verdicts.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

POWER = 3
STUDIES = 200_000  # simulated at each spread
WIDEST = 6_000_000  # simulated runs at most, for plans of many seeds
SPREADS = (0.0, 0.1, 1 / 3, 1.0)  # of one arm, where that of the other is 1
CAREFUL = 1.64  # standard errors of the simulation that are kept back
LOWEST = 1e-6  # a level below this decides nothing
ENDS = 200  # simulated studies that must err, for their number to be told well enough
SEED = 20261128


@cache
def levels(sizes: tuple[int, ...], alpha: float) -> tuple[float, ...]:
    """Return the two-sided level of each look at ``sizes`` runs per arm, increasing and 2 or more, which share ``alpha``."""
    if len(sizes) == 1:
        return (alpha,)
    if alpha * STUDIES < ENDS:  # Boole's inequality needs no simulation, and costs little where all is small
        before = (0.0, *(spent(n / sizes[-1], alpha) for n in sizes[:-1]))
        return tuple(
            max(LOWEST * alpha, spent(n / sizes[-1], alpha) - less) for n, less in zip(sizes, before, strict=True)
        )
    import numpy as np

    studies = max(1000, min(STUDIES, WIDEST // sizes[-1]))
    rng = np.random.default_rng(SEED)
    wide, narrow = (_running(rng.standard_normal((sizes[-1], studies)), sizes) for _ in range(2))
    inside = [np.ones(studies, bool) for _ in SPREADS]
    found: list[float] = []
    for n, one, other in zip(sizes, wide, narrow, strict=True):
        allowed = studies * spent(n / sizes[-1], alpha)
        allowed -= CAREFUL * math.sqrt(allowed)
        p = [np.where(still, _p(n, one, other, spread), 1.0) for still, spread in zip(inside, SPREADS, strict=True)]
        found.append(min(_level(at, allowed - (studies - still.sum())) for at, still in zip(p, inside, strict=True)))
        inside = [still & (at > found[-1]) for still, at in zip(inside, p, strict=True)]
    return tuple(found)


@cache
def error_of(sizes: tuple[int, ...], at: tuple[float, ...]) -> float:
    """Return how often looks at ``sizes`` runs, with the levels ``at``, err without a difference, at the worst spread."""
    import numpy as np

    rng = np.random.default_rng(SEED + 1)
    studies = max(1000, min(STUDIES, WIDEST // sizes[-1]) // 4)
    wide, narrow = (_running(rng.standard_normal((sizes[-1], studies)), sizes) for _ in range(2))
    wrong = [np.zeros(studies, bool) for _ in SPREADS]
    for n, level, one, other in zip(sizes, at, wide, narrow, strict=True):
        wrong = [so_far | (_p(n, one, other, spread) <= level) for so_far, spread in zip(wrong, SPREADS, strict=True)]
    return max(float(errs.mean()) for errs in wrong)


def spent(share: float, alpha: float) -> float:
    """Return the error that may have been made by ``share`` of all runs."""
    return alpha * share**POWER


def _level(p: Any, ends: float) -> float:
    """Return the largest level at which at most ``ends`` of the studies with these ``p`` end."""
    import numpy as np

    rank = math.floor(ends)
    return max(LOWEST, float(np.nextafter(np.partition(p, rank)[rank], 0))) if rank > 0 else LOWEST


def _running(values: Any, sizes: Sequence[int]) -> list[tuple[Any, Any]]:
    """Return, at each of ``sizes`` rows, the mean of each column of ``values`` and the variance of that mean."""
    total, squares = values.cumsum(0), (values * values).cumsum(0)
    means = [total[n - 1] / n for n in sizes]
    return [(m, (squares[n - 1] - n * m * m) / (n - 1) / n) for n, m in zip(sizes, means, strict=True)]


def _p(n: int, one: tuple[Any, Any], other: tuple[Any, Any], spread: float) -> Any:
    """Return Welch's two-sided p of every study after ``n`` runs of each arm; 1 where it is far too large to matter."""
    import numpy as np
    from scipy import special

    a, b = one[1], other[1] * spread**2
    t = np.abs(one[0] - other[0] * spread) / np.sqrt(a + b)
    far = t > 1.5  # the quantiles of t take most of the time
    a, b = a[far], b[far]
    p = np.ones(len(t))
    p[far] = 2 * special.stdtr((a + b) ** 2 / (a * a + b * b) * (n - 1), -t[far])
    return p
