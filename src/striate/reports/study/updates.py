"""Curves over single updates, where the recipe kept them: the loss of each, and how far apart two that should be one are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from striate.reports.kit.charts import Line, Series, curves
from striate.reports.kit.svg import Chart
from striate.reports.study.records import StudyRecord


def update_panels(study: StudyRecord) -> list[Chart]:
    """Return the panels that have something to show: losses of all arms, and the differences that the verdicts hold."""
    losses = [Series(arm.name, tuple(_line(run.updates) for run in arm.runs if run.updates)) for arm in study.arms]
    apart = [Series(str(verdict.get("claim", "")), tuple(_differences(verdict))) for verdict in study.verdicts]
    panels = ((losses, "Loss of the batch"), ([s for s in apart if s.lines], "Relative difference of the losses"))
    return [
        curves(series, title=title, x_label="update", log=True)
        for series, title in panels
        if any(s.lines for s in series)
    ]


def _line(points: Sequence[tuple[int, float]]) -> Line:
    return Line(tuple(float(x) for x, _ in points), tuple(y for _, y in points))


def _differences(verdict: Mapping[str, Any]) -> list[Line]:
    """Return one line for each seed; updates at which the losses are equal to the last bit have no place on a logarithm."""
    details: Mapping[str, Any] = verdict.get("details") or {}
    curves: Sequence[Sequence[float]] = details.get("differences") or ()
    return [_line(tuple(enumerate(curve, start=1))) for curve in curves]
