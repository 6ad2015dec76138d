"""A sheet: questions in order, each with the parts of its answer, and the work that they rest on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast, get_args

from striate.base.catalog import unknown
from striate.base.disk.files import part_of_name
from striate.base.errors import StudyError, listed
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
        """Check that all is of its kind, that every number and name is there once, and that parts speak of what there is."""
        self._refuse_kinds()
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
            for part in question.parts:
                # A look or a trial is made before what is said of it, so it can name works alone.
                every = known if isinstance(part, (Look, Trial)) else [*known, *made, *proofs]
                if isinstance(part, (Look, Trial)) and (work := self.work(part.work)) is not None and work.study:
                    what = f'{type(part).__name__} "{part.name}" is asked of the study "{part.work}", and takes a run'
                    raise StudyError(f'sheet "{self.name}", question {question.number}: {what}')
                for name in needs(part):
                    if name not in every:
                        told = unknown("work", name, every)
                        raise StudyError(f'sheet "{self.name}", question {question.number}: {told}')

    def _refuse_kinds(self) -> None:
        """Raise StudyError for what is of another kind than its place takes, as a text in the place of a part."""
        if not _text(self.name) or part_of_name(self.name) != self.name:
            raise StudyError(
                f"sheet {self.name!r}: its document is named after it, so give it letters, digits and dashes"
            )
        if not self.questions:
            raise StudyError(f'sheet "{self.name}" has no questions; give it at least one')
        where = f'sheet "{self.name}"'
        _each(where, "questions", self.questions, Question)
        _each(where, "works", self.works, Work)
        for question in self.questions:
            if not _text(question.number) or not _text(question.words):
                raise StudyError(f"{where}, question {question.number!r}: its number and its words must be texts")
            place = f"{where}, question {question.number}"
            if not question.parts:
                raise StudyError(f"{place}: it has no parts; give it an answer")
            _each(place, "parts", question.parts, *get_args(Part))

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


def _text(given: object) -> bool:
    return isinstance(given, str)


def _each(where: str, what: str, given: object, *kinds: type) -> None:
    """Raise StudyError where ``given`` is not a tuple or list of these kinds."""
    names = [kind.__name__ for kind in kinds]
    if not isinstance(given, (tuple, list)):
        raise StudyError(f"{where}: its {what} must be a tuple; one alone takes a comma after it")
    for one in cast("tuple[object, ...]", given):
        if not isinstance(one, kinds):
            raise StudyError(f"{where}: {one!r} is among its {what}, which are of {listed(names, 'or')}")


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
