"""The search on a grid against every place it could be; a short run on digits."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from striate.training.feed.images import images_of
from striate.training.recipe.recipe import Recipe
from striate.training.trials.largest_rate import HIGHEST, LOWEST, PER_DECADE, above_guessing, bisected, largest_rate

LOW, HIGH = LOWEST * PER_DECADE, HIGHEST * PER_DECADE


@pytest.mark.parametrize("start", [LOW, -32, 0, HIGH])
def test_every_boundary_is_found_in_few_runs(start: int) -> None:
    for last in range(LOW, HIGH + 1):
        asked: list[int] = []

        def learns(place: int, last: int = last, asked: list[int] = asked) -> bool:
            asked.append(place)
            return place <= last

        assert bisected(start, learns) == last
        assert len(asked) <= abs(last - start) / PER_DECADE + 6


def test_where_the_rate_is_too_small_larger_ones_are_tried() -> None:
    assert bisected(-40, lambda place: -20 <= place <= -9) == -9


def test_a_net_that_never_learns_has_none() -> None:
    assert bisected(-32, lambda place: False) is None


def test_above_guessing_is_the_binomial_test() -> None:
    labels = np.repeat([0, 1], [60, 40])
    for right in (70, 75, 80):
        p = stats.binomtest(right, 100, 0.6, alternative="greater").pvalue
        assert above_guessing(right, 100, labels) == (p <= 0.001)
    assert not above_guessing(0, 100, labels)


def test_a_net_on_digits_learns_up_to_a_rate_and_the_search_is_repeatable() -> None:
    recipe = Recipe(net_options={"widths": [[8]], "hidden": []}, batch_size=32, lr=0.001)
    images = images_of(recipe)
    found = largest_rate(recipe, images, updates=60)
    assert found.rate is not None
    assert 0.001 < found.rate < 1000
    learned = [one.rate for one in found.tries if one.learned]
    failed = [one.rate for one in found.tries if not one.learned]
    assert max(learned) == found.rate
    assert found.or_more or min(rate for rate in failed if rate > found.rate) == pytest.approx(found.rate * 10**0.125)
    assert largest_rate(recipe, images, updates=60) == found
    assert json.loads(json.dumps(found.to_json()))["rate"] == found.rate
