"""The range test: its ramp, its smoothing and its rule by hand, and an optimum that is known exactly."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

from striate.base.errors import RecipeError
from striate.data import ImageSet, Split
from striate.training.recipe.recipe import Recipe
from striate.training.trials.lr_range import ramp_rates, range_test, smoothed, suggestion

SMALL = Recipe(net_options={"widths": [[4]], "hidden": [8]}, batch_size=20, seed=3)


def test_the_ramp_rises_by_the_same_factor() -> None:
    assert ramp_rates(1e-4, 1.0, 5) == pytest.approx((1e-4, 1e-3, 1e-2, 1e-1, 1.0))


def test_the_smoothing_by_hand() -> None:
    assert smoothed([1.0, 4.0, 1.0, 7.0], 3) == pytest.approx((2.5, 2.0, 4.0, 4.0))


RATES = ramp_rates(1e-5, 1.0, 101)


@pytest.mark.parametrize("bottom", [20, 50, 80])
def test_the_suggestion_is_a_tenth_of_the_rate_at_the_bottom(bottom: int) -> None:
    valley = tuple(1 + abs(k - bottom) / 100 for k in range(101))
    found, why_not = suggestion(RATES, valley, whole=True)
    assert (found, why_not) == (pytest.approx(RATES[bottom] / 10), "")


@pytest.mark.parametrize(
    ("smooth", "whole", "words"),
    [
        ((), False, "not finite from the start; begin lower"),
        ((1.0,) * 101, True, "never fell; widen the range, or see whether the net can learn at all"),
        (tuple(1 + k / 100 for k in range(101)), True, "never fell"),
        (tuple(2 - k / 100 for k in range(101)), True, "still falling at the highest rate, 1; end higher"),
    ],
)
def test_where_there_is_no_suggestion_it_says_why(smooth: tuple[float, ...], whole: bool, words: str) -> None:
    found, why_not = suggestion(RATES[: len(smooth)], smooth, whole=whole)
    assert found is None
    assert words in why_not


def test_it_finds_a_rate_for_each_seed_and_their_geometric_mean(tiny: ImageSet) -> None:
    result = range_test(SMALL, images=tiny, updates=120, seeds=2)
    assert [ramp.seed for ramp in result.ramps] == [3, 4]
    found = [ramp.suggested for ramp in result.ramps]
    assert result.suggested == pytest.approx(math.sqrt(found[0] * found[1]))
    assert (result.low, result.high) == (min(found), max(found))
    for ramp in result.ramps:
        assert len(ramp.rates) == len(ramp.loss) == len(ramp.smooth) <= 120
        assert ramp.suggested == pytest.approx(ramp.rates[ramp.smooth.index(min(ramp.smooth))] / 10)
    assert result == range_test(SMALL, images=tiny, updates=120, seeds=2)


def test_the_suggested_rate_trains_and_a_hundredth_of_it_hardly_does(tiny: ImageSet) -> None:
    suggested = range_test(SMALL, images=tiny, seeds=1).suggested
    assert suggested is not None
    ends = [
        range_test(SMALL, images=tiny, lowest=rate, highest=rate * 1.001, updates=40, seeds=1).ramps[0].smooth[-1]
        for rate in (suggested, suggested / 100)
    ]
    assert ends[0] < 0.7 * ends[1]


def test_a_ramp_ends_where_the_loss_explodes(tiny: ImageSet) -> None:
    # Labels that nothing tells from the images: else the loss may fall to 0 and stay there at any rate.
    noise = Split(tiny.train.images, np.random.default_rng(0).integers(0, 3, 60).astype(np.int64))
    hard = dataclasses.replace(tiny, train=noise)
    [ramp] = range_test(SMALL, images=hard, highest=1000.0, updates=200, seeds=1).ramps
    assert len(ramp.rates) < 200
    assert all(math.isfinite(loss) for loss in ramp.loss)


def test_the_schedule_and_the_rate_of_the_recipe_do_not_enter(tiny: ImageSet) -> None:
    other = SMALL.change(lr=0.5, schedule="cosine")
    ours, theirs = (range_test(recipe, images=tiny, updates=30, seeds=1).ramps for recipe in (SMALL, other))
    assert ours == theirs


def test_whole_epochs_of_at_least_a_hundred_updates(tiny: ImageSet) -> None:
    [ramp] = range_test(SMALL, images=tiny, lowest=1e-6, highest=1e-5, seeds=1).ramps  # three updates in an epoch
    assert len(ramp.rates) == 102
    [ramp] = range_test(SMALL.change(batch_size=1), images=tiny, lowest=1e-6, highest=1e-5, seeds=1).ramps
    assert len(ramp.rates) == 120


def test_bad_ranges_are_told_together(tiny: ImageSet) -> None:
    words = "the range is 1 to 0.1, and must rise.*updates is 3, and must be from 20.*seeds is 0, and must be from 1"
    with pytest.raises(RecipeError, match=words):
        range_test(SMALL, images=tiny, lowest=1.0, highest=0.1, updates=3, seeds=0)
    with pytest.raises(RecipeError, match="the range is nan"):
        range_test(SMALL, images=tiny, lowest=math.nan)


def test_no_global_generator_moves(tiny: ImageSet) -> None:
    before = torch.random.get_rng_state()
    range_test(SMALL.change(dropout=0.5), images=tiny, updates=20, seeds=1)
    assert torch.equal(torch.random.get_rng_state(), before)
