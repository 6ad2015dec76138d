"""Ask a question and get its answer, with the report written: what `striate study` and `striate.study` both call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from striate.reports.study import write_study_report
from striate.studies.catalog import question
from striate.studies.execute import Beat, run_study
from striate.studies.judge import Answer
from striate.studies.question import Question, Study


@dataclass(frozen=True)
class Reported:
    """An answer, and the page that shows it."""

    answer: Answer
    report: Path


def study(
    asked: str | Study,
    out: str | Path | None = None,
    *,
    seeds: int | None = None,
    changes: Mapping[str, Any] | None = None,
    data_dir: Path | None = None,
    workers: int | None = None,
    beat: Beat | None = None,
) -> Reported:
    """Run a study to its verdicts and write its report; runs that ``out`` already holds are not repeated.

    ``asked`` is a builtin name, the path of a study file, or a `Study`. ``seeds`` is how many seeds each arm gets, from 0 on.
    ``changes`` replaces fields of the base recipe (data, epochs, lr, an option of the net ...). ``out`` defaults to
    runs/<study>-<data>. Raises StriateError, see `run_study`.
    """
    planned = plan(asked, seeds, changes or {})
    folder = default_folder(planned) if out is None else Path(out)
    try:
        answer = run_study(planned, folder, data_dir=data_dir, workers=workers, beat=beat)
    except KeyboardInterrupt:
        write_study_report(folder)  # of what has ended so far
        raise
    return Reported(answer, write_study_report(folder))


def plan(asked: str | Study, seeds: int | None, changes: Mapping[str, Any]) -> Study:
    """Return the study that will run, with its base recipe and its seeds settled."""
    if isinstance(asked, str):
        return question(asked).study(changes, seeds)
    own = Question(asked.name, asked.question, asked.base, lambda base: replace(asked, base=base))
    return own.study(changes, seeds)


def default_folder(planned: Study) -> Path:
    """Return where a study goes when no folder was named."""
    return Path("runs") / f"{planned.name}-{Path(planned.base.data).resolve().name}"
