"""The largest rate at which an arm's net learns, seed by seed: which arms a claim asks it of, and what has been found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from striate.base.disk.sealed_json import Form, read_own
from striate.base.errors import StriateError, StudyError
from striate.studies.claims.larger import LARGEST_RATE, Larger
from striate.studies.layout import rate_file
from striate.studies.question import Study
from striate.training.recipe.recipe import Recipe, recipe_from_json


class RateForm(Form):
    """What is read of a rate file."""

    recipe: dict[str, Any]
    rate: float | None
    or_more: bool


def rated(study: Study) -> frozenset[str]:
    """Return the arms of which a claim asks the largest rate."""
    claims = [claim for claim in study.claims if isinstance(claim, Larger) and claim.metric == LARGEST_RATE]
    return frozenset(arm for claim in claims for arm in claim.arms)


def known_rate(path: Path, recipe: Recipe) -> dict[str, Any] | None:
    """Return what ``path`` holds for ``recipe``; None where there is none. Raises StudyError where it is damaged."""
    if not path.exists():
        return None
    todo = f'remove "{path}", and it is found again'
    found = read_own(path, RateForm, todo=todo, kind=StudyError)
    try:
        of = recipe_from_json(found["recipe"])
    except StriateError as error:
        raise StudyError(f'"{path}" is of a recipe that cannot be read ({error}); {todo}') from error
    if of != recipe:  # as recipes: one that an earlier version wrote lacks the fields that have come since
        raise StudyError(f'"{path}" is of another recipe; {todo}')
    return found


def rate_of(run: Path, recipe: Recipe) -> float | None:
    """Return the largest rate found with the recipe of the run in the folder ``run``; None where there is none."""
    found = known_rate(rate_file(run), recipe)
    return found["rate"] if found else None
