"""EECS 498/598 Deep Learning, Homework 1, 2019: layers by hand, classifiers chosen on validation, VGG11, short answers.

Its questions lie in one module a topic, since one file would be too long, and what they rest on is trained as `works` says.
The same layers to be written by a learner are in `striate.scratch.exercises`.
"""

from __future__ import annotations

from striate.sheets.builtin.eecs498 import classifiers, deeper, layers
from striate.sheets.builtin.eecs498.works import WORKS
from striate.sheets.sheet import Sheet

SHEET = Sheet(
    name="eecs498",
    title="EECS 498/598 Deep Learning, Homework 1, 2019: answered",
    intro=(
        "The questions are those of the homework in other words. Questions 2 and 3 are asked of a file, "
        "data.pkl, that was handed "
        "out in the course; where it is not named, a generated table of the same shape takes its place, and "
        "its numbers are others."
    ),
    works=WORKS,
    questions=(*layers.QUESTIONS, *classifiers.QUESTIONS, *deeper.QUESTIONS),
)
