"""Runs of one seed as pairs: compared as such where a study declares it beforehand, and measured in every study.

With r the correlation of two arms over the seeds that both have, n of them, and s_d the standard deviation of their
differences:

    interval of r     tanh(atanh(r) -+ 1.96 / sqrt(n - 3))     Fisher's, for n of 4 or more
    width             t(n - 1) s_d / sqrt(n)  over  Welch's t s: below 1, pairing would have saved runs, above 1 cost some

Where the arms are not correlated, pairs halve the degrees of freedom for nothing. Choosing the narrower of both after the
fact would make the error larger than it says, so the measurement changes no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import StatisticsError, correlation, stdev
from typing import TYPE_CHECKING

from striate.base.errors import StudyError
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

    ``confidence`` is of the whole claim, where it is not the look that says it. Raises StudyError where a paired study has no
    seed in both arms.
    """
    level = look.confidence(comparisons) if confidence is None else 1 - (1 - confidence) / comparisons
    seeds = [seed for seed in treatment if seed in control]
    pairs = [treatment[seed] for seed in seeds], [control[seed] for seed in seeds]
    if look.paired:
        if not seeds:
            raise StudyError("the arms of a paired study have no seed in common; give both the same seeds")
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
    """Return the 95 % interval of a correlation ``r`` of ``n`` pairs; all of -1 to 1 where they are too few to tell."""
    if n < 4 or abs(r) >= 1:
        return (-1.0, 1.0) if n < 4 else (r, r)
    half = 1.959964 / math.sqrt(n - 3)
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def pairing_text(comparison: Comparison) -> str:
    """Return what pairing by seed would have been worth, as a clause; empty where too few pairs tell."""
    r, width = comparison.correlation, comparison.paired_width
    if r is None or width is None:
        return ""
    low, high = correlation_interval(r, comparison.pairs)
    few = (low, high) == (-1, 1)
    ends = "no useful interval from so few" if few else f"{low:+.2f} to {high:+.2f}"
    seen = f"over {comparison.pairs} seeds both correlate by {r:+.2f} ({ends})"
    if comparison.sd_difference is not None:
        return f"{seen}, and as pairs, declared beforehand, they have an interval {width:.2f} times as wide as unpaired"
    if few:
        return f"{seen}, so whether pairing would have saved runs is not known"
    if f"{width:.2f}" == "1.00":
        return f"{seen}: compared as pairs, their interval would be as wide, so pairing would have changed nothing"
    told = "saved" if width < 1 else "cost"
    return f"{seen}: compared as pairs, their interval would be {width:.2f} times as wide, so pairing would have {told} runs"


def with_pairing(verdict: Verdict) -> Verdict:
    """Return ``verdict`` with what pairing by seed would have been worth, in its comparison of the most pairs."""
    first = max(verdict.comparisons, key=lambda entry: entry[2].pairs, default=None)
    told = pairing_text(first[2]) if first else ""
    return replace(verdict, reason=f"{verdict.reason}; {told}") if told else verdict
