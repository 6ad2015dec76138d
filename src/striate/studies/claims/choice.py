"""The claim that among several arms one is the one to choose: a learning rate, a width, a dropout rate.

Chosen is the arm with the largest mean of a validation accuracy; the test split plays no part. Every pair of arms is
compared by Welch's interval at a simultaneous level (Bonferroni over all k (k - 1) / 2 pairs, since the data choose
whom to compare):

    supported   the chosen arm is better than every other one
    refuted     every other arm that is not worse is within less than the margin of it: it does not matter which is taken
    undecided   some arms cannot be told from the chosen one; the verdict lists them

With several looks it is a race. Every pair has a repeated interval of its own share of the error, so all intervals of all
looks hold together. An arm drops out when the interval against any other arm lies above 0: where all intervals hold, the
best arm never does. The chosen one is supported when all others have dropped out, and refuted when those that have not are
all within less than the margin of it, be it with some worse arms out of the race. It ends undecided once the seeds left
would hardly tell any of these from it.

A diverged run counts as guessing. The accuracy of the chosen arm is optimistically biased, for it was the largest of several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean
from typing import Any, ClassVar, Literal, get_args

from striate.base.errors import StudyError, listed
from striate.studies.claims.checks import check_share, check_terms
from striate.studies.claims.comparison import Answer, Comparison, decide, exact_seeds, seeds_needed
from striate.studies.claims.finding import MOST_NAMED, failures_text, interval_text
from striate.studies.claims.outcome import Outcome, accuracy_scale, by_arm, scores
from striate.studies.claims.verdict import Details, Row, Verdict
from striate.studies.looks.found import Finding
from striate.studies.looks.futility import chance, futility_text
from striate.studies.looks.pairing import compared
from striate.studies.looks.plan import ONCE, Look

Chooser = Literal["final", "best"]


@dataclass(frozen=True, kw_only=True)
class ChoiceDetails(Details):
    """The arm that is taken, those that are not told apart from it, and how every arm did."""

    chosen: str
    not_told_apart: tuple[str, ...] = field(metadata={"key": "not told apart"})
    measure: str
    margin: float
    arms: Sequence[Row]


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
        check_share(self.name, self.margin)
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

    @property
    def comparisons(self) -> int:
        """How many comparisons share its error."""
        return len(self.candidates) * (len(self.candidates) - 1) // 2

    def to_json(self) -> dict[str, Any]:
        """Return the fields and the kind."""
        return {"kind": self.kind, **asdict(self)}

    def judge(self, outcomes: Sequence[Outcome], look: Look = ONCE) -> Verdict:
        """Return the verdict; raises StudyError when a candidate has no run."""
        runs = by_arm(outcomes, self.candidates)
        # An arm that an earlier look counted out stays out, with the comparison it had then: tried again at each look it
        # could come back by chance, for which the level of the looks makes no allowance.
        racing = [arm for arm in self.candidates if arm not in look.kept]
        means = {arm: fmean(_values(runs[arm], self.measure).values()) for arm in racing}
        chosen = max(means, key=means.__getitem__)
        out = {**look.kept, **self._beaten(runs, racing, chosen, look)}
        against = {
            arm: out[arm].comparison if arm in out else self.compare(runs[chosen], runs[arm], look)
            for arm in self.candidates
            if arm != chosen
        }
        rivals = tuple(arm for arm in against if arm not in out)
        answers = {arm: decide(comparison, self.margin) for arm, comparison in against.items()}
        # Refuted are two things: no other arm is worse by the margin, or every arm still racing is as good as the chosen one.
        near = all(answer == "refuted" for answer in answers.values())
        tied = bool(rivals) and all(answers[arm] == "refuted" for arm in rivals)
        answer: Answer = "refuted" if near or tied else "undecided" if rivals else "supported"
        closest = min(against, key=lambda arm: against[arm].effect)
        needed = self._needed(against, rivals) if answer == "undecided" else None
        open_ = (chosen, *rivals) if answer == "undecided" else ()
        at_last = max((chance(against[arm], self.margin, look, self.comparisons) for arm in rivals), default=1.0)
        if futile := bool(open_) and look.is_futile(at_last):
            open_ = ()
        clauses = [
            f"{chosen} has the largest mean {self.measure} validation accuracy, {means[chosen]:.4f}",
            f"{closest} is next, {against[closest].effect:.4f} below ({interval_text(against[closest], '.4f')})",
            self._meaning(answer, rivals, needed, near=near),
            futility_text(look, at_last) if futile else "",
            failures_text(runs[arm] for arm in self.candidates),
        ]
        return Verdict(
            claim=self.name,
            statement=self.statement,
            kind=self.kind,
            answer=answer,
            reason="; ".join(clause for clause in clauses if clause),
            comparisons=tuple(
                (out[arm].rival if arm in out else chosen, arm, comparison) for arm, comparison in against.items()
            ),
            detectable=against[closest].detectable,
            seeds_needed=needed,
            details=ChoiceDetails(
                chosen=chosen,
                not_told_apart=rivals,
                measure=self.measure,
                margin=self.margin,
                arms=[_row(arm, outcomes) for arm in self.candidates],
            ),
            open=open_,
            kept=out,
        )

    def _beaten(
        self, runs: Mapping[str, Sequence[Outcome]], racing: Sequence[str], chosen: str, look: Look
    ) -> dict[str, Finding]:
        """Return the arms that another one, the chosen one first, is better than, with the comparison that shows it."""
        found: dict[str, Finding] = {}
        # With a single look, the chosen arm alone says who is worse, for all are then at its side in the verdict.
        others = racing if look.plan is not None else [chosen]
        for arm in racing:
            for rival in [chosen, *(other for other in others if other != chosen)]:
                if arm in (rival, chosen):
                    continue
                comparison = self.compare(runs[rival], runs[arm], look)
                if comparison.low > 0 and not comparison.too_few:
                    found[arm] = Finding(comparison, "refuted", "", rival=rival)
                    break
        return found

    def compare(self, better: Sequence[Outcome], worse: Sequence[Outcome], look: Look) -> Comparison:
        """Return the runs of two candidates compared, as one of all their pairs."""
        groups = (_values(better, self.measure), _values(worse, self.measure))
        return compared(*groups, look, comparisons=self.comparisons, scale=accuracy_scale((*better, *worse)))

    def _needed(self, against: Mapping[str, Comparison], rivals: Sequence[str]) -> int | None:
        """Return the runs per arm that would tell every rival from the chosen arm, or find it within the margin."""
        wanted = [
            exact_seeds(1 - against[arm].confidence)
            if against[arm].too_few
            else seeds_needed(against[arm], max(against[arm].effect, self.margin - against[arm].effect))
            for arm in rivals
        ]
        return None if None in wanted else max((n for n in wanted if n is not None), default=None)

    def _meaning(self, answer: Answer, rivals: Sequence[str], needed: int | None, *, near: bool) -> str:
        if answer == "supported":
            return "every other arm is worse"
        if answer == "refuted" and near:
            return f"no arm is {self.margin:g} or more behind, so which one is taken does not matter"
        if answer == "refuted":
            told = f"the others are worse, and {listed(rivals)} {'is' if len(rivals) == 1 else 'are'} less than"
            return f"{told} {self.margin:g} behind, so which of these is taken does not matter"
        every = len(rivals) == len(self.arms) - 1 and len(rivals) > MOST_NAMED
        told = f"none of the {len(rivals)} others can" if every else f"{listed(rivals)} cannot"
        told += " be told from it"
        return f"{told}; about {needed} seeds for each arm would" if needed else told


def _values(runs: Sequence[Outcome], measure: Chooser) -> dict[int, float]:
    return {run.seed: run.final_val if measure == "final" else run.best_val for run in runs}


def _row(arm: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    row = scores(arm, outcomes)
    means = {f"{measure}_mean": (row[measure] or {}).get("mean") for measure in ("final", "best")}
    return {"arm": arm, "n": row["n"], **row["states"], **means}
