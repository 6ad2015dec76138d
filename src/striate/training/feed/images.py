"""The images of a recipe: what it says of its data, in one place for all that train, test and look."""

from __future__ import annotations

from pathlib import Path

from striate.data import ImageSet, load
from striate.data.photos.resizing import Resizing
from striate.data.subset import of_classes
from striate.training.recipe.recipe import Recipe
from striate.training.recipe.starting import of_arm

Asked = tuple[str, int | None, bool, Resizing, str | None]


def asked(recipe: Recipe) -> Asked:
    """Return the fields of ``recipe`` that decide which images it has: equal for two recipes that share them.

    What start weights say of size and resizing counts, unless they are another arm's, which is of the same study; raises
    NetError or RunError where these cannot be had.
    """
    if recipe.start is not None and not of_arm(recipe.start):
        from striate.training.starting.source import settled  # loads PyTorch

        recipe = settled(recipe)
    return recipe.data, recipe.image_size, recipe.skip_damaged, recipe.resizing, recipe.classes


def images_of(recipe: Recipe, data_dir: str | Path | None = None, *, download: bool = True) -> ImageSet:
    """Return the images of ``recipe``; raises DataError as `striate.data.load` does."""
    data, image_size, skip_damaged, resizing, classes = asked(recipe)
    images = load(
        data,
        data_dir=data_dir,
        image_size=image_size,
        download=download,
        skip_damaged=skip_damaged,
        resizing=resizing,
    )
    return images if classes is None else of_classes(images, classes)
