"""A batch learned by heart, and for each way of failing the reason that is told."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from striate.data import ImageSet, Split
from striate.nets import catalog
from striate.training.recipe.recipe import Recipe
from striate.training.trials.overfit import overfit_batch

SMALL = Recipe(net_options={"widths": [[4]], "hidden": [16]}, batch_size=12, lr=0.01)


def test_a_batch_is_learned_and_says_what_was_switched_off(tiny: ImageSet) -> None:
    result = overfit_batch(SMALL.change(flip=True, mixup=0.4, pad_crop=2, pad_mode="reflect"), images=tiny)
    assert result.attempt.reached
    assert (result.attempt.right, result.attempt.images, result.attempt.accuracy) == (12, 12, 1.0)
    assert 0 < result.attempt.updates < 500
    assert result.switched_off == ("flip", "pad_crop", "mixup")
    assert result.reasons == ()


def test_it_is_the_same_each_time_and_stops_at_the_first_update_that_gets_there(tiny: ImageSet) -> None:
    first = overfit_batch(SMALL, images=tiny)
    assert first == overfit_batch(SMALL, images=tiny)
    before = overfit_batch(SMALL, images=tiny, updates=first.attempt.updates - 1)
    assert not before.attempt.reached
    assert before.attempt.updates == first.attempt.updates - 1


def test_images_that_are_the_same_with_different_labels_are_found_before_training(tiny: ImageSet) -> None:
    images, labels = tiny.train.images.copy(), tiny.train.labels
    images[labels == 1] = images[0]
    torn = dataclasses.replace(tiny, train=Split(images, labels))
    result = overfit_batch(SMALL.change(batch_size=60), images=torn)
    # The 20 images of class 1 show image 0, which is of class 0; called class 1, all but that one are right.
    assert result.reasons == (
        "21 of the 60 images are the same as others with a different label, so at most 98.3% can be right; correct the labels",
    )
    assert result.attempt.updates == 0
    assert not result.attempt.reached


def test_a_rate_that_is_too_low_is_told_by_one_that_is_not(tiny: ImageSet) -> None:
    result = overfit_batch(SMALL.change(lr=1e-6), images=tiny, updates=100)
    assert not result.attempt.reached
    [reason] = result.reasons
    assert reason.startswith(("with lr 0.0001 it reaches 100 % after", "with lr 0.001 it reaches 100 % after"))


def test_a_rate_that_is_too_high_leaves_dead_units_or_an_infinite_loss(tiny: ImageSet) -> None:
    dead = overfit_batch(SMALL.change(lr=100.0, optimizer="sgd"), images=tiny, updates=100)
    assert dead.reasons[0] == "the net gives every image the same logits, so its units are dead or saturated"
    assert dead.reasons[1].startswith("with lr 0.1 it reaches 100 % after ")
    wild = overfit_batch(SMALL.change(lr=1000.0, optimizer="sgd", activation="none"), images=tiny, updates=100)
    assert wild.attempt.diverged
    assert wild.reasons[0] == f"the loss stopped being a finite number at update {wild.attempt.updates}"
    assert "it reaches 100 % after" in wild.reasons[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"weight_decay": 10.0}, "without weight decay it reaches"), ({"dropout": 0.9}, "without dropout it reaches")],
)
def test_what_holds_it_back_is_found_by_leaving_it_out(tiny: ImageSet, changes: dict[str, float], words: str) -> None:
    result = overfit_batch(SMALL.change(**changes), images=tiny, updates=25)
    assert any(reason.startswith(words) for reason in result.reasons)


def test_when_nothing_helps_it_lists_what_was_tried(tiny: ImageSet) -> None:
    noise = np.random.default_rng(0).integers(0, 3, 60).astype(np.int64)
    hard = dataclasses.replace(tiny, train=Split(tiny.train.images, noise))
    weak = Recipe(net_options={"widths": [[1]], "hidden": [1]}, batch_size=60)
    result = overfit_batch(weak, images=hard, updates=30)
    assert result.reasons[-1].startswith("no single change brought it there: with lr ")
    assert result.reasons[-1].endswith("; the net may be too small")


@pytest.mark.slow
@pytest.mark.parametrize("name", catalog.ENTRIES)
def test_every_net_of_the_catalogue_learns_a_batch(name: str, tiny: ImageSet) -> None:
    wide = dataclasses.replace(tiny, train=_enlarged(tiny.train), val=_enlarged(tiny.val), test=None)
    result = overfit_batch(Recipe(net=name, batch_size=6, precision="float32"), images=wide)
    assert result.attempt.reached, result.reasons


def _enlarged(split: Split | None) -> Split:
    assert split is not None
    return Split(split.images.repeat(4, axis=1).repeat(4, axis=2), split.labels)


def test_no_global_generator_moves(tiny: ImageSet) -> None:
    before = torch.random.get_rng_state()
    overfit_batch(SMALL.change(dropout=0.5), images=tiny, updates=2)
    assert torch.equal(torch.random.get_rng_state(), before)
