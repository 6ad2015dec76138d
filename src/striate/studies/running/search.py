"""Values of one field, or of several together, as arms: a grid fixed beforehand, or values that a sampler proposes.

    grid       every value of a list, or every combination of the values of several lists, all at once
    optuna     a tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011; Optuna's TPESampler, seed 0), which sees
               the mean best validation accuracy of what it proposed and never the test images

The proposals depend on the results alone, so a search that was stopped proposes the same values again, finds their runs
done, and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from striate.base.errors import StudyError
from striate.studies.grid import Point, Value, arm_name, with_values
from striate.studies.question import Search, Study
from striate.studies.running.ended import ended, outcomes_of
from striate.studies.running.execute import Beat, Warn, run_study
from striate.studies.running.executor import Executor
from striate.studies.running.judge import Answer

if TYPE_CHECKING:
    import optuna

MOST_TRIALS = 1000


def sampled(study: Study, trials: int) -> Study:
    """Return ``study`` with its grid replaced by ``trials`` values that a sampler will propose; see `run_search`.

    Raises StudyError when the study has no range to search, or fewer than two trials are asked for.
    """
    if not study.searches:
        raise StudyError(f'study "{study.name}" has no range to sample from; leave the sampler out')
    if not 2 <= trials <= MOST_TRIALS:
        raise StudyError(f"trials is {trials}, and must lie between 2 and {MOST_TRIALS}")
    searches = tuple(replace(one, trials=trials) for one in study.searches)
    first = _suggest(_asked(trials).ask(), searches)
    return with_values(replace(study, search=searches[0] if len(searches) == 1 else searches), [first])


class Doing(TypedDict, total=False):
    """How the runs of a study are done; `run_study` says what each is."""

    data_dir: str | Path | None
    workers: int | None
    on: Executor | None
    beat: Beat | None
    warn: Warn
    redo_damaged: bool
    log: tuple[str, ...]


def run_search(study: Study, out: str | Path, **how: Unpack[Doing]) -> Answer:
    """Do a study that `sampled` made: propose a value, train its runs, tell the sampler, and so on; then test the chosen.

    Raises what `run_study` raises, and StudyError when no run of a value ended or only one value was proposed.
    """
    assert study.trials is not None
    asked, points = _asked(study.trials), list[Point]()
    for _ in range(study.trials):
        trial = asked.ask()
        point = _suggest(trial, study.searches)
        points += [] if point in points else [point]
        name = arm_name(study.searches, point)
        grown = replace(with_values(study, points), tests="none")
        answer = run_study(grown, out, **how)
        runs, _ = outcomes_of(ended(answer.study, Path(out)))
        accuracies = [run.best_val for run in runs if run.arm == name]
        if not accuracies:
            why = next(iter(answer.failures.values()), "stopped")
            raise StudyError(f"no run of {name} has ended, so the sampler cannot go on: {why}")
        asked.tell(trial, fmean(accuracies))
    if len(points) < 2:
        alone = arm_name(study.searches, points[0])
        raise StudyError(f"in {study.trials} trials the sampler proposed {alone} alone; ask for more trials")
    return run_study(with_values(study, sorted(points, key=lambda point: _order(study.searches, point))), out, **how)


def _asked(trials: int) -> optuna.Study:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=0, n_startup_trials=max(2, trials // 2))
    return optuna.create_study(direction="maximize", sampler=sampler)


def _order(searches: Sequence[Search], point: Point) -> tuple[Any, ...]:
    return tuple(one.choices.index(value) if one.choices else value for one, value in zip(searches, point, strict=True))


def _suggest(trial: optuna.Trial, searches: Sequence[Search]) -> Point:
    return tuple(_suggest_one(trial, one) for one in searches)


def _suggest_one(trial: optuna.Trial, search: Search) -> Value:
    if search.choices:
        return trial.suggest_categorical(search.field, search.choices)
    if search.whole:
        step = 1 if search.step is None else int(search.step)
        return trial.suggest_int(search.field, int(search.low), int(search.high), step=step, log=search.log)
    return trial.suggest_float(search.field, search.low, search.high, step=search.step, log=search.log)
