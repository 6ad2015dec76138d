"""The figure of a net: drawn from its anatomy alone, well-formed, self-contained, and within its frame at any depth."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from striate.nets.measure.anatomy import Anatomy, Layer
from striate.reports.kit.page import picture
from striate.reports.net.blocks import blocks
from striate.reports.net.figure import architecture_svg

Net = Callable[..., Anatomy]
Read = Callable[[str], Any]
HOSTILE = '<script>alert(1)</script>" onload="x'


def texts(drawing: Any) -> list[tuple[float, float, str]]:
    return [(float(n.attributes["x"]), float(n.attributes["y"]), n.text) for n in drawing.named("text")]


@pytest.mark.parametrize("depth", [1, 4, 9, 20])
@pytest.mark.parametrize("width", [340, 960])
def test_every_block_is_drawn_and_labelled_inside_the_frame(net: Net, read: Read, depth: int, width: float) -> None:
    anatomy = net("batch norm", depth, 64)
    root = read(architecture_svg(anatomy, width))
    _, _, right, bottom = (float(part) for part in root.nodes[0].attributes["viewbox"].split())
    assert right == width
    said = [text for _, _, text in texts(root)]
    for block in blocks(anatomy):
        assert "×".join(str(size) for size in block.output) in said
    assert said.count("batch norm") == said.count("ReLU") - 1 == depth
    assert all(0 <= x < right - 10 and 0 < y <= bottom for x, y, _ in texts(root))
    for path in root.named("path"):
        points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.attributes["d"])
        assert all(0 <= float(x) <= right and 0 <= float(y) <= bottom for x, y in points)


def test_labels_of_neighbours_do_not_run_into_each_other(net: Net, read: Read) -> None:
    rows: dict[str, list[tuple[float, float]]] = {}
    for node in read(architecture_svg(net("group norm", 8, 256))).named("text")[:-1]:
        letter = 7.5 if node.attributes.get("class") == "shape" else 6.3  # units a character; shapes are bold
        x = float(node.attributes["x"])
        rows.setdefault(node.attributes["y"], []).append((x, x + letter * len(node.text)))
    assert len(rows) > 4
    for row in rows.values():
        assert all(end + 12 <= start for (_, end), (start, _) in pairwise(sorted(row)))


def test_a_deep_net_wraps_into_rows_of_about_the_same_length(net: Net, read: Read) -> None:
    heights = [float(read(architecture_svg(net("", depth))).nodes[0].attributes["height"]) for depth in (2, 20)]
    assert heights[1] > 2 * heights[0]


def test_height_follows_the_map_and_thickness_its_channels(net: Net, read: Read) -> None:
    faces = [
        [float(v) for v in re.findall(r"-?[\d.]+", path.attributes["d"])]
        for path in read(architecture_svg(net("", 4))).named("path")
        if path.attributes["class"] == "map"
    ]
    tall = [face[7] - face[1] for face in faces]  # y of the last corner less that of the first
    assert tall[0] == tall[1] > tall[2] == tall[3]
    wide = [face[2] - face[0] for face in faces]
    assert wide[0] == pytest.approx(wide[1])
    assert wide[1] < wide[2]


def test_what_follows_a_convolution_is_a_band_on_it(net: Net, read: Read) -> None:
    plain, normed = (read(architecture_svg(net(norm, 4))) for norm in ("", "batch norm"))
    bands = [[path.attributes["class"] for path in root.named("path")].count("norm") for root in (plain, normed)]
    assert bands == [0, 4]


def test_the_caption_holds_the_totals_and_the_figure_follows_the_dark(net: Net) -> None:
    anatomy = net("batch norm", 2)
    svg = architecture_svg(anatomy)
    assert "1,060,202 parameters · 11.4 million multiply-adds for one image" in svg
    assert "@media (prefers-color-scheme:dark)" in svg
    assert "sees 5×5" in svg
    assert "max pool" in svg
    assert "ma×" not in svg
    assert picture(svg).svg == svg


def test_hostile_names_are_only_text(read: Read) -> None:
    anatomy = Anatomy(HOSTILE, (3, 8, 8), (Layer("a", HOSTILE, "", (3, 8, 8), 0, 0, 1),))
    svg = architecture_svg(anatomy)
    assert picture(svg).svg == svg
    assert any(HOSTILE in text for _, _, text in texts(read(svg)))
