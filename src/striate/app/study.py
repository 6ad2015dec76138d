"""Ask a question and get its answer, with the report written: what `striate study` and `striate.study` both call."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.app.options.repeating import arms_and_claims, study_command
from striate.app.progress.trained import beaten
from striate.base.disk.files import part_of_name
from striate.base.disk.outputs import claim_folder
from striate.base.errors import StudyError, listed
from striate.base.inline import Inline
from striate.studies.catalog import question
from striate.studies.question import Question, Study
from striate.studies.wording import asked_question

if TYPE_CHECKING:
    from striate.studies.looks.plan import Until
    from striate.studies.running.execute import Beat, Warn
    from striate.studies.running.judge import Answer
    from striate.studies.running.search import Doing

TRIALS = 8


@dataclass(frozen=True)
class Reported(Inline):
    """An answer, and the page that shows it."""

    answer: Answer
    report: Path

    def _repr_html_(self) -> str:
        from striate.reports.notebook.shown import html

        return html(self.answer)


def study(
    asked: str | Path | Study,
    out: str | Path | None = None,
    *,
    seeds: int | Until | None = None,
    changes: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    workers: int | None = None,
    on: str | None = None,
    slurm: Sequence[str] = (),
    ray: Sequence[str] = (),
    beat: Beat | None = None,
    trials: int | None = None,
    warn: Warn = warnings.warn,
    redo_damaged: bool = False,
    log: str | Sequence[str] | None = None,
) -> Reported:
    """Run a study to its verdicts and write its report; runs that ``out`` already holds are not repeated.

    ``asked`` is a builtin name, the path of a study file, or a `Study`. ``seeds`` is how many seeds each arm gets, from 0 on,
    or ``Until(least, most)``: as many as it takes until its claims are decided.
    ``changes`` replaces fields of the base recipe (data, epochs, lr, an option of the net ...). ``out`` defaults to
    runs/<study>-<data>. ``trials`` has a sampler propose that many values where the study searches a range. ``warn`` is told
    what the runs warn of; with ``redo_damaged`` a damaged run is set aside and redone. ``on`` has the runs done elsewhere:
    "slurm", with the options ``slurm``, or "ray" or "ray://HOST:PORT", with what ``ray`` asks of a node for each, KEY=VALUE
    texts. ``log`` names who is told of each epoch, as for `striate.train`: each run of the study is one run there. Raises
    StriateError, see `run_study`.
    """
    from striate.reports.study.page import REPORT, write_study_report
    from striate.studies.running.execute import run_study
    from striate.studies.running.executor import placed
    from striate.studies.running.search import run_search
    from striate.training.loggers.catalog import TENSORBOARD

    planned = plan(asked, seeds, changes or {}, trials)
    folder = default_folder(planned) if out is None else Path(out)
    claim_folder(folder, REPORT)
    loggers = (TENSORBOARD,) if log is None else (log,) if isinstance(log, str) else tuple(log)
    if on is not None and on.startswith("ray"):
        _refuse_on_ray(planned, loggers)
    executor = placed(on, folder, slurm, ray, workers)
    try:
        run = run_search if planned.trials is not None else run_study
        how: Doing = {"data_dir": data_dir, "workers": workers, "on": executor, "warn": warn}
        how["redo_damaged"], how["log"] = redo_damaged, loggers
        with beaten(beat, planned.base.epochs) as seen:
            how["beat"] = seen
            answer = run(planned, folder, **how)
    except KeyboardInterrupt:
        write_study_report(folder, study_command)  # of what has ended so far
        raise
    return Reported(answer, write_study_report(folder, study_command))


def _refuse_on_ray(planned: Study, loggers: Sequence[str]) -> None:
    """Raise StudyError for what nodes that share no disk with this machine cannot do."""
    slurm = "leave `on` out, or use slurm, whose nodes share the disk"
    if any(planned.origins(arm) for arm in planned.arms):
        raise StudyError(
            "an arm of this study starts from the run of another, and a node of Ray does not see that run; " + slurm
        )
    if others := [name for name in loggers if name != "tensorboard"]:
        keep = "keeps" if len(others) == 1 else "keep"
        raise StudyError(f"what {listed(others)} {keep} of a run would stay on the node of Ray that does it; {slurm}")


def plan(
    asked: str | Path | Study | None,
    seeds: int | Until | None,
    changes: Mapping[str, Any],
    trials: int | None = None,
    arms: Sequence[str] = (),
    claims: Sequence[str] = (),
) -> Study:
    """Return the study that will run, with its base recipe, its seeds and its sampler settled.

    ``arms`` and ``claims`` are texts that `striate.studies.wording` reads: added to what is asked, or, with None, all of it.
    """
    if isinstance(asked, Study):
        own = Question(asked.name, asked.question, asked.base, lambda base: replace(asked, base=base))
        planned = own.study(changes, seeds)
        return planned if asked.trials is not None else _sampled(planned, trials)
    named = question(str(asked)) if asked is not None else None
    added = (
        asked_question(arms, claims, named, arms_and_claims(arms, claims)) if arms or claims or named is None else named
    )
    planned = added.study(changes, seeds)
    return _sampled(planned, trials)


def _sampled(planned: Study, trials: int | None) -> Study:
    if trials is None:
        return planned
    from striate.studies.looks.plan import Until
    from striate.studies.running.search import sampled  # which loads what runs a study

    if isinstance(planned.seeds, Until):
        raise StudyError(
            "seeds until decided need arms that are fixed beforehand; leave the sampler out, or give `seeds`"
        )
    return sampled(planned, trials)


def trials_of(sampler: str, trials: int | None) -> int | None:
    """Return how many values ``sampler`` ("grid" or "optuna") proposes, None for a grid; raises StudyError for both at once."""
    if sampler == "grid" and trials is not None:
        raise StudyError(f"trials is {trials}, and belongs to the sampler optuna; add `sampler=optuna`")
    return None if sampler == "grid" else trials or TRIALS


def default_folder(planned: Study) -> Path:
    """Return where a study goes when no folder was named."""
    sampler = "-optuna" if planned.trials is not None else ""
    name, data = part_of_name(planned.name), part_of_name(os.path.basename(os.path.abspath(planned.base.data)))
    return Path("runs") / f"{name}-{data}{sampler}"
