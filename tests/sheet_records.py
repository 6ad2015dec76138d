"""Studies, runs and proofs with numbers made up for the sentences that are built from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from striate.reports.study.records import ArmRecord, RunRecord, StudyRecord
from striate.training.folder.run import Run
from striate.training.folder.run_score import RunScore
from striate.training.recipe.recipe import Recipe

Curve = tuple[float, ...]


def study(
    losses: Mapping[str, Curve] | None = None,
    accuracies: Mapping[str, tuple[Curve, Curve]] | None = None,
    verdicts: tuple[Mapping[str, Any], ...] = (),
    scores: Mapping[str, Mapping[str, Any]] | None = None,
    data: str = "digits",
    seeds: tuple[int, ...] = (0, 1, 2),
) -> StudyRecord:
    """Return a study whose arms have these training losses, and (training, validation) accuracies, by epoch."""
    losses, accuracies = losses or {}, accuracies or {}
    arms = dict.fromkeys([*losses, *accuracies])
    return StudyRecord(
        name="made up",
        question="?",
        base={"data": data, "epochs": 4},
        arms=tuple(
            ArmRecord(arm, {}, (RunRecord(0, "finished", curves=_curves(arm, losses, accuracies)),)) for arm in arms
        ),
        seeds=seeds,
        claims=(),
        notes=(),
        verdicts=verdicts,
        scores=scores or {},
        failures={},
        damaged=(),
    )


def _curves(arm: str, losses: Mapping[str, Curve], accuracies: Mapping[str, tuple[Curve, Curve]]) -> dict[Any, Any]:
    train, val = accuracies.get(arm, ((), ()))
    every = {("train", "loss"): losses.get(arm, ()), ("train", "accuracy"): train, ("val", "accuracy"): val}
    return {key: tuple(enumerate(values, start=1)) for key, values in every.items() if values}


def verdict(
    claim: str, answer: str, statement: str = "B is better than A", reason: str = "b differs by +0.1"
) -> dict[str, Any]:
    """Return a verdict as verdict.json holds it."""
    return {"claim": claim, "kind": "better", "answer": answer, "statement": statement, "reason": reason, "details": {}}


class MadeRun(Run):
    """A run with these curves and test score, and nothing on disk."""

    rows: dict[tuple[str, str], list[tuple[int, float]]]
    score: RunScore | None

    def curve(self, split: str, metric: str) -> list[tuple[int, float]]:
        """Return the curve that was made up."""
        return self.rows.get((split, metric), [])

    def test(self) -> RunScore | None:
        """Return the score that was made up."""
        return self.score

    def seconds(self) -> list[tuple[int, float]]:
        """Return no times."""
        return []


def run(
    train: Curve,
    val: Curve,
    test: float | None = None,
    data: str = "digits",
    status: str = "finished",
    images: int | None = None,
) -> Run:
    """Return a run on ``images``, or all, with these accuracies by epoch, and ``test`` on 1000 images."""
    recipe = Recipe(data=data, epochs=max(len(val), 1), train_images=images)
    made = MadeRun(Path("nowhere"), recipe, status, "", len(val), 0)
    rows = {("train", "accuracy"): list(enumerate(train, start=1)), ("val", "accuracy"): list(enumerate(val, start=1))}
    object.__setattr__(made, "rows", rows)
    object.__setattr__(made, "score", None if test is None else RunScore(test, 0.1, 1000, len(val), 0))
    return made
