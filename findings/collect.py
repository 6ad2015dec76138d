"""From a study folder, which is large, to a finding, which is small enough to keep: numbers, and pictures made from them.

    python findings/collect.py STUDY_FOLDER FINDING_FOLDER

writes study.json, verdict.json, environment.json, history.csv (arm, seed, step, epoch, split, metric, value), timing.csv,
one curve a metric and the figure of each net as SVG, and table.md.
"""

from __future__ import annotations

import csv
import io
import shutil
import sys
from pathlib import Path

from striate.base.disk.files import read_json, write_json, write_text
from striate.nets.measure.anatomy import anatomy_from_json
from striate.reports.kit.charts import Line, Series, curves_svg
from striate.reports.net.figure import architecture_svg
from striate.reports.study.records import StudyRecord, read_study
from striate.studies.layout import run_folder
from striate.training.folder.run import open_run

CURVES = {"accuracy": ("val", "accuracy", "Validation accuracy"), "loss": ("train", "loss", "Training loss")}


def main(source: Path, target: Path) -> None:
    """Collect one finding."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ("study.json", "verdict.json"):
        shutil.copyfile(source / name, target / name)
    study = read_study(source)
    slugs = [arm["slug"] for arm in read_json(source / "study.json")["arms"]]
    write_tables(source, target, slugs, study)
    for name in CURVES:
        write_text(target / f"{name}.svg", curve(study, name))
    for arm in study.arms:
        for run in arm.runs[:1]:
            net = anatomy_from_json(dict(run.anatomy))
            suffix = "-batch-norm" if any(layer.kind == "batch norm" for layer in net.layers) else ""
            write_text(target / f"net{suffix}.svg", architecture_svg(net))
    write_json(target / "environment.json", dict(study.runs[0].environment))


def curve(study: StudyRecord, name: str) -> str:
    """Return the curve ``name`` of all arms as the text of an SVG file."""
    split, metric, title = CURVES[name]
    series: list[Series] = []
    for arm in study.arms:
        curves = [points for run in arm.runs if (points := run.curves.get((split, metric)))]
        lines = [Line(tuple(x for x, _ in points), tuple(y for _, y in points)) for points in curves]
        series.append(Series(arm.name, tuple(lines)))
    return standalone(curves_svg(series, title=title, log=metric == "loss", width=640))


def write_tables(source: Path, target: Path, slugs: list[str], study: StudyRecord) -> None:
    """Write the histories and timings of all runs as one table each, and the scores as table.md."""
    history, timing = io.StringIO(), io.StringIO()
    csv.writer(history).writerow(["arm", "seed", "step", "epoch", "split", "metric", "value"])
    csv.writer(timing).writerow(["arm", "seed", "epoch", "seconds"])
    rows = [
        "| arm | seed | ended | final validation | best validation | test | updates took |",
        "|---|---|---|---|---|---|---|",
    ]
    for arm, slug in zip(study.arms, slugs, strict=True):
        for record in arm.runs:
            run = open_run(run_folder(source, slug, record.seed))
            for row in run.history():
                csv.writer(history).writerow(
                    [arm.name, record.seed, row.step, row.epoch, row.split, row.metric, repr(row.value)]
                )
            for epoch, seconds in run.seconds():
                csv.writer(timing).writerow([arm.name, record.seed, epoch, f"{seconds:.1f}"])
            accuracies = [value for _, value in run.curve("val", "accuracy")]
            tested = run.test()
            rows.append(
                f"| {arm.name} | {record.seed} | {run.status} | {accuracies[-1]:.4f} | {max(accuracies):.4f} | "
                f"{tested.accuracy if tested else float('nan'):.4f} | {run.seconds()[-1][1] / 60:.0f} min |"
            )
    write_text(target / "history.csv", history.getvalue())
    write_text(target / "timing.csv", timing.getvalue())
    write_text(target / "table.md", "\n".join(rows) + "\n")


def standalone(svg: str) -> str:
    """Return an inline SVG as a file of its own: with its name space, and ink that reads on light and on dark."""
    style = "<style>svg{color:#222}@media(prefers-color-scheme:dark){svg{color:#ddd}}</style>"
    head, rest = svg.split(">", 1)
    space = "" if "xmlns=" in head else ' xmlns="http://www.w3.org/2000/svg"'
    return f"{head}{space}>{style}{rest}\n"


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
