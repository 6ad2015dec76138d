"""Batches: each image once an epoch, normalized as stated, channels last, a function of (seed, epoch, step)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from striate.base.errors import DataError
from striate.data import ImageSet
from striate.training.feed.batches import Feed, in_order, split
from striate.training.recipe.recipe import Recipe

CPU = torch.device("cpu")


def test_an_epoch_holds_every_image_once_in_an_order_of_its_own(tiny: ImageSet) -> None:
    recipe = Recipe(batch_size=25)
    feed = Feed(split(tiny, recipe), recipe, CPU)
    assert (feed.steps, feed.images) == (3, 60)
    sums = [[feed.batch(epoch, step)[0].sum(dim=(1, 2, 3)) for step in range(3)] for epoch in (1, 2)]
    first, second = (torch.cat(epoch) for epoch in sums)
    assert not torch.equal(first, second)
    assert torch.allclose(first.sort().values, second.sort().values)
    everything = torch.cat(
        [b.sum(dim=(1, 2, 3)) for b, _ in in_order(tiny.train, split(tiny, recipe).normalization, CPU)]
    )
    assert torch.allclose(first.sort().values, everything.sort().values)


def test_a_batch_is_the_same_whenever_it_is_asked_for(tiny: ImageSet, recipe: Recipe) -> None:
    feed = Feed(split(tiny, recipe), recipe, CPU)
    late = feed.batch(2, 1)
    feed.batch(1, 0)
    for a, b in zip(late, feed.batch(2, 1), strict=True):
        assert torch.equal(a, b)
    assert late[0].is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("size", "steps", "images"), [(59, 1, 59), (60, 1, 60), (58, 2, 60), (100, 1, 60), (1, 60, 60)]
)
def test_a_last_batch_of_one_image_is_left_out(tiny: ImageSet, size: int, steps: int, images: int) -> None:
    recipe = Recipe(batch_size=size)
    feed = Feed(split(tiny, recipe), recipe, CPU)
    assert (feed.steps, feed.images) == (steps, images)


def test_validation_on_the_test_set_is_only_on_request(tiny: ImageSet) -> None:
    alone = dataclasses.replace(tiny, val=None)
    honest, asked = split(alone, Recipe(validation=0.2)), split(alone, Recipe(validate_on_test=True))
    assert (len(honest.train.labels), len(honest.val.labels)) == (48, 12)
    assert np.bincount(honest.val.labels).tolist() == [4, 4, 4]
    assert (len(asked.train.labels), asked.val) == (60, tiny.test)
    with pytest.raises(DataError, match="has none"):
        split(dataclasses.replace(alone, test=None), Recipe(validate_on_test=True))


def test_a_channel_without_contrast_stays_finite(tiny: ImageSet) -> None:
    images = tiny.train.images.copy()
    images[..., 1] = 7
    flat = dataclasses.replace(tiny, train=dataclasses.replace(tiny.train, images=images))
    recipe = Recipe()
    assert Feed(split(flat, recipe), recipe, CPU).batch(1, 0)[0].isfinite().all()


def test_equal_images_are_validated_on_or_trained_on_and_never_both(tiny: ImageSet) -> None:
    chosen = np.repeat(np.arange(30), 6)
    alone = dataclasses.replace(tiny, train=tiny.train.take(chosen), val=None)
    splits = split(alone, Recipe(validation=0.2))
    assert not set(splits.train.marks) & set(splits.val.marks)
    assert np.bincount(splits.val.labels).tolist() == [12, 12, 12]
    assert splits.notes == ()


def test_a_class_of_one_picture_is_named_and_all_of_one_refused_with_what_is_known(tiny: ImageSet) -> None:
    one = [0] * 10  # of class 0, and ten different ones of the other classes
    chosen = np.array([*one, *np.flatnonzero(tiny.train.labels > 0)[:10]])
    alone = dataclasses.replace(tiny, train=tiny.train.take(chosen), val=None, notes=("it is known",))
    assert split(alone, Recipe()).notes == ("the validation images have none of 1 class: a",)
    same = dataclasses.replace(alone, train=tiny.train.take(np.array([*one, *[1] * 10])))
    with pytest.raises(DataError, match=r"tiny: all images of each class are equal, .* of your own; it is known$"):
        split(same, Recipe())
