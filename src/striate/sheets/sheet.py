"""A sheet: questions in order, each with the parts of its answer, and the work that they rest on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from striate.base.catalog import unknown
from striate.base.errors import StudyError
from striate.sheets.parts import Derivation, Look, Part, Trial, needs
from striate.sheets.work import Work
from striate.studies.python_file import run_file


@dataclass(frozen=True)
class Question:
    """One question by its ``number`` on the sheet, in our own ``words``, and the parts of its answer, in order."""

    number: str
    words: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Sheet:
    """``title`` names the course and the homework. Raises StudyError where names are given twice, or mean nothing."""

    name: str
    title: str
    questions: tuple[Question, ...]
    works: tuple[Work, ...] = ()
    intro: str = ""

    def __post_init__(self) -> None:
        """Check that every number and name is there once, and that parts speak of what there is."""
        if not self.questions:
            raise StudyError(f'sheet "{self.name}" has no questions; give it at least one')
        parts = [part for question in self.questions for part in question.parts]
        made = [part.name for part in parts if isinstance(part, (Look, Trial))]
        named = {
            "question": [question.number for question in self.questions],
            "work, look or trial": [*(work.name for work in self.works), *made],
        }
        for what, names in named.items():
            if twice := [name for name, count in Counter(names).items() if count > 1]:
                raise StudyError(
                    f'sheet "{self.name}": {what} "{twice[0]}" is there twice; give each a name of its own'
                )
        known = [work.name for work in self.works]
        proofs = [part.proof for part in parts if isinstance(part, Derivation)]
        for question in self.questions:
            if not question.parts:
                raise StudyError(f'sheet "{self.name}", question {question.number}: it has no parts; give it an answer')
            for part in question.parts:
                # A look or a trial is made before what is said of it, so it can name works alone.
                every = known if isinstance(part, (Look, Trial)) else [*known, *made, *proofs]
                for name in needs(part):
                    if name not in every:
                        told = unknown("work", name, every)
                        raise StudyError(f'sheet "{self.name}", question {question.number}: {told}')

    def work(self, name: str) -> Work | None:
        """Return the work of that name; None where a look, a trial or a proof has it."""
        return next((work for work in self.works if work.name == name), None)

    def asked(self, number: str | None) -> tuple[Question, ...]:
        """Return the question ``number`` with those below it (4 has 4a, 4b; 2 has 2.1), or all; raises StudyError."""
        if number is None:
            return self.questions
        numbers = [question.number for question in self.questions]
        found = tuple(q for q in self.questions if q.number == number or _below(q.number, number))
        if not found:
            raise StudyError(f'sheet "{self.name}": {unknown("question", number, numbers)}')
        return found


def _below(number: str, above: str) -> bool:
    rest = number.removeprefix(above)
    return bool(above) and rest != number and not rest[0].isdigit()


def sheet_from_file(path: Path) -> Sheet:
    """Return the sheet of a teacher's own file; raises StudyError when it does not hold one.

    The file is Python and is run: open only what you trust.
    """
    module = run_file(path, "sheet", "sheets")
    found: object = getattr(module, "SHEET", None)
    if not isinstance(found, Sheet):
        raise StudyError(f'sheet file "{path}" needs SHEET = Sheet(...); from striate.sheets import Sheet, Question')
    return replace(found, works=tuple(_beside(path, work) for work in found.works))


def _beside(path: Path, work: Work) -> Work:
    """Return ``work`` with its study file so that it is found from any folder, where it lies beside the sheet file ``path``."""
    place = path.absolute().parent / work.study
    return replace(work, study=str(place)) if work.study.endswith(".py") and place.is_file() else work
