"""Values of one field as arms: a grid fixed beforehand, or values that a sampler proposes one after another.

    grid       every value of a list, all at once
    optuna     a tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011; Optuna's TPESampler, seed 0), which sees
               the mean best validation accuracy of what it proposed and never the test images

The proposals depend on the results alone, so a search that was stopped proposes the same values again, finds their runs
done, and goes on.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from striate.base.errors import StudyError
from striate.studies.choice import Choice
from striate.studies.execute import Beat, Warn, run_study
from striate.studies.judge import Answer, ended, outcomes_of
from striate.studies.question import Arm, Search, Study
from striate.training.recipe import Recipe

if TYPE_CHECKING:
    import optuna

Value = float | int
MOST_TRIALS = 1000


def grid(name: str, question: str, base: Recipe, search: Search, values: Sequence[Value]) -> Study:
    """Return the study that chooses among ``values`` of one field, and tests what was chosen."""
    return with_values(
        Study(name, question, base, _arms(search, values), (), (0, 1, 2), tests="chosen", search=search), values
    )


def with_values(study: Study, values: Sequence[Value]) -> Study:
    """Return ``study`` with these values of its field as arms, and as candidates of its choice."""
    assert study.search is not None
    arms = _arms(study.search, values)
    statement = f"One value of {_words(study.search.field)} is best on the validation images"
    claims = (Choice("choice", statement, tuple(arm.name for arm in arms)),) if len(arms) > 1 else ()
    return replace(study, arms=arms, claims=claims)


def sampled(study: Study, trials: int) -> Study:
    """Return ``study`` with its grid replaced by ``trials`` values that a sampler will propose; see `run_search`.

    Raises StudyError when the study has no range to search, or fewer than two trials are asked for.
    """
    if study.search is None:
        raise StudyError(f'study "{study.name}" has no range to sample from; leave the sampler out')
    if not 2 <= trials <= MOST_TRIALS:
        raise StudyError(f"trials is {trials}, and must lie between 2 and {MOST_TRIALS}")
    search = replace(study.search, trials=trials)
    first = _suggest(_asked(search).ask(), search)
    return with_values(replace(study, search=search), [first])


def run_search(
    study: Study,
    out: str | Path,
    *,
    data_dir: str | Path | None = None,
    workers: int | None = None,
    beat: Beat | None = None,
    warn: Warn = warnings.warn,
    redo_damaged: bool = False,
) -> Answer:
    """Do a study that `sampled` made: propose a value, train its runs, tell the sampler, and so on; then test the chosen.

    Raises what `run_study` raises, and StudyError when no run of a value ended or only one value was proposed.
    """
    assert study.search is not None
    assert study.search.trials is not None
    how: dict[str, Any] = {"data_dir": data_dir, "workers": workers, "beat": beat, "warn": warn}
    how["redo_damaged"] = redo_damaged
    asked, values = _asked(study.search), list[Value]()
    for _ in range(study.search.trials):
        trial = asked.ask()
        value = _suggest(trial, study.search)
        values += [] if value in values else [value]
        grown = replace(with_values(study, values), tests="none")
        answer = run_study(grown, out, **how)
        runs, _ = outcomes_of(ended(answer.study, Path(out)))
        accuracies = [run.best_val for run in runs if run.arm == arm_name(study.search, value)]
        if not accuracies:
            why = next(iter(answer.failures.values()), "stopped")
            raise StudyError(f"no run of {arm_name(study.search, value)} has ended, so the sampler cannot go on: {why}")
        asked.tell(trial, fmean(accuracies))
    if len(values) < 2:
        raise StudyError(
            f"in {study.search.trials} trials the sampler proposed {values[0]:g} alone; ask for more trials"
        )
    return run_study(with_values(study, sorted(values)), out, **how)


def _asked(search: Search) -> optuna.Study:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=0, n_startup_trials=max(2, (search.trials or 2) // 2))
    return optuna.create_study(direction="maximize", sampler=sampler)


def arm_name(search: Search, value: Value) -> str:
    """Return the name of the arm with this value."""
    return f"{_words(search.field)} {value:g}"


def _arms(search: Search, values: Sequence[Value]) -> tuple[Arm, ...]:
    return tuple(Arm(arm_name(search, value), {search.field: value}) for value in values)


def _words(field: str) -> str:
    return field.replace("_", " ")


def _suggest(trial: optuna.Trial, search: Search) -> Any:
    if search.whole:
        step = 1 if search.step is None else int(search.step)
        return trial.suggest_int(search.field, int(search.low), int(search.high), step=step, log=search.log)
    return trial.suggest_float(search.field, search.low, search.high, step=search.step, log=search.log)
