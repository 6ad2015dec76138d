"""One treatment arm against the control: the answer, and for an open one what would settle it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from striate.studies.outcome import Outcome, tally
from striate.studies.statistics import MOST_SEEDS, Comparison, exact_floor, seeds_needed
from striate.studies.verdict import Answer, decide


@dataclass(frozen=True)
class Finding:
    """``seeds_needed`` (runs per arm) and ``remedy``, a clause for the reason, belong to an undecided answer only."""

    comparison: Comparison
    answer: Answer
    seeds_needed: int | None = None
    remedy: str = ""


def find(
    treatment: Sequence[Outcome], control: Sequence[Outcome], comparison: Comparison, margin: float
) -> Finding:
    """Decide ``comparison``, which is of these runs, unless failed runs forbid it.

    Runs that all failed have equal values, and so an interval narrower than a few seeds justify. The two groups must
    then be large enough for an exact test of them to reach the level: 2 / C(n_t + n_c, n_t) at most 1 - confidence.
    """
    lost = [all(run.state != "stable" for run in runs) for runs in (treatment, control)]
    if all(lost):
        return Finding(comparison, "undecided", None, "every run of both failed, so their accuracies say nothing")
    alpha = 1 - comparison.confidence
    if any(lost) and exact_floor(len(treatment), len(control)) > alpha:
        needed = next(n for n in range(2, MOST_SEEDS) if exact_floor(n, n) <= alpha)
        arm = (treatment if lost[0] else control)[0].arm
        return Finding(
            comparison, "undecided", needed, f"every run of {arm} failed, which takes {needed} seeds for each arm to judge"
        )
    answer = decide(comparison, margin)
    if answer != "undecided":
        return Finding(comparison, answer)
    # Settled by telling the effect, if it is the one seen, from 0 or from the margin, whichever is farther away.
    needed = seeds_needed(comparison, max(comparison.effect, margin - comparison.effect))
    return Finding(comparison, answer, needed, _remedy(comparison, needed))


def _remedy(comparison: Comparison, needed: int | None) -> str:
    if needed is None:
        return f"even {MOST_SEEDS} seeds for each arm would not settle a difference like the one seen"
    if math.isinf(comparison.low):
        return f"at least {needed} seeds for each arm are needed"
    return f"about {needed} seeds for each arm would settle it if the true difference is the one seen"


def interval_text(comparison: Comparison, digits: int) -> str:
    """Return the interval, with ``digits`` decimals, and the numbers of runs, for a sentence."""
    runs = f"n = {comparison.n_treatment} against {comparison.n_control}"
    if math.isinf(comparison.low):
        return f"no interval from a single run, {runs}"
    bounds = f"{comparison.low:+.{digits}f} to {comparison.high:+.{digits}f}"
    return f"{100 * comparison.confidence:.4g} % interval {bounds}, {runs}"


def failures_text(groups: Iterable[Sequence[Outcome]]) -> str:
    """Return which runs diverged or stayed at chance, empty when none did; each group holds the runs of one arm."""
    parts: list[str] = []
    for runs in groups:
        parts += [
            f"{many} of {len(runs)} runs of {runs[0].arm} {words}"
            for state, words in (("diverged", "diverged"), ("at chance", "stayed at chance"))
            if (many := tally(runs)[state])
        ]
    return ", ".join(parts)
