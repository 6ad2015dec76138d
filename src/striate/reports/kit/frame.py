"""The frame of a chart: its title, where its axes stand, and how little of them is drawn. Lengths are in user units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from striate.reports.kit.svg import INK, POINTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INDENT = 4.0  # from the edge of the chart to its words
SOFT = 0.85  # how strong the words at the axes are


@dataclass(frozen=True)
class Margins:
    """What is left free around the axes."""

    left: float
    right: float
    head: float
    foot: float

    def box(self, figure: Figure) -> tuple[float, float, float, float]:
        """Return left, bottom, width and height of the axes as parts of ``figure``, which is how Matplotlib wants them."""
        width, height = size(figure)
        across, up = width - self.left - self.right, height - self.head - self.foot
        return self.left / width, self.foot / height, across / width, up / height


def size(figure: Figure) -> tuple[float, float]:
    """Return the width and the height of ``figure``."""
    return figure.get_figwidth() * POINTS, figure.get_figheight() * POINTS


def frame(
    figure: Figure,
    margins: Margins,
    title: str = "",
    *,
    x_label: str = "",
    y_label: str = "",
    rules: bool = False,
    ticks: float = 0.0,
) -> Axes:
    """Return axes of which the numbers and a faint base line are drawn, under a bold ``title``.

    ``rules`` are faint lines across at the numbers of y; ``ticks`` is the length of the marks at the numbers.
    """
    if title:
        write(figure, 15, title, points=13.5, weight="bold")
    axes = figure.add_axes(margins.box(figure))
    axes.tick_params(length=ticks, labelsize=11.5)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_alpha(0.45)
    axes.set_xlabel(x_label, alpha=SOFT)
    axes.set_ylabel(y_label, alpha=SOFT)
    if rules:
        axes.grid(axis="y", color=INK, alpha=0.13, linewidth=0.8)
    return axes


def write(
    figure: Figure, down: float, words: str, *, points: float, weight: str = "normal", alpha: float = 1.0
) -> None:
    """Write a line of letters of so many ``points`` at the left edge of ``figure``, its middle ``down`` from the top."""
    width, height = size(figure)
    at = INDENT / width, 1 - down / height
    figure.text(*at, words, fontsize=points, fontweight=weight, alpha=alpha, va="center")


def bare(figure: Figure) -> Axes:
    """Return axes over all of ``figure``, of which nothing is drawn: x to the right and y down, in user units."""
    width, height = size(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return axes
