"""Values of one field as arms: a grid fixed beforehand, or values that a sampler proposes one after another.

    grid       every value of a list, all at once
    optuna     a tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011; Optuna's TPESampler, seed 0), which sees
               the mean best validation accuracy of what it proposed and never the test images

The proposals depend on the results alone, so a search that was stopped proposes the same values again, finds their runs
done, and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING, Any

from striate.base.errors import StudyError
from striate.studies.choice import Choice
from striate.studies.outcome import Outcome
from striate.studies.question import Arm, Search, Study
from striate.training.recipe import Recipe

if TYPE_CHECKING:
    import optuna

Value = float | int


def grid(name: str, question: str, base: Recipe, search: Search, values: Sequence[Value]) -> Study:
    """Return the study that chooses among ``values`` of one field, and tests what was chosen."""
    return with_values(
        Study(name, question, base, _arms(search, values), (), (0, 1, 2), tests="chosen", search=search), values
    )


def with_values(study: Study, values: Sequence[Value]) -> Study:
    """Return ``study`` with these values of its field as arms, and as candidates of its choice."""
    assert study.search is not None
    arms = _arms(study.search, values)
    statement = f"One {_words(study.search.field)} is best on the validation images"
    claims = (Choice("choice", statement, tuple(arm.name for arm in arms)),) if len(arms) > 1 else ()
    return replace(study, arms=arms, claims=claims)


def proposals(study: Study, trials: int, outcomes: Callable[[Study], Sequence[Outcome]]) -> Study:
    """Return ``study`` with ``trials`` values that the sampler proposed.

    ``outcomes`` trains the arms of the study that it is given, where that is not done yet, and returns their runs. Raises
    StudyError when the study has no range to search, or fewer than two trials are asked for.
    """
    import optuna

    if study.search is None:
        raise StudyError(f'study "{study.name}" has no range to sample from; leave out the sampler')
    if trials < 2:
        raise StudyError(f"{trials} trial leaves nothing to choose from; ask for two or more")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=0, n_startup_trials=max(2, trials // 2))
    asked = optuna.create_study(direction="maximize", sampler=sampler)
    values: list[Value] = []
    for _ in range(trials):
        trial = asked.ask()
        value = _suggest(trial, study.search)
        values += [value] if value not in values else []
        grown = with_values(study, values)
        runs = [run for run in outcomes(grown) if run.arm == arm_name(study.search, value)]
        if not runs:
            raise StudyError(
                f"no run of {arm_name(study.search, value)} has ended, so the sampler cannot go on; see above"
            )
        asked.tell(trial, fmean(run.best_val for run in runs))
    return with_values(study, sorted(values))


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
