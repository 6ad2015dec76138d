"""Which filter size? Chosen on the validation images, with the convolution by hand.

EECS 498/598, Homework 1, 2019, question 5. The filters see no padding, so a size leaves H - size + 1 positions; it must be
even there for the 2 x 2 pool, which odd sizes are on images of even height and width.
"""

from __future__ import annotations

from striate.studies.grid import grid
from striate.studies.question import Search, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    engine="scratch",
    net="convnet",
    net_options={"filters": 16, "hidden": 64},
    optimizer="adam",
    lr=1e-3,
    batch_size=100,
    epochs=20,
)
SEARCH = Search("filter_size", low=1, high=7, whole=True, step=2)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose filter size the arms replace."""
    return grid("filter-size", "Which filter size?", base, SEARCH, (1, 3, 5, 7))
