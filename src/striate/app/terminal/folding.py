"""Where a line ends: between two words, at the width of the terminal, or of COLUMNS where that is set; and where none ends."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection, Iterator, Sequence
from typing import TextIO

from rich.cells import cell_len

PROSE = 120  # columns of a paragraph at most
GAP = 3  # columns between two of a table
PIPED = 80  # columns of a paragraph or chart where nothing says how wide the output is


def columns_of(stream: TextIO) -> int:
    """Return how many columns COLUMNS or the terminal says that ``stream`` has; 0 where neither says it."""
    if (given := os.environ.get("COLUMNS", "")).isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def unfolded(stream: TextIO) -> bool:
    """Return whether ``stream`` is a pipe or a file, where a row is one line; a colour that is asked for is Rich's."""
    asked = any(os.environ.get(name) for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"))
    return not stream.isatty() and not asked


def prose_width(columns: int) -> int:
    """Return how wide a paragraph or a chart is where there are so many columns; 0: not known."""
    return min(columns, PROSE) if columns else PIPED


def fold(text: str, width: int, first: str = "", rest: str = "") -> str:
    """Return ``text`` folded between words, never in one; ``first`` begins its first line and ``rest`` the others."""
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def fold_lines(text: str, width: int) -> str:
    """Return ``text`` with each line folded, the rest of it indented two columns further than it is itself."""
    made: list[str] = []
    for line in text.split("\n"):
        said = line.lstrip(" ")
        indent = line[: len(line) - len(said)]
        made.append(line if len(line) <= width else fold(said, width, indent, f"{indent}  "))
    return "\n".join(made)


def lines_of(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[int] = (), gap: int = GAP
) -> Iterator[str]:
    """Yield the header, a rule and each row as Rich draws them where nothing is folded, in a hundredth of its time.

    The columns at the places ``numbers`` stand at the right.
    """
    widths = [max(map(cell_len, column)) for column in zip(columns, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        spaces = (" " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True))
        sides = enumerate(zip(cells, spaces, strict=True))
        return (" " * gap).join(space + cell if place in numbers else cell + space for place, (cell, space) in sides)

    yield line(columns)
    yield "─" * (sum(widths) + gap * (len(widths) - 1))
    yield from map(line, rows)
