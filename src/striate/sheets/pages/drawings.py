"""The curves that a part asks for: chosen panels of a run or of chosen arms of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from striate.reports.kit.charts import Line, Series, curves

if TYPE_CHECKING:
    from striate.reports.kit.svg import Chart
    from striate.reports.study.records import StudyRecord
    from striate.sheets.parts import Metric
    from striate.training.folder.run import Run

SPLITS = {"train": "Training", "val": "Validation"}


def run_panels(run: Run, panels: tuple[Metric, ...]) -> list[Chart]:
    """Return a panel for each metric of ``panels``, with the splits that are asked for as its lines."""
    made: list[Chart] = []
    for metric in dict.fromkeys(metric for _, metric in panels):
        series = [
            Series(SPLITS.get(split, split).lower(), (Line(*_columns(points)),))
            for split, wanted in panels
            if wanted == metric and (points := run.curve(split, metric))
        ]
        if series:
            made.append(curves(series, title=metric.capitalize(), log=metric == "loss"))
    return made


def study_panels(study: StudyRecord, panels: tuple[Metric, ...], arms: tuple[str, ...] = ()) -> list[Chart]:
    """Return a panel for each of ``panels``, with a line for each of ``arms``, or of all."""
    made: list[Chart] = []
    for split, metric in panels:
        series = [
            Series(
                arm.name,
                tuple(
                    Line(*_columns(points), run.status == "diverged")
                    for run in arm.runs
                    if (points := run.curves.get((split, metric)))
                ),
            )
            for arm in study.arms
            if not arms or arm.name in arms
        ]
        if any(one.lines for one in series):
            made.append(curves(series, title=f"{SPLITS.get(split, split)} {metric}", log=metric == "loss"))
    return made


def _columns(
    points: tuple[tuple[int, float], ...] | list[tuple[int, float]],
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(float(x) for x, _ in points), tuple(y for _, y in points)
