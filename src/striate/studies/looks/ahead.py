"""Which arms surely get another seed while the last run of a look is still under way, so that no core waits for it.

With a group of n values, mean m and sum of squares SS, the other group's mean and its variance b, d the difference of the means
less what it is held against, and x the value that is to come:

    v = (x - m) / (n + 1),   t(x) = (d + v) / sqrt(c + v^2),   c = SS / (n (n + 1)) + b
    sup t(x) = sqrt(1 + d^2 / c) where d > 0, at v = c / d;    1 where not, as x leaves for infinity

Welch's degrees of freedom are n more than the other group's at most, so where the supremum lies below that quantile of t, no
value at all can decide the comparison, and the arms that the claim needs after this look are known before it is made. What a
run counts with that fails is a value like another. Only what runs earlier depends on this: a look is judged when all its runs
have ended, and not before. Claims that compare no means, and pairs, are never sure; nor is any at a look so late that some
value could leave too small a chance to go on.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from striate.base.intervals import t_quantile
from striate.studies.claims.choice import Choice
from striate.studies.claims.comparison import Comparison
from striate.studies.claims.larger import Larger
from striate.studies.claims.outcome import Outcome
from striate.studies.claims.verdict import Claim, Verdict
from striate.studies.looks.futility import least_chance
from striate.studies.looks.plan import Look


def surely_open(claim: Claim, verdict: Verdict, runs: Sequence[Outcome], look: Look, missing: str) -> tuple[str, ...]:
    """Return the arms of ``claim`` that get another seed after ``look``, whatever the last run, of arm ``missing``, gives.

    ``verdict`` is that on the other ``runs`` of the look.
    """
    from striate.studies.claims.better import Better
    from striate.studies.claims.sooner import Sooner

    counts = Counter([missing, *(run.arm for run in runs)])
    fewest = min((counts[arm] for arm in verdict.open), default=1)
    if verdict.answer != "undecided" or look.paired or look.is_futile(least_chance(look, claim.comparisons, fewest)):
        return ()
    if isinstance(claim, Choice):
        return _racing(claim, verdict, runs, look, missing)
    if not isinstance(claim, Better | Larger | Sooner) or (isinstance(claim, Sooner) and missing == claim.control):
        return ()  # the control's last run moves the target of the epochs saved
    lost: set[str] = set()
    for treatment, control, seen in verdict.comparisons:
        if missing in (treatment, control) and treatment not in look.kept:
            if could(seen, 1, 0.0, treatment=missing == treatment):
                return ()
            if could(seen, -1, claim.margin, treatment=missing == treatment):
                lost.add(treatment)
    sure = tuple(arm for arm in verdict.open if arm not in lost)
    return sure if len(sure) > 1 else ()


def could(seen: Comparison, sign: int, against: float, *, treatment: bool) -> bool:
    """Return whether one more value of the treatment, or else of the control, could put the interval beyond ``against``.

    Above it for a ``sign`` of 1, below it for -1.
    """
    groups = [(seen.n_treatment, seen.sd_treatment), (seen.n_control, seen.sd_control)]
    (n, sd), (other_n, other_sd) = groups if treatment else groups[::-1]
    if other_sd is None:
        return True
    d = sign * (seen.effect - against)
    c = (sd or 0.0) ** 2 * (n - 1) / (n * (n + 1)) + other_sd**2 / other_n
    if d > 0 and c <= 0:
        return True
    most = math.sqrt(1 + d * d / c) if d > 0 else 1.0
    return most >= t_quantile(n + other_n - 1, seen.confidence)


def _racing(claim: Choice, verdict: Verdict, runs: Sequence[Outcome], look: Look, missing: str) -> tuple[str, ...]:
    """Return the arms that stay in the race; none where it could end, for one winner or for want of a difference."""
    of = {arm: [run for run in runs if run.arm == arm] for arm in verdict.open}
    if missing not in of:
        return ()
    pairs = {arm: claim.compare(of[missing], of[arm], look) for arm in of if arm != missing}
    # An arm stays where the missing run, however good or bad, cannot put the interval of any pair wholly on one side of 0.
    sure = [arm for arm, pair in pairs.items() if not could(pair, 1, 0.0, treatment=True)]
    if not any(could(pair, -1, 0.0, treatment=True) for pair in pairs.values()):
        sure.append(missing)
    best = max(pairs, key=lambda arm: -pairs[arm].effect)
    # While an arm may be a margin or more from the best, the race cannot end for want of a difference.
    apart = [
        arm
        for arm in sure
        if arm not in (best, missing) and claim.compare(of[best], of[arm], look).high >= claim.margin
    ]
    if missing in sure and not could(pairs[best], 1, -claim.margin, treatment=True):
        apart.append(missing)
    beside = [arm for arm, pair in pairs.items() if arm in sure and not could(pair, -1, claim.margin, treatment=True)]
    return tuple(arm for arm in claim.candidates if arm in sure) if len(sure) > 1 and apart and beside else ()
