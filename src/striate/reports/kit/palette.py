"""The colours of the arms, and how a name is fitted beside a line.

The palette was searched for: each colour has a contrast of 3 or more on white and on #111, and any two differ by 0.09 or
more in OKLab also as seen with protanopia and deuteranopia (Machado, Oliveira and Fernandes, IEEE TVCG 15 (2009)), by 0.12 in
normal vision; one of them is green.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

PALETTE = ("#3363d2", "#ea6a09", "#2a7c62", "#927efc", "#c43922", "#1895b5", "#f00477", "#9a369f")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.6, 1.2)), (0, (6, 1.4, 1.4, 1.4)), (0, (3, 1.2, 1, 1.2, 1, 1.2)))
LONGEST = 22


def look(place: int) -> tuple[str, Any]:
    """Return colour and dash pattern of the arm at ``place``: two arms that share one of them differ in the other."""
    return PALETTE[place % len(PALETTE)], DASHES[place % len(DASHES)]


def shortened(name: str, longest: int = LONGEST) -> str:
    """Return ``name`` on one line, cut to ``longest`` characters with an ellipsis."""
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def all_shortened(names: Sequence[str], longest: int = LONGEST) -> list[str]:
    """Return ``names`` shortened; where two would then be alike, cut inside, for names of one kind differ at their ends."""
    short = [shortened(name, longest) for name in names]
    tail = (2 * longest) // 3
    lines = [shortened(name, max(longest, len(name))) for name in names]
    return [
        f"{line[: longest - tail - 1]}…{line[-tail:]}" if short.count(one) > 1 and len(line) > longest else one
        for one, line in zip(short, lines, strict=True)
    ]


def apart(wanted: Sequence[float], step: float) -> list[float]:
    """Return places for marks wanted at ``wanted``: in that order, ``step`` apart, and at 1 or below.

    They also lie at 0 or above when all of them fit between.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = list(wanted)
    for _ in range(60):
        for a, b in pairwise(order):
            push = max(0.0, step - (placed[b] - placed[a])) / 2
            placed[a], placed[b] = placed[a] - push, placed[b] + push
    edge = 0.0
    for i in order:
        placed[i] = max(placed[i], edge)
        edge = placed[i] + step
    edge = 1.0
    for i in reversed(order):
        placed[i] = min(placed[i], edge)
        edge = placed[i] - step
    return placed
