"""The levels of looks share one error: by hand for one look, against independent studies for many."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from striate.studies.looks.bounds import LOWEST, levels, spent


def test_one_look_has_the_whole_level() -> None:
    assert levels((5,), 0.05) == (0.05,)


def test_what_is_spent_by_hand() -> None:
    assert spent(0.5, 0.05) == pytest.approx(0.05 / 8)
    assert spent(1.0, 0.01) == 0.01


def test_early_looks_have_next_to_nothing_and_the_last_one_most() -> None:
    found = levels(tuple(range(3, 13)), 0.05)
    assert found[0] < 0.0005 < 0.025 < found[-1] < 0.05
    assert found[0] <= spent(3 / 12, 0.05)  # the first look spends what it has, and no more
    assert min(levels((2, 3, 40), 0.005)) >= LOWEST


@pytest.mark.parametrize("spread", [1.0, 3.0, 10.0])
@pytest.mark.parametrize("sizes", [tuple(range(3, 13)), (5, 8)])
def test_independent_studies_without_a_difference_err_at_most_at_the_level(
    sizes: tuple[int, ...], spread: float
) -> None:
    """With SciPy's Welch test, on other values than those of the calibration."""
    studies = 20_000
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, studies, sizes[-1]))
    wrong = np.zeros(studies, bool)
    for n, level in zip(sizes, levels(sizes, 0.05), strict=True):
        wrong |= stats.ttest_ind(spread * a[:, :n], b[:, :n], axis=1, equal_var=False).pvalue <= level
    assert stats.binomtest(int(wrong.sum()), studies).proportion_ci(0.99, "exact").low <= 0.05
    assert wrong.mean() > 0.04
