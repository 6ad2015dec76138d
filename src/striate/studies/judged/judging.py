"""From a log to verdicts: what `striate judge` and `striate.judge` both call."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast, get_args

from striate.base.catalog import unknown
from striate.base.errors import StudyError, listed, printable
from striate.base.inline import Inline
from striate.studies.claims.verdict import Verdict
from striate.studies.judged.columns import Columns
from striate.studies.judged.copied import uncopied
from striate.studies.judged.grouping import Grouped, column, group
from striate.studies.judged.logged import Logged, scores
from striate.studies.judged.runs import margin_fault, runs_of
from striate.studies.judged.terms import Term, term
from striate.studies.logs.log import Log, number
from striate.studies.logs.opening import read_log
from striate.studies.looks.pairing import with_pairing
from striate.studies.looks.plan import Plan

Split = Literal["test", "validation", "training"]
SPLITS: tuple[Split, ...] = get_args(Split)
TOLD = {"test": "test", "val": "validation", "dev": "validation", "eval": "validation", "train": "training"}
CURE = "let the program depend on its seed, and run the copies again"


@dataclass(frozen=True)
class Judged(Inline):
    """What a log says to the claims. ``runs`` are those that were compared, once for each column; ``notes`` whole clauses;
    ``order`` all arms of the log, as it has them; ``plan`` the looks, and ``asked`` the SHA-256 of what was
    fixed, where that was before the first run."""

    name: str
    kind: str
    verdicts: tuple[Verdict, ...]
    claims: tuple[Term, ...]
    runs: tuple[Logged, ...]
    step: str
    notes: tuple[str, ...]
    order: tuple[str, ...]
    plan: Plan | None = None
    asked: str = ""

    @property
    def arms(self) -> list[str]:
        """The arms that were compared, in the order of the table."""
        return [arm for arm in self.order if any(run.arm == arm for run in self.runs)]

    @property
    def metrics(self) -> list[str]:
        """The columns that were compared."""
        return list(dict.fromkeys(run.metric for run in self.runs))

    def to_json(self) -> dict[str, Any]:
        """Return the verdicts and the arms as verdict.json of a study has them, and what else is known of the log."""
        return {
            "format": 1,
            "study": self.name,
            "verdicts": [verdict.to_json() for verdict in self.verdicts],
            "arms": [scores(arm, self.runs) for arm in self.arms],
            "failures": {},
            "warnings": {},
            "log": self.kind,
            "notes": list(self.notes),
        }


def judge_log(
    table: object, claims: str | Sequence[str], columns: Columns, split: Split | None = None, *, lower: bool = False
) -> Judged:
    """Return the verdicts on ``claims`` about the runs in ``table``, a path or a table in memory.

    ``split`` says of which images the values are, where their column does not; ``lower`` that a smaller value is better, for
    claims "sooner than". Raises StudyError or DataError, in one sentence.
    """
    given = cast("object", claims)
    texts = list(claims) if isinstance(given, Iterable) and not isinstance(given, str) else [cast("str", given)]
    if wrong := next((text for text in cast("list[object]", texts) if not isinstance(text, str)), None):
        raise StudyError(f'a claim is {type(wrong).__name__}, and must be a text, as "b > a by 0.005"')
    if split is not None and split not in SPLITS:
        raise StudyError(f"`split`: {unknown('split', split, SPLITS)}")
    log = read_log(table)
    grouped = group(log, columns)
    if len(grouped.arms) < 2:
        raise StudyError(
            f'there is one arm, "{printable(grouped.arms[0])}", and a claim compares two; add the runs of another one, or name'
            " the column that tells them apart with `arm`"
        )
    if not texts:
        example = f"{grouped.arms[-1]} > {grouped.arms[0]} by 0.005"
        raise StudyError(
            f"no claim is given, and the arms are {printable(', '.join(grouped.arms[:12]))}; write for example"
            f' `claim` "{printable(example)}" (or < where smaller is better)'
        )
    if columns.value is not None:
        column(log, columns.value, "`value`")
    terms = _terms(texts, grouped, columns, log, lower=lower)
    runs: dict[str, dict[str, list[Logged]]] = {}
    verdicts: list[Verdict] = []
    for one in terms:
        column(log, one.metric, "`value`")
        mine = runs_of(grouped, one.metric, one.arms, columns)
        values = [value for run in mine for _, value in run.curve]
        if one.kind == "larger" and (fault := margin_fault(one.margin, one.metric, values)):
            raise StudyError(f'claim "{printable(one.name)}": {fault}')
        verdict = uncopied(one.judge, one.arms, mine, CURE)
        if all(run.told == str(run.seed) for run in mine):  # else what the log calls its runs says nothing of pairs
            verdict = with_pairing(verdict)
        told = [*_in_percent(grouped, one), *same_arms(mine)]
        verdicts.append(replace(verdict, reason="; ".join([verdict.reason, *told])))
        runs.setdefault(one.metric, {}).update({arm: [run for run in mine if run.arm == arm] for arm in one.arms})
    notes = [*grouped.notes, *_ends(grouped.step, columns, runs), *(_split(metric, split) for metric in runs)]
    limits = [note for note in notes if note]
    name = os.path.basename(os.path.abspath(table)) if isinstance(table, (str, Path)) else "table"
    return Judged(
        name=name,
        kind=log.kind,
        verdicts=tuple(replace(verdict, reason="; ".join([verdict.reason, *limits])) for verdict in verdicts),
        claims=tuple(terms),
        runs=tuple(run for by_arm in runs.values() for members in by_arm.values() for run in members),
        step=grouped.step or "",
        notes=tuple(limits),
        order=tuple(grouped.arms),
    )


def same_arms(runs: Sequence[Logged]) -> list[str]:
    """Return a clause for each group of arms whose runs have the same values with the same seeds: nothing tells them apart."""
    groups: dict[tuple[tuple[str, float], ...], list[str]] = {}
    for arm in dict.fromkeys(run.arm for run in runs):
        values = sorted((run.told, run.end) for run in runs if run.arm == arm and not run.failed)
        groups.setdefault(tuple(values), []).append(arm)
    return [
        f"{listed(arms)} have the same values with every seed: what tells them apart has no effect"
        for values, arms in groups.items()
        if len(arms) > 1 and len(values) > 1
    ]


def _terms(texts: Sequence[str], grouped: Grouped, columns: Columns, log: Log, *, lower: bool) -> list[Term]:
    unit = f"{grouped.step}s" if grouped.step and not grouped.step.endswith("s") else grouped.step or "steps"
    numeric = [name for name in log.columns if any(number(row.get(name)) is not None for row in log.rows[:100])]
    made = [term(text, grouped.arms, columns.value, unit=unit, columns=numeric) for text in texts]
    if grouped.step is None and (timed := next((one for one in made if one.kind == "sooner"), None)):
        raise StudyError(
            f'claim "{timed.name}" is about steps, and the table has one row for each run; add `step=COLUMN`'
        )
    falling = {one.metric for one in made if one.kind == "larger" and one.lower}
    return [replace(one, lower=lower or one.metric in falling) if one.kind == "sooner" else one for one in made]


def _in_percent(grouped: Grouped, one: Term) -> list[str]:
    """Return that a margin is of percent, where cells have its sign: 0.005 would be a two-hundredth of a point."""
    cells = (row.get(one.metric) for rows in grouped.runs.values() for row in rows)
    if not one.margin or not any(isinstance(cell, str) and cell.rstrip().endswith("%") for cell in cells):
        return []
    return [f"{one.metric} is in percent, so the margin {one.margin:g} is in percentage points"]


def _ends(step: str | None, columns: Columns, runs: Mapping[str, Mapping[str, Sequence[Logged]]]) -> list[str]:
    """Return at which step the values count that were compared, where it is not the last one of all."""
    if isinstance(columns.at, (int, float)):
        return [f"values are those at {step} {columns.at:g}, or the last before it"]
    ended = {
        run.curve[-1][0] for by in runs.values() for of in by.values() for run in of if run.curve and not run.failed
    }
    if len(ended) < 2 or columns.at is None:
        return []
    return [f"runs end at {step} {min(ended):g} to {max(ended):g}, and each counts with its own last value"]


def _split(metric: str, split: Split | None) -> str:
    """Return what limits every verdict on ``metric``: of which images it is, where nobody says; or that it is of training."""
    told = split or next((kind for word, kind in TOLD.items() if word in metric.lower()), None)
    if told is None:
        return f"whether {metric} is of test or of validation images, and whether it also chose something, is not said"
    return f"{metric} is of training images, which says little of new ones" if told == "training" else ""
