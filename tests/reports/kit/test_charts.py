"""The curves: what is averaged, what is drawn, and what happens to runs that diverge."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from striate.reports.kit.charts import Interval, Line, Series, curves, curves_svg, intervals_svg, mean_and_band
from striate.reports.kit.page import picture
from striate.reports.kit.palette import PALETTE
from striate.reports.kit.svg import canvas

Said = Callable[[str], list[str]]
EPOCHS = (1.0, 2.0, 3.0)
STEADY = Series("steady", (Line(EPOCHS, (0.5, 0.7, 0.8)), Line(EPOCHS, (0.3, 0.5, 0.8))))
BROKEN = Series("broken", (Line(EPOCHS, (2.0, 3.0, math.nan), diverged=True),))


@pytest.fixture
def said(read: Callable[[str], Any]) -> Said:
    return lambda svg: read(svg).labels()


@pytest.fixture
def crosses(read: Callable[[str], Any]) -> Callable[[str, str], int]:
    """Count the marks of a colour; only crosses are marks."""
    return lambda svg, colour: sum(f"stroke: {colour}" in use.attributes["style"] for use in read(svg).named("use"))


def test_the_band_is_the_range_or_the_standard_deviation() -> None:
    lines = [Line((1.0,), (y,)) for y in (1.0, 2.0, 6.0)]
    assert mean_and_band(lines, "range") == [(1.0, 3.0, 1.0, 6.0)]
    ((x, mean, low, high),) = mean_and_band(lines, "sd")
    sd = math.sqrt((4 + 1 + 9) / 2)
    assert (x, mean, low, high) == pytest.approx((1.0, 3.0, 3 - sd, 3 + sd))


def test_the_mean_is_over_the_runs_that_have_a_value_there() -> None:
    lines = [Line((1.0, 2.0), (1.0, math.nan)), Line((1.0, 2.0, 3.0), (3.0, 5.0, 7.0)), Line((1.0,), (math.inf,))]
    assert mean_and_band(lines, "range") == [(1.0, 2.0, 1.0, 3.0), (2.0, 5.0, 5.0, 5.0), (3.0, 7.0, 7.0, 7.0)]
    assert mean_and_band([], "sd") == []
    assert mean_and_band(lines[:1], "sd") == [(1.0, 1.0, 1.0, 1.0)]


@pytest.mark.parametrize(("band", "words"), [("range", "lowest to highest seed"), ("sd", "standard deviation")])
def test_title_band_and_every_arm_are_named(band: str, words: str, said: Said) -> None:
    svg = curves_svg([STEADY, BROKEN], title="Loss", log=True, band="sd" if band == "sd" else "range")
    text = said(svg)
    assert {"Loss", "epoch", "steady", "broken"} <= set(text)
    assert any(words in line for line in text)
    assert picture(svg).svg == svg


def test_a_diverged_run_ends_in_a_cross_and_others_do_not(crosses: Callable[[str, str], int]) -> None:
    svg = curves_svg([STEADY, BROKEN], title="Loss")
    assert crosses(svg, PALETTE[1]) == 1
    assert crosses(svg, PALETTE[0]) == 0
    unmarked = Series("broken", (Line(EPOCHS, (2.0, 3.0, math.nan)),))
    assert crosses(curves_svg([STEADY, unmarked], title="Loss"), PALETTE[1]) == 0


def test_an_arm_without_a_finite_value_keeps_its_name_with_a_cross(said: Said) -> None:
    lost = Series("lost", (Line((1.0,), (math.nan,), diverged=True),))
    assert "lost ×" in said(curves_svg([STEADY, lost], title="Loss", log=True))
    assert "lost ×" in said(curves_svg([Series("lost", ())], title="Loss"))
    assert "no values yet" in said(curves_svg([Series("lost", ())], title="Loss"))


def test_an_exploding_run_does_not_press_the_others_flat(said: Said) -> None:
    wild = Series("wild", (Line(EPOCHS, (3.0, 1e9, 1e200), diverged=True),))
    numbers = [float(text) for text in said(curves_svg([STEADY, wild], title="Loss", log=True)) if text[0].isdigit()]
    assert max(numbers) <= 2 * 0.8 * 1.15 or max(numbers) == 3.0  # the epochs are numbers too


def test_a_logarithmic_axis_leaves_out_what_it_cannot_show(said: Said) -> None:
    svg = curves_svg([Series("a", (Line(EPOCHS, (1.0, 0.0, -1.0)),))], title="Loss", log=True)
    assert "a" in said(svg)


def test_hostile_and_many_names(said: Said) -> None:
    names = ["<script>alert(1)</script>", "$\\frac{$", "漢字", *(f"arm {i}" for i in range(25))]
    svg = curves_svg([Series(name, STEADY.lines) for name in names], title="Loss")
    assert picture(svg).svg == svg
    assert "<script>alert(1)</scr…" in said(svg)
    assert {f"arm {i}" for i in range(25)} <= set(said(svg))


def test_the_forest_plot_is_at_hand_here_too(said: Said) -> None:
    assert "epochs" in said(intervals_svg([Interval("a", 1.0, 0.5, 1.5)], label="epochs"))


@pytest.mark.parametrize("scale", [1.0, 12345678.0])
def test_the_numbers_of_y_have_room_whatever_their_length(scale: float) -> None:
    chart = curves([Series("arm", (Line((1.0, 2.0), (scale, 1.5 * scale)),))], title="t")
    with canvas(chart.width, chart.height, "t") as figure:
        chart.draw(figure)
        figure.draw_without_rendering()
        (axes,) = figure.axes
        assert min(label.get_window_extent().x0 for label in axes.get_yticklabels()) >= 0
