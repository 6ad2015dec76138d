"""The treatments of training images that a recipe switches on, in their fixed order.

    flip, rotate, translate, pad_crop, jitter, cutout        each image by itself, uint8 in and out
    mixup or cutmix                                          images of a batch in pairs, and their labels

Each draws from a generator of its own, (seed, "augment", epoch, step, its number), so that one more treatment leaves the
draws of the others bit-identical.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import RecipeError, sentence
from striate.base.seeds import generator
from striate.data.augment.colour import jitter
from striate.data.augment.geometry import alternating, cutout, flip, mirror, pad_crop, translate
from striate.data.augment.mixing import Mix, draw
from striate.data.augment.rotation import rotate
from striate.data.imageset import Images
from striate.training.recipe.recipe import Recipe

# The place in this list is the number of the stream: add at the end.
NAMES = ("flip", "rotate", "translate", "pad_crop", "jitter", "cutout", "mixup", "cutmix")


def treatments(recipe: Recipe) -> tuple[str, ...]:
    """Return the names of the treatments that are on."""
    return tuple(name for name in NAMES if getattr(recipe, name))


def untreated(recipe: Recipe) -> Recipe:
    """Return ``recipe`` with every treatment switched off."""
    return recipe.change(**dict.fromkeys(NAMES[1:], 0), flip=False, flip_mode="random", pad_mode="zero")


def check(recipe: Recipe, image_shape: tuple[int, int, int], tabular: bool) -> None:
    """Raise RecipeError naming what ``recipe`` asks for and images of (H, W, C), or features of a table, do not allow."""
    height, width, _ = image_shape
    faults: list[str] = []
    if tabular:
        asked = [name for name in treatments(recipe) if name != "mixup"]
        asked += [name for name in ("test_flips", "permute_pixels") if getattr(recipe, name)]
        asked += ["standardize image"] if recipe.standardize == "image" else []
        if asked:
            faults.append(
                f"{', '.join(asked)}: these are for images, and the data are a table of features; leave them out"
            )
    else:
        # One more, and nothing of an image need be left.
        shift, square = min(height, width) - 1, max(height, width) - 1
        faults += [
            f"{name} is {getattr(recipe, name)}, and images of {height} x {width} allow at most {most}"
            for name, most in (("pad_crop", shift), ("translate", shift), ("cutout", square))
            if getattr(recipe, name) > most
        ]
    if faults:
        raise RecipeError(f"the recipe does not go with the data: {sentence(faults)}")


def first_flips(recipe: Recipe, images: int) -> NDArray[np.bool_]:
    """Return which of the training images, bool (images,), alternating flips mirror in epoch 1: a draw for each image."""
    return generator(recipe.seed, "augment", 0).random(images) < 0.5


def treat(images: Images, recipe: Recipe, first: NDArray[np.bool_], epoch: int, step: int) -> Images:
    """Return uint8 images (N, H, W, C) of one batch as ``recipe`` treats them; ``first`` bool (N,) is from `first_flips`."""
    for name in treatments(recipe):
        rng = _generator(recipe, name, epoch, step)
        match name:
            case "flip" if recipe.flip_mode == "alternating":
                images = mirror(images, alternating(first, epoch))
            case "flip":
                images = flip(images, rng)
            case "rotate":
                images = rotate(images, recipe.rotate, rng)
            case "translate":
                images = translate(images, recipe.translate, rng)
            case "pad_crop":
                images = pad_crop(images, recipe.pad_crop, rng, recipe.pad_mode)
            case "jitter":
                images = jitter(images, recipe.jitter, rng)
            case "cutout":
                images = cutout(images, recipe.cutout, rng)
            case _:
                pass  # pairs are mixed after this, see `mix_of`
    return images


def mix_of(recipe: Recipe, count: int, size: tuple[int, int], epoch: int, step: int) -> Mix | None:
    """Return how the ``count`` images of ``size`` (H, W) of a batch are mixed; None where neither mixup nor cutmix is on."""
    if not (recipe.mixup or recipe.cutmix):
        return None
    return draw(count, size, recipe.mixup, recipe.cutmix, _generator(recipe, "mixup", epoch, step))


def _generator(recipe: Recipe, name: str, epoch: int, step: int) -> np.random.Generator:
    return generator(recipe.seed, "augment", epoch, step, NAMES.index(name))
