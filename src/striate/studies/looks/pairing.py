"""Runs of one seed as pairs: compared as such where a study declares it beforehand, and measured in every study.

With r the correlation of two arms over the seeds that both have, n of them, and s_d the standard deviation of their
differences:

    interval of r     tanh(atanh(r) -+ 1.96 / sqrt(n - 3))     Fisher's, for n of 4 or more
    width             t(n - 1) s_d / sqrt(n)  over  Welch's t s: below 1, pairing would have saved runs, above 1 cost some

Shares of runs are compared as pairs by McNemar's exact test, of the seeds in which one arm alone counts.

Where the arms are not correlated, pairs halve the degrees of freedom for nothing. Choosing the narrower of both after the
fact would make the error larger than it says, so the measurement changes no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import StatisticsError, correlation, stdev
from typing import TYPE_CHECKING

from striate.base.errors import NoPairsError
from striate.base.intervals import ANY, Scale, t_quantile
from striate.studies.claims.comparison import Comparison, compare
from striate.studies.looks.plan import Look

if TYPE_CHECKING:
    from striate.studies.claims.verdict import Verdict

FEWEST = 3  # pairs of which a correlation is told


def compared(
    treatment: Mapping[int, float],
    control: Mapping[int, float],
    look: Look,
    *,
    confidence: float | None = None,
    comparisons: int = 1,
    scale: Scale = ANY,
    reference_error: float = 0.0,
) -> Comparison:
    """Compare values by seed at ``look``, as pairs where it is of a paired study, with what pairing would have been worth.

    ``confidence`` is of the whole claim, where it is not the look that says it. Raises NoPairsError where a paired study has
    no seed in both arms.
    """
    level = look.confidence(comparisons) if confidence is None else 1 - (1 - confidence) / comparisons
    seeds = [seed for seed in treatment if seed in control]
    pairs = [treatment[seed] for seed in seeds], [control[seed] for seed in seeds]
    if look.paired:
        if not seeds:
            raise NoPairsError("the study declared pairs, and no seed has ended in both arms")
        groups = pairs
    else:
        groups = list(treatment.values()), list(control.values())
    made = compare(*groups, confidence=level, scale=scale, reference_error=reference_error, paired=look.paired)
    return _measured(made, *pairs)


def _measured(comparison: Comparison, treatment: list[float], control: list[float]) -> Comparison:
    """Return ``comparison`` with the correlation of the pairs, where it has one."""
    n = len(treatment)
    if n < FEWEST or len(set(treatment)) == 1 or len(set(control)) == 1:
        return replace(comparison, pairs=n)
    try:
        r = correlation(treatment, control)
    except StatisticsError:  # they differ by so little that no number holds the square
        return replace(comparison, pairs=n)
    apart = stdev(t - c for t, c in zip(treatment, control, strict=True))
    paired = t_quantile(n - 1, comparison.confidence) * apart / math.sqrt(n)
    plain = compare(treatment, control, confidence=comparison.confidence)
    width = 2 * paired / (plain.high - plain.low)
    return replace(comparison, pairs=n, correlation=r, paired_width=width)


def correlation_interval(r: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a correlation ``r`` of ``n`` pairs; all of -1 to 1 where they are too few to tell.

    So they are where all lie on one line, for values as coarse as accuracies do so by chance.
    """
    if n < 4 or abs(r) > 1 - 1e-9:
        return -1.0, 1.0
    half = 1.959964 / math.sqrt(n - 3)
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def correlation_text(r: float, n: int) -> tuple[str, bool]:
    """Return the correlation ``r`` of ``n`` pairs with its interval, as a clause, and whether that tells anything."""
    low, high = correlation_interval(r, n)
    told = (low, high) != (-1, 1)
    ends = f"{low:+.2f} to {high:+.2f}" if told else "no useful interval from so few"
    return f"over {n} seeds both correlate by {r:+.2f} ({ends})", told


def shares_text(treatment: Mapping[int, bool], control: Mapping[int, bool], p: float) -> str:
    """Return what pairing would have been worth for two shares that Fisher's test tells apart with ``p``, as a clause.

    By seed, whether each run counts. Empty where too few pairs tell, or all runs of an arm end alike.
    """
    pairs = [(treatment[seed], control[seed]) for seed in treatment if seed in control]
    if len(pairs) < FEWEST or any(len(set(side)) == 1 for side in zip(*pairs, strict=True)):
        return ""
    seen, _ = correlation_text(correlation(*zip(*pairs, strict=True)), len(pairs))
    one, other = pairs.count((True, False)), pairs.count((False, True))
    apart = min(1.0, 2 * sum(math.comb(one + other, k) for k in range(min(one, other) + 1)) / 2 ** (one + other))
    worth = "changed nothing" if math.isclose(apart, p) else "saved runs" if apart < p else "cost runs"
    return f"{seen}: compared as pairs, by McNemar's exact test, p would be {apart:.2g}, so pairing would have {worth}"


def pairing_text(comparison: Comparison) -> str:
    """Return what pairing by seed would have been worth, as a clause; empty where too few pairs tell."""
    r, width = comparison.correlation, comparison.paired_width
    if r is None or width is None:
        return ""
    seen, told = correlation_text(r, comparison.pairs)
    if comparison.sd_difference is not None:
        return f"{seen}, and as pairs, declared beforehand, they have an interval {width:.2f} times as wide as unpaired"
    if not told:
        return f"{seen}, so whether pairing would have saved runs is not known"
    if f"{width:.2f}" == "1.00":
        return f"{seen}: compared as pairs, their interval would be as wide, so pairing would have changed nothing"
    worth = "saved" if width < 1 else "cost"
    return f"{seen}: compared as pairs, their interval would be {width:.2f} times as wide, so pairing would have {worth} runs"


def with_pairing(verdict: Verdict) -> Verdict:
    """Return ``verdict`` with what pairing by seed would have been worth, in its comparison of the most pairs."""
    first = max(verdict.comparisons, key=lambda entry: entry[2].pairs, default=None)
    told = pairing_text(first[2]) if first else ""
    if first and len(verdict.comparisons) > 1:  # the reason may be about another one
        told = told.replace(" both correlate", f" {first[0]} and {first[1]} correlate", 1)
    return replace(verdict, reason=f"{verdict.reason}; {told}") if told else verdict
