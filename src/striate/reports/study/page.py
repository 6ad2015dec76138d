"""The report of a study: one page made from its folder, which it is then stored in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.base.disk.outputs import write_output
from striate.reports.kit.charts import Line, Series, curves
from striate.reports.kit.page import Picture, picture, render
from striate.reports.kit.scripting import chart_style, jsonable, report_script
from striate.reports.kit.svg import Chart
from striate.reports.kit.table import recipe_table
from striate.reports.study.alive import drawable
from striate.reports.study.cards import cards
from striate.reports.study.heat import heat_chart, heat_of
from striate.reports.study.methods import methods_of
from striate.reports.study.records import Json, RunRecord, StudyRecord, read_study
from striate.reports.study.tables import arms_table, changes_table, environment_table
from striate.reports.study.updates import update_panels

PANELS = (
    ("train", "loss", "Training loss"),
    ("val", "loss", "Validation loss"),
    ("train", "accuracy", "Training accuracy"),
    ("val", "accuracy", "Validation accuracy"),
)
REPORT = "report.html"
NARROW = 340  # user units of the figure for a phone, where the wide one would be too small to read


Repeat = Callable[[StudyRecord, str], str]
"""A study, and the name of a folder -> the shell command that asks it again into that folder."""


@dataclass(frozen=True)
class Net:
    """One architecture: the arms that share it, its figure for a wide and for a narrow page, and its words."""

    arms: tuple[str, ...]
    wide: Picture
    narrow: Picture
    paragraph: str
    steps: tuple[str, ...]


def write_study_report(folder: Path, repeat: Repeat) -> Path:
    """Write ``folder``/report.html from what is on disk, and return its path; the study may be unfinished.

    ``repeat`` makes the command that the page shows for asking again.
    The same folder gives the same bytes. Raises StudyError when it holds no study, StorageError when it cannot be written.
    """
    path = folder / REPORT
    write_output(path, study_page(read_study(folder), folder.name, repeat))
    return path


def study_page(study: StudyRecord, out: str, repeat: Repeat) -> str:
    """Return the page of ``study``; ``out`` is the folder's name, for the command that repeats it, which ``repeat`` makes."""
    drawn = panels(study)
    if not drawn:
        return page_of(study, repeat(study, out), drawn)
    numbers = jsonable(drawable(study))
    return page_of(study, repeat(study, out), drawn, script=report_script(), style=chart_style(), numbers=numbers)


def page_of(study: StudyRecord, command: str, drawn: Sequence[Chart], **scripted: Any) -> str:
    """Return the page of ``study`` with the panels ``drawn``; ``command`` does it again.

    ``scripted`` are the script, style and numbers by which the panels come alive; none: they are still.
    """
    heat = heat_of(study)
    changed = [*(arm.changes for arm in study.arms), study.base]
    return render(
        "study.html.jinja",
        study=study,
        title=study.question or study.name,
        cards=cards(study.verdicts, study.claims),
        panels=[picture(chart.svg()) for chart in drawn],
        heat=picture(heat_chart(heat).svg()) if heat else None,
        arms=arms_table(study),
        nets=_nets(study),
        recipe=recipe_table(study.base),
        changes=changes_table(study),
        environment=environment_table(study),
        command=command,
        methods=methods_of(study),
        validated_on_test=any(recipe.get("validate_on_test") for recipe in changed),
        **scripted,
    )


def panels(study: StudyRecord) -> list[Chart]:
    """Return the panels that have something to show."""
    made: list[Chart] = []
    for split, metric, title in PANELS:
        series = [Series(arm.name, tuple(_lines(arm.runs, split, metric))) for arm in study.arms]
        if any(s.lines for s in series):
            made.append(curves(series, title=title, log=metric == "loss"))
    return made + update_panels(study)


def _lines(runs: Sequence[RunRecord], split: str, metric: str) -> list[Line]:
    return [
        Line(tuple(float(x) for x, _ in points), tuple(y for _, y in points), run.status == "diverged")
        for run in runs
        if (points := run.curves.get((split, metric)))
    ]


def _nets(study: StudyRecord) -> list[Net]:
    """Return the different architectures, each with the arms that have it."""
    owners: dict[str, list[str]] = {}
    found: dict[str, Json] = {}
    for arm in study.arms:
        anatomy = next((run.anatomy for run in arm.runs if run.anatomy), None)
        if anatomy is not None:
            key = repr(anatomy)
            owners.setdefault(key, []).append(arm.name)
            found.setdefault(key, anatomy)
    return [net for key in found if (net := _net(found[key], tuple(owners[key])))]


def _net(value: Json, arms: tuple[str, ...]) -> Net | None:
    """Return what is shown of one architecture; None when the record is not one."""
    from striate.nets.measure.anatomy import anatomy_from_json
    from striate.reports.net.description import paragraph, steps
    from striate.reports.net.figure import architecture_svg

    try:
        anatomy = anatomy_from_json(dict(value))
    except (KeyError, TypeError, ValueError):
        return None
    wide, narrow = (picture(svg) for svg in (architecture_svg(anatomy), architecture_svg(anatomy, NARROW)))
    return Net(arms, wide, narrow, paragraph(anatomy), tuple(steps(anatomy)))
