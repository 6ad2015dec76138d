"""Which dropout rate? Chosen on the validation images, with the layers by hand.

EECS 498/598, Homework 1, 2019, question 5: the convolutional net with batch normalization and dropout. The rate is the
probability of dropping a unit, as everywhere in Striate; the course's p is that of keeping it.
"""

from __future__ import annotations

from striate.studies.grid import grid
from striate.studies.question import Search, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    engine="scratch",
    net="convnet",
    net_options={"filters": 16, "filter_size": 3, "hidden": 64, "batch_norm": True},
    optimizer="adam",
    lr=1e-3,
    batch_size=100,
    epochs=20,
)
SEARCH = Search("dropout", low=0.0, high=0.8)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose dropout rate the arms replace."""
    return grid("dropout-rate", "Which dropout rate?", base, SEARCH, (0.0, 0.1, 0.25, 0.5, 0.75))
