"""The pictures of a proof: a matrix as a heatmap, and lines over a common axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from striate.reports.kit.frame import Margins, frame
from striate.reports.kit.palette import PALETTE, apart, shortened
from striate.reports.kit.svg import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from striate.proofs.proof import Picture

WIDTH, HEIGHT = 440.0, 330.0  # user units
HEAD, FOOT, LEFT, RIGHT, NAMED = 36.0, 48.0, 57.0, 70.0, 92.0  # NAMED: to the right, where lines have names


def picture_svg(picture: Picture) -> str:
    """Return ``picture`` as an SVG element; raises ValueError when it holds no values."""
    return picture_chart(picture).svg()


def picture_chart(picture: Picture) -> Chart:
    """Return ``picture`` as a chart; raises ValueError when it holds no values."""
    if not picture.values or not picture.values[0]:
        raise ValueError(f'the picture "{picture.title}" has no values')
    height = _height(picture)

    def draw(figure: Figure) -> None:
        lines, margins = picture.kind == "lines", Margins(LEFT, NAMED if picture.names else RIGHT, HEAD, FOOT)
        axes = frame(figure, margins, picture.title, x_label=picture.x_label, y_label=picture.y_label, rules=lines)
        (_lines if lines else _heatmap)(axes, picture)

    return Chart(WIDTH, height, f"{picture.title}: {picture.y_label} by {picture.x_label}".strip(": "), draw)


def _height(picture: Picture) -> float:
    """Return the height at which a flat matrix leaves no empty paper above and below it."""
    if picture.kind == "lines":
        return HEIGHT
    return min(HEIGHT, max(170.0, 0.71 * WIDTH * len(picture.values) / len(picture.values[0]) + HEAD + FOOT))


def _heatmap(axes: Axes, picture: Picture) -> None:
    """Draw cells as paths, blue below zero and orange above, so that equal magnitudes are equally strong.

    Where nothing is below zero, the scale begins there.
    """
    from matplotlib.colors import LinearSegmentedColormap

    values = np.array(picture.values)
    largest = float(np.nanmax(np.abs(values))) or 1.0
    least = 0.0 if float(np.nanmin(values)) >= 0 else -largest
    colours = LinearSegmentedColormap.from_list("signed", [PALETTE[0], "#f4f4f4", PALETTE[1]][0 if least else 1 :])
    axes.pcolormesh(values, cmap=colours, vmin=least, vmax=largest, edgecolors="face", linewidth=0.2)
    axes.invert_yaxis()
    axes.set_aspect("equal")
    for axis, count in ((axes.xaxis, values.shape[1]), (axes.yaxis, values.shape[0])):
        step = max(1, -(-count // 8))
        axis.set_ticks([i + 0.5 for i in range(0, count, step)], [str(i) for i in range(0, count, step)])
    for spine in axes.spines.values():
        spine.set_visible(False)
    box = axes.get_figure(root=True)
    assert box is not None
    scale = box.add_axes((0.87, 0.3, 0.022, 0.44))
    ramp = np.linspace(least, largest, 32)
    scale.pcolormesh([0.0, 1.0], np.linspace(least, largest, 33), ramp[:, None], cmap=colours, vmin=least, vmax=largest)
    scale.set_xticks([])
    scale.yaxis.tick_right()
    marks = sorted({least, 0.0, largest})
    scale.set_yticks(marks, [f"{mark:.2g}" for mark in marks])
    scale.tick_params(length=0, labelsize=10.5)
    for spine in scale.spines.values():
        spine.set_visible(False)


def _lines(axes: Axes, picture: Picture) -> None:
    values = np.array(picture.values, dtype=float)
    x = np.array(picture.x or tuple(range(values.shape[1])))
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    pad = 0.04 * (high - low) or 0.05
    axes.set_ylim(low - pad, high + pad)
    axes.set_xlim(float(x[0]), float(x[-1]) if len(x) > 1 else float(x[0]) + 1)
    for place, line in enumerate(values):
        axes.plot(x, line, color=PALETTE[place % len(PALETTE)], linewidth=1.9)
    places = apart([(float(line[-1]) - low + pad) / (high - low + 2 * pad) for line in values], 0.062)
    for place, (name, y) in enumerate(zip(picture.names, places, strict=False)):
        colour = PALETTE[place % len(PALETTE)]
        axes.text(1.02, y, shortened(name, 12), transform=axes.transAxes, color=colour, va="center", fontsize=11.5)
