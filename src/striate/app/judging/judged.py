"""From Python: verdicts on runs that were trained elsewhere; what `striate judge` calls too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from striate.app.options.flags import FLAGS
from striate.base.disk.outputs import claim as claim_file
from striate.base.disk.outputs import write_output
from striate.base.errors import StudyError, printable
from striate.studies.judged.columns import Columns
from striate.studies.judged.judging import Judged, Split, judge_log

__all__ = ["Judged", "judge"]

ENDINGS = ("", ".html", ".htm", ".tex", ".md", ".txt")  # of what verdicts are written to


def judge(
    table: Any,
    claims: str | Sequence[str],
    *,
    value: str | None = None,
    arm: str | None = None,
    seed: str | None = None,
    step: str | None = None,
    names: str | None = None,
    where: Sequence[str] = (),
    at: float | str | None = None,
    failed_as: float | None = None,
    split: Split | None = None,
    lower: bool = False,
    out: str | Path | None = None,
) -> Judged:
    """Judge ``claims`` about runs that another program trained, as a study's are judged.

    ``table`` is a path (CSV, Parquet, JSON lines, TensorBoard, MLflow, Trackio, W&B, Lightning's CSVLogger), a frame of pandas
    or Polars, an Arrow table, columns by name, or a list of rows. ``claims`` are texts: "b > a by 0.005", "b < a by 0.1 in
    loss", "b sooner than a by 2". ``arm``, ``seed``, ``value`` and ``step`` name columns; in the log of a program that has
    runs, arm and seed are read from the names of the runs where neither is given, by the pattern ``names`` if there is one.
    ``where`` keeps rows, as "column=value". ``at`` is the step whose value counts, or "last" for the last one of each run.
    ``failed_as`` is what a run counts with that ends in no finite number; ``split`` is "test", "validation" or "training";
    ``lower`` says that what a claim "sooner than" times falls. The page is written to ``out``, or the paragraph for a paper
    where that ends in .tex, .md or .txt. Raises StriateError, in one sentence, for whatever would make an answer untrue.
    """
    path = Path(out) if out is not None else None
    if path is not None:
        if path.suffix.lower() not in ENDINGS:
            raise StudyError(
                f"`out` is {printable(str(path))}, and no verdict is written as {printable(path.suffix)}; accepted are .html"
                " for the page and .tex, .md or .txt for the paragraph for a paper"
            )
        claim_file(path)
    # A frame may have numbers as names.
    arm, seed, value, step = (None if name is None else str(name) for name in (arm, seed, value, step))
    columns = Columns(arm, seed, value, step, names, where if isinstance(where, str) else tuple(where), at, failed_as)
    judged = judge_log(table, claims or (), columns, split, lower=lower)
    if path is not None:
        from striate.reports.study.files import PARAGRAPHS, paragraph
        from striate.reports.study.judged import judged_page, record

        if (to := path.suffix.lower().removeprefix(".")) in PARAGRAPHS:
            write_output(path, paragraph(record(judged), to))
        else:
            write_output(path, judged_page(judged, repeat(judged.name, claims, columns, split, path.name)))
    return judged


def repeat(
    table: str, claims: str | Sequence[str], columns: Columns, split: Split | None = None, out: str | None = None
) -> str:
    """Return the command that judges again."""
    import shlex

    given = {
        FLAGS["arm"]: columns.arm,
        FLAGS["seed"]: columns.seed,
        FLAGS["value"]: columns.value,
        FLAGS["step"]: columns.step,
        FLAGS["names"]: columns.names,
        FLAGS["at"]: columns.at,
        FLAGS["failed_as"]: columns.failed_as,
        FLAGS["split"]: split,
        FLAGS["out"]: out,
    }
    words = ["striate", "judge", table]
    words += [word for flag, value in given.items() if value is not None for word in (flag, str(value))]
    words += [word for condition in columns.where for word in (FLAGS["where"], condition)]
    texts = [claims] if isinstance(claims, str) else claims
    return shlex.join([*words, *(word for text in texts for word in (FLAGS["claim"], text))])
