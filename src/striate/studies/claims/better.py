"""The claim that a treatment ends with a higher accuracy than the control.

Each treatment arm is compared with the control at a simultaneous level (Bonferroni): supported when one arm is, refuted when
all are. Where there are several looks, each arm has a repeated interval of its own share of the error, so that all intervals
of all looks hold together: the claim may end at any of them, and an arm that is refuted stays so and gets no more seeds,
since what ends it is read off an interval that holds whatever happens later. Final, best-validation and test accuracy are all
reported; the claim declares which one decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from striate.base.catalog import unknown
from striate.base.errors import StudyError
from striate.studies.claims.checks import check_share, check_terms
from striate.studies.claims.comparison import Answer
from striate.studies.claims.finding import (
    also_text,
    among,
    failures_text,
    find,
    interval_text,
    lead,
)
from striate.studies.claims.outcome import MEASURES, Measure, Outcome, accuracy_scale, by_arm, scores
from striate.studies.claims.verdict import Details, Row, Verdict, answered
from striate.studies.looks.found import Finding
from striate.studies.looks.pairing import compared
from striate.studies.looks.plan import ONCE, Look

WORDS: Mapping[Measure, str] = {
    "test": "test accuracy of the best-validation checkpoint",
    "final": "final validation accuracy",
    "best": "best validation accuracy",
}


MARGIN = 0.005
"""The smallest difference of accuracies that is worth having, where nothing else is said."""


@dataclass(frozen=True, kw_only=True)
class BetterDetails(Details):
    """The measure of the claim and the one that decided, the answer to each treatment, and how every arm did."""

    measure: Measure
    measured: Measure
    margin: float
    answers: Mapping[str, Answer]
    arms: Sequence[Row]


@dataclass(frozen=True)
class Better:
    """At least one ``treatment`` arm reaches a higher ``measure`` than ``control``.

    ``margin`` is the smallest difference worth having, as a fraction. ``rescue`` says that the treatment is to cure failing
    runs, so that one whose runs all fail too is no gain; else nothing can be said of two arms that only fail. Raises
    StudyError with what is not acceptable.
    """

    kind: ClassVar[str] = "better"
    name: str
    statement: str
    treatment: tuple[str, ...]
    control: str
    measure: Measure = "test"
    margin: float = MARGIN
    rescue: bool = False

    def __post_init__(self) -> None:
        check_terms(self.name, self.statement, {"treatment": self.treatment, "control": (self.control,)}, self.margin)
        check_share(self.name, self.margin)
        if self.measure not in MEASURES:
            raise StudyError(f'claim "{self.name}": {unknown("measure", str(self.measure), MEASURES)}')

    @property
    def arms(self) -> tuple[str, ...]:
        """Every arm that the claim is about, the control last."""
        return (*self.treatment, self.control)

    @property
    def comparisons(self) -> int:
        """How many comparisons share its error."""
        return len(self.treatment)

    def to_json(self) -> dict[str, Any]:
        """Return the fields and the kind."""
        return {"kind": self.kind, **asdict(self)}

    def judge(self, outcomes: Sequence[Outcome], look: Look = ONCE) -> Verdict:
        """Return the verdict; raises StudyError when an arm of the claim has no run.

        When a finished run has no test accuracy, a claim about it is decided on the best validation accuracy of every
        run, and the reason says so. A diverged run counts as guessing.
        """
        runs = by_arm(outcomes, self.arms)
        untested = [run for arm in self.arms for run in runs[arm] if run.accuracy(self.measure) is None]
        measure: Measure = "best" if untested else self.measure
        findings = {arm: look.kept.get(arm) or self._find(arm, runs, measure, look) for arm in self.treatment}
        leader = lead(findings)
        clauses = [self._seen(leader, findings, measure), findings[leader].meaning, also_text(findings, leader)]
        if failed := failures_text(runs[arm] for arm in self.arms):
            diverged = any(run.diverged for arm in self.arms for run in runs[arm])
            clauses.append(f"{failed}{' (a diverged run counts as guessing)' if diverged else ''}")
        if untested:
            more = f" and of {len(untested) - 1} more" if len(untested) > 1 else ""
            clauses.append(
                f"decided on {WORDS['best']}, since the test accuracy of {untested[0].label}{more} is missing"
            )
        details = BetterDetails(
            measure=self.measure,
            measured=measure,
            margin=self.margin,
            answers={arm: finding.answer for arm, finding in findings.items()},
            arms=[scores(arm, outcomes) for arm in self.arms],
        )
        return answered(self, findings, clauses, details)

    def _find(self, arm: str, runs: Mapping[str, Sequence[Outcome]], measure: Measure, look: Look) -> Finding:
        treatment, control = runs[arm], runs[self.control]
        comparison = compared(
            _accuracies(treatment, measure),
            _accuracies(control, measure),
            look,
            comparisons=len(self.treatment),
            scale=accuracy_scale((*treatment, *control)),
        )
        many = len(self.treatment)
        return find(treatment, control, comparison, self.margin, look=look, comparisons=many, rescue=self.rescue)

    def _seen(self, leader: str, findings: Mapping[str, Finding], measure: Measure) -> str:
        comparison = findings[leader].comparison
        return (
            f"{among(findings, self.control)}{leader} differs from {self.control} by"
            f" {comparison.effect:+.4f} in {WORDS[measure]} ({interval_text(comparison, '.4f')})"
        )


def _accuracies(runs: Sequence[Outcome], measure: Measure) -> dict[int, float]:
    return {run.seed: accuracy for run in runs if (accuracy := run.accuracy(measure)) is not None}
