"""The figure of a net as a chart: every mark and word of the SVG, in the same places, as PDF too."""

from __future__ import annotations

import re

import pytest

from finished_study import made_anatomy
from striate.nets.measure.anatomy import Anatomy
from striate.reports.kit.svg import canvas
from striate.reports.net.drawn import architecture_chart
from striate.reports.net.figure import architecture_svg


@pytest.fixture
def anatomy() -> Anatomy:
    return made_anatomy()


def test_the_chart_holds_the_paths_and_words_of_the_figure(anatomy: Anatomy) -> None:
    svg, chart = architecture_svg(anatomy), architecture_chart(anatomy)
    assert chart.width == 960
    assert f'height="{chart.height:.0f}"' in svg
    with canvas(chart.width, chart.height, "x") as figure:
        chart.draw(figure)
        (axes,) = figure.axes
        assert len(axes.patches) == svg.count("<path")
        assert [text.get_text() for text in axes.texts] == re.findall(r"<text[^>]*>([^<]*)</text>", svg)
        first = re.search(r'<text[^>]* x="([\d.]+)" y="([\d.]+)"', svg)
        assert first is not None
        assert axes.texts[0].get_position() == (float(first[1]), float(first[2]))


def test_it_is_a_page_of_pdf(anatomy: Anatomy) -> None:
    assert architecture_chart(anatomy).pdf().startswith(b"%PDF")
