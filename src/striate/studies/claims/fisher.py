"""Fisher's exact test of two shares of runs: its p, what it could have seen, and how many runs it would take."""

from __future__ import annotations

import math
from functools import cache

from striate.studies.claims.comparison import MOST_SEEDS, POWER

LEVEL = 0.05


@cache
def fisher(hits_t: int, n_t: int, hits_c: int, n_c: int) -> float:
    """Return the two-sided p of Fisher's exact test: ``hits_t`` of ``n_t`` against ``hits_c`` of ``n_c``."""
    import numpy as np
    from scipy import stats

    table = np.array([[hits_t, n_t - hits_t], [hits_c, n_c - hits_c]])
    return float(stats.fisher_exact(table).pvalue)


def fisher_detectable(n_t: int, n_c: int, level: float = LEVEL) -> float:
    """Return the smallest true difference of shares, all against fewer, that Fisher's test sees at ``level`` with power 0.8.

    Infinite when the groups are too small for any result to be significant.
    """
    from scipy import special

    low = [hits for hits in range(n_c) if fisher(n_t, n_t, hits, n_c) <= level]
    return 1 - float(special.bdtri(max(low), n_c, POWER)) if low else math.inf


def fisher_seeds(share_t: float, share_c: float, least: int = 2, level: float = LEVEL) -> int | None:
    """Return the least n per group, from ``least`` on, at which these shares differ at ``level`` by Fisher's test.

    Shares are rounded to whole runs. None beyond 1000, and when the shares are equal.
    """
    if share_t == share_c:
        return None
    for n in range(max(least, 2), MOST_SEEDS + 1):
        if fisher(round(share_t * n), n, round(share_c * n), n) <= level:
            return n
    return None
