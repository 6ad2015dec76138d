"""The only place where the name of a study becomes a question."""

from __future__ import annotations

from pathlib import Path

from striate.base.errors import StudyError, nearest
from striate.studies.builtin import batchnorm
from striate.studies.question import Question, question_from_file

BUILTIN: dict[str, Question] = {
    module.__name__.rpartition(".")[2]: Question(
        module.__name__.rpartition(".")[2], (module.__doc__ or "").partition("\n")[0], module.BASE, module.study
    )
    for module in (batchnorm,)
}


def question(name: str) -> Question:
    """Return the builtin question ``name``, or the one in the study file of that path; raises StudyError."""
    if name in BUILTIN:
        return BUILTIN[name]
    if name.endswith(".py") or "/" in name:
        return question_from_file(Path(name))
    raise StudyError(
        f'study "{name}" is unknown{nearest(name, BUILTIN)}; accepted are {", ".join(BUILTIN)}, or the path of a study file'
    )
