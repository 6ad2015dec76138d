"""Two groups of runs compared, with what the comparison could have seen.

    effect        mean(treatment) - mean(control)
    Welch         s^2 = v_t / n_t + v_c / n_c,   df = s^4 / ((v_t / n_t)^2 / (n_t - 1) + (v_c / n_c)^2 / (n_c - 1))
    interval      effect -+ t(df, 1 - alpha / 2) s,   alpha = (1 - confidence) / comparisons   (Bonferroni), cut to
                  the largest difference that the quantity can have
    detectable    s * delta, with P(T > t(df, 1 - alpha / 2)) = 0.8 for T noncentral t with df and delta

Unpaired unless a study declares pairs, since two fully trained runs with one seed are not correlated (Jordan, arXiv
2304.01910; Summers and Dinneen, arXiv 2103.04514: one changed bit of a weight gives the whole spread). Of pairs, s^2 is v_d /
n with v_d the variance of the n differences, and df = n - 1. A t interval and no bootstrap, whose nominal 95 % cover about 83
% of the time at five runs.
Sources: Welch, Biometrika 34 (1947); McGraw and Wong, Psychological Bulletin 111 (1992), for the probability. The error
rates are held by simulation in the tests.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, stdev
from typing import Any, Literal, get_args

from striate.base.errors import StudyError
from striate.base.intervals import ANY, Scale, t_quantile

POWER = 0.8
MOST_SEEDS = 1000
Answer = Literal["supported", "refuted", "undecided"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)


LARGEST = 1e150  # of a value: its square is a number
SMALLEST = 1e-150  # of a standard deviation: its square keeps its digits


@dataclass(frozen=True)
class Comparison:
    """Treatment against control; everything is in the unit of the values compared.

    ``sd_*`` is the sample standard deviation (divisor n - 1), None with one run. ``low`` and ``high`` bound the effect
    at ``confidence``, which is that of this one interval, after Bonferroni; they are infinite when an arm has one run, or
    when both have equal values on no known grid.
    ``detectable`` is the smallest true difference that is seen with power 0.8 at this n and spread. ``probability`` is
    the share of pairs in which the treatment's run is larger, ties half. ``least_*`` is the standard deviation that a run
    is taken to have at least, `Scale.least`; ``reference_error`` is what `compare` was told. ``boundless``: the interval is
    all that a difference can be, which says nothing.
    ``sd_difference`` is that of the differences where the runs were compared as pairs, else None. ``correlation`` is that
    over the ``pairs`` of runs with one seed, and ``paired_width`` how wide the interval of pairs is for that of Welch; see
    `striate.studies.looks.pairing`.
    """

    n_treatment: int
    n_control: int
    mean_treatment: float
    mean_control: float
    sd_treatment: float | None
    sd_control: float | None
    effect: float
    low: float
    high: float
    confidence: float
    detectable: float
    probability: float
    least_treatment: float = 0.0
    least_control: float = 0.0
    reference_error: float = 0.0
    sd_difference: float | None = None
    boundless: bool = False
    pairs: int = field(default=0, compare=False)
    correlation: float | None = field(default=None, compare=False)
    paired_width: float | None = field(default=None, compare=False)

    @property
    def flat(self) -> bool:
        """Whether each group holds runs, and only equal ones."""
        return self.sd_treatment == 0 == self.sd_control

    @property
    def too_few(self) -> bool:
        """Whether both groups are flat, and so small that no exact test of them could reach the level.

        A spread that nobody has seen cannot carry a t interval.
        """
        if self.sd_difference is not None:  # all signs alike, of 2^n that are equally likely
            return self.sd_difference == 0 and 2.0 ** (1 - self.n_treatment) > 1 - self.confidence
        return self.flat and exact_floor(self.n_treatment, self.n_control) > 1 - self.confidence

    def to_json(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def compare(
    treatment: Sequence[float],
    control: Sequence[float],
    *,
    confidence: float = 0.95,
    comparisons: int = 1,
    scale: Scale = ANY,
    reference_error: float = 0.0,
    paired: bool = False,
) -> Comparison:
    """Compare two groups of independent values by Welch's t interval, one of ``comparisons`` simultaneous ones.

    ``paired`` takes them as pairs, in their order.
    ``scale`` says what the values can be: it cuts the interval, and gives equal values the spread that they have at least.
    ``reference_error`` is the standard error that the treatment's mean has from being measured against a reference that
    was itself estimated from the control's runs; its square is added to s^2, as part of the control's.
    Raises StudyError when a group is empty or holds a number that is not finite, or a parameter is out of range.
    """
    _check(treatment, control, confidence, comparisons, reference_error)
    level = 1 - (1 - confidence) / comparisons
    n_t, n_c = len(treatment), len(control)
    sd_t, sd_c = _deviation(treatment), _deviation(control)
    effect = fmean(treatment) - fmean(control)
    least_t, least_c = scale.least(treatment), scale.least(control)
    v_t, v_c = _variance(sd_t, least_t), _variance(sd_c, least_c) + n_c * reference_error**2
    sd_d = _deviation([t - c for t, c in zip(treatment, control, strict=True)]) if paired else None
    if paired:
        v_d = _variance(sd_d, math.hypot(least_t, least_c)) + n_c * reference_error**2
        error, df = (math.sqrt(v_d / n_t), float(n_t - 1)) if n_t > 1 else (math.inf, 0.0)
    else:
        error, df = _welch(v_t, n_t, v_c, n_c)
    # No difference exceeds the span of the scale, and the interval is cut there. Where no error is known it stays infinite:
    # cut, it would look like something that was measured.
    half, bound = (t_quantile(df, level) * error, scale.span) if df > 0 and error > 0 else (math.inf, math.inf)
    low, high = max(effect - half, -bound), min(effect + half, bound)
    return Comparison(
        n_t,
        n_c,
        fmean(treatment),
        fmean(control),
        sd_t,
        sd_c,
        effect,
        low,
        high,
        level,
        _detectable(error, df, level) if error else math.inf,
        fmean((t > c) + (t == c) / 2 for t in treatment for c in control),
        least_t,
        least_c,
        reference_error,
        sd_d,
        math.isfinite(half) and (low, high) == (-bound, bound),
    )


def decide(comparison: Comparison, margin: float) -> Answer:
    """Return the answer for one comparison; ``margin`` is at least 0, in the unit of the effect."""
    if comparison.too_few:
        return "undecided"
    if comparison.high < margin:
        return "refuted"
    return "supported" if comparison.low > 0 else "undecided"


def seeds_needed(comparison: Comparison, difference: float) -> int | None:
    """Return the least number of runs per arm that sees a true ``difference`` with power 0.8, None beyond 1000.

    At the spread and confidence of ``comparison``. An unknown spread (one run) counts as its floor, so the answer is
    then "at least".
    """

    def seen(n: int) -> bool:
        return _detectable(*standard_error(comparison, n, n), comparison.confidence) <= difference

    if not difference > 0:
        return None
    candidates = range(2, MOST_SEEDS + 1)
    # What is detectable shrinks as n grows, so the candidates are ordered: too few first, enough after.
    first = bisect_left(candidates, True, key=seen)
    return candidates[first] if first < len(candidates) else None


def standard_error(comparison: Comparison, n_treatment: int, n_control: int) -> tuple[float, float]:
    """Return the error of the effect and its degrees of freedom with so many runs, at the spread of ``comparison``.

    Infinite, with none, where a group has a single run.
    """
    reference = comparison.n_control * comparison.reference_error**2
    least_t, least_c = comparison.least_treatment, comparison.least_control
    if comparison.sd_difference is not None:
        v_d, n = _variance(comparison.sd_difference, math.hypot(least_t, least_c)) + reference, n_treatment
        return (math.sqrt(v_d / n), n - 1.0) if n > 1 else (math.inf, 0.0)
    v_t, v_c = _variance(comparison.sd_treatment, least_t), _variance(comparison.sd_control, least_c) + reference
    return _welch(v_t, n_treatment, v_c, n_control)


def _check(treatment: Sequence[float], control: Sequence[float], confidence: float, many: int, error: float) -> None:
    for name, values in (("treatment", treatment), ("control", control)):
        if not values or not all(math.isfinite(value) for value in values):
            raise StudyError(
                f"the {name} to compare is {list(values)}; it needs one number or more, all of them finite"
            )
        if abs(largest := max(values, key=abs)) > LARGEST:
            raise StudyError(
                f"the {name} to compare has the value {largest:g}, whose square no number can hold; give it in another unit"
            )
    if not 0 < confidence < 1 or many < 1 or not 0 <= error < math.inf:
        raise StudyError(
            f"a comparison was asked with confidence {confidence}, comparisons {many} and reference error {error}; these"
            " must lie within 0 to 1, at 1 or above, and at 0 or above"
        )


def _deviation(values: Sequence[float]) -> float | None:
    return stdev(values) if len(values) > 1 else None


def _variance(deviation: float | None, least: float) -> float:
    """Return the square of the larger one; 0 where that would have lost its digits, for then it tells nothing."""
    made = max(deviation or 0.0, least)
    return made**2 if made >= SMALLEST else 0.0


def _welch(v_t: float, n_t: int, v_c: float, n_c: int) -> tuple[float, float]:
    """Return the standard error of the difference and its degrees of freedom, 0 when one group has a single value."""
    if n_t < 2 or n_c < 2:
        return math.inf, 0.0
    a, b = v_t / n_t, v_c / n_c
    if a + b == 0:
        return 0.0, float(n_t + n_c - 2)
    # Shares of the whole, so that tiny variances do not underflow when squared.
    a, b, total = a / (a + b), b / (a + b), a + b
    return math.sqrt(total), 1 / (a * a / (n_t - 1) + b * b / (n_c - 1))


def _detectable(error: float, df: float, level: float) -> float:
    if df == 0:
        return math.inf
    from scipy import special

    return error * float(special.nctdtrinc(df, 1 - POWER, t_quantile(df, level)))


def exact_floor(n_t: int, n_c: int) -> float:
    """Return the smallest two-sided p that any exact test of two groups can give: 2 / C(n_t + n_c, n_t)."""
    return 2 / math.comb(n_t + n_c, n_t)


def exact_seeds(alpha: float) -> int:
    """Return the least number of runs per arm at which an exact test of two groups can reach ``alpha``."""
    return next(n for n in range(2, MOST_SEEDS) if exact_floor(n, n) <= alpha)
