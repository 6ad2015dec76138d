"""A forest plot: effects with their intervals, against zero and against the smallest difference worth having."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from striate.reports.kit.frame import SOFT, Margins, frame
from striate.reports.kit.numerals import effect
from striate.reports.kit.palette import PALETTE, all_shortened
from striate.reports.kit.svg import INK, Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, FOOT, SIDE = 40.0, 44.0, 22.0  # user units
LINE = 15.0  # user units, of a second line under the plot
LETTER = 6.4  # user units that a letter under the plot takes, on average


@dataclass(frozen=True)
class Interval:
    """One effect with its interval, in the unit of the plot; ``low`` and ``high`` may be infinite.

    ``boundless``: the interval is all that a difference can be, and so none is drawn. ``n_treatment`` and ``n_control`` are
    how many runs it rests on, where that is known.
    """

    name: str
    effect: float
    low: float
    high: float
    boundless: bool = False
    n_treatment: int | None = None
    n_control: int | None = None


def intervals_svg(
    rows: Sequence[Interval], *, label: str, margin: float | None = None, worth: str = "", width: float = 480
) -> str:
    """Return the plot of `intervals` as one SVG element."""
    return intervals(rows, label=label, margin=margin, worth=worth, width=width).svg()


def intervals(
    rows: Sequence[Interval],
    *,
    label: str,
    margin: float | None = None,
    worth: str = "",
    width: float = 480,
    reach: float = math.inf,
) -> Chart:
    """Return the plot: ``label`` names the effect, and what lies between 0 and ``margin`` is shaded.

    ``worth`` says the margin in words, where its number on the axis does not say it.
    An end that is infinite, or farther than ``reach`` from 0, is an arrow at the edge of the plot.
    """
    said = _under(label, worth or f"{margin:.4g}" if margin else "", width - 2 * SIDE)
    foot = FOOT + LINE * (len(said) - 1)
    height = foot + ROW * len(rows) + 12
    whole = f"{label}: {'; '.join(f'{row.name} {effect(vars(row))}' for row in rows)}"

    def draw(figure: Figure) -> None:
        axes = frame(figure, Margins(SIDE, SIDE, 12, foot), ticks=3)
        ends = [v for r in rows for v in ((r.effect,) if r.boundless else (r.effect, r.low, r.high))]
        known = [v for v in ends if math.isfinite(v)] + [0.0, margin or 0.0]
        pad = 0.06 * (max(known) - min(known)) or 1.0
        room = max(min(known) - pad, -reach), min(max(known) + pad, reach)
        axes.set(xlim=room, ylim=(len(rows) - 0.45, -0.7), yticks=[])
        names = all_shortened([row.name for row in rows], 34)
        for place, (row, name) in enumerate(zip(rows, names, strict=True)):
            _marks(axes, place, margin)
            _interval(axes, row, name, place, room)
        for line, words in enumerate(reversed(said)):
            figure.text(SIDE / width, (9 + LINE * line) / height, words, fontsize=11.5, alpha=SOFT)

    return Chart(width, height, whole, draw)


def _under(label: str, worth: str, room: float) -> list[str]:
    """Return what stands under the plot: a line, or two where one does not hold it in ``room`` user units."""
    if not worth:
        return [label]
    dashed = f"dashed: {worth}, the smallest worth having"
    whole = f"{label} ({dashed})"
    return [whole] if LETTER * len(whole) <= room else [label, dashed]


def _marks(axes: Axes, place: int, margin: float | None) -> None:
    """Draw zero and the margin, row by row, so that they stay clear of the words above each interval."""
    low, high = place - 0.2, place + 0.24
    axes.vlines(0, low, high, color=INK, linewidth=1.2)
    if margin:
        axes.fill_between((0, margin), low, high, color=INK, alpha=0.08, linewidth=0)
        axes.vlines(margin, low, high, color=INK, linewidth=1, linestyle=(0, (3, 2)), alpha=0.8)


def _interval(axes: Axes, row: Interval, name: str, place: int, room: tuple[float, float]) -> None:
    low, high = max(row.low, room[0]), min(row.high, room[1])
    if not row.boundless:
        axes.plot((low, high), (place, place), color=PALETTE[0], linewidth=2.4, solid_capstyle="butt")
        for end, bound, arrow in ((low, row.low, "<"), (high, row.high, ">")):
            marker = "|" if room[0] <= bound <= room[1] else arrow
            axes.plot(end, place, marker=marker, color=PALETTE[0], markersize=9, markeredgewidth=1.6, clip_on=False)
    axes.plot(row.effect, place, marker="o", color=PALETTE[0], markersize=7.5)
    above = axes.get_yaxis_transform()
    axes.text(0, place - 0.42, name, transform=above, fontsize=12, va="center")
    axes.text(1, place - 0.42, effect(vars(row)), transform=above, fontsize=12, va="center", ha="right")
