"""Whether a heatmap means anything, as two charts: its change when the weights become random, and what its pixels are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from striate.reports.kit.frame import Margins, frame
from striate.reports.kit.palette import PALETTE, apart, shortened
from striate.reports.kit.svg import INK, Chart
from striate.reports.probe.page import Group

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from striate.probes.checks.outcome import Cascade, Checks, Curves

WIDTH = 440.0  # user units
ROW, HEAD, FOOT = 26.0, 34.0, 46.0


METHOD = (
    "How this is checked: the layers are made random one after another, from the last to the first, and each time the map"
    " is compared with that of the trained net by Spearman's rank correlation, where 1 is the same order of pixels; with a"
    " blank map it is undefined, and left out. Pixels are covered by the mean colour in the order of the map, or put into a"
    " blurred copy in that order, and the probability of the class is followed. The control, dashed in a chart, is the same"
    " map moved to a random place."
)


def checks_group(checks: Checks, title: str = "Does the map mean anything?", *, explained: bool = True) -> Group:
    """Return what `striate.probes.checks.sanity` found of one kind of map, as a group; ``explained``: how it is checked too."""
    cascade, curves, said = checks.cascade, checks.curves, checks.conclusions
    areas = {name: f"{area:.3f}" for name, area in (curves.areas() if curves else {}).items()}
    covered = f"; mean area under the curve {areas['deletion']}, moved {areas['moved_deletion']}" if areas else ""
    put_in = f"; mean area {areas['insertion']}, moved {areas['moved_insertion']}" if areas else ""
    lines = (
        f"Weights: {said.weights}.".replace(" -", " −").replace("(-", "(−"),
        f"Covered: {said.deletion}{covered}.",
        f"Put in: {said.insertion}{put_in}.",
    )
    charts = (*([cascade_svg(cascade)] if cascade else []), *([curves_svg(curves)] if curves else []))
    return Group(title, lines=(*lines, *([METHOD] if charts and explained else [])), charts=charts)


def cascade_svg(cascade: Cascade) -> str:
    """Return the correlations by stage as an SVG element: one row for each stage, a dot for each image, a mark for the mean."""
    stages = cascade.stages
    rows = cascade.defined()
    lowest = min(-0.2, *(value for row in rows for value in row)) - 0.05

    def draw(figure: Figure) -> None:
        axes = frame(
            figure,
            Margins(141, 26, HEAD, FOOT),
            "Made random from the last layer on",
            x_label="rank correlation with the trained map",
        )
        axes.set_xlim(lowest, 1.05)
        axes.set_ylim(len(stages) - 0.4, -0.6)
        axes.axvline(0, color=INK, alpha=0.35, linewidth=0.8)
        axes.set_yticks(range(len(stages)), [shortened(name, 20) for name in stages])
        for place, row in enumerate(rows):
            axes.plot(row, [place] * len(row), "o", markersize=4.5, color=PALETTE[0], alpha=0.6, markeredgewidth=0)
        means = [np.nan if mean is None else mean for mean in cascade.means()]
        places = range(len(stages))
        axes.plot(means, places, "-|", color=PALETTE[0], markersize=13, markeredgewidth=2.2, linewidth=1)

    said = "rank correlation of the map with the trained net's, by the layer down to which weights are random"
    return Chart(WIDTH, HEAD + FOOT + ROW * len(stages), said, draw).svg()


def curves_svg(curves: Curves) -> str:
    """Return deletion and insertion as an SVG element, those by the moved map dashed."""
    lines = (
        (curves.deletion, "covered by map", PALETTE[1], "-"),
        (curves.moved_deletion, "map moved (dashed)", PALETTE[1], (0, (4, 2))),
        (curves.insertion, "put in by map", PALETTE[2], "-"),
        (curves.moved_insertion, "map moved (dashed)", PALETTE[2], (0, (4, 2))),
    )

    def draw(figure: Figure) -> None:
        axes = frame(
            figure,
            Margins(53, 132, HEAD, FOOT),
            "Covered, or put in",
            x_label="share of the pixels",
            y_label="probability of the class",
            rules=True,
        )
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.02, 1.02)
        for values, _, colour, dash in lines:
            axes.plot(curves.shares, values, color=colour, linestyle=dash, linewidth=1.9)
        places = apart([(values[-1] + 0.02) / 1.04 for values, _, _, _ in lines], 0.075)
        for (_, said, colour, _), place in zip(lines, places, strict=True):
            axes.text(1.03, place, said, transform=axes.transAxes, color=colour, va="center", fontsize=11.5)

    said = "probability of the class by the share of pixels that are covered or put in"
    return Chart(WIDTH, 300, said, draw).svg()
