"""Choosing first, testing after: only the arm that the validation images chose meets the test images.

A study with ``tests="chosen"`` trains all arms, lets its first `Choice` decide, and scores the chosen arm's runs alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from striate.base.errors import StudyError, listed
from striate.studies.claims.choice import Choice, ChoiceDetails
from striate.studies.claims.outcome import Outcome
from striate.studies.question import Search, Study


def choice(study: Study) -> Choice:
    """Return the claim that chooses; raises StudyError when the study has none."""
    claims = [claim for claim in study.claims if isinstance(claim, Choice)]
    if not claims:
        raise StudyError(f'study "{study.name}" tests only what is chosen, and has no claim Choice; give it one')
    return claims[0]


def chosen(study: Study, outcomes: Sequence[Outcome]) -> str | None:
    """Return the name of the arm that the study's choice falls on; None while an arm has no run that ended."""
    claim = choice(study)
    if set(claim.arms) - {outcome.arm for outcome in outcomes}:
        return None
    details = claim.judge(outcomes).details
    return details.chosen if isinstance(details, ChoiceDetails) else None


def touched(study: Study, outcomes: Sequence[Outcome]) -> str:
    """Return a clause on what the test images were used for in a study that tests only what is chosen; else nothing."""
    if study.tests != "chosen":
        return ""
    scores = {
        arm.name: [o.test_accuracy for o in outcomes if o.arm == arm.name and o.test_accuracy is not None]
        for arm in study.arms
    }
    met = [arm for arm, values in scores.items() if values]
    taken = chosen(study, outcomes)
    if taken not in met:
        return "no arm has been scored on the test images yet"
    clause = f"test accuracy of {taken}: {fmean(scores[taken]):.4f}"
    others = [arm for arm in met if arm != taken]
    return (
        f"{clause}, though an earlier choice, {others[0]}, was scored too"
        if others
        else f"{clause}, scored for it alone"
    )


def at_the_edge(study: Study, outcomes: Sequence[Outcome]) -> str:
    """Return a clause where the chosen arm is the first or last of an ordered range, beyond which may lie better ones."""
    if not study.searches or study.tests != "chosen" or (taken := chosen(study, outcomes)) is None:
        return ""
    ends = [clause for search in study.searches if (clause := _edge(study, search, taken))]
    return f"it has {listed(ends)} tried, so one beyond may be better" if ends else ""


def _edge(study: Study, search: Search, taken: str) -> str:
    """Return which end of the values of one field the chosen arm has, or an empty string."""
    values = {arm.name: arm.changes[search.field] for arm in study.arms if search.field in arm.changes}
    tried = sorted(set(values.values())) if not search.choices else []
    if taken not in values or len(tried) < 3:
        return ""
    words = search.field.replace("_", " ")
    if values[taken] == tried[-1]:
        return f"the largest {words}"
    nothing_below = values[taken] <= (1 if search.whole else 0)
    return f"the smallest {words}" if values[taken] == tried[0] and not nothing_below else ""
