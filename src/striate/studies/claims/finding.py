"""Treatment arms against the control: the answer of each, what it means, and what would settle an open one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from striate.base.digits import spec_for
from striate.base.errors import counted, listed
from striate.studies.claims.comparison import (
    MOST_SEEDS,
    SMALLEST,
    Answer,
    Comparison,
    decide,
    exact_floor,
    exact_seeds,
    seeds_needed,
)
from striate.studies.claims.measured import Measured, State
from striate.studies.claims.outcome import tally
from striate.studies.looks.found import Finding
from striate.studies.looks.futility import chance, futility_text
from striate.studies.looks.plan import ONCE, Look

MOST_NAMED = 5  # arms that a sentence names; of more it tells the number
FEW = 50
"""Validation images below which a run that has learnt something is easily taken for one that guesses."""
ORDER: tuple[Answer, ...] = ("supported", "undecided", "refuted")


def find(
    treatment: Sequence[Measured],
    control: Sequence[Measured],
    comparison: Comparison,
    margin: float,
    unit: str = "",
    *,
    look: Look = ONCE,
    comparisons: int = 1,
    judge_failures: bool = True,
    rescue: bool = False,
) -> Finding:
    """Decide ``comparison``, one of ``comparisons``, of these runs at ``look``, unless failed runs forbid it.

    ``unit`` is for the words.

    Runs that all failed have equal values, and so an interval narrower than a few seeds justify. The two groups must
    then be large enough for an exact test of them to reach the level: 2 / C(n_t + n_c, n_t) at most 1 - confidence.
    ``judge_failures`` False leaves that out, for quantities that mean something in a failed run too. Two groups that both
    failed say nothing, unless the treatment was to ``rescue`` the control.
    """
    lost = [judge_failures and all(run.state != "stable" for run in runs) for runs in (treatment, control)]
    if all(lost) and not rescue:
        return Finding(comparison, "undecided", "every run of both failed, so the numbers say nothing")
    alpha = 1 - comparison.confidence
    if any(lost) and exact_floor(len(treatment), len(control)) > alpha:
        needed = exact_seeds(alpha)
        arm = (treatment if lost[0] else control)[0].arm
        words = f"every run of {arm} failed, and to judge that takes at least {needed} seeds for each arm"
        return Finding(comparison, "undecided", words, needed)
    if unseen := _unseen(treatment, control, comparison):
        return unseen
    answer = decide(comparison, margin)
    if answer != "undecided":
        return Finding(comparison, answer, _settled(comparison, answer, margin, unit))
    # Settled by telling the effect, if it is the one seen, from 0 or from the margin, whichever is farther away.
    needed = seeds_needed(comparison, max(comparison.effect, margin - comparison.effect))
    meaning, at_last = _open(comparison, margin, unit, needed), chance(comparison, margin, look, comparisons)
    if futile := look.is_futile(at_last):
        meaning = f"{meaning}; {futility_text(look, at_last)}"
    return Finding(comparison, answer, meaning, needed, futile=futile)


def _unseen(treatment: Sequence[Measured], control: Sequence[Measured], comparison: Comparison) -> Finding | None:
    """Return that nothing can be decided where runs do not differ at all; None where their spread was seen, or is known."""
    boundless = math.isinf(comparison.low) and min(comparison.n_treatment, comparison.n_control) > 1
    if not (comparison.too_few or boundless):
        return None
    arms = treatment[0].arm, control[0].arm
    spreads = (comparison.sd_treatment, comparison.sd_control, comparison.sd_difference)
    if 0 < max(spread or 0.0 for spread in spreads[2 * (spreads[2] is not None) :]) < SMALLEST:
        words = f"the runs of {arms[0]} and {arms[1]} differ by so little that no number can hold its square"
        return Finding(comparison, "undecided", words)
    equal = (
        f"all runs of {arms[0]} are equal, and so are those of {arms[1]}"
        if comparison.flat
        else f"the runs of {arms[0]} and {arms[1]} differ by the same with every seed"
    )
    if boundless:  # on no known grid, so that more equal values would tell no more
        words = f"{equal}: how far runs differ was not seen, and no number of seeds tells it while all are equal"
        return Finding(comparison, "undecided", words)
    needed = exact_seeds(1 - comparison.confidence)
    words = f"{equal}: how far runs differ was not seen, and to judge without that takes at least {needed} seeds for each arm"
    return Finding(comparison, "undecided", words, needed)


def _settled(comparison: Comparison, answer: Answer, margin: float, unit: str) -> str:
    worth = _worth(margin, unit)
    if answer == "supported":
        return "" if comparison.low >= margin else f"whether it is at least {worth} remains open"
    if comparison.high < 0:
        return "that is a loss"
    return f"that is real but less than {worth}" if comparison.low > 0 else f"any gain is less than {worth}"


def _open(comparison: Comparison, margin: float, unit: str, needed: int | None) -> str:
    if math.isinf(comparison.low):
        return f"at least {needed or 2} seeds for each arm are needed"
    possible = f"no gain and {_worth(margin, unit)}" if margin else "a loss and a gain"
    if needed is None:
        return f"both {possible} remain possible, and even {MOST_SEEDS} seeds for each arm would hardly tell"
    return f"both {possible} remain possible, and about {needed} seeds for each arm would settle an effect like this"


def _worth(margin: float, unit: str) -> str:
    return f"the {margin:.4g}{unit.removesuffix('s') if margin == 1 else unit} worth having"


def lead(findings: Mapping[str, Finding]) -> str:
    """Return the arm that speaks for all: supported if there is one, else undecided, else refuted.

    So a claim about several arms is supported when one is, and refuted when all are. Among equals, the largest effect.
    """
    return max(findings, key=lambda arm: (-ORDER.index(findings[arm].answer), findings[arm].comparison.effect))


def still_open(findings: Mapping[str, Finding], control: str) -> tuple[str, ...]:
    """Return the arms that more seeds are of use for: the control and those undecided, none where one is supported."""
    if any(finding.answer == "supported" for finding in findings.values()):
        return ()
    arms = [arm for arm, finding in findings.items() if finding.answer == "undecided" and not finding.futile]
    return (*arms, control) if arms else ()


def settled(findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """Return the findings that later looks keep: those of arms that get no more seeds, refuted or hardly to be decided."""
    return {arm: finding for arm, finding in findings.items() if finding.answer == "refuted" or finding.futile}


def also_text(findings: Mapping[str, Finding], leader: str) -> str:
    """Return which other arms are supported, for the reason; empty when there are none."""
    others = [arm for arm, finding in findings.items() if finding.answer == "supported" and arm != leader]
    return f"supported too: {', '.join(others)}" if others else ""


def among(findings: Mapping[str, Finding], control: str) -> str:
    """Return of which arms the leader is one, for the beginning of a sentence; empty where it is the only one."""
    if len(findings) < 2:
        return ""
    return (
        f"of {listed(list(findings)) if len(findings) <= MOST_NAMED else f'{len(findings)} arms against {control}'}, "
    )


def spec_of(comparison: Comparison) -> str:
    """Return the format of an effect and its interval in a unit that is not known beforehand."""
    half = (comparison.high - comparison.low) / 2
    return spec_for(half if math.isfinite(half) else None, (comparison.effect, comparison.low, comparison.high))


def interval_text(comparison: Comparison, spec: str) -> str:
    """Return the interval, in the format ``spec``, and the numbers of runs, for a sentence."""
    runs = f"n = {comparison.n_treatment} against {comparison.n_control}"
    if math.isinf(comparison.low):
        alone = min(comparison.n_treatment, comparison.n_control) == 1
        return f"no interval from {'a single run' if alone else 'values without spread'}, {runs}"
    if comparison.boundless:
        return f"no useful interval from so few runs, {runs}"
    bounds = f"{comparison.low:+{spec}} to {comparison.high:+{spec}}"
    level = 100 * comparison.confidence
    return f"{f'{level:.4g}' if level < 99.995 else 'over 99.99'} % interval {bounds}, {runs}"


def failures_text(groups: Iterable[Sequence[Measured]], *, word: str = "diverged") -> str:
    """Return which runs diverged or stayed at chance, empty when none did; each group holds the runs of one arm.

    ``word`` is what the former did, where it is not known why they have no number. Said too where so few validation images
    leave it open whether a run that counts as guessing has learnt.
    """
    arms = list(groups)
    images = min((run.val_images for runs in arms for run in runs), default=FEW)
    few = f", as far as {images} validation examples can tell" if images < FEW else ""
    ends: tuple[tuple[State, str], ...] = (("diverged", word), ("at chance", f"stayed at chance{few}"))
    parts: list[str] = []
    for state, words in ends:
        lost = [(runs, many) for runs in arms if (many := tally(runs)[state])]
        if len(lost) == len(arms) > 2 and all(many == len(runs) for runs, many in lost):
            names = listed([runs[0].arm for runs in arms]) if len(arms) <= MOST_NAMED else f"the {len(arms)} arms"
            parts.append(f"all {sum(many for _, many in lost)} runs of {names} {words}")
        elif lost:
            counts = listed([f"{many} of {counted(len(runs), 'run')} of {runs[0].arm}" for runs, many in lost])
            parts.append(f"{counts} {words}")
    return ", and ".join(parts)
