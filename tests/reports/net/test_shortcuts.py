"""The lines of residual connections: each starts and ends where it should, inside the frame, also across rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from striate.nets import build
from striate.nets.measure.anatomy import Anatomy, anatomy
from striate.reports.kit.page import picture
from striate.reports.net.blocks import blocks
from striate.reports.net.figure import architecture_svg
from striate.reports.net.shortcuts import crossed

NETS = {
    "identity": ("resnet", {"n": 2, "width": 4, "shortcut": "pad"}),
    "projection": ("resnet-v2", {"n": 2, "width": 4}),
    "one unit": ("convnet", {"widths": [[4, 4], [8, 8]], "residual": True}),
    "plain": ("resnet", {"n": 1, "width": 4, "residual": False}),
}


def residual(kind: str) -> Anatomy:
    name, options = NETS[kind]
    return anatomy(build(name, options, (16, 16, 3), 5), (16, 16, 3), kind)


@pytest.mark.parametrize(("kind", "count"), [("identity", 6), ("projection", 6), ("one unit", 3), ("plain", 0)])
@pytest.mark.parametrize("width", [340, 960])
def test_every_addition_has_its_line_inside_the_frame(
    read: Callable[[str], Any], kind: str, count: int, width: float
) -> None:
    found = residual(kind)
    svg = architecture_svg(found, width)
    assert picture(svg).svg == svg
    root = read(svg)
    _, _, right, bottom = (float(part) for part in root.nodes[0].attributes["viewbox"].split())
    lines = [path.attributes["d"] for path in root.named("path") if path.attributes["class"] == "skip"]
    assert sum(line.count("L") for line in lines) == 2 * count  # one head of an arrow for each
    for line in lines:
        xs = [float(x) for x in re.findall(r"[MLH](-?[\d.]+)", line)]
        ys = [float(y) for y in re.findall(r"(?:V|[ML]-?[\d.]+ )(-?[\d.]+)", line)]
        assert all(0 <= x <= right for x in xs)
        assert all(0 < y <= bottom for y in ys)


def test_a_line_ends_on_the_box_of_its_addition_and_starts_behind_that_of_its_fork(read: Callable[[str], Any]) -> None:
    root = read(architecture_svg(residual("one unit"), 2000))  # one row
    faces = [path.attributes["d"] for path in root.named("path") if path.attributes["class"] in ("map", "step")]
    lefts = [float(re.findall(r"M(-?[\d.]+)", face)[0]) for face in faces]
    lines = [path.attributes["d"] for path in root.named("path") if path.attributes["class"] == "skip"]
    # Boxes: conv1, conv2 (adds conv1), pool, conv3 (adds the pool), conv4 (adds conv3).
    for line, (start, end) in zip(lines, [(0, 1), (2, 3), (3, 4)], strict=True):
        out, x = float(re.findall(r"^M([\d.]+)", line)[0]), float(re.findall(r"H([\d.]+)", line)[0])
        assert lefts[start] < out < lefts[start + 1]
        assert lefts[end] < x < [*lefts, 2000.0][end + 1]


def test_what_lies_on_a_shortcut_is_written_on_its_line(read: Callable[[str], Any]) -> None:
    said = [node.text for node in read(architecture_svg(residual("projection"))).named("text")]
    assert {"1×1 conv, 16", "1×1 conv, 32, stride 2", "1×1 conv, 64, stride 2"} <= set(said)
    assert "zero channels" in [node.text for node in read(architecture_svg(residual("one unit"))).named("text")]


def test_rows_that_lines_pass_over_are_those_from_start_to_end() -> None:
    made = blocks(residual("one unit"))
    assert [(one.start, target) for target, block in enumerate(made) for one in block.shortcuts] == [
        (1, 2),
        (3, 4),
        (4, 5),
    ]
    assert crossed(made, [2, 2, len(made) - 4]) == {0, 1, 2}
    assert crossed(made, [len(made) - 2, 2]) == {0}
    assert crossed(blocks(residual("plain")), [len(blocks(residual("plain")))]) == set()
