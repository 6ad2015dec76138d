"""The shortcuts of a figure: a line from the arrow where one starts, above the boxes, to the box whose sum it enters.

Where the boxes wrap into rows, the line leaves one row at its end and enters the next at its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from striate.reports.net.blocks import words

if TYPE_CHECKING:
    from striate.reports.net.blocks import Block, Shortcut

HEADROOM = 22.0  # user units above a row that lines pass over


@dataclass(frozen=True)
class Place:
    """Where a box stands: its row, x of the arrow after it, x and y of its lid, y of its arrow, y of the line above it."""

    row: int
    out: float
    x: float
    lid: float
    middle: float
    rail: float


def crossed(blocks: Sequence[Block], lengths: Sequence[int]) -> set[int]:
    """Return the rows over which lines pass, of rows that hold that many blocks each."""
    row_of = [row for row, length in enumerate(lengths) for _ in range(length)]
    return {row for target, one in _all(blocks) for row in range(row_of[one.start], row_of[target] + 1)}


def rails(blocks: Sequence[Block], places: Sequence[Place], width: float) -> list[str]:
    """Return the lines as SVG elements, with the name of what lies on them."""
    ends = list(accumulate((place.out for place in places), max))
    parts: list[str] = []
    for target, one in _all(blocks):
        start, end = places[one.start], places[target]
        # What leaves from within a box leaves at its lid; what it puts out, at the arrow after it.
        x, y = (start.x + 7, start.lid) if one.within is not None else (start.out, start.middle)
        leave = f"M{x:.1f} {y:.1f}V{start.rail:.1f}"
        arrive = f"H{end.x:.1f}V{end.lid - 2:.1f}" + _head(end.x, end.lid - 2)
        if start.row == end.row:
            parts.append(_line(leave + arrive))
        else:
            right = min(max(ends) + 12, width - 2)
            parts.append(_line(f"{leave}H{right:.1f}"))
            between = {place.row: place.rail for place in places if start.row < place.row < end.row}
            parts += [_line(f"M0.0 {rail:.1f}H{right:.1f}") for rail in between.values()]
            parts.append(_line(f"M0.0 {end.rail:.1f}{arrive}"))
        if one.layers:
            x = start.out + 4 if start.row == end.row else 2.0
            said = re.sub(r"(?<=\d)x(?=\d)", "×", words(one.layers[0], short=True))
            parts.append(f'<text class="soft" x="{x:.1f}" y="{end.rail - 4:.1f}">{escape(said)}</text>')
    return parts


def _all(blocks: Sequence[Block]) -> Iterator[tuple[int, Shortcut]]:
    for target, block in enumerate(blocks):
        for one in block.shortcuts:
            yield target, one


def _line(path: str) -> str:
    return f'<path class="skip" d="{path}"/>'


def _head(x: float, y: float) -> str:
    return f"M{x - 3:.1f} {y - 4:.1f}L{x:.1f} {y:.1f}L{x + 3:.1f} {y - 4:.1f}"
