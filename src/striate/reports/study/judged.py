"""The page of verdicts on runs that were trained elsewhere: that of a study, without what their log does not say."""

from __future__ import annotations

from collections.abc import Sequence

from striate.reports.kit.charts import Line, Series, curves
from striate.reports.kit.svg import Chart
from striate.reports.study.page import page_of
from striate.reports.study.records import ArmRecord, RunRecord, StudyRecord
from striate.studies.judged.judging import Judged
from striate.studies.judged.logged import Logged, scores


def judged_page(judged: Judged, repeat: str) -> str:
    """Return the page of ``judged``; ``repeat`` is the command that does it again."""
    return page_of(record(judged), repeat, panels(judged))


def record(judged: Judged) -> StudyRecord:
    """Return the verdicts as a study's record; each run stands in it once, whatever columns were compared."""
    question = "; ".join(claim.statement for claim in judged.claims)
    return StudyRecord(
        name=judged.name,
        question=f"{question}?" if len(judged.claims) == 1 else f"{judged.name}: {len(judged.claims)} claims",
        base={},
        arms=tuple(ArmRecord(arm, {}, _runs([run for run in judged.runs if run.arm == arm])) for arm in judged.arms),
        seeds=tuple(sorted({run.seed for run in judged.runs})),
        claims=tuple(claim.to_json() for claim in judged.claims),
        notes=tuple(f"{note[:1].upper()}{note[1:]}." for note in judged.notes),
        verdicts=tuple(verdict.to_json() for verdict in judged.verdicts),
        scores={arm: scores(arm, judged.runs) for arm in judged.arms},
        failures={},
        damaged=(),
        plan=judged.plan.to_json() if judged.plan else {},
        asked=judged.asked,
    )


def _runs(runs: Sequence[Logged]) -> tuple[RunRecord, ...]:
    first = {run.seed: run for run in reversed(runs)}
    return tuple(RunRecord(seed, "diverged" if run.failed else "finished") for seed, run in sorted(first.items()))


def panels(judged: Judged) -> list[Chart]:
    """Return a panel for each column that was logged at several steps."""
    made: list[Chart] = []
    for metric in judged.metrics:
        runs = [run for run in judged.runs if run.metric == metric]
        series = [Series(arm, tuple(_line(run) for run in runs if run.arm == arm)) for arm in judged.arms]
        if any(len(line.x) > 1 for s in series for line in s.lines):
            made.append(curves(series, title=metric, x_label=judged.step))
    return made


def _line(run: Logged) -> Line:
    return Line(tuple(step for step, _ in run.curve), tuple(value for _, value in run.curve), run.failed)
