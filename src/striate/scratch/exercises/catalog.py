"""The list of the exercises and their groups, and the file that a learner begins with."""

from __future__ import annotations

from functools import cache

from striate.base.catalog import unknown
from striate.base.errors import DataError
from striate.scratch.exercises import derivations, dropping, layers, losses, models, normalizing
from striate.scratch.exercises.exercise import Exercise

GROUPS = {
    "eecs498": "EECS 498/598 Deep Learning, Homework 1: layers, losses, update rules, Solver, models",
    "csce636": "CSCE 636 Deep Learning, Assignment 2: derivations whose answers are numbers",
}


@cache
def exercises() -> dict[str, Exercise]:
    """Return every exercise by its name, in the order in which they build on each other."""
    found = [room.exercises() for room in (layers, dropping, normalizing, losses, models, derivations)]
    return {exercise.name: exercise for room in found for exercise in room}


def chosen(name: str | None) -> list[Exercise]:
    """Return the exercises of a group, or one exercise under its own or a course's name; all where ``name`` is None.

    Raises DataError for another name.
    """
    known = exercises()
    found = [e for e in known.values() if name is None or name in (e.group, e.name, *e.aliases)]
    if not found:
        raise DataError(unknown("exercise", name or "", [*GROUPS, *known]))
    return found


def start_file(name: str | None, mark: str) -> str:
    """Return the file to begin with: a forward pass is never without its backward pass, since they share a cache."""
    picked = chosen(name)
    names = {e.name.replace("_backward", "_forward") for e in picked} | {e.name for e in picked}
    names |= {name.replace("_forward", "_backward") for name in names}
    code = [e.code for e in exercises().values() if e.name in names]
    head = f'"""Exercises of Striate ({name or "all"}).  {mark}\n\nGrade this file with:  striate exercise grade FILE\n"""\n\n'
    return head + "import numpy as np\n\n\n" + "\n\n".join(code)
