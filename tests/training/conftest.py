"""Tiny images and recipes on which a run takes a second."""

from __future__ import annotations

import numpy as np
import pytest

from striate.data import ImageSet, Split
from striate.training.recipe.recipe import Recipe


def _split(rng: np.random.Generator, count: int) -> Split:
    labels = np.arange(count, dtype=np.int64) % 3
    images = rng.integers(0, 120, size=(count, 8, 8, 2), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 3] += 100  # each class has its own bright rows
    return Split(images, labels)


@pytest.fixture(scope="session")
def tiny() -> ImageSet:
    """60 training, 12 validation and 18 test images of three classes, 8 x 8 pixels with two channels."""
    rng = np.random.default_rng(5)
    train, val, test = (_split(rng, count) for count in (60, 12, 18))
    return ImageSet("tiny", ("a", "b", "c"), train, val, test, fingerprint="0" * 64, origin="made here")


@pytest.fixture
def recipe() -> Recipe:
    """Everything random switched on: dropout, batch norm, all augmentations; three updates in an epoch, the last one short."""
    options = {"widths": [[4], [6]], "hidden": [8], "norm": "batch", "dropout": 0.3}
    return Recipe(net_options=options, flip=True, pad_crop=1, cutout=2, batch_size=25, epochs=3, lr=0.01, seed=3)
