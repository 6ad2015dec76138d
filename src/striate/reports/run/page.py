"""One run as a page: its curves, how it was trained in words, what it takes for what, its net, its recipe."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from striate.base.disk.files import read_json
from striate.base.errors import counted
from striate.data.catalog import one_of
from striate.reports.kit.charts import Line, Series, curves_svg
from striate.reports.kit.page import Picture, picture, render
from striate.reports.kit.table import PAIR, Cell, Table, plain_text, recipe_table, words_of
from striate.reports.kit.terminal_chart import Curve, plotted
from striate.reports.net.description import paragraph
from striate.reports.net.figure import architecture_svg
from striate.reports.run.procedure import procedure
from striate.reports.study.cards import Fact

if TYPE_CHECKING:
    from striate.nets.measure.anatomy import Anatomy
    from striate.training.confusion import Confusion
    from striate.training.folder.run import Run

SPLITS = {"train": "training", "val": "validation"}
METRICS = {"accuracy": "Accuracy", "loss": "Loss"}
NARROW = 340  # user units of the net's figure for a phone
MOST_COLUMNS = 30  # classes up to which the whole matrix is shown


def facts_of(run: Run) -> Mapping[str, Any]:
    """Return what the run's environment.json holds; nothing where there is none."""
    path = run.folder / "environment.json"
    return read_json(path) if path.is_file() else {}


def charts(run: Run, width: int) -> list[str]:
    """Return accuracy and loss over the epochs as charts of characters, at most ``width`` columns wide."""
    made: list[str] = []
    for metric, title in METRICS.items():
        curves = [Curve(name, tuple(map(_floats, run.curve(split, metric)))) for split, name in SPLITS.items()]
        made.append(plotted(curves, title=title, width=width))
    return made


def _floats(point: tuple[int, float]) -> tuple[float, float]:
    return float(point[0]), point[1]


def title_of(folder: str) -> str:
    """Return the name of the folder; of a run of a study, which is a number, with that of its arm."""
    above, name = os.path.split(folder)
    return f"{os.path.basename(above)}/{name}" if name.isdigit() else name


def run_page(run: Run, anatomy: Anatomy | None, confused: Confusion | None, unclassified: str = "") -> str:
    """Return the page of ``run``; ``unclassified`` says why there is no confusion matrix, where there is none."""
    environment, one = facts_of(run), one_of(run.recipe.data)

    return render(
        "run.html.jinja",
        title=title_of(os.path.abspath(run.folder)),
        name=str(run.folder),
        one=one,
        recipe=run.recipe,
        status=run.status,
        epoch=run.epoch,
        notes=_notes(run, environment),
        facts=scores_of(run),
        panels=curves_of(run),
        procedure=procedure(run.recipe, environment),
        split="" if confused is None else {"val": "validation", "test": "test"}[confused.on],
        per_class=None if confused is None else per_class_table(confused),
        matrix=None if confused is None or len(confused.classes) > MOST_COLUMNS else matrix_table(confused),
        confused=None if confused is None else mistakes_table(confused),
        unclassified=unclassified,
        **_net(anatomy),
        fields=recipe_table(run.recipe.to_json()),
        environment=Table(
            "",
            PAIR,
            tuple((Cell(words_of(key, one)), Cell(plain_text(v))) for key, v in environment.items()),
        ),
    )


def _net(anatomy: Anatomy | None) -> dict[str, Any]:
    if anatomy is None:
        return {"wide": None, "narrow": None, "paragraph": ""}
    wide, narrow = (picture(svg) for svg in (architecture_svg(anatomy), architecture_svg(anatomy, NARROW)))
    return {"wide": wide, "narrow": narrow, "paragraph": paragraph(anatomy)}


def _notes(run: Run, environment: Mapping[str, Any]) -> list[str]:
    ended = [f"The run is {run.status}{f': {run.reason}' if run.reason else ''}."] if run.status != "finished" else []
    one = one_of(run.recipe.data)
    chosen = [
        f"Its checkpoint was chosen on the test {one}s (validate_on_test), so its scores are too high for new {one}s."
    ]
    return [*ended, *(chosen if run.recipe.validate_on_test else []), *map(str, environment.get("data_notes") or ())]


def scores_of(run: Run) -> list[Fact]:
    """Return its accuracies and its time, those that there are."""
    made: list[Fact] = []
    if best := run.best():
        made.append(Fact("best validation accuracy", f"{best[1]:.4f}", f"in epoch {best[0]}"))
        made.append(Fact("last validation accuracy", f"{run.curve('val', 'accuracy')[-1][1]:.4f}"))
    if test := run.test():
        made.append(Fact("test accuracy", f"{test.accuracy:.4f}", f"on {counted(test.images, test.unit)}, once"))
    if seconds := run.seconds():
        made.append(Fact("time in updates", f"{seconds[-1][1]:,.0f} s"))
    return made


def curves_of(run: Run) -> list[Picture]:
    """Return accuracy and loss over the epochs as drawings, those that there are."""
    made: list[Picture] = []
    for metric, title in METRICS.items():
        series = [
            Series(name, (Line(tuple(float(x) for x, _ in points), tuple(y for _, y in points)),))
            for split, name in SPLITS.items()
            if (points := run.curve(split, metric))
        ]
        if series:
            made.append(picture(curves_svg(series, title=title, log=metric == "loss")))
    return made


def per_class_table(confused: Confusion) -> Table:
    """Return a row for each class: its images, those classified right, and their share; all of them in the last."""
    rows = [*confused.per_class(), ("all", confused.images, round(confused.accuracy * confused.images))]
    cells = tuple(
        (Cell(name), Cell(f"{images:,}"), Cell(f"{right:,}"), Cell(f"{right / images:.4f}" if images else "–"))
        for name, images, right in rows
    )
    return Table("", ("class", f"{confused.unit}s", "right", "accuracy"), cells)


def matrix_table(confused: Confusion) -> Table:
    """Return the confusion matrix with the classes' names: rows the true class, columns the answer."""
    rows = zip(confused.classes, confused.counts.tolist(), strict=True)
    return Table(
        "",
        ("", *confused.classes),
        tuple((Cell(name), *(Cell(f"{n:,}" if n else "·") for n in row)) for name, row in rows),
    )


def mistakes_table(confused: Confusion) -> Table:
    """Return the most frequent wrong answers: true class, answer, and how many images."""
    cells = tuple((Cell(true), Cell(said), Cell(f"{images:,}")) for true, said, images in confused.most_confused())
    return Table("", ("class", "taken for", f"{confused.unit}s"), cells)
