"""What is left of a Matplotlib figure: an element that scales, follows the page's ink, and points nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from striate.reports.kit.svg import INK, canvas, element

Read = Callable[[str], Any]


def drawn(name: str = "a", text: str = "loss", points: int = 3) -> str:
    with canvas(300, 200, name) as figure:
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.plot(range(points), [x * x for x in range(points)], marker="o", color="#123456")
        figure.text(0.5, 0.95, text)
        return element(figure, f"shows {text}")


def test_it_scales_and_says_what_it_shows(read: Read) -> None:
    svg = drawn()
    root = read(svg).nodes[0]
    assert root.tag == "svg"
    assert root.attributes["viewbox"] == "0 0 300 200"
    assert (root.attributes["width"], root.attributes["height"]) == ("300", "200")
    assert root.attributes["aria-label"] == "shows loss"


def test_text_stays_text_in_the_ink_of_the_page() -> None:
    svg = drawn()
    assert ">loss</text>" in svg
    assert "currentColor" in svg
    assert INK not in svg
    assert "system-ui" in svg
    assert "DejaVu" not in svg
    assert "#123456" in svg


def test_it_points_nowhere_and_brings_no_style_sheet() -> None:
    svg = drawn()
    assert set(re.findall(r"https?://[^\"]*", svg)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    for absent in ("<?xml", "DOCTYPE", "<metadata", "<style", "xlink:href", "<!--"):
        assert absent not in svg


def test_inner_names_are_those_in_use_and_differ_from_another_chart() -> None:
    one, other = (set(re.findall(r' id="([^"]+)"', drawn(name))) for name in "ab")
    assert one
    assert not one & other
    used = set(re.findall(r"#([\w-]+)[\")]", drawn("a")))
    assert one <= used


def test_the_same_chart_has_the_same_bytes_whatever_the_readers_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl

    before = drawn()
    monkeypatch.setitem(mpl.rcParams, "savefig.bbox", "tight")
    monkeypatch.setitem(mpl.rcParams, "lines.linewidth", 9.0)
    monkeypatch.setitem(mpl.rcParams, "figure.dpi", 30.0)
    assert drawn() == before
    assert mpl.rcParams["lines.linewidth"] == 9.0, "and they are left as they were"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "$\\frac{$", "a & b", "漢字 📈", '"quoted"'])
def test_any_text_is_written_as_it_stands(text: str, read: Read) -> None:
    drawing = read(drawn(text=text))
    assert text in drawing.labels()
    assert drawing.nodes[0].attributes["aria-label"] == f"shows {text}"
