"""The figure of a net: drawn from its anatomy alone, well-formed, self-contained, and within its frame at any depth."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.dom.minidom import Element, parseString

import pytest

from striate.nets.anatomy import Anatomy, Layer
from striate.reports.blocks import blocks
from striate.reports.figure import architecture_svg
from striate.reports.page import picture

HOSTILE = '<script>alert(1)</script>" onload="x'


def parsed(svg: str) -> Element:
    root = parseString(svg).documentElement
    assert root is not None
    return root


def texts(root: Element) -> list[tuple[float, float, str]]:
    return [
        (
            float(node.getAttribute("x")),
            float(node.getAttribute("y")),
            "".join(c.nodeValue or "" for c in node.childNodes),
        )
        for node in root.getElementsByTagName("text")
    ]


@pytest.mark.parametrize("depth", [1, 4, 9, 20])
@pytest.mark.parametrize("width", [340, 960])
def test_every_block_is_drawn_and_labelled_inside_the_frame(
    net: Callable[..., Anatomy], depth: int, width: float
) -> None:
    anatomy = net("batch norm", depth, 64)
    root = parsed(architecture_svg(anatomy, width))
    _, _, right, bottom = (float(part) for part in root.getAttribute("viewBox").split())
    assert right == width
    said = [text for _, _, text in texts(root)]
    for block in blocks(anatomy):
        assert "×".join(str(size) for size in block.output) in said
    assert said.count("batch norm") == said.count("ReLU") - 1 == depth
    assert all(0 <= x < right - 10 and 0 < y <= bottom for x, y, _ in texts(root))
    for path in root.getElementsByTagName("path"):
        points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.getAttribute("d"))
        assert all(0 <= float(x) <= right and 0 <= float(y) <= bottom for x, y in points)


def test_labels_of_neighbours_do_not_run_into_each_other(net: Callable[..., Anatomy]) -> None:
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in texts(parsed(architecture_svg(net("group norm", 8))))[:-1]:
        rows.setdefault(y, []).append((x, text))
    for row in rows.values():
        row.sort()
        assert all(x + 6.3 * len(text) <= after for (x, text), (after, _) in zip(row, row[1:], strict=False))


def test_a_deep_net_wraps_into_rows_of_about_the_same_length(net: Callable[..., Anatomy]) -> None:
    heights = [float(parsed(architecture_svg(net("", depth))).getAttribute("height")) for depth in (2, 20)]
    assert heights[1] > 2 * heights[0]


def test_height_follows_the_map_and_thickness_its_channels(net: Callable[..., Anatomy]) -> None:
    faces = [
        [float(v) for v in re.findall(r"-?[\d.]+", path.getAttribute("d"))]
        for path in parsed(architecture_svg(net("", 4))).getElementsByTagName("path")
        if path.getAttribute("class") == "map"
    ]
    tall = [face[7] - face[1] for face in faces]  # y of the last corner less that of the first
    assert tall[0] == tall[1] > tall[2] == tall[3]
    wide = [face[2] - face[0] for face in faces]
    assert wide[0] == pytest.approx(wide[1]) and wide[1] < wide[2]


def test_what_follows_a_convolution_is_a_band_on_it(net: Callable[..., Anatomy]) -> None:
    plain, normed = (parsed(architecture_svg(net(norm, 4))) for norm in ("", "batch norm"))
    bands = [
        [path.getAttribute("class") for path in root.getElementsByTagName("path")].count("norm")
        for root in (plain, normed)
    ]
    assert bands == [0, 4]


def test_the_caption_holds_the_totals_and_the_figure_follows_the_dark(net: Callable[..., Anatomy]) -> None:
    anatomy = net("batch norm", 2)
    svg = architecture_svg(anatomy)
    assert "1,060,202 parameters · 11.4 million multiply-adds for one image" in svg
    assert "@media (prefers-color-scheme:dark)" in svg
    assert "sees 5×5" in svg
    assert "max pool" in svg and "ma×" not in svg
    assert picture(svg).svg == svg


def test_hostile_names_are_only_text() -> None:
    anatomy = Anatomy(HOSTILE, (3, 8, 8), (Layer("a", HOSTILE, "", (3, 8, 8), 0, 0, 1),))
    svg = architecture_svg(anatomy)
    assert picture(svg).svg == svg
    assert any(HOSTILE in text for _, _, text in texts(parsed(svg)))
