"""A claim at look after look, until one decides it: a function of the runs alone, whoever looked at them and when.

At each look a claim sees the first n seeds of the arms that it still needs. The first look at which it is decided is its
answer, however many runs were done since; an arm that an earlier look settled stands as it was then. Nothing is judged out
of order, so a study that was stopped and goes on, or whose runs end in another order, has the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from striate.base.errors import listed
from striate.base.intervals import t_quantile
from striate.studies.claims.measured import R
from striate.studies.claims.verdict import Seen, Verdict
from striate.studies.looks.bounds import error_of
from striate.studies.looks.found import Finding
from striate.studies.looks.plan import Look, Plan

Judge = Callable[[list[R], Look], Verdict]
Surely = Callable[[Verdict, list[R], Look, str], tuple[str, ...]]


@dataclass(frozen=True)
class Path:
    """Where a claim stands: its ``verdict`` by the last look that could be made, None before the first.

    ``needs`` are the arms that get more seeds, none when the claim has ended, and ``next`` the number of seeds of the look
    that waits for them, 0 where there is none. ``sure`` are those that get as many as ``after`` whatever the run that this
    look still waits for will give.
    """

    verdict: Verdict | None
    needs: tuple[str, ...]
    next: int
    sure: tuple[str, ...] = ()
    after: int = 0


def walk(
    arms: tuple[str, ...],
    judge: Judge[R],
    runs: Sequence[R],
    plan: Plan,
    seeds: Sequence[int],
    given_up: AbstractSet[tuple[str, int]] = frozenset(),
    *,
    paired: bool = False,
    surely: Surely[R] | None = None,
) -> Path:
    """Judge a claim about ``arms`` at every look of ``plan`` for which the needed runs have ended, until one decides.

    ``seeds`` are in the order in which arms get them; ``given_up`` are (arm, seed) of runs that failed, for which no look
    waits. ``judge`` sees the runs of one look, with at least one of each arm. ``surely`` tells which arms go on whatever
    the last run of a look gives; see `striate.studies.looks.ahead`.
    """
    early = None if paired else surely  # of pairs there may be none before that run
    of = {arm: {run.seed: run for run in runs if run.arm == arm} for arm in arms}
    needs, at = arms, dict.fromkeys(arms, plan.sizes[0])
    kept: Mapping[str, Finding] = {}
    verdict: Verdict | None = None
    seen: list[Seen] = []
    made = 0
    for n in plan.sizes:
        missing = [arm for arm in needs for seed in seeds[:n] if seed not in of[arm] and (arm, seed) not in given_up]
        at |= dict.fromkeys(needs, n)
        # An arm that is settled keeps the seeds of its last look, so that no look sees more of it than was planned.
        now = [of[arm][seed] for arm in arms for seed in seeds[: at[arm]] if seed in of[arm]]
        look = Look(plan, n, kept, paired)
        if missing or {run.arm for run in now} < set(arms):
            path = Path(_told(verdict, seen, plan, made), needs, n)
            # With one run under way all others of this look are known, and some arms go on whatever it gives.
            if early and len(missing) == 1 and n < plan.sizes[-1] and {run.arm for run in now} == set(arms):
                sure = early(judge(now, look), now, look, missing[0])
                return replace(path, sure=sure, after=plan.sizes[plan.sizes.index(n) + 1])
            return path
        verdict = judge(now, look)
        made += 1
        seen += [
            Seen(n, treatment, control, c.effect, c.low, c.high, c.confidence, verdict.answer)
            for treatment, control, c in verdict.comparisons
            if not kept.keys() & {treatment, control}  # an arm that stands as it was has no other interval now
        ]
        kept, needs = verdict.kept, verdict.open
        if verdict.answer != "undecided" or not needs:
            return Path(_told(verdict, seen, plan, made), (), 0)
    return Path(_told(verdict, seen, plan, made), (), 0)


def _told(verdict: Verdict | None, seen: Sequence[Seen], plan: Plan, made: int) -> Verdict | None:
    """Return ``verdict`` with the path to it, and with what the looks mean, as a clause of its reason."""
    if verdict is None or verdict.kind == "equal":
        return verdict
    many = len(plan.sizes)
    if many == 1:
        return replace(verdict, looks=tuple(seen))
    told = (
        f"look {made} of at most {many}, the last at {plan.sizes[-1]} seeds; the interval holds for all looks together"
    )
    if not verdict.comparisons:
        told = f"{told.partition(';')[0]}; all looks together err in at most {100 * plan.alpha:g} % of studies"
    return replace(verdict, looks=tuple(seen), reason=f"{verdict.reason}; {told}")


def price(plan: Plan, shown: Mapping[int, float]) -> str:
    """Return what looks cost that were made at a higher level than ``plan`` has for them; nothing where there are none.

    ``shown`` is the level of each look by its seeds: a study that was to end with it, and went on, had spent all there.
    """
    dear = [n for n in plan.sizes if shown.get(n, 0.0) > plan.level(n) * 1.001]
    if not dear:
        return ""
    last, first = plan.sizes[-1], dear[-1]
    wider = t_quantile(2 * last - 2, 1 - plan.level(last)) / t_quantile(2 * last - 2, 1 - plan.alpha)
    levels = tuple(max(shown.get(n, 0.0), plan.level(n)) for n in plan.sizes)
    times = listed([str(n) for n in plan.sizes]) if len(plan.sizes) < 6 else f"{plan.sizes[0]} to {last}"
    return (
        f"it was to end with {first} seeds and went on, so it has looks at {times}: the interval at {last} seeds is"
        f" {wider:.2f} times as wide as a single one, and whoever would have stopped at {first} had that been decided errs in"
        f" up to {100 * error_of(plan.sizes, levels):.1f} % of such studies in place of {100 * plan.alpha:g} %"
    )
