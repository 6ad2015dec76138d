"""The exercises from Python and for the command line: which there are, and a file to begin with; `grade` is below."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from striate.scratch.exercises.exercise import Exercise


def exercises(name: str | None = None) -> tuple[Exercise, ...]:
    """Return the exercises, or those of the group or the name ``name``; raises DataError for another name.

    print(*(exercise.name for exercise in st.exercises("csce636")))
    """
    from striate.scratch.exercises.catalog import chosen

    return tuple(chosen(name))


def start_exercise(name: str | None = None, out: str | Path | None = None) -> str:
    """Return a file to begin with, and write it to the new file ``out``: signatures, shapes and the formula to be found.

    ``name`` is an exercise or a group; all by default. Nothing in the file is solved. Raises DataError for another name, and
    StorageError where ``out`` is there already: it may hold one's work.
    """
    from striate.base.disk.outputs import MARK, write_output
    from striate.base.errors import StorageError, printable
    from striate.scratch.exercises.catalog import start_file

    text = start_file(name, MARK)
    if out is None:
        return text
    place = Path(out)
    if place.exists() and place.stat().st_size:
        raise StorageError(
            f"{printable(str(out))} is there already, and may hold your work; choose a new name with `out`"
        )
    write_output(place, text)
    return text
