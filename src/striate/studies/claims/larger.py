"""The claim that a quantity of the history is larger in a treatment than in the control: a loss, a gap, a gradient.

    metric   "split/metric" of history.csv after the last epoch, for example "train/loss" or "train/gradient.conv1";
             "gap" is training accuracy less validation accuracy, which is how far a net has overfitted; "largest/lr" is
             the largest learning rate at which the recipe of the arm still learns, found by bisection for each seed, see
             `striate.training.trials.largest_rate`
    log      compare log10 of the quantity, so that effect and margin are decades: for what spans orders of magnitude
    lower    the treatment is to have the smaller one, and a positive effect is by how much it is; the means stay as they are
    logged   the metric is a column of another program's log, under its own name
    confidence   of the interval, where the error of several verdicts is shared among them

Compared like accuracies: Welch's interval at a simultaneous level, supported when one treatment arm is, refuted when all are;
and with several looks the error holds for the same reason, see `striate.studies.claims.better`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from statistics import fmean
from typing import Any, ClassVar

from striate.base.errors import StudyError
from striate.base.intervals import ANY, Scale
from striate.studies.claims.checks import check_terms
from striate.studies.claims.comparison import LARGEST, Answer, Comparison
from striate.studies.claims.finding import (
    also_text,
    among,
    failures_text,
    find,
    interval_text,
    lead,
    spec_of,
)
from striate.studies.claims.measured import Measured
from striate.studies.claims.outcome import by_arm, tally
from striate.studies.claims.verdict import Details, Row, Verdict, answered
from striate.studies.looks.found import Finding
from striate.studies.looks.pairing import compared
from striate.studies.looks.plan import ONCE, Look
from striate.training.trials.largest_rate import PER_DECADE

LARGEST_RATE = "largest/lr"
OWN = {"lower": False, "logged": False, "confidence": 0.95}  # what no claim of a study says


@dataclass(frozen=True, kw_only=True)
class LargerDetails(Details):
    """The metric, its values in every arm (by seed in decades where ``log``), and the answer to each treatment.

    ``lower``, where it is so, says that smaller is better: an effect is by how much the treatment is below the control.
    """

    metric: str
    margin: float
    log: bool
    arms: Sequence[Row]
    lower: bool | None = field(default=None, metadata={"optional": True})
    answers: Mapping[str, Answer] | None = field(default=None, metadata={"optional": True})


@dataclass(frozen=True)
class Larger:
    """At least one ``treatment`` arm has a larger ``metric`` after its last epoch than ``control``.

    ``margin`` is the smallest difference worth having, in the unit of the metric, or in decades when ``log``. Raises
    StudyError with what is not acceptable.
    """

    kind: ClassVar[str] = "larger"
    name: str
    statement: str
    treatment: tuple[str, ...]
    control: str
    metric: str
    margin: float
    log: bool = False
    lower: bool = False
    logged: bool = False
    confidence: float = 0.95

    def __post_init__(self) -> None:
        check_terms(self.name, self.statement, {"treatment": self.treatment, "control": (self.control,)}, self.margin)
        if not self.logged and self.metric != "gap" and not all(self.metric.partition("/")):
            raise StudyError(
                f'the claim "{self.name}" compares "{self.metric}"; name a column of history.csv as split/metric, for'
                ' example train/loss, or "gap"'
            )

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
        fields = {name: value for name, value in asdict(self).items() if name not in OWN or value != OWN[name]}
        return {"kind": self.kind, **fields}

    def judge(self, outcomes: Sequence[Measured], look: Look = ONCE) -> Verdict:
        """Return the verdict; raises StudyError when an arm of the claim has no run.

        Undecided when a run has no finite value of the metric (on a log scale: none above 0); the reason names it.
        """
        runs = by_arm(outcomes, self.arms)
        values = {arm: [self._value(run) for run in runs[arm]] for arm in self.arms}
        details = LargerDetails(
            metric=self.metric,
            margin=self.margin,
            log=self.log,
            lower=self.lower or None,
            arms=[_row(arm, runs[arm], values[arm], log=self.log) for arm in self.arms],
        )
        missing = [run.label for arm in self.arms for run in runs[arm] if self._value(run) is None]
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            kind = "positive finite" if self.log else "finite"
            large = any(abs(run.value(self.metric) or 0) > LARGEST for arm in self.arms for run in runs[arm])
            within = f" within {LARGEST:g} of 0, whose square a number can hold" if large and not self.log else ""
            words = f"{missing[0]}{more} recorded no {kind} {self.metric}{within}"
            return Verdict(self.name, self.statement, self.kind, "undecided", words, details=details)
        findings = {arm: look.kept.get(arm) or self._find(arm, runs, look) for arm in self.treatment}
        leader = lead(findings)
        clauses = [self._seen(leader, findings), findings[leader].meaning, also_text(findings, leader)]
        clauses.append(failures_text((runs[arm] for arm in self.arms), word="failed" if self.logged else "diverged"))
        answers = {arm: finding.answer for arm, finding in findings.items()}
        return answered(self, findings, clauses, replace(details, answers=answers))

    def _value(self, run: Measured) -> float | None:
        value = run.value(self.metric)
        if value is None or not math.isfinite(value) or (value <= 0 if self.log else abs(value) > LARGEST):
            return None
        return math.log10(value) if self.log else value

    def _find(self, arm: str, runs: Mapping[str, Sequence[Measured]], look: Look) -> Finding:
        groups = (runs[arm], runs[self.control])
        treatment, control = ({run.seed: v for run in group if (v := self._value(run)) is not None} for group in groups)
        comparison = self._compare(treatment, control, self._scale([run for group in groups for run in group]), look)
        # A failed run has a loss or a gradient all the same, so failures do not forbid the comparison.
        many, both = len(self.treatment), ([*runs[arm]], [*runs[self.control]])
        return find(*both, comparison, self.margin, self._unit, look=look, comparisons=many, judge_failures=False)

    def _compare(
        self, treatment: Mapping[int, float], control: Mapping[int, float], scale: Scale, look: Look
    ) -> Comparison:
        """Compare the values; where lower is better, their negatives, of which larger is: the means are told as they are."""
        sign, many = -1 if self.lower else 1, len(self.treatment)
        turned = Scale(-scale.high, -scale.low, scale.step) if self.lower else scale
        ours, theirs = ({seed: sign * value for seed, value in values.items()} for values in (treatment, control))
        own = self.confidence if look.plan is None else None
        made = compared(ours, theirs, look, confidence=own, comparisons=many, scale=turned)
        return replace(made, mean_treatment=sign * made.mean_treatment, mean_control=sign * made.mean_control)

    def _scale(self, runs: Sequence[Measured]) -> Scale:
        """Return what the metric can be, on the coarsest grid that one of the runs has."""
        if self.metric == LARGEST_RATE and self.log:
            return Scale(step=1 / PER_DECADE)
        return ANY if self.log else max((run.scale(self.metric) for run in runs), key=lambda scale: scale.step)

    @property
    def _unit(self) -> str:
        return " decades" if self.log else ""

    def _seen(self, leader: str, findings: Mapping[str, Finding]) -> str:
        comparison = findings[leader].comparison
        spec = ".2f" if self.log else spec_of(comparison)
        if self.log:
            times = factor_text(-comparison.effect if self.lower else comparison.effect)
            ends = sorted(-bound if self.lower else bound for bound in (comparison.low, comparison.high))
            told = f" (by a factor of {factor_text(ends[0])} to {factor_text(ends[1])})"
            factor = told if math.isfinite(comparison.low) else ""
            seen = f"is {times} times that of {self.control}{factor}, {comparison.effect:+.2f} decades"
        elif self.lower:
            seen = f"is {'lower' if comparison.effect >= 0 else 'higher'} than that of {self.control}, a gain of"
            seen = f"{seen} {comparison.effect:+{spec}}"
        else:
            seen = f"differs from {self.control} by {comparison.effect:+{spec}}"
        words = "the largest learning rate" if self.metric == LARGEST_RATE else self.metric
        return f"{among(findings, self.control)}{words} of {leader} {seen} ({interval_text(comparison, spec)})"


def factor_text(decades: float) -> str:
    """Return the factor of that many decades; few runs give bounds that no float holds, as 1e+400."""
    return f"{10**decades:.3g}" if abs(decades) < sys.float_info.max_10_exp else f"1e{decades:+.0f}"


def _row(arm: str, runs: Sequence[Measured], values: Sequence[float | None], *, log: bool) -> dict[str, Any]:
    known = [value for value in values if value is not None]
    mean = fmean(known) if known else None
    return {
        "arm": arm,
        "n": len(runs),
        **tally(runs),
        "mean": None if mean is None else 10 ** min(mean, sys.float_info.max_10_exp) if log else mean,
        "seeds": {str(run.seed): value for run, value in zip(runs, values, strict=True)},
    }
