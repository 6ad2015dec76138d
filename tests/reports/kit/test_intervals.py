"""The forest plot: positions that can be computed by hand, and intervals without an end."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from striate.reports.kit.intervals import Interval, intervals, intervals_svg
from striate.reports.kit.page import picture
from striate.reports.kit.palette import PALETTE

Said = Callable[[str], list[str]]
ROWS = [Interval("BN x1 − baseline", 0.02, 0.01, 0.03), Interval("<b>", -0.01, -0.03, 0.01)]


@pytest.fixture
def said(read: Callable[[str], Any]) -> Said:
    return lambda svg: read(svg).labels()


def bars(svg: str) -> list[tuple[float, float]]:
    """Return the ends of every interval in user units."""
    found = re.findall(r'd="M ([\d.]+) ([\d.]+)\nL ([\d.]+) ([\d.]+)\n"[^>]*stroke: ' + PALETTE[0], svg)
    return [(float(a), float(b)) for a, y, b, z in found if y == z and a != b]


def test_every_row_has_its_name_and_its_numbers(said: Said) -> None:
    text = said(intervals_svg(ROWS, label="difference", margin=0.005))
    assert {"BN x1 − baseline", "+0.020 [+0.010, +0.030]", "<b>", "−0.010 [−0.030, +0.010]"} <= set(text)
    assert "difference (dashed: 0.005, the smallest worth having)" in text
    assert "difference" in said(intervals_svg(ROWS, label="difference"))


def test_intervals_lie_where_their_numbers_are() -> None:
    # From -0.03 to 0.03 with 6 % of that beyond each side, on 480 - 2 * 22 units.
    (a, b), (c, d) = bars(intervals_svg(ROWS, label="difference"))
    unit = (480 - 44) / (0.06 * 1.12)
    left = -0.03 - 0.06 * 0.06
    for place, value in ((a, 0.01), (b, 0.03), (c, -0.03), (d, 0.01)):
        assert place == pytest.approx(22 + (value - left) * unit, abs=0.01)


def test_an_interval_without_end_reaches_the_edge_of_the_plot(said: Said) -> None:
    alone = Interval("one run", 0.1, -math.inf, math.inf, n_treatment=3, n_control=1)
    svg = intervals_svg([alone], label="difference", margin=0.2)
    ((left, right),) = bars(svg)
    assert (left, right) == pytest.approx((22, 458))
    assert "+0.1, one run, no interval" in said(svg)
    assert intervals([alone], label="difference").label == "difference: one run +0.1, one run, no interval"
    half = said(intervals_svg([Interval("half", 0.1, -0.1, math.inf)], label="difference"))
    assert "+0.1000 [−0.1000, +∞]" in half


def test_an_interval_of_all_that_can_be_is_named_and_not_drawn(said: Said) -> None:
    svg = intervals_svg([Interval("a few", 0.1, -1.0, 1.0, boundless=True)], label="difference", margin=0.2)
    assert bars(svg) == []
    text = said(svg)
    assert "+0.1, no useful interval" in text
    assert not {"1.0", "−1.0", "0.5"} & set(text)  # nor does it stretch the axis


def test_a_margin_that_is_a_logarithm_is_said_in_words(said: Said) -> None:
    text = said(intervals_svg(ROWS, label="difference", margin=0.30103, worth="0.301, a factor of 2"))
    assert "difference (dashed: 0.301, a factor of 2, the smallest worth having)" in text


def test_what_one_line_under_the_plot_cannot_hold_is_two(said: Said) -> None:
    label = "difference in log10 largest/lr"
    text = said(intervals_svg(ROWS, label=label, margin=0.30103, worth="0.301, a factor of 2"))
    assert {label, "dashed: 0.301, a factor of 2, the smallest worth having"} <= set(text)


def test_effects_that_are_all_zero_can_be_drawn() -> None:
    svg = intervals_svg([Interval("same", 0.0, 0.0, 0.0)], label="difference", margin=0.0)
    assert picture(svg).svg == svg


def test_zero_and_margin_are_marked_in_every_row() -> None:
    plain, marked = (
        intervals_svg(ROWS, label="difference", margin=m).count("stroke-dasharray: ") for m in (None, 0.01)
    )
    assert marked - plain == len(ROWS)
