"""Treatments: every one of them by every law, and what data do not allow."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from striate.base.errors import RecipeError
from striate.data import ImageSet, Split
from striate.data.augment.geometry import flip, pad_crop
from striate.data.augment.mixing import soft_labels
from striate.training.engines.setup import set_up
from striate.training.feed.augmentation import NAMES, check, first_flips, mix_of, treat, treatments, untreated
from striate.training.feed.batches import Feed, split
from striate.training.recipe.recipe import Recipe

CPU = torch.device("cpu")
WITH: dict[str, dict[str, Any]] = {
    "flip": {"flip": True},
    "alternating": {"flip": True, "flip_mode": "alternating"},
    "rotate": {"rotate": 15.0},
    "translate": {"translate": 2},
    "pad_crop": {"pad_crop": 2},
    "reflect": {"pad_crop": 2, "pad_mode": "reflect"},
    "jitter": {"jitter": 0.4},
    "cutout": {"cutout": 3},
    "mixup": {"mixup": 0.5},
    "cutmix": {"cutmix": 1.0},
}
EVERYTHING = {name: value for fields in WITH.values() for name, value in fields.items() if name != "translate"}


def digits(size: int, channels: int) -> ImageSet:
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (30, size, size, channels), dtype=np.uint8)
    part = Split(images, (np.arange(30) % 3).astype(np.int64))
    return ImageSet("noise", ("a", "b", "c"), part, part, part, fingerprint="0" * 64, origin="made here")


def feed(images: ImageSet, recipe: Recipe) -> Feed:
    return Feed(split(images, recipe), recipe, CPU)


def test_every_treatment_is_in_the_catalogue_of_these_tests() -> None:
    assert set(NAMES) <= {name for fields in WITH.values() for name in fields}


@pytest.mark.parametrize("name", WITH)
@pytest.mark.parametrize(("size", "channels"), [(8, 1), (32, 3)])
def test_laws_of_every_treatment(name: str, size: int, channels: int) -> None:
    images = digits(size, channels)
    before = images.train.images.copy()
    plain, recipe = Recipe(batch_size=16), Recipe(batch_size=16, **WITH[name])
    untouched, treated = feed(images, plain), feed(images, recipe)
    changed = False
    for epoch, step in [(1, 0), (1, 1), (2, 0)]:
        expected, classes = untouched.batch(epoch, step)
        x, y = treated.batch(epoch, step)
        assert (x.shape, x.dtype) == (expected.shape, torch.float32)
        assert x.is_contiguous(memory_format=torch.channels_last)
        # The same images in the same order: the label with the larger share, where images are mixed by more than half.
        if y.dim() == 1:
            assert torch.equal(y, classes)
        else:
            assert torch.allclose(y.sum(1), torch.ones(len(y)))
        changed |= not torch.equal(x, expected)
        for a, b in zip((x, y), treated.batch(epoch, step), strict=True):
            assert torch.equal(a, b)
    assert changed
    np.testing.assert_array_equal(images.train.images, before)


@pytest.mark.parametrize("added", [name for name in WITH if name not in ("flip", "alternating")])
def test_one_more_treatment_leaves_the_draws_of_the_others_alone(added: str) -> None:
    # Of a flip among others, the images whose first column is dark tell which of them were mirrored.
    images = np.zeros((40, 8, 8, 1), np.uint8)
    images[:, :, 5:] = 200
    recipe, first = Recipe(flip=True), np.zeros(40, bool)
    alone = treat(images, recipe, first, 3, 1)
    together = treat(images, recipe.change(**WITH[added]), first, 3, 1)
    side = [(batch[..., 0].astype(int) * np.sign(np.arange(8) - 3.5)).sum((1, 2)) for batch in (alone, together)]
    assert (np.sign(side[0]) == np.sign(side[1])).mean() > 0.9


def test_a_treatment_leaves_the_other_streams_bit_identical(tiny: ImageSet, recipe: Recipe) -> None:
    plain = set_up(recipe.change(flip=False, pad_crop=0, cutout=0), tiny, print)
    treated = set_up(recipe.change(flip=False, pad_crop=0, cutout=0, dropout=0.0, lr=0.1), tiny, print)
    for a, b in zip(plain.engine.weights().values(), treated.engine.weights().values(), strict=True):
        assert torch.equal(a, b)
    for epoch in (1, 2):
        for step in range(3):
            for a, b in zip(plain.feed.batch(epoch, step), treated.feed.batch(epoch, step), strict=True):
                assert torch.equal(a, b)
    flipped = set_up(recipe.change(pad_crop=0, cutout=0), tiny, print)
    assert torch.equal(plain.feed.batch(2, 1)[1], flipped.feed.batch(2, 1)[1])  # the same images in the same order
    assert not torch.equal(plain.feed.batch(2, 1)[0], flipped.feed.batch(2, 1)[0])


def test_the_order_of_treatments_and_their_generators() -> None:
    images = digits(8, 3).train.images
    recipe = Recipe(flip=True, pad_crop=2, seed=5)
    streams = [
        np.random.SeedSequence(entropy=5, spawn_key=(2, 4, 7, NAMES.index(name))) for name in ("flip", "pad_crop")
    ]
    first, second = (np.random.Generator(np.random.PCG64(stream)) for stream in streams)
    expected = pad_crop(flip(images, first), 2, second)
    np.testing.assert_array_equal(treat(images, recipe, first_flips(recipe, 30), 4, 7), expected)


def test_alternating_flips_follow_each_image_through_the_shuffled_order() -> None:
    images = digits(8, 1)
    recipe = Recipe(flip=True, flip_mode="alternating", batch_size=10, seed=4)
    plain = feed(images, recipe.change(flip=False, flip_mode="random"))
    treated, first = feed(images, recipe), first_flips(recipe, 30)
    assert 0 < first.sum() < 30
    seen: dict[int, list[bool]] = {}
    for epoch in (1, 2, 3):
        for step in range(3):
            for x, expected in zip(treated.batch(epoch, step)[0], plain.batch(epoch, step)[0], strict=True):
                mirrored = not torch.equal(x, expected)
                assert torch.equal(x, expected.flip(2) if mirrored else expected)
                seen.setdefault(hash(expected.numpy().tobytes()), []).append(mirrored)
    assert all(len(turns) == 3 and turns[0] == turns[2] != turns[1] for turns in seen.values())
    assert sum(turns[0] for turns in seen.values()) == first.sum()


@pytest.mark.parametrize("standardize", ["channel", "image"])
def test_mixup_blends_normalized_images_and_labels_alike(standardize: str) -> None:
    images = digits(8, 3)
    recipe = Recipe(mixup=0.7, batch_size=12, seed=2, standardize=standardize)
    x, labels = feed(images, recipe.change(mixup=0.0)).batch(2, 1)
    mix = mix_of(recipe, 12, (8, 8), 2, 1)
    assert mix is not None
    mixed, y = feed(images, recipe).batch(2, 1)
    for n, partner in enumerate(mix.partner):
        assert torch.allclose(mixed[n], mix.share * x[n] + (1 - mix.share) * x[partner], atol=1e-5)
    assert np.allclose(y.numpy(), soft_labels(labels.numpy(), 3, mix))


def test_all_at_once_and_none_at_all() -> None:
    recipe = Recipe(**EVERYTHING)
    assert treatments(recipe) == tuple(name for name in NAMES if name != "translate")
    assert untreated(recipe) == Recipe()
    assert untreated(Recipe(translate=3, lr=0.5)) == Recipe(lr=0.5)
    x, y = feed(digits(8, 3), recipe).batch(1, 0)
    assert x.isfinite().all()
    assert y.shape == (30, 3)


def test_features_of_a_table_and_small_images_refuse_what_is_not_for_them() -> None:
    words = "flip, cutout, test_flips, standardize image: these are for images, and the data are a table of features"
    with pytest.raises(RecipeError, match=words):
        check(Recipe(flip=True, cutout=2, test_flips=True, standardize="image"), (1, 1, 5), tabular=True)
    check(Recipe(mixup=0.2), (1, 1, 5), tabular=True)
    for name, most in (("pad_crop", 7), ("translate", 7), ("cutout", 8)):
        with pytest.raises(RecipeError, match=f"{name} is {most + 1}, and images of 8 x 9 allow at most {most}"):
            check(Recipe(**{name: most + 1}), (8, 9, 1), tabular=False)
        check(Recipe(**{name: most}), (8, 9, 1), tabular=False)


def test_a_subset_of_the_training_images_is_the_same_for_all_seeds_and_leaves_validation_alone(tiny: ImageSet) -> None:
    alone = dataclasses.replace(tiny, val=None)
    whole, part = split(alone, Recipe()), split(alone, Recipe(train_images=12, seed=9))
    assert np.bincount(part.train.labels).tolist() == [4, 4, 4]
    np.testing.assert_array_equal(part.val.images, whole.val.images)
    np.testing.assert_array_equal(part.train.images, split(alone, Recipe(train_images=12)).train.images)
    kept = {image.tobytes() for image in whole.train.images}
    assert all(image.tobytes() in kept for image in part.train.images)
    assert part.normalization != whole.normalization
