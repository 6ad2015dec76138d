"""The figure of a net as a chart, so that it is a page of PDF too: the same drawing as the SVG, in its light colours."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from striate.reports.kit.frame import bare
from striate.reports.kit.svg import Chart
from striate.reports.net.figure import STYLE, architecture_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch

    from striate.nets.measure.anatomy import Anatomy

COLOURS = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", STYLE.partition("@media")[0]))
OPEN = ("arrow", "skip")
"""Paths that are lines, not outlines."""


def architecture_chart(anatomy: Anatomy, width: float = 960) -> Chart:
    """Return the figure of the architecture, ``width`` user units wide."""
    svg = architecture_svg(anatomy, width)
    head = svg[: svg.index(">")]
    wide, high = (float(value) for value in re.findall(r' (?:width|height)="([\d.]+)"', head))
    label = re.search(r'aria-label="([^"]*)"', head)

    def draw(figure: Figure) -> None:
        axes = bare(figure)
        for tag, given, text in re.findall(r"<(path|text)([^>]*?)(?:/>|>([^<]*)</text>)", svg):
            values: dict[str, str] = dict(re.findall(r'(\w+)="([^"]*)"', given))
            name = values.get("class", "")
            if tag == "path":
                axes.add_patch(_patch(values["d"], name.split()[-1] if name else ""))
            else:
                bold = "bold" if name == "shape" else "normal"
                at, colour = (float(values["x"]), float(values["y"])), COLOURS["soft" if name == "soft" else "ink"]
                axes.text(*at, unescape(text), fontsize=9.5, fontweight=bold, color=colour)

    return Chart(wide, high, unescape(label[1]) if label else anatomy.net, draw)


def _patch(d: str, name: str) -> PathPatch:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    for command, text in re.findall(r"([MLHVhvZ])([^MLHVhvZ]*)", d):
        if command == "Z" or command == "z":
            points.append(points[-1])
            codes.append(Path.CLOSEPOLY)
            continue
        numbers = [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?", text)]
        x, y = points[-1] if points else (0.0, 0.0)
        moved = {"H": (numbers[0], y), "V": (x, numbers[0]), "h": (x + numbers[0], y), "v": (x, y + numbers[0])}
        points.append(moved.get(command) or (numbers[0], numbers[1]))
        codes.append(Path.MOVETO if command == "M" else Path.LINETO)
    line = name in OPEN
    edge = COLOURS["skip" if name == "skip" else "edge"]
    return PathPatch(
        Path(points, codes), facecolor="none" if line else COLOURS.get(name, "none"), edgecolor=edge, linewidth=0.8
    )
