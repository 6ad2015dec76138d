"""The questions of one course, in order, and the parts from which each is answered: what a sheet file holds.

A sheet is a Python file with ``SHEET = Sheet(...)``, builtin or a teacher's own; a question names its parts, and the parts
name runs, studies, proofs and probes. Nothing here trains: `striate.app.sheets` has the parts made, this package says what
they are, puts what came out into sentences, and writes the document.
"""

from striate.sheets.parts import (
    Beside,
    Checked,
    Code,
    Curves,
    Derivation,
    Figure,
    Forms,
    Look,
    Says,
    Scores,
    Text,
    Trained,
    Trial,
    Verdicts,
)
from striate.sheets.sheet import Question, Sheet
from striate.sheets.work import Work

__all__ = [
    "Beside",
    "Checked",
    "Code",
    "Curves",
    "Derivation",
    "Figure",
    "Forms",
    "Look",
    "Question",
    "Says",
    "Scores",
    "Sheet",
    "Text",
    "Trained",
    "Trial",
    "Verdicts",
    "Work",
]
