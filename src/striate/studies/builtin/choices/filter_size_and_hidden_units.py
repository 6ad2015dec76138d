"""Which filter size and how many hidden units, chosen together? On the validation images, with the layers by hand.

EECS 498/598, Homework 1, 2019, question 5: convolution, ReLU, max pooling, a hidden layer and the scores. Both sizes set
how much the net can learn, so the best of one may depend on the other: every combination is an arm.
"""

from __future__ import annotations

from striate.studies.grid import grid
from striate.studies.question import Search, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    engine="scratch", net="convnet", net_options={"filters": 16}, optimizer="adam", lr=1e-3, batch_size=100, epochs=20
)
SEARCH = (
    Search("filter_size", low=3, high=7, whole=True, step=2),
    Search("hidden", low=16, high=256, log=True, whole=True),
)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose filter size and hidden units the arms replace."""
    question = "Which filter size and how many hidden units?"
    return grid("filter-size-and-hidden-units", question, base, SEARCH, ((3, 5, 7), (16, 64, 256)))
