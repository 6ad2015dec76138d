"""The claim that a treatment permits larger learning rates than the control.

Each side is a family of arms over learning rates. A run is stable when it ended neither diverged nor at chance, and a
family is stable up to the largest rate at which, and at all smaller rates tried, every run is stable; when that is the
largest rate tried, its true limit lies there or above. The verdict compares the shares of stable runs at the largest
rate that both families were given, by Fisher's exact test, two-sided at 5 %: a study that never made the control fail
there cannot answer.

With several looks, the p of each is held against the level of that look. Fisher's test errs less often than its level says,
whatever the true share is, and the tests go through every path that two arms of equal shares can take, for all plans of
the defaults: all looks together err in less than 5 % of studies. Seeds are needed only at the rate that decides, and none
where no run fails there, or all do, for more of the same would not settle it; to stop then is no error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from striate.base.errors import StudyError
from striate.studies.claims.checks import check_terms
from striate.studies.claims.comparison import Answer
from striate.studies.claims.fisher import fisher, fisher_detectable, fisher_seeds
from striate.studies.claims.outcome import Outcome, by_arm, tally
from striate.studies.claims.verdict import Details, Row, Verdict
from striate.studies.looks.futility import futility_text, share_chance
from striate.studies.looks.pairing import shares_text
from striate.studies.looks.plan import ONCE, Look


@dataclass(frozen=True, kw_only=True)
class StablerDetails(Details):
    """Both families with their largest stable rate, and the rates that were given to both, with Fisher's p."""

    treatment: Row
    control: Row
    shared: Sequence[Row]


@dataclass(frozen=True)
class Stabler:
    """The ``treatment`` arms are stable at a learning rate at which the ``control`` arms are not.

    Raises StudyError with what is not acceptable.
    """

    kind: ClassVar[str] = "stabler"
    name: str
    statement: str
    treatment: tuple[str, ...]
    control: tuple[str, ...]

    def __post_init__(self) -> None:
        check_terms(self.name, self.statement, {"treatment": self.treatment, "control": self.control}, 0.0)

    @property
    def arms(self) -> tuple[str, ...]:
        """Every arm that the claim is about, the control's last."""
        return self.treatment + self.control

    @property
    def comparisons(self) -> int:
        """How many comparisons share its error."""
        return 1

    def to_json(self) -> dict[str, Any]:
        """Return the fields and the kind."""
        return {"kind": self.kind, **asdict(self)}

    def judge(self, outcomes: Sequence[Outcome], look: Look = ONCE) -> Verdict:
        """Return the verdict; raises StudyError when an arm has no run, or runs with different learning rates."""
        runs = by_arm(outcomes, self.arms)
        treatment, control = _family(runs, self.treatment), _family(runs, self.control)
        shared = [(t, c) for t in treatment for c in control if _same(t.lr, c.lr)]
        ranges = f"stable up to: treatment {_range_text(treatment)}, control {_range_text(control)}"
        details = StablerDetails(
            treatment=_table(treatment, runs, self.treatment),
            control=_table(control, runs, self.control),
            shared=[{"lr": t.lr, "treatment": t.share_text, "control": c.share_text, "p": _p(t, c)} for t, c in shared],
        )
        if not shared:
            words = f"no learning rate was given to both; give the control those of the treatment; {ranges}"
            return self._verdict("undecided", words, details)
        t, c = shared[-1]
        level = 1 - look.confidence()
        answer = _answer(t, c, level)
        seen = (
            f"at {t.lr:g}, the largest learning rate given to both, {t.share_text} runs of the treatment and"
            f" {c.share_text} of the control are stable (Fisher's exact test, p = {_p(t, c):.2g})"
        )
        settle, needed = _settle(t, c, treatment, level) if answer == "undecided" else ("", None)
        pairs = shares_text(t.by_seed, c.by_seed, _p(t, c))
        alike = (t.stable, c.stable) in ((0, 0), (t.n, c.n))
        open_ = answer == "undecided" and not alike
        many = len(t.arms), len(c.arms)
        at_last = share_chance(t.stable, t.n, c.stable, c.n, look, many) if open_ else 1.0
        ends = futility_text(look, at_last) if (futile := look.is_futile(at_last)) else ""
        reason = "; ".join(clause for clause in (seen, settle, ends, ranges, pairs) if clause)
        verdict = self._verdict(answer, reason, details, fisher_detectable(t.n, c.n, level), needed)
        return replace(verdict, open=(*t.arms, *c.arms)) if open_ and not futile else verdict

    def _verdict(
        self, answer: Answer, reason: str, details: Details, seen: float = math.inf, needed: int | None = None
    ) -> Verdict:
        return Verdict(
            self.name, self.statement, self.kind, answer, reason, detectable=seen, seeds_needed=needed, details=details
        )


