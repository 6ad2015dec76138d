"""The looks share one level, and together err no more often than it says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from striate.base.errors import StudyError
from striate.studies.gate.looks import LEVEL, Until, looks


def test_a_fixed_number_is_one_look() -> None:
    assert looks(5, 0.01) == {5: 0.01}


@pytest.mark.parametrize("level", [LEVEL, 0.015])
def test_the_levels_by_hand_and_their_sum(level: float) -> None:
    z = stats.norm.isf(level)
    found = looks(Until(3, 12), level)
    assert list(found) == list(range(3, 13))
    assert found[3] == pytest.approx(stats.norm.sf(2 * z))  # sqrt(12 / 3) = 2
    assert found[12] == pytest.approx(level - stats.norm.sf(z * (12 / 11) ** 0.5))
    assert sum(found.values()) == pytest.approx(level)


def test_a_look_that_could_decide_nothing_is_left_out_and_its_level_goes_to_the_next() -> None:
    found = looks(Until(2, 40), LEVEL)
    assert min(found) > 2
    assert min(found.values()) >= 1e-6
    assert sum(found.values()) == pytest.approx(LEVEL)


@pytest.mark.parametrize(("least", "most"), [(1, 5), (4, 3)])
def test_looks_that_cannot_be_are_refused(least: int, most: int) -> None:
    with pytest.raises(StudyError, match="seeds until decided"):
        Until(least, most)


def decided(effect: float, spread: float, studies: int = 4000) -> tuple[float, float]:
    """Return how often a treatment is kept, and the mean number of seeds."""
    rng = np.random.default_rng(5)
    treatment, control = spread * rng.normal(size=(studies, 10)) + effect, rng.normal(size=(studies, 10))
    kept, seeds = np.zeros(studies, bool), np.full(studies, 10)
    for n, level in looks(Until(3, 10), LEVEL).items():
        p = stats.ttest_ind(treatment[:, :n], control[:, :n], axis=1, equal_var=False, alternative="greater").pvalue
        open_ = seeds == 10
        kept |= open_ & (p <= level)
        seeds[open_ & ((p <= level) | (p >= 1 - level))] = n
    return float(kept.mean()), float(seeds.mean())


@pytest.mark.parametrize("spread", [1.0, 3.0])
def test_without_an_effect_it_keeps_no_more_than_the_level(spread: float) -> None:
    assert decided(0.0, spread)[0] <= LEVEL


def test_a_clear_effect_takes_little_more_than_half_of_the_seeds() -> None:
    kept, seeds = decided(3.0, 1.0)
    assert kept > 0.99
    assert seeds < 5.6
