"""Two arms of a study side by side: the fields in which they differ, what each seed gave, and what the study judged of the two.

No difference is estimated here that the study did not judge: of arms that were picked afterwards because of their curves, an
interval would promise more than it keeps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from striate.base.catalog import unknown
from striate.base.errors import StudyError
from striate.reports.kit.table import plain_text
from striate.reports.study.cards import axis_of, turned
from striate.reports.study.records import ArmRecord, RunRecord, StudyRecord
from striate.reports.study.tables import in_base

ACCURACY = ("val", "accuracy")


@dataclass(frozen=True)
class Field:
    """A field of the recipe, or option of the net, with its value in each arm as text."""

    name: str
    values: tuple[str, str]


@dataclass(frozen=True)
class Ended:
    """One run: its ``status``, its accuracy on validation after the last epoch and at its best, and on the test images.

    A number is None before there is one, and of a run that diverged.
    """

    status: str
    final: float | None = None
    best: float | None = None
    test: float | None = None


@dataclass(frozen=True)
class SeedRow:
    """The runs of one seed, one of each arm; None where an arm has none of it."""

    seed: int
    runs: tuple[Ended | None, Ended | None]


@dataclass(frozen=True)
class Difference:
    """What a claim of the study found of the two: ``effect`` is treatment minus control, within ``low`` to ``high``,
    and where ``turned`` the other way round, since smaller is better.

    ``axis`` says what it is a difference of; ``boundless`` where the interval is all that it can be.
    """

    claim: str
    answer: str
    axis: str
    treatment: str
    control: str
    effect: float
    low: float | None
    high: float | None
    confidence: float | None
    boundless: bool
    margin: float | None
    turned: bool = False


@dataclass(frozen=True)
class Beside:
    """Two arms with where they differ, seed by seed, and every difference that the study judged."""

    arms: tuple[ArmRecord, ArmRecord]
    fields: tuple[Field, ...]
    seeds: tuple[SeedRow, ...]
    judged: tuple[Difference, ...]


def beside(study: StudyRecord, first: str, second: str) -> Beside:
    """Return the arms ``first`` and ``second`` side by side; raises StudyError unless they are two arms of ``study``."""
    arms = {arm.name: arm for arm in study.arms}
    if len(arms) < 2:
        raise StudyError(f'the study "{study.name}" has one arm, and two are set side by side')
    for name in (first, second):
        if name not in arms:
            raise StudyError(unknown("arm of this study", name, arms))
    if first == second:
        raise StudyError(f'"{first}" is set beside itself; choose two arms')
    pair = arms[first], arms[second]
    judged = [one for verdict in study.verdicts for one in _differences(verdict, {first, second})]
    return Beside(pair, tuple(_fields(study, pair)), tuple(_seeds(pair)), tuple(judged))


def _fields(study: StudyRecord, pair: tuple[ArmRecord, ArmRecord]) -> list[Field]:
    names = dict.fromkeys(name for arm in pair for name in arm.changes)
    found: list[Field] = []
    for name in names:
        one, two = (arm.changes.get(name, in_base(study, name)) for arm in pair)
        if one != two:
            texts = plain_text(one), plain_text(two)
            # A list of one reads as what is in it.
            found.append(Field(name, texts if texts[0] != texts[1] else (json.dumps(one), json.dumps(two))))
    return found


def _seeds(pair: tuple[ArmRecord, ArmRecord]) -> list[SeedRow]:
    runs = [{run.seed: run for run in arm.runs} for arm in pair]
    return [
        SeedRow(seed, (_ended(runs[0].get(seed)), _ended(runs[1].get(seed)))) for seed in sorted({*runs[0], *runs[1]})
    ]


def _ended(run: RunRecord | None) -> Ended | None:
    if run is None:
        return None
    points = run.curves.get(ACCURACY, ())
    if run.status == "diverged" or not points:
        return Ended(run.status, test=run.test)
    return Ended(run.status, points[-1][1], max(value for _, value in points), run.test)


def _differences(verdict: Mapping[str, Any], pair: set[str]) -> list[Difference]:
    found: list[Difference] = []
    for entry in verdict.get("comparisons") or ():
        one = {**entry, **(entry.get("comparison") or {})}
        if {one.get("treatment"), one.get("control")} != pair or not isinstance(one.get("effect"), (int, float)):
            continue
        margin = (verdict.get("details") or {}).get("margin")
        found.append(
            Difference(
                claim=str(verdict.get("claim", "")),
                answer=_answer(verdict, str(one["treatment"])),
                axis=axis_of(verdict),
                treatment=str(one["treatment"]),
                control=str(one["control"]),
                effect=float(one["effect"]),
                low=_number(one.get("low")),
                high=_number(one.get("high")),
                confidence=_number(one.get("confidence")),
                boundless=bool(one.get("boundless")),
                margin=_number(margin),
                turned=turned(verdict),
            )
        )
    return found


def _answer(verdict: Mapping[str, Any], treatment: str) -> str:
    """Return the answer of this comparison, where the claim has several treatments, or else that of the claim."""
    answers = (verdict.get("details") or {}).get("answers") or {}
    return str(answers.get(treatment, verdict.get("answer", "")))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
