"""Runs that are copies of each other: they count once, and no verdict rests on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from striate.base.errors import listed
from striate.studies.claims.measured import R
from striate.studies.claims.outcome import copies, distinct
from striate.studies.claims.verdict import Verdict


def uncopied(judge: Callable[[list[R]], Verdict], arms: Sequence[str], runs: Sequence[R], cure: str) -> Verdict:
    """Return the verdict on runs that differ; where some are copies of each other, n is not what it says: undecided.

    ``cure`` is what to do about copies.
    """
    of = {arm: [run for run in runs if run.arm == arm] for arm in arms}
    copied = [(arm, group) for arm in arms for group in copies(of[arm])]
    verdict = judge([run for arm in arms for run in distinct(of[arm])])
    if not copied:
        return verdict
    told = [
        f"the runs of {arm} with seeds {listed([str(run.seed) for run in group])} are equal in every number, so they are one"
        f" run counted {len(group)} times"
        for arm, group in copied
    ]
    details = verdict.details.undecided()
    reason = "; ".join([*told, cure, f"with each counted once, {verdict.reason}"])
    return replace(verdict, answer="undecided", reason=reason, seeds_needed=None, details=details, open=())
