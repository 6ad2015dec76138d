"""Which hidden layer and which dropout rate, chosen together? On the validation images, with the layers by hand.

EECS 498/598, Homework 1, 2019, question 5, the net with batch normalization and dropout. A wider layer can bear a higher
rate, so the two are chosen together. The rate is the probability of dropping a unit; the course's p is that of keeping it.
"""

from __future__ import annotations

from striate.studies.grid import grid
from striate.studies.question import Search, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    engine="scratch",
    net="convnet",
    net_options={"filters": 16, "filter_size": 3, "batch_norm": True},
    optimizer="adam",
    lr=1e-3,
    batch_size=100,
    epochs=20,
)
SEARCH = (Search("hidden", low=32, high=512, log=True, whole=True), Search("dropout", low=0.0, high=0.8))


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose hidden units and dropout rate the arms replace."""
    question = "Which hidden layer and which dropout rate?"
    return grid("architecture-and-dropout-rate", question, base, SEARCH, ((32, 128, 512), (0.0, 0.25, 0.5)))
