"""Where the truth may lie: 95 % intervals of a mean of few values, and of a share of tries.

    mean     m -+ t(n - 1, 1 - alpha / 2) s / sqrt(n), cut to what the quantity can be
    share    Wilson: (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)

The truth lies within the bounds of its quantity, so an interval that is cut there covers it as often as one that is not.
Equal values show no spread, which is not a proof that there is none: values on a grid then have that of rounding, and shares
of ``tries`` images that of the images, sqrt(q (1 - q) / tries) with q = (hits + 2) / (n tries + 4) (Agresti and Coull).
By simulation of 2 to 5 runs of 50 to 10,000 images and a true accuracy of .5 to .999, such an interval covers in 92.5 to
100 % of cases; with the spread of rounding alone, in 83 % of some near 1. Where nine runs in ten have every image right
and one fails, no few runs can tell, and the interval covers the mean as seldom as that run is seen.
Sources: Student, Biometrika 6 (1908); Wilson, Journal of the American Statistical Association 22 (1927); Agresti and
Coull, The American Statistician 52 (1998).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Scale:
    """What a quantity can be: ``low`` to ``high``, on a grid of ``step`` (0: any value), a share of ``tries`` (0: none)."""

    low: float = -math.inf
    high: float = math.inf
    step: float = 0.0
    tries: int = 0

    @property
    def span(self) -> float:
        """The largest difference that two values can have."""
        return self.high - self.low

    def least(self, values: Sequence[float]) -> float:
        """Return the standard deviation that one value is taken to have at least; see the head of this file."""
        rounding = self.step / math.sqrt(12)
        if not self.tries or len(values) == 1 or len(set(values)) > 1:
            return rounding
        many = len(values) * self.tries
        q = (fmean(values) * many + 2) / (many + 4)
        return max(rounding, math.sqrt(q * (1 - q) / self.tries))


def useful(interval: tuple[float, float] | None, scale: Scale) -> tuple[float, float] | None:
    """Return ``interval``; None where it is all that the quantity can be, and so says nothing."""
    if interval and interval[0] <= scale.low and interval[1] >= scale.high:
        return None
    return interval


def share_of(tries: int) -> Scale:
    """Return the scale of an accuracy that ``tries`` images tell."""
    return Scale(0.0, 1.0, 1 / tries, tries)


ANY = Scale()


def mean_interval(
    values: Sequence[float], scale: Scale = ANY, confidence: float = CONFIDENCE
) -> tuple[float, float] | None:
    """Return low and high of the mean of independent ``values``; None for one value, and for equal ones of no known grid."""
    n = len(values)
    if n < 2 or not (deviation := max(stdev(values), scale.least(values))):
        return None
    mean, half = fmean(values), t_quantile(n - 1, confidence) * deviation / math.sqrt(n)
    return max(mean - half, scale.low), min(mean + half, scale.high)


@dataclass(frozen=True)
class Share:
    """``share`` of ``tries`` that are ``hits``, and the ends of its interval; None where nothing was tried."""

    hits: int
    tries: int
    share: float | None
    low: float | None
    high: float | None


def share(hits: int, tries: int) -> Share:
    """Return the share of ``hits`` in ``tries`` with its interval."""
    interval = share_interval(hits, tries)
    return Share(hits, tries, hits / tries, *interval) if interval else Share(0, 0, None, None, None)


def share_interval(hits: int, tries: int, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """Return low and high of the share that ``hits`` of ``tries`` tell; None where nothing was tried."""
    if not tries:
        return None
    from scipy import stats

    interval = stats.binomtest(hits, tries).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def t_quantile(df: float, level: float) -> float:
    """Return t so that a Student variable with ``df`` degrees of freedom lies within -t to t with probability ``level``."""
    from scipy import special

    return float(special.stdtrit(df, (1 + level) / 2))
