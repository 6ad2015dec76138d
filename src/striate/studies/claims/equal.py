"""The claim that two arms trace the same loss curve: one computation, done twice.

With a_k and b_k the training losses of update k in runs with one seed, their difference is

    d_k = |a_k - b_k| / max(|a_k|, |b_k|)

and the claim is supported when it is at most the tolerance at every update and every seed, refuted when it is not. There is
nothing random left in it, so the numbers carry no interval: paired runs share initial weights, batches and dropout masks.
For the same reason looks cost nothing here: each answer is of the curves there are, and the first look ends the claim.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from striate.base.errors import StudyError
from striate.studies.claims.checks import check_terms
from striate.studies.claims.comparison import Answer
from striate.studies.claims.outcome import Outcome, by_arm
from striate.studies.claims.verdict import Details, Row, Verdict
from striate.studies.looks.plan import ONCE, Look


@dataclass(frozen=True, kw_only=True)
class EqualDetails(Details):
    """The largest difference that is allowed, that of each seed, and the differences of each at every update."""

    tolerance: float
    runs: Sequence[Row]
    differences: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Equal:
    """The loss curve of ``treatment`` is that of ``control``, within ``tolerance``, relative, at every update.

    The recipes must keep the loss of every update (record_steps). Raises StudyError with what is not acceptable.
    """

    kind: ClassVar[str] = "equal"
    name: str
    statement: str
    treatment: str
    control: str
    tolerance: float

    def __post_init__(self) -> None:
        check_terms(self.name, self.statement, {"treatment": (self.treatment,), "control": (self.control,)}, 0.0)
        if not 0 < self.tolerance < 1:
            raise StudyError(
                f'the claim "{self.name}" has the tolerance {self.tolerance:g}; it must lie between 0 and 1, both excluded'
            )

    @property
    def arms(self) -> tuple[str, ...]:
        """Both arms."""
        return self.treatment, self.control

    @property
    def comparisons(self) -> int:
        """How many comparisons share its error."""
        return 1

    def to_json(self) -> dict[str, Any]:
        """Return the fields and the kind."""
        return {"kind": self.kind, **asdict(self)}

    def judge(self, outcomes: Sequence[Outcome], look: Look = ONCE) -> Verdict:
        """Return the verdict; raises StudyError when an arm has no run."""
        runs = by_arm(outcomes, self.arms)
        controls = {run.seed: run for run in runs[self.control]}
        pairs = [(run, controls[run.seed]) for run in runs[self.treatment] if run.seed in controls]
        if fault := _unfit(pairs):
            return self._verdict("undecided", fault, [])
        found = [differences(treatment.losses, control.losses) for treatment, control in pairs]
        rows = [
            {"seed": run.seed, "updates": len(curve), **_worst(curve, run, control)}
            for curve, (run, control) in zip(found, pairs, strict=True)
        ]
        worst = max(rows, key=lambda row: row["largest_difference"])
        answer: Answer = "supported" if worst["largest_difference"] <= self.tolerance else "refuted"
        seeds = f"{len(rows)} seed{'s' if len(rows) > 1 else ''}"
        reason = (
            f"over {worst['updates']} updates and {seeds} the losses of {self.treatment} and {self.control} differ by at"
            f" most {worst['largest_difference']:.2g}, relative (at update {worst['at_update']}); allowed are"
            f" {self.tolerance:g}"
        )
        return self._verdict(answer, reason, rows, [list(curve) for curve in found])

    def _verdict(
        self, answer: Answer, reason: str, rows: list[dict[str, Any]], curves: list[list[float]] | None = None
    ) -> Verdict:
        details = EqualDetails(tolerance=self.tolerance, runs=rows, differences=curves or [])
        return Verdict(self.name, self.statement, self.kind, answer, reason, details=details)


def differences(a: Sequence[float], b: Sequence[float]) -> tuple[float, ...]:
    """Return |a - b| / max(|a|, |b|) pair by pair; two zeros do not differ."""
    return tuple(abs(x - y) / (max(abs(x), abs(y)) or 1.0) for x, y in zip(a, b, strict=True))


def _worst(curve: Sequence[float], run: Outcome, control: Outcome) -> dict[str, Any]:
    place = max(range(len(curve)), key=curve.__getitem__)
    return {
        "largest_difference": curve[place],
        "at_update": place + 1,
        "loss": run.losses[place],
        "loss_of_control": control.losses[place],
        "last_difference": curve[-1],
    }


def _unfit(pairs: Sequence[tuple[Outcome, Outcome]]) -> str:
    """Return why the curves cannot be compared, or an empty string."""
    if not pairs:
        return "no seed has ended in both arms, so there is nothing to compare"
    for run, control in pairs:
        for one in (run, control):
            if one.diverged:
                return f"{one.label} diverged, and a curve that ends early is not compared"
            if not one.losses or not all(math.isfinite(loss) for loss in one.losses):
                return f"{one.label} kept no losses of its updates; set record_steps in the base recipe"
        if len(run.losses) != len(control.losses):
            return f"{run.label} has {len(run.losses)} updates and {control.label} {len(control.losses)}"
    return ""
