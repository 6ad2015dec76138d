"""A table that fits: no number and no word of it is broken, whatever the width of the terminal.

Where a row has no room on one line, its texts are folded between words; where that is not enough, the columns are printed
in groups below each other, each with the first column; and where the first column is long itself (the folder of a run),
it has a line of its own above the rest of its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from striate.app.terminal.folding import GAP, lines_of
from striate.base.errors import shown

NARROW_GAP = 2  # columns of the terminal between two of the table, where there is little room
ASIDE = 3  # the first column is repeated before each group while it takes at most this part of the width, 1 / ASIDE


@dataclass(frozen=True)
class _Width:
    """``least`` columns of the terminal that a column needs to break no word or number, and ``most`` to fold nothing."""

    least: int
    most: int


class FittedTable(Table):
    """A row of it is one line where there is room, whatever is in its cells."""

    numbers: frozenset[int] = frozenset()
    """The places of the columns whose cells are never folded."""

    def add_row(self, *cells: RenderableType | None, **more: Any) -> None:
        """Add a row, in which a text is part of a line and ends none."""
        super().add_row(*(one_line(cell) if isinstance(cell, str) else cell for cell in cells), **more)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        widths = [self._width(place, console, options) for place in range(len(self.columns))]
        room = options.max_width
        easy = min(widths[0].most, max(widths[0].least, room // ASIDE))  # a name folded over five lines is hard to read
        beside = [_Width(easy, widths[0].most), *widths[1:]]
        if _fits([one.most for one in widths], GAP, room):
            yield from (self._whole() if self._is_plain() else super().__rich_console__(console, options))
        elif _fits([one.least for one in beside], NARROW_GAP, room):
            yield self._part(range(len(widths)), beside, room)
        elif widths[0].least * ASIDE <= room and all(_fits([easy, one.least], NARROW_GAP, room) for one in widths[1:]):
            for number, group in enumerate(self._groups(beside, room)):
                if number:
                    yield Text()
                yield self._part((0, *group), beside, room)
        else:
            yield from self._stacked(widths, room)

    def _is_plain(self) -> bool:
        """Return whether every cell is one line of text in no style of its own, as in a list of names."""
        cells = (cell for column in self.columns for cell in column.cells)
        styled = any(part.style for part in (*self.columns, *self.rows))
        return not styled and all(
            isinstance(cell, Text) and not cell.style and not cell.spans and cell.plain.isprintable() for cell in cells
        )

    def _whole(self) -> Iterator[Segment]:
        """Yield the rows where nothing is folded and no cell is more than text."""
        columns = [str(column.header) for column in self.columns]
        cells = ([_text(cell).plain for cell in column.cells] for column in self.columns)
        style = Style.parse(str(self.header_style))
        for line in lines_of(columns, list(zip(*cells, strict=True)), self.numbers):
            yield Segment(line, style)
            yield Segment.line()
            style = None

    def _width(self, place: int, console: Console, options: ConsoleOptions) -> _Width:
        column = self.columns[place]
        free = options.update(max_width=10_000)
        cells = [Measurement.get(console, free, cell) for cell in column.cells]
        header = Measurement.get(console, free, _text(column.header))
        words = [cell.maximum if place in self.numbers else cell.minimum for cell in cells]
        return _Width(max([header.minimum, *words]), max([header.maximum, *(cell.maximum for cell in cells)]))

    def _groups(self, widths: Sequence[_Width], room: int) -> list[tuple[int, ...]]:
        """Return the columns after the first in as few groups as fit beside it."""
        groups: list[tuple[int, ...]] = []
        for place in range(1, len(widths)):
            longer = (*(groups[-1] if groups else ()), place)
            if groups and _fits([widths[0].least, *(widths[one].least for one in longer)], NARROW_GAP, room):
                groups[-1] = longer
            else:
                groups.append((place,))
        return groups

    def _part(self, places: Sequence[int], widths: Sequence[_Width], room: int, *, header: bool = True) -> Table:
        """Return these columns as a table of their own, as wide as ``room`` allows."""
        made = Table(
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            header_style=self.header_style,
            show_edge=False,
            show_header=header,
            collapse_padding=True,
        )
        for place, width in zip(places, _widths([widths[one] for one in places], room), strict=True):
            column = self.columns[place]
            made.add_column(
                _text(column.header), justify=column.justify, style=column.style, overflow="fold", width=width
            )
        columns = [list(self.columns[place].cells) for place in places]
        for number, row in enumerate(self.rows):
            made.add_row(*(cells[number] for cells in columns), style=row.style)
        return made

    def _stacked(self, widths: Sequence[_Width], room: int) -> Iterator[RenderableType]:
        """Yield the first cell of each row on a line of its own, and below it the others, each after its column's name."""
        first, *others = self.columns
        rest = range(1, len(self.columns))
        aligned = _fits([widths[one].least for one in rest], NARROW_GAP, room - NARROW_GAP)
        sizes = _widths([widths[one] for one in rest], room - NARROW_GAP) if aligned else []
        if aligned:
            yield Text(str(first.header), style=self.header_style)
            yield self._line([_text(column.header) for column in others], sizes, style=str(self.header_style))
        for head, *cells in zip(*(column.cells for column in self.columns), strict=True):
            yield _text(head) if widths[0].least <= room else Text(_broken(_text(head).plain, room))
            if aligned:
                yield self._line(cells, sizes)
                continue
            told = [f"{c.header} {said}" for c, cell in zip(others, cells, strict=True) if (said := _text(cell).plain)]
            yield Padding(Text("\n".join(told)), (0, 0, 0, NARROW_GAP), expand=False)

    def _line(self, cells: Sequence[RenderableType], sizes: Sequence[int], style: str = "") -> RenderableType:
        made = Table.grid(padding=(0, NARROW_GAP, 0, 0))
        for column, size in zip(self.columns[1:], sizes, strict=True):
            made.add_column(justify=column.justify, width=size, overflow="fold")
        made.add_row(*cells, style=style)
        return Padding(made, (0, 0, 0, NARROW_GAP), expand=False)


def table(*columns: str, right: Sequence[str] = ()) -> FittedTable:
    """Return a quiet table: no frame, a header, the columns in ``right`` are numbers, which stand at the right."""
    made = FittedTable(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    made.numbers = frozenset(place for place, column in enumerate(columns) if column in right)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def one_line(text: str) -> str:
    """Return a name or a reason that is not ours as a part of a line, which it cannot end."""
    return shown(text, lines=False)


def _text(cell: RenderableType) -> Text:
    return cell if isinstance(cell, Text) else Text(str(cell))


def _broken(path: str, room: int) -> str:
    """Return a path that is longer than a line in several, each of which but the last ends with a slash where one can."""
    lines = [""]
    for part in re.findall(r"[^/]*/?", path):
        lines[-1:] = [lines[-1] + part] if len(lines[-1]) + len(part) <= room else [lines[-1], part]
    return "\n".join(filter(None, lines))


def _fits(widths: Sequence[int], gap: int, room: int) -> bool:
    return sum(widths) + gap * (len(widths) - 1) <= room


def _widths(widths: Sequence[_Width], room: int) -> list[int]:
    """Return how wide each column is where all have ``room``: the widest gives way first, down to its longest word."""
    given = [one.most for one in widths]
    while not _fits(given, NARROW_GAP, room):
        spare = [width if width > one.least else 0 for width, one in zip(given, widths, strict=True)]
        if not any(spare):
            break
        given[spare.index(max(spare))] -= 1
    return given
