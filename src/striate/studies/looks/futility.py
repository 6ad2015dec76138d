"""Whether the seeds that are left could still decide: where they hardly could, none is spent on it.

At a share f of the seeds, with an effect of t errors now, and nothing known beforehand, what the last look will find is, at the
spread seen so far and in these errors,

    effect     t + sqrt(1 - f) Z     Z standard normal: the true effect, and the runs to come
    interval   that -+ q sqrt(f)     q the quantile of Student's t at the level of the last look
    chance     P(it lies above 0) + P(it lies below the margin)

The chance is the predictive probability that the comparison is decided then; below ``Plan.futility`` it gets no more seeds
and stays undecided. That takes answers away and gives none, so no study errs more often for it, and the levels of the looks
stay as they are (stopping for futility that is not binding). What it costs in power is in benchmarks/bench_verdicts.py.

Sources: Spiegelhalter, Freedman and Blackburn, Controlled Clinical Trials 7 (1986); Jennison and Turnbull, Group Sequential
Methods (2000), chapter 10.
"""

from __future__ import annotations

import math
from bisect import bisect_left

from striate.base.intervals import t_quantile
from striate.studies.claims.comparison import Comparison, standard_error
from striate.studies.claims.fisher import fisher
from striate.studies.looks.plan import Look


def chance(comparison: Comparison, margin: float, look: Look, comparisons: int = 1) -> float:
    """Return the chance that the last look decides ``comparison``, one of ``comparisons`` that share the error.

    1 where none is left out for futility, at the last look, and where the spread of the runs was not seen.
    """
    error, df = standard_error(comparison, comparison.n_treatment, comparison.n_control)
    if not look.may_end or comparison.too_few or not 0 < error < math.inf:
        return 1.0
    above, below = comparison.effect / error, (margin - comparison.effect) / error
    return min(1.0, _beyond(above, df, look, comparisons) + _beyond(below, df, look, comparisons))


def least_chance(look: Look, comparisons: int, fewest: int) -> float:
    """Return the smallest chance that any values could leave a comparison of means: that of two means which are equal.

    ``fewest`` are the runs of the arm that has the fewest, whose number less one is what Welch's degrees of freedom are at
    least.
    """
    if not look.may_end:
        return 1.0
    return min(2 * _beyond(0.0, df, look, comparisons) for df in range(max(1, fewest - 1), 2 * look.seeds - 1))


def _beyond(t: float, df: float, look: Look, comparisons: int) -> float:
    """Return the chance that the interval of the last look lies above what the effect is ``t`` errors above now."""
    from scipy import special

    share = look.seeds / look.most
    at_end = df * (look.most - 1) / (look.seeds - 1)
    half = t_quantile(at_end, look.last_confidence(comparisons)) * math.sqrt(share)
    return float(special.ndtr((t - half) / math.sqrt(1 - share)))


def share_chance(hits_t: int, n_t: int, hits_c: int, n_c: int, look: Look, arms: tuple[int, int] = (1, 1)) -> float:
    """Return the chance that Fisher's test of two shares of runs tells them apart at the last look; 1 as `chance` does.

    Of every share equally likely beforehand, so that the hits to come are beta-binomial. ``arms`` is how many arms have each
    share, of which each gets the seeds that are left.
    """
    if not look.may_end:
        return 1.0
    (more_t, more_c), level = (many * (look.most - look.seeds) for many in arms), 1 - look.last_confidence()
    ends_t, ends_c = _to_come(hits_t, n_t, more_t), _to_come(hits_c, n_c, more_c)
    return sum(
        p * sum(ends_c[c] for c in _told_apart(hits_t + t, n_t + more_t, hits_c, n_c, more_c, level))
        for t, p in enumerate(ends_t)
    )


def _to_come(hits: int, n: int, more: int) -> list[float]:
    """Return the probability of each number of hits among ``more`` runs after ``hits`` of ``n``."""
    import numpy as np
    from scipy import stats

    found: list[float] = np.asarray(stats.betabinom.pmf(np.arange(more + 1), more, hits + 1, n - hits + 1)).tolist()
    return found


def _told_apart(hits: int, n: int, hits_c: int, n_c: int, more: int, level: float) -> list[int]:
    """Return at which numbers of further hits of the control the shares differ at ``level``: few of them, or many."""

    def alike(c: int) -> bool:
        return fisher(hits, n, hits_c + c, n_c + more) > level

    # The test's p grows towards equal shares from either side.
    equal = min(more, max(0, round(hits * (n_c + more) / n) - hits_c))
    fewer, larger = range(equal), range(more, equal - 1, -1)
    return [*fewer[: bisect_left(fewer, True, key=alike)], *larger[: bisect_left(larger, True, key=alike)]]


def futility_text(look: Look, at_last: float) -> str:
    """Return, as a clause, that a comparison with the chance ``at_last`` got no more seeds."""
    told = f"{math.floor(1000 * at_last) / 10:.1f}" if at_last >= 0.001 else "under 0.1"  # rounded up it were not below
    return f"with {look.most} seeds it would be decided with a chance of {told} %, so it got no more than {look.seeds}"
