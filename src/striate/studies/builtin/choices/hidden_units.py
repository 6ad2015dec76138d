"""How many hidden units? Chosen on the validation images, with the layers by hand.

EECS 498/598, Homework 1, 2019, questions 2 to 4: "identify an appropriate number of hidden units on the validation set".
Any net with a hidden layer can be asked: `--net logistic` or `--net svm` on a table of two classes.
"""

from __future__ import annotations

from striate.studies.grid import grid
from striate.studies.question import Search, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(engine="scratch", net="softmax", optimizer="adam", lr=1e-3, batch_size=100, epochs=40)
SEARCH = Search("hidden", low=4, high=1024, log=True, whole=True)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose number of hidden units the arms replace."""
    return grid("hidden-units", "How many hidden units?", base, SEARCH, (8, 16, 32, 64, 128, 256, 512))
