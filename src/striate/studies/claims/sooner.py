"""The claim that a treatment reaches the control's final accuracy in fewer epochs.

    target     mean final validation accuracy of the control's runs
    time       the first epoch whose validation accuracy is the target or more, for the control's own runs too
    horizon    the smallest budget of the runs compared; a time beyond it is not reached, and counts as the horizon
    to spare   horizon - time, in epochs, 0 when the target was not reached

The verdict compares epochs to spare, so that a positive effect is sooner; their mean is the horizon less the restricted
mean time (Royston and Parmar, BMC Medical Research Methodology 13 (2013)). Without the runs that did not get there, a
mean would prefer an arm that fails often. Epochs are whole, so their standard deviation counts as 1 / sqrt(12) or more.
The target is an estimate too: by how much the treatment's mean moves when the target does by one standard error is
added to the interval, which for one of the cases simulated in the tests would else cover the truth in 91 % of studies.
No interval reaches beyond horizon - 1 epochs, the most that can be saved.
With several looks, the target is estimated anew at each, from all runs of the control by then, with its error in the
interval of that look; so every look's interval is of one and the same quantity, the saving at the control's true mean, and
the error is shared among looks and arms as it is for accuracies. A control that fails ends the claim undecided, which is
no error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from statistics import fmean, stdev
from typing import Any, ClassVar

from striate.base.digits import spec_for
from striate.base.errors import counted
from striate.base.intervals import Scale
from striate.studies.claims.checks import check_terms
from striate.studies.claims.comparison import Answer
from striate.studies.claims.finding import also_text, among, failures_text, find, interval_text, lead
from striate.studies.claims.measured import Measured
from striate.studies.claims.outcome import by_arm, tally
from striate.studies.claims.verdict import Details, Row, Table, Verdict, answered
from striate.studies.looks.found import Finding
from striate.studies.looks.pairing import compared
from striate.studies.looks.plan import ONCE, Look

# Accuracies are whole images over a count; the mean of equal ones may be one rounding step larger than each of them.
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class SoonerDetails(Details):
    """What was to be reached and until when, the answer to each treatment, and when every arm reached it."""

    margin: float
    target: float
    horizon: float
    metric: str | None = field(default=None, metadata={"optional": True})
    unit: str | None = field(default=None, metadata={"optional": True})
    answers: Mapping[str, Answer]
    arms: Sequence[Row]


@dataclass(frozen=True)
class Sooner:
    """At least one ``treatment`` arm reaches the final validation accuracy of ``control`` in fewer epochs.

    ``margin`` is the smallest difference worth having, in epochs. ``metric`` names another curve than that of the validation
    accuracy, ``unit`` what it counts in, and ``lower`` says that it falls to its target. Raises StudyError with what is not
    acceptable.
    """

    kind: ClassVar[str] = "sooner"
    name: str
    statement: str
    treatment: tuple[str, ...]
    control: str
    margin: float
    metric: str = ""
    unit: str = "epochs"
    lower: bool = False

    def __post_init__(self) -> None:
        check_terms(self.name, self.statement, {"treatment": self.treatment, "control": (self.control,)}, self.margin)

    @property
    def arms(self) -> tuple[str, ...]:
        """Every arm that the claim is about, the control last."""
        return (*self.treatment, self.control)

    @property
    def comparisons(self) -> int:
        """How many comparisons share its error."""
        return len(self.treatment)

    def to_json(self) -> dict[str, Any]:
        """Return the fields and the kind, without what a study's own claim does not say."""
        own = asdict(self)
        return {"kind": self.kind, **(own if self.metric else {k: own[k] for k in list(own)[:5]})}

    def judge(self, outcomes: Sequence[Measured], look: Look = ONCE) -> Verdict:
        """Return the verdict; raises StudyError when an arm of the claim has no run.

        Undecided when a run of the control diverged or stayed at chance: its final accuracy is then no target.
        """
        runs = by_arm(outcomes, self.arms)
        if failed := failures_text([runs[self.control]], word=self._lost):
            return self._without_target(runs, failed)
        target = fmean(run.final_val for run in runs[self.control])
        horizon = min(run.budget for arm in self.arms for run in runs[arm])
        grid = _grid([run for arm in self.arms for run in runs[arm]], horizon)
        if horizon <= grid.low:
            one = self.unit.removesuffix("s")
            return self._undecided(runs, f"in runs of one {one} there is none to save; give them more {self.unit}")
        findings = {
            arm: look.kept.get(arm) or self._find(runs[arm], runs[self.control], target, grid, look)
            for arm in self.treatment
        }
        leader = lead(findings)
        rows = [_row(runs[arm], target, horizon, lower=self.lower) for arm in self.arms]
        first = findings[leader].comparison.n_control if leader in look.kept else None  # told with the target of then
        then = fmean(run.final_val for run in runs[self.control][:first])
        clauses = [self._seen(leader, findings, then, horizon), findings[leader].meaning]
        clauses += [also_text(findings, leader), _missed(rows, horizon, self.unit)]
        clauses.append(failures_text((runs[arm] for arm in self.treatment), word=self._lost))
        details = SoonerDetails(
            margin=self.margin,
            target=target,
            horizon=horizon,
            metric=self.metric or None,
            unit=self.unit if self.metric else None,
            answers={arm: finding.answer for arm, finding in findings.items()},
            arms=rows,
        )
        return answered(self, findings, clauses, details)

    def _without_target(self, runs: Mapping[str, Sequence[Measured]], failed: str) -> Verdict:
        """Return the verdict where the control failed, so that there is nothing to time."""
        # A run that stays at chance may have a rate too large or too small, or too little time.
        cure = (
            "a smaller learning rate"
            if tally(runs[self.control])["diverged"]
            else "another learning rate or more epochs"
        )
        if self.metric:
            cure = "other settings, or leave the run out"
        return self._undecided(
            runs, f"{failed}, so its final {self.metric or 'accuracy'} is not a target; give it {cure}"
        )

    @property
    def _lost(self) -> str:
        """What a run did that has no number of its own: why, another program's log does not say."""
        return "failed" if self.metric else "diverged"

    def _undecided(self, runs: Mapping[str, Sequence[Measured]], words: str) -> Verdict:
        rows = [{"arm": arm, "n": len(runs[arm]), **tally(runs[arm])} for arm in self.arms]
        return Verdict(self.name, self.statement, self.kind, "undecided", words, details=Table(arms=rows))

    def _find(
        self, treatment: Sequence[Measured], control: Sequence[Measured], target: float, grid: Scale, look: Look
    ) -> Finding:
        treated, untreated = (
            dict(zip([r.seed for r in runs], _spare(runs, target, grid.high, lower=self.lower), strict=True))
            for runs in (treatment, control)
        )
        comparison = compared(
            *(treated, untreated, look),
            comparisons=len(self.treatment),
            scale=Scale(0.0, grid.span, step=grid.step),
            reference_error=_target_error(treatment, control, target, grid.high, lower=self.lower),
        )
        many = len(self.treatment)
        return find(treatment, control, comparison, self.margin, f" {self.unit}", look=look, comparisons=many)

    def _seen(self, leader: str, findings: Mapping[str, Finding], target: float, horizon: float) -> str:
        comparison = findings[leader].comparison
        measured, reached = self.metric or "validation accuracy", f"{target:{spec_for(None, [target])}}"
        return (
            f"to reach {reached}, the mean final {measured} of {self.control},"
            f" {among(findings, self.control)}{leader} takes"
            f" {horizon - comparison.mean_treatment:.1f} {self.unit} and {self.control}"
            f" {horizon - comparison.mean_control:.1f}, a saving of {comparison.effect:+.1f}"
            f" ({interval_text(comparison, '.1f')})"
        )


