"""Curves as a chart of characters, for a terminal or a pipe: each series with a mark of its own, axes with numbers.

0.9 |            o o o
    |      o o *
0.3 | *
    +---------------------
      1                25
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT, LEAST_WIDTH = 12, 24
MARKS = "ox+*#@"
BOTH = "%"
"""Where two series meet."""


@dataclass(frozen=True)
class Curve:
    """A name and its (x, y); values that are not finite are left out."""

    name: str
    points: tuple[tuple[float, float], ...]


def plotted(curves: Sequence[Curve], *, title: str, x_label: str = "epoch", width: int = 80) -> str:
    """Return a chart of at most ``width`` columns (at least 24): a title with the marks, the curves, and the axis of x.

    Where the values span more than a factor of 50 and are all above 0, y is logarithmic, and the title says so.
    """
    kept = [
        Curve(curve.name, tuple((x, y) for x, y in curve.points if math.isfinite(x) and math.isfinite(y)))
        for curve in curves
    ]
    every = [point for curve in kept for point in curve.points]
    if not every:
        return f"{title}: no values yet"
    values = [y for _, y in every]
    log = min(values) > 0 and max(values) > 50 * min(values)
    scaled = [Curve(curve.name, tuple((x, math.log10(y) if log else y) for x, y in curve.points)) for curve in kept]
    low, high = min(y for c in scaled for _, y in c.points), max(y for c in scaled for _, y in c.points)
    # A curve that is flat has no span to divide by; so it runs through the middle.
    if high == low:
        low, high = low - 0.5, high + 0.5
    ticks = [f"{10**y if log else y:.4g}" for y in (high, (low + high) / 2, low)]
    margin = max(map(len, ticks))
    columns = max(LEAST_WIDTH, width) - margin - 3
    first, last = min(x for x, _ in every), max(x for x, _ in every)
    grid = [[" "] * columns for _ in range(HEIGHT)]
    for place, curve in enumerate(scaled):
        for x, y in curve.points:
            across = round((x - first) / (last - first) * (columns - 1)) if last > first else columns // 2
            down = round((high - y) / (high - low) * (HEIGHT - 1))
            mark = MARKS[place % len(MARKS)]
            # One cell is one character, so two curves that meet are told by a mark of their own.
            there = grid[down][across]
            grid[down][across] = mark if there in (" ", mark) else BOTH
    labels = {0: ticks[0], (HEIGHT - 1) // 2: ticks[1] if HEIGHT % 2 else "", HEIGHT - 1: ticks[2]}
    rows = [f"{labels.get(row, ''):>{margin}} | {''.join(cells).rstrip()}".rstrip() for row, cells in enumerate(grid)]
    legend = ", ".join(f"{MARKS[place % len(MARKS)]} {curve.name}" for place, curve in enumerate(kept) if curve.points)
    met = f", {BOTH} both" if any(BOTH in row for row in grid) else ""
    axis = f"{'':>{margin}} +{'-' * (columns + 1)}"
    begin, end = f"{first:g}", f"{last:g}" if last > first else ""
    foot = f"{'':>{margin}}   {begin}{x_label:^{max(1, columns - len(begin) - len(end))}}{end}"
    scale = " (logarithmic)" if log else ""
    return "\n".join([f"{title}{scale}: {legend}{met}", *rows, axis, foot.rstrip()])
