"""Exercises on the page: the list, the file to begin with, and the grade of a file that lies in the folder that is served.

To grade a file is to run it, in the bounded process that the command uses. A file that came through the page is not run: the
page has no way to bring code to this machine, and the person who may put a file into the folder can run it anyway. Where other
machines reach the page, nothing is graded at all.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from striate.app.options.flags import flag
from striate.app.options.repeating import path_word
from striate.app.serve.place import Place, files_below
from striate.base.errors import DataError, StorageError, printable

Query = Mapping[str, str]
ENDING = ".py"
ELSEWHERE = (
    "to grade a file is to run it, and this page is reached by other machines; grade it by the command, or serve the page to"
    " this machine alone"
)


class Exercises:
    """The exercises, and the files of ``place`` that may be graded where the page is ``local``, one at a time."""

    def __init__(self, place: Place, *, local: bool) -> None:
        self.place, self.local = place, local
        self._turn = threading.Lock()

    def listed(self, _query: Mapping[str, str] = {}) -> dict[str, Any]:
        """Return the exercises with their groups, and the Python files of the folder."""
        from striate.scratch.exercises.catalog import GROUPS, exercises

        rows = [{"name": one.name, "group": one.group, "topic": one.topic} for one in exercises()]
        files = files_below(self.place.top, (ENDING,)) if self.local else []
        return {"exercises": rows, "groups": GROUPS, "files": files, "why": "" if self.local else ELSEWHERE}

    def begun(self, query: Query) -> Response:
        """Return a file to begin with: of an exercise, of a group, or of all."""
        from striate.scratch.exercises.catalog import start_exercise

        name = query.get("name", "")
        text = start_exercise(name or None)
        headers = {"content-disposition": f'attachment; filename="{name or "exercises"}{ENDING}"'}
        return Response(text, media_type="text/x-python; charset=utf-8", headers=headers)

    def graded(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the grade of a file of the folder; raises DataError where it is not to be run, RunError where it is none."""
        from striate.scratch.exercises.grade import grade

        if not self.local:
            raise DataError(ELSEWHERE)
        name, only = str(given.get("file", "")), str(given.get("only") or "")
        path = self.place.file(name)
        if path.suffix != ENDING:
            raise DataError(f'"{printable(name)}" is not a Python file; choose one whose name ends in {ENDING}')
        if not self._turn.acquire(blocking=False):
            raise StorageError("another file is being graded; wait for it")
        try:
            done = grade(path, only or None)
        finally:
            self._turn.release()
        words = ["striate", "exercise", "grade", path_word(path), *([flag("only"), only] if only else [])]
        return {**done.to_json(), "file": name, "command": shlex.join(words)}
