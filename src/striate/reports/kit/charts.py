"""Numbers in, charts out: curves of training, and intervals of effects, each as an SVG element.

What is averaged here is only for the eye; every number that decides something comes from a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any, Literal

from striate.reports.kit.frame import SOFT, Margins, frame, write
from striate.reports.kit.intervals import Interval, intervals_svg
from striate.reports.kit.palette import LONGEST, all_shortened, apart, look
from striate.reports.kit.svg import INK, POINTS, Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Interval", "Line", "Series", "curves", "curves_svg", "intervals_svg", "mean_and_band"]

Band = Literal["sd", "range"]
ONE, MANY = "one run of each arm", "thick: mean, thin: single seeds"
FILLED = 4  # arms with a band
BANDS: dict[Band, str] = {"sd": "mean ± standard deviation", "range": "mean, lowest to highest seed"}
MARKS = "os^DvPX*"
LEFT, FOOT, HEAD, NAME = 46.0, 42.0, 46.0, 15.0  # user units: the margins, and from one name to the next


@dataclass(frozen=True)
class Line:
    """One run: ``y`` over ``x``; a value that is not finite is a gap, and the end of a diverged run is marked."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    diverged: bool = False


@dataclass(frozen=True)
class Series:
    """One arm: its runs under one name."""

    name: str
    lines: tuple[Line, ...]


def curves_svg(series: Sequence[Series], **options: Any) -> str:
    """Return the panel of `curves` as one SVG element."""
    return curves(series, **options).svg()


def curves(
    series: Sequence[Series],
    *,
    title: str,
    x_label: str = "epoch",
    log: bool = False,
    band: Band = "range",
    width: float = 430,
    powers: bool = False,
    mark: float | None = None,
) -> Chart:
    """Return one panel: each arm's mean with its band, its single runs as thin lines, its name at the end of its line.

    ``band`` is the mean +- standard deviation of the runs at that x, or their lowest to highest; the panel says which.
    Without a band where more than four arms have several runs, since bands on each other hide what they show; the thin
    lines of the runs remain.
    Colours, dashes and marks go by place in ``series``, so panels given the same arms agree; an arm without a finite value
    keeps its name with a cross. On a ``log`` axis values of 0 and below are left out. ``powers``: x is the logarithm to base
    10 of what the axis is to show; ``mark`` is an x to be marked by a dashed line.
    """
    shown = _beside([Series(s.name, tuple(_drawable(line, log=log) for line in s.lines)) for s in series])
    height = max(296.0, HEAD + FOOT + NAME * len(shown))
    room = 7.6 * min(LONGEST, max((len(s.name) for s in shown), default=0)) + 44
    several = sum(len(s.lines) > 1 for s in shown)
    banded = 0 < several <= FILLED

    def draw(figure: Figure) -> None:
        margins = Margins(LEFT, room, HEAD, FOOT)
        axes = frame(figure, margins, title, rules=True)
        if any(len(s.lines) > 1 for s in shown):  # a single run has no band
            write(figure, 31, BANDS[band] if banded else MANY, points=11, alpha=0.7)
        ends = [_arm(axes, s, place, log=log, band=band if banded else None) for place, s in enumerate(shown)]
        _scale(axes, [line for s in shown for line in s.lines], log=log)
        if powers:
            axes.xaxis.set_major_formatter(lambda power, _: f"{10**power:g}")
        if mark is not None:
            axes.axvline(mark, color=INK, alpha=0.55, linewidth=1, linestyle=(0, (4, 3)))
        left = max(LEFT, _widest(figure, axes) + 12)
        axes.set_position(replace(margins, left=left).box(figure))
        figure.text(left / width, 7 / height, x_label, fontsize=11.5, alpha=SOFT)
        _crosses(axes, shown)
        _names(axes, shown, ends, NAME / (height - HEAD - FOOT))

    return Chart(width, height, f"{title} by {x_label}: {', '.join(s.name for s in shown)}", draw)


def mean_and_band(lines: Sequence[Line], band: Band) -> list[tuple[float, float, float, float]]:
    """Return (x, mean, low, high) at every x at which a run has a finite value, over the runs that have one."""
    values: dict[float, list[float]] = {}
    for line in lines:
        for x, y in _finite(line):
            values.setdefault(x, []).append(y)
    return [(x, *_band(values[x], band)) for x in sorted(values)]


def _band(values: list[float], band: Band) -> tuple[float, float, float]:
    mean = fmean(values)
    if band == "range":
        return mean, min(values), max(values)
    half = stdev(values) if len(values) > 1 else 0.0
    return mean, mean - half, mean + half


def _drawable(line: Line, *, log: bool) -> Line:
    """Return the line with a gap wherever the axis has no place for a value; beyond 1e30 nothing can be drawn."""
    y = tuple(v if abs(v) < 1e30 and (v > 0 or not log) else math.nan for v in line.y)
    return Line(line.x, y, line.diverged)


def _beside(series: list[Series]) -> list[Series]:
    """Return the arms side by side where all have one x, the same, since they would lie on each other there."""
    xs = {x for s in series for line in s.lines for x in line.x}
    if len(xs) != 1 or len(series) < 2:
        return series
    (only,), step = xs, 0.9 / len(series)
    places = [only + step * (place - (len(series) - 1) / 2) for place in range(len(series))]
    return [
        Series(s.name, tuple(Line((x,), line.y, line.diverged) for line in s.lines if line.x))
        for s, x in zip(series, places, strict=True)
    ]


