"""A study's charts and tables as files of their own: SVG and PDF, LaTeX and CSV.

svg, pdf   each panel, the intervals of each verdict, and the table of a search over two fields as a chart
tex        each table as a tabular that plain LaTeX sets, to be put into a document by \\input, and what to write in a paper
md, txt    what to write in a paper
csv        the same tables as numbers in full precision, and every curve, for programs
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from striate.base.disk.files import make_folder
from striate.base.disk.outputs import MARK, write_output
from striate.base.errors import StudyError
from striate.reports.kit.svg import Chart, file_of
from striate.reports.kit.table import Cell, Table
from striate.reports.proof.latex import escaped
from striate.reports.study.cards import intervals_of
from striate.reports.study.heat import heat_chart, heat_of, heat_table
from striate.reports.study.methods import methods_of
from striate.reports.study.page import panels
from striate.reports.study.records import StudyRecord, read_study
from striate.reports.study.tables import arms_table, changes_table

LEGEND = "% Of accuracies: mean +- standard deviation over the seeds, [95 % interval of the mean], (runs).\n"
MEASURES = ("final", "best", "test")
COMPARED = (
    "treatment",
    "control",
    "n_treatment",
    "n_control",
    "mean_treatment",
    "mean_control",
    "effect",
    "low",
    "high",
)
Rows = Sequence[Sequence[Any]]
PARAGRAPHS = ("tex", "md", "txt")


def paragraph(study: StudyRecord, to: str) -> bytes:
    """Return what to write of ``study`` in a paper, as one of `PARAGRAPHS`, with the mark of our own files."""
    made = methods_of(study)
    if to == "tex":
        return f"{made.latex()}\n% {MARK}\n".encode()
    return (f"{made.markdown()}\n\n<!-- {MARK} -->\n" if to == "md" else f"{made.text()}\n\n({MARK})\n").encode()


def write_files(folder: Path, to: str, out: Path) -> list[Path]:
    """Write the charts or tables of the study in ``folder`` into ``out``, by the names of what they show; return the paths.

    ``to`` is svg, pdf, tex, md, txt or csv. The same study gives the same bytes. Raises StudyError when the folder holds no
    study, or nothing in it can be shown yet, StorageError when a file cannot be written.
    """
    study = read_study(folder)
    if to in ("svg", "pdf"):
        drawn = charts(study)
        files = {name: file_of(chart.svg()).encode() if to == "svg" else chart.pdf() for name, chart in drawn.items()}
    elif to == "tex":
        files = {name: f"{LEGEND}{latex(table)}% {MARK}\n".encode() for name, table in tables(study).items()}
        files["methods"] = paragraph(study, to)
    elif to in PARAGRAPHS:
        files = {"methods": paragraph(study, to)}
    else:
        files = {name: sheet(rows).encode() for name, rows in numbers(study).items()}
    if not files:
        raise StudyError(f'the study in "{folder}" has nothing to draw yet; wait for its first epoch')
    make_folder(out)
    paths = [out / f"{name}.{to}" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        write_output(path, content, _head(content) if to == "csv" else MARK)
    return paths


def _head(content: bytes) -> str:
    """Return the first line of a table in CSV, by which it is known again."""
    return content.decode().partition("\n")[0]


def charts(study: StudyRecord) -> dict[str, Chart]:
    """Return every chart of the report but the figures of the nets, by its name as a file."""
    drawn = [(_slug(chart.label.partition(" by ")[0]), chart) for chart in panels(study)]
    for verdict in study.verdicts:
        if (chart := intervals_of(verdict)) is not None:
            drawn.append((f"intervals-{_slug(str(verdict.get('claim', '')))}", chart))
    if heat := heat_of(study):
        drawn.append(("combinations", heat_chart(heat)))
    found: dict[str, Chart] = {}
    for name, chart in drawn:  # names of claims may differ in what no file name keeps, as "b > a" and "b < a"
        other = next(one for number in count(1) if (one := f"{name}-{number}" if number > 1 else name) not in found)
        found[other] = chart
    return found


def tables(study: StudyRecord) -> dict[str, Table]:
    """Return the tables of the report: of the arms, of what they change, and of a search over two fields."""
    heat = heat_of(study)
    return {"arms": arms_table(study), "changes": changes_table(study)} | (
        {"combinations": heat_table(heat)} if heat else {}
    )


def numbers(study: StudyRecord) -> dict[str, Rows]:
    """Return the tables as numbers: scores of the arms, comparisons of the verdicts, runs, and all curves."""
    arms: list[Sequence[Any]] = [("arm", "measure", "n", "mean", "sd", "low", "high")]
    compared: list[Sequence[Any]] = [("claim", "answer", *COMPARED, "confidence")]
    runs: list[Sequence[Any]] = [("arm", "seed", "status", "epochs", "seconds")]
    curves: list[Sequence[Any]] = [("arm", "seed", "epoch", "split", "metric", "value")]
    for arm in study.arms:
        for measure in MEASURES:
            score: Mapping[str, Any] = study.scores.get(arm.name, {}).get(measure) or {}
            arms.append((arm.name, measure, *(score.get(key) for key in ("n", "mean", "sd", "low", "high"))))
        for run in arm.runs:
            runs.append((arm.name, run.seed, run.status, run.epoch, run.seconds))
            curves += [
                (arm.name, run.seed, epoch, split, metric, value)
                for (split, metric), points in run.curves.items()
                for epoch, value in points
            ]
    for verdict in study.verdicts:
        for entry in verdict.get("comparisons") or ():
            told = (entry.get(key) for key in (*COMPARED, "confidence"))
            compared.append((verdict.get("claim"), verdict.get("answer"), *told))
    return {"arms": arms, "comparisons": compared, "runs": runs, "curves": curves}


def sheet(rows: Rows) -> str:
    """Return ``rows`` as CSV (RFC 4180 with line feeds): numbers to the last digit, nothing for nothing."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([["" if v is None else v for v in row] for row in rows])
    return file.getvalue()


def latex(table: Table) -> str:
    """Return ``table`` as a tabular without any package; small print stands in brackets after its cell."""
    heads = table.columns if any(table.columns) else ()
    lines = [f"% {_plain(table.title)}"] if table.title else []
    lines += [f"\\begin{{tabular}}{{{'l' * len(table.columns)}}}", "\\hline"]
    lines += [_line(heads), "\\hline"] if heads else []
    lines += [_line(_said(cell) for cell in row) for row in table.rows]
    return "\n".join([*lines, "\\hline", "\\end{tabular}", ""])


def _said(cell: Cell) -> str:
    """Return a cell with its small print, in brackets unless it begins with its own."""
    if not cell.aside:
        return cell.text
    return f"{cell.text} {cell.aside if cell.aside.startswith(('[', '(')) else f'({cell.aside})'}"


def _line(cells: Iterable[str]) -> str:
    # A star at the head of a row would be read as one of the \\ before it.
    return " & ".join("{}" + escaped(text) if text[:1] == "*" else escaped(text) for text in cells) + r" \\"


def _plain(text: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() else " " for c in text)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "chart"
