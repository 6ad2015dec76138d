"""Fisher's exact test of shares of runs, by hand."""

import math

import pytest

from striate.studies.claims.fisher import fisher, fisher_detectable, fisher_seeds


def test_fisher_by_hand():
    assert fisher(5, 5, 0, 5) == pytest.approx(2 / 252)
    # Six stable of ten: C(6,5) C(4,0) / C(10,5) = 6/252 for 5 against 1, and as much for 1 against 5.
    assert fisher(5, 5, 1, 5) == pytest.approx(12 / 252)
    assert fisher(1, 5, 5, 5) == pytest.approx(12 / 252)
    assert fisher(3, 3, 3, 3) == 1.0


def test_fisher_detectable_has_power_80_percent():
    # At 5 against 5 one stable control run is significant and two are not: P(X <= 1) must be 0.8.
    p = 1 - fisher_detectable(5, 5)
    assert (1 - p) ** 5 + 5 * p * (1 - p) ** 4 == pytest.approx(0.8)
    assert fisher_detectable(3, 3) == math.inf
    assert fisher_detectable(1, 1) == math.inf


def test_fisher_seeds():
    assert fisher_seeds(1.0, 0.0) == 4  # 2 / C(8, 4) = 0.029, and 2 / C(6, 3) = 0.1
    assert fisher_seeds(1.0, 0.0, least=6) == 6
    assert fisher_seeds(0.5, 0.5) is None
    n = fisher_seeds(1.0, 0.6, least=6)
    assert n is not None
    assert fisher(n, n, round(0.6 * n), n) <= 0.05 < fisher(n - 1, n - 1, round(0.6 * (n - 1)), n - 1)
