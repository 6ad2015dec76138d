"""The list of the exercises and their groups, and the file that a learner begins with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from striate.base.catalog import Catalog, unknown
from striate.base.disk.outputs import MARK, write_output
from striate.base.errors import DataError, StorageError, printable
from striate.scratch.exercises.exercise import Exercise
from striate.scratch.exercises.tasks import (
    batch_norm,
    derivations,
    dropout,
    layers,
    losses,
    models,
    solver,
    update_rules,
)

GROUPS = {
    "eecs498": "EECS 498/598 Deep Learning, Homework 1: layers, losses, update rules, Solver, models",
    "csce636": "CSCE 636 Deep Learning, Assignment 2: derivations whose answers are numbers",
}


@cache
def known() -> Catalog[Exercise]:
    """Return every exercise by its name, in the order in which they build on each other."""
    rooms = (layers, dropout, batch_norm, losses, update_rules, models, solver, derivations)
    return Catalog("exercise", DataError, (exercise for room in rooms for exercise in room.exercises()))


def exercises(name: str | None = None) -> tuple[Exercise, ...]:
    """Return the exercises of a group, or one exercise under its own or a course's name; all where ``name`` is None.

    Raises DataError for another name.
    """
    found = tuple(e for e in known().values() if name is None or name in (e.group, e.name, *e.aliases))
    if not found:
        raise DataError(unknown("exercise", name or "", [*GROUPS, *known()]))
    return found


def start_exercise(name: str | None = None, out: str | Path | None = None) -> str:
    """Return a file to begin with, and write it to the new file ``out``: signatures, shapes and the formula to be found.

    ``name`` is a group or an exercise; all by default. Nothing in the file is solved, and a forward pass is never without its
    backward pass, since they share a cache. Raises DataError for another name, and StorageError where ``out`` is there
    already: it may hold one's work.
    """
    picked = exercises(name)
    names = {e.name.replace("_backward", "_forward") for e in picked} | {e.name for e in picked}
    names |= {name.replace("_forward", "_backward") for name in names}
    code = [e.code for e in known().values() if e.name in names]
    head = f'"""Exercises of Striate ({name or "all"}).  {MARK}\n\nGrade this file with:  striate exercise grade FILE\n"""\n\n'
    text = head + "import numpy as np\n\n\n" + "\n\n".join(code)
    if out is not None:
        place = Path(out)
        if place.exists() and place.stat().st_size:
            raise StorageError(
                f"{printable(str(out))} is there already, and may hold your work; choose a new name with `out`"
            )
        write_output(place, text)
    return text
