"""Wilson's interval by its own formula."""

from __future__ import annotations

import math

import pytest

from striate.probes.shares import share


@pytest.mark.parametrize(("hits", "tries"), [(3, 10), (1, 1), (0, 40), (97, 100)])
def test_by_the_formula(hits: int, tries: int) -> None:
    z, p = 1.959963984540054, hits / tries
    middle = (p + z * z / (2 * tries)) / (1 + z * z / tries)
    half = z / (1 + z * z / tries) * math.sqrt(p * (1 - p) / tries + z * z / (4 * tries * tries))
    made = share(hits, tries)
    assert made["share"] == p
    assert made["low"] == pytest.approx(middle - half, abs=1e-12)
    assert made["high"] == pytest.approx(middle + half, abs=1e-12)


def test_nothing_tried_has_no_share() -> None:
    assert share(0, 0) == {"hits": 0, "tries": 0, "share": None, "low": None, "high": None}
