"""The images of a recipe: what it says of its data, in one place for all that train, test and look."""

from __future__ import annotations

from pathlib import Path

from striate.data import ImageSet, load
from striate.data.photos.resizing import Resizing
from striate.training.recipe.recipe import Recipe

Asked = tuple[str, int | None, bool, Resizing]


def asked(recipe: Recipe) -> Asked:
    """Return the fields of ``recipe`` that decide which images it has: equal for two recipes that share them.

    What start weights say of size and resizing counts; raises NetError or RunError where these cannot be had.
    """
    if recipe.start is not None:
        from striate.training.starting.source import settled  # loads PyTorch

        recipe = settled(recipe)
    return recipe.data, recipe.image_size, recipe.skip_damaged, recipe.resizing


def images_of(recipe: Recipe, data_dir: str | Path | None = None, *, download: bool = True) -> ImageSet:
    """Return the images of ``recipe``; raises DataError as `striate.data.load` does."""
    data, image_size, skip_damaged, resizing = asked(recipe)
    return load(
        data,
        data_dir=data_dir,
        image_size=image_size,
        download=download,
        skip_damaged=skip_damaged,
        resizing=resizing,
    )
