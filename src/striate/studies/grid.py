"""Values of one field, or of several together, as the arms of a study that chooses one of them.

A grid is fixed beforehand: every value of a list, or every combination of the values of several lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from striate.base.errors import StudyError, listed
from striate.studies.claims.choice import Choice
from striate.studies.question import Arm, Search, Study
from striate.training.recipe.recipe import Recipe

Value = Any
Point = tuple[Value, ...]
"""One value for each field that is searched."""


def grid(name: str, question: str, base: Recipe, search: Search | tuple[Search, ...], values: Sequence[Value]) -> Study:
    """Return the study that chooses among ``values`` of one field, and tests what was chosen.

    For several fields, ``values`` holds a list for each, and every combination is an arm. Raises StudyError where their
    numbers differ.
    """
    several = isinstance(search, tuple)
    if several and len(search) != len(values):
        raise StudyError(f'study "{name}" searches {len(search)} fields and has values for {len(values)}')
    points = list(product(*values)) if several else [(value,) for value in values]
    arms = _arms(search if several else (search,), points)
    return with_values(Study(name, question, base, arms, (), (0, 1, 2), tests="chosen", search=search), points)


def with_values(study: Study, points: Sequence[Point]) -> Study:
    """Return ``study`` with these values of its fields as arms, and as candidates of its choice."""
    arms = _arms(study.searches, points)
    fields = listed([words_of(one.field) for one in study.searches])
    statement = (
        f"One {'value' if len(study.searches) == 1 else 'combination'} of {fields} is best on the validation images"
    )
    claims = (Choice("choice", statement, tuple(arm.name for arm in arms)),) if len(arms) > 1 else ()
    return replace(study, arms=arms, claims=claims)


def arm_name(searches: Sequence[Search], point: Point) -> str:
    """Return the name of the arm with these values."""
    return ", ".join(f"{words_of(one.field)} {_told(value)}" for one, value in zip(searches, point, strict=True))


def words_of(field: str) -> str:
    """Return the name of a field as words."""
    return field.replace("_", " ")


def _told(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _arms(searches: Sequence[Search], points: Sequence[Point]) -> tuple[Arm, ...]:
    fields = [one.field for one in searches]
    return tuple(Arm(arm_name(searches, point), dict(zip(fields, point, strict=True))) for point in points)
