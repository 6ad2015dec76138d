"""The architecture of a net as a figure (SVG), made from its anatomy.

A feature map is a box: its height and depth follow H and W (square root), its thickness the channels C (logarithm). Bands
on its right edge are what follows the convolution: norm, activation, dropout. A wedge is a step that changes only the
shape (pool, flatten); a slim bar is a dense layer, its height following the features (logarithm). A line above the boxes is
a shortcut, from the arrow where it starts to the box whose sum it enters.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from striate.reports.net.blocks import Block, blocks, words
from striate.reports.net.description import architecture_text, totals
from striate.reports.net.shortcuts import HEADROOM, Place, crossed, rails

if TYPE_CHECKING:
    from striate.nets.measure.anatomy import Anatomy, Layer

__all__ = ["architecture_svg", "architecture_text"]

TALLEST, LINE, CHARACTER, GAP = 92.0, 15.0, 6.3, 20.0  # user units; a character is its mean width at 12 units
FACES = {"input": "input", "dense": "dense", "convolution": "map"}
BAND, BANDS = 6.0, ("norm", "act", "drop")

STYLE = """
.anatomy{--ink:#23262a;--soft:#666b73;--edge:#5f6670;--map:#cfdff3;--top:#e3edf9;--side:#b4cae6;
--step:#e9e6de;--dense:#e7cfa8;--input:#e6e6e3;--norm:#1d8a6b;--act:#d0622b;--drop:#8a72c8;--skip:#a8326e;
font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink)}
.anatomy .soft{fill:var(--soft)}.anatomy .shape{font-weight:600}
.anatomy path{stroke:var(--edge);stroke-width:.8;stroke-linejoin:round}
.anatomy .map{fill:var(--map)}.anatomy .top{fill:var(--top)}.anatomy .side{fill:var(--side)}
.anatomy .step{fill:var(--step)}.anatomy .dense{fill:var(--dense)}.anatomy .input{fill:var(--input)}
.anatomy .norm{fill:var(--norm)}.anatomy .act{fill:var(--act)}.anatomy .drop{fill:var(--drop)}
.anatomy .arrow,.anatomy .skip{fill:none}.anatomy .skip{stroke:var(--skip);stroke-width:1.3}.anatomy .mark{stroke:none}
@media (prefers-color-scheme:dark){.anatomy{--ink:#e6e4df;--soft:#a0a4ab;--edge:#aab2bd;--map:#2b4566;--top:#3a5a82;
--side:#20354f;--step:#34332f;--dense:#6b552f;--input:#3a3b3d;--norm:#4fb896;--act:#e58a58;--drop:#a795dd;--skip:#e07fb0}}
@media print{.anatomy{--ink:#23262a;--soft:#666b73;--edge:#5f6670;--map:#cfdff3;--top:#e3edf9;--side:#b4cae6;
--step:#e9e6de;--dense:#e7cfa8;--input:#e6e6e3;--norm:#1d8a6b;--act:#d0622b;--drop:#8a72c8;
--skip:#a8326e}}
"""


@dataclass(frozen=True)
class Cell:
    """One block with its measures in user units: its drawing is ``thick`` wide, ``tall`` high and ``deep`` aslant."""

    block: Block
    before: float
    tall: float
    thick: float
    deep: float
    labels: tuple[tuple[str, str], ...]
    """(class of the mark before it, or nothing; text), from top to bottom; the first is the shape."""

    @property
    def width(self) -> float:
        """The room that drawing and labels need."""
        letters = max(len(text) + (1.6 if mark in BANDS else 0) for mark, text in self.labels)
        bold = len(self.labels[0][1]) * 1.2
        return max(self.thick + self.deep, max(letters, bold) * CHARACTER)

    @property
    def half(self) -> float:
        """How far the drawing reaches below its middle line; above it, the slant comes on top."""
        return max(self.tall, self.before) / 2 if self.block.role == "step" else self.tall / 2


def architecture_svg(anatomy: Anatomy, width: float = 960) -> str:
    """Return the figure as one self-contained SVG element, ``width`` user units wide; rows wrap, so any depth fits.

    Its colours are CSS custom properties of the class `anatomy`, with a dark set where the reader prefers that.
    """
    made = blocks(anatomy)
    rows = _rows(_cells(made), width)
    under = crossed(made, [len(row) for row in rows])
    parts: list[str] = []
    places: list[Place] = []
    y = 6.0
    for number, row in enumerate(rows):
        y += HEADROOM if number in under else 0
        middle = y + max(cell.half + 0.6 * cell.deep for cell in row)
        below = middle + max(cell.half for cell in row) + LINE + 3
        parts.append(_row(row, middle, below, last=number == len(rows) - 1))
        places += _places(row, number, middle, y)
        y = below + LINE * (max(len(cell.labels) for cell in row) - 1) + GAP
    parts += rails(made, places, width)
    caption = _caption(anatomy, width)
    parts += [_text(0, y + 8 + LINE * i, line, "soft") for i, line in enumerate(caption)]
    height = y + 8 + LINE * len(caption)
    title = f"{anatomy.net}: {totals(anatomy)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="anatomy" viewBox="0 0 {width:g} {height:.0f}" width="{width:g}" '
        f'height="{height:.0f}" role="img" aria-label={quoteattr(title)}>'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>"
    )


def _cells(made: list[Block]) -> list[Cell]:
    side = max(made[0].output[1:])
    cells = [_cell(made[0], 0.0, side)]
    for before, block in pairwise(made):
        cells.append(_cell(block, _tall(before.output, side), side))
    return cells


def _cell(block: Block, before: float, side: int) -> Cell:
    tall = _tall(block.output, side)
    flat = len(block.output) != 3
    thick = 8.0 if flat else 4 + 5.5 * math.log2(1 + block.output[0])
    if block.role == "step":
        thick = 20.0
    deep = 0.0 if flat or block.role == "step" else 0.24 * _size(block.output[-1], side)
    return Cell(block, before, tall, thick, deep, tuple(_labels(block)))


def _labels(block: Block) -> list[tuple[str, str]]:
    labels = [("", "×".join(str(size) for size in block.output))]
    labels += [("", "input")] if block.role == "input" else []
    for layer in block.layers:
        said = re.sub(r"(?<=\d)x(?=\d)", "×", words(layer, short=True))
        # A pool is narrow, and so are its words: the window goes on a line of its own.
        window, _, kind = said.partition(" ") if "pool" in said and "×" in said else ("", "", said)
        kind, *more = re.split(r"(?<=\d), (?=[a-z\d])", kind)  # a long line would hold its neighbours apart
        labels += [(_mark(layer), kind)] + [("", line) for line in (window, *more) if line]
    if block.role == "convolution" and block.field is not None:
        labels.append(("soft", f"sees {block.field}×{block.field}"))
    return labels


def _tall(output: tuple[int, ...], side: int) -> float:
    if len(output) != 3:
        return min(TALLEST, 12 + 7 * math.log2(1 + math.prod(output)))
    return _size(output[1], side)


def _size(cells: int, side: int) -> float:
    return 10 + (TALLEST - 10) * math.sqrt(cells / side)


def _rows(cells: list[Cell], width: float) -> list[list[Cell]]:
    """Return the cells in as few rows as fit, and then as even as that many rows can be."""
    fewest = _wrap(cells, width)
    tightest = width
    while tightest > 40 and len(_wrap(cells, tightest - 10)) == len(fewest):
        tightest -= 10
    return _wrap(cells, tightest)


def _wrap(cells: list[Cell], width: float) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[]]
    used = 0.0
    for cell in cells:
        if rows[-1] and used + cell.width + GAP > width:
            rows.append([])
            used = 0.0
        rows[-1].append(cell)
        used += cell.width + GAP
    return rows


def _row(row: list[Cell], middle: float, below: float, *, last: bool) -> str:
    parts: list[str] = []
    x = 1.0
    for place, cell in enumerate(row):
        parts.append(_drawing(cell, x, middle))
        parts += [_label(x, below + LINE * i, mark, text, i) for i, (mark, text) in enumerate(cell.labels)]
        ends = place == len(row) - 1
        body = cell.thick + cell.deep
        if not (ends and last):
            parts.append(_arrow(x + body + 4, middle, 18.0 if ends else cell.width + GAP - body - 8))
        x += cell.width + GAP
    return "".join(parts)


def _places(row: list[Cell], number: int, middle: float, top: float) -> list[Place]:
    places: list[Place] = []
    x = 1.0
    for cell in row:
        body = cell.thick + cell.deep
        lid = middle - cell.half - 0.6 * cell.deep
        places.append(Place(number, x + body + 9, x + cell.deep + cell.thick / 2, lid, middle, top - HEADROOM / 2))
        x += cell.width + GAP
    return places


def _drawing(cell: Cell, x: float, middle: float) -> str:
    top, bottom = middle - cell.tall / 2, middle + cell.tall / 2
    if cell.block.role == "step":
        before = max(cell.before, 1)
        outline = [(x, middle - before / 2), (x + cell.thick, top), (x + cell.thick, bottom), (x, middle + before / 2)]
        return _shape_path("step", outline)
    face = FACES.get(cell.block.role) or _mark(cell.block.layers[0]) or "map"
    dx, dy = cell.deep, 0.6 * cell.deep
    bands = [mark for layer in cell.block.layers if (mark := _mark(layer))]
    left = [x + cell.thick - BAND * (len(bands) - i) for i in range(len(bands))] if cell.deep else []
    ends = [*left, x + cell.thick]
    lid = [(x, top), (x + dx, top - dy), (x + dx + cell.thick, top - dy), (x + cell.thick, top)]
    right = x + cell.thick
    parts = [_shape_path(face, [(x, top), (ends[0], top), (ends[0], bottom), (x, bottom)])]
    if cell.deep:
        parts.append(_shape_path("input" if face == "input" else "top", lid))
        side = [(right, top), (right + dx, top - dy), (right + dx, bottom - dy), (right, bottom)]
        parts.append(_shape_path("input" if face == "input" else "side", side))
    parts += [
        _shape_path(mark, [(a, top), (b, top), (b, bottom), (a, bottom)])
        for mark, (a, b) in zip(bands, pairwise(ends), strict=False)
    ]
    return "".join(parts)


def _mark(layer: Layer) -> str:
    """Return the class of the band and of the mark before its label; nothing for what opens a block or is a step."""
    kind = layer.kind
    if kind in ("dense", "flatten", "add", "attention", "product") or "pool" in kind or "convolution" in kind:
        return ""
    return "norm" if "norm" in kind else "drop" if "drop" in kind else "act"


def _shape_path(name: str, points: list[tuple[float, float]]) -> str:
    return f'<path class="{name}" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}Z"/>'


def _arrow(x: float, y: float, reach: float) -> str:
    tip = x + max(reach, 8)
    head = f"M{tip - 4:.1f} {y - 3:.1f}L{tip:.1f} {y:.1f}L{tip - 4:.1f} {y + 3:.1f}"
    return f'<path class="arrow" d="M{x:.1f} {y:.1f}H{tip:.1f}{head}"/>'


def _label(x: float, y: float, mark: str, text: str, place: int) -> str:
    if mark not in BANDS:
        return _text(x, y, text, "shape" if place == 0 else mark)
    square = f'<path class="mark {mark}" d="M{x:.1f} {y - 7.5:.1f}h6.5v6.5h-6.5z"/>'
    return square + _text(x + 10, y, text, "")


def _text(x: float, y: float, text: str, name: str) -> str:
    kind = f' class="{name}"' if name else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _caption(anatomy: Anatomy, width: float) -> list[str]:
    parts = [anatomy.net, *totals(anatomy).split("; "), "sees: receptive field in input pixels"]
    whole = " · ".join(parts)
    return [whole] if len(whole) * CHARACTER < width else parts