@dataclass(frozen=True)
class Rate:
    """All runs of one family at one learning rate."""

    lr: float
    runs: tuple[Outcome, ...]

    @property
    def n(self) -> int:
        """How many runs there are."""
        return len(self.runs)

    @property
    def stable(self) -> int:
        """How many of them are stable."""
        return tally(self.runs)["stable"]

    @property
    def by_seed(self) -> dict[int, bool]:
        """Whether the run of each seed is stable; nothing where several have one seed, which make no pairs."""
        found = {run.seed: tally([run])["stable"] == 1 for run in self.runs}
        return found if len(found) == self.n else {}

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that have it."""
        return tuple(dict.fromkeys(run.arm for run in self.runs))

    @property
    def share_text(self) -> str:
        """How many of how many, in words."""
        return f"{self.stable} of {self.n}"


def stable_range(family: Sequence[Rate]) -> tuple[float | None, bool]:
    """Return the largest rate up to which every run is stable, None if there is none, and whether it is the last one.

    ``family`` is ordered by rate.
    """
    failed = next((i for i, rate in enumerate(family) if rate.stable < rate.n), len(family))
    return (family[failed - 1].lr if failed else None), failed == len(family)


def _family(runs: Mapping[str, Sequence[Outcome]], arms: Sequence[str]) -> list[Rate]:
    """Return the rates of a family in increasing order; arms with the same rate are one."""
    rates: list[Rate] = []
    for arm in arms:
        first = runs[arm][0].lr
        if not all(_same(run.lr, first) for run in runs[arm]):
            raise StudyError(f'the runs of the arm "{arm}" have several learning rates; make one arm for each rate')
        twin = next((rate for rate in rates if _same(rate.lr, first)), Rate(first, ()))
        rates = [rate for rate in rates if rate is not twin] + [Rate(twin.lr, twin.runs + tuple(runs[arm]))]
    return sorted(rates, key=lambda rate: rate.lr)


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9)


def _p(t: Rate, c: Rate) -> float:
    return fisher(t.stable, t.n, c.stable, c.n)


def _answer(t: Rate, c: Rate, level: float) -> Answer:
    if _p(t, c) > level:
        return "undecided"
    return "supported" if t.stable / t.n > c.stable / c.n else "refuted"


def _settle(t: Rate, c: Rate, treatment: Sequence[Rate], level: float) -> tuple[str, int | None]:
    """Return a clause about what would settle an undecided verdict, and the seeds for each rate, if they help."""
    least = fisher_seeds(1.0, 0.0, level=level) or 0
    short = min(t.n, c.n) < least
    few = f"at least {least} seeds for each rate are needed" if short else ""
    needed = least if short else None
    if t.stable == t.n and c.stable == c.n:
        beyond = [f"{rate.lr:g}" for rate in treatment if rate.lr > t.lr]
        more = f"give the control {' and '.join(beyond)} too" if beyond else "give both a larger one"
        words = f"the study never made the control fail there: {more}"
        few, needed = "", None  # more seeds of the same would stay undecided
    elif t.stable == c.stable == 0:
        words = "both always fail there: give both a smaller one, and none above it"
    else:
        needed = needed or fisher_seeds(t.stable / t.n, c.stable / c.n, max(t.n, c.n) + 1, level)
        words = f"about {needed} seeds for each rate would settle shares like these" if needed else ""
        words = "" if short else words or "more seeds would not settle shares so alike"
    return "; ".join(clause for clause in (few, words) if clause), needed


def _table(family: Sequence[Rate], runs: Mapping[str, Sequence[Outcome]], arms: Sequence[str]) -> dict[str, Any]:
    largest, censored = stable_range(family)
    rows = [{"arm": arm, "lr": runs[arm][0].lr, "n": len(runs[arm]), **tally(runs[arm])} for arm in arms]
    return {"largest_stable": largest, "or_more": censored, "arms": sorted(rows, key=lambda row: row["lr"])}


def _range_text(family: Sequence[Rate]) -> str:
    largest, censored = stable_range(family)
    if largest is None:
        return f"not even {family[0].lr:g}, the smallest tried"
    return f"{largest:g} or more" if censored else f"{largest:g}"