def _grid(runs: Sequence[Measured], horizon: float) -> Scale:
    """Return the first epoch that a run can have, the horizon, and the least distance of two: 1, 1 and so on in a study."""
    steps = [[step for step, _ in run.curve] for run in runs if run.curve]
    apart = [later - earlier for times in steps for earlier, later in pairwise(times) if later > earlier]
    return Scale(min((times[0] for times in steps), default=1.0), float(horizon), min(apart, default=1.0))


def first_epoch(run: Measured, target: float, horizon: float, *, lower: bool = False) -> float | None:
    """Return the first epoch, up to ``horizon``, with a value of ``target`` or more (``lower``: or less), else None."""
    sign = -1 if lower else 1
    return next(
        (
            epoch
            for epoch, value in run.curve
            if epoch <= horizon and sign * (value - target) >= -ROUNDING * abs(target)
        ),
        None,
    )


def _spare(runs: Sequence[Measured], target: float, horizon: float, *, lower: bool) -> list[float]:
    times = [first_epoch(run, target, horizon, lower=lower) for run in runs]
    return [0.0 if time is None else horizon - time for time in times]


def _target_error(
    treatment: Sequence[Measured], control: Sequence[Measured], target: float, horizon: float, *, lower: bool
) -> float:
    """Return half the change of the treatment's mean, in epochs, between targets one standard error below and above."""
    if len(control) < 2:
        return 0.0
    error = stdev(run.final_val for run in control) / math.sqrt(len(control))
    early, late = (fmean(_spare(treatment, target + shift, horizon, lower=lower)) for shift in (-error, error))
    return abs(early - late) / 2


def _row(runs: Sequence[Measured], target: float, horizon: float, *, lower: bool) -> dict[str, Any]:
    """Return one arm of the table: how many reached the target, and the mean epochs, images and seconds that it took.

    As in the verdict, a run that did not reach it counts as the horizon.
    """
    times = [first_epoch(run, target, horizon, lower=lower) for run in runs]
    restricted = [horizon if time is None else time for time in times]
    return {
        "arm": runs[0].arm,
        "n": len(runs),
        "reached": sum(time is not None for time in times),
        **tally(runs),
        "mean_epochs": fmean(restricted),
        "mean_images": _mean([run.images_by(time) for run, time in zip(runs, restricted, strict=True)]),
        "mean_seconds": _mean([run.seconds_by(time) for run, time in zip(runs, restricted, strict=True)]),
        "epochs": {str(run.seed): time for run, time in zip(runs, times, strict=True)},
    }


def _mean(values: Sequence[float | None]) -> float | None:
    """Return the mean; None when a run has none, as one that ended before."""
    known = [value for value in values if value is not None]
    return fmean(known) if len(known) == len(values) else None


def _missed(rows: Sequence[dict[str, Any]], horizon: float, unit: str) -> str:
    late = [
        f"{row['n'] - row['reached']} of {counted(row['n'], 'run')} of {row['arm']}"
        for row in rows
        if row["reached"] < row["n"]
    ]
    return f"{' and '.join(late)} did not reach it and count as {horizon:g} {unit}" if late else ""
