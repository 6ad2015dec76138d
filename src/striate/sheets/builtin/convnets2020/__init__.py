"""Homework 2, Convolutional Networks, October 2020: locality, training, batch norm, residuals, saliency, localisation.

Its questions lie in one module a topic, since one file would be too long, and what they rest on is trained as `works` says.
What two courses share belongs in `striate.sheets.answers`.
"""

from __future__ import annotations

from striate.sheets.builtin.convnets2020 import looking, signals, training
from striate.sheets.builtin.convnets2020.works import WORKS
from striate.sheets.sheet import Sheet

SHEET = Sheet(
    name="convnets2020",
    title="Homework 2, Convolutional Networks, October 2020: answered",
    intro="The questions are those of the homework in other words.",
    works=WORKS,
    questions=(*signals.QUESTIONS, *training.QUESTIONS, *looking.QUESTIONS),
)