def _finite(line: Line) -> list[tuple[float, float]]:
    return [(x, y) for x, y in zip(line.x, line.y, strict=True) if math.isfinite(y)]


def _arm(axes: Axes, series: Series, place: int, *, log: bool, band: Band | None) -> tuple[float, float] | None:
    """Draw one arm, and return where its mean ends; None when it has no finite value."""
    colour, dash = look(place)
    for line in series.lines:
        axes.plot(line.x, line.y, color=colour, linewidth=0.8, alpha=0.45)
    points = mean_and_band(series.lines, band or "range")
    if not points:
        return None
    x, mean, low, high = (list(column) for column in zip(*points, strict=True))
    floor = min(mean) / 10 if log else -math.inf  # mean - sd may lie below what a logarithm can show
    low = [max(value, floor) for value in low]
    if len(x) == 1:
        axes.vlines(x, low, high, color=colour, linewidth=1.4)
    elif band is not None:
        axes.fill_between(x, low, high, color=colour, alpha=0.14, linewidth=0)
    # What is drawn first is solid and the widest, so that it shows below the dashes of what lies on it.
    thick, every = 2.9 - 0.25 * min(place, 4), _marked(len(x), place)
    marked: dict[str, Any] = {"marker": MARKS[place % len(MARKS)], "markersize": 5.5, "markevery": every}
    axes.plot(x, mean, color=colour, linewidth=thick, linestyle=dash, markeredgewidth=0, **marked)
    return x[-1], mean[-1]


def _widest(figure: Figure, axes: Axes) -> float:
    """Return the width of the widest number on the y axis, in user units."""
    # Asked for its labels, an axis sets their places and texts; a whole drawing would do that and take as long as the file.
    widths = [label.get_window_extent().width for label in axes.get_yticklabels() if label.get_text()]
    return max(widths, default=0.0) * POINTS / figure.dpi


def _marked(points: int, place: int) -> tuple[int, int]:
    """Return (first, every) of the points that bear an arm's mark: about six, and not the same as those of its neighbours."""
    every = max(1, points // 6)
    return (place * 2) % every if points > 1 else 0, every


def _scale(axes: Axes, lines: Sequence[Line], *, log: bool) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    values = [y for line in lines for _, y in _finite(line)]
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    xs = {round(x) for line in lines for x in line.x}
    if len(xs) == 1:
        (only,) = xs
        axes.set_xlim(only - 1, only + 1)
        axes.set_xticks([only])
    if not values:
        axes.text(0.5, 0.5, "no values yet", transform=axes.transAxes, ha="center", alpha=0.7)
        axes.set_yticks([])
        return
    low, high = min(values), max(values)
    # A run that explodes would press all others flat: it leaves through the top.
    sound = [y for line in lines if not line.diverged for _, y in _finite(line)]
    high = min(high, 2 * max(sound)) if log and sound else high
    if log:
        axes.set_yscale("log")
        axes.set_ylim(low / 1.15, high * 1.15)
        few = (
            MaxNLocator(5) if high / low < 10 else LogLocator(subs=(1, 2, 5) if high / low < 50 else (1,), numticks=12)
        )
        axes.yaxis.set_major_locator(few)
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        pad = 0.04 * (high - low) or 0.05
        axes.set_ylim(low - pad, high + pad)
        axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _crosses(axes: Axes, series: Sequence[Series]) -> None:
    """Mark where each diverged run ended; one that left through the top, at the top."""
    top = axes.get_ylim()[1]
    for place, arm in enumerate(series):
        for x, y in (points[-1] for line in arm.lines if line.diverged and (points := _finite(line))):
            axes.plot(x, min(y, top), "x", color=look(place)[0], markersize=7, markeredgewidth=1.8, clip_on=False)


def _names(axes: Axes, series: Sequence[Series], ends: list[tuple[float, float] | None], step: float) -> None:
    """Write each arm's name beside the end of its mean, moved up or down where two would be less than ``step`` apart."""
    bottom, top = axes.get_ylim()
    to_axes = axes.transData + axes.transAxes.inverted()
    starts = [to_axes.transform((end[0], min(max(end[1], bottom), top))) if end else (1.0, 0.0) for end in ends]
    names = all_shortened([one.name for one in series])
    for place, y in enumerate(apart([float(start[1]) for start in starts], step)):
        colour, dash = look(place)
        if ends[place]:
            x, at = (float(value) for value in starts[place])
            # A long way to the name is dotted, or it would look like data.
            _outside(axes, (x, 1.035), (at, y), colour, 0.8, alpha=0.6, linestyle="-" if x > 0.93 else ":")
        _outside(axes, (1.035, 1.075), (y, y), colour, 2.6, linestyle=dash)
        said = names[place] + ("" if ends[place] else " ×")
        axes.text(1.095, y, said, transform=axes.transAxes, va="center", fontsize=12)


def _outside(
    axes: Axes, x: tuple[float, float], y: tuple[float, float], colour: str, width: float, **more: Any
) -> None:
    """Draw a line in fractions of the axes, which may leave them and does not move their limits."""
    from matplotlib.lines import Line2D

    axes.add_artist(Line2D(x, y, transform=axes.transAxes, color=colour, linewidth=width, clip_on=False, **more))
