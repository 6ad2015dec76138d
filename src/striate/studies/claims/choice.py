"""The claim that among several arms one is the one to choose: a learning rate, a width, a dropout rate.

Chosen is the arm with the largest mean of a validation accuracy; the test split plays no part. Every pair of arms is
compared by Welch's interval at a simultaneous level (Bonferroni over all k (k - 1) / 2 pairs, since the data choose
whom to compare):

    supported   the chosen arm is better than every other one
    refuted     every other arm is within less than the margin of the chosen one: it does not matter which is taken
    undecided   some arms cannot be told from the chosen one; the verdict lists them

A diverged run counts as guessing. The accuracy of the chosen arm is too good as an estimate, for it was the largest of several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, ClassVar, Literal, get_args

from striate.base.errors import StudyError
from striate.studies.claims.claim_checks import check_terms
from striate.studies.claims.comparison import Comparison, compare, exact_seeds, seeds_needed
from striate.studies.claims.finding import failures_text, interval_text
from striate.studies.claims.outcome import Outcome, accuracy_scale, by_arm, scores
from striate.studies.claims.verdict import Answer, Verdict, decide

Chooser = Literal["final", "best"]


@dataclass(frozen=True)
class Choice:
    """One of ``candidates`` is best in ``measure``, the final or the best validation accuracy.

    ``margin`` is the smallest difference worth having, as a fraction. Raises StudyError with what is not acceptable.
    """

    kind: ClassVar[str] = "choice"
    name: str
    statement: str
    candidates: tuple[str, ...]
    measure: Chooser = "best"
    margin: float = 0.005

    def __post_init__(self) -> None:
        check_terms(self.name, self.statement, {"candidates": self.candidates}, self.margin)
        if len(self.candidates) < 2:
            raise StudyError(f'the claim "{self.name}" has one candidate, and a choice needs two or more')
        if self.measure not in get_args(Chooser):
            raise StudyError(
                f'the claim "{self.name}" chooses by "{self.measure}"; accepted are {", ".join(get_args(Chooser))}, for'
                " what is chosen on the test split has no test left"
            )

    @property
    def arms(self) -> tuple[str, ...]:
        """Every arm that the claim is about."""
        return self.candidates

    def to_json(self) -> dict[str, Any]:
        """Return the fields and the kind."""
        return {"kind": self.kind, **asdict(self)}

    def judge(self, outcomes: Sequence[Outcome]) -> Verdict:
        """Return the verdict; raises StudyError when a candidate has no run."""
        runs = by_arm(outcomes, self.candidates)
        means = {arm: fmean(_values(runs[arm], self.measure)) for arm in self.candidates}
        chosen = max(means, key=means.__getitem__)
        against = {arm: self._compare(runs[chosen], runs[arm]) for arm in self.candidates if arm != chosen}
        answers = {arm: decide(comparison, self.margin) for arm, comparison in against.items()}
        rivals = tuple(arm for arm, comparison in against.items() if comparison.too_few or not comparison.low > 0)
        near = all(answer == "refuted" for answer in answers.values())
        answer: Answer = "refuted" if near else "undecided" if rivals else "supported"
        closest = min(against, key=lambda arm: against[arm].effect)
        needed = self._needed(against, rivals) if answer == "undecided" else None
        clauses = [
            f"{chosen} has the largest mean {self.measure} validation accuracy, {means[chosen]:.4f}",
            f"{closest} is next, {against[closest].effect:.4f} below ({interval_text(against[closest], 4)})",
            self._meaning(answer, rivals, needed),
            failures_text(runs[arm] for arm in self.candidates),
        ]
        return Verdict(
            claim=self.name,
            statement=self.statement,
            kind=self.kind,
            answer=answer,
            reason="; ".join(clause for clause in clauses if clause),
            comparisons=tuple((chosen, arm, comparison) for arm, comparison in against.items()),
            detectable=against[closest].detectable,
            seeds_needed=needed,
            details={
                "chosen": chosen,
                "not told apart": list(rivals),
                "measure": self.measure,
                "margin": self.margin,
                "arms": [_row(arm, outcomes) for arm in self.candidates],
            },
        )

    def _compare(self, chosen: Sequence[Outcome], other: Sequence[Outcome]) -> Comparison:
        many = len(self.candidates)
        return compare(
            _values(chosen, self.measure),
            _values(other, self.measure),
            comparisons=many * (many - 1) // 2,
            scale=accuracy_scale((*chosen, *other)),
        )

    def _needed(self, against: Mapping[str, Comparison], rivals: Sequence[str]) -> int | None:
        """Return the runs per arm that would tell every rival from the chosen arm, or find it within the margin."""
        wanted = [
            exact_seeds(1 - against[arm].confidence)
            if against[arm].too_few
            else seeds_needed(against[arm], max(against[arm].effect, self.margin - against[arm].effect))
            for arm in rivals
        ]
        return None if None in wanted else max((n for n in wanted if n is not None), default=None)

    def _meaning(self, answer: Answer, rivals: Sequence[str], needed: int | None) -> str:
        if answer == "supported":
            return "every other arm is worse"
        if answer == "refuted":
            return f"no arm is {self.margin:g} or more behind, so which one is taken does not matter"
        told = f"{', '.join(rivals)} cannot be told from it"
        return f"{told}; about {needed} seeds for each arm would" if needed else told


def _values(runs: Sequence[Outcome], measure: Chooser) -> list[float]:
    return [run.final_val if measure == "final" else run.best_val for run in runs]


def _row(arm: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    row = scores(arm, outcomes)
    means = {f"{measure}_mean": (row[measure] or {}).get("mean") for measure in ("final", "best")}
    return {"arm": arm, "n": row["n"], **row["states"], **means}
