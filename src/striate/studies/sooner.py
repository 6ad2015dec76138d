"""The claim that a treatment reaches the control's final accuracy in fewer epochs.

    target     mean final validation accuracy of the control's runs
    time       the first epoch whose validation accuracy is the target or more, for the control's own runs too
    horizon    the smallest budget of the runs compared; a time beyond it is not reached, and counts as the horizon
    to spare   horizon - time, in epochs, 0 when the target was not reached

The verdict compares epochs to spare, so that a positive effect is sooner; their mean is the horizon less the restricted
mean time (Royston and Parmar, BMC Medical Research Methodology 13 (2013)). Without the runs that did not get there, a
mean would prefer an arm that fails often. Epochs are whole, so their standard deviation counts as 1 / sqrt(12) or more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any, ClassVar

from striate.studies.finding import Finding, failures_text, find, interval_text
from striate.studies.outcome import Outcome, by_arm, tally
from striate.studies.statistics import Comparison, compare
from striate.studies.terms import check_terms
from striate.studies.verdict import Verdict

# Accuracies are whole images over a count; the mean of equal ones may be one rounding step larger than each of them.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Sooner:
    """The arm ``treatment`` reaches the final validation accuracy of ``control`` by ``margin`` epochs or more sooner.

    ``margin`` is the smallest difference worth having, in epochs. Raises StudyError with what is not acceptable.
    """

    kind: ClassVar[str] = "sooner"
    name: str
    statement: str
    treatment: str
    control: str
    margin: float

    def __post_init__(self) -> None:
        check_terms(self.name, self.statement, (self.treatment,), (self.control,), self.margin)

    @property
    def arms(self) -> tuple[str, ...]:
        """Every arm that the claim is about, the control last."""
        return (self.treatment, self.control)

    def to_json(self) -> dict[str, Any]:
        """Return the fields and the kind; `striate.studies.claims.claim_from_json` reads it."""
        return {"kind": self.kind, **asdict(self)}

    def judge(self, outcomes: Sequence[Outcome]) -> Verdict:
        """Return the verdict; raises StudyError when an arm of the claim has no run.

        Undecided when a run of the control diverged or stayed at chance: its final accuracy is then no target.
        """
        runs = by_arm(outcomes, self.arms)
        treatment, control = runs[self.treatment], runs[self.control]
        target = fmean(run.final_val for run in control)
        horizon = min(run.budget for run in (*treatment, *control))
        spare = {arm: [horizon - _restricted(run, target, horizon) for run in runs[arm]] for arm in self.arms}
        comparison = compare(spare[self.treatment], spare[self.control], resolution=1.0)
        if any(run.state != "stable" for run in control):
            finding = Finding(comparison, "undecided", None, "so the control sets no target; give it a smaller learning rate")
            clauses = [failures_text([control]), finding.remedy]
        else:
            finding = find(treatment, control, comparison, self.margin)
            clauses = [self._reason(finding, horizon, target), finding.remedy, failures_text([treatment])]
        rows = [_row(runs[arm], target, horizon) for arm in self.arms]
        missed = [f"{row['n'] - row['reached']} of {row['n']} runs of {row['arm']}" for row in rows if row["reached"] < row["n"]]
        if missed and finding.remedy != clauses[-1]:
            clauses.append(f"{' and '.join(missed)} did not reach it and count as {horizon} epochs")
        return Verdict(
            claim=self.name,
            statement=self.statement,
            kind=self.kind,
            answer=finding.answer,
            reason="; ".join(clause for clause in clauses if clause),
            comparisons=((self.treatment, self.control, comparison),),
            detectable=comparison.detectable,
            seeds_needed=finding.seeds_needed,
            details={"margin": self.margin, "target": target, "horizon": horizon, "arms": rows},
        )
