"""Where the axes of a chart stand, what of them is drawn, and where its title does."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_rgba

from striate.reports.kit.frame import Margins, bare, frame, size
from striate.reports.kit.svg import canvas


def test_the_axes_stand_within_their_margins() -> None:
    with canvas(400, 200, "a") as figure:
        axes = frame(figure, Margins(left=40, right=60, head=30, foot=50), "Loss", x_label="epoch", y_label="nats")
        assert size(figure) == pytest.approx((400, 200))
        box = axes.get_position()
        assert (box.x0, box.y0, box.width, box.height) == pytest.approx((0.1, 0.25, 0.75, 0.6))
        (title,) = figure.texts
        assert (title.get_text(), title.get_fontweight()) == ("Loss", "bold")
        assert title.get_position() == pytest.approx((0.01, 1 - 15 / 200))
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "nats")


@pytest.mark.parametrize("rules", [True, False])
def test_of_the_axes_a_faint_base_line_is_drawn_and_rules_where_they_are_asked_for(rules: bool) -> None:
    with canvas(400, 200, "a") as figure:
        axes = frame(figure, Margins(40, 60, 30, 50), rules=rules)
        assert not figure.texts
        assert [side for side, spine in axes.spines.items() if spine.get_visible()] == ["bottom"]
        assert to_rgba(axes.spines["bottom"].get_edgecolor())[3] == 0.45
        assert all(line.get_visible() is rules for line in axes.get_ygridlines())
        assert not any(line.get_visible() for line in axes.get_xgridlines())


def test_bare_axes_count_in_user_units_from_the_upper_left_corner() -> None:
    with canvas(400, 200, "a") as figure:
        axes = bare(figure)
        assert not axes.axison
        to_figure = axes.transData + figure.transFigure.inverted()
        assert tuple(to_figure.transform((100, 50))) == pytest.approx((0.25, 0.75))
