"""A chart of characters: marks where they belong, numbers on the axes, never wider than the terminal."""

from __future__ import annotations

import math

import pytest

from striate.reports.kit.terminal_chart import HEIGHT, Curve, plotted


def test_a_line_is_drawn_from_corner_to_corner() -> None:
    chart = plotted([Curve("a", ((1, 0.0), (2, 1.0)))], title="T", width=40).splitlines()
    assert chart[0] == "T: o a"
    assert chart[1].startswith("  1 | ")
    assert chart[1].endswith("o")
    assert chart[HEIGHT].startswith("  0 | o")
    assert chart[HEIGHT + 2].split() == ["1", "epoch", "2"]
    assert max(map(len, chart)) <= 40


def test_two_series_have_marks_of_their_own_and_one_where_they_meet() -> None:
    chart = plotted([Curve("a", ((1, 0.0), (2, 1.0))), Curve("b", ((1, 0.0), (2, 0.5)))], title="T", width=50)
    assert chart.splitlines()[0] == "T: o a, x b, % both"
    assert (chart.count("%"), chart.count("x") - chart.splitlines()[0].count("x")) == (2, 1)


def test_values_that_are_no_numbers_are_left_out_and_a_wide_span_is_logarithmic() -> None:
    chart = plotted([Curve("a", ((1, 100.0), (2, math.nan), (3, 1.0), (4, math.inf)))], title="Loss", width=60)
    lines = chart.splitlines()
    assert lines[0] == "Loss (logarithmic): o a"
    assert [line.split("|")[0].strip() for line in lines if "|" in line and line.split("|")[0].strip()] == ["100", "1"]
    assert sum(line.split("|")[1].count("o") for line in lines if "|" in line) == 2


@pytest.mark.parametrize("points", [(), ((1, math.nan),)])
def test_nothing_to_draw_is_said(points: tuple[tuple[float, float], ...]) -> None:
    assert plotted([Curve("a", points)], title="Loss") == "Loss: no values yet"


@pytest.mark.parametrize("points", [((3, 0.25),), ((1, 0.5), (9, 0.5))])
def test_one_epoch_and_a_flat_line_are_drawn(points: tuple[tuple[float, float], ...]) -> None:
    chart = plotted([Curve("a", points)], title="T", width=30)
    assert sum(line.split("|")[1].count("o") for line in chart.splitlines() if "|" in line) == len(points)
    assert max(map(len, chart.splitlines())) <= 30


def test_a_terminal_that_is_too_narrow_gets_the_least_width() -> None:
    chart = plotted([Curve("a", ((1, 0.5), (2, 0.7)))], title="T", width=1)
    assert max(len(line) for line in chart.splitlines() if "|" in line) <= 24
